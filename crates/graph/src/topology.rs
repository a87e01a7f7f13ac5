//! The graph as the control side holds it: nodes, ports, cables, parameters.

use crate::blocks::Blocks;
use crate::cables::Cables;
use crate::compile::Slate;
use crate::edit::{Edit, Kept};
use crate::error::GraphError;
use crate::fades::Fades;
use crate::feed::Sum;
use crate::latency::Late;
use crate::lineup::{Lineup, Seat, Unit};
use crate::message::{Address, NodeId, SLOT_BITS, Set, Ticket, slot_of};
use crate::node::approach;
use crate::processor::Stream;
use crate::rows::Threads;
use crate::shape::{Port, Shape};
use crate::shapes::Shapes;
use crate::slab::Slab;
use crate::stats::NodeLoad;
use crate::table::Slots;
use crate::teams::Teams;
use crate::trajectory::Motion;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use smallvec::SmallVec;
use sostenuto_dsp::Width;

pub(crate) use crate::entry::{Cable, Entry, Inside, Side};

/// The whole graph, seen as a part: the place for nodes that lie in no other part, and whose output is what sounds.
pub const ROOT: NodeId = NodeId(0);

/// A cable, by an id that stays its own for the life of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CableId(pub(crate) u64);

impl CableId {
    /// Its place on the audio thread: to check what sounds against the graph.
    #[doc(hidden)]
    pub fn slot(self) -> u32 {
        slot_of(self.0) as u32
    }

    /// Grows with each cable that is laid.
    pub(crate) fn number(self) -> u64 {
        self.0 >> SLOT_BITS
    }
}

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
    pub(crate) root: Entry,
    pub(crate) nodes: Slab<Entry>,
    pub(crate) cables: Slab<Cable>,
    pub(crate) sums: Vec<Option<Sum>>,
    pub(crate) free_sums: Vec<u32>,
    pub(crate) node_slots: Slots,
    pub(crate) cable_slots: Slots,
    pub(crate) lineup: Lineup,
    pub(crate) blocks: Blocks,
    pub(crate) fades: Fades,
    pub(crate) teams: Teams,
    pub(crate) threads: Threads,
    /// What may have made something later or earlier.
    pub(crate) late: Vec<Late>,
    /// How many nodes with latency there ever were.
    pub(crate) latent: u64,
    pub(crate) next: u64,
    pub(crate) revision: u64,
    pub(crate) arena_blocks: u32,
    pub(crate) slate: Slate,
    pub(crate) shapes: Shapes,
    pub(crate) kept: Kept,
}

impl AudioGraph {
    /// An empty graph for a stream, with so many output channels.
    pub fn new(stream: Stream, channels: u16) -> Self {
        let output = Port { name: "out".into(), channels };
        let shape = Shape { inputs: Vec::new(), outputs: [output].into(), params: Vec::new() };
        let root = Entry {
            name: "the graph".into(),
            slot: u32::MAX,
            tenant: 0,
            part: ROOT,
            inputs: Side::of(&[]),
            outputs: Side::of(&shape.outputs),
            shape: Arc::new(shape),
            delays: false,
            takes_notes: false,
            starts_silent: true,
            bypassed: false,
            held: false,
            turning: false,
            rerouted: false,
            kin: None,
            latency: 0,
            late: 0,
            leaving: false,
            born: 0,
            inside: Some(Inside::new(0, 1)),
            load: Arc::default(),
            voices: Vec::new(),
            voice_load: None,
            values: SmallVec::new(),
            incoming: Cables::default(),
            outgoing: Cables::default(),
            feeds: SmallVec::new(),
            drives: Cables::default(),
            seat: Seat::default(),
        };
        AudioGraph {
            stream,
            root,
            nodes: Slab::default(),
            cables: Slab::default(),
            sums: Vec::new(),
            free_sums: Vec::new(),
            node_slots: Slots::default(),
            cable_slots: Slots::default(),
            lineup: Lineup { arrivals: vec![Unit::Exit(ROOT)], ..Lineup::default() },
            blocks: Blocks::default(),
            fades: Fades::default(),
            teams: Teams::new(Width::widest().lanes()),
            threads: Threads::default(),
            late: Vec::new(),
            latent: 0,
            next: 1,
            revision: 0,
            arena_blocks: 0,
            slate: Slate::default(),
            shapes: Shapes::default(),
            kept: Kept::default(),
        }
    }

