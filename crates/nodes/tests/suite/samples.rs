//! Right samples: nodes in a graph against straightforward double-precision renderings.

use crate::reference;
use crate::support;

use reference::{ago, cookbook, error_db, filtered, one_pole};
use sostenuto_graph::{Motion, NodeId};
use sostenuto_nodes::{Kind, Layout, catalogue, find};
use std::f64::consts::PI;
use support::{Feed, Rig, impulses, noise};

const RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

/// A graph around one node, with parameters set before the first frame.
fn rig(
    kind: &str,
    channels: u16,
    rate: f64,
    signal: support::Signal,
    params: &[(&str, f32)],
) -> (Rig, NodeId) {
    let kind: &Kind = find(kind).unwrap();
    let node = support::node(kind, &Layout::of(channels));
    let (mut rig, id) = Rig::around(node, rate, |_, channels| Feed::steady(signal, channels), false);
    put(&mut rig, id, params);
    (rig, id)
}

fn put(rig: &mut Rig, id: NodeId, params: &[(&str, f32)]) {
    for (name, value) in params {
        let param = rig.graph.shape(id).unwrap().param(name).unwrap();
        rig.set(id, usize::from(param), *value, Some(Motion::Jump), 0);
    }
}

fn samples(signal: support::Signal, channel: usize, frames: usize) -> Vec<f64> {
    (0..frames).map(|frame| f64::from(signal(frame as u64, channel))).collect()
}

/// The error that is allowed.
const FLOOR_DB: f64 = -120.0;

#[test]
fn the_sine_is_a_sine() {
    let mut worst = f64::MIN;
    for rate in RATES {
        for hertz in [20.0f32, 55.5, 440.0, 997.0, 5000.0, 12_345.6, 20_000.0] {
            let (mut rig, _) = rig("sine", 1, rate, noise, &[("frequency", hertz), ("phase", 90.0)]);
            let got = rig.play(6000);
            let step = f64::from(hertz) / rate;
            let exact: Vec<f64> =
                (0..6000).map(|n| (2.0 * PI * ((step * f64::from(n)).fract() + 0.25)).sin()).collect();
            worst = worst.max(error_db(&got[0], &exact));
        }
    }
    println!("sine: {worst:.1} dB");
    assert!(worst < FLOOR_DB, "{worst}");
}

#[test]
fn gain_pan_balance_width_and_crossfade_scale_as_they_say() {
    let mut worst = f64::MIN;
    let x = samples(noise, 0, 1000);
    let right = samples(noise, 1, 1000);
    let scaled = |x: &[f64], by: f64| x.iter().map(|x| x * by).collect::<Vec<_>>();
    for db in [-119.0f32, -60.0, -6.02, -0.1, 0.0, 3.0, 24.0, 48.0] {
        let got = rig("gain", 1, 48_000.0, noise, &[("gain", db)]).0.play(1000);
        worst = worst.max(error_db(&got[0], &scaled(&x, 10f64.powf(f64::from(db) / 20.0))));
    }
    let silent = rig("gain", 1, 48_000.0, noise, &[("gain", -120.0)]).0.play(1000);
    assert!(silent[0].iter().all(|x| *x == 0.0));
    for position in [-1.0f32, -0.7, -0.25, 0.0, 0.1, 0.5, 1.0] {
        let angle = (f64::from(position) + 1.0) * PI / 4.0;
        let got = rig("pan", 1, 48_000.0, noise, &[("position", position)]).0.play(1000);
        worst = worst.max(error_db(&got[0], &scaled(&x, angle.cos())));
        worst = worst.max(error_db(&got[1], &scaled(&x, angle.sin())));
        let got = rig("balance", 1, 48_000.0, noise, &[("position", position)]).0.play(1000);
        let turned = |away: f64| (away.max(0.0) * PI / 2.0).cos();
        worst = worst.max(error_db(&got[0], &scaled(&x, turned(f64::from(position)))));
        worst = worst.max(error_db(&got[1], &scaled(&right, turned(-f64::from(position)))));
    }
    for width in [0.0f32, 0.3, 1.0, 2.0] {
        let got = rig("width", 1, 48_000.0, noise, &[("width", width)]).0.play(1000);
        let left: Vec<f64> =
            x.iter().zip(&right).map(|(l, r)| (l + r) / 2.0 + f64::from(width) * (l - r) / 2.0).collect();
        worst = worst.max(error_db(&got[0], &left));
    }
    println!("levels: {worst:.1} dB");
    assert!(worst < FLOOR_DB, "{worst}");
}

