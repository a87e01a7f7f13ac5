//! Which notes of a sequence begin and end in these frames?

use crate::sequence::{Sequence, Step};
use crate::transport::Transport;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// How many sounding notes a player has room for at least.
pub const ROOM: usize = 64;

/// What happens to a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteEvent {
    /// It begins.
    On {
        /// What it is called from now on; no other note of a sequence with another id has it, and none of this one that sounds.
        id: u64,
        /// In semitones, 0 to below 128.
        pitch: f32,
        /// From 0 to 1.
        velocity: f32,
    },
    /// It is let go.
    Off {
        /// What it is called.
        id: u64,
    },
}

/// A beginning or an end of a note, at its frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequencedEvent {
    /// The frame.
    pub frame: u64,
    /// The instrument.
    pub target: u32,
    /// What happens.
    pub note: NoteEvent,
}

impl SequencedEvent {
    /// Whether a note begins.
    pub fn is_on(&self) -> bool {
        matches!(self.note, NoteEvent::On { .. })
    }
}

/// A note that was begun and not ended.
#[derive(Clone, Copy, Debug)]
struct Sounding {
    id: u64,
    target: u32,
    began: u64,
    end_beat: f64,
    /// The frame of `end_beat` as the transport goes now.
    end: u64,
}

/// Plays a sequence: gives the beginnings and ends of its notes, and knows which of them sound.
///
/// A note lasts at least one frame, however short it is in beats. When the transport is paused, stopped or moved, everything
/// that sounds is let go, and notes in whose middle it begins again are not begun.
///
/// # Limits
/// The room for sounding notes is fixed at construction: what the sequence needs, and [`ROOM`] at least. If it is full, which takes
/// a [replaced](Self::replace) sequence or notes shorter than a frame, the note that would end first is let go early, and
/// [counted](Self::cut).
///
/// # Real-time considerations
/// `new` allocates and belongs on a control thread, and so does dropping; all else is `[audio]`.
#[derive(Debug)]
pub struct Player {
    sequence: Arc<Sequence>,
    sounding: Vec<Sounding>,
    room: usize,
    begun: u32,
    cut: u64,
    jumps: u64,
    version: u64,
    /// No note begins before this frame as the transport goes now.
    next: u64,
}

impl Player {
    /// A player of a sequence. `[control]`
    pub fn new(sequence: Arc<Sequence>) -> Self {
        Self::with_room(sequence, ROOM)
    }

    /// The same, with room for so many sounding notes at least, for sequences that are to take this one's place. `[control]`
    pub fn with_room(sequence: Arc<Sequence>, room: usize) -> Self {
        let room = room.max(sequence.overlap()).max(1);
        let sounding = Vec::with_capacity(room);
        Player { sequence, sounding, room, begun: 0, cut: 0, jumps: 0, version: 0, next: 0 }
    }

    /// What it plays.
    pub fn sequence(&self) -> &Arc<Sequence> {
        &self.sequence
    }

    /// How many notes sound.
    pub fn sounding(&self) -> usize {
        self.sounding.len()
    }

    /// How many notes were let go early for want of room.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Plays another sequence from the next frame on, and gives the old one back, to be dropped elsewhere. What sounds goes on to its own
    /// end. `[audio]`
    #[must_use = "dropping it here might free memory"]
    pub fn replace(&mut self, sequence: Arc<Sequence>) -> Arc<Sequence> {
        self.next = 0;
        core::mem::replace(&mut self.sequence, sequence)
    }

    /// Gives what happens in the frames from `from` to before `to`: in the order of frames, ends before beginnings. `[audio]`
    ///
    /// Calls follow each other without a gap, each beginning where the one before ended. The transport is as it is after its operations up to
    /// and including `from`: where one falls between `from` and `to`, the caller advances up to its frame, carries it out,
    /// and goes on from there. Where the frames are cut makes no difference otherwise.
    ///
    /// It is the same transport, or a copy of it as it is now, at every call. The work grows with what falls into these frames; where
    /// nothing does, it is a few comparisons.
    pub fn advance(
        &mut self,
        transport: &Transport,
        from: u64,
        to: u64,
        mut out: impl FnMut(SequencedEvent),
    ) {
        if to <= from {
            return;
        }
        if self.jumps != transport.jumps() || !transport.is_playing() {
            self.jumps = transport.jumps();
            self.release(from, &mut out);
        }
        if !transport.is_playing() {
            return;
        }
        if self.version != transport.version() {
            (self.version, self.next) = (transport.version(), 0);
            for note in &mut self.sounding {
                note.end = end(transport, note.end_beat, note.began, from);
            }
        }
        if self.next < to {
            self.begin_until(transport, (from, to), &mut out);
        }
        self.end_until(to - 1, &mut out);
    }

