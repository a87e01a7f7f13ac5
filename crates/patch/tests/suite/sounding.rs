//! Edits carried out on what sounds, as an engine does that knows no documents: every instance of a part and what is inside of it.
//!
//! An engine needs of a batch only the edits that are audible, in their order. New and replaced nodes it builds from the new patch,
//! whole. A change inside a part it makes in every instance that it has not built in this batch. A parameter of a part it sets
//! at all its targets, and again at those that are replaced.

use crate::kinds;

use kinds::random::{Dice, change, patch};
use proptest::prelude::*;
use sostenuto_nodes::Layout;
use sostenuto_patch::{Edit, Patch, Place, Resolved, ResolvedNode, ResolvedNodes, Voices, diff, resolve};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes that sound, by id.
type Nodes = BTreeMap<String, Sounding>;

/// From where, and to what: id and port, then the port or parameter.
type End = (String, String, String);

#[derive(Clone, Debug, PartialEq)]
struct Sounding {
    kind: String,
    layout: Layout,
    bypass: bool,
    values: BTreeMap<String, f32>,
    ranges: Vec<(f32, f32)>,
    /// What is set in its place, by the name of a parameter: ids inside and names of their parameters.
    targets: BTreeMap<String, Vec<(String, String)>>,
    cables: BTreeMap<End, f32>,
    drives: BTreeMap<End, f32>,
    inside: Nodes,
    voices: Option<Voices>,
    /// The inlets and outlets: id, name and channels.
    ports: Vec<(String, String, u16)>,
    /// Built in this batch, so that it is already as the new patch has it.
    fresh: bool,
}

/// All that sounds of a patch or a part.
fn unfold(nodes: &ResolvedNodes) -> Nodes {
    let mut all: Nodes = nodes.iter().map(|n| (n.id.clone(), build(n))).collect();
    for node in nodes {
        let from = |place: Place, output: u16| {
            let source = &nodes[place];
            (source.id.clone(), source.shape.outputs[usize::from(output)].name.to_string())
        };
        let sounding = all.get_mut(&node.id).expect("it is there");
        for c in nodes.cables(node) {
            let (id, port) = from(c.node, c.output);
            let to = node.shape.inputs[usize::from(c.input)].name.to_string();
            sounding.cables.insert((id, port, to), c.gain_db);
        }
        for d in nodes.drives(node) {
            let (id, port) = from(d.node, d.output);
            let to = node.shape.params[usize::from(d.param)].name.to_string();
            sounding.drives.insert((id, port, to), d.depth);
        }
    }
    all
}

/// A node by itself, with what is inside of it.
fn build(node: &ResolvedNode) -> Sounding {
    let mut sounding = Sounding {
        kind: node.kind.name.to_string(),
        layout: node.layout.clone(),
        bypass: node.bypass,
        values: BTreeMap::new(),
        ranges: node.shape.params.iter().map(|p| (p.min, p.max)).collect(),
        targets: BTreeMap::new(),
        cables: BTreeMap::new(),
        drives: BTreeMap::new(),
        inside: Nodes::new(),
        voices: None,
        ports: Vec::new(),
        fresh: false,
    };
    if let Some(part) = &node.kind.part {
        sounding.inside = unfold(&part.nodes);
        sounding.voices = part.voices;
        let ports = part.inlets.iter().chain(&part.outlets);
        let port =
            |o: &sostenuto_patch::Opening| (part.nodes[o.place].id.clone(), o.name.clone(), o.channels);
        sounding.ports = ports.map(port).collect();
        for param in &part.params {
            let target = |t: &sostenuto_patch::ResolvedTarget| {
                let inner = &part.nodes[t.node];
                (inner.id.clone(), inner.shape.params[usize::from(t.param)].name.to_string())
            };
            let targets = param.targets.iter().map(target).collect();
            sounding.targets.insert(param.info.name.to_string(), targets);
        }
    }
    for (param, value) in node.shape.params.iter().zip(&node.values) {
        set(&mut sounding, &param.name, *value);
    }
    sounding
}

/// Sets a parameter, and what it stands for.
fn set(node: &mut Sounding, param: &str, value: f32) {
    node.values.insert(param.to_owned(), value);
    for (id, name) in node.targets.get(param).cloned().unwrap_or_default() {
        set(node.inside.get_mut(&id).expect("a target is there"), &name, value);
    }
}

/// Carries an edit out on the nodes of a patch or a part, which the new patch has as `next`.
fn carry_out(edit: &Edit, nodes: &mut Nodes, next: &ResolvedNodes) {
    let new = |id: &str| {
        let node = next.iter().find(|n| n.id == id).expect("the new patch has it");
        Sounding { fresh: true, ..build(node) }
    };
    let end = |from: &sostenuto_patch::Output, to: &sostenuto_patch::Input| {
        (from.node.id.clone(), from.port.clone(), to.port.clone())
    };
    let mut at = |id: &str| nodes.get_mut(id).expect("it sounds").clone();
    match edit {
        Edit::AddNode { node, .. } => {
            assert!(nodes.insert(node.id.clone(), new(&node.id)).is_none());
        }
        Edit::RemoveNode { node } => {
            nodes.remove(&node.id).expect("it sounded");
            for other in nodes.values_mut() {
                other.cables.retain(|end, _| end.0 != node.id);
                other.drives.retain(|end, _| end.0 != node.id);
            }
        }
        Edit::ReplaceNode { node, .. } => {
            let Sounding { cables, drives, .. } = at(&node.id);
            nodes.insert(node.id.clone(), Sounding { cables, drives, ..new(&node.id) });
        }
        Edit::Bypass { node, on } => nodes.get_mut(&node.id).expect("it sounds").bypass = *on,
        Edit::SetParam { node, param, value, .. } => {
            set(nodes.get_mut(&node.id).expect("it sounds"), param, *value);
        }
        Edit::Connect { from, to, gain_db, .. } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.cables.insert(end(from, to), *gain_db).is_none(), "{edit}");
        }
        Edit::SetCableGain { from, to, gain_db, .. } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.cables.insert(end(from, to), *gain_db).is_some(), "{edit}");
        }
        Edit::Disconnect { from, to } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.cables.remove(&end(from, to)).is_some(), "{edit}");
        }
        Edit::Drive { from, to, depth, .. } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.drives.insert(end(from, to), *depth).is_none(), "{edit}");
        }
        Edit::SetDepth { from, to, depth, .. } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.drives.insert(end(from, to), *depth).is_some(), "{edit}");
        }
        Edit::Undrive { from, to } => {
            let node = nodes.get_mut(&to.node.id).expect("it sounds");
            assert!(node.drives.remove(&end(from, to)).is_some(), "{edit}");
        }
        _ => {}
    }
}

