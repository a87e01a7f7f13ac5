//! The patch as a document.

use super::super::patch::*;
use sostenuto_patch::{Cable, Node, Part, PartParam, Patch, Source, Target, Voicing};

/// The name of the definition of a part.
pub fn kind(number: usize) -> String {
    format!("part-{number}")
}

/// The label of its instance.
pub fn instance(number: usize) -> String {
    format!("p{number}")
}

pub fn cable(from: &str, gain_db: f32) -> Cable {
    Cable { from: Source { node: from.to_owned(), port: "out".to_owned() }, port: "in".to_owned(), gain_db }
}

fn node(label: &str, kind: &str, param: Option<(&str, f32)>, from: &[&str]) -> (String, Node) {
    let mut node = Node::new(label, kind);
    node.params.extend(param.map(|(name, value)| (name.to_owned(), value.into())));
    node.cables.extend(from.iter().map(|from| cable(from, 0.0)));
    (label.to_owned(), node)
}

/// A part: ten nodes in a row, and what comes in.
pub fn part(number: usize) -> Part {
    let mut part = Part::of([node("in", "inlet", None, &[])].into());
    let mut before = String::new();
    for place in 0..NODES {
        let label = format!("n{place}");
        let (kind, param) = match place {
            SINE => ("sine", ("frequency", frequency(number))),
            FILTER => ("onepole_low", ("cutoff", CUTOFF)),
            LEVEL => ("gain", ("gain", db(level(number, false)))),
            _ => ("gain", ("gain", db(PLAIN_GAIN))),
        };
        let from: Vec<&str> = match place {
            SINE => vec![],
            ENTRY => vec![&before, "in"],
            _ => vec![&before],
        };
        part.nodes.extend([node(&label, kind, Some(param), &from)]);
        before = label;
    }
    part.nodes.extend([node("out", "outlet", None, &[&before])]);
    let to = vec![Target { node: format!("n{LEVEL}"), param: "gain".to_owned() }];
    part.params.insert("level".to_owned(), PartParam { to, ..PartParam::default() });
    part
}

/// An instrument, for notes.
fn instrument() -> Part {
    let mut osc = node("osc", "sine", None, &[]).1;
    let from = Source { node: "note".to_owned(), port: "frequency".to_owned() };
    osc.params.insert(
        "frequency".to_owned(),
        sostenuto_patch::ParamValue {
            value: Some(0.0),
            drives: vec![sostenuto_patch::Drive { from, depth: 1.0 }],
        },
    );
    let nodes =
        [node("note", "note", None, &[]), ("osc".to_owned(), osc), node("out", "outlet", None, &["osc"])];
    Part { voices: Some(Voicing::of(2)), ..Part::of(nodes.into()) }
}

/// So many parts with one instance each.
pub fn of(parts: usize) -> Patch {
    let mut patch = Patch::new();
    patch.parts.insert("tone".to_owned(), instrument());
    patch.nodes.extend([node("lead", "tone", None, &[])]);
    let gain = Some(("gain", db(main_gain(parts))));
    let mut buses = vec![node("main", "gain", gain, &["lead"])];
    buses.extend((0..SENDS).map(|number| node(&format!("send{number}"), "gain", gain, &[])));
    for number in 0..parts {
        patch.parts.insert(kind(number), part(number));
        let mut instance = node(&instance(number), &kind(number), None, &[]).1;
        instance.id = self::instance(number);
        buses[0].1.cables.push(cable(&instance.id, 0.0));
        buses[1 + super::super::patch::buses(number).0].1.cables.push(cable(&instance.id, db(SEND_GAIN)));
        patch.nodes.insert(instance.id.clone(), instance);
    }
    for feed in 0..feeds(parts) {
        let (from, [to, _]) = feed_ends(feed);
        patch.nodes[&instance(to)].cables.push(cable(&instance(from), 0.0));
    }
    let mut out = node("out", "audio_out", None, &["main"]).1;
    out.cables.extend((0..SENDS).map(|number| cable(&format!("send{number}"), 0.0)));
    patch.nodes.extend(buses);
    patch.nodes.insert("out".to_owned(), out);
    patch
}
