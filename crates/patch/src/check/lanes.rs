//! Whether the courses of parameters can be followed.

use crate::catalogue::{Catalogue, bank_count, param, setting};
use crate::fault::{Fault, SequenceFault};
use crate::kind::ParamInfo;
use crate::model::{Lane, LaneCurve, LaneUnit, Patch, Sequence};
use crate::quantity::Quantity;
use crate::read::{place_of, unknown_param};
use crate::suggest::nearest;

/// Tells of a point by its number, or of the whole, and of a key.
type Say<'s> = dyn FnMut(Option<usize>, &str, Fault) + 's;

/// Tells what is wrong with a sequence that is the course of a parameter.
pub(super) fn check(
    patch: &Patch,
    name: &str,
    (sequence, lane): (&Sequence, &Lane),
    catalogue: &Catalogue,
    say: &mut Say<'_>,
) {
    let same = |other: &Sequence| {
        other.to == sequence.to && other.lane.as_ref().is_some_and(|other| other.param == lane.param)
    };
    // Of two the later one is told.
    let before = patch.sequences.iter().take_while(|(other, _)| *other != name);
    if let Some((by, _)) = before.into_iter().find(|(_, other)| same(other)) {
        say(None, "to", SequenceFault::Taken { by: by.clone() }.into());
    }
    if !sequence.steps.is_empty() {
        say(None, "steps", SequenceFault::StepsAndPoints.into());
    }
    let info = match find(patch, catalogue, &sequence.to, &lane.param) {
        Ok(info) => info,
        Err(fault) => return say(None, "to", fault),
    };
    if lane.points.is_empty() {
        return say(None, "points", SequenceFault::NoPoints.into());
    }
    points(sequence, lane, info.as_ref().map_or(Quantity::ANY, Quantity::of_param), say);
}

fn points(sequence: &Sequence, lane: &Lane, quantity: Quantity, say: &mut Say<'_>) {
    let (place, length) = (place_of(lane.unit), sequence.length());
    let least = match lane.unit {
        LaneUnit::Beats => 1.0 / 64.0,
        LaneUnit::Seconds => 0.001,
        LaneUnit::Frames => 1.0,
    };
    if let Some(Err(fault)) = sequence.length.map(|length| place.check(length)) {
        return say(None, "length", fault);
    }
    if sequence.looped && length < least {
        let fault = SequenceFault::TooShort { length, unit: lane.unit.name(), least };
        say(None, if sequence.length.is_some() { "length" } else { "" }, fault.into());
    }
    let mut before = 0.0;
    for (number, point) in lane.points.iter().enumerate() {
        let number = Some(number + 1);
        match place.check(point.at) {
            Err(fault) => say(number, "at", fault),
            Ok(()) if point.at < before => {
                say(number, "at", SequenceFault::Backwards { at: point.at, before }.into());
            }
            Ok(()) if point.at > length => {
                say(number, "at", SequenceFault::PointBeyond { at: point.at, length }.into());
            }
            Ok(()) => before = point.at,
        }
        if let Err(fault) = quantity.check(f64::from(point.value)) {
            say(number, "value", fault);
        }
        if let (LaneCurve::Bend(bend), false) = (point.curve, point.curve.is_valid()) {
            say(number, "curve", SequenceFault::BadCurve { text: bend.to_string() }.into());
        }
    }
}

/// The parameter; nothing if its node is of a kind that nobody knows.
fn find(patch: &Patch, catalogue: &Catalogue, label: &str, name: &str) -> Result<Option<ParamInfo>, Fault> {
    let Some(node) = patch.nodes.get(label) else {
        let suggestion = nearest(label, patch.nodes.keys().map(String::as_str));
        return Err(SequenceFault::UnknownPlayer { node: label.to_owned(), suggestion }.into());
    };
    let Some(kind) = catalogue.find(&node.kind) else { return Ok(None) };
    if setting(kind, name).is_some() {
        return Err(SequenceFault::Setting { name: name.to_owned() }.into());
    }
    let ports = node.cables.iter().map(|c| c.port.as_str());
    match param(kind, name) {
        Some((info, None)) => Ok(Some(info.clone())),
        Some((info, Some(number))) if number <= bank_count(kind, &node.settings, ports) => {
            Ok(Some(info.clone()))
        }
        _ => Err(unknown_param(kind, name)),
    }
}
