//! The difference of two patches that differ in one thing is one edit.

use crate::kinds;

use kinds::random::{Dice, change, node, patch, port, remove, rename, source, value};
use kinds::rounds::exactly;
use proptest::prelude::*;
use sostenuto_patch::{
    Cable, Catalogue, Drive, Edit, LaneCurve, Nodes, Part, Patch, apply, check, diff, resolve,
};
use std::collections::BTreeMap;

/// One change of one thing among nodes, and how many edits it is; nothing if it cannot be made here.
fn change_one(dice: &mut Dice, nodes: &mut Nodes, catalogue: &Catalogue) -> Option<(&'static str, usize)> {
    let place = dice.below(nodes.len());
    let (label, present) = nodes.get_index(place).map(|(l, n)| (l.clone(), n.clone()))?;
    let kind = catalogue.find(&present.kind)?.clone();
    let param = || (!kind.params.is_empty()).then_some(&kind.params);
    let one = |what| Some((what, 1));
    match dice.below(13) {
        0 => {
            let info = dice.pick(param()?);
            let was = present.params.get(&*info.name).and_then(|p| p.value);
            let new = value(dice, info);
            nodes[&label].params.entry(info.name.to_string()).or_default().value = Some(new);
            if was == Some(new) { None } else { one("value") }
        }
        1 => {
            let name = present.params.iter().find(|(_, p)| p.value.is_some() && p.drives.is_empty())?.0;
            nodes[&label].params.remove(name);
            one("value left out")
        }
        2 => {
            let (from, port) = (source(dice, nodes, catalogue)?, port(dice, &kind)?);
            let gain_db = dice.within(-60.0, 20.0);
            let at = dice.below(present.cables.len() + 1);
            nodes[&label].cables.insert(at, Cable { from, port, gain_db });
            one("cable")
        }
        3 => {
            let cable = (!present.cables.is_empty()).then(|| dice.below(present.cables.len()))?;
            nodes[&label].cables.remove(cable);
            one("no cable")
        }
        4 => {
            let cable = (!present.cables.is_empty()).then(|| dice.below(present.cables.len()))?;
            nodes[&label].cables[cable].gain_db += 0.5;
            one("gain")
        }
        5 => {
            let drive = Drive { from: source(dice, nodes, catalogue)?, depth: dice.within(-9.0, 9.0) };
            let name = dice.pick(param()?).name.to_string();
            let drives = &mut nodes[&label].params.entry(name).or_default().drives;
            drives.insert(dice.below(drives.len() + 1), drive);
            one("drive")
        }
        6 => {
            let param = nodes[&label].params.values_mut().find(|p| !p.drives.is_empty())?;
            param.drives.remove(0);
            nodes[&label].params.retain(|_, p| p.value.is_some() || !p.drives.is_empty());
            one("no drive")
        }
        7 => {
            nodes[&label].params.values_mut().find_map(|p| p.drives.first_mut())?.depth += 0.5;
            one("depth")
        }
        8 => {
            let mut new = node(dice, catalogue, "brand-new".to_owned());
            let kind = catalogue.find(&new.kind)?.clone();
            for _ in 0..dice.below(4) {
                let (from, Some(port)) = (source(dice, nodes, catalogue)?, port(dice, &kind)) else { break };
                new.cables.push(Cable { from, port, gain_db: 0.0 });
            }
            let count = 1 + new.cables.len();
            nodes.shift_insert(dice.below(nodes.len() + 1), "brand-new".to_owned(), new);
            Some(("node", count))
        }
        9 => {
            remove(nodes, &label);
            one("no node")
        }
        10 => {
            rename(nodes, &label, "another-label");
            one("label")
        }
        11 => {
            let to = dice.below(nodes.len());
            nodes.move_index(place, to);
            if place == to { None } else { one("order") }
        }
        _ => {
            let is_on = present.bypass;
            nodes[&label].bypass = !is_on;
            one("bypass")
        }
    }
}

/// The same of a part beside its nodes.
fn change_definition(dice: &mut Dice, part: &mut Part) -> Option<(&'static str, usize)> {
    match dice.below(3) {
        0 => {
            let (_, param) = part.params.iter_mut().next()?;
            param.default =
                if param.default.is_some() { None } else { param.min.or(param.max).or(Some(0.0)) };
            Some(("default of a parameter", 1))
        }
        1 => {
            part.params.pop_first()?;
            Some(("no parameter", 1))
        }
        _ => {
            let voicing = part.voices.as_mut()?;
            voicing.spares = if voicing.spares == Some(4) { None } else { Some(4) };
            Some(("spares", 1))
        }
    }
}

/// The same of what is played.
fn change_play(dice: &mut Dice, patch: &mut Patch) -> Option<(&'static str, usize)> {
    match dice.below(4) {
        0 => {
            let (_, sequence) = patch.sequences.get_index_mut(0)?;
            if let Some(lane) = &mut sequence.lane {
                lane.points[0].curve = LaneCurve::Bend(0.95);
                return Some(("point", 1));
            }
            let place = dice.below(sequence.steps.len());
            sequence.steps[place].pitch.push(60.25);
            Some(("step", 1))
        }
        1 => {
            let place = dice.below(patch.sequences.len());
            patch.sequences.shift_remove_index(place)?;
            Some(("no sequence", 1))
        }
        2 => {
            patch.transport.tempo = if patch.transport.tempo.is_some() { None } else { Some(120.0) };
            Some(("tempo", 1))
        }
        _ => {
            patch.title = Some("another title".to_owned());
            Some(("title", 1))
        }
    }
}

