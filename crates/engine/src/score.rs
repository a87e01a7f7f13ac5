//! The edits of a patch, played on the graph.

use crate::error::EngineError;
use crate::place::Place;
use sostenuto_graph::{GraphError, Motion, NodeId, ROOT, Shape, Sink, Source};
use sostenuto_nodes::{Built, Tap};
use sostenuto_patch::{Edit, Input, OUTPUT_KIND, Output, Resolved};
use std::collections::HashMap;

/// The edits of a patch, played on the graph.
pub(crate) struct Score<'a> {
    places: &'a HashMap<String, Place>,
    next: &'a Resolved,
    /// What was added, by id.
    pub added: HashMap<String, (NodeId, String, Option<Tap>)>,
    /// The parameters that were set.
    pub sets: Vec<(NodeId, u16)>,
    /// The ids of what was removed.
    pub gone: Vec<String>,
}

type Transaction<'g> = sostenuto_graph::Edit<'g>;

impl<'a> Score<'a> {
    pub fn new(places: &'a HashMap<String, Place>, next: &'a Resolved) -> Self {
        Score { places, next, added: HashMap::new(), sets: Vec::new(), gone: Vec::new() }
    }

    /// The graph's node for an id: the one that this batch adds, else the one that is there.
    fn node(&self, id: &str) -> Result<NodeId, EngineError> {
        let added = self.added.get(id).map(|(node, ..)| *node);
        added
            .or_else(|| self.places.get(id).map(|p| p.node))
            .ok_or_else(|| EngineError::NoSuchNode { name: id.into(), suggestion: None })
    }

    /// Makes one edit of the patch on the graph.
    pub fn play(&mut self, step: &Edit, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        match step {
            step if !step.is_audible() => {}
            Edit::AddNode { node, .. } => self.add(&node.id, edit)?,
            Edit::RemoveNode { node } => {
                edit.remove(self.node(&node.id)?)?;
                self.gone.push(node.id.clone());
            }
            Edit::ReplaceNode { node, .. } => self.replace(&node.id, edit)?,
            Edit::Bypass { node, on } => edit.bypass(self.node(&node.id)?, *on)?,
            Edit::SetParam { node, param, value, info, .. } => {
                let id = self.node(&node.id)?;
                let number = edit.graph().shape(id).and_then(|s| s.param(param)).unwrap_or(u16::MAX);
                // A parameter that follows a signal has the value 0, even outside of its range.
                edit.set(id, number, value.clamp(info.min, info.max), None)?;
                self.sets.push((id, number));
            }
            Edit::Connect { from, to, gain_db, .. } => {
                let (from, to) = (self.output(from, edit)?, self.input(to, edit)?);
                edit.connect(from, to, amplitude(*gain_db))?;
            }
            Edit::SetCableGain { from, to, gain_db, .. } => {
                let cable = edit.cable_between(self.output(from, edit)?, self.input(to, edit)?);
                edit.set_gain(cable.ok_or(GraphError::NoSuchCable)?, amplitude(*gain_db), None)?;
            }
            Edit::Disconnect { from, to } => {
                let cable = edit.cable_between(self.output(from, edit)?, self.input(to, edit)?);
                edit.disconnect(cable.ok_or(GraphError::NoSuchCable)?)?;
            }
            Edit::Drive { from, to, depth, .. } => {
                let (from, to) = (self.output(from, edit)?, self.param(to, edit)?);
                edit.connect(from, to, *depth)?;
            }
            Edit::SetDepth { from, to, depth, .. } => {
                let cable = edit.cable_between(self.output(from, edit)?, self.param(to, edit)?);
                edit.set_gain(cable.ok_or(GraphError::NoSuchCable)?, *depth, None)?;
            }
            Edit::Undrive { from, to } => {
                let cable = edit.cable_between(self.output(from, edit)?, self.param(to, edit)?);
                edit.disconnect(cable.ok_or(GraphError::NoSuchCable)?)?;
            }
            // What is played, and what is inside of parts, of which no instance can be built here.
            _ => {}
        }
        Ok(())
    }

