//! Edits in the fades of others: what leaves goes on as it would have, what comes at once is there at once, and what cannot be at the same time is one
//! after the other.

use crate::support;

use sostenuto_graph::{
    AudioGraph, Command, Edit, Event, Executor, GraphError, Limits, Motion, NodeId, ROOT, Refusal, Remote,
    Set, Sink, Ticket,
};
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::STREAM;

const OUT: Sink = Sink::PartOutput(ROOT, 0);
const FADE: usize = 240;

struct Rig {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    applied: Vec<u64>,
    refused: Vec<(Ticket, Refusal)>,
}

impl Rig {
    fn new() -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 1);
        graph.set_lanes_always();
        Rig { graph, executor, remote, applied: Vec::new(), refused: Vec::new() }
    }

    fn edit<R>(&mut self, build: impl FnOnce(&mut Edit<'_>) -> R) -> R {
        let mut edit = self.graph.edit();
        let made = build(&mut edit);
        let batch = edit.commit().unwrap();
        self.remote.commands.send(Command::Apply(batch)).unwrap();
        made
    }

    fn set(&mut self, set: Set, at: u64) -> Ticket {
        let ticket = self.graph.next_ticket();
        self.remote.commands.send(Command::Set { ticket, set, at: at.into() }).unwrap();
        ticket
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let mut out = vec![0.0; frames];
        self.executor.render(&mut [&mut out]);
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, .. } => {
                    self.graph.applied(ticket, frame);
                    self.applied.push(frame);
                }
                Event::SetRefused { ticket, why } => self.refused.push((ticket, why)),
                _ => {}
            }
        }
        out
    }

    fn settle(&mut self) {
        if let Some(batch) = self.graph.settle(self.executor.frame()) {
            self.remote.commands.send(Command::Apply(batch)).unwrap();
        }
    }
}

fn add(edit: &mut Edit<'_>, kind: Kind) -> NodeId {
    edit.add("node", TestNode::boxed(kind)).unwrap()
}

fn connect(edit: &mut Edit<'_>, from: NodeId, to: Sink) {
    edit.connect(from.output(0), to, 1.0).unwrap();
}

fn disconnect(edit: &mut Edit<'_>, from: NodeId, to: Sink) {
    let cable = edit.cable_between(from.output(0), to).unwrap();
    edit.disconnect(cable).unwrap();
}

/// The path of least jerk, from 0 at frame 0 to 1.
fn rise(frame: usize, length: usize) -> f32 {
    let u = (frame as f32 / length as f32).min(1.0);
    u * u * u * (10.0 + u * (6.0 * u - 15.0))
}

fn expect(heard: &[f32], expected: impl Fn(usize) -> f32) {
    for (frame, heard) in heard.iter().enumerate() {
        let expected = expected(frame);
        assert!((heard - expected).abs() < 2e-6, "frame {frame}: {heard}, expected {expected}");
    }
}

/// A level of 0.25 into a gain into the output, for some time.
fn chain(rig: &mut Rig) -> (NodeId, NodeId) {
    let nodes = rig.edit(|edit| {
        let (level, gain) = (add(edit, Kind::Level), add(edit, Kind::Gain));
        connect(edit, level, gain.input(0));
        connect(edit, gain, OUT);
        (level, gain)
    });
    rig.render(1_000);
    nodes
}

#[test]
fn nothing_fades_at_frame_0_and_what_comes_later_does() {
    let level = |edit: &mut Edit<'_>| {
        let level = add(edit, Kind::Level);
        connect(edit, level, OUT);
    };
    let mut rig = Rig::new();
    rig.edit(level);
    rig.edit(level);
    expect(&rig.render(50), |_| 0.5);
    let mut rig = Rig::new();
    rig.render(77);
    rig.edit(level);
    expect(&rig.render(300), |frame| 0.25 * rise(frame, FADE));
}

