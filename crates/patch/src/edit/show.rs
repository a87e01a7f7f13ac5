//! Edits as people read them, one line each.

use super::{Edit, Input, NodeSpec, Order, Output, Who};
use crate::quantity::show_value;
use sostenuto_nodes::{Layout, Slot};
use sostenuto_units::Unit;
use std::fmt;

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node.label, self.port)
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node.label, self.port)
    }
}

impl fmt::Display for Edit {
    /// One line, much as the command that would do it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let db = |gain: &f32| Unit::Decibels.format(f64::from(*gain));
        match self {
            Edit::Title { title: Some(title) } => write!(f, "title {title:?}"),
            Edit::Title { title: None } => f.write_str("no title"),
            Edit::Disconnect { from, to } => write!(f, "disconnect {from} {to}"),
            Edit::Undrive { from, to } => write!(f, "undrive {to} {from}"),
            Edit::RemoveNode { node } => write!(f, "remove {node}"),
            Edit::Relabel { node, was } => write!(f, "rename {was} {node}"),
            Edit::ReplaceNode { node, spec, was, .. } => {
                let now = describe(spec);
                if now == *was {
                    write!(f, "replace {node} {now}")
                } else {
                    write!(f, "replace {node} {now} (was {was})")
                }
            }
            Edit::AddNode { node, spec, .. } => write!(f, "add {node} {}", describe(spec)),
            Edit::Pin { node, .. } => write!(f, "layout of {node}, without a change of sound"),
            Edit::Slots { node, slots, was, .. } => show_slots(node, slots, was, f),
            Edit::Bypass { node, on } => write!(f, "bypass {node} {}", if *on { "on" } else { "off" }),
            Edit::SetParam { node, param, value, was, info, written, .. } => {
                let show = |value: &f32| show_value(info, *value);
                match (value == was, written) {
                    (false, _) => write!(f, "set {node}.{param} {} (was {})", show(value), show(was)),
                    (true, true) => write!(f, "write out {node}.{param} {}", show(value)),
                    (true, false) => write!(f, "leave out {node}.{param}, {} by default", show(value)),
                }
            }
            Edit::Connect { from, to, gain_db: 0.0, .. } => write!(f, "connect {from} {to}"),
            Edit::Connect { from, to, gain_db, .. } => write!(f, "connect {from} {to} at {}", db(gain_db)),
            Edit::SetCableGain { from, to, gain_db, was } => {
                write!(f, "gain of {from} {to} {} (was {})", db(gain_db), db(was))
            }
            Edit::Drive { from, to, depth, unit, .. } => {
                write!(f, "drive {to} from {from} depth {}", unit.format(f64::from(*depth)))
            }
            Edit::SetDepth { from, to, depth, was, unit } => {
                let show = |v: &f32| unit.format(f64::from(*v));
                write!(f, "depth of {from} on {to} {} (was {})", show(depth), show(was))
            }
            Edit::Buffer { name, source: None, .. } => write!(f, "no buffer {name}"),
            Edit::Buffer { name, source: Some(source), .. } => match &source.file {
                Some(file) => write!(f, "buffer {name} from {file:?}"),
                None => write!(f, "buffer {name} from the program"),
            },
            Edit::SetTempo { .. } | Edit::SetMeter { .. } => self.show_time(f),
            Edit::SetClock { clock, was, .. } if clock != was => write!(f, "clock {}", clock.name()),
            Edit::SetClock { .. } => f.write_str("the clock, written otherwise"),
            Edit::AddSequence { name, to, .. } => write!(f, "add sequence {name} for {to}"),
            Edit::RemoveSequence { name } => write!(f, "remove sequence {name}"),
            Edit::ChangeSequence { name, .. } => write!(f, "change sequence {name}"),
            Edit::Order { order } => write!(f, "order of {order}, without a change of sound"),
            other => other.show_part(f),
        }
    }
}

impl Edit {
    fn show_time(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Edit::SetTempo { tempo, was, .. } if tempo != was => {
                let show = |tempo: &f64| Unit::BeatsPerMinute.format(*tempo);
                write!(f, "tempo {} (was {})", show(tempo), show(was))
            }
            Edit::SetMeter { meter, was, .. } if meter != was => write!(f, "meter {meter} (was {was})"),
            Edit::SetTempo { written: true, .. } => f.write_str("write out the tempo"),
            Edit::SetTempo { .. } => f.write_str("leave out the tempo"),
            Edit::SetMeter { written: true, .. } => f.write_str("write out the meter"),
            _ => f.write_str("leave out the meter"),
        }
    }

    fn show_part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Edit::AddPart { part, .. } => write!(f, "add part {part}"),
            Edit::RemovePart { part } => write!(f, "remove part {part}"),
            Edit::InPart { part, edit, .. } => write!(f, "in part {part}: {edit}"),
            Edit::MapParam { part, name, map: None } => write!(f, "unmap {part}.{name}"),
            Edit::MapParam { part, name, map: Some(map) } => {
                let to: Vec<String> = map.to.iter().map(|t| format!("{}.{}", t.node, t.param)).collect();
                write!(f, "map {part}.{name} to {}", to.join(", "))
            }
            Edit::SetVoicing { part, voices: Some(voices) } => {
                write!(f, "voices of {part} {}", voices.voices)
            }
            Edit::SetVoicing { part, voices: None } => write!(f, "no voices of {part}"),
            Edit::PartFile { part, file: Some(file) } => write!(f, "part {part} from {file:?}"),
            Edit::PartFile { part, file: None } => write!(f, "part {part} from the document"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Nodes(_) => f.write_str("the nodes"),
            Order::Buffers(_) => f.write_str("the buffers"),
            Order::Parts(_) => f.write_str("the parts"),
            Order::Sequences(_) => f.write_str("the sequences"),
            Order::Cables(node, _) => write!(f, "the cables into {node}"),
            Order::Drives(to, _) => write!(f, "the drives of {to}"),
        }
    }
}

/// Which slots change, from 1.
fn show_slots(node: &Who, slots: &[Slot], was: &[Slot], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let changed = (0..slots.len().max(was.len())).filter(|n| slots.get(*n) != was.get(*n));
    let each = changed.map(|n| {
        let plays = slots.get(n).map_or("nothing", |slot| slot.recording.name.as_str());
        format!("{} {plays}", n + 1)
    });
    write!(f, "slots of {node}: {}", each.collect::<Vec<_>>().join(", "))
}

/// The kind, what it plays, and the channels where there is more than one.
fn describe(spec: &NodeSpec) -> String {
    describe_layout(&spec.kind, &spec.layout)
}

pub(crate) fn describe_layout(kind: &str, layout: &Layout) -> String {
    let plays = layout.buffer.as_ref().map_or(String::new(), |recording| format!(" of {}", recording.name));
    let device = layout.device.as_ref().map_or(String::new(), |device| format!(" on {device}"));
    match layout.channels {
        0 | 1 => format!("{kind}{plays}{device}"),
        n => format!("{kind}{plays}{device} with {n} channels"),
    }
}