/// Carries an edit out in every instance of a part that was there before.
fn everywhere(part: &str, edit: &Edit, nodes: &mut Nodes, next: &Resolved) {
    for node in nodes.values_mut().filter(|n| !n.fresh) {
        everywhere(part, edit, &mut node.inside, next);
        if node.kind == part {
            carry_out(edit, &mut node.inside, &next.part(part).expect("the new patch defines it").nodes);
            if matches!(edit, Edit::ReplaceNode { .. }) {
                // The definition does not know what this instance sets.
                for (param, value) in node.values.clone() {
                    set(node, &param, value);
                }
            }
        }
    }
}

/// Without what only matters within a batch.
fn settled(nodes: Nodes) -> Nodes {
    let one = |(id, node): (String, Sounding)| {
        (id, Sounding { fresh: false, inside: settled(node.inside), ..node })
    };
    nodes.into_iter().map(one).collect()
}

fn after(a: &Resolved, b: &Resolved) -> Nodes {
    let mut nodes = unfold(&a.nodes);
    for edit in diff(a, b).iter().filter(|e| e.is_audible()) {
        match edit {
            Edit::InPart { part, edit, .. } => everywhere(part, edit, &mut nodes, b),
            edit => carry_out(edit, &mut nodes, &b.nodes),
        }
    }
    settled(nodes)
}

/// How many instances of parts there are, in each other too.
fn instances(nodes: &Nodes) -> usize {
    nodes.values().map(|n| usize::from(!n.inside.is_empty()) + instances(&n.inside)).sum()
}

fn resolved(patch: &Patch) -> Resolved {
    resolve(patch, &kinds::catalogue()).unwrap_or_else(|problems| panic!("{problems:?}\n{patch:#?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_sounds_after_the_audible_edits_is_the_new_patch(seed in any::<u64>(), common in 0usize..80, changes in 1usize..25) {
        let mut dice = Dice(seed);
        let a = patch(&mut dice, common);
        let b = (0..changes).fold(a.clone(), |p, _| change(&mut dice, &p));
        let (a, b) = (resolved(&a), resolved(&b));
        prop_assert_eq!(after(&a, &b), unfold(&b.nodes), "{:#?}", diff(&a, &b));
        prop_assert_eq!(after(&b, &a), unfold(&a.nodes), "{:#?}", diff(&b, &a));
    }
}

/// Random patches have parts in parts, or the test above would show little.
#[test]
fn random_patches_have_instances_in_instances() {
    let counts: BTreeSet<usize> =
        (0..400).map(|seed| instances(&unfold(&resolved(&patch(&mut Dice(seed), 80)).nodes))).collect();
    assert!(counts.len() > 12 && counts.last() > Some(&15), "{counts:?}");
}

/// Each line of the patch for tests, changed by itself.
#[test]
fn what_sounds_after_each_change_of_a_patch_with_parts() {
    let text = kinds::PARTS;
    let a = resolved(&kinds::patch_of(text));
    for (from, to) in [
        ("cutoff = 800", "cutoff = 900"),
        ("default = -6", "default = -7"),
        ("voices = 8", "voices = 9"),
        ("max = \"5 kHz\"", "max = 4000"),
        ("level = \"amp.gain\"", "level = { to = \"amp.gain\", max = 0 }"),
        ("to = [\"tone.level\", \"gain.gain\"]", "to = [\"tone.level\"]"),
        ("kind = \"inlet\"\nchannels = 2", "kind = \"inlet\""),
        ("inputs = [\"low\", \"side\"]", "inputs = [\"low\"]"),
        ("kind = \"saw\"", "kind = \"sine\""),
        ("brightness = 1000\n", ""),
        ("[parts.strip.nodes.dry]", "[parts.strip.nodes.wet]\nid = \"dry\""),
    ] {
        let mut text = text.replacen(from, to, 1);
        assert_ne!(text, kinds::PARTS, "{from}");
        if to.contains("wet") {
            text = text.replace("b.dry", "b.wet");
        }
        let b = resolved(&kinds::patch_of(&text));
        assert_eq!(after(&a, &b), unfold(&b.nodes), "{from}: {:#?}", diff(&a, &b));
        assert_eq!(after(&b, &a), unfold(&a.nodes), "{from}: {:#?}", diff(&b, &a));
        assert_ne!(unfold(&a.nodes), unfold(&b.nodes), "{from}");
    }
}
