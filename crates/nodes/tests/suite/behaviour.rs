//! What each kind is for, heard through a graph.

use crate::support;

use sostenuto_graph::{Motion, NodeId};
use sostenuto_nodes::{Layout, Tap, build, find};
use support::{Feed, Rig, Signal, impulses, noise, silence};

const RATE: f64 = 48_000.0;

/// A graph around one node, every input with a signal of its own, with parameters set before the first frame.
fn rig(kind: &str, layout: &Layout, signals: &'static [Signal], params: &[(&str, f32)]) -> (Rig, NodeId) {
    let node = support::node(find(kind).unwrap(), layout);
    let feed = |port: usize, channels| Feed::steady(signals[port % signals.len()], channels);
    let (mut rig, id) = Rig::around(node, RATE, feed, false);
    for (name, value) in params {
        let param = number(&rig, id, name);
        rig.set(id, param, *value, Some(Motion::Jump), 0);
    }
    (rig, id)
}

fn number(rig: &Rig, id: NodeId, param: &str) -> usize {
    usize::from(rig.graph.shape(id).unwrap().param(param).unwrap())
}

fn heard(samples: &[f32]) -> Vec<usize> {
    (0..samples.len()).filter(|frame| samples[*frame] != 0.0).collect()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / samples.len() as f64).sqrt()
}

fn ones(_: u64, _: usize) -> f32 {
    1.0
}

fn tone(frame: u64, _: usize) -> f32 {
    (frame as f32 * 0.13).sin()
}

#[test]
fn noise_follows_its_seed_and_differs_between_channels() {
    for kind in ["white_noise", "pink_noise"] {
        let of = |seed| rig(kind, &Layout { seed, ..Layout::of(2) }, &[silence], &[]).0.play(20_000);
        let (first, again, other) = (of(1), of(1), of(99));
        assert_eq!(first, again, "{kind}");
        let related = |a: &[f32], b: &[f32]| {
            let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            product / a.len() as f64 / rms(a) / rms(b)
        };
        // Pink noise is mostly low: few independent values in 0.4 s.
        assert!(related(&first[0], &first[1]).abs() < 0.3, "{kind}");
        assert!(related(&first[0], &other[0]).abs() < 0.3, "{kind}");
        assert!(rms(&first[0]) > 0.1, "{kind}");
    }
}

#[test]
fn impulses_come_at_the_start_when_triggered_and_at_a_rate() {
    let mono = Layout::of(1);
    let (mut once, id) = rig("impulse", &mono, &[silence], &[("level", 0.5)]);
    let trigger = number(&once, id, "trigger");
    for (value, at) in [(1.0, 777), (0.0, 900), (1.0, 1001)] {
        once.set(id, trigger, value, None, at);
    }
    let out = once.play(2000);
    assert_eq!((heard(&out[0]), out[0][777]), (vec![0, 777, 1001], 0.5));
    let triggered = rig("impulse", &mono, &[impulses], &[]).0.play(1200);
    assert_eq!(heard(&triggered[0]), [0, 3, 503, 1003]);
    let train = rig("impulse", &mono, &[silence], &[("rate", 100.0)]).0.play(1200);
    assert_eq!(heard(&train[0]), [0, 480, 960]);
}

#[test]
fn the_lfo_draws_its_shapes() {
    let quarter = |shape: f32, extra: &[(&str, f32)]| {
        let params: Vec<(&str, f32)> =
            [("rate", 100.0), ("shape", shape)].into_iter().chain(extra.iter().copied()).collect();
        let out = rig("lfo", &Layout::of(1), &[silence], &params).0.play(480);
        [0, 60, 120, 240, 360].map(|frame| (out[0][frame] * 1000.0).round() / 1000.0)
    };
    assert_eq!(quarter(0.0, &[]), [0.0, 0.707, 1.0, 0.0, -1.0]);
    assert_eq!(quarter(1.0, &[]), [0.0, 0.5, 1.0, 0.0, -1.0]);
    assert_eq!(quarter(2.0, &[]), [-1.0, -0.75, -0.5, 0.0, 0.5]);
    assert_eq!(quarter(3.0, &[]), [1.0, 0.75, 0.5, 0.0, -0.5]);
    assert_eq!(quarter(4.0, &[("width", 0.4)]), [1.0, 1.0, 1.0, -1.0, -1.0]);
    assert_eq!(quarter(0.0, &[("phase", 90.0)])[0], 1.0);
    assert_eq!(quarter(0.0, &[("unipolar", 1.0)]), [0.5, 0.854, 1.0, 0.5, 0.0]);
    let steps = quarter(5.0, &[]);
    assert!(steps.iter().all(|x| *x == steps[0] && x.abs() < 1.0));
}

