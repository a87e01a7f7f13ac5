//! Which workloads are there, how large are they, and how loud is what comes out?

use serde::{Deserialize, Serialize};

use crate::spec::{CHAINS, LENGTH, PLAYERS, STRIPS, VOICES};

/// A workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Workload {
    /// 500 voices that hold.
    Voices,
    /// The same with some 2,000 notes a second at random frames.
    Notes,
    /// 64 stereo strips.
    Strips,
    /// 256 sample voices, interpolated along straight lines.
    Linear,
    /// The same along cubics through four points.
    Cubic,
    /// 100 chains of 100 gains.
    Chains,
    /// 100 chains of 100 nodes of five kinds.
    Mixed,
}

impl Workload {
    pub const ALL: [Workload; 7] = [
        Workload::Voices,
        Workload::Notes,
        Workload::Strips,
        Workload::Linear,
        Workload::Cubic,
        Workload::Chains,
        Workload::Mixed,
    ];

    /// What it is called on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Workload::Voices => "w1",
            Workload::Notes => "w1-notes",
            Workload::Strips => "w2",
            Workload::Linear => "w3",
            Workload::Cubic => "w3-cubic",
            Workload::Chains => "w4",
            Workload::Mixed => "w4-mixed",
        }
    }

    pub fn of(name: &str) -> Option<Workload> {
        Workload::ALL.into_iter().find(|w| w.name() == name)
    }

    pub fn title(self) -> &'static str {
        match self {
            Workload::Voices => "W1: 500 voices (saw, low-pass moved by an LFO, ADSR, pan)",
            Workload::Notes => "W1 with notes: 500 voices, 2,000 notes a second at random frames",
            Workload::Strips => "W2: 64 stereo strips (noise, four filters, delay with feedback, level)",
            Workload::Linear => "W3: 256 stereo sample voices at half to double speed, linear",
            Workload::Cubic => "W3 cubic: the same, cubic through four points",
            Workload::Chains => "W4: 10,000 gains in 100 chains",
            Workload::Mixed => "W4 mixed: 10,000 nodes of five kinds in 100 chains",
        }
    }

    /// What it is made of, and how many of it.
    pub fn units(self) -> (usize, &'static str) {
        match self {
            Workload::Voices | Workload::Notes => (VOICES, "voice"),
            Workload::Strips => (STRIPS, "strip"),
            Workload::Linear | Workload::Cubic => (PLAYERS, "voice"),
            Workload::Chains | Workload::Mixed => (CHAINS * LENGTH, "node"),
        }
    }

    /// The least and the greatest root of the mean square that each channel may have.
    pub fn level(self) -> (f64, f64) {
        match self {
            // 500 saws at 0.577 x 0.7 x 0.01 x 0.707, which add up as 22 if their phases are at random; at first they are not.
            Workload::Voices | Workload::Notes => (0.03, 0.12),
            // Uniform noise of 0.577, 0.05 and 64 strips: 0.23; the filters and the delay leave 0.208.
            Workload::Strips => (0.15, 0.26),
            // The sample has 0.317, times 0.01 and 16 if the voices are far enough apart.
            Workload::Linear | Workload::Cubic => (0.04, 0.07),
            // All chains carry the same uniform noise from -1 to 1.
            Workload::Chains => (0.5, 0.65),
            Workload::Mixed => (0.2, 0.65),
        }
    }

    /// Seconds of sound in one measurement.
    pub fn seconds(self) -> f64 {
        match self {
            Workload::Strips | Workload::Linear | Workload::Cubic => 5.0,
            _ => 3.0,
        }
    }
}
