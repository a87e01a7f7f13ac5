//! The way back: events for the control side, none of which is lost that carries a batch.

use crate::message::{Event, EventSender, Refusal, Ticket};
use crate::stats::EngineLoad;
use alloc::collections::VecDeque;
use alloc::sync::Arc;

/// Events kept while the ring of events is full.
const BACKLOG: usize = 64;
/// Room in the backlog for what one more command, one more batch or one span may have to tell.
const RESERVE: usize = 8;

/// The way back to the control side: the ring and, while that is full, a backlog of fixed size. No event that carries a batch is
/// ever lost, for no command is taken while the backlog is nearly full.
#[derive(Debug)]
pub(super) struct Outbox {
    events: EventSender,
    kept: VecDeque<Event>,
    load: Arc<EngineLoad>,
}

impl Outbox {
    /// `[control]`
    pub fn new(events: EventSender, load: Arc<EngineLoad>) -> Self {
        Outbox { events, kept: VecDeque::with_capacity(BACKLOG), load }
    }

    /// Whether it can take what one more command may cause.
    pub fn is_full(&self) -> bool {
        self.kept.len() + RESERVE > BACKLOG
    }

    /// Whether not even an event without a batch can be kept.
    pub fn has_no_room(&mut self) -> bool {
        self.flush();
        self.kept.len() >= BACKLOG
    }

    /// Tells what is not worth keeping a place for, as long as the ring has room; `false` if it has none. What it would cost to be kept is
    /// the matter of the one who tells.
    pub fn offer(&mut self, event: Event) -> bool {
        self.flush();
        self.kept.is_empty() && self.events.tell(event).is_ok()
    }

    pub fn tell_lost(&mut self, ticket: Ticket, why: Refusal) {
        // Notes of sequences are nobody's request.
        if ticket == Ticket(0) {
            return;
        }
        self.tell(Event::SetRefused { ticket, why });
    }

    /// Sends, or keeps to send later; `false` if there is room for neither, which only a flood of lost changes and faults can bring about.
    pub fn tell(&mut self, event: Event) -> bool {
        self.flush();
        let event = if self.kept.is_empty() {
            match self.events.tell(event) {
                Ok(()) => return true,
                Err(full) => full.0,
            }
        } else {
            event
        };
        // An event without a batch may go; one with a batch always finds the reserve.
        if self.kept.len() >= BACKLOG {
            self.load.note_untold();
            return false;
        }
        self.kept.push_back(event);
        true
    }

    pub fn flush(&mut self) {
        while let Some(event) = self.kept.pop_front() {
            if let Err(full) = self.events.tell(event) {
                self.kept.push_front(full.0);
                return;
            }
        }
    }
}
