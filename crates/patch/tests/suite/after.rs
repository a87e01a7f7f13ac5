//! A patch that is settled after another one comes out as if it were settled by itself, and so do the edits between the two.

use crate::kinds;

use kinds::random::{Dice, change, change_nodes, patch};
use kinds::words::command;
use proptest::prelude::*;
use sostenuto_patch::{
    Cable, Catalogue, Node, Patch, Resolved, ResolvedNodes, Source, apply, check, command, diff, resolve,
    to_toml,
};

/// All that is to be known of nodes, and of what is inside of them.
fn nodes(nodes: &ResolvedNodes) -> Vec<String> {
    let one = |(place, node): (_, &sostenuto_patch::ResolvedNode)| {
        let part = node.kind.part.as_ref();
        let sources =
            nodes.cables(node).map(|c| format!("{c:?}")).chain(nodes.drives(node).map(|d| format!("{d:?}")));
        format!(
            "{place:?} {} {} {} {:?} {:?} {:?} {} {:?} {:?} {:?}",
            node.id,
            node.label,
            node.kind.name,
            node.layout,
            node.shape,
            node.values,
            node.bypass,
            node.pins(),
            sources.collect::<Vec<_>>(),
            part.map(|part| (
                nodes_of(part),
                &part.params,
                &part.voices,
                &part.inlets,
                &part.outlets,
                &part.notes
            )),
        )
    };
    nodes.places().map(one).collect()
}

fn nodes_of(part: &sostenuto_patch::ResolvedPart) -> Vec<String> {
    nodes(&part.nodes)
}

/// All that is to be known of a settled patch.
fn all(patch: &Resolved) -> Vec<String> {
    let mut all = nodes(&patch.nodes);
    all.push(format!("{:?} {} {}", patch.title, patch.tempo, patch.meter));
    all.extend(patch.sequences.iter().map(|sequence| format!("{sequence:?}")));
    all.push(format!("{:?}", patch.instruments().map(|n| &n.label).collect::<Vec<_>>()));
    all.push(format!("{:?}", patch.of_kind("audio_out").map(|n| &n.label).collect::<Vec<_>>()));
    for (name, kind) in patch.catalogue().parts() {
        all.push(format!("{name} {:?} {}", (&kind.inputs, &kind.outputs, &kind.params), kind.sounds_alone));
        all.extend(kind.part.iter().flat_map(|part| nodes_of(part)));
    }
    for node in &patch.nodes {
        all.push(format!("{} plays {:?}", node.label, patch.played_by(&node.id).collect::<Vec<_>>()));
        all.push(format!("{:?} {:?}", patch.place(&node.id), patch.node(&node.id).map(|n| &n.label)));
    }
    all
}

/// The same patch, sharing nothing with it.
fn apart(patch: &Patch) -> Patch {
    let mut copy = patch.clone();
    copy.nodes.each_mut(|_, _| {});
    copy.parts.each_mut(|_, _| {});
    copy.sequences.each_mut(|_, _| {});
    copy
}