fn try_one(dice: &mut Dice, patch: &mut Patch) -> Option<(&'static str, usize)> {
    let catalogue = kinds::catalogue().with_parts(patch);
    match dice.below(5) {
        0 | 1 => {
            let labels: Vec<String> = patch.nodes.keys().cloned().collect();
            let what = change_one(dice, &mut patch.nodes, &catalogue)?;
            // What plays a node that has another label says so, and with no node there is nothing to play.
            let Patch { nodes, sequences, .. } = patch;
            sequences.each_mut(|_, sequence| {
                if !nodes.contains_key(&sequence.to) && labels.contains(&sequence.to) {
                    sequence.to = "another-label".to_owned();
                }
            });
            Some(what)
        }
        2 => {
            let place = dice.below(patch.parts.len());
            let (_, part) = patch.parts.get_index_mut(place)?;
            let labels: Vec<String> = part.nodes.keys().cloned().collect();
            let what = change_one(dice, &mut part.nodes, &catalogue)?;
            for target in part.params.values_mut().flat_map(|p| &mut p.to) {
                if !part.nodes.contains_key(&target.node) && labels.contains(&target.node) {
                    target.node = "another-label".to_owned();
                }
            }
            Some(what)
        }
        3 => {
            let place = dice.below(patch.parts.len());
            change_definition(dice, patch.parts.get_index_mut(place)?.1)
        }
        _ => change_play(dice, patch),
    }
}

/// Counts what was tried, so that nothing goes by untried.
fn holds(seed: u64, tried: &mut BTreeMap<&'static str, usize>) -> Result<(), TestCaseError> {
    let mut dice = Dice(seed);
    let a = patch(&mut dice, 60);
    for _ in 0..40 {
        let mut b = a.clone();
        let Some((what, count)) = try_one(&mut dice, &mut b) else { continue };
        if check(&b, &kinds::catalogue()).iter().any(|p| !p.is_warning()) {
            continue;
        }
        let resolved = |patch: &Patch| resolve(patch, &kinds::catalogue()).expect("it can sound");
        let edits = diff(&resolved(&a), &resolved(&b));
        let said: Vec<&Edit> = edits.iter().filter(|e| e.is_said()).collect();
        prop_assert_eq!(said.len(), count, "{}: {:#?}", what, said);
        exactly(&apply(&edits, &a).expect("it fits"), &b);
        *tried.entry(what).or_default() += 1;
    }
    Ok(())
}

#[test]
fn one_change_is_one_edit() {
    let mut tried = BTreeMap::new();
    for seed in 0..400 {
        holds(seed, &mut tried).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    }
    assert!(tried.len() == 21 && tried.values().all(|n| *n >= 20), "{tried:#?}");
}

/// The kinds of edits that random patches differ by, so that the other tests are known to try them.
#[test]
fn random_patches_differ_in_every_way() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..500 {
        let mut dice = Dice(seed);
        let a = patch(&mut dice, 60);
        let b = (0..25).fold(a.clone(), |p, _| change(&mut dice, &p));
        let resolved = |patch: &Patch| resolve(patch, &kinds::catalogue()).expect("it can sound");
        for edit in diff(&resolved(&a), &resolved(&b)) {
            let name =
                |edit: &Edit| format!("{edit:?}").split([' ', '{']).next().unwrap_or_default().to_owned();
            let name = match &edit {
                Edit::InPart { edit, quiet, .. } => {
                    format!("in a part{}: {}", if *quiet { ", quiet" } else { "" }, name(edit))
                }
                Edit::Order { order } => {
                    format!("{order:?}").split('(').next().unwrap_or_default().to_owned()
                }
                edit if !edit.is_said() => format!("{}, implied", name(edit)),
                edit => name(edit),
            };
            *found.entry(name).or_default() += 1;
        }
    }
    for wanted in WANTED {
        assert!(found.contains_key(*wanted), "{wanted} in {found:#?}");
    }
}

const WANTED: &[&str] = &[
    "Title",
    "SetTempo",
    "SetMeter",
    "Relabel",
    "RemoveNode",
    "AddNode",
    "ReplaceNode",
    "ReplaceNode, implied",
    "Pin",
    "Bypass",
    "SetParam",
    "SetParam, implied",
    "Connect",
    "Disconnect",
    "SetCableGain",
    "Drive",
    "Undrive",
    "SetDepth",
    "AddPart",
    "RemovePart",
    "MapParam",
    "SetVoicing",
    "AddSequence",
    "RemoveSequence",
    "ChangeSequence",
    "Nodes",
    "Parts",
    "Sequences",
    "Cables",
    "Drives",
    "in a part: AddNode",
    "in a part: RemoveNode",
    "in a part: SetParam",
    "in a part: Connect",
    "in a part: ReplaceNode",
    "in a part, quiet: AddNode",
    "in a part, quiet: SetParam",
    "in a part, quiet: Connect",
];
