//! Clicks in the very frames of the beats, through ramps of the tempo, seeks and pauses, against a model that looks at one frame after the other.

use crate::support;

use sostenuto_graph::transport::{Change, Meter, Transport};
use sostenuto_graph::{Command, ROOT, Sink, Ticket, When};
use sostenuto_nodes::{Layout, build};
use sostenuto_trap::forbidden;
use support::Rig;

const FRAMES: usize = 30_000;
const RATE: f64 = 8000.0;

fn schedule(seed: u64) -> Vec<(u64, Change)> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut all: Vec<(u64, Change)> = (0..10)
        .map(|_| {
            let change = match below(8) {
                0 => Change::Pause,
                1 => Change::Stop,
                2 | 3 => Change::Play,
                4 => Change::Seek { beats: below(64) as f64 / 4.0 },
                5 => Change::Meter(Meter::new(1 + below(7) as u32, [2, 4, 8][below(3) as usize]).unwrap()),
                _ => Change::Tempo { bpm: 60.0 + below(900) as f64, over: below(2) * below(6000) },
            };
            (below(FRAMES as u64), change)
        })
        .collect();
    all.push((0, Change::Play));
    all.sort_by_key(|(frame, _)| *frame);
    all
}

/// The frames of clicks, and whether each is at the beginning of a bar: a beat falls into the frames after the last position that was
/// reached, up to that of the frame.
fn model(changes: &[(u64, Change)]) -> Vec<(usize, bool)> {
    let mut transport = Transport::new(RATE, 120.0, Meter::COMMON);
    let mut clicks = Vec::new();
    for frame in 0..FRAMES as u64 {
        changes.iter().filter(|(at, _)| *at == frame).for_each(|(_, change)| transport.apply(*change, frame));
        let (beat, bar) = (transport.next_beat(frame), transport.next_bar(frame));
        if transport.is_playing() && beat <= transport.beats_at(frame) {
            clicks.push((frame as usize, bar <= transport.beats_at(frame)));
        }
    }
    clicks
}

fn render(changes: &[(u64, Change)], block: usize) -> Vec<f32> {
    let mut rig = Rig::new(RATE, 1);
    rig.edit(|edit| {
        let node = edit.add("metronome", build("metronome", Layout::of(1)).unwrap().processor).unwrap();
        edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    });
    for (frame, change) in changes {
        let (change, at) = (*change, When::Frame(*frame));
        rig.remote.commands.send(Command::Transport { ticket: Ticket(1), change, at }).unwrap();
    }
    let mut out = rig.render(FRAMES, &mut || block, |render| forbidden(render));
    out.remove(0)
}

#[test]
fn clicks_are_in_the_frames_of_the_beats() {
    let mut count = 0;
    for seed in 0..60 {
        let changes = schedule(seed);
        let out = render(&changes, 64);
        let clicks = model(&changes);
        count += clicks.len();
        // What a click and the rest of the one before it add up to: each begins at its top, and ends the one before.
        let mut wanted = vec![0.0f32; FRAMES];
        let mut kernel = sostenuto_dsp::Click::new(RATE);
        let mut next = clicks.iter().peekable();
        for (frame, wanted) in wanted.iter_mut().enumerate() {
            if let Some((_, accent)) = next.next_if(|(at, _)| *at == frame) {
                kernel.begin(if *accent { 1500.0 } else { 1000.0 }, 0.5);
            }
            kernel.render(std::slice::from_mut(wanted));
        }
        let differs = out.iter().zip(&wanted).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(differs, None, "seed {seed}: {changes:?}");
        for block in [1, 37, 480] {
            assert!(
                out.iter().zip(render(&changes, block)).all(|(a, b)| a.to_bits() == b.to_bits()),
                "seed {seed}, {block}"
            );
        }
    }
    assert!(count > 900, "{count} clicks");
}
