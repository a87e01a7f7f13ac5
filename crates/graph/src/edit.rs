//! A transaction on the graph: edits, each checked as it is made, that become one batch, or nothing.

use crate::batch::{Arena, Batch, CableChange};
use crate::compile::compile;
use crate::error::GraphError;
use crate::message::{NodeId, Set};
use crate::node::{Body, Node};
use crate::plan::CompiledGraph;
use crate::processor::Processor;
use crate::shape::{MAX_CHANNELS, MAX_DEPTH, MAX_PARAMS, Parameter, Port, Shape};
use crate::table::{CHUNK, MAX_CHUNKS, Table};
use crate::topology::{AudioGraph, Cable, CableId, Entry, Inside, ROOT, Sink, Source};
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Edits under way. [`commit`](Self::commit) makes them one batch; dropping takes them all back.
///
/// `[control]` Each edit is checked as it is made, and one that fails changes nothing; the edits before it stand.
#[derive(Debug)]
pub struct Edit<'g> {
    graph: &'g mut AudioGraph,
    /// How to take back what was done, latest last.
    journal: Vec<Undo>,
    nodes: Vec<(u32, Option<Node>)>,
    cables: Vec<(u32, CableChange)>,
    sets: Vec<Set>,
    bypasses: Vec<(u32, bool, Motion)>,
    resets: Vec<u32>,
    dirty: BTreeSet<NodeId>,
    freed_nodes: Vec<u32>,
    freed_cables: Vec<u32>,
}

#[derive(Debug)]
enum Undo {
    Add(NodeId),
    Remove(NodeId, Box<Entry>),
    Connect(CableId),
    Disconnect(CableId, Cable),
    Set(NodeId, u16, f32),
    Gain(CableId, f32, bool),
    Bypass(NodeId, bool),
}

impl<'g> Edit<'g> {
    pub(crate) fn new(graph: &'g mut AudioGraph) -> Self {
        Edit {
            graph,
            journal: Vec::new(),
            nodes: Vec::new(),
            cables: Vec::new(),
            sets: Vec::new(),
            bypasses: Vec::new(),
            resets: Vec::new(),
            dirty: BTreeSet::new(),
            freed_nodes: Vec::new(),
            freed_cables: Vec::new(),
        }
    }

    /// The graph as it is with the edits made so far.
    pub fn graph(&self) -> &AudioGraph {
        self.graph
    }

    /// Adds a node to the graph itself. See [`add_in`](Self::add_in).
    ///
    /// # Errors
    /// As [`add_in`](Self::add_in).
    pub fn add(&mut self, name: &str, processor: Box<dyn Processor>) -> Result<NodeId, GraphError> {
        self.add_in(ROOT, name, processor)
    }

    /// Adds a node to a part, with its parameters at their defaults. The name is for messages. Prepares the processor.
    ///
    /// # Errors
    /// No such part; too many nodes, channels or parameters; parts nested too deep; a parameter without a range around its default.
    pub fn add_in(
        &mut self,
        part: NodeId,
        name: &str,
        mut processor: Box<dyn Processor>,
    ) -> Result<NodeId, GraphError> {
        let shape = processor.shape();
        let delays = processor.delays();
        processor.prepare(&self.graph.stream);
        self.place(part, name, shape, delays, None, |_| Body::Processor(processor))
    }

    /// Adds an empty part to a part: a node whose inside is nodes and cables of its own, with a plan of its own.
    ///
    /// # Errors
    /// As [`add_in`](Self::add_in).
    pub fn add_part(
        &mut self,
        part: NodeId,
        name: &str,
        inputs: Vec<Port>,
        outputs: Vec<Port>,
    ) -> Result<NodeId, GraphError> {
        let shape = Shape { inputs, outputs, params: Vec::new() };
        let id =
            self.place(part, name, shape, false, Some(Inside::default()), |_| Body::Part(Box::default()))?;
        self.dirty.insert(id);
        Ok(id)
    }

