//! Random changes of parts, and of what is played.

use super::random::{Dice, change_nodes, value};
use sostenuto_patch::{
    Catalogue, Lane, LaneCurve, LanePoint, LaneUnit, Meter, Mode, Node, Part, PartParam, Patch, Priority,
    Sequence, Steal, Step, Target, Voicing,
};

/// A node that is called something else now, or is gone.
pub struct Renamed {
    pub from: String,
    pub to: Option<String>,
}

impl Renamed {
    pub fn in_sequences(self, patch: &mut Patch) {
        match self.to {
            Some(to) => {
                let played = patch.sequences.iter().filter(|(_, s)| s.to == self.from);
                for name in played.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
                    patch.sequences[&name].to.clone_from(&to);
                }
            }
            None => patch.sequences.retain(|_, s| s.to != self.from),
        }
    }

    fn in_params(self, part: &mut Part) {
        for param in part.params.values_mut() {
            match &self.to {
                Some(to) => {
                    let targets = param.to.iter_mut().filter(|t| t.node == self.from);
                    targets.for_each(|t| t.node.clone_from(to));
                }
                None => param.to.retain(|t| t.node != self.from),
            }
        }
        part.params.retain(|_, param| !param.to.is_empty());
    }
}

pub fn change_part(dice: &mut Dice, patch: &mut Patch, catalogue: &Catalogue) -> Option<()> {
    if patch.parts.is_empty() || dice.one_in(16) {
        let name = format!("p{}", dice.below(100));
        if patch.parts.contains_key(&name) {
            return None;
        }
        let at = dice.below(patch.parts.len() + 1);
        let new = new_part(dice);
        patch.parts.shift_insert(at, name, new);
        return Some(());
    }
    let place = dice.below(patch.parts.len());
    let (name, part) = patch.parts.get_index_mut(place)?;
    match dice.below(24) {
        0 => {
            let name = name.clone();
            patch.parts.shift_remove(&name);
        }
        1 => patch.parts.move_index(place, dice.below(patch.parts.len())),
        2 | 3 => part.voices = voicing(dice, part.voices.take()),
        4 => drop(part.params.pop_last()?),
        5..=7 => map(dice, part, catalogue)?,
        _ => change_nodes(dice, &mut part.nodes, catalogue)?.in_params(part),
    }
    Some(())
}

fn new_part(dice: &mut Dice) -> Part {
    let mut part = Part::default();
    part.nodes.insert("out".to_owned(), Node::new("out", "outlet"));
    part.nodes.insert("gain".to_owned(), Node::new("gain", "gain"));
    let from = |node: &str| sostenuto_patch::Source { node: node.to_owned(), port: "out".to_owned() };
    let cable = |node| sostenuto_patch::Cable { from: from(node), port: "in".to_owned(), gain_db: 0.0 };
    part.nodes["out"].cables.push(cable("gain"));
    if dice.one_in(2) {
        part.nodes.insert("left".to_owned(), Node::new("left", "inlet"));
        part.nodes["gain"].cables.push(cable("left"));
    }
    if dice.one_in(2) {
        part.nodes.insert("note".to_owned(), Node::new("note", "note"));
        part.voices = Some(Voicing::of(1 + dice.below(16) as u16));
    }
    part
}

fn voicing(dice: &mut Dice, present: Option<Voicing>) -> Option<Voicing> {
    let Some(mut voicing) = present else { return Some(Voicing::of(1 + dice.below(16) as u16)) };
    match dice.below(8) {
        0 => voicing.voices = 1 + dice.below(16) as u16,
        1 => voicing.spares = [None, Some(4), Some(0), Some(9)][dice.below(4)],
        2 => voicing.mode = [None, Some(Mode::Poly), Some(Mode::Legato)][dice.below(3)],
        3 => voicing.steal = [None, Some(Steal::Oldest), Some(Steal::LowestVelocity)][dice.below(3)],
        4 => voicing.priority = [None, Some(Priority::Last), Some(Priority::High)][dice.below(3)],
        5 => voicing.glide_ms = [None, Some(0.0), Some(dice.within(0.0, 1e4))][dice.below(3)],
        6 => voicing.fade_ms = [None, Some(5.0), Some(dice.within(0.0, 1e3))][dice.below(3)],
        _ => return None,
    }
    Some(voicing)
}

/// A parameter of the part that is new or another.
fn map(dice: &mut Dice, part: &mut Part, catalogue: &Catalogue) -> Option<()> {
    let (label, node) = part.nodes.get_index(dice.below(part.nodes.len()))?;
    let params = &catalogue.find(&node.kind)?.params;
    let info = (!params.is_empty()).then(|| dice.pick(params))?;
    let target = Target { node: label.clone(), param: info.name.to_string() };
    let name = format!("m{}", dice.below(6));
    let param = part.params.entry(name).or_default();
    if dice.one_in(3) {
        param.to.push(target);
        return Some(());
    }
    *param = PartParam { to: vec![target], ..PartParam::default() };
    if info.choices.is_empty() && dice.one_in(2) {
        let (a, b) = (dice.within(info.min, info.max), dice.within(info.min, info.max));
        param.min = dice.one_in(2).then_some(a.min(b));
        param.max = dice.one_in(2).then_some(a.max(b));
    }
    param.default = dice.one_in(3).then(|| value(dice, info));
    Some(())
}

