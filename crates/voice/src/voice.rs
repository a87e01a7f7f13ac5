//! What one voice is at.

use crate::action::Note;

/// Where a voice is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is heard of it.
    #[default]
    Free,
    /// Its note is held.
    Held,
    /// Its note has been let go and rings on.
    Released,
    /// Its note was stolen.
    Fading {
        /// The frame at which it is free again.
        ends: u64,
    },
    /// Its note was stolen, and its fade made room for another.
    Hurried {
        /// The frame at which it is free again.
        ends: u64,
    },
}

impl Phase {
    /// Whether it counts among those that play: held or released.
    #[inline]
    pub fn is_playing(self) -> bool {
        matches!(self, Phase::Held | Phase::Released)
    }

    /// The frame at which its fade is over.
    #[inline]
    pub fn ends(self) -> Option<u64> {
        match self {
            Phase::Fading { ends } | Phase::Hurried { ends } => Some(ends),
            Phase::Free | Phase::Held | Phase::Released => None,
        }
    }
}

/// What one voice is at. Of a free one, note and frame are those it had last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Voice {
    /// Where it is in its life.
    pub phase: Phase,
    /// Its note.
    pub note: Note,
    /// The frame at which it started.
    pub started: u64,
    /// How many had started before it.
    pub(crate) order: u64,
}

impl Voice {
    /// By age, and where it is the same, by id.
    #[inline]
    pub(crate) fn age(&self) -> impl Ord + use<> {
        (self.started, self.note.id, self.order)
    }
}
