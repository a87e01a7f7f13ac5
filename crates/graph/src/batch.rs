//! A batch of edits as it crosses to the audio thread: whole, ready-built, one pointer.

use crate::automation::Tracks;
use crate::block::Block;
use crate::gain::Gain;
use crate::instrument::Tables;
use crate::io::Flow;
use crate::message::{Set, Ticket, When};
use crate::node::Node;
use crate::plan::{CompiledGraph, Inner, Link};
use crate::playing::Parts;
use crate::rows::Reform;
use crate::table::Chunk;
use crate::team::Side;
use crate::teams::Musters;
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::vec::Vec;
use sostenuto_rt::CommonsChunk;

/// Edits that take effect together, at one frame.
///
/// Made by [`Edit::commit`](crate::Edit::commit); sent with [`Command::Apply`](crate::Command::Apply). Applying it swaps what it brings with what sounds, so
/// that afterwards it holds what is to be freed: it then goes back, and is dropped on the control side.
#[derive(Debug)]
pub struct Batch {
    pub(crate) ticket: Ticket,
    pub(crate) at: When,
    /// What follows by itself; nothing sent later comes before it.
    pub(crate) then: Option<Box<Batch>>,
    /// As what follows on another batch: what is first to have come to rest.
    pub(crate) after: After,
    /// The state it was built against; it makes the next.
    pub(crate) revision: u64,
    /// What goes into slots of nodes.
    pub(crate) nodes: Vec<(u32, Option<Node>)>,
    /// What goes into slots of cables.
    pub(crate) cables: Vec<(u32, CableChange)>,
    /// Plans for their slots.
    pub(crate) plans: Vec<(u32, Option<Box<CompiledGraph>>)>,
    /// Which plan follows which.
    pub(crate) links: Vec<(u32, u32)>,
    /// How the whole runs.
    pub(crate) root: Option<Inner>,
    /// How parts run, by their slots.
    pub(crate) parts: Vec<(u32, Inner)>,
    /// Where the voices of instruments hear notes, by the instruments' slots.
    pub(crate) tables: Vec<(u32, Box<Tables>)>,
    /// What is played from now on.
    pub(crate) play: Parts,
    /// Which parameters follow lanes from now on.
    pub(crate) tracks: Option<Box<Tracks>>,
    /// Parameters.
    pub(crate) sets: Vec<Set>,
    /// Slots of nodes to go around, or through again.
    pub(crate) bypasses: Vec<(u32, bool, Motion)>,
    /// Slots of nodes that are to forget what they have heard.
    pub(crate) resets: Vec<u32>,
    /// Which parts run side by side.
    pub(crate) musters: Musters,
    /// For those who help to render.
    pub(crate) reform: Reform,
    pub(crate) arena: Option<Arena>,
    pub(crate) node_chunks: Vec<CommonsChunk<Option<Node>>>,
    /// As many, of whose nodes these are.
    pub(crate) tenant_chunks: Vec<Chunk<u32>>,
    pub(crate) cable_chunks: Vec<Chunk<Gain>>,
    pub(crate) plan_chunks: Vec<Chunk<Link>>,
    pub(crate) team_chunks: Vec<CommonsChunk<Option<Box<dyn Side>>>>,
}

/// What a batch that follows waits for.
#[derive(Debug, Default)]
pub(crate) struct After {
    /// Slots of cables.
    pub cables: Vec<u32>,
    /// Slots of nodes on the way back from a bypass.
    pub bypasses: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CableChange {
    /// A new cable: its gain or depth starts here.
    New(f32),
    /// A cable that is there moves.
    Move(f32, Motion),
    /// A cable fades over so many frames; at frame 0, before which nothing sounded, it is there at once.
    Fade(f32, u32),
}

impl Batch {
    /// What names it in its acknowledgement.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// What it does to cables, by slot: the gain, the way there unless it starts there, and whether that is a fade, which at frame 0 is left out. To
    /// check what sounds against the graph.
    #[doc(hidden)]
    pub fn cable_changes(&self) -> impl Iterator<Item = (u32, f32, Option<Motion>, bool)> {
        self.cables.iter().map(|(slot, change)| match *change {
            CableChange::New(gain) => (*slot, gain, None, false),
            CableChange::Move(gain, motion) => (*slot, gain, Some(motion), false),
            CableChange::Fade(gain, frames) => (*slot, gain, Some(Motion::Glide(frames)), true),
        })
    }

    /// What names the batches that follow this one by themselves, in their order; each is acknowledged on its own.
    pub fn follow_ups(&self) -> impl Iterator<Item = Ticket> {
        let mut next = self.then.as_deref();
        core::iter::from_fn(move || {
            let batch = next?;
            next = batch.then.as_deref();
            Some(batch.ticket)
        })
    }

    /// Asks for the frame at which it is to take effect. One that is past counts as now; the acknowledgement tells the true frame.
    /// Batches take effect in the order in which they were sent: a later one waits for this one.
    pub fn at(mut self: Box<Self>, frame: u64) -> Box<Self> {
        self.at = When::Frame(frame);
        self
    }

    /// Asks for a time, also a musical one. See [`at`](Self::at).
    pub fn when(mut self: Box<Self>, when: When) -> Box<Self> {
        self.at = when;
        self
    }
}

/// The blocks that plans run in.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    pub blocks: Box<[Block]>,
    pub flow: Box<[Flow]>,
}

impl Arena {
    pub fn new(blocks: usize) -> Self {
        Arena {
            blocks: vec![Block::SILENT; blocks].into_boxed_slice(),
            flow: vec![Flow::Silent; blocks].into_boxed_slice(),
        }
    }
}
