//! Who runs beside whom cannot be heard: parts side by side in 4, 8, 16 or 32 lanes give the same bits as each by itself, whatever is done to them.

use crate::support;

use proptest::prelude::*;
use sostenuto_graph::transport::{Change, Clock, Curve, Lane, Point};
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{
    Command, Edit, Motion, NodeId, NoteEvent, ROOT, Sink, Source, VoiceTables, Voicing, When,
};
use std::sync::Arc;
use support::Dice;
use support::cell::Kind;
use support::node::TestNode;
use support::rig;

const OUT: Sink = Sink::PartOutput(ROOT, 0);

/// An engine with parts in it that are all made alike.
struct Rig {
    engine: rig::Rig,
    bus: NodeId,
    /// Each part with the nodes that are in it.
    parts: Vec<(NodeId, Vec<NodeId>)>,
    /// The most parts that ran side by side at any time.
    most: usize,
}

/// What is in each of the parts: kinds, and from where to where cables go, with a gain; from -1 it is the part's input. A cable to a parameter
/// is told by the last.
#[derive(Clone, Debug)]
struct Plan {
    kinds: Vec<Kind>,
    cables: Vec<(isize, usize, u16, f32, bool)>,
    /// Which nodes lie in a part inside of the part.
    nested: bool,
}

fn plan(dice: &mut Dice) -> Plan {
    let choice = [
        Kind::Noise(1),
        Kind::Gain,
        Kind::OnePole,
        Kind::Difference,
        Kind::Fading,
        Kind::Counter,
        Kind::Level,
        Kind::Impulse(7),
        Kind::Delay,
        Kind::Faulty,
        Kind::Late(3),
        Kind::Gain,
        Kind::OnePole,
    ];
    let mut kinds: Vec<Kind> = (0..3 + dice.below(8)).map(|_| choice[dice.below(choice.len())]).collect();
    if dice.chance(40) {
        // What only multiplies may be left to the sum.
        kinds.push(Kind::Gain);
    }
    let mut cables = Vec::new();
    for to in 0..kinds.len() {
        for _ in 0..1 + dice.below(2) {
            let from = dice.below(to + 1) as isize - 1;
            let gain = [1.0, 1.0, 0.5, -0.7][dice.below(4)];
            cables.push((from, to, dice.below(2) as u16, gain, dice.chance(25)));
        }
    }
    Plan { kinds, cables, nested: dice.chance(30) }
}

impl Rig {
    fn new(lanes: usize) -> Self {
        let mut engine = rig::Rig::new(Some(lanes));
        let mut edit = engine.graph.edit();
        let bus = edit.add("bus", TestNode::boxed(Kind::Gain)).expect("there is room");
        edit.connect(bus.output(0), OUT, 0.5).expect("they are there");
        let batch = edit.commit().expect("no loop");
        engine.send(batch, None);
        Rig { engine, bus, parts: Vec::new(), most: 0 }
    }

    fn render(&mut self, frames: usize) {
        self.engine.render(frames);
        self.most = self.most.max(self.engine.graph.side_by_side().0);
    }
}

/// Adds a part as the plan says. What is random of it is in its values.
fn add_part(edit: &mut Edit<'_>, plan: &Plan, dice: &mut Dice) -> (NodeId, Vec<NodeId>) {
    let port = |channels| sostenuto_graph::Port { name: "port".into(), channels };
    let part = edit.add_part(ROOT, "part", vec![port(1)], vec![port(1)]).expect("there is room");
    let inner = plan.nested.then(|| {
        let inner = edit.add_part(part, "inner", vec![port(1)], vec![port(1)]).expect("there is room");
        edit.connect(Source::PartInput(part, 0), inner.input(0), 1.0).expect("they are there");
        edit.connect(inner.output(0), Sink::PartOutput(part, 0), 0.5).expect("they are there");
        inner
    });
    let home = inner.unwrap_or(part);
    let mut nodes = Vec::new();
    for kind in &plan.kinds {
        let kind = if let Kind::Noise(_) = kind { Kind::Noise(dice.next()) } else { *kind };
        nodes.push(edit.add_in(home, "node", TestNode::boxed(kind)).expect("there is room"));
    }
    for (from, to, port, gain, drives) in &plan.cables {
        let from = match *from {
            -1 => Source::PartInput(home, 0),
            from => nodes[from as usize].output(0),
        };
        let (to, shape) = (nodes[*to], edit.graph().shape(nodes[*to]).cloned().unwrap_or_default());
        let to = match drives {
            true if !shape.params.is_empty() => to.param(0),
            _ if !shape.inputs.is_empty() => to.input(port % shape.inputs.len() as u16),
            _ => continue,
        };
        // The same twice is refused.
        _ = edit.connect(from, to, *gain);
    }
    let last = nodes[nodes.len() - 1];
    edit.connect(last.output(0), Sink::PartOutput(home, 0), 1.0).expect("they are there");
    for node in &nodes {
        if let Some(param) = edit.graph().shape(*node).and_then(|s| s.params.first()).cloned()
            && param.choices.is_empty()
            && param.max != 1.0
        {
            let value = param.min + (param.max - param.min) * dice.below(100) as f32 / 100.0;
            edit.set(*node, 0, value, Some(Motion::Jump)).expect("in range");
        }
    }
    (part, nodes)
}

