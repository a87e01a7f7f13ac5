//! Where cables start and end in the graph.

use crate::error::EngineError;
use sostenuto_graph::{NodeId, Shape, Sink, Source};
use sostenuto_patch::{Input, Opening, Output, ResolvedPart};

/// What the input is called by which a signal comes to a parameter of a part. No label has a colon.
pub(super) fn hidden(param: &str) -> String {
    format!("param:{param}")
}

/// The number of the first input of a part that leads to a parameter. One that no cable reaches stands before them if nothing else does:
/// the first input is what is heard while the part is bypassed.
pub(super) fn first_hidden(part: &ResolvedPart) -> usize {
    part.inlets.len().max(1)
}

/// The number of a port of a part by the id of its inlet or outlet.
fn opening(part: &ResolvedPart, openings: &[Opening], id: &str) -> Option<u16> {
    let place = part.place(id)?;
    openings.iter().position(|o| o.place == place).map(|number| number as u16)
}

/// Where a cable starts that comes from an output of a node, or into the part at an inlet.
pub(super) fn output(
    part: Option<&ResolvedPart>,
    body: NodeId,
    from: &Output,
    node: impl Fn(&str) -> Result<NodeId, EngineError>,
    edit: &sostenuto_graph::Edit<'_>,
) -> Result<Source, EngineError> {
    if let Some(inlet) = part.and_then(|part| opening(part, &part.inlets, &from.node.id)) {
        return Ok(Source::PartInput(body, inlet));
    }
    let node = node(&from.node.id)?;
    Ok(node.output(edit.graph().shape(node).and_then(|s| s.output(&from.port)).unwrap_or(u16::MAX)))
}

/// Where a cable ends that leads to an input of a node, or out of the part at an outlet.
pub(super) fn input(
    part: Option<&ResolvedPart>,
    body: NodeId,
    to: &Input,
    node: impl Fn(&str) -> Result<NodeId, EngineError>,
    edit: &sostenuto_graph::Edit<'_>,
) -> Result<Sink, EngineError> {
    if let Some(outlet) = part.and_then(|part| opening(part, &part.outlets, &to.node.id)) {
        return Ok(Sink::PartOutput(body, outlet));
    }
    let node = node(&to.node.id)?;
    Ok(node.input(edit.graph().shape(node).and_then(|s| s.input(&to.port)).unwrap_or(u16::MAX)))
}

/// Where a drive ends: at the parameter, or at the input of a part that leads to it.
pub(super) fn param(node: NodeId, shape: &Shape, name: &str) -> Option<Sink> {
    let own = shape.param(name).map(|param| node.param(param));
    own.or_else(|| shape.input(&hidden(name)).map(|input| node.input(input)))
}

/// A node that took another's place.
pub(super) struct Moved {
    pub old: NodeId,
    pub new: NodeId,
    pub old_shape: Shape,
    pub new_shape: Shape,
}

impl Moved {
    /// The same end at the new node, by the name of the port; `None` if it has none of that name.
    pub fn source(&self, from: Source) -> Option<Source> {
        match from {
            Source::Output(node, port) if node == self.old => {
                let name = &self.old_shape.outputs.get(usize::from(port))?.name;
                Some(self.new.output(self.new_shape.output(name)?))
            }
            other => Some(other),
        }
    }

    pub fn sink(&self, to: Sink) -> Option<Sink> {
        match to {
            Sink::Input(node, port) if node == self.old => {
                let name = &self.old_shape.inputs.get(usize::from(port))?.name;
                match name.strip_prefix(&hidden("")) {
                    Some(name) => param(self.new, &self.new_shape, name),
                    None => Some(self.new.input(self.new_shape.input(name)?)),
                }
            }
            Sink::Param(node, number) if node == self.old => {
                let name = &self.old_shape.params.get(usize::from(number))?.name;
                param(self.new, &self.new_shape, name)
            }
            other => Some(other),
        }
    }
}

/// The gain of a level in dB; exactly 1 at 0 dB, and 0 at -120 dB and below.
pub(super) fn amplitude(db: f32) -> f32 {
    match db {
        0.0 => 1.0,
        ..=-120.0 => 0.0,
        db => 10.0f64.powf(f64::from(db) / 20.0) as f32,
    }
}
