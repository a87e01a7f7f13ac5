//! A way to tell nodes something without the thread that owns the graph: for hands that cannot wait for it.

use crate::message::{Address, Deed, Ticket, When};
use crate::tell::Message;
use sostenuto_rt::{Consumer, Full, Producer, ring};

/// What is told to one node past the queue of commands: a message whose meaning is a matter of its kind. No heap inside.
///
/// Of one that takes effect nothing is told but what the node tells itself. One that does not is [refused](crate::Event::SetRefused) by
/// [`ticket`](Word::ticket).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    /// The node, as [`AudioGraph::address`](crate::AudioGraph::address) gives it.
    pub node: Address,
    /// What it is told.
    pub message: Message,
    /// When.
    pub at: When,
}

/// Marks the tickets of words.
const OF_WORD: u64 = 1 << 63;

impl Word {
    /// By what it is refused: made of the verb and the id that its message has.
    pub fn ticket(&self) -> Ticket {
        Ticket(OF_WORD | u64::from(self.message.verb) << 32 | u64::from(self.message.id))
    }

    /// The verb and the id of the message of a word that a ticket is of; nothing if it is of something else.
    pub fn of(ticket: Ticket) -> Option<(u16, u32)> {
        (ticket.0 & OF_WORD != 0).then_some(((ticket.0 >> 32) as u16, ticket.0 as u32))
    }

    pub(crate) fn deed(&self) -> Deed {
        Deed::Tell(self.message)
    }
}

/// Where words go in.
///
/// What was sent by [`CommandSender`](crate::CommandSender) before is done before: who waits until a node is asked for by a command can tell it something here right away.
#[derive(Debug)]
pub struct LineSender {
    ring: Producer<Word>,
    refused: u64,
}

impl LineSender {
    /// Sends a word. Does not wait, allocate or call the system.
    ///
    /// # Errors
    /// If the line is full the word comes back, and the refusal is counted.
    pub fn send(&mut self, word: Word) -> Result<(), Full<Word>> {
        self.ring.push(word).inspect_err(|_| self.refused += 1)
    }

    /// How many words did not fit so far.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

/// The audio thread's end.
#[derive(Debug)]
pub(crate) struct LineReceiver {
    ring: Consumer<Word>,
}

impl LineReceiver {
    /// How many words wait. `[audio]`; wait-free.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// The next word, if one is there. `[audio]`; wait-free.
    pub fn receive(&mut self) -> Option<Word> {
        self.ring.pop()
    }
}

/// The two ends of a line that holds so many words. `[control]`
pub(crate) fn line(words: usize) -> (LineSender, LineReceiver) {
    let (producer, consumer) = ring(words);
    (LineSender { ring: producer, refused: 0 }, LineReceiver { ring: consumer })
}