#[test]
fn a_one_shot_ends_and_starts_again_when_triggered() {
    let params = [("rate", 100.0), ("shape", 2.0), ("mode", 1.0)];
    let (mut lfo, id) = rig("lfo", &Layout::of(1), &[silence], &params);
    let trigger = number(&lfo, id, "trigger");
    lfo.set(id, trigger, 1.0, None, 1501);
    let out = lfo.play(3000);
    assert!(out[0][481..1501].iter().all(|x| (x - 1.0).abs() < 1e-5), "stays at its end");
    assert!((out[0][1501] + 1.0).abs() < 1e-5 && (out[0][1741]).abs() < 1e-5, "{}", out[0][1741]);
    assert!((out[0][2999] - 1.0).abs() < 1e-5);
}

#[test]
fn a_shape_fades_in_from_its_frame_on() {
    let (mut lfo, id) = rig("lfo", &Layout::of(1), &[silence], &[("rate", 0.0), ("phase", 90.0)]);
    let shape = number(&lfo, id, "shape");
    // At a quarter of the cycle a sine is 1 and a rising saw -1/2; half way through the 5 ms, in between.
    lfo.set(id, shape, 2.0, None, 1000);
    let out = lfo.play(1300);
    for (frame, level) in [(1000, 1.0), (1120, 0.25), (1240, -0.5)] {
        assert!((out[0][frame] - level).abs() < 1e-6, "{} at {frame}", out[0][frame]);
    }
    assert!(out[0][1001..1240].windows(2).all(|w| w[1] <= w[0]));
}

#[test]
fn the_gate_input_opens_the_envelope() {
    let gate: Signal = |frame, _| if (100..5000).contains(&frame) { 1.0 } else { 0.0 };
    let gates: &'static [Signal] = Box::leak(Box::new([gate]));
    let params = [("attack", 1.0), ("decay", 1.0), ("sustain", 0.5), ("release", 10.0)];
    let out = rig("adsr", &Layout::of(1), gates, &params).0.play(6000);
    assert_eq!((out[0][100], out[0][4000], out[0][5600]), (0.0, 0.5, 0.0));
    assert!((out[0][148] - 1.0).abs() < 1e-5 && out[0][5010] > 0.0);
}

#[test]
fn sample_and_hold_makes_stairs_and_slew_ramps() {
    let stairs = rig("sample_hold", &Layout::of(1), &[noise, impulses], &[]).0.play(1600);
    assert_eq!(stairs[0][2], 0.0);
    for (frame, got) in stairs[0].iter().enumerate().skip(3) {
        assert_eq!(*got, noise((frame - 3) as u64 / 500 * 500 + 3, 0));
    }
    let step: Signal = |frame, _| if (480..4800).contains(&frame) { 1.0 } else { 0.0 };
    let steps: &'static [Signal] = Box::leak(Box::new([step]));
    let slewed = rig("slew", &Layout::of(1), steps, &[("rise", 50.0), ("fall", 100.0)]).0.play(6000);
    // 50 a second at 48 kHz: 960 frames to 1; 100 a second: 480.
    assert!((slewed[0][480 + 479] - 0.5).abs() < 1e-4 && (slewed[0][4800 + 239] - 0.5).abs() < 1e-4);
    assert_eq!((slewed[0][480 + 970], slewed[0][4800 + 490]), (1.0, 0.0));
}

#[test]
fn the_compressor_follows_its_curve_and_its_sidechain() {
    let params = [("threshold", -20.0), ("ratio", 4.0), ("knee", 0.0), ("attack", 0.0)];
    let level = |signals: &'static [Signal], listen: f32| {
        let all: Vec<_> = params.iter().copied().chain([("listen", listen)]).collect();
        let out = rig("compressor", &Layout::of(2), signals, &all).0.play(20_000);
        20.0 * f64::from(out[1][19_999]).log10()
    };
    // A level of 0 dB is 20 dB over the threshold; a quarter of that is left.
    assert!((level(&[ones, silence], 0.0) + 15.0).abs() < 0.01);
    assert!(level(&[ones, silence], 1.0).abs() < 0.01, "a silent sidechain leaves the level");
    assert!((level(&[ones, ones], 1.0) + 15.0).abs() < 0.01);
}