    fn place(
        &mut self,
        part: NodeId,
        name: &str,
        shape: Shape,
        delays: bool,
        inside: Option<Inside>,
        body: impl FnOnce(NodeId) -> Body,
    ) -> Result<NodeId, GraphError> {
        check_size(name, &shape)?;
        inside_of(self.graph.entry(part)?)?;
        self.check_depth(part, name)?;
        let slot = self
            .graph
            .node_slots
            .take()
            .ok_or(GraphError::Full { what: "nodes", limit: CHUNK * MAX_CHUNKS })?;
        self.graph.next += 1;
        self.graph.tenants = self.graph.tenants.wrapping_add(1);
        let (id, tenant, load) = (NodeId(self.graph.next), self.graph.tenants, Arc::default());
        self.nodes.push((slot, Some(Node::new(body(id), &shape, id, tenant, Arc::clone(&load)))));
        let values = shape.params.iter().map(|p| p.default).collect();
        let name = String::from(name);
        let (incoming, outgoing) = (BTreeSet::new(), BTreeSet::new());
        let entry = Entry {
            name,
            slot,
            tenant,
            part,
            shape,
            delays,
            bypassed: false,
            inside,
            load,
            values,
            incoming,
            outgoing,
        };
        self.graph.nodes.insert(id, entry);
        self.inside(part, |inside| _ = inside.members.insert(id));
        self.journal.push(Undo::Add(id));
        self.dirty.insert(part);
        Ok(id)
    }

    /// Removes a node with its cables, and what is inside it.
    ///
    /// # Errors
    /// No such node.
    pub fn remove(&mut self, node: NodeId) -> Result<(), GraphError> {
        let entry = self.graph.entry(node)?;
        if node == ROOT {
            return Err(GraphError::NoSuchNode(node));
        }
        let inside = entry.inside.clone().unwrap_or_default();
        let cables: BTreeSet<CableId> = entry
            .incoming
            .iter()
            .chain(&entry.outgoing)
            .chain(&inside.to_output)
            .chain(&inside.from_input)
            .copied()
            .collect();
        for cable in cables {
            self.disconnect(cable)?;
        }
        for member in inside.members {
            self.remove(member)?;
        }
        if let Some(entry) = self.graph.nodes.remove(&node) {
            let part = entry.part;
            self.inside(part, |inside| _ = inside.members.remove(&node));
            self.dirty.insert(part);
            self.dirty.remove(&node);
            self.nodes.push((entry.slot, None));
            self.freed_nodes.push(entry.slot);
            self.journal.push(Undo::Remove(node, Box::new(entry)));
        }
        Ok(())
    }

    /// Lays a cable. Into an input or a part's output its signal is scaled by `gain` and added to what else is there; into a parameter,
    /// `gain` is the depth: how many units of the parameter a signal of 1 adds.
    ///
    /// # Errors
    /// An end that is not there; ends in different parts; a cable between the same ends; a gain that is not finite; too many cables.
    pub fn connect(&mut self, from: Source, to: Sink, gain: f32) -> Result<CableId, GraphError> {
        let (from_name, from_part) = self.source_place(from)?;
        let (to_name, to_part) = self.sink_place(to)?;
        if from_part != to_part {
            return Err(GraphError::AcrossParts(from_name, to_name));
        }
        if !gain.is_finite() {
            return Err(GraphError::BadGain(gain));
        }
        if self.cable_between(from, to).is_some() {
            return Err(GraphError::DuplicateCable(from_name, to_name));
        }
        let slot = self
            .graph
            .cable_slots
            .take()
            .ok_or(GraphError::Full { what: "cables", limit: CHUNK * MAX_CHUNKS })?;
        self.graph.next += 1;
        let id = CableId(self.graph.next);
        self.attach(id, Cable { from, to, gain, slot, plain: gain == 1.0 });
        self.cables.push((slot, CableChange::New(gain)));
        self.journal.push(Undo::Connect(id));
        self.dirty.insert(from_part);
        Ok(id)
    }