fn holds(before: &Resolved, patch: &Patch, catalogue: &Catalogue) -> Result<Option<Resolved>, TestCaseError> {
    let (whole, step) = (resolve(&apart(patch), catalogue), before.after(patch, catalogue));
    let (whole, step) = match (whole, step) {
        (Ok(whole), Ok(step)) => (whole, step),
        (whole, step) => {
            prop_assert_eq!(whole.err(), step.err());
            return Ok(None);
        }
    };
    prop_assert_eq!(all(&whole), all(&step));
    let edits = diff(before, &step);
    prop_assert_eq!(&edits, &diff(before, &whole));
    let after = apply(&edits, before.patch()).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(to_toml(&after, catalogue), to_toml(patch, catalogue));
    prop_assert!(diff(&step, &whole).is_empty());
    Ok(Some(step))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_one_after_the_other(seed in any::<u64>(), start in 0usize..60, steps in 1usize..20, at_once in 1usize..4) {
        let (mut dice, catalogue) = (Dice(seed), kinds::catalogue());
        let mut patch = patch(&mut dice, start);
        let mut resolved = resolve(&patch, &catalogue).expect("it can sound");
        let mut past = vec![resolved.clone()];
        for _ in 0..steps {
            patch = (0..at_once).fold(patch, |patch, _| change(&mut dice, &patch));
            resolved = holds(&resolved, &patch, &catalogue)?.expect("it can sound");
            past.push(resolved.clone());
        }
        // Back to any of them, as undo goes.
        let back = &past[dice.below(past.len())];
        holds(&resolved, back.patch(), &catalogue)?;
    }

    #[test]
    fn faults_are_found_all_the_same(seed in any::<u64>(), start in 0usize..60) {
        let (mut dice, catalogue) = (Dice(seed), kinds::catalogue());
        let patch = patch(&mut dice, start);
        let resolved = resolve(&patch, &catalogue).expect("it can sound");
        for _ in 0..8 {
            let mut changed = patch.clone();
            let kinds = catalogue.with_parts(&changed);
            for _ in 0..=dice.below(3) {
                match (dice.below(6), changed.parts.len()) {
                    (0, parts) if parts > 0 => {
                        let at = dice.below(parts);
                        let part = changed.parts.get_index_mut(at).expect("a part").1;
                        change_nodes(&mut dice, &mut part.nodes, &kinds);
                    }
                    (1, parts) if parts > 0 => drop(changed.parts.shift_remove_index(dice.below(parts))),
                    _ => drop(change_nodes(&mut dice, &mut changed.nodes, &kinds)),
                }
            }
            holds(&resolved, &changed, &catalogue)?;
        }
    }

    #[test]
    fn commands_one_after_the_other(seed in any::<u64>(), start in 0usize..60, steps in 1usize..30) {
        let (mut dice, catalogue) = (Dice(seed), kinds::catalogue());
        let mut resolved = resolve(&patch(&mut dice, start), &catalogue).expect("it can sound");
        for step in 0..steps {
            let said = command(&mut dice, &resolved, step);
            let whole = command::edit(&apart(resolved.patch()), &catalogue, &said);
            let step = command::edit_resolved(&resolved, &catalogue, &said);
            match (whole, step) {
                (Ok(whole), Ok(step)) => {
                    prop_assert_eq!(to_toml(&whole, &catalogue), to_toml(step.patch(), &catalogue), "{}", said);
                    prop_assert_eq!(&whole, step.patch());
                    prop_assert!(check(&whole, &catalogue).iter().all(|p| p.is_warning()));
                    resolved = holds(&resolved, step.patch(), &catalogue)?.expect("it can sound");
                }
                (whole, step) => prop_assert_eq!(whole.err(), step.err(), "{}", said),
            }
        }
    }

    #[test]
    fn parameters_that_are_moved(seed in any::<u64>(), start in 1usize..60, steps in 1usize..20) {
        let (mut dice, catalogue) = (Dice(seed), kinds::catalogue());
        let mut resolved = resolve(&patch(&mut dice, start), &catalogue).expect("it can sound");
        for _ in 0..steps {
            // What somebody else holds stays as it is.
            let (before, text) = (resolved.clone(), to_toml(resolved.patch(), &catalogue));
            let mut said = resolved.patch().clone();
            let mut values = Vec::new();
            for _ in 0..dice.below(6) {
                let all: Vec<_> = resolved.nodes.places().filter(|(_, n)| !n.shape.params.is_empty()).collect();
                let Some((place, node)) = all.get(dice.below(all.len().max(1))) else { break };
                let number = dice.below(node.shape.params.len());
                let info = &node.shape.params[number];
                let value = info.min + (info.max - info.min) * dice.below(100) as f32 / 100.0;
                let value = if info.choices.is_empty() { value } else { value.round() };
                let node = said.nodes.get_mut(&node.label).expect("it is there");
                node.params.entry(info.name.to_string()).or_default().value = Some(value);
                values.push((*place, number as u16, value));
            }
            resolved.turn(values);
            let whole = resolve(&apart(&said), &catalogue).expect("it can sound");
            prop_assert_eq!(all(&whole), all(&resolved));
            prop_assert_eq!(to_toml(&said, &catalogue), to_toml(resolved.patch(), &catalogue));
            prop_assert_eq!(diff(&before, &whole), diff(&before, &resolved));
            prop_assert_eq!(text, to_toml(before.patch(), &catalogue));
            holds(&resolved, before.patch(), &catalogue)?;
        }
    }

    #[test]
    fn widths_and_loops_of_many_nodes(seed in any::<u64>(), size in 2usize..60, steps in 1usize..40) {
        let (mut dice, catalogue) = (Dice(seed), kinds::catalogue());
        let mut patch = row(size);
        let mut resolved = resolve(&patch, &catalogue).expect("it can sound");
        for _ in 0..steps {
            let mut changed = patch.clone();
            rewire(&mut dice, &mut changed, size);
            if let Some(next) = holds(&resolved, &changed, &catalogue)? {
                (resolved, patch) = (next, changed);
            }
        }
    }
}

