//! The edits of a patch, played on the graph.

mod build;
mod ends;
mod form;
mod voices;

use crate::conductor::tails::{Ringing, ring_on};
use crate::error::EngineError;
use crate::ports::{Place, Streams, WireEnd};
use crate::stage::{Changes, Stage};
use build::Ground;
use ends::{Moved, amplitude};
pub(crate) use form::Forms;
use sostenuto_graph::{GraphError, Motion, NodeId, ROOT, Sink};
use sostenuto_nodes::{Buffer, Slot, SlotSettings};
use sostenuto_patch::{Edit, Input, Output, Resolved, ResolvedPart};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What slots of a node are to be told: which, how they are played, and what, if that changes.
pub(crate) type Loads = Vec<(usize, SlotSettings, Option<Option<Arc<Buffer>>>)>;

/// The edits of a patch, played on the graph.
pub(crate) struct Score<'a> {
    stage: &'a Stage,
    next: &'a Resolved,
    /// What will stand there otherwise.
    pub changes: Changes,
    /// The parameters that were set.
    pub sets: Vec<(NodeId, u16)>,
    /// The id of a node of the patch that is to ring on when it is removed, and that node then.
    pub keep: Option<String>,
    pub ringing: Option<Ringing>,
    /// Nodes that stand for devices, of ports that go.
    pub retired: Vec<NodeId>,
    /// Nodes of which slots are to play something else: for each slot from the first, how, and what if that changes.
    pub loads: Vec<(NodeId, Loads)>,
    /// The ends of new wires to and from devices.
    pub wires: Vec<(WireEnd, Place)>,
    streams: &'a mut Streams,
    forms: &'a mut Forms,
    /// Instruments whose nodes came or went, and their voices.
    touched: BTreeMap<NodeId, Vec<NodeId>>,
}

pub(crate) type Transaction<'g> = sostenuto_graph::Edit<'g>;

impl<'a> Score<'a> {
    pub fn new(stage: &'a Stage, next: &'a Resolved, streams: &'a mut Streams, forms: &'a mut Forms) -> Self {
        Score {
            retired: Vec::new(),
            wires: Vec::new(),
            loads: Vec::new(),
            streams,
            forms,
            stage,
            next,
            changes: Changes::default(),
            sets: Vec::new(),
            keep: None,
            ringing: None,
            touched: BTreeMap::new(),
        }
    }

    /// The graph's node for an id: the one that this batch adds, else the one that is there.
    fn node(&self, body: NodeId, id: &str) -> Result<NodeId, EngineError> {
        let added = self.changes.added.get(&body).and_then(|nodes| nodes.get(id)).map(|n| n.node);
        let there = || self.stage.place(body, id).map(|place| place.node);
        added.or_else(there).ok_or_else(|| missing(id))
    }

    /// The graph's node for an id of the patch.
    ///
    /// # Errors
    /// There is none.
    pub fn node_of(&self, id: &str) -> Result<NodeId, EngineError> {
        self.node(ROOT, id)
    }