/// A lane that goes round every few hundred frames.
fn lane(dice: &mut Dice) -> Arc<Lane> {
    let curves = [Curve::Step, Curve::Linear, Curve::Exponential, Curve::Bend(0.5)];
    let point = |place: usize, dice: &mut Dice| {
        let (value, curve) = (dice.below(100) as f32 / 50.0, curves[dice.below(curves.len())]);
        Point { at: place as f64 * 40.0, value, curve }
    };
    let points = (0..1 + dice.below(5)).map(|place| point(place, dice)).collect();
    let length = dice.chance(70).then_some(300.0);
    Arc::new(Lane::new(Clock::Frames, points, length).expect("a good lane"))
}

/// One random change; whether it can be made does not depend on lanes.
fn change(rig: &mut Rig, plan: &Plan, dice: &mut Dice) {
    let bus = rig.bus;
    let mut parts = core::mem::take(&mut rig.parts);
    let mut edit = rig.engine.graph.edit();
    edit.fade([0, 60, 240][dice.below(3)]);
    let number = dice.below(parts.len().max(1));
    match dice.below(12) {
        0 | 1 => {
            let part = add_part(&mut edit, plan, dice);
            edit.connect(part.0.output(0), bus.input(0), 0.2).expect("they are there");
            parts.push(part);
        }
        2 if parts.len() > 4 => edit.remove(parts.swap_remove(number).0).expect("it is there"),
        3 if !parts.is_empty() => edit.bypass(parts[number].0, dice.chance(50)).expect("it is there"),
        4 | 5 if !parts.is_empty() => {
            let nodes = &parts[number].1;
            edit.bypass(nodes[dice.below(nodes.len())], dice.chance(40)).expect("it is there");
        }
        6 if !parts.is_empty() => {
            // One is another than the rest from now on.
            let (part, nodes) = &mut parts[number];
            let home = if plan.nested { return_home(&edit, *part, nodes) } else { *part };
            let node = edit.add_in(home, "more", TestNode::boxed(Kind::OnePole)).expect("there is room");
            edit.connect(nodes[0].output(0), node.input(0), 1.0).expect("they are there");
            edit.connect(node.output(0), Sink::PartOutput(home, 0), 0.3).expect("they are there");
            nodes.push(node);
        }
        7 if parts.len() > 1 => {
            // One hears another, if that is no loop.
            let other = dice.below(parts.len());
            _ = edit.connect(parts[other.min(number)].0.output(0), parts[number].0.input(0), 0.5);
        }
        8 if !parts.is_empty() => {
            let (from, to) = (parts[number].0.output(0), bus.input(0));
            if let Some(cable) = edit.cable_between(from, to) {
                edit.set_gain(cable, dice.below(10) as f32 / 10.0, None).expect("it is there");
            }
        }
        9 if !parts.is_empty() => {
            let nodes = &parts[number].1;
            edit.reset(nodes[dice.below(nodes.len())]).expect("it is there");
        }
        10 if !parts.is_empty() => {
            let mut lanes = Vec::new();
            for _ in 0..dice.below(4) {
                let (_, nodes) = &parts[dice.below(parts.len())];
                let has_one = |id: &&NodeId| edit.graph().shape(**id).is_some_and(|s| !s.params.is_empty());
                let targets: Vec<(NodeId, u16)> = nodes.iter().filter(has_one).map(|id| (*id, 0)).collect();
                lanes.push((lane(dice), targets));
            }
            edit.set_automation(lanes).expect("they are there");
        }
        _ if !parts.is_empty() => {
            for _ in 0..1 + dice.below(4) {
                let (_, nodes) = &parts[dice.below(parts.len())];
                let node = nodes[dice.below(nodes.len())];
                let Some(param) = edit.graph().shape(node).and_then(|s| s.params.first()).cloned() else {
                    continue;
                };
                let value = param.min + (param.max - param.min) * dice.below(101) as f32 / 100.0;
                let motion = [None, Some(Motion::Jump), Some(Motion::Linear(100)), Some(Motion::Glide(33))]
                    [dice.below(4)];
                edit.set(node, 0, value, motion).expect("in range");
            }
        }
        _ => {}
    }
    let later = dice.chance(40).then(|| dice.below(90) as u64);
    // What would be a loop is taken back.
    if let Ok(batch) = edit.commit() {
        rig.engine.send(batch, later);
    }
    rig.parts = parts;
}