    /// Takes a cable away.
    ///
    /// # Errors
    /// No such cable.
    pub fn disconnect(&mut self, cable: CableId) -> Result<(), GraphError> {
        let there = self.graph.cables.get(&cable).ok_or(GraphError::NoSuchCable)?;
        let (_, part) = self.source_place(there.from)?;
        if let Some(taken) = self.detach(cable) {
            self.freed_cables.push(taken.slot);
            self.dirty.insert(part);
            self.journal.push(Undo::Disconnect(cable, taken));
        }
        Ok(())
    }

    /// Moves a cable's gain or depth, on the path of least jerk over 5 ms unless told otherwise.
    ///
    /// # Errors
    /// No such cable; a gain that is not finite.
    pub fn set_gain(&mut self, cable: CableId, gain: f32, motion: Option<Motion>) -> Result<(), GraphError> {
        if !gain.is_finite() {
            return Err(GraphError::BadGain(gain));
        }
        let there = self.graph.cables.get(&cable).ok_or(GraphError::NoSuchCable)?;
        let (from, old, plain, slot) = (there.from, there.gain, there.plain, there.slot);
        let (_, part) = self.source_place(from)?;
        if let Some(there) = self.graph.cables.get_mut(&cable) {
            (there.gain, there.plain) = (gain, false);
        }
        if plain {
            self.dirty.insert(part);
        }
        self.cables.push((slot, CableChange::Move(gain, motion.unwrap_or(self.fade()))));
        self.journal.push(Undo::Gain(cable, old, plain));
        Ok(())
    }

    /// Sets a parameter when the batch takes effect; as the parameter's way of approach says unless told otherwise.
    ///
    /// # Errors
    /// No such node or parameter; out of range.
    pub fn set(
        &mut self,
        node: NodeId,
        param: u16,
        value: f32,
        motion: Option<Motion>,
    ) -> Result<(), GraphError> {
        let set = self.graph.checked_set(node, param, value, motion)?;
        if let Some(entry) = self.graph.nodes.get_mut(&node)
            && let Some(there) = entry.values.get_mut(usize::from(param))
        {
            self.journal.push(Undo::Set(node, param, core::mem::replace(there, value)));
        }
        self.sets.push(set);
        Ok(())
    }

    /// Leads the first input around a node to its output, or through the node again; fades over 5 ms. What the node holds stays as it is
    /// meanwhile. A node that closes a loop no longer delays while bypassed, so that the loop is refused.
    ///
    /// # Errors
    /// No such node.
    pub fn bypass(&mut self, node: NodeId, on: bool) -> Result<(), GraphError> {
        let entry =
            self.graph.nodes.get_mut(&node).filter(|_| node != ROOT).ok_or(GraphError::NoSuchNode(node))?;
        let was = core::mem::replace(&mut entry.bypassed, on);
        let (slot, part, delays) = (entry.slot, entry.part, entry.delays);
        if was != on {
            if delays {
                self.dirty.insert(part);
            }
            self.bypasses.push((slot, on, self.fade()));
            self.journal.push(Undo::Bypass(node, was));
        }
        Ok(())
    }

    /// Makes a node, and what is inside it, forget what it has heard when the batch takes effect, and sound again if it was muted.
    ///
    /// # Errors
    /// No such node.
    pub fn reset(&mut self, node: NodeId) -> Result<(), GraphError> {
        let entry =
            self.graph.nodes.get(&node).filter(|_| node != ROOT).ok_or(GraphError::NoSuchNode(node))?;
        self.resets.push(entry.slot);
        Ok(())
    }

    /// How cables and bypasses move unless told otherwise.
    fn fade(&self) -> Motion {
        Motion::Glide((0.005 * self.graph.stream.sample_rate + 0.5) as u32)
    }

    /// The cable between two ends, if there is one.
    pub fn cable_between(&self, from: Source, to: Sink) -> Option<CableId> {
        let ends = match to {
            Sink::Input(node, _) | Sink::Param(node, _) => &self.graph.nodes.get(&node)?.incoming,
            Sink::PartOutput(part, _) => &self.graph.nodes.get(&part)?.inside.as_ref()?.to_output,
        };
        ends.iter()
            .copied()
            .find(|id| self.graph.cables.get(id).is_some_and(|c| c.from == from && c.to == to))
    }

