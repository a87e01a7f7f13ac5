//! Random patches that can sound, and random changes that keep them so.

use super::{KINDS, catalogue};
use sostenuto_nodes::{Kind, SettingRange};
use sostenuto_patch::{Cable, Drive, Node, ParamValue, Patch, Source, check};

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

fn kind(name: &str) -> &'static Kind {
    KINDS.iter().find(|k| k.name == name).unwrap()
}

pub fn node(dice: &mut Dice, id: String) -> Node {
    let kind = dice.pick(KINDS);
    let mut node = Node::new(id, kind.name);
    for p in kind.params {
        if dice.one_in(2) {
            let value = if p.choices.is_empty() {
                dice.within(p.min, p.max)
            } else {
                dice.below(p.choices.len()) as f32
            };
            node.params.insert(p.name.to_owned(), value.into());
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
    let follows = |p: &sostenuto_nodes::PortInfo| p.width == sostenuto_nodes::Width::Follow;
    if kind.inputs.iter().chain(kind.outputs).any(follows) && dice.one_in(6) {
        node.channels = Some(1 + dice.below(8) as u16);
    }
    node
}

fn source(dice: &mut Dice, patch: &Patch) -> Option<Source> {
    let (label, node) = patch.nodes.get_index(dice.below(patch.nodes.len()))?;
    let outputs = kind(&node.kind).outputs;
    (!outputs.is_empty()).then(|| Source { node: label.clone(), port: dice.pick(outputs).name.to_owned() })
}

/// One random change; it may be one that cannot sound.
fn try_change(dice: &mut Dice, patch: &mut Patch) -> Option<()> {
    let place = dice.below(patch.nodes.len());
    let (label, present) = patch.nodes.get_index(place).map(|(l, n)| (l.clone(), n.clone()))?;
    match dice.below(12) {
        0 => {
            let id = format!("{}-{}", dice.pick(&["a", "B", "c_", "node"]), dice.below(1000));
            let id_too = if dice.one_in(3) { format!("id{}", dice.next()) } else { id.clone() };
            (!patch.nodes.contains_key(&id)).then(|| patch.nodes.insert(id, node(dice, id_too)));
        }
        1 if patch.nodes.len() > 1 => {
            patch.nodes.shift_remove(&label);
            for node in patch.nodes.values_mut() {
                node.cables.retain(|c| c.from.node != label);
                node.params.values_mut().for_each(|p| p.drives.retain(|d| d.from.node != label));
                node.params.retain(|_, p| p.value.is_some() || !p.drives.is_empty());
            }
        }
        2 => {
            let mut new = node(dice, present.id);
            new.cables = if dice.one_in(2) { present.cables } else { Vec::new() };
            patch.nodes[&label] = new;
        }
        3 => {
            let params = kind(&present.kind).params;
            let p = (!params.is_empty()).then(|| dice.pick(params))?;
            let value = if p.choices.is_empty() {
                dice.within(p.min, p.max)
            } else {
                dice.below(p.choices.len()) as f32
            };
            let param = patch.nodes[&label].params.entry(p.name.to_owned()).or_default();
            param.value = (param.drives.is_empty() || dice.one_in(2)).then_some(value);
        }
        4..=6 => {
            let from = source(dice, patch)?;
            let kind = kind(&present.kind);
            let port = match kind.bank {
                Some(bank) => format!("{}{}", bank.port.name, 1 + dice.below(5)),
                None => (!kind.inputs.is_empty()).then(|| dice.pick(kind.inputs).name.to_owned())?,
            };
            let gain_db = if dice.one_in(2) { 0.0 } else { dice.within(-60.0, 20.0) };
            patch.nodes[&label].cables.push(Cable { from, port, gain_db });
        }
        7 if !present.cables.is_empty() => {
            let cable = dice.below(present.cables.len());
            match dice.one_in(2) {
                true => drop(patch.nodes[&label].cables.remove(cable)),
                false => patch.nodes[&label].cables[cable].gain_db = dice.within(-60.0, 20.0),
            }
        }
        8 | 9 => {
            let from = source(dice, patch)?;
            let params = kind(&present.kind).params;
            let name = (!params.is_empty()).then(|| dice.pick(params).name.to_owned())?;
            let depth = dice.within(-5000.0, 5000.0);
            patch.nodes[&label].params.entry(name).or_default().drives.push(Drive { from, depth });
        }
        10 => {
            let param = patch.nodes[&label].params.values_mut().find(|p| !p.drives.is_empty())?;
            match dice.one_in(2) {
                true => drop(param.drives.pop()),
                false => param.drives[0].depth = dice.within(-9.0, 9.0),
            }
            patch.nodes[&label]
                .params
                .retain(|_, p: &mut ParamValue| p.value.is_some() || !p.drives.is_empty());
        }
        _ => {
            let new = format!("r{}", dice.below(1000));
            if patch.nodes.contains_key(&new) {
                return None;
            }
            let renamed = |l: &String| if *l == label { new.clone() } else { l.clone() };
            let mut nodes = std::mem::take(&mut patch.nodes);
            for node in nodes.values_mut() {
                node.cables.iter_mut().for_each(|c| c.from.node = renamed(&c.from.node));
                let drives = node.params.values_mut().flat_map(|p| p.drives.iter_mut());
                drives.for_each(|d| d.from.node = renamed(&d.from.node));
            }
            patch.nodes = nodes.into_iter().map(|(l, n)| (renamed(&l), n)).collect();
            patch.title = Some(new);
        }
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
