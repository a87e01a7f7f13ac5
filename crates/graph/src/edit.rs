//! A transaction on the graph: edits, each checked as it is made, that become one batch, or nothing.

mod align;
mod automation;
mod commit;
mod ends;
mod enter;
mod instrument;
mod leave;
mod reorder;
mod undo;

use crate::automation::Tracks;
use crate::batch::CableChange;
use crate::cables::Cables;
use crate::choir::Kin;
use crate::error::GraphError;
use crate::feed::Feed;
use crate::instrument::Tables;
use crate::latency::Late;
use crate::lineup::{Seat, Unit};
use crate::message::{NodeId, NoteEvent, Set, pack};
use crate::node::{Body, Node};
use crate::plan::Inner;
use crate::playing::Parts;
use crate::processor::Processor;
use crate::shape::{Port, Shape};
use crate::table::{CHUNK, MAX_CHUNKS};
use crate::tell::Told;
use crate::topology::{AudioGraph, Cable, CableId, Entry, Inside, ROOT, Side, Sink, Source};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
pub use automation::Follows;
use ends::check_size;
use enter::Entrance;
pub use instrument::{VoiceTables, Voicing};
use smallvec::smallvec;
use undo::Undo;

/// Edits under way. [`commit`](Self::commit) makes them one batch; dropping takes them all back.
///
/// `[control]` Each edit is checked as it is made, and one that fails changes nothing; the edits before it stand.
///
/// # Fades
/// What is heard does not jump. A cable from or to something that sounds already fades in; one that goes fades out, and so does all that is heard
/// of a node that goes, which is kept until then, with all that it hears. Between nodes that are new there is nothing to fade, nor at frame 0, nor
/// behind new nodes that [start from silence](Processor::starts_silent) and hear what fades in. It takes 5 ms, or what [`fade`](Self::fade) says.
/// What fades out counts as gone at once; [`AudioGraph::settle`] takes it away, and when it does so cannot be heard.
///
/// Where old and new cables together would be a loop without a delay, as when two nodes of a chain change places, the new ones fade in once the old
/// ones have faded out, and batches that come meanwhile wait for them. So it is with a bypass that would take the delay out of a loop on its way out,
/// and with a loop through a delay that is on its way back from a bypass.
///
/// With a fade of 0 frames an edit takes effect at once, even on what fades because of an earlier one: a cable that is laid again where one fades out
/// is there at once and that one is cut; a node that is removed is cut off from all that hears it.
#[derive(Debug)]
pub struct Edit<'g> {
    pub(crate) graph: &'g mut AudioGraph,
    /// How to take back what was done, latest last.
    journal: Vec<Undo>,
    nodes: Vec<(u32, Option<Node>)>,
    cables: Vec<(u32, CableChange)>,
    sets: Vec<Set>,
    bypasses: Vec<(u32, bool, Motion)>,
    resets: Vec<u32>,
    tables: Vec<(u32, Box<Tables>)>,
    play: Parts,
    tracks: Option<Box<Tracks>>,
    freed_nodes: Vec<u32>,
    freed_cables: Vec<u32>,
    /// Sums that may have nothing left to add up.
    emptied: Vec<u32>,
    /// Cables of earlier transactions on their way out that come back, as they were.
    returned: BTreeMap<CableId, Cable>,
    /// Cables that fade, and nodes on their way out.
    faded: Vec<(CableId, u64)>,
    left: Vec<NodeId>,
    /// New cables that fade in unless what they come from starts from silence.
    undecided: Vec<(CableId, u32)>,
    /// Empty: where changes of cables are put while these are decided on.
    decided: Vec<(u32, CableChange)>,
    /// Frames that fades take, and the most that one of them took.
    fade: u32,
    longest: u32,
    /// The last number given before.
    began: u64,
    /// What was born before this revision sounded before.
    since: u64,
}

/// Lists that a transaction hands on to the next, so that it need not make its own.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    journal: Vec<Undo>,
    nodes: Vec<(u32, Option<Node>)>,
    cables: Vec<(u32, CableChange)>,
    sets: Vec<Set>,
    undecided: Vec<(CableId, u32)>,
    decided: Vec<(u32, CableChange)>,
}

/// For so many entries each.
const MOST_KEPT: usize = 256;

