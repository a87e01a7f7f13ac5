//! What is said about notes and musical time.

use serde::{Deserialize, Serialize};

/// A pitch: a number of semitones, 60 for C4, or a text: `C4`, `F#3`, `A4+25c`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Pitch {
    /// In semitones.
    Number(f64),
    /// By name.
    Text(String),
}

/// Something about a note. `node` is the instrument: the first one if it is left out; `at` is when, as before a command at the prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum NoteAction {
    /// Plays a note.
    On {
        /// Which.
        pitch: Pitch,
        /// How hard it is struck, 0 to 1; 0.8 if it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        velocity: Option<f64>,
        /// How long it is held: `500ms`, `2 beats`; until `off` if it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        length: Option<String>,
        /// The instrument.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<String>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Lets notes go.
    Off {
        /// Which; all if it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        pitch: Option<Pitch>,
        /// The instrument.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<String>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Bends a note that sounds.
    Bend {
        /// Which.
        pitch: Pitch,
        /// How far, -96 to 96.
        semitones: f64,
        /// The instrument.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<String>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Presses a note that sounds.
    Pressure {
        /// Which.
        pitch: Pitch,
        /// How much, 0 to 1.
        value: f64,
        /// The instrument.
        #[serde(skip_serializing_if = "Option::is_none")]
        node: Option<String>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
}

/// Something about musical time. `at` is when, as before a command at the prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransportAction {
    /// Only asks where it is.
    Where {},
    /// Lets it go on.
    Start {
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Lets it stand where it is.
    Pause {
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Lets it stand at the beginning.
    Stop {
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Goes to another place: a bar (and a beat of it), or so many quarter notes after the beginning.
    Seek {
        /// The bar, from 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        bar: Option<u64>,
        /// The beat of that bar, from 1; the first if it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        beat: Option<f64>,
        /// Quarter notes after the beginning, instead of a bar.
        #[serde(skip_serializing_if = "Option::is_none")]
        beats: Option<f64>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Changes the tempo.
    Tempo {
        /// In quarter notes per minute, 1 to 1000.
        bpm: f64,
        /// How long it takes to get there; at once if it is left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        over: Option<String>,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// Changes the time signature.
    Meter {
        /// How many beats make a bar, 1 to 64.
        numerator: u32,
        /// The part of a whole note that is a beat: 1, 2, 4, 8, 16 or 32.
        denominator: u32,
        /// When.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
}

/// What became of it, and where musical time was when it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct TransportState {
    /// Names the request in its notice; left out by `where`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<u64>,
    /// Where musical time is.
    pub position: Position,
}

/// A place in musical time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Position {
    /// The bar, from 1.
    pub bar: u64,
    /// The beat in the bar, from 1, in beats of the time signature.
    pub beat: f64,
    /// In quarter notes from the beginning.
    pub beats: f64,
    /// In quarter notes per minute.
    pub tempo: f64,
    /// The time signature: `4/4`.
    pub meter: String,
    /// Whether it goes on.
    pub playing: bool,
}
