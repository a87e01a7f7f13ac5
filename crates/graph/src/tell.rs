//! What a node is told at an exact frame beyond its parameters, and what it tells back.

use crate::message::NoteEvent;
use alloc::collections::VecDeque;

/// A message for one node. What it means is the matter of the node's kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What to do.
    pub verb: u16,
    /// With which of several: a slot, a lane, a layer.
    pub place: u16,
    /// A name that the sender gives to what begins, or gave; 0 for none.
    pub id: u32,
    /// Up to four values of 32 bits each, as the verb has them.
    pub words: [u32; 4],
}

impl Message {
    /// A message without values.
    pub fn new(verb: u16, place: u16, id: u32) -> Self {
        Message { verb, place, id, words: [0; 4] }
    }

    /// The same with numbers.
    pub fn with_values(mut self, values: [f32; 4]) -> Self {
        self.words = values.map(f32::to_bits);
        self
    }

    /// The same with two whole numbers, as frames are.
    pub fn with_frames(mut self, frames: [u64; 2]) -> Self {
        let [a, b] = frames;
        self.words = [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32];
        self
    }

    /// The values as numbers, which may be none that is finite.
    pub fn values(&self) -> [f32; 4] {
        self.words.map(f32::from_bits)
    }

    /// The values as two whole numbers.
    pub fn frames(&self) -> [u64; 2] {
        let [a, b, c, d] = self.words.map(u64::from);
        [a | b << 32, c | d << 32]
    }
}

/// What a node is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// A message of its kind.
    Message(Message),
    /// A note, as an instrument is told of them.
    Note(NoteEvent),
}

/// What a node tells. What it means is the matter of the node's kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// The frame at which it happened.
    pub frame: u64,
    /// What happened.
    pub what: u16,
    /// To which of several.
    pub place: u16,
    /// What the sender of the message named it; 0 if nothing.
    pub id: u32,
    /// A value, as `what` has it.
    pub value: f32,
}

/// What a node has told and nobody has taken yet: a queue of fixed length, and a count of what did not fit.
#[derive(Debug)]
pub struct Reports {
    queue: VecDeque<Report>,
    room: usize,
    lost: u32,
}

impl Reports {
    /// Room for so many. `[control]`; allocates.
    pub fn with_room(room: usize) -> Self {
        Reports { queue: VecDeque::with_capacity(room), room, lost: 0 }
    }

    /// Tells, in the order of frames; of those for one frame, in the order of telling. `false` if there is no room, which is counted, and told
    /// as soon as there is. `[audio]`
    pub fn tell(&mut self, report: Report) -> bool {
        // What comes after something that was lost waits until that has been told: the order is kept.
        if self.queue.len() >= self.room || self.lost > 0 {
            self.lost = self.lost.saturating_add(1);
            return false;
        }
        let place = self.queue.iter().rposition(|before| before.frame <= report.frame).map_or(0, |p| p + 1);
        self.queue.insert(place, report);
        true
    }

    /// The first one.
    pub fn first(&self) -> Option<&Report> {
        self.queue.front()
    }

    /// Takes the first one. `[audio]`
    pub fn take(&mut self) -> Option<Report> {
        self.queue.pop_front()
    }

    /// How many did not fit since this was told last.
    pub fn lost(&self) -> u32 {
        self.lost
    }

    /// Counts anew what does not fit. `[audio]`
    pub fn take_lost(&mut self) -> u32 {
        core::mem::take(&mut self.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_message_comes_out() {
        let message = Message::new(1, 2, 3);
        assert_eq!(message.with_values([0.1, -2.0, 0.0, 1e9]).values(), [0.1, -2.0, 0.0, 1e9]);
        for frames in [[0, 0], [u64::MAX, 1], [1 << 33, 5 << 40 | 7]] {
            assert_eq!(message.with_frames(frames).frames(), frames);
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_keeps_its_place() {
        let mut reports = Reports::with_room(2);
        let report = |id| Report { frame: 0, what: 0, place: 0, id, value: 0.0 };
        let fitted: alloc::vec::Vec<bool> = (0..5).map(|id| reports.tell(report(id))).collect();
        assert_eq!(fitted, [true, true, false, false, false]);
        assert_eq!(reports.take().map(|r| r.id), Some(0));
        // There is room, but what was lost comes first.
        assert!(!reports.tell(report(5)));
        assert_eq!((reports.take().map(|r| r.id), reports.take()), (Some(1), None));
        assert_eq!((reports.take_lost(), reports.lost()), (4, 0));
        assert!(reports.tell(report(6)));
    }
}