impl<'g> Edit<'g> {
    pub(crate) fn new(graph: &'g mut AudioGraph) -> Self {
        let (began, since) = (graph.next, graph.revision);
        let fade = (0.005 * graph.stream.sample_rate + 0.5) as u32;
        let Kept { journal, nodes, cables, sets, undecided, decided } = core::mem::take(&mut graph.kept);
        Edit {
            graph,
            journal,
            nodes,
            cables,
            sets,
            bypasses: Vec::new(),
            resets: Vec::new(),
            tables: Vec::new(),
            play: None,
            tracks: None,
            freed_nodes: Vec::new(),
            freed_cables: Vec::new(),
            emptied: Vec::new(),
            returned: BTreeMap::new(),
            faded: Vec::new(),
            left: Vec::new(),
            undecided,
            decided,
            fade,
            longest: fade,
            began,
            since,
        }
    }

    /// Lets the fades of the edits that follow take so many frames; 0 makes them take effect at once.
    pub fn fade(&mut self, frames: u32) {
        self.fade = frames;
        self.longest = self.longest.max(frames);
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
        processor: Box<dyn Processor>,
    ) -> Result<NodeId, GraphError> {
        let shape = processor.shape();
        check_size(name, &shape)?;
        let shape = self.graph.shapes.share(shape);
        self.put_node(part, String::from(name), processor, shape)
    }

    /// The same for a node whose [shape](Processor::shape) the caller knows, and shares with others that have it.
    ///
    /// # Errors
    /// As [`add_in`](Self::add_in).
    pub fn add_as(
        &mut self,
        part: NodeId,
        name: String,
        processor: Box<dyn Processor>,
        shape: &Arc<Shape>,
    ) -> Result<NodeId, GraphError> {
        debug_assert_eq!(processor.shape(), **shape, "{name}");
        check_size(&name, shape)?;
        self.put_node(part, name, processor, Arc::clone(shape))
    }

    fn put_node(
        &mut self,
        part: NodeId,
        name: String,
        mut processor: Box<dyn Processor>,
        shape: Arc<Shape>,
    ) -> Result<NodeId, GraphError> {
        let delays = processor.delays();
        processor.prepare(&self.graph.stream);
        let silent = processor.starts_silent();
        let latency = processor.latency();
        let takes_notes = processor.hears(&Told::Note(NoteEvent::AllOff));
        let (kin, body) = (processor.kin(), Body::Processor(processor));
        let id = self.place(part, name, shape, (delays, silent, kin), None, body)?;
        if takes_notes && let Some(entry) = self.graph.node_mut(id) {
            entry.takes_notes = true;
        }
        if latency > 0
            && let Some(entry) = self.graph.node_mut(id)
        {
            entry.latency = latency;
            self.graph.latent += 1;
            self.graph.late.push(Late::Changed(id));
        }
        Ok(id)
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
        check_size(name, &shape)?;
        let shape = self.graph.shapes.share(shape);
        self.put_part(part, String::from(name), shape)
    }

    /// The same with inputs and outputs that the caller shares with other parts. Parameters of the shape are left out of account.
    ///
    /// # Errors
    /// As [`add_in`](Self::add_in).
    pub fn add_part_as(
        &mut self,
        part: NodeId,
        name: String,
        shape: &Arc<Shape>,
    ) -> Result<NodeId, GraphError> {
        check_size(&name, shape)?;
        self.put_part(part, name, Arc::clone(shape))
    }

    fn put_part(&mut self, part: NodeId, name: String, shape: Arc<Shape>) -> Result<NodeId, GraphError> {
        let depth = self.graph.entry(part)?.inside.as_ref().map_or(0, |i| i.depth) + 1;
        let inside = Inside::new(depth, shape.outputs.len());
        let body = Body::Part(Inner::EMPTY);
        let id = self.place(part, name, shape, (false, true, None), Some(inside), body)?;
        self.graph.lineup.arrivals.push(Unit::Exit(id));
        Ok(id)
    }

