//! What a document says of time: tempo, meter, and sequences of notes or of a parameter's values.

use super::Lane;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Tempo and meter, as far as the document says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transport {
    /// Beats (quarter notes) a minute, from 1 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// The time signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<Meter>,
    /// Whose clock the engine runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Timekeeper>,
}

/// Whose clock the engine runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timekeeper {
    /// That of the port that asks for it with `clock = true`, else of the first one whose device lives.
    #[default]
    Auto,
    /// A thread of the engine's own; all devices follow it.
    Internal,
}

impl Timekeeper {
    /// All of them.
    pub const ALL: [Timekeeper; 2] = [Timekeeper::Auto, Timekeeper::Internal];

    /// The name, as in documents.
    pub fn name(self) -> &'static str {
        match self {
            Timekeeper::Auto => "auto",
            Timekeeper::Internal => "internal",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Timekeeper::ALL.into_iter().find(|keeper| keeper.name() == name)
    }
}

/// The tempo of a document that gives none, in beats a minute.
pub const DEFAULT_TEMPO: f64 = 120.0;

/// A time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// How many of the unit a bar has, from 1 to 64.
    pub count: u8,
    /// The unit: 1, 2, 4, 8, 16 or 32, for a whole note, a half …
    pub unit: u8,
}

/// Notes at beats, played on an instrument; or the course of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The label of the node that plays it: one whose kind is a part with voices. Of a course, the node that has the parameter.
    pub to: String,
    /// How many beats (quarter notes) it lasts; else to the end of its last step, in whole beats. Of a course, in its own unit, and else
    /// to its last point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<f64>,
    /// Whether it begins again at its end.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub looped: bool,
    /// Its notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The course of a parameter, in place of notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
}

fn yes() -> bool {
    true
}

fn is_yes(flag: &bool) -> bool {
    *flag
}

/// A note of a sequence, a chord, or a rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The beat, from 0; else where the step before ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// The pitches in semitones, 60 for C4; none is a rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pitch: Vec<f32>,
    /// How hard it is struck, from 0 to 1; [`Step::VELOCITY`] if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velocity: Option<f32>,
    /// How many beats it lasts; [`Step::LENGTH`] if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<f64>,
}

impl Transport {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whose clock the engine runs on.
    pub fn clock(&self) -> Timekeeper {
        self.clock.unwrap_or_default()
    }

    /// The tempo, in beats a minute.
    pub fn tempo(&self) -> f64 {
        self.tempo.unwrap_or(DEFAULT_TEMPO)
    }

    /// The time signature.
    pub fn meter(&self) -> Meter {
        self.meter.unwrap_or_default()
    }
}

impl Default for Meter {
    /// Four quarters.
    fn default() -> Self {
        Meter { count: 4, unit: 4 }
    }
}

impl Meter {
    /// Whether there is such a time signature.
    pub fn is_valid(self) -> bool {
        (1..=64).contains(&self.count) && self.unit.is_power_of_two() && self.unit <= 32
    }
}

impl fmt::Display for Meter {
    /// `3/4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.unit)
    }
}

impl FromStr for Meter {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (count, unit) = text.split_once('/').ok_or(())?;
        let number = |text: &str| text.trim().parse::<u8>().map_err(|_| ());
        Some(Meter { count: number(count)?, unit: number(unit)? }).filter(|m| m.is_valid()).ok_or(())
    }
}

impl Sequence {
    /// The name of the sequence that stands at this place, from 0, if the document gives none.
    pub(crate) fn default_name(place: usize) -> String {
        format!("sequence-{}", place + 1)
    }

    /// How many notes it counts for: one for each pitch, one for a rest, and one for each point of a course.
    pub(crate) fn note_count(&self) -> usize {
        let points = self.lane.as_ref().map_or(0, |lane| lane.points.len());
        points + self.steps.iter().map(|step| step.pitch.len().max(1)).sum::<usize>()
    }

    /// The beat at which each step begins.
    pub(crate) fn beats(&self) -> impl Iterator<Item = f64> {
        self.steps.iter().scan(0.0, |end, step| {
            let at = step.at.unwrap_or(*end);
            *end = at + step.length();
            Some(at)
        })
    }

    /// How many beats it lasts; of a course, how much of its own unit.
    pub fn length(&self) -> f64 {
        if let Some(lane) = &self.lane {
            return self.length.unwrap_or_else(|| lane.end());
        }
        let end = self.steps.iter().zip(self.beats()).map(|(s, at)| at + s.length()).fold(0.0, f64::max);
        // A third and two thirds of a beat end at 1, whatever the last bit says.
        self.length.unwrap_or_else(|| (end - 1e-9).ceil().max(1.0))
    }
}

impl Step {
    /// The velocity of a step that gives none.
    pub const VELOCITY: f32 = 0.8;
    /// The length of a step that gives none, in beats.
    pub const LENGTH: f64 = 1.0;

    /// How many beats it lasts.
    pub fn length(&self) -> f64 {
        self.length.unwrap_or(Self::LENGTH)
    }

    /// How hard it is struck.
    pub fn velocity(&self) -> f32 {
        self.velocity.unwrap_or(Self::VELOCITY)
    }
}
