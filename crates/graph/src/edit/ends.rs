//! Where nodes and cables can go: what an edit must find before it changes anything.

use super::Edit;
use crate::cables::Cables;
use crate::error::GraphError;
use crate::message::NodeId;
use crate::shape::{MAX_CHANNELS, MAX_DEPTH, MAX_PARAMS, Parameter, Port, Shape};
use crate::topology::{AudioGraph, CableId, Entry, Inside, ROOT, Sink, Source};
use alloc::string::String;

impl Edit<'_> {
    /// A place for a node: a part, no deeper than parts can run inside each other on the audio thread's stack.
    pub(super) fn check_place(&self, part: NodeId, name: &str) -> Result<(), GraphError> {
        if inside_of(self.graph.entry(part)?)?.depth <= MAX_DEPTH {
            return Ok(());
        }
        let (node, what) = (String::from(name), "too many parts around it");
        Err(GraphError::TooLarge { node, what, limit: MAX_DEPTH })
    }

    /// The latest cable between two ends that is on its way out, or that is not.
    pub(super) fn find_cable(&self, from: Source, to: Sink, leaving: bool) -> Option<CableId> {
        let is_it = |id: &CableId| {
            self.graph.cable(*id).is_some_and(|c| c.from == from && c.to == to && c.leaving == leaving)
        };
        self.cables_about(from, to)?.iter().copied().rfind(is_it)
    }

    /// Whether a cable lies between two ends, and the latest there that is on its way out.
    pub(super) fn cables_between(&self, from: Source, to: Sink) -> (bool, Option<CableId>) {
        let (mut lies, mut leaves) = (false, None);
        for id in self.cables_about(from, to).into_iter().flat_map(Cables::iter) {
            match self.graph.cable(*id).filter(|c| c.from == from && c.to == to) {
                Some(cable) if cable.leaving => leaves = Some(*id),
                there => lies |= there.is_some(),
            }
        }
        (lies, leaves)
    }

    /// All cables between two ends, and perhaps others.
    fn cables_about(&self, from: Source, to: Sink) -> Option<&Cables> {
        let into = match to {
            Sink::Input(node, _) | Sink::Param(node, _) => &self.graph.node(node)?.incoming,
            Sink::PartOutput(part, _) => &self.graph.node(part)?.inside.as_ref()?.to_output,
        };
        let out = match from {
            Source::Output(node, _) => &self.graph.node(node)?.outgoing,
            Source::PartInput(part, _) => &self.graph.node(part)?.inside.as_ref()?.from_input,
        };
        Some(if into.len() < out.len() { into } else { out })
    }

    /// The part that a cable from there lies in.
    pub(super) fn source_place(&self, source: Source) -> Result<NodeId, GraphError> {
        let (Source::Output(node, port) | Source::PartInput(node, port)) = source;
        let entry = self.graph.entry(node)?;
        let (ports, direction, part) = match source {
            Source::Output(..) if node == ROOT => return Err(GraphError::NoSuchNode(node)),
            Source::Output(..) => (&entry.shape.outputs, "output", entry.part),
            Source::PartInput(..) => {
                inside_of(entry)?;
                (&entry.shape.inputs, "input", node)
            }
        };
        check_port(entry, ports, direction, port)?;
        Ok(part)
    }

    pub(super) fn sink_place(&self, sink: Sink) -> Result<NodeId, GraphError> {
        match sink {
            Sink::Input(node, port) => {
                let entry = self.graph.entry(node)?;
                check_port(entry, &entry.shape.inputs, "input", port)?;
                Ok(entry.part)
            }
            Sink::Param(node, param) => {
                let entry = self.graph.entry(node)?;
                let has = entry.shape.params.len();
                if usize::from(param) >= has {
                    return Err(GraphError::NoSuchParam { node: entry.name.clone(), param, has });
                }
                Ok(entry.part)
            }
            Sink::PartOutput(part, port) => {
                let entry = self.graph.entry(part)?;
                inside_of(entry)?;
                check_port(entry, &entry.shape.outputs, "output", port)?;
                Ok(part)
            }
        }
    }
}

impl AudioGraph {
    /// The names at both ends of a cable, for an error.
    pub(super) fn names_of(&self, from: Source, to: Sink) -> (String, String) {
        let (Source::Output(source, _) | Source::PartInput(source, _)) = from;
        let (Sink::Input(sink, _) | Sink::Param(sink, _) | Sink::PartOutput(sink, _)) = to;
        let name = |node| self.node(node).map_or(String::new(), |e| e.name.clone());
        (name(source), name(sink))
    }
}

fn inside_of(entry: &Entry) -> Result<&Inside, GraphError> {
    entry.inside.as_ref().ok_or_else(|| GraphError::NotAPart(entry.name.clone()))
}

fn check_port(entry: &Entry, ports: &[Port], direction: &'static str, port: u16) -> Result<(), GraphError> {
    if usize::from(port) < ports.len() {
        return Ok(());
    }
    Err(GraphError::NoSuchPort { node: entry.name.clone(), direction, port, has: ports.len() })
}

pub(super) fn check_size(name: &str, shape: &Shape) -> Result<(), GraphError> {
    let too_large = |what, limit| Err(GraphError::TooLarge { node: String::from(name), what, limit });
    let ports = || shape.inputs.iter().chain(&shape.outputs);
    if shape.params.len() > MAX_PARAMS {
        return too_large("too many parameters", MAX_PARAMS);
    }
    if ports().any(|p| !(1..=MAX_CHANNELS).contains(&p.channels)) {
        return too_large("a port with no channel or too many", usize::from(MAX_CHANNELS));
    }
    let total = |ports: &[Port]| ports.iter().map(|p| usize::from(p.channels)).sum::<usize>();
    if total(&shape.inputs).max(total(&shape.outputs)) > usize::from(u16::MAX) {
        return too_large("too many channels on one side", usize::from(u16::MAX));
    }
    let in_range = |p: &Parameter| p.min <= p.default && p.default <= p.max;
    match shape.params.iter().find(|p| !(in_range(p) && p.min.is_finite() && p.max.is_finite())) {
        Some(p) => Err(GraphError::BadRange { node: String::from(name), param: String::from(&*p.name) }),
        None => Ok(()),
    }
}