#[test]
fn a_mixer_adds_up_what_is_heard() {
    let params: &[(&str, f32)] =
        &[("gain", -3.0), ("gain1", -6.0), ("gain2", 2.5), ("gain3", 0.0), ("mute3", 1.0)];
    let gains = [-6.0, 2.5, f64::NEG_INFINITY, 0.0].map(|db: f64| 10f64.powf(db / 20.0));
    let check = |extra: &[(&str, f32)], heard: [f64; 4]| {
        let node = Box::new(sostenuto_nodes::Mixer::new(4, 2));
        let feed = |port: usize, channels| {
            let signals: [support::Signal; 4] = [noise, support::sine, noise, impulses];
            Feed::steady(signals[port], channels)
        };
        let (mut rig, id) = Rig::around(node, 48_000.0, feed, false);
        put(&mut rig, id, params);
        put(&mut rig, id, extra);
        let got = rig.play(1000);
        for (channel, got) in got.iter().enumerate() {
            let signals = [noise, support::sine, noise, impulses].map(|s| samples(s, channel, 1000));
            let exact: Vec<f64> = (0..1000)
                .map(|n| {
                    let sum: f64 = (0..4).map(|input| signals[input][n] * gains[input] * heard[input]).sum();
                    sum * 10f64.powf(-3.0 / 20.0)
                })
                .collect();
            let error = error_db(got, &exact);
            assert!(error < FLOOR_DB, "{extra:?}: {error}");
        }
    };
    check(&[], [1.0; 4]);
    check(&[("solo1", 1.0), ("solo4", 1.0)], [1.0, 0.0, 0.0, 1.0]);
    check(&[("solo3", 1.0)], [0.0; 4]);
}

#[test]
fn mute_and_solo_do_not_click() {
    for (name, number) in [("mute", 1), ("solo", 2)] {
        let node = Box::new(sostenuto_nodes::Mixer::new(2, 1));
        let (mut rig, id) =
            Rig::around(node, 48_000.0, |_, channels| Feed::steady(|_, _| 1.0, channels), false);
        let param = rig.graph.shape(id).unwrap().param(&format!("{name}{number}")).unwrap();
        rig.set(id, usize::from(param), 1.0, None, 100);
        let out = rig.play(1000);
        assert_eq!((out[0][99], out[0][999]), (2.0, 1.0));
        // The steepest step of a fade of least jerk over 240 frames is 1.875 / 240.
        let steepest = out[0].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.0079, "{name}: {steepest}");
    }
}

#[test]
fn the_filters_are_those_of_the_cookbook() {
    let mut worst = (f64::MIN, String::new());
    let frames = 1536;
    let source: Vec<f64> = samples(noise, 0, frames);
    let kinds = catalogue().filter(|k| k.source.contains("Cookbook"));
    for kind in kinds {
        for rate in RATES {
            for hertz in [20.0f32, 60.0, 333.0, 1000.0, 7000.0, 20_000.0] {
                for q in [0.1f32, 0.707, 5.0, 40.0] {
                    let gain = if q > 1.0 { 9.0 } else { -15.0 };
                    let mut params = vec![(kind.params[0].name, hertz), ("q", q)];
                    if kind.params.len() > 2 {
                        params.push(("gain", gain));
                    }
                    let got = rig(kind.name, 1, rate, noise, &params).0.play(frames);
                    let design = cookbook(kind.name, f64::from(hertz), f64::from(q), f64::from(gain), rate);
                    let error = error_db(&got[0], &filtered(design, &source));
                    if error > worst.0 {
                        worst = (error, format!("{} {hertz} Hz, q {q}, {rate}", kind.name));
                    }
                }
            }
        }
    }
    println!("filters: {:.1} dB at {}", worst.0, worst.1);
    assert!(worst.0 < FLOOR_DB, "{worst:?}");
}

#[test]
fn the_outputs_of_the_state_variable_filter_are_those_of_the_cookbook() {
    let frames = 1536;
    for rate in [44_100.0, 192_000.0] {
        for (hertz, q) in [(20.0f32, 40.0f32), (1000.0, 0.1), (20_000.0, 3.0)] {
            let got = rig("svf", 1, rate, noise, &[("cutoff", hertz), ("q", q)]).0.play(frames);
            for (port, kind) in ["lowpass", "bandpass", "highpass", "notch"].iter().enumerate() {
                let design = cookbook(kind, f64::from(hertz), f64::from(q), 0.0, rate);
                let error = error_db(&got[port], &filtered(design, &samples(noise, 0, frames)));
                // In single precision, as its kernel tells.
                assert!(error < -86.0, "{kind} {hertz} {q} {rate}: {error}");
            }
        }
    }
}

#[test]
fn one_pole_filters_are_bilinear() {
    let frames = 1536;
    for rate in RATES {
        for hertz in [20.0f32, 700.0, 20_000.0] {
            let source = samples(noise, 0, frames);
            let low = one_pole(f64::from(hertz), rate, &source);
            let high: Vec<f64> = source.iter().zip(&low).map(|(x, low)| x - low).collect();
            for (kind, exact) in [("onepole_low", &low), ("onepole_high", &high)] {
                let got = rig(kind, 1, rate, noise, &[("cutoff", hertz)]).0.play(frames);
                let error = error_db(&got[0], exact);
                assert!(error < FLOOR_DB, "{kind} {hertz} {rate}: {error}");
            }
        }
    }
}

