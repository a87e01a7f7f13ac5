//! The graph as the control side holds it: nodes, ports, cables, parameters.

use crate::edit::Edit;
use crate::error::GraphError;
use crate::message::{Address, NodeId, Set, Ticket};
use crate::node::approach;
use crate::processor::Stream;
use crate::shape::{Port, Shape};
use crate::stats::NodeLoad;
use crate::table::Slots;
use crate::trajectory::Motion;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The whole graph, seen as a part: the place for nodes that lie in no other part, and whose output is what sounds.
pub const ROOT: NodeId = NodeId(0);

/// A cable, by an id that stays its own for the life of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CableId(pub(crate) u64);

/// Where a cable starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// At an output of a node.
    Output(NodeId, u16),
    /// At an input of the part that it lies in.
    PartInput(NodeId, u16),
}

/// Where a cable ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sink {
    /// At an input of a node.
    Input(NodeId, u16),
    /// At a parameter of a node, which it drives with its first channel.
    Param(NodeId, u16),
    /// At an output of the part that it lies in.
    PartOutput(NodeId, u16),
}

impl NodeId {
    /// An output of this node, by number.
    pub fn output(self, port: u16) -> Source {
        Source::Output(self, port)
    }
    /// An input of this node, by number.
    pub fn input(self, port: u16) -> Sink {
        Sink::Input(self, port)
    }
    /// A parameter of this node, by number.
    pub fn param(self, param: u16) -> Sink {
        Sink::Param(self, param)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Cable {
    pub from: Source,
    pub to: Sink,
    pub gain: f32,
    pub slot: u32,
    /// Its gain is 1 and was never anything else, so that its signal needs no step of its own.
    pub plain: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub slot: u32,
    pub tenant: u32,
    pub part: NodeId,
    pub shape: Shape,
    pub delays: bool,
    pub bypassed: bool,
    /// What lies inside, if it is a part.
    pub inside: Option<Inside>,
    pub load: Arc<NodeLoad>,
    /// The target of each parameter.
    pub values: Vec<f32>,
    pub incoming: BTreeSet<CableId>,
    pub outgoing: BTreeSet<CableId>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Inside {
    pub members: BTreeSet<NodeId>,
    /// Cables to the part's outputs.
    pub to_output: BTreeSet<CableId>,
    /// Cables from the part's inputs.
    pub from_input: BTreeSet<CableId>,
    /// Blocks of its own plan, and with the deepest part inside it.
    pub blocks: u32,
    pub blocks_with_parts: u32,
}

/// Room on the audio thread; it grows with the graph, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Slots for nodes.
    pub node_slots: usize,
    /// Slots for cables.
    pub cable_slots: usize,
    /// Blocks of [`QUANTUM`](crate::QUANTUM) frames for signals.
    pub blocks: usize,
}

/// The graph on the control side.
///
/// It changes only through [`edit`](Self::edit), a transaction that ends in a [`Batch`](crate::Batch) for the audio thread, or in an error and no change.
///
/// ```
/// use sostenuto_graph::{AudioGraph, Command, Executor, Limits, ROOT, Sink, Stream};
/// # use sostenuto_graph::doctest::Ramp;
/// let stream = Stream { sample_rate: 48_000.0 };
/// let (mut executor, mut remote) = Executor::new(stream, Limits::default(), None);
/// let mut graph = AudioGraph::new(stream, 2);
/// let mut edit = graph.edit();
/// let ramp = edit.add("ramp", Box::new(Ramp::default()))?;
/// edit.connect(ramp.output(0), Sink::PartOutput(ROOT, 0), 0.5)?;
/// remote.commands.send(Command::Apply(edit.commit()?)).unwrap();
/// let (mut left, mut right) = ([0.0; 4], [0.0; 4]);
/// executor.render(&mut [&mut left, &mut right]);
/// assert_eq!((left, right), ([0.0, 0.5, 1.0, 1.5], left));
/// # Ok::<(), sostenuto_graph::GraphError>(())
/// ```
#[derive(Debug)]
pub struct AudioGraph {
    pub(crate) stream: Stream,
    pub(crate) nodes: BTreeMap<NodeId, Entry>,
    pub(crate) cables: BTreeMap<CableId, Cable>,
    pub(crate) node_slots: Slots,
    pub(crate) cable_slots: Slots,
    pub(crate) next: u64,
    pub(crate) tenants: u32,
    pub(crate) revision: u64,
    pub(crate) arena_blocks: u32,
}

impl AudioGraph {
    /// An empty graph for a stream, with so many output channels.
    pub fn new(stream: Stream, channels: u16) -> Self {
        let output = Port { name: "out".into(), channels };
        let root = Entry {
            name: "the graph".into(),
            slot: u32::MAX,
            tenant: 0,
            part: ROOT,
            shape: Shape { inputs: Vec::new(), outputs: [output].into(), params: Vec::new() },
            delays: false,
            bypassed: false,
            inside: Some(Inside::default()),
            load: Arc::default(),
            values: Vec::new(),
            incoming: BTreeSet::new(),
            outgoing: BTreeSet::new(),
        };
        AudioGraph {
            stream,
            nodes: BTreeMap::from([(ROOT, root)]),
            cables: BTreeMap::new(),
            node_slots: Slots::default(),
            cable_slots: Slots::default(),
            next: 1,
            tenants: 0,
            revision: 0,
            arena_blocks: 0,
        }
    }

    /// Begins a transaction. Dropped without a commit, it leaves everything as it was.
    pub fn edit(&mut self) -> Edit<'_> {
        Edit::new(self)
    }

    /// The stream that it was made for.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// How many nodes there are, in all parts.
    pub fn len(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cables there are, in all parts.
    pub fn cable_count(&self) -> usize {
        self.cables.len()
    }

    /// How much room nodes, cables and signals have been given so far: what was needed at once, not what there ever was.
    pub fn footprint(&self) -> Footprint {
        Footprint {
            node_slots: self.node_slots.given(),
            cable_slots: self.cable_slots.given(),
            blocks: self.arena_blocks as usize,
        }
    }

    /// All nodes, oldest first.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> {
        self.nodes.keys().copied().filter(|id| *id != ROOT)
    }

    /// All cables, oldest first: where they start and end, and their gain or depth.
    pub fn cable_ends(&self) -> impl Iterator<Item = (CableId, Source, Sink, f32)> {
        self.cables.iter().map(|(id, c)| (*id, c.from, c.to, c.gain))
    }

    /// The cables at a node: where they start and end, and their gain or depth.
    pub fn cables_of(&self, node: NodeId) -> impl Iterator<Item = (Source, Sink, f32)> {
        let ends = self.nodes.get(&node).into_iter().flat_map(|e| e.incoming.union(&e.outgoing));
        ends.filter_map(|id| self.cables.get(id)).map(|c| (c.from, c.to, c.gain))
    }

    /// The ports and parameters of a node.
    pub fn shape(&self, node: NodeId) -> Option<&Shape> {
        self.nodes.get(&node).map(|e| &e.shape)
    }

    /// The name that a node was added under.
    pub fn name(&self, node: NodeId) -> Option<&str> {
        self.nodes.get(&node).map(|e| e.name.as_str())
    }

    /// Where a parameter is, or is going.
    pub fn value(&self, node: NodeId, param: u16) -> Option<f32> {
        self.nodes.get(&node)?.values.get(usize::from(param)).copied()
    }

    /// Whether a node is bypassed.
    pub fn is_bypassed(&self, node: NodeId) -> bool {
        self.nodes.get(&node).is_some_and(|e| e.bypassed)
    }

    /// How much time a node takes.
    pub fn load(&self, node: NodeId) -> Option<&Arc<NodeLoad>> {
        self.nodes.get(&node).map(|e| &e.load)
    }

    /// Where the audio thread finds a node.
    pub fn address(&self, node: NodeId) -> Option<Address> {
        self.nodes.get(&node).filter(|_| node != ROOT).map(|e| Address { slot: e.slot, tenant: e.tenant })
    }

    /// A change of one parameter, checked, to be sent alone with [`Command::Set`](crate::Command::Set). Noted as where the parameter is going.
    ///
    /// # Errors
    /// No such node or parameter, or the value is out of range.
    pub fn set(
        &mut self,
        node: NodeId,
        param: u16,
        value: f32,
        motion: Option<Motion>,
    ) -> Result<Set, GraphError> {
        let set = self.checked_set(node, param, value, motion)?;
        if let Some(entry) = self.nodes.get_mut(&node)
            && let Some(there) = entry.values.get_mut(usize::from(param))
        {
            *there = value;
        }
        Ok(set)
    }

    pub(crate) fn checked_set(
        &self,
        node: NodeId,
        param: u16,
        value: f32,
        motion: Option<Motion>,
    ) -> Result<Set, GraphError> {
        let entry = self.entry(node)?;
        let Some(info) = entry.shape.params.get(usize::from(param)) else {
            return Err(GraphError::NoSuchParam {
                node: entry.name.clone(),
                param,
                has: entry.shape.params.len(),
            });
        };
        if !(info.min..=info.max).contains(&value) {
            let (node, param) = (entry.name.clone(), String::from(&*info.name));
            return Err(GraphError::OutOfRange { node, param, value, min: info.min, max: info.max });
        }
        let motion = motion.unwrap_or_else(|| approach(info.approach, &self.stream));
        Ok(Set { node: Address { slot: entry.slot, tenant: entry.tenant }, param, value, motion })
    }

    pub(crate) fn entry(&self, node: NodeId) -> Result<&Entry, GraphError> {
        self.nodes.get(&node).ok_or(GraphError::NoSuchNode(node))
    }

    /// A ticket that no other request of this graph has.
    pub fn next_ticket(&mut self) -> Ticket {
        self.next += 1;
        Ticket(self.next)
    }
}