    /// Compiles what was touched and makes the batch. From here on the graph counts as edited: the batch is to be sent, and before any
    /// later one. Ask [`CommandSender::room`](crate::CommandSender::room) first.
    ///
    /// # Errors
    /// A cycle without a delay. All edits are then taken back.
    pub fn commit(mut self) -> Result<Box<Batch>, GraphError> {
        let mut plans = Vec::with_capacity(self.dirty.len());
        for part in core::mem::take(&mut self.dirty) {
            // Dropping `self` on the way out takes everything back.
            plans.push((part, compile(self.graph, part)?));
        }
        let blocks = self.needed_blocks(&mut plans);
        self.journal.clear();
        let graph = &mut *self.graph;
        self.freed_nodes.drain(..).for_each(|slot| graph.node_slots.give_back(slot));
        self.freed_cables.drain(..).for_each(|slot| graph.cable_slots.give_back(slot));
        let ticket = graph.next_ticket();
        let arena = (blocks > graph.arena_blocks).then(|| {
            graph.arena_blocks = blocks.next_power_of_two();
            Arena::new(graph.arena_blocks as usize)
        });
        let mut batch = Box::new(Batch {
            ticket,
            at: None,
            revision: graph.revision,
            nodes: core::mem::take(&mut self.nodes),
            cables: core::mem::take(&mut self.cables),
            root: None,
            parts: Vec::new(),
            sets: core::mem::take(&mut self.sets),
            bypasses: core::mem::take(&mut self.bypasses),
            resets: core::mem::take(&mut self.resets),
            arena,
            node_chunks: (0..graph.node_slots.missing_chunks()).map(|_| Table::chunk(|| None)).collect(),
            cable_chunks: (0..graph.cable_slots.missing_chunks())
                .map(|_| Table::chunk(|| Trajectory::hold(0.0)))
                .collect(),
        });
        graph.revision += 1;
        for (part, plan) in plans {
            match graph.nodes.get(&part) {
                _ if part == ROOT => batch.root = Some(Box::new(plan)),
                Some(entry) => batch.parts.push((entry.slot, Box::new(plan))),
                None => {}
            }
        }
        Ok(batch)
    }

    /// Notes the sizes of the new plans and passes them up to the whole; the blocks that the whole needs.
    fn needed_blocks(&mut self, plans: &mut [(NodeId, CompiledGraph)]) -> u32 {
        let mut touched: BTreeSet<NodeId> = BTreeSet::from([ROOT]);
        for (part, plan) in plans.iter() {
            self.inside(*part, |inside| inside.blocks = plan.blocks);
            let mut up = *part;
            while touched.insert(up) {
                up = self.graph.nodes.get(&up).map_or(ROOT, |e| e.part);
            }
        }
        let blocks = self.measure(ROOT, &touched);
        for (part, plan) in plans {
            self.inside(*part, |inside| plan.blocks_with_parts = inside.blocks_with_parts);
        }
        blocks
    }

    fn measure(&mut self, part: NodeId, touched: &BTreeSet<NodeId>) -> u32 {
        let Some(inside) = self.graph.nodes.get(&part).and_then(|e| e.inside.as_ref()) else { return 0 };
        if !touched.contains(&part) {
            return inside.blocks_with_parts;
        }
        let own = inside.blocks;
        let members: Vec<NodeId> = inside.members.iter().copied().collect();
        let deepest = members.into_iter().map(|member| self.measure(member, touched)).max().unwrap_or(0);
        self.inside(part, |inside| inside.blocks_with_parts = own + deepest);
        own + deepest
    }

    fn inside(&mut self, part: NodeId, change: impl FnOnce(&mut Inside)) {
        if let Some(inside) = self.graph.nodes.get_mut(&part).and_then(|e| e.inside.as_mut()) {
            change(inside);
        }
    }

    /// Parts run inside each other on the audio thread's stack.
    fn check_depth(&self, part: NodeId, name: &str) -> Result<(), GraphError> {
        let mut up = part;
        for _ in 0..=MAX_DEPTH {
            if up == ROOT {
                return Ok(());
            }
            up = self.graph.entry(up)?.part;
        }
        let (node, what) = (String::from(name), "too many parts around it");
        Err(GraphError::TooLarge { node, what, limit: MAX_DEPTH })
    }