/// The part that the nodes lie in.
fn return_home(edit: &Edit<'_>, part: NodeId, nodes: &[NodeId]) -> NodeId {
    let inside = |id: &NodeId| edit.graph().part_around(nodes[0]) == Some(*id);
    edit.graph().node_ids().find(inside).unwrap_or(part)
}

fn play(seed: u64, lanes: usize, settles: bool) -> Rig {
    let (mut rig, mut dice) = (Rig::new(lanes), Dice(seed));
    let plan = plan(&mut dice);
    for _ in 0..2 + dice.below(20) {
        let mut edit = rig.engine.graph.edit();
        let part = add_part(&mut edit, &plan, &mut dice);
        edit.connect(part.0.output(0), rig.bus.input(0), 0.2).expect("they are there");
        let batch = edit.commit().expect("no loop");
        rig.engine.send(batch, None);
        rig.parts.push(part);
    }
    let (ticket, at) = (rig.engine.graph.next_ticket(), When::Now);
    let command = Command::Transport { ticket, change: Change::Play, at };
    rig.engine.remote.commands.send(command).expect("the ring has room");
    for _ in 0..40 {
        if dice.chance(60) {
            change(&mut rig, &plan, &mut dice);
        }
        rig.render(1 + dice.below(150));
        let node = rig
            .parts
            .get(dice.below(rig.parts.len().max(1)))
            .map(|(_, nodes)| nodes[dice.below(nodes.len())]);
        let (value, frames) = (dice.below(100) as f32 / 100.0, dice.below(100) as u64);
        if let Some(node) = node
            && let Ok(set) = rig.engine.graph.set(node, 0, value, None)
        {
            let (ticket, at) = (rig.engine.graph.next_ticket(), Some(rig.engine.executor.frame() + frames));
            rig.engine.remote.commands.send(Command::Set { ticket, set, at }).expect("the ring has room");
        }
        if settles && dice.chance(70) {
            rig.engine.settle();
        } else {
            dice.chance(0);
        }
    }
    rig.render(300);
    rig
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn parts_side_by_side_sound_as_each_by_itself(seed in any::<u64>()) {
        let alone = play(seed, 1, true);
        prop_assert_eq!(alone.most, 0);
        for lanes in [4, 8, 16, 32] {
            let beside = play(seed, lanes, true);
            prop_assert_eq!(beside.engine.difference(&alone.engine), None, "{} lanes, seed {}", lanes, seed);
        }
    }
}

#[test]
fn parts_that_are_alike_do_run_side_by_side() {
    let most = |lanes| (0..20).map(|seed| play(seed, lanes, true).most).max();
    assert!(most(16).is_some_and(|most| most >= 16), "{:?}", most(16));
    assert!(most(4).is_some_and(|most| most >= 12), "{:?}", most(4));
}

/// As many parts as a sum has terms at most, and a team lanes.
const MANY: usize = 32;

