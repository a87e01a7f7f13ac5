//! When what has faded out is taken away cannot be heard: the same edits give the same bits whether the graph is settled at every opportunity
//! or never.

use crate::support;

use proptest::prelude::*;
use sostenuto_graph::{Batch, Edit, NodeId, ROOT, Sink, Source};
use std::sync::Arc;
use support::Dice;
use support::cell::Kind;
use support::node::TestNode;
use support::rig;
use support::scenario::{Model, Taste};

const OUT: Sink = Sink::PartOutput(ROOT, 0);

/// An engine that is edited while it renders.
struct Rig {
    engine: rig::Rig,
    /// Whether the graph is settled whenever there is anything to settle.
    settles: bool,
    settled: usize,
    followed: usize,
}

impl Rig {
    fn new(settles: bool) -> Self {
        Rig { engine: rig::Rig::new(None), settles, settled: 0, followed: 0 }
    }

    fn send(&mut self, batch: Box<Batch>, later: Option<u64>) {
        self.followed += batch.follow_ups().count();
        self.engine.send(batch, later);
    }

    fn render(&mut self, frames: usize) {
        self.engine.render(frames);
        if self.settles && self.engine.settle() {
            self.settled += 1;
        }
    }
}

/// Random edits of a random graph.
fn anything(seed: u64, nodes: usize, (faults, latency): (bool, bool), settles: bool) -> Rig {
    let (mut rig, mut dice, tally) = (Rig::new(settles), Dice(seed), Arc::default());
    let mut model = Model::new(Taste { nodes, depth: 2, faults, fades: true, latency, threads: 1 });
    for step in 0..nodes + 40 {
        model.growing = step < nodes;
        let edits = 1 + dice.below(6);
        // A transaction with a cycle in it is taken back; the next throw of the dice is another.
        let done = (0..10).find_map(|_| model.transact(&mut dice, &mut rig.engine.graph, edits, &tally).ok());
        let later = dice.chance(30).then(|| dice.below(100) as u64);
        if let Some((batch, _)) = done {
            rig.send(batch, later.filter(|_| !model.growing));
        }
        if !model.growing {
            rig.render(1 + dice.below(120));
        }
    }
    rig.render(300);
    rig
}

/// Sources and gains in two rows that come, go and are laid anew, all into the same two ports, which they fill more than once.
fn crowd(seed: u64, settles: bool) -> Rig {
    let (mut rig, mut dice) = (Rig::new(settles), Dice(seed));
    let mut edit = rig.engine.graph.edit();
    let bus = edit.add("bus", TestNode::boxed(Kind::Gain)).expect("there is room");
    edit.connect(bus.output(0), OUT, 0.5).expect("they are there");
    let mut nodes: Vec<NodeId> = (0..50).map(|_| source(&mut dice, &mut edit)).collect();
    nodes.iter().for_each(|node| _ = edit.connect(node.output(0), bus.input(0), 0.1));
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    for _ in 0..80 {
        rig.render(1 + dice.below(100));
        let mut edit = rig.engine.graph.edit();
        for _ in 0..1 + dice.below(12) {
            edit.fade([0, 60, 240, 240][dice.below(4)]);
            let number = dice.below(nodes.len());
            let (node, to) = (nodes[number], [bus.input(0), OUT][dice.below(2)]);
            match dice.below(10) {
                0..3 => _ = edit.connect(node.output(0), to, 0.1),
                3..7 => _ = edit.cable_between(node.output(0), to).map(|cable| edit.disconnect(cable)),
                7 => edit.remove(nodes.swap_remove(number)).expect("it is there"),
                _ => nodes.push(source(&mut dice, &mut edit)),
            }
        }
        let batch = edit.commit().expect("no loop");
        rig.send(batch, None);
    }
    rig.render(300);
    rig
}

fn source(dice: &mut Dice, edit: &mut Edit<'_>) -> NodeId {
    edit.add("source", TestNode::boxed(Kind::Noise(dice.next()))).expect("there is room")
}

/// Chains of the same nodes in one order after another.
fn shuffled(seed: u64, settles: bool) -> Rig {
    let (mut rig, mut dice) = (Rig::new(settles), Dice(seed));
    let mut edit = rig.engine.graph.edit();
    let start = source(&mut dice, &mut edit);
    let kinds = [Kind::OnePole, Kind::Delay, Kind::Gain, Kind::Fading, Kind::OnePole];
    let mut row: Vec<NodeId> =
        kinds.iter().map(|kind| edit.add("node", TestNode::boxed(*kind)).expect("there is room")).collect();
    let batch = edit.commit().expect("no loop");
    rig.send(batch, None);
    for _ in 0..30 {
        rig.render(1 + dice.below(300));
        let mut edit = rig.engine.graph.edit();
        edit.fade([0, 60, 240, 240][dice.below(4)]);
        for _ in 0..1 + dice.below(2) {
            let (a, b) = (dice.below(row.len()), dice.below(row.len()));
            row.swap(a, b);
        }
        let heard = 1 + dice.below(row.len());
        let wanted: Vec<(Source, Sink)> = std::iter::once(start)
            .chain(row.iter().copied())
            .zip(row.iter().take(heard).map(|node| node.input(0)).chain([OUT]))
            .take(heard + 1)
            .map(|(from, to)| (from.output(0), to))
            .collect();
        let there: Vec<_> = edit.graph().cable_ends().collect();
        for (id, from, to, _) in there {
            if !wanted.contains(&(from, to)) {
                edit.disconnect(id).expect("it is there");
            }
        }
        if dice.chance(50) {
            edit.fade([0, 60, 240][dice.below(3)]);
        }
        wanted.iter().for_each(|(from, to)| _ = edit.connect(*from, *to, 0.5));
        let turned = row.iter().find(|_| dice.chance(5)).copied();
        if let Some(node) = turned {
            let on = !edit.graph().is_bypassed(node);
            edit.bypass(node, on).expect("it is there");
        }
        let batch = edit.commit().expect("a row has no loop");
        rig.send(batch, None);
    }
    rig.render(600);
    rig
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_any_kind(seed: u64, nodes in 2usize..40, taste: (bool, bool)) {
        let (with, without) = (anything(seed, nodes, taste, true), anything(seed, nodes, taste, false));
        prop_assert_eq!(with.engine.difference(&without.engine), None);
    }

    #[test]
    fn cables_into_a_crowded_port(seed: u64) {
        let (with, without) = (crowd(seed, true), crowd(seed, false));
        prop_assert_eq!(with.engine.difference(&without.engine), None);
    }

    #[test]
    fn nodes_that_change_places(seed: u64) {
        let (with, without) = (shuffled(seed, true), shuffled(seed, false));
        prop_assert_eq!(with.engine.difference(&without.engine), None);
    }
}

#[test]
fn the_scripts_are_worth_hearing() {
    let loud = |rig: &Rig| {
        rig.engine.out[0].windows(2).filter(|w| w[0] != w[1]).count() > rig.engine.out[0].len() / 4
    };
    let rigs: Vec<Rig> = (0..20).map(|seed| anything(seed, 30, (false, true), true)).collect();
    assert!(rigs.iter().filter(|rig| loud(rig)).count() > 12);
    assert!(rigs.iter().all(|rig| rig.settled > 8));
    let rows: Vec<Rig> = (0..20).map(|seed| shuffled(seed, true)).collect();
    assert!(rows.iter().all(|rig| rig.followed > 3 && rig.settled > 10 && loud(rig)));
    let (with, without) = (crowd(1, true), crowd(1, false));
    assert!(loud(&with) && with.settled > 20 && without.settled == 0);
}
