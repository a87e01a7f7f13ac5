//! What crosses between the control side and the audio thread: commands one way, events the other.

use crate::batch::Batch;
use crate::shape::MAX_PARAMS;
use crate::tell::{Message, Report};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use sostenuto_rt::{Consumer, Full, Producer, ring};
use sostenuto_transport::Change;
use sostenuto_voice::{Note, NoteId};

/// How many messages each ring holds unless asked otherwise.
pub const DEFAULT_MESSAGES: usize = 1024;

/// Bits of an id that tell the slot; the others count, so that ids sort by age. A table has at most 2^20 slots.
pub(crate) const SLOT_BITS: u32 = 24;

/// An id that is found at once, by its slot, and yet is never given twice.
pub(crate) fn pack(serial: u64, slot: u32) -> u64 {
    serial << SLOT_BITS | u64::from(slot)
}

pub(crate) fn slot_of(id: u64) -> usize {
    (id & ((1 << SLOT_BITS) - 1)) as usize
}

/// A node, by an id that stays its own for the life of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u64);

impl NodeId {
    /// The id as a number, for logs and maps.
    pub fn number(self) -> u64 {
        self.0 >> SLOT_BITS
    }

    pub(crate) fn new(serial: u64, slot: u32) -> Self {
        NodeId(pack(serial, slot))
    }
}

/// Where the audio thread finds a node: its slot, and which tenant of the slot is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub(crate) slot: u32,
    pub(crate) tenant: u32,
}

/// A change of one parameter. No heap inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Set {
    /// The node.
    pub node: Address,
    /// The number of the parameter in the node's shape.
    pub param: u16,
    /// Where to.
    pub value: f32,
    /// How.
    pub motion: Motion,
}

impl Address {
    pub(crate) const NOWHERE: Address = Address { slot: u32::MAX, tenant: 0 };
}

impl Set {
    pub(crate) fn deed(&self) -> Deed {
        Deed::Set { param: self.param, value: self.value, motion: self.motion }
    }
}

/// When something is to take effect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum When {
    /// As soon as may be.
    #[default]
    Now,
    /// At a frame; one that is past counts as now.
    Frame(u64),
    /// At a position of the transport in beats (quarter notes from 0). While the transport does not play, or is past it: now.
    Beat(f64),
    /// At the next bar line of the transport; while it does not play: now.
    NextBar,
    /// At its next beat; while it does not play: now.
    NextBeat,
}

impl From<Option<u64>> for When {
    fn from(frame: Option<u64>) -> Self {
        frame.map_or(When::Now, When::Frame)
    }
}

/// What an instrument is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteEvent {
    /// A note begins.
    On(Note),
    /// It is let go. One that is not held is left alone, and counted.
    Off(NoteId),
    /// All notes are let go.
    AllOff,
    /// A note is bent by so many semitones from its pitch, over 5 ms; at once at the frame at which it begins.
    Bend(NoteId, f32),
    /// The pressure on a note, from 0 to 1, over 5 ms; at once at the frame at which it begins.
    Pressure(NoteId, f32),
    /// One of the instrument's knobs, for one note only, over 5 ms; at once at the frame at which it begins.
    Knob(NoteId, u16, f32),
}

/// What waits for its frame: a change of a parameter, an event for an instrument, or a message for a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Deed {
    Set { param: u16, value: f32, motion: Motion },
    Note(NoteEvent),
    Tell(Message),
}

impl Deed {
    /// Why a node that does not hear it refuses it.
    pub fn unheard(&self) -> Refusal {
        match self {
            Deed::Note(_) => Refusal::NoInstrument,
            _ => Refusal::Unheard,
        }
    }
}

/// Names a request, so that its acknowledgement can be told from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What the control side asks of the audio thread. No heap of its own: a batch is one pointer, built and freed elsewhere.
#[derive(Debug)]
pub enum Command {
    /// Make these edits, whole.
    Apply(Box<Batch>),
    /// Change a parameter, now or at a frame.
    Set {
        /// Comes back in [`Event::Set`].
        ticket: Ticket,
        /// The change.
        set: Set,
        /// When; at once if `None` or past.
        at: Option<u64>,
    },
    /// The same, of which nothing is told unless it is refused: for parameters that move often.
    Turn {
        /// Comes back in [`Event::SetRefused`].
        ticket: Ticket,
        /// The change.
        set: Set,
        /// When; at once if `None` or past.
        at: Option<u64>,
    },
    /// Tell an instrument of a note, or another node that takes notes.
    Note {
        /// Comes back in [`Event::Set`].
        ticket: Ticket,
        /// The instrument or node.
        instrument: Address,
        /// What it is told.
        note: NoteEvent,
        /// When.
        at: When,
    },
    /// Tell a node something that is a matter of its kind. What has the same frame is told in the order in which it was sent.
    Tell {
        /// Comes back in [`Event::Set`].
        ticket: Ticket,
        /// The node.
        node: Address,
        /// What it is told.
        message: Message,
        /// When.
        at: When,
    },
    /// Change the transport.
    Transport {
        /// Comes back in [`Event::Set`].
        ticket: Ticket,
        /// The change.
        change: Change,
        /// When.
        at: When,
    },
    /// Make a node forget what it has heard, and unmute it.
    Reset {
        /// Comes back in [`Event::Set`].
        ticket: Ticket,
        /// The node.
        node: Address,
    },
    /// Answer.
    Ping(Ticket),
}

