//! Sequences with every beat, pitch and velocity settled.

use super::ResolvedNodes;
use crate::listing::Place;
use crate::model::{LanePoint, LaneUnit, Sequence};

/// A sequence that can be played.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedSequence {
    /// What it is known by while the patch changes.
    pub name: String,
    /// The place of its instrument in [`Resolved::nodes`](super::Resolved::nodes).
    pub node: Place,
    /// How many beats (quarter notes) it lasts.
    pub length: f64,
    /// Whether it begins again at its end.
    pub looped: bool,
    /// Its notes, in the order of their beats.
    pub notes: Vec<SequenceNote>,
    /// The parameter that it moves, in place of notes.
    pub lane: Option<ResolvedLane>,
}

/// The course of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedLane {
    /// The number of the parameter in the shape of the node.
    pub param: u16,
    /// What places, and the length of the sequence, are counted in.
    pub unit: LaneUnit,
    /// In the order of their places.
    pub points: Vec<LanePoint>,
}

/// A note of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceNote {
    /// The beat at which it begins, from the beginning of the sequence.
    pub at: f64,
    /// How many beats it is held.
    pub length: f64,
    /// The pitch in semitones, 60 for C4.
    pub pitch: f32,
    /// How hard it is struck, from 0 to 1.
    pub velocity: f32,
}

impl ResolvedSequence {
    /// Settles a sequence; nothing if its instrument or its parameter is not there.
    pub(super) fn of(name: &str, sequence: &Sequence, nodes: &ResolvedNodes) -> Option<Self> {
        let node = nodes.place_of_label(&sequence.to)?;
        let lane = match &sequence.lane {
            Some(lane) => Some(ResolvedLane {
                param: nodes.at(node)?.shape.param(&lane.param)?,
                unit: lane.unit,
                points: lane.points.clone(),
            }),
            None => None,
        };
        Some(ResolvedSequence {
            name: name.to_owned(),
            node,
            lane,
            length: sequence.length(),
            looped: sequence.looped,
            notes: notes(sequence),
        })
    }
}

fn notes(sequence: &Sequence) -> Vec<SequenceNote> {
    let mut notes = Vec::new();
    for (step, at) in sequence.steps.iter().zip(sequence.beats()) {
        let note = |pitch: &f32| SequenceNote {
            at,
            length: step.length(),
            pitch: *pitch,
            velocity: step.velocity(),
        };
        notes.extend(step.pitch.iter().map(note));
    }
    notes.sort_by(|a, b| a.at.total_cmp(&b.at));
    notes
}
