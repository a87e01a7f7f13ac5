//! Plans that are sound, and that the verifier finds the faults planted in them.

use super::{place, script, verify::verify, writer};
use crate::plan::{CompiledGraph, Half, Share, Step};
use crate::signal::Run;
use crate::{Activity, AudioGraph, Edit, Io, NodeId, Port, Processor, ROOT, Shape, Sink, Source, Stream};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A node with so many mono inputs, and whether it delays.
struct Stub(usize, bool);

impl Processor for Stub {
    fn shape(&self) -> Shape {
        let port = |_| Port { name: "port".into(), channels: 1 };
        Shape { inputs: (0..self.0).map(port).collect(), outputs: Vec::from([port(0)]), params: Vec::new() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, _: Io<'_>) -> Activity {
        Activity::Sounding
    }
    fn reset(&mut self) {}
    fn delays(&self) -> bool {
        self.1
    }
}

fn cable(edit: &mut Edit<'_>, from: NodeId, to: NodeId, port: u16) {
    edit.connect(from.output(0), to.input(port), 1.0).unwrap();
}

/// `a` and `b` into `sum`, over a chain of two in one branch; then a loop of a delay and a filter; then out.
fn graph() -> AudioGraph {
    let mut graph = AudioGraph::new(Stream { sample_rate: 48_000.0 }, 1);
    let mut edit = graph.edit();
    let add = |edit: &mut Edit<'_>, inputs, delays| edit.add("node", Box::new(Stub(inputs, delays))).unwrap();
    let [a, b] = [0, 0].map(|inputs| add(&mut edit, inputs, false));
    let [first, second] = [1, 1].map(|inputs| add(&mut edit, inputs, false));
    let sum = add(&mut edit, 2, false);
    let delay = add(&mut edit, 2, true);
    let filter = add(&mut edit, 1, false);
    for (from, to, port) in [
        (a, first, 0),
        (first, second, 0),
        (second, sum, 0),
        (b, sum, 1),
        (sum, delay, 0),
        (delay, filter, 0),
        (filter, delay, 1),
    ] {
        cable(&mut edit, from, to, port);
    }
    edit.connect(filter.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    edit.commit().unwrap();
    graph
}

/// The verdict on the plan after a fault was planted in it; `verdict(|_| ())` is that on the sound one.
fn verdict(plant: impl FnOnce(&mut CompiledGraph)) -> Result<(), String> {
    let graph = graph();
    let first = graph.root.inside.as_ref().unwrap().first;
    let (mut script, mut places) = (script::Script::default(), place::Places::default());
    writer::write(&graph, first, &mut script, false).unwrap();
    let mut plan = place::place(&script, &mut places, |_| 100);
    plant(&mut plan);
    verify(&plan, &script)
}

fn steps_of(plan: &CompiledGraph, half: Half) -> Vec<usize> {
    let is = |step: &Step| matches!(step, Step::Node(node) if node.half == half);
    (0..plan.steps.len()).filter(|i| is(&plan.steps[*i])).collect()
}

fn out(plan: &mut CompiledGraph, step: usize) -> &mut Run {
    match &mut plan.steps[step] {
        Step::Node(node) => &mut node.out,
        Step::Mix { out, .. } => out,
        Step::Loop { .. } | Step::Team { .. } => panic!("it puts nothing out"),
    }
}

#[test]
fn the_plan_is_sound_and_reuses_blocks() {
    assert_eq!(verdict(|plan| assert!(plan.blocks < 6, "{} blocks for 6 signals", plan.blocks)), Ok(()));
}

#[test]
fn swapped_blocks_are_found() {
    let fault = verdict(|plan| plan.runs.swap(2, 3)).unwrap_err();
    assert!(fault.contains("is there"), "{fault}");
}

#[test]
fn a_block_given_away_too_early_is_found() {
    // The source that waits for the sum gets the block that the chain runs through.
    let fault = verdict(|plan| {
        let sources: Vec<usize> = steps_of(plan, Half::Whole)
            .into_iter()
            .filter(|i| matches!(&plan.steps[*i], Step::Node(n) if n.inputs.len == 0))
            .collect();
        let [one, other] = sources[..] else { panic!("two sources, not {sources:?}") };
        let taken = *out(plan, other);
        *out(plan, one) = taken;
    })
    .unwrap_err();
    assert!(fault.contains("is there") || fault.contains("nothing wrote"), "{fault}");
}

#[test]
fn a_step_that_writes_what_it_reads_is_found() {
    let fault = verdict(|plan| {
        let step = steps_of(plan, Half::Whole)
            .into_iter()
            .find(|i| matches!(&plan.steps[*i], Step::Node(n) if n.inputs.len == 1))
            .unwrap();
        let Step::Node(node) = plan.steps[step] else { unreachable!("found as a node") };
        *out(plan, step) = plan.runs[node.inputs.start as usize];
    })
    .unwrap_err();
    assert!(fault.contains("which it reads"), "{fault}");
}

#[test]
fn a_first_input_that_is_not_the_listed_one_is_found() {
    let fault = verdict(|plan| {
        for step in &mut plan.steps {
            if let Step::Node(node) = step {
                node.first.start += 1;
            }
        }
    })
    .unwrap_err();
    assert!(fault.contains("another first input"), "{fault}");
}

#[test]
fn a_loop_that_is_not_cut_is_found() {
    let fault = verdict(|plan| {
        for step in &mut plan.steps {
            if let Step::Loop { breakers, .. } = step {
                breakers.len = 0;
            }
        }
    });
    assert!(fault.unwrap_err().contains("not cut"));
    // The half that takes in before the one that puts out: what it reads was not written in this round.
    let fault = verdict(|plan| {
        let (emit, absorb) = (steps_of(plan, Half::Emit)[0], steps_of(plan, Half::Absorb)[0]);
        plan.steps.swap(emit, absorb);
    });
    assert!(fault.is_err());
}

#[test]
fn blocks_outside_the_plan_are_found() {
    assert!(verdict(|plan| plan.blocks -= 1).unwrap_err().contains("past the plan's blocks"));
    assert!(verdict(|plan| plan.runs[0].start = Run::NOWHERE).is_err());
}

/// The plan of a graph in which parts that are alike, in teams of four, hear one node and are heard together, and one of them by another node besides, if that is asked.
fn teamed(parts: usize, heard_twice: bool) -> (CompiledGraph, script::Script) {
    teamed_among(parts, heard_twice, &[])
}

/// The same with nodes that are heard together with the parts, each before one of them, or behind all.
fn teamed_among(parts: usize, heard_twice: bool, among: &[usize]) -> (CompiledGraph, script::Script) {
    let mut graph = AudioGraph::new(Stream { sample_rate: 48_000.0 }, 1);
    graph.set_lanes(4);
    graph.set_lanes_always();
    let mut edit = graph.edit();
    edit.fade(0);
    let port = || Vec::from([Port { name: "port".into(), channels: 1 }]);
    // What leads out of the graph itself has blocks of its own.
    let bus = edit.add("bus", Box::new(Stub(1, false))).unwrap();
    edit.connect(bus.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    let heard = edit.add("heard", Box::new(Stub(0, false))).unwrap();
    let other = |edit: &mut Edit<'_>, at: usize| {
        among.iter().filter(|before| **before == at).for_each(|_| {
            let node = edit.add("other", Box::new(Stub(0, false))).unwrap();
            edit.connect(node.output(0), bus.input(0), 0.25).unwrap();
        });
    };
    let parts: Vec<_> = (0..parts)
        .map(|number| {
            other(&mut edit, number);
            let part = edit.add_part(ROOT, "part", port(), port()).unwrap();
            let node = edit.add_in(part, "node", Box::new(Stub(1, false))).unwrap();
            edit.connect(heard.output(0), part.input(0), 1.0).unwrap();
            edit.connect(Source::PartInput(part, 0), node.input(0), 1.0).unwrap();
            edit.connect(node.output(0), Sink::PartOutput(part, 0), 1.0).unwrap();
            edit.connect(part.output(0), bus.input(0), 0.5).unwrap();
            part
        })
        .collect();
    other(&mut edit, parts.len());
    if heard_twice {
        let node = edit.add("node", Box::new(Stub(1, false))).unwrap();
        cable(&mut edit, parts[1], node, 0);
        edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 0.5).unwrap();
    }
    edit.commit().unwrap();
    for now in (0..10).map(|second| second * 48_000) {
        graph.settle(now);
    }
    assert_eq!(graph.side_by_side(), (parts.len(), parts.len() / 4));
    let first = graph.root.inside.as_ref().unwrap().first;
    let (mut script, mut places) = (script::Script::default(), place::Places::default());
    writer::write(&graph, first, &mut script, false).unwrap();
    let order = graph.arrange(first, || script.hearsay());
    script.reorder(&order);
    (place::place(&script, &mut places, |_| 100), script)
}

fn shares(plan: &CompiledGraph) -> Vec<Option<Share>> {
    let share = |step: &Step| if let Step::Team { share, .. } = step { Some(*share) } else { None };
    plan.steps.iter().filter_map(share).collect()
}

#[test]
fn teams_that_only_a_sum_hears_have_shares_in_it() {
    let (plan, script) = teamed(4, false);
    assert_eq!(shares(&plan), [Some(Share { ahead: 0, first: 0, terms: 4 })]);
    assert_eq!(verify(&plan, &script), Ok(()));
    assert_eq!(shares(&teamed(4, true).0), [None]);
    let (mut plan, script) = teamed(12, false);
    // Behind each stand the steps of those that follow, and one more for each.
    let each = [(10, 0), (5, 4), (0, 8)].map(|(ahead, first)| Some(Share { ahead, first, terms: 4 }));
    assert_eq!(shares(&plan), each);
    assert_eq!(verify(&plan, &script), Ok(()));
    // What the first of them puts out is heard twice, and lies where it is found: for the others it is something that was made before.
    let each = [(5, 0, 8), (0, 8, 4)].map(|(ahead, first, terms)| Some(Share { ahead, first, terms }));
    let (heard_twice, its_script) = teamed(12, true);
    assert_eq!(shares(&heard_twice), [None, each[0], each[1]]);
    assert_eq!(verify(&heard_twice, &its_script), Ok(()));
    // The sum begins with the first team: what the others hear is not to lie there.
    let heard = script.lines.iter().zip(&plan.steps).find_map(|(_, step)| match step {
        Step::Node(step) => Some(step.out.start),
        _ => None,
    });
    for step in &mut plan.steps {
        if let Step::Mix { out, terms } = step
            && terms.len == 12
        {
            out.start = heard.unwrap();
        }
    }
    assert!(verify(&plan, &script).unwrap_err().contains("which nothing wrote"));
}

#[test]
fn what_comes_among_teams_in_a_sum_is_in_their_shares() {
    for (among, terms) in [
        (&[0][..], [5, 4]),
        (&[2], [5, 4]),
        (&[4], [5, 4]),
        (&[6, 6], [4, 6]),
        (&[8], [4, 5]),
        (&[0, 3, 4, 8], [7, 5]),
    ] {
        let (plan, script) = teamed_among(8, false, among);
        let [first, second] = terms;
        let each = [(5, 0, first), (0, first, second)];
        let each = each.map(|(ahead, first, terms)| Some(Share { ahead, first, terms }));
        assert_eq!(shares(&plan), each, "{among:?}");
        assert_eq!(verify(&plan, &script), Ok(()), "{among:?}");
    }
    // In more places than a team deals with.
    assert_eq!(shares(&teamed_among(8, false, &[0, 1, 2, 3, 4]).0), [None; 2]);
    // One that is not made before the teams is not there when they add it up.
    let (mut plan, mut script) = teamed_among(4, false, &[4]);
    let made = |step: &Step| matches!(step, Step::Node(step) if step.inputs.len == 0 && step.slot != 0);
    let team = plan.steps.iter().position(|step| matches!(step, Step::Team { .. })).unwrap();
    let other = plan.steps.iter().take(team).rposition(made).unwrap();
    let sum = team + 5;
    plan.steps[other..sum].rotate_left(1);
    script.lines[other..sum].rotate_left(1);
    if let Step::Team { share: Some(share), .. } = &mut plan.steps[team - 1] {
        share.ahead += 1;
    }
    let fault = verify(&plan, &script).unwrap_err();
    assert!(fault.contains("which nothing wrote") || fault.contains("is there"), "{fault}");
}

#[test]
fn a_chain_that_is_none_is_found() {
    let fault = verdict(|plan| {
        for step in &mut plan.steps {
            if let Step::Node(node) = step {
                node.chain = 1;
            }
        }
    });
    assert!(fault.unwrap_err().contains("does not go on"));
}
