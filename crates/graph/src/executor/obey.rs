//! What each command does: at once, at its frame, or why not.

use super::{Executor, reset_node};
use crate::message::{Address, Command, Deed, Event, Refusal, Set, Ticket, When};

impl Executor {
    /// Takes commands, but no more than one callback may, nor more than there is room to answer.
    pub(super) fn drain(&mut self) {
        for _ in 0..self.limits.commands_per_callback.max(1) {
            if self.outbox.is_full() || self.waiting.len() >= self.limits.waiting.max(1) {
                break;
            }
            match self.inbox.receive() {
                Some(command) => self.obey(command),
                None => return,
            }
        }
        if self.inbox.peek().is_some() {
            self.load.note_deferred();
        }
    }

    /// Takes so many words, but no more than one callback may, nor more than there is room to answer; none while commands from before them wait.
    pub(super) fn listen(&mut self, words: usize) {
        if words == 0 || self.inbox.peek().is_some() {
            return;
        }
        for _ in 0..words.min(self.limits.commands_per_callback.max(1)) {
            if self.outbox.is_full() {
                return;
            }
            let Some(word) = self.line.receive() else { return };
            match self.tell(word.ticket(), word.node, word.deed(), word.at) {
                Event::Set { .. } => {}
                refusal => _ = self.outbox.tell(refusal),
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Apply(mut batch) => {
                batch.at = self.playing.settled(batch.at, self.frame);
                self.waiting.push_back((self.agenda.arrivals(), batch));
                self.apply_due();
            }
            Command::Set { ticket, set, at } => {
                let event = self.set(ticket, set, at);
                self.outbox.tell(event);
            }
            Command::Turn { ticket, set, at } => match self.set(ticket, set, at) {
                Event::Set { .. } => {}
                refusal => _ = self.outbox.tell(refusal),
            },
            Command::Note { ticket, instrument, note, at } => {
                let event = self.tell(ticket, instrument, Deed::Note(note), at);
                self.outbox.tell(event);
            }
            Command::Tell { ticket, node, message, at } => {
                let event = self.tell(ticket, node, Deed::Tell(message), at);
                self.outbox.tell(event);
            }
            Command::Transport { ticket, change, at } => {
                let frame = self.playing.frame_of(at, self.frame).unwrap_or(0).max(self.frame);
                self.outbox.tell(match self.playing.put(frame, change) {
                    true => Event::Set { ticket, frame },
                    false => Event::SetRefused { ticket, why: Refusal::AgendaFull },
                });
                self.playing.make_due(self.frame);
            }
            Command::Reset { ticket, node } => self.reset(ticket, node),
            Command::Ping(ticket) => {
                self.outbox.tell(Event::Pong { ticket, frame: self.frame });
            }
        }
    }

    fn set(&mut self, ticket: Ticket, set: Set, at: Option<u64>) -> Event {
        // What concerns a node that a waiting batch may bring waits for that batch.
        let address = set.node;
        let there =
            matches!(self.nodes.get(address.slot), Some(Some(node)) if node.upkeep.tenant == address.tenant);
        let next = self.next_batch().filter(|_| !there);
        let frame = at.unwrap_or(0).max(self.frame);
        let frame = next.filter(|_| frame == self.frame).unwrap_or(0).max(frame);
        if frame > self.frame {
            match self.agenda.has_room_for_later() && self.agenda.put(frame, set.node, set.deed(), ticket) {
                true => Event::Set { ticket, frame },
                false => Event::SetRefused { ticket, why: Refusal::AgendaFull },
            }
        } else {
            self.make_due(u64::MAX);
            match self.nodes.get_mut(set.node.slot) {
                Some(Some(node)) if node.upkeep.tenant == set.node.tenant => {
                    node.set(frame, set.param, set.value, set.motion);
                    Event::Set { ticket, frame }
                }
                _ => Event::SetRefused { ticket, why: Refusal::NotSounding },
            }
        }
    }

    /// Notes and messages wait in the agenda, even those that are due: there they keep their order with others.
    fn tell(&mut self, ticket: Ticket, address: Address, deed: Deed, at: When) -> Event {
        let frame = self.playing.frame_of(at, self.frame).unwrap_or(0).max(self.frame);
        let there = match self.nodes.get(address.slot) {
            Some(Some(node)) if node.upkeep.tenant == address.tenant => Some(node.hears(&deed)),
            _ => None,
        };
        let next = self.next_batch().filter(|_| there.is_none() && frame == self.frame).unwrap_or(0);
        let frame = frame.max(next);
        match there {
            Some(false) => Event::SetRefused { ticket, why: deed.unheard() },
            None if frame == self.frame => Event::SetRefused { ticket, why: Refusal::NotSounding },
            _ if (frame == self.frame || self.agenda.has_room_for_later())
                && self.agenda.put(frame, address, deed, ticket) =>
            {
                Event::Set { ticket, frame }
            }
            _ => Event::SetRefused { ticket, why: Refusal::AgendaFull },
        }
    }

    fn reset(&mut self, ticket: Ticket, address: Address) {
        let event = match self.nodes.get(address.slot) {
            Some(Some(node)) if node.upkeep.tenant == address.tenant => {
                reset_node(&mut self.nodes.whole(), &mut self.teams.whole(), &self.plans, address.slot);
                Event::Set { ticket, frame: self.frame }
            }
            _ => Event::SetRefused { ticket, why: Refusal::NotSounding },
        };
        self.outbox.tell(event);
    }
}
