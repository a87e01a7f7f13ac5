//! Whether the sequences of a patch can be played.

use super::nodes::is_name;
use super::{DocumentSink, lanes};
use crate::catalogue::Catalogue;
use crate::fault::{Fault, SequenceFault};
use crate::limits::{MAX_NOTES, MAX_SEQUENCES};
use crate::model::{Patch, Sequence, Step};
use crate::places::{DocumentPlaces, Places};
use crate::problem::Scope;
use crate::quantity::Quantity;
use crate::suggest::nearest;

pub(super) fn check(
    patch: &Patch,
    catalogue: &Catalogue,
    places: &DocumentPlaces,
    sink: &mut DocumentSink<'_>,
) {
    let item = || Some("sequence".to_owned());
    let count = patch.sequences.len();
    if count > MAX_SEQUENCES {
        return sink(&Scope::Patch, None, None, item(), SequenceFault::TooMany { count }.into());
    }
    let count = patch.sequences.values().map(Sequence::note_count).sum();
    if count > MAX_NOTES {
        return sink(&Scope::Patch, None, None, item(), SequenceFault::TooManyNotes { count }.into());
    }
    let nowhere = Places::default();
    for (name, sequence) in &patch.sequences {
        one(patch, name, sequence, catalogue, places.sequences.get(name).unwrap_or(&nowhere), sink);
    }
}

/// Tells what is wrong with a sequence.
pub(crate) fn one(
    patch: &Patch,
    name: &str,
    sequence: &Sequence,
    catalogue: &Catalogue,
    places: &Places,
    sink: &mut DocumentSink<'_>,
) {
    let mut say = |step: Option<usize>, key: &str, fault: Fault| {
        let place = match (step, key) {
            (Some(step), "") => step.to_string(),
            (Some(step), key) => format!("{step}.{key}"),
            (None, key) => key.to_owned(),
        };
        let whole = || step.and_then(|step| places.own(&step.to_string()));
        let span = places.exactly(&place).or_else(whole).or_else(|| places.own(Places::HEAD));
        let item = (!key.is_empty()).then(|| key.to_owned());
        sink(&Scope::Sequence { name: name.to_owned(), step }, span, None, item, fault);
    };
    if !is_name(name) {
        say(None, "name", Fault::BadName { name: name.to_owned() });
    }
    if let Some(lane) = &sequence.lane {
        return lanes::check(patch, name, (sequence, lane), catalogue, &mut say);
    }
    if let Some(fault) = player(patch, catalogue, &sequence.to) {
        say(None, "to", fault);
    }
    if let Some(Err(fault)) = sequence.length.map(|length| Quantity::BEATS.check(length)) {
        say(None, "length", fault);
    }
    if sequence.steps.is_empty() {
        say(None, "steps", SequenceFault::NoSteps.into());
    }
    steps(sequence, &mut say);
}

/// What is wrong with the node that is to play.
fn player(patch: &Patch, catalogue: &Catalogue, label: &str) -> Option<Fault> {
    let Some(node) = patch.nodes.get(label) else {
        let known = patch
            .nodes
            .iter()
            .filter(|(_, n)| catalogue.find(&n.kind).is_some_and(|kind| kind.takes_notes()));
        let suggestion = nearest(label, known.map(|(label, _)| label.as_str()));
        return Some(SequenceFault::UnknownPlayer { node: label.to_owned(), suggestion }.into());
    };
    // Of a kind that nobody knows, nothing more can be said.
    let kind = catalogue.find(&node.kind)?;
    let fault = SequenceFault::NotAnInstrument { node: label.to_owned(), kind: kind.name.to_string() };
    (!kind.takes_notes()).then(|| fault.into())
}

fn steps(sequence: &Sequence, say: &mut dyn FnMut(Option<usize>, &str, Fault)) {
    let length = sequence.length();
    for (number, (step, at)) in sequence.steps.iter().zip(sequence.beats()).enumerate() {
        let number = Some(number + 1);
        let before = values(step, number, say);
        // What is not a number, or beyond all beats, has been told.
        if before && sequence.length.is_some() && at >= length {
            say(number, "", SequenceFault::Beyond { at, length }.into());
        } else if before && step.at.is_none() && Quantity::BEAT.check(at).is_err() {
            say(number, "", SequenceFault::Beyond { at, length: crate::limits::MAX_BEATS }.into());
        }
    }
}

/// Tells what is wrong with a step by itself; whether nothing is.
fn values(step: &Step, number: Option<usize>, say: &mut dyn FnMut(Option<usize>, &str, Fault)) -> bool {
    let pitches = step.pitch.iter().map(|p| ("pitch", Quantity::PITCH, f64::from(*p)));
    let at = step.at.map(|at| ("at", Quantity::BEAT, at));
    let velocity = step.velocity.map(|v| ("velocity", Quantity::VELOCITY, f64::from(v)));
    let length = step.length.map(|length| ("length", Quantity::BEATS, length));
    let mut good = true;
    for (key, quantity, value) in pitches.chain(at).chain(velocity).chain(length) {
        if let Err(fault) = quantity.check(value) {
            good = false;
            say(number, key, fault);
        }
    }
    good
}