    /// The definition that a body follows; nothing for the patch itself.
    fn definition(&self, body: NodeId) -> Option<&'a Arc<ResolvedPart>> {
        let site = self.changes.sites.get(&body).or_else(|| self.stage.site(body))?;
        self.next.part(&site.part)
    }

    /// The bodies of an instance, those that this batch adds included; none of any other node.
    fn bodies_of(&self, body: NodeId, id: &str, node: NodeId) -> Vec<NodeId> {
        let added = self.changes.added.get(&body).and_then(|nodes| nodes.get(id));
        added.map_or_else(|| self.stage.bodies_of(node).to_vec(), |n| n.bodies.clone())
    }

    /// Makes one edit of the patch on the graph.
    pub fn play(&mut self, step: &Edit, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        match step {
            step if !step.is_audible() => Ok(()),
            // What this batch adds is built as the part is now.
            Edit::InPart { part, edit: step, .. } => {
                self.stage.instances(part).into_iter().try_for_each(|body| self.play_in(body, step, edit))
            }
            step => self.play_in(ROOT, step, edit),
        }
    }

    /// Makes an edit of the patch, or of a part in one of its bodies.
    fn play_in(&mut self, body: NodeId, step: &Edit, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        match step {
            Edit::AddNode { node, .. } => self.add(body, &node.id, edit)?,
            Edit::RemoveNode { node } => {
                let gone = self.node(body, &node.id)?;
                self.retire(body, &node.id);
                if body == ROOT && self.keep.as_ref() == Some(&node.id) {
                    self.ringing = Some(ring_on(gone, edit)?);
                } else {
                    edit.remove(gone)?;
                }
                self.changes.gone.push((body, node.id.clone()));
                self.touch(body);
            }
            Edit::ReplaceNode { node, .. } => self.replace(body, &node.id, edit)?,
            Edit::Slots { node, slots, was, .. } => {
                let there = self.node(body, &node.id)?;
                self.loads.push((there, loads(&node.label, slots, was)?));
            }
            Edit::Bypass { node, on } => {
                // What comes into a part or leaves it is no node of the graph.
                if let Ok(node) = self.node(body, &node.id) {
                    edit.bypass(node, *on)?;
                }
            }
            Edit::SetParam { node, param, value, info, .. } => {
                // A parameter that follows a signal has the value 0, even outside of its range.
                self.turn(body, &node.id, param, value.clamp(info.min, info.max), None, edit)?;
            }
            step => self.rewire(body, step, edit)?,
        }
        Ok(())
    }

    /// Makes an edit of a cable.
    fn rewire(&mut self, body: NodeId, step: &Edit, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        let cable = |from: &Output, to: Sink, edit: &Transaction<'_>| {
            let cable = edit.cable_between(self.output(body, from, edit)?, to);
            cable.ok_or(EngineError::Graph(GraphError::NoSuchCable))
        };
        match step {
            Edit::Connect { from, to, gain_db, .. } => {
                let (from, to) = (self.output(body, from, edit)?, self.input(body, to, edit)?);
                edit.connect(from, to, amplitude(*gain_db))?;
            }
            Edit::SetCableGain { from, to, gain_db, .. } => {
                let cable = cable(from, self.input(body, to, edit)?, edit)?;
                edit.set_gain(cable, amplitude(*gain_db), None)?;
            }
            Edit::Disconnect { from, to } => {
                edit.disconnect(cable(from, self.input(body, to, edit)?, edit)?)?;
            }
            Edit::Drive { from, to, depth, .. } => {
                let (from, to) = (self.output(body, from, edit)?, self.param(body, to, edit)?);
                edit.connect(from, to, *depth)?;
            }
            Edit::SetDepth { from, to, depth, .. } => {
                let cable = cable(from, self.param(body, to, edit)?, edit)?;
                edit.set_gain(cable, *depth, None)?;
            }
            Edit::Undrive { from, to } => {
                edit.disconnect(cable(from, self.param(body, to, edit)?, edit)?)?;
            }
            // What is played is no node of the graph.
            _ => {}
        }
        Ok(())
    }

    /// Sets a parameter of a node, or of an instance of a part: then what it stands for, in every voice.
    pub fn turn(
        &mut self,
        body: NodeId,
        id: &str,
        param: &str,
        value: f32,
        motion: Option<Motion>,
        edit: &mut Transaction<'_>,
    ) -> Result<(), EngineError> {
        let node = self.node(body, id)?;
        let bodies = self.bodies_of(body, id, node);
        if bodies.is_empty() {
            let shape = edit.graph().shape(node);
            let number = shape.and_then(|s| s.param(param)).unwrap_or(u16::MAX);
            let range = shape.and_then(|s| s.params.get(usize::from(number))).map(|p| (p.min, p.max));
            let value = range.map_or(value, |(min, max)| value.max(min).min(max));
            edit.set(node, number, value, motion)?;
            self.sets.push((node, number));
        }
        for body in bodies {
            let Some(part) = self.definition(body) else { continue };
            let Some(number) = part.params.iter().position(|p| p.info.name == param) else { continue };
            for target in &part.params[number].targets {
                let inner = &part.nodes[target.node];
                let name = &inner.shape.params[usize::from(target.param)].name;
                self.turn(body, &inner.id, name, value, motion, edit)?;
            }
            self.changes.turned.push((body, number, value));
        }
        Ok(())
    }

    fn add(&mut self, body: NodeId, id: &str, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        let ground = Ground::of(self, body);
        let place = match ground.part {
            Some(part) => part.place(id),
            None => self.next.place(id),
        };
        self.touch(body);
        let place = place.ok_or_else(|| missing(id))?;
        let spec = ground.spec(place).ok_or_else(|| missing(id))?;
        self.build(&ground, (place, spec), None, edit).map(drop)
    }

    /// Puts a new node in the place of an old one: cables that the new patch has too go over to it.
    fn replace(&mut self, body: NodeId, id: &str, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        let old = self.node(body, id)?;
        let old_wire = self.retire(body, id);
        let old_shape = edit.graph().shape(old).cloned().unwrap_or_default();
        let cables: Vec<_> = edit.graph().cables_of(old).collect();
        edit.remove(old)?;
        self.changes.gone.push((body, id.into()));
        self.add(body, id, edit)?;
        let new = self.node(body, id)?;
        let new_shape = edit.graph().shape(new).cloned().unwrap_or_default();
        let moved = Moved { old, new, old_shape, new_shape };
        for (from, to, gain) in cables {
            // The way between a port and its device was laid with the new node.
            let leads_out = matches!(to, Sink::PartOutput(ROOT, _))
                || old_wire.is_some_and(|wire| to == wire.input(0) || from == wire.output(0));
            if let (Some(from), Some(to)) = (moved.source(from), moved.sink(to))
                && !leads_out
            {
                edit.connect(from, to, gain)?;
            }
        }
        Ok(())
    }

    /// Notes that the node that stands for the device of a port is to go, once the port has faded out.
    fn retire(&mut self, body: NodeId, id: &str) -> Option<NodeId> {
        let wire = self.stage.place(body, id).and_then(|place| place.wire);
        self.retired.extend(wire);
        wire
    }

    fn output(
        &self,
        body: NodeId,
        from: &Output,
        edit: &Transaction<'_>,
    ) -> Result<sostenuto_graph::Source, EngineError> {
        ends::output(self.definition(body).map(|part| &**part), body, from, |id| self.node(body, id), edit)
    }

    fn input(&self, body: NodeId, to: &Input, edit: &Transaction<'_>) -> Result<Sink, EngineError> {
        ends::input(self.definition(body).map(|part| &**part), body, to, |id| self.node(body, id), edit)
    }

    fn param(&self, body: NodeId, to: &Input, edit: &Transaction<'_>) -> Result<Sink, EngineError> {
        let node = self.node(body, &to.node.id)?;
        let sink = edit.graph().shape(node).and_then(|shape| ends::param(node, shape, &to.port));
        Ok(sink.unwrap_or(node.param(u16::MAX)))
    }
}

/// What slots are to be told that play something else than they did.
fn loads(label: &str, slots: &[Slot], was: &[Slot]) -> Result<Loads, EngineError> {
    let changed = (0..slots.len().max(was.len())).filter(|n| slots.get(*n) != was.get(*n));
    let load = |n: usize| {
        let Some(Slot { recording, settings }) = slots.get(n) else {
            return Ok((n, SlotSettings::default(), Some(None)));
        };
        let same = was.get(n).is_some_and(|before| before.recording.buffer == recording.buffer);
        let silent = || EngineError::NoSound { node: label.into(), buffer: recording.name.clone() };
        let buffer = recording.buffer.clone().ok_or_else(silent)?;
        Ok((n, *settings, (!same).then_some(Some(buffer))))
    };
    changed.map(load).collect()
}

fn missing(id: &str) -> EngineError {
    EngineError::NoSuchNode { name: id.into(), suggestion: None }
}
