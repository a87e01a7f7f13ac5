//! Which parameters are to follow which lanes?

use crate::error::EngineError;
use crate::score::Score;
use sostenuto_graph::Follows;
use sostenuto_graph::transport::{Clock, Curve, Lane, LaneError, Point};
use sostenuto_patch::{LaneCurve, LanePoint, LaneUnit, Resolved, ResolvedLane, ResolvedSequence};
use std::sync::Arc;

/// Which parameters are to follow which lanes.
pub(super) fn lanes(
    next: &Resolved,
    score: &Score<'_>,
    sample_rate: f64,
) -> Result<Vec<Follows>, EngineError> {
    let mut all = Vec::new();
    for (_, sequence) in &next.sequences {
        let Some((lane, node)) = sequence.lane.as_ref().zip(next.nodes.at(sequence.node)) else { continue };
        let wrong = |why| EngineError::Lane { name: sequence.name.clone(), why };
        let course = course(sequence, lane, sample_rate).map_err(wrong)?;
        all.push((Arc::new(course), score.aims(node, lane.param)?));
    }
    Ok(all)
}

fn course(sequence: &ResolvedSequence, lane: &ResolvedLane, sample_rate: f64) -> Result<Lane, LaneError> {
    let (clock, scale) = match lane.unit {
        LaneUnit::Beats => (Clock::Beats, 1.0),
        LaneUnit::Seconds => (Clock::Frames, sample_rate),
        LaneUnit::Frames => (Clock::Frames, 1.0),
    };
    let point = |point: &LanePoint| Point {
        at: point.at * scale,
        value: point.value,
        curve: match point.curve {
            LaneCurve::Step => Curve::Step,
            LaneCurve::Linear => Curve::Linear,
            LaneCurve::Exponential => Curve::Exponential,
            LaneCurve::Bend(bend) => Curve::Bend(bend),
        },
    };
    let length = sequence.looped.then_some(sequence.length * scale);
    Lane::new(clock, lane.points.iter().map(point).collect(), length)
}