    /// A node, even one that is on its way out.
    pub(crate) fn node(&self, id: NodeId) -> Option<&Entry> {
        if id == ROOT { Some(&self.root) } else { self.nodes.get(id.0) }
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> Option<&mut Entry> {
        if id == ROOT { Some(&mut self.root) } else { self.nodes.get_mut(id.0) }
    }

    /// A node that counts.
    pub(crate) fn present(&self, id: NodeId) -> Option<&Entry> {
        self.node(id).filter(|e| !e.leaving)
    }

    /// A cable, even one that is on its way out.
    pub(crate) fn cable(&self, id: CableId) -> Option<&Cable> {
        self.cables.get(id.0)
    }

    /// A cable that is heard, as far as its gain lets it.
    pub(crate) fn awake(&self, id: CableId) -> Option<&Cable> {
        self.cable(id).filter(|c| !c.asleep)
    }

    pub(crate) fn cable_mut(&mut self, id: CableId) -> Option<&mut Cable> {
        self.cables.get_mut(id.0)
    }

    /// A number that nothing else of this graph has.
    pub(crate) fn serial(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Takes no number, for a node, a cable or a ticket, that another graph has given before now. For an empty graph that is to take the other's place.
    pub fn number_after(&mut self, other: &AudioGraph) {
        self.next = self.next.max(other.next);
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
        self.nodes.len() - self.fades.nodes
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cables there are, in all parts.
    pub fn cable_count(&self) -> usize {
        self.cables.len() - self.fades.cables
    }

    /// Every node and cable that is heard, those on their way out included, oldest first: to check what sounds against the graph.
    #[doc(hidden)]
    #[expect(clippy::type_complexity, reason = "for tests")]
    pub fn heard(&self) -> (Vec<(NodeId, &Shape)>, Vec<(CableId, Source, Sink, f32)>) {
        let nodes = self.nodes.by_age().into_iter().map(|(id, e)| (NodeId(id), &*e.shape));
        let cables = self.cables.by_age().into_iter().map(|(id, c)| (CableId(id), c.from, c.to, c.gain));
        (nodes.collect(), cables.collect())
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
        self.nodes.by_age().into_iter().filter(|(_, e)| !e.leaving).map(|(id, _)| NodeId(id))
    }

    /// All cables, oldest first: where they start and end, and their gain or depth.
    pub fn cable_ends(&self) -> impl Iterator<Item = (CableId, Source, Sink, f32)> {
        let all = self.cables.by_age().into_iter().filter(|(_, c)| !c.leaving);
        all.map(|(id, c)| (CableId(id), c.from, c.to, c.gain))
    }

    /// The cables at a node, in the order of their ends: where they start and end, and their gain or depth.
    pub fn cables_of(&self, node: NodeId) -> impl Iterator<Item = (Source, Sink, f32)> {
        let ends = self.present(node).into_iter().flat_map(|e| e.incoming.iter().chain(&e.outgoing));
        let mut cables: Vec<&Cable> = ends.filter_map(|id| self.cable(*id)).filter(|c| !c.leaving).collect();
        cables.sort_unstable_by_key(|c| (c.from, c.to));
        // One from the node to itself is at both ends.
        cables.dedup_by_key(|c| c.id);
        cables.into_iter().map(|c| (c.from, c.to, c.gain))
    }

    /// The ports and parameters of a node.
    pub fn shape(&self, node: NodeId) -> Option<&Shape> {
        self.present(node).map(|e| &*e.shape)
    }

    /// The name that a node was added under.
    pub fn name(&self, node: NodeId) -> Option<&str> {
        self.present(node).map(|e| e.name.as_str())
    }

    /// Where a parameter is, or is going.
    pub fn value(&self, node: NodeId, param: u16) -> Option<f32> {
        self.present(node)?.values.get(usize::from(param)).copied()
    }

    /// Whether a node is bypassed.
    pub fn is_bypassed(&self, node: NodeId) -> bool {
        self.present(node).is_some_and(|e| e.bypassed)
    }

    /// How much time a node takes.
    pub fn load(&self, node: NodeId) -> Option<&Arc<NodeLoad>> {
        self.present(node).map(|e| &e.load)
    }

    /// Where the audio thread finds a node.
    pub fn address(&self, node: NodeId) -> Option<Address> {
        self.present(node).filter(|_| node != ROOT).map(|e| Address { slot: e.slot, tenant: e.tenant })
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
        self.note_shared(node, param, value);
        if let Some(entry) = self.node_mut(node)
            && let Some(there) = entry.values.get_mut(usize::from(param))
        {
            *there = value;
        }
        Ok(set)
    }

    /// What [`set`](Self::set) gives for a parameter at its default, to be sent again and again with other values that its range has. The graph
    /// is to be told of the last of them by [`note_value`](Self::note_value), before anybody asks it. Nothing of a parameter of which the graph
    /// has to know every value, and of one that is not there.
    pub fn pattern(&self, node: NodeId, param: u16) -> Option<Set> {
        let entry = self.present(node)?;
        let default = entry.shape.params.get(usize::from(param))?.default;
        let is_shared = entry.kin.as_ref().is_some_and(|kin| kin.shared() >> param & 1 == 1);
        self.checked_set(node, param, default, None).ok().filter(|_| !is_shared)
    }

    /// Notes where a parameter is going that was set by a [`pattern`](Self::pattern).
    pub fn note_value(&mut self, node: NodeId, param: u16, value: f32) {
        if let Some(there) = self.node_mut(node).and_then(|e| e.values.get_mut(usize::from(param))) {
            *there = value;
        }
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
        let Some(entry) = self.present(node) else { return Err(GraphError::NoSuchNode(node)) };
        Ok(entry)
    }

    /// A ticket that no other request of this graph has.
    pub fn next_ticket(&mut self) -> Ticket {
        Ticket(self.serial())
    }
}
