//! What a line of a script says.

use crate::plan::{Half, Stretch};
use core::ops::Range;
use smallvec::SmallVec;

/// A signal: what one step puts out.
pub(super) type Signal = u32;

/// Where a signal is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Nothing is there: silence.
    Nowhere,
    /// In this segment.
    Here(Signal),
    /// In blocks of its own, from this one on, where another segment puts it.
    Home(u32),
}

/// A parameter that something drives: its number, and whether it is looked at only now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dial(u16);

impl Dial {
    const SPARSE: u16 = 1 << 15;

    pub fn new(number: u16, sparse: bool) -> Self {
        Dial(number & !Dial::SPARSE | if sparse { Dial::SPARSE } else { 0 })
    }

    pub fn number(self) -> u16 {
        self.0 & !Dial::SPARSE
    }

    pub fn is_sparse(self) -> bool {
        self.0 & Dial::SPARSE != 0
    }
}

/// Some channels of a signal, or silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Read {
    pub from: From,
    pub first: u16,
    pub channels: u16,
}

impl Read {
    /// The signal, if this segment makes it.
    pub fn signal(&self) -> Option<Signal> {
        if let From::Here(signal) = self.from { Some(signal) } else { None }
    }
}

/// What is known of a signal that a segment makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Made {
    pub channels: u16,
    /// Its first block, if other segments hear it.
    pub home: Option<u32>,
    /// Whether what makes it leaves out what nothing hears.
    pub lean: bool,
    /// Whether what makes it makes each of its frames from the same frame of what it hears.
    pub pointwise: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Line {
    Node {
        slot: u32,
        half: Half,
        /// Of the script's reads.
        inputs: Stretch,
        /// Of the script's drives.
        drives: Stretch,
        out: Option<Signal>,
    },
    /// Adds up into some channels of a signal.
    Mix {
        out: Signal,
        first: u16,
        channels: u16,
        /// Of the script's terms.
        terms: Stretch,
    },
    /// The next so many lines, in pieces cut by some of them.
    Loop {
        lines: usize,
        /// Of the script's breakers.
        breakers: Stretch,
    },
    /// The next so many lines, which are parts of one shape, side by side.
    Team { team: u32, lines: usize },
}

/// Teams that stand in a row, each with its lines, and the place of the sum right behind them.
pub(super) type TeamsOfSum = (SmallVec<[Range<usize>; 8]>, usize);

/// The next teams right before a sum, from a line on.
pub(super) fn teams_before_sum(lines: &[Line], from: usize) -> Option<TeamsOfSum> {
    let mut next = from;
    while next < lines.len() {
        let mut teams = SmallVec::new();
        while let Some(Line::Team { lines: members, .. }) = lines.get(next) {
            teams.push(next..next + 1 + members);
            next += 1 + members;
        }
        if !teams.is_empty() && matches!(lines.get(next), Some(Line::Mix { .. })) {
            return Some((teams, next));
        }
        next += 1;
    }
    None
}