#[test]
fn the_limiter_keeps_the_ceiling_and_is_as_late_as_it_says() {
    let loud: Signal = |frame, channel| 4.0 * noise(frame, channel);
    let signals: &'static [Signal] = Box::leak(Box::new([loud]));
    let out = rig("limiter", &Layout::of(2), signals, &[("ceiling", -6.0)]).0.play(20_000);
    let ceiling = 10f32.powf(-6.0 / 20.0) * (1.0 + 1e-6);
    assert!(out.iter().flatten().all(|x| x.abs() <= ceiling));
    assert!(rms(&out[0]) > 0.1);
    for (kind, params) in [("limiter", vec![]), ("saturate", vec![("mix", 0.0)])] {
        let mut node = build(kind, Layout::of(1)).unwrap().processor;
        node.prepare(&sostenuto_graph::Stream { sample_rate: RATE });
        let late = node.latency() as usize;
        let quiet: Signal = |frame, channel| 0.2 * noise(frame, channel);
        let quiet: &'static [Signal] = Box::leak(Box::new([quiet]));
        let out = rig(kind, &Layout::of(1), quiet, &params).0.play(2000);
        assert!(late > 0 && (late..2000).all(|n| out[0][n] == 0.2 * noise((n - late) as u64, 0)), "{kind}");
    }
}

#[test]
fn saturation_bends_loud_sounds_and_leaves_soft_ones() {
    let level = |gain: f32| {
        let params = [("drive", gain)];
        rms(&rig("saturate", &Layout::of(1), &[tone], &params).0.play(8000)[0][1000..])
    };
    let soft = level(-60.0);
    assert!((soft / (0.001 * 0.5f64.sqrt()) - 1.0).abs() < 0.01, "{soft}");
    assert!((0.85..1.01).contains(&level(40.0)), "{}", level(40.0));
}

#[test]
fn a_mix_of_zero_is_the_input_and_of_one_is_not() {
    for kind in ["echo", "chorus", "flanger", "reverb"] {
        let of = |mix: f32| rig(kind, &Layout::of(2), &[noise], &[("mix", mix)]).0.play(3000);
        let (dry, wet) = (of(0.0), of(1.0));
        let input: Vec<f32> = (0..3000).map(|frame| noise(frame, 1)).collect();
        assert_eq!(dry[1], input, "{kind}");
        assert_ne!(dry, wet, "{kind}");
    }
}

#[test]
fn an_echo_comes_back_softer() {
    let click: Signal = |frame, _| if frame == 0 { 1.0 } else { 0.0 };
    let clicks: &'static [Signal] = Box::leak(Box::new([click]));
    let params = [("time", 10.0), ("feedback", 0.5), ("tone", 96_000.0), ("mix", 0.5)];
    let out = rig("echo", &Layout::of(1), clicks, &params).0.play(1500);
    assert_eq!(heard(&out[0]), [0, 480, 960, 1440]);
    assert_eq!([0, 480, 960, 1440].map(|frame| out[0][frame]), [0.5, 0.5, 0.25, 0.125]);
}

#[test]
fn a_dc_blocker_takes_out_what_does_not_move() {
    let out = rig("dc_blocker", &Layout::of(1), &[ones], &[]).0.play(48_000);
    assert!(out[0][0] > 0.99 && out[0][47_999].abs() < 1e-6);
}

