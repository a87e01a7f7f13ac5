//! Which notes lie at which beats?

use crate::path::MAX_BEATS;
use alloc::vec::Vec;

/// The most notes of a sequence.
pub const MAX_STEPS: usize = 65_536;
/// The most notes of a sequence that sound at once.
pub const MAX_SOUNDING: usize = 1_024;
/// The shortest sequence, in quarter notes. So a block holds a bounded number of rounds.
pub const MIN_LENGTH: f64 = 1.0 / 64.0;
/// Rounds beyond this are not played: some million years.
const MAX_ROUNDS: f64 = (1u64 << 50) as f64;

/// A note of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When it begins, in quarter notes from the beginning of the sequence: 0 to below the sequence's length.
    pub beat: f64,
    /// How long it lasts, in quarter notes, above 0. It may last beyond the sequence's end.
    pub length: f64,
    /// In semitones, 0 to below 128; 69 is A4.
    pub pitch: f32,
    /// How hard it is struck, 0 to 1.
    pub velocity: f32,
}

/// Why notes are not a sequence.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SequenceError {
    /// The sequence is too short or too long.
    #[error(
        "a sequence of {length} beats cannot be played; choose a length from 1/64 to 1,073,741,824 beats"
    )]
    Length {
        /// In quarter notes.
        length: f64,
    },
    /// It would begin before the beginning, or too late.
    #[error("a sequence cannot begin at beat {start}; choose a beat from 0 to 1,073,741,824")]
    Start {
        /// In quarter notes.
        start: f64,
    },
    /// More notes than a sequence may have.
    #[error("{count} notes are too many; make several sequences of up to 65,536")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// More notes sound at once than may.
    #[error("{count} notes would sound at once; make them shorter, or fewer, so that it is 1,024 at most")]
    TooManyAtOnce {
        /// How many.
        count: u64,
    },
    /// A note outside of its sequence.
    #[error("note {index} begins at beat {beat}; it begins from 0 on and before the sequence ends, at {end}")]
    Beat {
        /// Which note, from 0, in the order given.
        index: usize,
        /// When it begins.
        beat: f64,
        /// The length of the sequence.
        end: f64,
    },
    /// A note that has no length, or too much.
    #[error("note {index} lasts {length} beats; choose a length above 0, up to 1,073,741,824")]
    NoteLength {
        /// Which note, from 0, in the order given.
        index: usize,
        /// How long it lasts.
        length: f64,
    },
    /// A pitch out of range.
    #[error("note {index} has the pitch {pitch}; choose 0 to below 128 semitones (60 is C4)")]
    Pitch {
        /// Which note, from 0, in the order given.
        index: usize,
        /// The pitch.
        pitch: f32,
    },
    /// A velocity out of range.
    #[error("note {index} has the velocity {velocity}; choose 0 to 1")]
    Velocity {
        /// Which note, from 0, in the order given.
        index: usize,
        /// The velocity.
        velocity: f32,
    },
}

/// Notes at beats, once or round and round. It never changes: to play something else, another takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    id: u32,
    target: u32,
    start: f64,
    length: f64,
    looped: bool,
    /// By beat; those of one beat in the order given.
    steps: Vec<Step>,
    overlap: usize,
}

impl Sequence {
    /// Notes in any order, for the instrument `target`, with `length` in quarter notes from [`MIN_LENGTH`] on. A sequence that is not
    /// looped is played once, from the beginning of the transport on. `id` tells its notes from those of other sequences. `[control]`
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn new(
        id: u32,
        target: u32,
        mut steps: Vec<Step>,
        length: f64,
        looped: bool,
    ) -> Result<Sequence, SequenceError> {
        if !(MIN_LENGTH..=MAX_BEATS).contains(&length) {
            return Err(SequenceError::Length { length });
        }
        if steps.len() > MAX_STEPS {
            return Err(SequenceError::TooMany { count: steps.len() });
        }
        steps.iter().enumerate().try_for_each(|(index, step)| check(index, step, length))?;
        steps.sort_by(|a, b| a.beat.total_cmp(&b.beat));
        let count = overlap(&steps, length, looped);
        if count > MAX_SOUNDING as u64 {
            return Err(SequenceError::TooManyAtOnce { count });
        }
        Ok(Sequence { id, target, start: 0.0, length, looped, steps, overlap: count as usize })
    }

