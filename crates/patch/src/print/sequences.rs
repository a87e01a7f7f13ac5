//! What stands in the table of a sequence, and in that of the transport.

use crate::model::{Lane, LaneCurve, LanePoint, LaneUnit, Sequence, Step, Transport};
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
    match &sequence.lane {
        Some(lane) => entries.push(Entry::new("to", format!("{}.{}", sequence.to, lane.param).as_str())),
        None => entries.push(Entry::new("to", sequence.to.as_str())),
    }
    let unit = sequence.lane.as_ref().map(|lane| lane.unit).filter(|unit| *unit != LaneUnit::default());
    entries.extend(unit.map(|unit| Entry::new("unit", unit.name())));
    entries.extend(sequence.length.map(|length| Entry::new("length", length)));
    if !sequence.looped {
        entries.push(Entry::new("loop", Value::Bool(false)));
    }
    if let Some(lane) = &sequence.lane {
        entries.push(Entry::new("points", points(lane)));
        return entries;
    }
    let steps = sequence.steps.iter().map(|s| Tree::from(Value::Table(step(s)))).collect();
    entries.push(Entry::new("steps", Value::List(steps)));
    entries
}

fn points(lane: &Lane) -> Value {
    Value::List(lane.points.iter().map(|p| Tree::from(Value::Table(point(p)))).collect())
}

fn point(point: &LanePoint) -> Vec<Entry> {
    let curve = match point.curve {
        LaneCurve::Linear => None,
        LaneCurve::Bend(bend) => Some(Value::from(bend)),
        named => named.name().map(Value::from),
    };
    let mut entries = vec![Entry::new("at", point.at), Entry::new("value", point.value)];
    entries.extend(curve.map(|curve| Entry::new("curve", curve)));
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