/// A team that is added up where it stands, whose last nodes only multiply, while these are set, bypassed, reset, muted and perhaps driven from outside, in whole
/// spans of the grid.
fn added_up(lanes: usize, gain: f32, driven: bool) -> Rig {
    let mut rig = Rig::new(lanes);
    let kinds = vec![Kind::Noise(1), Kind::Faulty, Kind::Gain];
    let cables = vec![(0, 1, 0, 1.0, false), (1, 2, 0, if gain == 1.0 { 1.0 } else { 0.8 }, false)];
    let mut plan = Plan { kinds, cables, nested: false };
    if driven {
        plan.cables.push((-1, 2, 0, 0.5, true));
    }
    let (mut edit, mut dice) = (rig.engine.graph.edit(), Dice(5));
    for _ in 0..MANY {
        let (part, nodes) = add_part(&mut edit, &plan, &mut dice);
        edit.set(nodes[1], 0, 0.0, Some(Motion::Jump)).expect("in range");
        edit.connect(part.output(0), rig.bus.input(0), gain).expect("they are there");
        rig.parts.push((part, nodes));
    }
    let batch = edit.commit().expect("no loop");
    rig.engine.send(batch, None);
    for round in 0..60 {
        rig.render(64 * (1 + round % 3));
        rig.engine.settle();
        let (part, nodes) = rig.parts[7 * round % MANY].clone();
        let bus = rig.bus;
        let mut edit = rig.engine.graph.edit();
        match round % 10 {
            // A cable moves on which the team counts: one of the sum, and one of its own.
            1 => {
                let cable = edit.cable_between(part.output(0), bus.input(0)).expect("it is there");
                edit.set_gain(cable, 0.1 * (round / 10) as f32, Some(Motion::Jump)).expect("it is there");
            }
            // One of gain 1 is none that is looked at: with it the part would be unlike the others.
            2 if gain != 1.0 => {
                let cable = edit.cable_between(nodes[1].output(0), nodes[2].input(0)).expect("it is there");
                edit.set_gain(cable, 0.5, Some(Motion::Linear(30))).expect("it is there");
            }
            3 => edit.set(nodes[2], 0, 0.3, None).expect("in range"),
            4 => edit.set(nodes[2], 0, 0.9, Some(Motion::Linear(100))).expect("in range"),
            6 => edit.bypass(nodes[2], true).expect("it is there"),
            7 => (0..MANY).for_each(|p| edit.bypass(rig.parts[p].1[2], false).expect("it is there")),
            8 => edit.reset(nodes[0]).expect("it is there"),
            5 if driven && round == 25 => {
                let level = edit.add("level", TestNode::boxed(Kind::Level)).expect("there is room");
                edit.set(level, 0, 0.7, Some(Motion::Jump)).expect("in range");
                edit.connect(level.output(0), rig.parts[3].0.input(0), 1.0).expect("they are there");
            }
            9 if round > 40 => edit.set(nodes[1], 0, 1.0, Some(Motion::Jump)).expect("in range"),
            _ => continue,
        }
        let batch = edit.commit().expect("no loop");
        rig.engine.send(batch, None);
    }
    rig
}

#[test]
fn what_only_multiplies_sounds_the_same_if_it_is_left_to_the_sum() {
    for (gain, driven) in [(1.0, false), (0.3, false), (0.3, true)] {
        let alone = added_up(1, gain, driven);
        assert!(alone.engine.out[0].iter().any(|x| x.abs() > 0.1));
        for lanes in [4, 8, 16, 32] {
            let beside = added_up(lanes, gain, driven);
            assert_eq!(beside.most, MANY, "{lanes} lanes");
            assert_eq!(beside.engine.difference(&alone.engine), None, "{lanes} lanes, gain {gain}, {driven}");
        }
    }
}

/// Parts with a level each, of which the first are far too loud to be added up.
fn too_loud(lanes: usize) -> Rig {
    let mut rig = Rig::new(lanes);
    let plan = Plan { kinds: vec![Kind::Level], cables: vec![(-1, 0, 0, 1.0, true)], nested: false };
    let mut edit = rig.engine.graph.edit();
    for number in 0..MANY {
        let (part, nodes) = add_part(&mut edit, &plan, &mut Dice(5));
        edit.set(nodes[0], 0, 1.0, Some(Motion::Jump)).expect("in range");
        let gain = if number < 4 { 3e38 } else { 0.1 };
        edit.connect(part.output(0), rig.bus.input(0), gain).expect("they are there");
    }
    let batch = edit.commit().expect("no loop");
    rig.engine.send(batch, None);
    // Once they have faded in and are side by side, their sum is made where they stand.
    for _ in 0..40 {
        rig.render(64);
        rig.engine.settle();
    }
    rig
}

