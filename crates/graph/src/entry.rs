//! What the graph keeps of each cable, node and part.
//!
//! An edit in a large graph waits for memory more than it computes: what it reads of a node is to lie in the node, and not behind it.

use crate::cables::Cables;
use crate::choir::Kin;
use crate::feed::Feed;
use crate::latency::Align;
use crate::lineup::{NONE, Seat};
use crate::message::NodeId;
use crate::plan::Inner;
use crate::shape::{Port, Shape};
use crate::stats::{NodeLoad, VoiceLoad};
use crate::topology::{CableId, Sink, Source};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use smallvec::{SmallVec, smallvec};

#[derive(Clone, Debug)]
pub(crate) struct Cable {
    pub id: CableId,
    pub from: Source,
    pub to: Sink,
    pub gain: f32,
    /// Its gain is 1 and at rest, so that its signal needs no step of its own.
    pub plain: bool,
    /// It is on its way out, and no longer counts.
    pub leaving: bool,
    /// It has its place and is not heard: it has yet to come in, or has faded out.
    pub asleep: bool,
    /// Which change of its gain was the last.
    pub mark: u64,
    /// The sum that it is a term of; without one, what its end adds up itself.
    pub leaf: Option<u32>,
    /// How it holds its signal back.
    pub align: Option<Align>,
}

impl Cable {
    pub fn slot(&self) -> u32 {
        self.id.slot()
    }
}

/// The ports of a node on one side, in short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    pub ports: u16,
    /// Of all of them.
    pub channels: u16,
}

impl Side {
    pub fn of(ports: &[Port]) -> Self {
        Side { ports: ports.len() as u16, channels: ports.iter().map(|p| p.channels).sum() }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub slot: u32,
    pub tenant: u32,
    pub part: NodeId,
    pub shape: Arc<Shape>,
    /// All inputs, and all outputs, of the shape.
    pub inputs: Side,
    pub outputs: Side,
    pub delays: bool,
    /// It is no instrument, but takes notes all the same.
    pub takes_notes: bool,
    /// Of a part: as far as it goes for all inside.
    pub starts_silent: bool,
    pub bypassed: bool,
    /// It is yet to be bypassed: until then it delays as before.
    pub held: bool,
    /// It has come back from a bypass, maybe only just: it does not yet delay, as far as loops go.
    pub turning: bool,
    /// By how many frames its output is late against its inputs.
    pub latency: u32,
    /// By how many frames what it hears is late.
    pub late: u32,
    /// It is, or was once, bypassed.
    pub rerouted: bool,
    /// What it takes to run it beside others of its kind.
    pub kin: Option<Arc<dyn Kin>>,
    /// It is on its way out, and no longer counts.
    pub leaving: bool,
    /// The revision of the graph in which it came.
    pub born: u64,
    /// What lies inside, if it is a part.
    pub inside: Option<Inside>,
    pub load: Arc<NodeLoad>,
    /// The voices of an instrument, and how they fare.
    pub voices: Vec<NodeId>,
    pub voice_load: Option<Arc<VoiceLoad>>,
    /// The target of each parameter.
    pub values: SmallVec<[f32; 4]>,
    pub incoming: Cables,
    pub outgoing: Cables,
    /// What each input adds up.
    pub feeds: SmallVec<[Feed; 1]>,
    /// Cables that drive its parameters.
    pub drives: Cables,
    pub seat: Seat,
}

#[derive(Clone, Debug)]
pub(crate) struct Inside {
    pub members: BTreeSet<NodeId>,
    /// Cables to the part's outputs.
    pub to_output: Cables,
    /// Cables from the part's inputs.
    pub from_input: Cables,
    /// What each output adds up.
    pub feeds: SmallVec<[Feed; 1]>,
    /// Where that is done.
    pub exit: Seat,
    /// Sums of ports with many cables.
    pub sums: BTreeSet<u32>,
    /// The first segment of its row.
    pub first: u32,
    /// How many units have a seat.
    pub seated: usize,
    /// Where its input is put.
    pub input: Option<u32>,
    /// How many parts lie around it.
    pub depth: usize,
    /// How it was last told to run.
    pub body: Inner,
    /// By how many frames its output is late against its inputs.
    pub late: u32,
}

impl Inside {
    pub fn new(depth: usize, outputs: usize) -> Self {
        Inside {
            members: BTreeSet::new(),
            to_output: Cables::default(),
            from_input: Cables::default(),
            feeds: smallvec![Feed::default(); outputs],
            exit: Seat::default(),
            sums: BTreeSet::new(),
            first: NONE,
            seated: 0,
            input: None,
            depth,
            body: Inner::EMPTY,
            late: 0,
        }
    }
}

impl Entry {
    /// How many channels an input has.
    pub fn input_width(&self, port: usize) -> u16 {
        match (self.inputs.ports, port) {
            (1, 0) => self.inputs.channels,
            _ => self.shape.inputs.get(port).map_or(1, |p| p.channels),
        }
    }

    /// By how many frames it makes later what goes through it.
    pub fn own_latency(&self) -> u32 {
        match &self.inside {
            _ if self.bypassed => 0,
            Some(inside) => inside.late,
            None => self.latency,
        }
    }
}