    /// Builds a node as the new patch has it, with its parameters where they belong from the first frame.
    fn add(&mut self, id: &str, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        let missing = || EngineError::NoSuchNode { name: id.into(), suggestion: None };
        let spec = self.next.node(id).ok_or_else(missing)?;
        let Built { processor, tap } =
            sostenuto_nodes::build(&spec.kind.name, spec.layout.clone()).ok_or_else(missing)?;
        let node = edit.add(&spec.label, processor)?;
        for (number, value) in spec.values.iter().enumerate() {
            let info = &spec.shape.params[number];
            if *value != info.default {
                edit.set(node, number as u16, value.clamp(info.min, info.max), Some(Motion::Jump))?;
            }
        }
        if spec.bypass {
            edit.bypass(node, true)?;
        }
        if spec.kind.name == OUTPUT_KIND {
            edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0)?;
        }
        self.added.insert(id.into(), (node, spec.label.clone(), tap));
        Ok(())
    }

    /// Puts a new node in the place of an old one: cables that the new patch has too go over to it.
    fn replace(&mut self, id: &str, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        let old = self.node(id)?;
        let old_shape = edit.graph().shape(old).cloned().unwrap_or_default();
        let cables: Vec<_> = edit.graph().cables_of(old).collect();
        edit.remove(old)?;
        self.gone.push(id.into());
        self.add(id, edit)?;
        let new = self.node(id)?;
        let new_shape = edit.graph().shape(new).cloned().unwrap_or_default();
        let moved = Moved { old, new, old_shape, new_shape };
        for (from, to, gain) in cables {
            // The way from an output to the device was laid with the new node.
            if let (Some(from), Some(to)) = (moved.source(from), moved.sink(to))
                && !matches!(to, Sink::PartOutput(..))
            {
                edit.connect(from, to, gain)?;
            }
        }
        Ok(())
    }

    fn output(&self, from: &Output, edit: &Transaction<'_>) -> Result<Source, EngineError> {
        let node = self.node(&from.node.id)?;
        Ok(node.output(edit.graph().shape(node).and_then(|s| s.output(&from.port)).unwrap_or(u16::MAX)))
    }

    fn input(&self, to: &Input, edit: &Transaction<'_>) -> Result<Sink, EngineError> {
        let node = self.node(&to.node.id)?;
        Ok(node.input(edit.graph().shape(node).and_then(|s| s.input(&to.port)).unwrap_or(u16::MAX)))
    }

    fn param(&self, to: &Input, edit: &Transaction<'_>) -> Result<Sink, EngineError> {
        let node = self.node(&to.node.id)?;
        Ok(node.param(edit.graph().shape(node).and_then(|s| s.param(&to.port)).unwrap_or(u16::MAX)))
    }
}

/// A node that took another's place.
struct Moved {
    old: NodeId,
    new: NodeId,
    old_shape: Shape,
    new_shape: Shape,
}

impl Moved {
    /// The same end at the new node, by the name of the port; `None` if it has none of that name.
    fn source(&self, from: Source) -> Option<Source> {
        match from {
            Source::Output(node, port) if node == self.old => {
                let name = &self.old_shape.outputs.get(usize::from(port))?.name;
                Some(self.new.output(self.new_shape.output(name)?))
            }
            other => Some(other),
        }
    }

    fn sink(&self, to: Sink) -> Option<Sink> {
        match to {
            Sink::Input(node, port) if node == self.old => {
                let name = &self.old_shape.inputs.get(usize::from(port))?.name;
                Some(self.new.input(self.new_shape.input(name)?))
            }
            Sink::Param(node, param) if node == self.old => {
                let name = &self.old_shape.params.get(usize::from(param))?.name;
                Some(self.new.param(self.new_shape.param(name)?))
            }
            other => Some(other),
        }
    }
}

/// The gain of a level in dB; exactly 1 at 0 dB, and 0 at -120 dB and below.
fn amplitude(db: f32) -> f32 {
    if db <= -120.0 { 0.0 } else { 10.0f64.powf(f64::from(db) / 20.0) as f32 }
}