    /// The same sequence, beginning at this beat of the transport instead of at 0. `[control]`
    ///
    /// # Errors
    /// If that is not a beat from 0 to [`MAX_BEATS`].
    pub fn starting_at(mut self, start: f64) -> Result<Sequence, SequenceError> {
        if !(0.0..=MAX_BEATS).contains(&start) {
            return Err(SequenceError::Start { start });
        }
        self.start = start;
        Ok(self)
    }

    /// What tells its notes from those of other sequences.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The instrument that it is for.
    pub fn target(&self) -> u32 {
        self.target
    }

    /// At which beat of the transport it begins.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// How long it is, in quarter notes.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Whether it begins again at its end.
    pub fn is_looped(&self) -> bool {
        self.looped
    }

    /// Its notes, by beat.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many of its notes sound at once at most.
    pub fn overlap(&self) -> usize {
        self.overlap
    }

    /// The beat of the transport at which a round begins. A round never begins before a note of the round before.
    fn round(&self, round: u64) -> f64 {
        self.start + round as f64 * self.length
    }

    fn beat_of(&self, round: u64, step: &Step) -> f64 {
        // The sum of round and beat may round up to beyond the round's end.
        (self.round(round) + step.beat).min(self.round(round + 1))
    }

    /// The first note after a beat of the transport; `None` after more rounds than a double counts.
    pub(crate) fn after(&self, beats: f64) -> Option<Cursor> {
        let mut first = 0;
        if self.looped {
            let rounds = libm::floor((beats - self.start) / self.length);
            if rounds > MAX_ROUNDS {
                return None;
            }
            // The quotient may have been rounded up to the next whole number.
            first = (rounds as u64).saturating_sub(1);
            first = (first..first + 3).find(|round| self.round(round + 1) > beats)?;
        }
        let step = self.steps.partition_point(|step| self.beat_of(first, step) <= beats);
        Some(Cursor { round: first, step })
    }

    /// The note at a place, and its beat of the transport.
    pub(crate) fn at(&self, cursor: &mut Cursor) -> Option<(f64, &Step)> {
        if cursor.step >= self.steps.len() && self.looped {
            *cursor = Cursor { round: cursor.round + 1, step: 0 };
        }
        let step = self.steps.get(cursor.step)?;
        Some((self.beat_of(cursor.round, step), step))
    }
}

/// A place in a sequence: a note of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    round: u64,
    pub step: usize,
}

fn check(index: usize, step: &Step, end: f64) -> Result<(), SequenceError> {
    let &Step { beat, length, pitch, velocity } = step;
    if !(beat >= 0.0 && beat < end) {
        Err(SequenceError::Beat { index, beat, end })
    } else if !(length > 0.0 && length <= MAX_BEATS) {
        Err(SequenceError::NoteLength { index, length })
    } else if !(0.0..128.0).contains(&pitch) {
        Err(SequenceError::Pitch { index, pitch })
    } else if !(0.0..=1.0).contains(&velocity) {
        Err(SequenceError::Velocity { index, velocity })
    } else {
        Ok(())
    }
}

/// How many notes sound at once at most: those that last whole rounds always do, and the rest of each is swept over.
fn overlap(steps: &[Step], length: f64, looped: bool) -> u64 {
    let mut always = 0u64;
    let mut edges: Vec<(f64, i64)> = Vec::with_capacity(steps.len() * 3);
    for step in steps {
        let rounds = if looped { libm::floor(step.length / length) } else { 0.0 };
        always = always.saturating_add(rounds as u64);
        let end = step.beat + (step.length - rounds * length);
        edges.push((step.beat, 1));
        edges.push((if looped && end > length { end - length } else { end }, -1));
        if looped && end > length {
            edges.push((0.0, 1));
        }
    }
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut most = 0;
    edges.iter().fold(0, |now: i64, (_, edge)| {
        most = most.max(now + edge);
        now + edge
    });
    always.saturating_add(most.max(0) as u64)
}