/// Why the audio thread did not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such node sounds (any more, or yet).
    #[error("that node is not sounding: it was removed, or its batch has not taken effect yet")]
    NotSounding,
    /// Not an instrument.
    #[error("that node is no instrument: send notes to one that is")]
    NoInstrument,
    /// A node that takes no such message.
    #[error("that node takes no such message: see its kind for those that it takes")]
    Unheard,
    /// The queue of changes with a frame is full.
    #[error(
        "too many changes are waiting for their frame: send them nearer to their time, or start with a larger limit"
    )]
    AgendaFull,
    /// The batch was built against a state that is not the present one.
    #[error(
        "the batch was compiled against another revision of the graph than the one that sounds: build it again"
    )]
    WrongRevision,
}

/// What the audio thread tells. No heap of its own: a batch that comes back is one pointer.
#[derive(Debug)]
pub enum Event {
    /// The batch took effect at this frame; in it is what it replaced, for freeing.
    Applied {
        /// The batch's.
        ticket: Ticket,
        /// The first frame that sounds changed.
        frame: u64,
        /// Old plans and nodes.
        spent: Box<Batch>,
    },
    /// The batch did not take effect and nothing changed; it comes back whole.
    Refused {
        /// The batch's.
        ticket: Ticket,
        /// Why.
        why: Refusal,
        /// The batch.
        batch: Box<Batch>,
    },
    /// A set, a reset, a note, a message or a change of the transport took effect at this frame, or will.
    Set {
        /// The request's.
        ticket: Ticket,
        /// The first frame that it changed.
        frame: u64,
    },
    /// A set, a reset, a note, a message or a change of the transport did not take effect.
    SetRefused {
        /// The request's.
        ticket: Ticket,
        /// Why.
        why: Refusal,
    },
    /// A node put out a sample that is not a finite number, and is mute from this frame on.
    Muted {
        /// The node.
        node: NodeId,
        /// The frame of that sample.
        frame: u64,
    },
    /// A node tells something that is a matter of its kind.
    Told {
        /// The node.
        node: NodeId,
        /// What it tells.
        report: Report,
    },
    /// A node had more to tell than could be kept while nobody took it; its later ones follow.
    Untold {
        /// The node.
        node: NodeId,
        /// How many reports were lost.
        lost: u32,
        /// The frame up to which they were.
        frame: u64,
    },
    /// The answer to a ping.
    Pong {
        /// The ping's.
        ticket: Ticket,
        /// The frame that will be rendered next.
        frame: u64,
    },
}

/// The control side's end of the command ring.
#[derive(Debug)]
pub struct CommandSender {
    ring: Producer<Command>,
    refused: u64,
}

impl CommandSender {
    /// Sends a command. `[control]`; does not wait or allocate.
    ///
    /// # Errors
    /// If the ring is full the command comes back, and the refusal is counted.
    pub fn send(&mut self, command: Command) -> Result<(), Full<Command>> {
        self.ring.push(command).inspect_err(|_| self.refused += 1)
    }

    /// How many more commands fit now. It can only grow until the next [`send`](Self::send).
    pub fn room(&mut self) -> usize {
        self.ring.slots()
    }

    /// How many commands did not fit so far.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

/// The audio thread's end of the command ring.
#[derive(Debug)]
pub struct CommandReceiver {
    ring: Consumer<Command>,
}

impl CommandReceiver {
    /// The next command, if one is there. `[audio]`; wait-free.
    pub fn receive(&mut self) -> Option<Command> {
        self.ring.pop()
    }

    /// The next command, left where it is. `[audio]`; wait-free.
    pub fn peek(&mut self) -> Option<&Command> {
        self.ring.peek()
    }
}

/// The audio thread's end of the event ring.
#[derive(Debug)]
pub struct EventSender {
    ring: Producer<Event>,
}

impl EventSender {
    /// Tells. `[audio]`; wait-free.
    ///
    /// # Errors
    /// If the ring is full the event comes back: the audio thread keeps it and tries again.
    pub fn tell(&mut self, event: Event) -> Result<(), Full<Event>> {
        self.ring.push(event)
    }
}

/// The control side's end of the event ring.
#[derive(Debug)]
pub struct EventReceiver {
    ring: Consumer<Event>,
}

impl EventReceiver {
    /// The next event, if one is there. `[control]`; dropping it frees what came back in it.
    pub fn receive(&mut self) -> Option<Event> {
        self.ring.pop()
    }
}

/// The two ends of a command ring that holds so many messages.
pub fn commands(messages: usize) -> (CommandSender, CommandReceiver) {
    let (producer, consumer) = ring(messages);
    (CommandSender { ring: producer, refused: 0 }, CommandReceiver { ring: consumer })
}

/// The two ends of an event ring that holds so many messages.
pub fn events(messages: usize) -> (EventSender, EventReceiver) {
    let (producer, consumer) = ring(messages);
    (EventSender { ring: producer }, EventReceiver { ring: consumer })
}

// A parameter's number fits the bit mask of moving parameters.
const _: () = assert!(MAX_PARAMS <= u64::BITS as usize);
// A message is at most a cache line.
const _: () = assert!(size_of::<Command>() <= 64 && size_of::<Event>() <= 64);