    fn place(
        &mut self,
        part: NodeId,
        name: String,
        shape: Arc<Shape>,
        (delays, starts_silent, kin): (bool, bool, Option<Arc<dyn Kin>>),
        inside: Option<Inside>,
        body: Body,
    ) -> Result<NodeId, GraphError> {
        self.check_place(part, &name)?;
        let Some(slot) = self.graph.node_slots.take() else {
            return Err(GraphError::Full { what: "nodes", limit: CHUNK * MAX_CHUNKS });
        };
        let serial = self.graph.serial();
        let (id, tenant, load) = (NodeId::new(serial, slot), serial as u32, Arc::default());
        self.nodes.push((slot, Some(Node::new(body, &shape, id, tenant, Arc::clone(&load)))));
        let entry = Entry {
            name,
            slot,
            tenant,
            part,
            delays,
            takes_notes: false,
            starts_silent,
            bypassed: false,
            held: false,
            turning: false,
            rerouted: false,
            kin,
            latency: 0,
            late: 0,
            leaving: false,
            born: self.graph.revision,
            inside,
            load,
            voices: Vec::new(),
            voice_load: None,
            values: shape.params.iter().map(|p| p.default).collect(),
            incoming: Cables::default(),
            outgoing: Cables::default(),
            feeds: smallvec![Feed::default(); shape.inputs.len()],
            drives: Cables::default(),
            seat: Seat::default(),
            inputs: Side::of(&shape.inputs),
            outputs: Side::of(&shape.outputs),
            shape,
        };
        self.graph.put_in(id, entry);
        self.journal.push(Undo::Add(id));
        Ok(id)
    }

    /// Removes a node with its cables, and what is inside it. What is heard of it fades out.
    ///
    /// # Errors
    /// No such node.
    pub fn remove(&mut self, node: NodeId) -> Result<(), GraphError> {
        let entry = self.graph.entry(node)?;
        if node == ROOT {
            return Err(GraphError::NoSuchNode(node));
        }
        // A cable that fades out, or leads to what does, is heard until that is over.
        let is_heard = |id: &CableId| self.graph.cable(*id).is_some_and(|c| c.leaving || self.is_heard(c));
        if self.fade > 0 && entry.born < self.since && entry.outgoing.iter().any(is_heard) {
            self.leave(node);
        } else {
            self.take_out(node);
        }
        Ok(())
    }

    /// Lays a cable. Into an input or a part's output its signal is scaled by `gain` and added to what else is there; into a parameter,
    /// `gain` is the depth: how many units of the parameter a signal of 1 adds. It fades in if what it leads to sounds already.
    ///
    /// # Errors
    /// An end that is not there; ends in different parts; a cable between the same ends; a gain that is not finite; too many cables.
    pub fn connect(&mut self, from: Source, to: Sink, gain: f32) -> Result<CableId, GraphError> {
        let names = || self.graph.names_of(from, to);
        if self.source_place(from)? != self.sink_place(to)? {
            let (from, to) = names();
            return Err(GraphError::AcrossParts(from, to));
        }
        if !gain.is_finite() {
            return Err(GraphError::BadGain(gain));
        }
        let (lies, leaves) = self.cables_between(from, to);
        if lies {
            let (from, to) = names();
            return Err(GraphError::DuplicateCable(from, to));
        }
        let entry = self.entry_of(from, to);
        if self.fade == 0 {
            while let Some(id) = self.find_cable(from, to, true) {
                self.cut(id);
            }
        } else if let Some(id) = leaves.filter(|id| self.can_come_back(*id)) {
            self.come_back(id, gain);
            return Ok(id);
        }
        let Some(slot) = self.graph.cable_slots.take() else {
            return Err(GraphError::Full { what: "cables", limit: CHUNK * MAX_CHUNKS });
        };
        let serial = self.graph.serial();
        let id = CableId(pack(serial, slot));
        let plain = gain == 1.0 && entry == Entrance::AtOnce;
        self.graph.attach(Cable {
            id,
            from,
            to,
            gain,
            plain,
            leaving: false,
            asleep: false,
            mark: serial,
            leaf: None,
            align: None,
        });
        match entry {
            Entrance::AtOnce => self.cables.push((slot, CableChange::New(gain))),
            Entrance::Fading => self.fade_in(id, self.fade),
            Entrance::AsItsSource => self.undecided.push((id, self.fade)),
        }
        self.journal.push(Undo::Connect(id));
        Ok(id)
    }