    /// The name of the node or part, and the part that a cable from there lies in.
    fn source_place(&self, source: Source) -> Result<(String, NodeId), GraphError> {
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
        Ok((entry.name.clone(), part))
    }

    fn sink_place(&self, sink: Sink) -> Result<(String, NodeId), GraphError> {
        match sink {
            Sink::Input(node, port) => {
                let entry = self.graph.entry(node)?;
                check_port(entry, &entry.shape.inputs, "input", port)?;
                Ok((entry.name.clone(), entry.part))
            }
            Sink::Param(node, param) => {
                let entry = self.graph.entry(node)?;
                let has = entry.shape.params.len();
                if usize::from(param) >= has {
                    return Err(GraphError::NoSuchParam { node: entry.name.clone(), param, has });
                }
                Ok((entry.name.clone(), entry.part))
            }
            Sink::PartOutput(part, port) => {
                let entry = self.graph.entry(part)?;
                inside_of(entry)?;
                check_port(entry, &entry.shape.outputs, "output", port)?;
                Ok((entry.name.clone(), part))
            }
        }
    }

    fn attach(&mut self, id: CableId, cable: Cable) {
        self.each_end(&cable, |ends| _ = ends.insert(id));
        self.graph.cables.insert(id, cable);
    }

    fn detach(&mut self, id: CableId) -> Option<Cable> {
        let cable = self.graph.cables.remove(&id)?;
        self.each_end(&cable, |ends| _ = ends.remove(&id));
        Some(cable)
    }

    /// The two lists that name a cable.
    fn each_end(&mut self, cable: &Cable, change: impl Fn(&mut BTreeSet<CableId>)) {
        let nodes = &mut self.graph.nodes;
        match cable.from {
            Source::Output(node, _) => nodes.get_mut(&node).map(|e| change(&mut e.outgoing)),
            Source::PartInput(part, _) => {
                nodes.get_mut(&part).and_then(|e| e.inside.as_mut()).map(|i| change(&mut i.from_input))
            }
        };
        match cable.to {
            Sink::Input(node, _) | Sink::Param(node, _) => {
                nodes.get_mut(&node).map(|e| change(&mut e.incoming))
            }
            Sink::PartOutput(part, _) => {
                nodes.get_mut(&part).and_then(|e| e.inside.as_mut()).map(|i| change(&mut i.to_output))
            }
        };
    }

    fn take_back(&mut self, undo: Undo) {
        match undo {
            Undo::Add(id) => {
                if let Some(entry) = self.graph.nodes.remove(&id) {
                    self.inside(entry.part, |inside| _ = inside.members.remove(&id));
                    self.graph.node_slots.give_back(entry.slot);
                }
            }
            Undo::Remove(id, entry) => {
                let part = entry.part;
                self.graph.nodes.insert(id, *entry);
                self.inside(part, |inside| _ = inside.members.insert(id));
            }
            Undo::Connect(id) => {
                if let Some(cable) = self.detach(id) {
                    self.graph.cable_slots.give_back(cable.slot);
                }
            }
            Undo::Disconnect(id, cable) => self.attach(id, cable),
            Undo::Set(node, param, old) => {
                let values = self.graph.nodes.get_mut(&node).map(|e| &mut e.values);
                if let Some(there) = values.and_then(|v| v.get_mut(usize::from(param))) {
                    *there = old;
                }
            }
            Undo::Bypass(node, was) => {
                if let Some(entry) = self.graph.nodes.get_mut(&node) {
                    entry.bypassed = was;
                }
            }
            Undo::Gain(id, gain, plain) => {
                if let Some(cable) = self.graph.cables.get_mut(&id) {
                    (cable.gain, cable.plain) = (gain, plain);
                }
            }
        }
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        while let Some(undo) = self.journal.pop() {
            self.take_back(undo);
        }
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

fn check_size(name: &str, shape: &Shape) -> Result<(), GraphError> {
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
