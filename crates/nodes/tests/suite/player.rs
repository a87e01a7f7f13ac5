//! Players: what is heard of a buffer, when it begins anew, and that it rests once it has ended.

use crate::support;

use sostenuto_graph::{Motion, NodeId, Processor};
use sostenuto_nodes::{Buffer, Layout, build, find};
use std::sync::Arc;
use support::{Feed, Rig, silence};

const RATE: f64 = 48_000.0;

/// A ramp whose samples tell their frames, in thousandths; the right side below zero.
fn ramp(frames: usize, channels: usize) -> Arc<Buffer> {
    let sides: Vec<Vec<f32>> = (0..channels)
        .map(|side| (0..frames).map(|n| n as f32 * if side == 0 { 1e-3 } else { -1e-3 }).collect())
        .collect();
    Arc::new(Buffer::from_channels(&sides, RATE).unwrap())
}

fn rig(layout: Layout, params: &[(&str, f32)]) -> (Rig, NodeId) {
    let node: Box<dyn Processor> = build("player", layout).unwrap().processor;
    let (mut rig, id) = Rig::around(node, RATE, |_, channels| Feed::steady(silence, channels), false);
    for (name, value) in params {
        let param = rig.graph.shape(id).unwrap().param(name).unwrap();
        rig.set(id, usize::from(param), *value, Some(Motion::Jump), 0);
    }
    (rig, id)
}

fn frames(out: &[f32]) -> Vec<i32> {
    out.iter().map(|x| (x * 1000.0).round() as i32).collect()
}

#[test]
fn it_plays_over_and_over_in_stereo() {
    let out = rig(Layout::of(2).playing("ramp", ramp(100, 2)), &[]).0.play(250);
    let expected: Vec<i32> = (0..250).map(|n| n % 100).collect();
    assert_eq!(frames(&out[0]), expected);
    assert_eq!(frames(&out[1]), expected.iter().map(|n| -n).collect::<Vec<_>>());
}

#[test]
fn it_plays_once_and_anew_when_triggered() {
    let (mut rig, id) = rig(Layout::of(1).playing("ramp", ramp(100, 1)), &[("loop", 0.0)]);
    rig.set(id, 1, 1.0, None, 333);
    rig.set(id, 1, 0.0, None, 350);
    rig.set(id, 1, 1.0, None, 351);
    let heard = frames(&rig.play(600)[0]);
    let at = |n: i32| match n {
        0..100 => n,
        333..351 => n - 333,
        351..451 => n - 351,
        _ => 0,
    };
    assert_eq!(heard, (0..600).map(at).collect::<Vec<_>>());
}

#[test]
fn loops_have_a_lead_in_and_go_backwards() {
    let settings = [("loop_start".to_owned(), 40.0), ("loop_end".to_owned(), 60.0)];
    let layout = Layout { settings: settings.into(), ..Layout::of(1) }.playing("ramp", ramp(100, 1));
    let heard = frames(&rig(layout.clone(), &[]).0.play(130)[0]);
    let at = |n: i32| if n < 60 { n } else { 40 + (n - 40) % 20 };
    assert_eq!(heard, (0..130).map(at).collect::<Vec<_>>());
    let heard = frames(&rig(layout, &[("speed", -1.0)]).0.play(130)[0]);
    assert_eq!(heard, (0..130).map(|n| 59 - n % 20).collect::<Vec<_>>());
}

#[test]
fn without_a_buffer_and_beyond_its_channels_it_is_silent() {
    let out = rig(Layout::of(2), &[]).0.play(200);
    assert!(out.iter().flatten().all(|x| *x == 0.0));
    let out = rig(Layout::of(3).playing("ramp", ramp(50, 2)), &[]).0.play(200);
    assert!(out[2].iter().all(|x| *x == 0.0) && out[1][10] < 0.0);
    // One channel is heard on all.
    let out = rig(Layout::of(5).playing("ramp", ramp(50, 1)), &[]).0.play(200);
    assert!(out.iter().all(|channel| channel == &out[0]) && out[0][10] > 0.0);
}

#[test]
fn the_cubic_is_closer_than_the_line() {
    // A tone of 3 kHz, a third slower than recorded.
    let tone = |place: f64| (std::f64::consts::TAU * 3000.0 / RATE * place).sin();
    let samples: Vec<f32> = (0..4800).map(|n| tone(f64::from(n)) as f32).collect();
    let buffer = Arc::new(Buffer::from_interleaved(samples, 1, RATE).unwrap());
    let error = |interpolation: f64| {
        let settings = [("interpolation".to_owned(), interpolation)].into();
        let layout = Layout { settings, ..Layout::of(1) }.playing("tone", buffer.clone());
        let out = rig(layout, &[("speed", 0.75)]).0.play(6000);
        let exact = (0..6000).map(|n| tone(0.75 * f64::from(n)));
        let error: f64 = out[0].iter().zip(exact).map(|(x, y)| (f64::from(*x) - y).powi(2)).sum();
        10.0 * (error / 6000.0 / 0.5).log10()
    };
    let (cubic, line) = (error(0.0), error(1.0));
    println!("3 kHz at 48 kHz: cubic {cubic:.1} dB, line {line:.1} dB");
    assert!(cubic < -45.0 && (-40.0..-28.0).contains(&line), "{cubic} {line}");
}

#[test]
fn what_is_no_buffer_is_refused_with_a_reason() {
    use sostenuto_nodes::BufferError as Why;
    let one =
        |samples: Vec<f32>, channels, rate| Buffer::from_interleaved(samples, channels, rate).unwrap_err();
    assert_eq!(one(vec![], 1, RATE), Why::Empty);
    assert_eq!(one(vec![0.0; 3], 2, RATE), Why::Uneven);
    assert_eq!(one(vec![0.0; 3], 0, RATE), Why::Channels(0));
    assert_eq!(one(vec![0.0; 65], 65, RATE), Why::Channels(65));
    assert_eq!(one(vec![0.0; 4], 2, 0.0), Why::Rate(0.0));
    assert_eq!(one(vec![0.0, 0.0, f32::NAN, 0.0], 2, RATE), Why::NotFinite(1));
    assert_eq!(Buffer::from_channels(&[vec![0.0], vec![]], RATE).unwrap_err(), Why::Uneven);
    assert!(find("player").is_some_and(|kind| kind.plays));
}