/// Tempo, meter or a sequence.
pub fn change_play(dice: &mut Dice, patch: &mut Patch, catalogue: &Catalogue) -> Option<()> {
    match dice.below(10) {
        0 => {
            patch.transport.tempo =
                [None, Some(120.0), Some(f64::from(dice.within(1.0, 999.0)))][dice.below(3)]
        }
        1 => {
            patch.transport.meter =
                [None, Some(Meter::default()), Some(Meter { count: 7, unit: 8 })][dice.below(3)]
        }
        2..=5 => {
            let plays = |kind: &str| catalogue.find(kind).is_some_and(|k| k.instrument().is_some());
            let players: Vec<String> =
                patch.nodes.iter().filter(|(_, n)| plays(&n.kind)).map(|(l, _)| l.clone()).collect();
            let to = (!players.is_empty()).then(|| dice.pick(&players).clone())?;
            let name = match dice.below(3) {
                0 => format!("sequence-{}", 1 + dice.below(4)),
                _ => format!("s{}", dice.below(20)),
            };
            let steps = (0..=dice.below(4)).map(|_| step(dice)).collect();
            let sequence = Sequence { to, length: None, looped: !dice.one_in(3), steps, lane: None };
            let sequence = if dice.one_in(3) { lane(dice, patch, catalogue)? } else { sequence };
            if !patch.sequences.contains_key(&name) {
                let at = dice.below(patch.sequences.len() + 1);
                patch.sequences.shift_insert(at, name, sequence);
            }
        }
        6 => {
            let place = dice.below(patch.sequences.len());
            patch.sequences.shift_remove_index(place)?;
        }
        7 if !patch.sequences.is_empty() => {
            let (from, to) = (dice.below(patch.sequences.len()), dice.below(patch.sequences.len()));
            patch.sequences.move_index(from, to);
        }
        _ => {
            let place = dice.below(patch.sequences.len());
            let (_, sequence) = patch.sequences.get_index_mut(place)?;
            match dice.below(4) {
                0 => sequence.length = [None, Some(sequence.length() + 1.5)][dice.below(2)],
                1 => sequence.looped = !sequence.looped,
                _ if sequence.lane.is_some() => {
                    let lane = sequence.lane.as_mut()?;
                    let place = dice.below(lane.points.len());
                    lane.points[place].curve = curve(dice);
                    lane.unit = *dice.pick(&LaneUnit::ALL);
                }
                2 => sequence.steps.push(step(dice)),
                _ => {
                    let place = dice.below(sequence.steps.len());
                    sequence.steps[place] = step(dice);
                }
            }
        }
    }
    Some(())
}

/// The course of some parameter.
fn lane(dice: &mut Dice, patch: &Patch, catalogue: &Catalogue) -> Option<Sequence> {
    let labels: Vec<&String> = patch.nodes.keys().collect();
    let to = (!labels.is_empty()).then(|| (*dice.pick(&labels)).clone())?;
    let kind = catalogue.find(&patch.nodes[&to].kind)?;
    let info = (!kind.params.is_empty()).then(|| dice.pick(&kind.params).clone())?;
    let mut points = Vec::new();
    for place in 0..1 + dice.below(4) {
        points.push(LanePoint { at: place as f64 * 0.75, value: value(dice, &info), curve: curve(dice) });
    }
    let lane = Lane { param: info.name.to_string(), unit: *dice.pick(&LaneUnit::ALL), points };
    Some(Sequence { to, length: Some(4.0), looped: !dice.one_in(3), steps: Vec::new(), lane: Some(lane) })
}

fn curve(dice: &mut Dice) -> LaneCurve {
    let bent = LaneCurve::Bend(dice.within(-0.9, 0.9));
    [LaneCurve::Step, LaneCurve::Linear, LaneCurve::Exponential, bent][dice.below(4)]
}

pub fn step(dice: &mut Dice) -> Step {
    let pitch = |dice: &mut Dice| [60.0, 61.0, dice.within(0.0, 127.0)][dice.below(3)];
    Step {
        at: dice.one_in(3).then(|| dice.below(16) as f64 * 0.25),
        pitch: (0..dice.below(4)).map(|_| pitch(dice)).collect(),
        velocity: [None, Some(0.8), Some(dice.within(0.0, 1.0))][dice.below(3)],
        length: [None, Some(1.0), Some(1.0 / 3.0)][dice.below(3)],
    }
}