#[test]
fn a_sum_that_is_too_large_is_silent_whoever_adds_it_up() {
    let alone = too_loud(1);
    assert!(alone.engine.out[0].iter().all(|x| *x == 0.0));
    for lanes in [4, 8, 16, 32] {
        let beside = too_loud(lanes);
        assert_eq!(beside.engine.graph.side_by_side(), (MANY, MANY / lanes));
        assert_eq!(beside.engine.difference(&alone.engine), None, "{lanes} lanes");
    }
}

fn filtered_noise() -> Plan {
    let (kinds, cables) = (vec![Kind::Noise(1), Kind::OnePole], vec![(0, 1, 0, 1.0, false)]);
    Plan { kinds, cables, nested: false }
}

/// Parts that are added one after the other, each once the one before it has settled in.
fn one_by_one(lanes: usize) -> Rig {
    let mut rig = Rig::new(lanes);
    let plan = filtered_noise();
    let mut dice = Dice(9);
    for number in 0..MANY {
        let mut edit = rig.engine.graph.edit();
        let (part, _) = add_part(&mut edit, &plan, &mut dice);
        edit.connect(part.output(0), rig.bus.input(0), 0.05).expect("they are there");
        let batch = edit.commit().expect("no loop");
        rig.engine.send(batch, None);
        for _ in 0..20 {
            rig.render(64);
            rig.engine.settle();
        }
        if lanes == MANY && number > 0 {
            assert_eq!(rig.engine.graph.side_by_side(), (number + 1, 1), "part {number}");
        }
    }
    rig
}

#[test]
fn parts_that_come_one_by_one_are_as_many_side_by_side_as_if_they_had_come_together() {
    let alone = one_by_one(1);
    for lanes in [4, 8, 16, 32] {
        let beside = one_by_one(lanes);
        assert_eq!(beside.engine.graph.side_by_side(), (MANY, MANY / lanes));
        assert_eq!(beside.engine.difference(&alone.engine), None, "{lanes} lanes");
    }
}

/// Parts and other nodes that one bus adds up, among each other; the gains of some cables move, and one of the parts is heard over an insert from a frame on.
fn among_others(lanes: usize) -> Rig {
    let mut rig = Rig::new(lanes);
    let plan = filtered_noise();
    let mut dice = Dice(3);
    let mut edit = rig.engine.graph.edit();
    let (mut parts, mut others) = (Vec::new(), Vec::new());
    for number in 0..MANY {
        if [0, 5, 6, 11].contains(&number) {
            let other =
                edit.add("other", TestNode::boxed(Kind::Noise(number as u64 + 50))).expect("there is room");
            others.push(edit.connect(other.output(0), rig.bus.input(0), 0.1).expect("they are there"));
        }
        let (part, _) = add_part(&mut edit, &plan, &mut dice);
        parts.push((part, edit.connect(part.output(0), rig.bus.input(0), 0.05).expect("they are there")));
    }
    let batch = edit.commit().expect("no loop");
    rig.engine.send(batch, None);
    let rest = |rig: &mut Rig, blocks: usize| {
        for _ in 0..blocks {
            rig.render(64);
            rig.engine.settle();
        }
    };
    rest(&mut rig, 40);
    for (number, cable) in others.into_iter().enumerate() {
        let mut edit = rig.engine.graph.edit();
        edit.set_gain(cable, 0.3, Some(Motion::Linear(100 + 50 * number as u32))).expect("it is there");
        let batch = edit.commit().expect("no loop");
        rig.engine.send(batch, None);
        rest(&mut rig, 2);
    }
    let mut edit = rig.engine.graph.edit();
    let (part, cable) = parts[7];
    let insert = edit.add("insert", TestNode::boxed(Kind::OnePole)).expect("there is room");
    edit.connect(part.output(0), insert.input(0), 1.0).expect("they are there");
    edit.connect(insert.output(0), rig.bus.input(0), 0.05).expect("they are there");
    edit.disconnect(cable).expect("it is there");
    let batch = edit.commit().expect("no loop");
    rig.engine.send(batch, None);
    rest(&mut rig, 40);
    rig
}

