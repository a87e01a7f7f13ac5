//! What is said in a round: each command, and what takes it back.

use super::super::patch::{NEW_GAIN, buses, db};
use super::patch::{cable, instance, kind, part};
use sostenuto_engine::Desk;
use sostenuto_patch::command::{Command, parse};
use sostenuto_patch::{Node, Patch};

/// Something to be carried out.
pub enum Say {
    Command(Command),
    /// The present patch, changed by a program.
    Patch(Patch),
}

/// The rows of the table, in the order in which they are carried out.
pub const ROWS: [&str; 26] = [
    "add a gain from a part to the main bus",
    "undo that",
    "redo it",
    "replace the gain",
    "remove it",
    "connect a part to a send",
    "set the gain of that cable",
    "disconnect it",
    "connect a part to another",
    "disconnect it",
    "drive a part's parameter",
    "undrive it",
    "set a part's parameter",
    "set the gain of the main bus",
    "bypass a part",
    "no longer",
    "rename a part's instance",
    "rename it back",
    "replace an instance by a gain",
    "undo that",
    "a note",
    "off",
    "a node into a part's definition (patch)",
    "undo that",
    "one more part and its instance (patch)",
    "undo that",
];

/// What is said in a row.
pub fn rows(row: usize, place: usize, parts: usize, desk: &Desk) -> Say {
    let (it, bus) = (instance(place), buses(place).1);
    // A part that feeds none, and one that nothing feeds.
    let four = place / 4 % (parts / 4);
    let (other, from) = (instance(4 * four + 2), instance(4 * four + 3));
    let said = match row {
        0 => format!("add more gain gain=-6 from {it} to main"),
        1 | 19 | 23 | 25 => "undo".to_owned(),
        2 => "redo".to_owned(),
        3 => "replace more onepole_low".to_owned(),
        4 => "remove more".to_owned(),
        5 => format!("connect {it} send{bus} gain=-6"),
        6 => format!("connect {it} send{bus} gain=-9"),
        7 => format!("disconnect {it} send{bus}"),
        8 => format!("connect {from} {other}"),
        9 => format!("disconnect {from} {other}"),
        10 => format!("drive {other}.level from {from} depth 1"),
        11 => format!("undrive {other}.level"),
        12 => format!("set {it}.level {}", if level_is_low(desk, &it) { -1 } else { -2 }),
        13 => format!("set main.gain {}", if level_is_low(desk, "main") { -30 } else { -31 }),
        14 => format!("bypass {it} on"),
        15 => format!("bypass {it} off"),
        16 => format!("rename {it} other"),
        17 => format!("rename other {it}"),
        18 => format!("replace {it} gain"),
        20 => "note lead C4".to_owned(),
        21 => "off lead C4".to_owned(),
        22 => return Say::Patch(inside(desk, place)),
        _ => return Say::Patch(another(desk, parts)),
    };
    Say::Command(parse(&said).expect("a good line").expect("not blank").command)
}

/// Whether the first parameter has the lower of the two values that it is set to.
fn level_is_low(desk: &Desk, label: &str) -> bool {
    let node = desk.conductor().patch().nodes.get(label);
    let value = node.and_then(|node| node.params.values().next()?.value);
    value == Some(-2.0) || value == Some(-31.0)
}

/// The present patch with one node more in a part, which nothing hears but a meter.
fn inside(desk: &Desk, place: usize) -> Patch {
    let mut patch = desk.conductor().patch().clone();
    let part = &mut patch.parts[&kind(place)];
    let mut new = Node::new("new", "gain");
    new.params.insert("gain".to_owned(), db(NEW_GAIN).into());
    new.cables.push(cable("n3", 0.0));
    part.nodes.insert("new".to_owned(), new);
    part.nodes["n5"].cables.push(cable("new", 0.0));
    patch
}

/// The present patch with one part more.
fn another(desk: &Desk, parts: usize) -> Patch {
    let mut patch = desk.conductor().patch().clone();
    patch.parts.insert(kind(parts), part(parts));
    let label = instance(parts);
    patch.nodes.insert(label.clone(), Node::new(label.clone(), kind(parts)));
    patch.nodes["main"].cables.push(cable(&label, 0.0));
    patch
}
