//! What stands in the table of a sequence, and in that of the transport.

use crate::model::{Sequence, Step, Transport};
use crate::tree::{Entry, Tree, Value};
use sostenuto_units::Unit;

/// What a document says of tempo, meter and clock.
pub(crate) fn transport_entries(transport: &Transport) -> Vec<Entry> {
    let tempo = transport.tempo.map(|tempo| Entry::new("tempo", tempo));
    let meter = transport.meter.map(|meter| Entry::new("meter", meter.to_string().as_str()));
    let clock = transport.clock.map(|clock| Entry::new("clock", clock.name()));
    tempo.into_iter().chain(meter).chain(clock).collect()
}

/// What it says of the sequence at a place.
pub(crate) fn sequence_entries(place: usize, name: &str, sequence: &Sequence) -> Vec<Entry> {
    let mut entries = Vec::new();
    if name != Sequence::default_name(place) {
        entries.push(Entry::new("name", name));
    }
    entries.push(Entry::new("to", sequence.to.as_str()));
    entries.extend(sequence.length.map(|length| Entry::new("length", length)));
    if !sequence.looped {
        entries.push(Entry::new("loop", Value::Bool(false)));
    }
    let steps = sequence.steps.iter().map(|s| Tree::from(Value::Table(step(s)))).collect();
    entries.push(Entry::new("steps", Value::List(steps)));
    entries
}

fn step(step: &Step) -> Vec<Entry> {
    let pitches = match step.pitch.as_slice() {
        [] => None,
        [one] => Some(pitch(*one)),
        many => Some(Value::List(many.iter().map(|p| Tree::from(pitch(*p))).collect())),
    };
    let at = step.at.map(|at| Entry::new("at", at));
    let pitch = pitches.map(|pitches| Entry::new("pitch", pitches));
    let velocity = step.velocity.map(|velocity| Entry::new("velocity", Value::from(velocity)));
    let length = step.length.map(|length| Entry::new("length", length));
    [at, pitch, velocity, length].into_iter().flatten().collect()
}

/// The name of a note, or the number of what lies between.
fn pitch(pitch: f32) -> Value {
    if pitch.fract() == 0.0 { Value::Text(Unit::Note.format(f64::from(pitch))) } else { Value::from(pitch) }
}