#[test]
fn what_comes_among_parts_in_a_sum_is_added_up_in_its_place() {
    let alone = among_others(1);
    for lanes in [4, 8, 16, 32] {
        let beside = among_others(lanes);
        assert_eq!(beside.engine.difference(&alone.engine), None, "{lanes} lanes");
    }
}

/// An instrument that still knows the address of a node that was removed, and whose slot another has by now, elsewhere.
fn outdated(threads: usize) -> rig::Rig {
    let mut rig = rig::Rig::new(Some(1));
    _ = rig.graph.set_threads(threads);
    rig.graph.set_threads_always();
    let port = |name: &'static str| sostenuto_graph::Port { name: name.into(), channels: 1 };
    let mut edit = rig.graph.edit();
    let voicing = Voicing::default();
    let band =
        edit.add_instrument(ROOT, "band", Vec::new(), vec![port("out")], &voicing).expect("there is room");
    edit.connect(band.output(0), OUT, 0.5).expect("they are there");
    let (mut tables, mut levels) = (VoiceTables::default(), Vec::new());
    for voice in edit.graph().voices(band).to_vec() {
        let noise = edit.add_in(voice, "noise", TestNode::boxed(Kind::Noise(7))).expect("there is room");
        edit.connect(noise.output(0), Sink::PartOutput(voice, 0), 1.0).expect("they are there");
        let level = edit.add_in(voice, "level", TestNode::boxed(Kind::Level)).expect("there is room");
        tables.notes.push(vec![level]);
        levels.push(level);
    }
    edit.set_voice_tables(band, &tables).expect("they are there");
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    rig.render(64);
    let mut edit = rig.graph.edit();
    edit.fade(0);
    levels.iter().for_each(|level| edit.remove(*level).expect("it is there"));
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    for _ in 0..4 {
        rig.render(64);
        while rig.settle() {
            rig.render(64);
        }
    }
    let mut edit = rig.graph.edit();
    for number in 0..levels.len() as u64 {
        let noise = edit.add("noise", TestNode::boxed(Kind::Noise(number))).expect("there is room");
        edit.connect(noise.output(0), OUT, 0.01).expect("they are there");
    }
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    let instrument = rig.graph.address(band).expect("it is there");
    for id in 0..40 {
        let note = Note { id: NoteId(id), pitch: 60.0, velocity: 0.5 };
        let (ticket, at) = (rig.graph.next_ticket(), When::Now);
        let command = Command::Note { ticket, instrument, note: NoteEvent::On(note), at };
        // With each batch, who has what is settled anew.
        let batch = rig.graph.edit().commit().expect("no loop");
        rig.send(batch, None);
        rig.remote.commands.send(command).expect("the ring has room");
        rig.render(64);
    }
    assert_eq!(rig.graph.rows().0 > 0, threads > 1);
    rig
}

#[test]
fn an_address_of_a_node_that_is_gone_takes_no_other_from_its_thread() {
    let alone = outdated(1);
    for threads in [2, 3] {
        assert_eq!(outdated(threads).difference(&alone), None, "{threads} threads");
    }
}

#[test]
fn instruments_do_not_wait_for_each_other() {
    let mut rig = rig::Rig::new(Some(1));
    _ = rig.graph.set_threads(2);
    let mut edit = rig.graph.edit();
    for name in ["strings", "winds"] {
        let port = vec![sostenuto_graph::Port { name: "out".into(), channels: 1 }];
        let config =
            sostenuto_graph::voice::Config { voices: 40, ..sostenuto_graph::voice::Config::default() };
        let voicing = Voicing { config, glide: 0 };
        let band = edit.add_instrument(ROOT, name, Vec::new(), port, &voicing).expect("room");
        for (number, voice) in (0..).zip(edit.graph().voices(band).to_vec()) {
            let noise =
                edit.add_in(voice, "noise", TestNode::boxed(Kind::Noise(number))).expect("there is room");
            edit.connect(noise.output(0), Sink::PartOutput(voice, 0), 1.0).expect("they are there");
        }
        edit.connect(band.output(0), OUT, 0.1).expect("they are there");
    }
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    // Cables have faded in, and segments that are short have joined.
    for _ in 0..40 {
        rig.render(64);
        rig.settle();
    }
    // One for each instrument, and one for what adds them up.
    assert_eq!(rig.graph.rows(), (1, 3));
}
