//! What was measured: for each engine, size and edit, the times of all repetitions.

use super::patch::What;
use super::watch::{median, percentile};

/// The edits that have a row in the tables: what, whether it is taken back (`None` for both ways alike), and in words.
pub const ROWS: [(What, Option<bool>, &str); 8] = [
    (What::Node, Some(false), "node added in a part"),
    (What::Node, Some(true), "node removed from a part"),
    (What::Part, Some(false), "part added"),
    (What::Part, Some(true), "part removed"),
    (What::Send, Some(false), "send added"),
    (What::Send, Some(true), "send removed"),
    (What::Cable, None, "cable moved"),
    (What::Parameter, None, "parameter set"),
];

/// The row of an edit.
pub fn row(what: What, back: bool) -> usize {
    let fits = |row: &(What, Option<bool>, &str)| row.0 == what && row.1.is_none_or(|b| b == back);
    ROWS.iter().position(fits).expect("every edit has a row")
}

/// What is timed of an edit, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// From the user's call until the change is handed over.
    Control,
    /// What an empty callback takes longer that takes the change over.
    Swap,
    /// What the callback of a block takes longer that takes the change over.
    Block,
    /// Until what came back is freed.
    Free,
    /// From the call that takes away what has faded out until that is handed over.
    Settle,
    /// As [`Swap`](Self::Swap), for that.
    SettleSwap,
    /// As [`Control`](Self::Control), in repetition.
    AgainControl,
    /// As [`Swap`](Self::Swap), in repetition.
    AgainSwap,
    /// As [`Free`](Self::Free), in repetition, with whatever there is to settle.
    AgainFree,
}

impl Time {
    /// All.
    pub const ALL: [Time; 9] = [
        Time::Control,
        Time::Swap,
        Time::Block,
        Time::Free,
        Time::Settle,
        Time::SettleSwap,
        Time::AgainControl,
        Time::AgainSwap,
        Time::AgainFree,
    ];
}

/// The times of one edit in one patch of one engine.
#[derive(Clone, Default)]
pub struct Figures([Vec<f64>; 9]);

impl Figures {
    pub fn put(&mut self, time: Time, us: f64) {
        self.0[time as usize].push(us);
    }

    pub fn len(&self, time: Time) -> usize {
        self.0[time as usize].len()
    }

    pub fn median(&self, time: Time) -> f64 {
        median(&mut self.0[time as usize].clone())
    }

    pub fn p99(&self, time: Time) -> f64 {
        percentile(&mut self.0[time as usize].clone(), 0.99)
    }
}