    /// Takes a cable away. What it leads to is heard without it after a fade.
    ///
    /// # Errors
    /// No such cable.
    pub fn disconnect(&mut self, cable: CableId) -> Result<(), GraphError> {
        let there = self.graph.cable(cable).filter(|c| !c.leaving).ok_or(GraphError::NoSuchCable)?;
        if self.fade > 0 && self.is_heard(there) {
            self.fade_out(cable);
        } else {
            self.cut(cable);
        }
        Ok(())
    }

    /// Moves a cable's gain or depth, on the path of least jerk over the time of a fade unless told otherwise.
    ///
    /// # Errors
    /// No such cable; a gain that is not finite.
    pub fn set_gain(&mut self, cable: CableId, gain: f32, motion: Option<Motion>) -> Result<(), GraphError> {
        if !gain.is_finite() {
            return Err(GraphError::BadGain(gain));
        }
        let there = self.graph.cable(cable).filter(|c| !c.leaving).ok_or(GraphError::NoSuchCable)?;
        let slot = there.slot();
        self.journal.push(Undo::Cable(there.clone()));
        self.regain(cable, gain, false);
        let motion = motion.unwrap_or(Motion::Glide(self.fade));
        self.longest = self.longest.max(motion.frames());
        self.cables.push((slot, CableChange::Move(gain, motion)));
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
        self.graph.note_shared(node, param, value);
        if let Some(entry) = self.graph.node_mut(node)
            && let Some(there) = entry.values.get_mut(usize::from(param))
        {
            self.journal.push(Undo::Set(node, param, core::mem::replace(there, value)));
        }
        self.sets.push(set);
        Ok(())
    }

    /// Leads the first input around a node to its output, or through the node again, with a fade. Meanwhile the node goes on hearing, so that
    /// nothing old comes out of it afterwards. A node that closes a loop no longer delays while bypassed, so that the loop is refused.
    ///
    /// # Errors
    /// No such node.
    pub fn bypass(&mut self, node: NodeId, on: bool) -> Result<(), GraphError> {
        self.graph.entry(node)?;
        let entry = self.graph.node_mut(node).filter(|_| node != ROOT).ok_or(GraphError::NoSuchNode(node))?;
        let was = core::mem::replace(&mut entry.bypassed, on);
        entry.rerouted = true;
        let (slot, delays, part, is_part) = (entry.slot, entry.delays, entry.part, entry.inside.is_some());
        if was != on {
            if delays && !on {
                let was = core::mem::replace(&mut entry.turning, true);
                self.journal.push(Undo::Turn(node, was));
            }
            if delays {
                self.graph.touch(Unit::Node(node));
            }
            if is_part {
                // In a team its members can be bypassed, and nodes; not parts in them.
                self.graph.loosen_team(part);
            }
            self.graph.note_changed(node);
            self.bypasses.push((slot, on, Motion::Glide(self.fade)));
            self.journal.push(Undo::Bypass(node, was));
        }
        Ok(())
    }

    /// Makes a node, and what is inside it, forget what it has heard when the batch takes effect, and sound again if it was muted.
    ///
    /// # Errors
    /// No such node.
    pub fn reset(&mut self, node: NodeId) -> Result<(), GraphError> {
        let slot = self.graph.entry(node)?.slot;
        if node == ROOT {
            return Err(GraphError::NoSuchNode(node));
        }
        self.resets.push(slot);
        Ok(())
    }

    /// The cable between two ends, if there is one.
    pub fn cable_between(&self, from: Source, to: Sink) -> Option<CableId> {
        self.find_cable(from, to, false)
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        while let Some(undo) = self.journal.pop() {
            self.take_back(undo);
        }
        self.graph.kept = Kept {
            journal: emptied(&mut self.journal),
            nodes: emptied(&mut self.nodes),
            cables: emptied(&mut self.cables),
            sets: emptied(&mut self.sets),
            undecided: emptied(&mut self.undecided),
            decided: emptied(&mut self.decided),
        };
    }
}

/// A list with nothing in it, and room for as much as edits need; not what only the making of a whole patch does.
fn emptied<T>(list: &mut Vec<T>) -> Vec<T> {
    let mut list = core::mem::take(list);
    list.clear();
    list.shrink_to(MOST_KEPT);
    list
}