#[test]
fn a_crossfade_follows_its_law() {
    let at = |position: f32, law: f32| {
        let params = [("position", position), ("law", law)];
        rig("crossfade", &Layout::of(1), &[ones, silence], &params).0.play(64)[0][63]
    };
    assert!((at(0.5, 0.0) - 0.5f32.sqrt()).abs() < 1e-6 && at(0.5, 1.0) == 0.5);
    assert_eq!([at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0), at(1.0, 1.0)], [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn a_constant_is_constant_and_glides() {
    let (mut constant, id) = rig("constant", &Layout::of(1), &[silence], &[("value", 0.25)]);
    constant.set(id, 0, 3.0, None, 500);
    let out = constant.play(1000);
    assert_eq!((out[0][499], out[0][999]), (0.25, 3.0));
    assert!(out[0][620] > 0.5 && out[0][620] < 3.0);
}

/// A graph around a node that shows something, and what it shows.
fn tapped(kind: &str, layout: Layout, signal: Signal) -> (Rig, Tap) {
    let built = build(kind, layout).unwrap();
    let feed = |_, channels| Feed::steady(signal, channels);
    let (rig, _) = Rig::around(built.processor, RATE, feed, false);
    (rig, built.tap.unwrap())
}

#[test]
fn meters_show_peak_and_rms() {
    for kind in ["meter", "audio_out"] {
        let (mut rig, tap) = tapped(kind, Layout::of(2), tone);
        let Tap::Meter(meter) = tap else { panic!("{kind} has no meter") };
        assert_eq!((meter.channels(), meter.take_peak(0), meter.rms(0)), (2, 0.0, 0.0));
        let out = rig.play(2 * 48_000);
        assert_eq!(out[1][100], tone(100, 1));
        assert!((meter.rms(1) - 0.5f32.sqrt()).abs() < 0.01, "{}", meter.rms(1));
        assert!((meter.peak(1) - 1.0).abs() < 0.001);
        assert!((meter.take_peak(1) - 1.0).abs() < 0.001 && meter.take_peak(1) == 0.0);
        assert_eq!((meter.rms(7), meter.peak(7), meter.take_peak(7)), (0.0, 0.0, 0.0));
    }
}

#[test]
fn a_scope_shows_the_latest_frames() {
    let layout = Layout { settings: [("frames".to_owned(), 300.0)].into(), ..Layout::of(2) };
    let (mut rig, tap) = tapped("scope", layout, noise);
    let Tap::Scope(scope) = tap else { panic!("no scope") };
    assert_eq!((scope.channels(), scope.frames()), (2, 300));
    rig.play(5003);
    let mut picture = [9.0; 400];
    assert_eq!(scope.read(1, &mut picture), Some(5003));
    assert_eq!(picture[99], 9.0, "what it does not show is left as it was");
    for (ago, got) in picture[100..].iter().enumerate() {
        assert_eq!(*got, noise(5003 - 300 + ago as u64, 1));
    }
    assert_eq!(scope.read(2, &mut picture), None);
}

#[test]
fn what_is_shown_goes_back_to_nothing() {
    let end = 100 * 48_000;
    for kind in ["meter", "audio_out", "scope"] {
        let built = build(kind, Layout::of(2)).unwrap();
        let feed = |_, channels| Feed { signal: noise, channels, pause: (3000, u64::MAX), flagged: true };
        let (mut rig, _) = Rig::around(built.processor, RATE, feed, false);
        rig.play(end);
        match built.tap.unwrap() {
            Tap::Meter(meter) => {
                assert!(meter.take_peak(0) > 0.5);
                assert_eq!((meter.take_peak(0), meter.peak(0), meter.rms(0)), (0.0, 0.0, 0.0), "{kind}");
            }
            Tap::Scope(scope) => {
                let mut picture = [1.0; 2048];
                assert!(scope.read(1, &mut picture).is_some() && picture == [0.0; 2048]);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_scope_that_is_read_while_it_runs_shows_no_torn_picture() {
    let counting: Signal = |frame, _| frame as f32;
    let (mut rig, tap) = tapped("scope", Layout::of(1), counting);
    let Tap::Scope(scope) = tap else { panic!("no scope") };
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        let reader = threads.spawn(|| {
            let (mut seen, mut picture) = (0, vec![0.0; 2048]);
            while !done.load(std::sync::atomic::Ordering::Relaxed) || seen == 0 {
                let Some(end) = scope.read(0, &mut picture) else { continue };
                seen += 1;
                // The newest frames may lag behind the count on processors that reorder writes; the oldest may not be too new.
                let newest = picture.iter().fold(0.0, |most: f32, x| most.max(*x));
                assert!(newest <= end as f32 + 4096.0 && picture[0] <= end as f32, "{newest} {end}");
                if cfg!(target_arch = "x86_64") && end > 2048 {
                    assert!(picture.windows(2).all(|w| w[1] == w[0] + 1.0), "torn at {end}");
                }
            }
            seen
        });
        rig.play(2_000_000);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}