#[test]
fn a_chain_that_goes_fades_once_in_whatever_order_it_is_removed() {
    let orders: [fn(&mut Edit<'_>, NodeId, NodeId); 3] = [
        |edit, level, gain| [level, gain].into_iter().for_each(|node| edit.remove(node).unwrap()),
        |edit, level, gain| [gain, level].into_iter().for_each(|node| edit.remove(node).unwrap()),
        |edit, level, gain| {
            disconnect(edit, level, gain.input(0));
            edit.remove(gain).unwrap();
        },
    ];
    for order in orders {
        let mut rig = Rig::new();
        let (level, gain) = chain(&mut rig);
        rig.edit(|edit| order(edit, level, gain));
        expect(&rig.render(300), |frame| 0.25 * (1.0 - rise(frame, FADE)));
    }
}

#[test]
fn what_is_heard_of_a_node_that_goes_goes_on() {
    // Its cable was taken away 100 frames before it, or what hears it was.
    let before: [fn(&mut Edit<'_>, NodeId, NodeId); 2] =
        [|edit, _, gain| disconnect(edit, gain, OUT), |edit, _, gain| edit.remove(gain).unwrap()];
    let after: [fn(&mut Edit<'_>, NodeId, NodeId); 2] =
        [|edit, _, gain| edit.remove(gain).unwrap(), |edit, level, _| edit.remove(level).unwrap()];
    for (before, after) in before.into_iter().zip(after) {
        let mut rig = Rig::new();
        let (level, gain) = chain(&mut rig);
        rig.edit(|edit| before(edit, level, gain));
        let mut heard = rig.render(100);
        // Shorter than what is left of the first fade.
        rig.edit(|edit| {
            edit.fade(10);
            after(edit, level, gain);
        });
        for _ in 0..4 {
            heard.extend(rig.render(70));
            rig.settle();
        }
        expect(&heard, |frame| 0.25 * (1.0 - rise(frame, FADE)));
        rig.render(10);
        assert_eq!(rig.executor.nodes(), rig.graph.len());
    }
}

#[test]
fn a_change_that_is_due_while_a_node_leaves_is_made_and_later_ones_are_refused() {
    let mut rig = Rig::new();
    let (level, _) = chain(&mut rig);
    let set = |rig: &mut Rig, value| rig.graph.set(level, 0, value, Some(Motion::Jump)).unwrap();
    let (during, after) = (set(&mut rig, 0.5), set(&mut rig, 1.0));
    rig.set(during, 1_100);
    let late = rig.set(after, 1_900);
    rig.edit(|edit| edit.remove(level).unwrap());
    assert_eq!(rig.graph.set(level, 0, 0.1, None).unwrap_err(), GraphError::NoSuchNode(level));
    assert_eq!(rig.graph.value(level, 0), None);
    let heard = rig.render(300);
    expect(&heard, |frame| (1.0 - rise(frame, FADE)) * if frame < 100 { 0.25 } else { 0.5 });
    assert_eq!(rig.refused, []);
    rig.settle();
    assert!(rig.render(1_000).iter().all(|x| *x == 0.0));
    assert_eq!(rig.refused, [(late, Refusal::NotSounding)]);
}

#[test]
fn with_no_fade_an_edit_is_heard_at_once_in_the_fade_of_another() {
    let mut rig = Rig::new();
    let (_, gain) = chain(&mut rig);
    rig.edit(|edit| disconnect(edit, gain, OUT));
    expect(&rig.render(100), |frame| 0.25 * (1.0 - rise(frame, FADE)));
    rig.edit(|edit| {
        edit.fade(0);
        connect(edit, gain, OUT);
    });
    expect(&rig.render(300), |_| 0.25);
    rig.edit(|edit| disconnect(edit, gain, OUT));
    rig.render(100);
    rig.edit(|edit| {
        edit.fade(0);
        edit.remove(gain).unwrap();
    });
    expect(&rig.render(300), |_| 0.0);
    // One that fades in is cut.
    let level = rig.edit(|edit| {
        let level = add(edit, Kind::Level);
        connect(edit, level, OUT);
        level
    });
    expect(&rig.render(100), |frame| 0.25 * rise(frame, FADE));
    rig.edit(|edit| {
        edit.fade(0);
        disconnect(edit, level, OUT);
    });
    expect(&rig.render(300), |_| 0.0);
}

#[test]
fn a_cable_that_comes_back_turns_round_without_a_jump() {
    let mut rig = Rig::new();
    let (_, gain) = chain(&mut rig);
    rig.edit(|edit| disconnect(edit, gain, OUT));
    let mut heard = rig.render(100);
    rig.edit(|edit| connect(edit, gain, OUT));
    heard.extend(rig.render(300));
    let step = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.25 * 2.0 / FADE as f32, "{step}");
    assert!(heard[100] < 0.2 && heard[399] == 0.25, "{} {}", heard[100], heard[399]);
}

#[test]
fn what_is_laid_and_taken_away_in_one_transaction_changes_nothing() {
    let mut rig = Rig::new();
    let (_, gain) = chain(&mut rig);
    rig.edit(|edit| disconnect(edit, gain, OUT));
    let mut heard = rig.render(100);
    rig.edit(|edit| {
        let cable = edit.connect(gain.output(0), OUT, 1.0).unwrap();
        edit.set_gain(cable, 0.7, Some(Motion::Linear(30))).unwrap();
        edit.disconnect(cable).unwrap();
        // A loop without a delay, that is not there in the end.
        edit.connect(gain.output(0), gain.input(0), 0.1).unwrap();
        edit.remove(gain).unwrap();
    });
    heard.extend(rig.render(200));
    expect(&heard, |frame| 0.25 * (1.0 - rise(frame, FADE)));
}

#[test]
fn nodes_change_places_one_after_the_other_and_later_edits_wait() {
    let mut rig = Rig::new();
    let (level, first) = chain(&mut rig);
    let second = rig.edit(|edit| {
        let second = add(edit, Kind::Gain);
        edit.set(second, 0, 2.0, Some(Motion::Jump)).unwrap();
        edit.fade(0);
        disconnect(edit, first, OUT);
        connect(edit, first, second.input(0));
        connect(edit, second, OUT);
        second
    });
    rig.render(500);
    rig.applied.clear();
    rig.edit(|edit| {
        disconnect(edit, level, first.input(0));
        disconnect(edit, first, second.input(0));
        disconnect(edit, second, OUT);
        connect(edit, level, second.input(0));
        connect(edit, second, first.input(0));
        connect(edit, first, OUT);
    });
    let now = rig.executor.frame();
    let mut heard = rig.render(100);
    rig.edit(|edit| edit.bypass(second, true).unwrap());
    heard.extend(rig.render(500));
    assert_eq!(rig.applied, [now, now + FADE as u64, now + FADE as u64]);
    // Three cables fade out, then three in, while the gain of 2 is bypassed.
    expect(&heard, |frame| match frame.checked_sub(FADE) {
        None => 0.5 * (1.0 - rise(frame, FADE)).powi(3),
        Some(frame) => {
            let (wet, dry) = (rise(frame, FADE).powi(3), 1.0 - rise(frame, FADE));
            0.25 * wet * (1.0 + dry)
        }
    });
}

#[test]
fn a_loop_through_a_delay_waits_until_that_has_come_back_from_a_bypass() {
    let mut rig = Rig::new();
    let (_, gain) = chain(&mut rig);
    let delay = rig.edit(|edit| {
        let delay = add(edit, Kind::Delay);
        edit.bypass(delay, true).unwrap();
        connect(edit, gain, delay.input(0));
        delay
    });
    rig.render(500);
    let mut edit = rig.graph.edit();
    connect(&mut edit, delay, gain.input(0));
    assert!(matches!(edit.commit(), Err(GraphError::Cycle { .. })), "it does not delay");
    rig.applied.clear();
    rig.edit(|edit| edit.bypass(delay, false).unwrap());
    let now = rig.executor.frame();
    rig.render(100);
    rig.edit(|edit| {
        edit.connect(delay.output(0), gain.input(0), 0.5).unwrap();
    });
    let heard = rig.render(2_000);
    assert_eq!(rig.applied, [now, now + 100, now + FADE as u64]);
    expect(&heard[..FADE - 100], |_| 0.25);
    assert!((heard[1_999] - 0.5).abs() < 1e-4, "{}", heard[1_999]);
    // And a bypass waits until the loop has faded out.
    rig.applied.clear();
    rig.edit(|edit| disconnect(edit, delay, gain.input(0)));
    let now = rig.executor.frame();
    rig.render(50);
    rig.edit(|edit| edit.bypass(delay, true).unwrap());
    rig.render(500);
    assert_eq!(rig.applied, [now, now + 50, now + FADE as u64]);
}