#[test]
fn the_delay_delays() {
    let frames = 4000;
    let source = samples(noise, 0, frames);
    let mut worst = f64::MIN;
    for rate in RATES {
        for ms in [0.0f32, 0.5, 1.0, 7.3, 10.0] {
            for feedback in [0.0f32, -0.6] {
                let got =
                    rig("delay", 1, rate, noise, &[("time", ms), ("feedback", feedback)]).0.play(frames);
                // The delay in frames is a single-precision number.
                let delay = f64::from(((f64::from(ms) * rate / 1000.0) as f32).max(1.0));
                let mut line = vec![0.0; frames];
                let mut exact = vec![0.0; frames];
                for frame in 0..frames {
                    exact[frame] = ago(&line, frame, delay);
                    line[frame] = source[frame] + f64::from(feedback) * exact[frame];
                }
                worst = worst.max(error_db(&got[0], &exact));
            }
        }
    }
    println!("delay: {worst:.1} dB");
    assert!(worst < FLOOR_DB, "{worst}");
}

#[test]
fn an_impulse_through_the_delay_comes_once() {
    let click: support::Signal = |frame, _| if frame == 0 { 1.0 } else { 0.0 };
    let got = rig("delay", 1, 48_000.0, click, &[("time", 10.0)]).0.play(2000);
    let heard: Vec<usize> = (0..2000).filter(|frame| got[0][*frame] != 0.0).collect();
    assert_eq!((heard, got[0][480]), (vec![480], 1.0));
}

/// The level of an envelope by its closed form.
struct Closed {
    /// Frames of attack, decay, release; curves; sustain.
    frames: [f64; 3],
    curves: [f64; 3],
    sustain: f64,
}

impl Closed {
    fn part(&self, segment: usize, frame: f64) -> f64 {
        let x = (frame / self.frames[segment]).min(1.0);
        let k = self.curves[segment];
        if k == 0.0 { x } else { (-k * x).exp_m1() / (-k).exp_m1() }
    }

    /// So many frames after the gate opened.
    fn open(&self, frame: f64) -> f64 {
        if frame < self.frames[0] {
            return self.part(0, frame);
        }
        1.0 + (self.sustain - 1.0) * self.part(1, frame - self.frames[0])
    }

    fn closed(&self, from: f64, frame: f64) -> f64 {
        from * (1.0 - self.part(2, frame))
    }
}

#[test]
fn the_envelope_follows_its_closed_form() {
    for rate in [44_100.0, 96_000.0] {
        for (times, curves) in [([10.0, 50.0, 80.0], [0.0, 5.0, 5.0]), ([3.3, 21.7, 40.1], [-4.0, 0.0, 9.0])]
        {
            let sustain = 0.6f32;
            let params: Vec<(&str, f32)> = ["attack", "decay", "release"]
                .into_iter()
                .zip(times)
                .chain(["attack_curve", "decay_curve", "release_curve"].into_iter().zip(curves))
                .chain([("sustain", sustain)])
                .collect();
            let (mut rig, id) = rig("adsr", 1, rate, support::silence, &params);
            let gate = usize::from(rig.graph.shape(id).unwrap().param("gate").unwrap());
            let (on, off, end) = (101, 9001, 20_000);
            rig.set(id, gate, 1.0, None, on);
            rig.set(id, gate, 0.0, None, off);
            let got = rig.play(end);
            let closed = Closed {
                frames: times.map(|ms| f64::from(ms) * 0.001 * rate),
                curves: curves.map(f64::from),
                sustain: f64::from(sustain),
            };
            let exact: Vec<f64> = (0..end as u64)
                .map(|frame| match frame {
                    _ if frame < on => 0.0,
                    _ if frame < off => closed.open((frame - on) as f64),
                    _ => closed.closed(closed.open((off - on) as f64), (frame - off) as f64),
                })
                .collect();
            let error = error_db(&got[0], &exact);
            assert!(error < FLOOR_DB, "{rate} {times:?} {curves:?}: {error}");
            assert_eq!(got[0][end - 1], 0.0);
        }
    }
}

#[test]
fn arithmetic_is_arithmetic() {
    let node = support::node(find("multiply").unwrap(), &Layout::of(1));
    let feed = |port: usize, channels| Feed::steady([noise, support::sine][port], channels);
    let got = Rig::around(node, 48_000.0, feed, false).0.play(500);
    for (frame, got) in got[0].iter().enumerate() {
        assert_eq!(*got, noise(frame as u64, 0) * support::sine(frame as u64, 0));
    }
    let got = rig("add", 1, 48_000.0, noise, &[("scale", -3.0), ("offset", 0.25)]).0.play(500);
    for (frame, got) in got[0].iter().enumerate() {
        assert_eq!(*got, noise(frame as u64, 0) * -3.0 + 0.25);
    }
}
