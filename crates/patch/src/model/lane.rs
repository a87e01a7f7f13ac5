//! What a document says of the course of a parameter: points in time, and the ways between them.

use serde::{Deserialize, Serialize};

/// A parameter's course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// The parameter of the node that the sequence is for.
    pub param: String,
    /// What places and the length of the sequence are counted in.
    #[serde(default)]
    pub unit: LaneUnit,
    /// In the order of their places.
    pub points: Vec<LanePoint>,
}

/// What the places of a lane are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneUnit {
    /// Quarter notes.
    #[default]
    Beats,
    /// Seconds of music, whatever the tempo.
    Seconds,
    /// Frames of music.
    Frames,
}

/// A place and the value there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanePoint {
    /// Where, from 0.
    pub at: f64,
    /// The value, in the parameter's unit.
    pub value: f32,
    /// The way from here to the next point.
    #[serde(default)]
    pub curve: LaneCurve,
}

/// The way from a point to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneCurve {
    /// It stays until the next.
    Step,
    /// A straight line.
    #[default]
    Linear,
    /// Equal ratios in equal times.
    Exponential,
    /// A bent line: above 0, below 1, it sets off slowly; below 0, above -1, fast.
    Bend(f32),
}

impl LaneUnit {
    /// All of them.
    pub const ALL: [LaneUnit; 3] = [LaneUnit::Beats, LaneUnit::Seconds, LaneUnit::Frames];

    /// The name, as in documents.
    pub fn name(self) -> &'static str {
        match self {
            LaneUnit::Beats => "beats",
            LaneUnit::Seconds => "seconds",
            LaneUnit::Frames => "frames",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        LaneUnit::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

impl LaneCurve {
    /// Those that have a name.
    pub const NAMED: [(&'static str, LaneCurve); 3] =
        [("step", LaneCurve::Step), ("linear", LaneCurve::Linear), ("exponential", LaneCurve::Exponential)];

    /// The name, of one that has any.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(_, curve)| *curve == self).map(|(name, _)| *name)
    }

    /// The one of a name, or of the number of a bend.
    pub fn read(text: &str) -> Option<Self> {
        let named = Self::NAMED.iter().find(|(name, _)| *name == text).map(|(_, curve)| *curve);
        named.or_else(|| text.parse().ok().map(LaneCurve::Bend)).filter(|curve| curve.is_valid())
    }

    /// Whether there is such a curve.
    pub fn is_valid(self) -> bool {
        match self {
            LaneCurve::Bend(bend) => bend > -1.0 && bend < 1.0,
            _ => true,
        }
    }
}

impl Lane {
    /// Where its last point is.
    pub(crate) fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.at)
    }
}
