//! A looper that is told things at frames and on bars does them there, whatever the callbacks are, and tells what became of it.

use crate::support;

use sostenuto_dsp::Looper;
use sostenuto_graph::transport::Change;
use sostenuto_graph::{Command, Event, NodeId, ROOT, Report, Sink, Ticket, When};
use sostenuto_nodes::{LOOPER_REFUSES, Layout, LooperOrder, build, looper_message};
use sostenuto_trap::forbidden;
use support::{Feed, Rig, noise};

const FRAMES: usize = 20_000;
const RATE: f64 = 8000.0;

fn rig() -> (Rig, NodeId) {
    let mut rig = Rig::new(RATE, 2);
    let node = rig.edit(|edit| {
        let mut layout = Layout::of(2);
        layout.settings.insert("length".into(), 0.5);
        layout.settings.insert("layers".into(), 3.0);
        let source = edit.add("source", Box::new(Feed::steady(noise, 2))).unwrap();
        let node = edit.add("looper", build("looper", layout).unwrap().processor).unwrap();
        edit.connect(source.output(0), node.input(0), 1.0).unwrap();
        edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        node
    });
    (rig, node)
}

fn tell(rig: &mut Rig, node: NodeId, order: LooperOrder, id: u32, at: When) {
    let node = rig.graph.address(node).unwrap();
    let message = looper_message(order, id);
    rig.remote.commands.send(Command::Tell { ticket: Ticket(7), node, message, at }).unwrap();
}

/// What is heard, and what is told.
fn run(rig: &mut Rig, frames: usize, block: usize, told: &mut Vec<Report>) -> Vec<Vec<f32>> {
    let mut out = vec![vec![0.0; frames]; 2];
    for from in (0..frames).step_by(block) {
        let to = (from + block).min(frames);
        let mut channels: Vec<&mut [f32]> = out.iter_mut().map(|channel| &mut channel[from..to]).collect();
        forbidden(|| rig.executor.render(&mut channels));
        while let Some(event) = rig.remote.events.receive() {
            if let Event::Told { report, .. } = event {
                told.push(report);
            }
        }
    }
    out
}

fn schedule(seed: u64) -> Vec<(u64, LooperOrder)> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut all: Vec<(u64, LooperOrder)> = (0..25)
        .map(|_| {
            let order = match below(10) {
                0..=2 => LooperOrder::Record,
                3..=5 => LooperOrder::Overdub,
                6 => LooperOrder::Play,
                7 => LooperOrder::Stop,
                8 => LooperOrder::Undo,
                _ => LooperOrder::Multiply(2),
            };
            (below(FRAMES as u64), order)
        })
        .collect();
    all.sort_by_key(|(frame, _)| *frame);
    all
}

#[test]
fn orders_take_effect_in_their_frames() {
    for seed in 0..25 {
        let orders = schedule(seed);
        let mut kernel = Looper::new(2, 4000, 3, 40);
        let mut wanted = [Vec::new(), Vec::new()];
        let mut done = Vec::new();
        for frame in 0..FRAMES as u64 {
            for (_, order) in orders.iter().filter(|(at, _)| *at == frame) {
                done.push((frame, kernel.order(*order)));
            }
            let heard = [noise(frame, 0), noise(frame, 1)];
            let mut out = [0.0; 2];
            kernel.frame(&heard, &mut out);
            (0..2).for_each(|c| wanted[c].push(heard[c] + out[c]));
        }
        for block in [64, 1, 333] {
            let (mut rig, node) = rig();
            for (id, (frame, order)) in orders.iter().enumerate() {
                tell(&mut rig, node, *order, id as u32 + 1, When::Frame(*frame));
            }
            let mut told = Vec::new();
            let out = run(&mut rig, FRAMES, block, &mut told);
            let differs = (0..2).find_map(|c| {
                out[c].iter().zip(&wanted[c]).position(|(a, b)| a.to_bits() != b.to_bits()).map(|n| (c, n))
            });
            assert_eq!(differs, None, "seed {seed}, blocks of {block}: {orders:?}");
            let told: Vec<(u64, bool)> =
                told.iter().filter(|r| r.id > 0).map(|r| (r.frame, r.what != LOOPER_REFUSES)).collect();
            assert_eq!(told, done, "seed {seed}, blocks of {block}");
        }
    }
}

/// On the next bar means: the loop is as long as the bars between.
#[test]
fn it_keeps_time_with_the_music() {
    let (mut rig, node) = rig();
    let at = When::Now;
    rig.remote.commands.send(Command::Transport { ticket: Ticket(1), change: Change::Play, at }).unwrap();
    let change = Change::Tempo { bpm: 960.0, over: 0 };
    rig.remote.commands.send(Command::Transport { ticket: Ticket(1), change, at }).unwrap();
    // A beat is 500 frames, a bar 2000.
    let mut told = Vec::new();
    run(&mut rig, 100, 64, &mut told);
    tell(&mut rig, node, LooperOrder::Record, 1, When::NextBar);
    run(&mut rig, 2100, 64, &mut told);
    tell(&mut rig, node, LooperOrder::Play, 2, When::NextBar);
    run(&mut rig, 3000, 64, &mut told);
    let told: Vec<(u64, u32, f32)> = told.iter().map(|r| (r.frame, r.id, r.value)).collect();
    assert_eq!(told, [(2000, 1, 0.0), (4000, 2, 2000.0)]);
}
