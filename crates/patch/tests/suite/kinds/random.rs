//! Random patches that can sound, and random changes that keep them so.

use super::catalogue;
use super::random_parts::{Renamed, change_part, change_play};
use sostenuto_nodes::{SettingRange, Width};
use sostenuto_patch::{
    Cable, Cables, Catalogue, Drive, KindInfo, Node, Nodes, ParamInfo, ParamValue, Patch, Source, check,
};
use std::sync::Arc;

/// The generator of Steele and others ("Fast splittable pseudorandom number generators", OOPSLA 2014): small, and the same
/// everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub fn within(&mut self, min: f32, max: f32) -> f32 {
        min + (max - min) * (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// A value that the parameter can have: any, or its default.
pub fn value(dice: &mut Dice, info: &ParamInfo) -> f32 {
    match info.choices.len() {
        _ if dice.one_in(4) => info.default,
        0 => dice.within(info.min, info.max),
        n => dice.below(n) as f32,
    }
}

/// A node of a kind that the patch knows; it may be one that does not belong where it is put.
pub fn node(dice: &mut Dice, catalogue: &Catalogue, id: String) -> Node {
    let parts: Vec<&Arc<KindInfo>> = catalogue.parts().values().collect();
    let kinds: Vec<&Arc<KindInfo>> = catalogue.kinds().iter().chain(parts.clone()).collect();
    let kind = if !parts.is_empty() && dice.one_in(2) { *dice.pick(&parts) } else { *dice.pick(&kinds) };
    let mut node = Node::new(id, &*kind.name);
    for p in &kind.params {
        if dice.one_in(2) {
            node.params.insert(p.name.to_string(), value(dice, p).into());
        }
    }
    for s in kind.settings {
        if dice.one_in(3) {
            let value = match s.range {
                SettingRange::Number { min, max, .. } => f64::from(dice.within(min as f32, max as f32)),
                SettingRange::Whole { min, max, .. } => {
                    f64::from(min + dice.below((max - min) as usize / 2) as u32)
                }
                SettingRange::Choice(names) => dice.below(names.len()) as f64,
            };
            node.settings.insert(s.name.to_owned(), value);
        }
    }
    node.bypass = !kind.inputs.is_empty() && !kind.outputs.is_empty() && dice.one_in(5);
    if kind.inputs.iter().chain(&kind.outputs).any(|p| p.width == Width::Follow) && dice.one_in(6) {
        node.channels = Some(1 + dice.below(8) as u16);
    }
    node
}

pub fn source(dice: &mut Dice, nodes: &Nodes, catalogue: &Catalogue) -> Option<Source> {
    let (label, node) = nodes.get_index(dice.below(nodes.len()))?;
    let outputs = &catalogue.find(&node.kind)?.outputs;
    (!outputs.is_empty()).then(|| Source { node: label.clone(), port: dice.pick(outputs).name.to_string() })
}

/// A port that the node could have a cable into.
pub fn port(dice: &mut Dice, kind: &KindInfo) -> Option<String> {
    match &kind.bank {
        Some(bank) => Some(format!("{}{}", bank.port.name, 1 + dice.below(5))),
        None => (!kind.inputs.is_empty()).then(|| dice.pick(&kind.inputs).name.to_string()),
    }
}

/// One random change of nodes; it may be one that cannot sound. What the nodes are called elsewhere may have to follow.
pub fn change_nodes(dice: &mut Dice, nodes: &mut Nodes, catalogue: &Catalogue) -> Option<Renamed> {
    let place = dice.below(nodes.len());
    let (label, present) = nodes.get_index(place).map(|(l, n)| (l.clone(), n.clone()))?;
    let kind = catalogue.find(&present.kind)?.clone();
    match dice.below(28) {
        0..=3 => {
            let id = format!("{}-{}", dice.pick(&["a", "B", "c_", "node"]), dice.below(1000));
            let id_too = if dice.one_in(3) { format!("id{}", dice.next()) } else { id.clone() };
            if !nodes.contains_key(&id) {
                let at = dice.below(nodes.len() + 1);
                nodes.shift_insert(at, id, node(dice, catalogue, id_too));
            }
        }
        4 if nodes.len() > 1 => {
            remove(nodes, &label);
            return Some(Renamed { from: label, to: None });
        }
        5 => {
            let mut new = node(dice, catalogue, present.id);
            new.cables = if dice.one_in(2) { present.cables } else { Cables::new() };
            nodes[&label] = new;
        }
        6..=8 => {
            let p = (!kind.params.is_empty()).then(|| dice.pick(&kind.params))?;
            let value = value(dice, p);
            let param = nodes[&label].params.entry(p.name.to_string()).or_default();
            let said = param.drives.is_empty() || dice.one_in(2);
            param.value = (said && !dice.one_in(4)).then_some(value);
            nodes[&label].params.retain(|_, p| p.value.is_some() || !p.drives.is_empty());
        }
        9..=14 => {
            let from = source(dice, nodes, catalogue)?;
            let port = port(dice, &kind)?;
            let gain_db = if dice.one_in(2) { 0.0 } else { dice.within(-60.0, 20.0) };
            let at = dice.below(present.cables.len() + 1);
            nodes[&label].cables.insert(at, Cable { from, port, gain_db });
        }
        15..=17 if !present.cables.is_empty() => {
            let cable = dice.below(present.cables.len());
            match dice.below(3) {
                0 => drop(nodes[&label].cables.remove(cable)),
                1 => nodes[&label].cables[cable].gain_db = dice.within(-60.0, 20.0),
                _ => nodes[&label].cables.swap(0, cable),
            }
        }
        18..=21 => drive(dice, nodes, catalogue, &label, &kind)?,
        22..=24 => {
            let param = nodes[&label].params.values_mut().find(|p| !p.drives.is_empty())?;
            match dice.below(3) {
                0 => drop(param.drives.pop()),
                1 => param.drives[0].depth = dice.within(-9.0, 9.0),
                _ => param.drives.reverse(),
            }
            nodes[&label].params.retain(|_, p: &mut ParamValue| p.value.is_some() || !p.drives.is_empty());
        }
        25 => nodes.move_index(place, dice.below(nodes.len())),
        26 => match present.channels {
            Some(_) => nodes[&label].channels = None,
            None if dice.one_in(2) => nodes[&label].channels = Some(1 + dice.below(2) as u16),
            None => nodes[&label].bypass = !present.bypass,
        },
        _ => {
            let new = format!("r{}", dice.below(1000));
            if nodes.contains_key(&new) {
                return None;
            }
            rename(nodes, &label, &new);
            return Some(Renamed { from: label, to: Some(new) });
        }
    }
    Some(Renamed { from: String::new(), to: None })
}

fn drive(
    dice: &mut Dice,
    nodes: &mut Nodes,
    catalogue: &Catalogue,
    label: &str,
    kind: &KindInfo,
) -> Option<()> {
    let from = source(dice, nodes, catalogue)?;
    let name = (!kind.params.is_empty()).then(|| dice.pick(&kind.params).name.to_string())?;
    let depth = dice.within(-5000.0, 5000.0);
    let param = nodes[label].params.entry(name).or_default();
    if param.drives.is_empty() && dice.one_in(3) {
        // It follows the signal.
        *param = ParamValue { value: Some(0.0), drives: vec![Drive { from, depth: 1.0 }] };
    } else {
        param.drives.insert(dice.below(param.drives.len() + 1), Drive { from, depth });
    }
    Some(())
}

pub fn remove(nodes: &mut Nodes, label: &str) {
    nodes.shift_remove(label);
    for listener in hearing(nodes, label) {
        let node = &mut nodes[&listener];
        node.cables.retain(|c| c.from.node != label);
        node.params.values_mut().for_each(|p| p.drives.retain(|d| d.from.node != label));
        node.params.retain(|_, p| p.value.is_some() || !p.drives.is_empty());
    }
}

pub fn rename(nodes: &mut Nodes, label: &str, new: &str) {
    let renamed = |l: &str| if l == label { new.to_owned() } else { l.to_owned() };
    for listener in hearing(nodes, label) {
        let node = &mut nodes[&listener];
        node.cables.each_mut(|c| c.from.node = renamed(&c.from.node));
        let drives = node.params.values_mut().flat_map(|p| p.drives.iter_mut());
        drives.for_each(|d| d.from.node = renamed(&d.from.node));
    }
    nodes.rename(label, new.to_owned());
}

/// The labels of the nodes that hear a node.
fn hearing(nodes: &Nodes, label: &str) -> Vec<String> {
    let hears = |node: &Node| {
        let mut drives = node.params.values().flat_map(|p| &p.drives);
        node.cables.iter().any(|c| c.from.node == label) || drives.any(|d| d.from.node == label)
    };
    nodes.iter().filter(|(_, node)| hears(node)).map(|(label, _)| label.clone()).collect()
}

/// One random change; it may be one that cannot sound.
fn try_change(dice: &mut Dice, patch: &mut Patch) -> Option<()> {
    let catalogue = catalogue().with_parts(patch);
    match dice.below(20) {
        0 => patch.title = dice.one_in(2).then(|| format!("title {}", dice.below(10))),
        1..=10 => {
            let renamed = change_nodes(dice, &mut patch.nodes, &catalogue)?;
            renamed.in_sequences(patch);
        }
        11..=16 => change_part(dice, patch, &catalogue)?,
        _ => change_play(dice, patch, &catalogue)?,
    }
    Some(())
}

/// A patch that can sound after one more change that keeps it so.
pub fn change(dice: &mut Dice, patch: &Patch) -> Patch {
    for _ in 0..50 {
        let mut changed = patch.clone();
        let done = try_change(dice, &mut changed).is_some();
        if done && check(&changed, &catalogue()).iter().all(|p| p.is_warning()) {
            return changed;
        }
    }
    patch.clone()
}

/// A patch that so many random changes make from an output alone.
pub fn patch(dice: &mut Dice, changes: usize) -> Patch {
    let mut patch = Patch::new();
    patch.nodes.insert("out".to_owned(), Node::new("out", "audio_out"));
    for _ in 0..changes {
        patch = change(dice, &patch);
    }
    patch
}