/// A row of nodes that follow each other, some of which delay, with a source of one channel and one of two before them.
fn row(size: usize) -> Patch {
    let mut patch = Patch::new();
    let kinds = ["gain", "gain", "delay", "lowpass", "gain", "pan"];
    patch.nodes.insert("wide".into(), Node { channels: Some(2), ..Node::new("wide", "gain") });
    patch.nodes.insert("narrow".into(), Node::new("narrow", "sine"));
    for number in 0..size {
        patch
            .nodes
            .insert(format!("n{number}"), Node::new(format!("n{number}"), kinds[number % kinds.len()]));
    }
    let mut out = Node::new("out", "audio_out");
    out.cables.push(cable(&format!("n{}", size - 1)));
    patch.nodes.insert("out".into(), out);
    patch
}

fn cable(from: &str) -> Cable {
    Cable { from: Source { node: from.into(), port: "out".into() }, port: "in".into(), gain_db: 0.0 }
}

/// Lays a cable or takes one away, or gives a node channels of its own.
fn rewire(dice: &mut Dice, patch: &mut Patch, size: usize) {
    let to = format!("n{}", dice.below(size));
    let from = match dice.below(8) {
        0 => "wide".to_owned(),
        1 => "narrow".to_owned(),
        _ => format!("n{}", dice.below(size)),
    };
    let node = &mut patch.nodes[&to];
    match dice.below(12) {
        0..=6 if node.cables.from_node(&from).next().is_none() => node.cables.push(cable(&from)),
        7..=9 if !node.cables.is_empty() => drop(node.cables.remove(dice.below(node.cables.len()))),
        10 => node.channels = [None, Some(2), Some(3)][dice.below(3)].filter(|_| node.kind != "pan"),
        11 => node.kind = ["gain", "delay", "lowpass"][dice.below(3)].to_owned(),
        _ => {}
    }
}

/// What a command does not touch stays where it is in memory: the short way was taken.
#[test]
fn what_is_not_touched_is_shared() {
    let catalogue = kinds::catalogue();
    let mut patch = kinds::patch_of(kinds::PARTS);
    let mut bus = Node::new("bus", "gain");
    for number in 0..300 {
        let (part, label) = (format!("strip-{number}"), format!("s{number}"));
        patch.parts.insert(part.clone(), patch.parts["strip"].clone());
        patch.nodes.insert(label.clone(), Node::new(label.clone(), part));
        bus.cables.push(cable(&label));
    }
    patch.nodes.insert("bus".into(), bus);
    patch.nodes["out"].cables.push(cable("bus"));
    let mut resolved = resolve(&patch, &catalogue).expect("it can sound");
    for (line, touched, edits) in [
        ("set s3.level -3", 1, 1),
        ("add more gain from s7 to bus", 2, 3),
        ("disconnect s9 bus", 1, 1),
        ("connect s9 bus gain=-6", 1, 1),
        ("rename s11 other", 2, 1),
        ("replace s12 gain", 2, 1),
        ("replace s12 strip-12", 2, 1),
        ("remove s13", 1, 1),
        ("bypass s14 on", 1, 1),
        ("drive s15.level from more depth 3", 1, 1),
        ("undrive s15.level", 1, 1),
    ] {
        let said = sostenuto_patch::command::parse(line).expect("a good line").expect("not blank");
        let next = command::edit_resolved(&resolved, &catalogue, &said.command).expect("it fits");
        let is_same = |place, node: &sostenuto_patch::ResolvedNode| {
            resolved.nodes.at(place).is_some_and(|before| std::ptr::eq(before, node))
        };
        let others = next.nodes.places().filter(|(place, node)| !is_same(*place, node)).count();
        assert_eq!((others, diff(&resolved, &next).len()), (touched, edits), "{line}");
        resolved = holds(&resolved, next.patch(), &catalogue).expect("the same").expect("it can sound");
    }
    let mut other = resolved.patch().clone();
    other.parts["strip-200"].nodes["low"].params.insert("cutoff".into(), 1234.0.into());
    let next = resolved.after(&other, &catalogue).expect("it can sound");
    let same = |(name, kind): &(&String, &std::sync::Arc<sostenuto_patch::KindInfo>)| {
        resolved.catalogue().parts().get(name).is_some_and(|before| std::sync::Arc::ptr_eq(before, kind))
    };
    assert_eq!(next.catalogue().parts().iter().filter(|part| !same(part)).count(), 1);
    holds(&resolved, &other, &catalogue).expect("the same");
}