    /// Begins the notes in whose middle `frame` lies, as far as there is room: for a player that takes over from another of the same sequence. To be called before the
    /// first [`advance`](Self::advance), which goes on from that frame. The work grows with the notes of as many rounds as the longest note lasts. `[audio]`
    pub fn chase(&mut self, transport: &Transport, frame: u64, mut out: impl FnMut(SequencedEvent)) {
        (self.jumps, self.version, self.next) = (transport.jumps(), transport.version(), 0);
        if !transport.is_playing() {
            return;
        }
        let reached = transport.reached(frame);
        let longest = self.sequence.steps().iter().fold(0.0, |longest: f64, step| longest.max(step.length));
        let Some(mut cursor) = self.sequence.after(reached - longest) else { return };
        while let Some((beat, step)) = self.sequence.at(&mut cursor)
            && beat <= reached
            && self.sounding.len() < self.room
        {
            let step = *step;
            cursor.step += 1;
            let end_beat = beat + step.length;
            let end = end(transport, end_beat, frame, frame);
            if end_beat > reached && end > frame {
                self.begin(step, (beat, frame, end), &mut out);
            }
        }
    }

    /// Begins a note.
    fn begin(
        &mut self,
        step: Step,
        (beat, frame, end): (f64, u64, u64),
        out: &mut impl FnMut(SequencedEvent),
    ) {
        let id = u64::from(self.sequence.id()) << 32 | u64::from(self.begun);
        self.begun = self.begun.wrapping_add(1);
        let target = self.sequence.target();
        let note = NoteEvent::On { id, pitch: step.pitch, velocity: step.velocity };
        out(SequencedEvent { frame, target, note });
        let end_beat = beat + step.length;
        self.sounding.push(Sounding { id, target, began: frame, end_beat, end });
    }

    /// Lets everything go that sounds, as when the player is to be removed. `[audio]`
    pub fn release(&mut self, frame: u64, mut out: impl FnMut(SequencedEvent)) {
        while let Some(note) = self.take_first() {
            out(note.off(frame));
        }
    }

    /// Begins what is due, and ends what ends before or then.
    fn begin_until(
        &mut self,
        transport: &Transport,
        (from, to): (u64, u64),
        out: &mut impl FnMut(SequencedEvent),
    ) {
        self.next = u64::MAX;
        let Some(mut cursor) = self.sequence.after(transport.reached(from)) else { return };
        while let Some((beat, step)) = self.sequence.at(&mut cursor)
            && let Some(frame) = transport.frame_at(beat, from)
        {
            if frame >= to {
                self.next = frame;
                return;
            }
            let step = *step;
            cursor.step += 1;
            self.end_until(frame, out);
            if self.sounding.len() >= self.room
                && let Some(note) = self.take_first()
            {
                self.cut = self.cut.saturating_add(1);
                out(note.off(frame));
            }
            let end = end(transport, beat + step.length, frame, from);
            self.begin(step, (beat, frame, end), out);
        }
    }

    /// Ends what ends up to this frame.
    fn end_until(&mut self, frame: u64, out: &mut impl FnMut(SequencedEvent)) {
        while self.sounding.iter().any(|note| note.end <= frame)
            && let Some(note) = self.take_first()
        {
            out(note.off(note.end));
        }
    }

    /// Takes out the note that ends first; of several the one that began first.
    fn take_first(&mut self) -> Option<Sounding> {
        let notes = self.sounding.iter().enumerate();
        let (index, _) = notes.min_by_key(|(_, note)| (note.end, note.began, note.id))?;
        Some(self.sounding.swap_remove(index))
    }
}

impl Sounding {
    fn off(&self, frame: u64) -> SequencedEvent {
        SequencedEvent { frame, target: self.target, note: NoteEvent::Off { id: self.id } }
    }
}

/// The frame in which a note ends, which is not the one in which it began.
fn end(transport: &Transport, beat: f64, began: u64, from: u64) -> u64 {
    let frame = transport.frame_at(beat, from).unwrap_or(u64::MAX);
    frame.max(began.saturating_add(1))
}
