//! The envelope against its closed form, to the frame.

use sostenuto_dsp::{Curves, Envelope, F32x8, Sample, Segments, Value};

#[derive(Clone, Copy)]
struct Times {
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
}

impl Times {
    fn steady<S: Sample>(&self) -> Segments<'static, S> {
        let value = |x: f32| Value::Steady(S::splat(f64::from(x)));
        Segments {
            attack: value(self.attack),
            decay: value(self.decay),
            sustain: value(self.sustain),
            release: value(self.release),
        }
    }
}

fn curve(k: f64, x: f64) -> f64 {
    if k == 0.0 { x } else { (1.0 - (-k * x).exp()) / (1.0 - (-k).exp()) }
}

/// The level `time` seconds after the gate went on with the level at `from`.
fn held(times: &Times, curves: &Curves, from: f64, time: f64) -> f64 {
    let (a, d, s) = (f64::from(times.attack), f64::from(times.decay), f64::from(times.sustain));
    if time < a {
        from + (1.0 - from) * curve(curves.attack, time / a)
    } else if time < a + d {
        1.0 + (s - 1.0) * curve(curves.decay, (time - a) / d)
    } else {
        s
    }
}

/// The level `time` seconds after the gate went off with the level at `from`.
fn released(times: &Times, curves: &Curves, from: f64, time: f64) -> f64 {
    let r = f64::from(times.release);
    if time < r { from * (1.0 - curve(curves.release, time / r)) } else { 0.0 }
}

/// A gate that is on for some frames, then off for some, over and over.
fn render(rate: f64, times: &Times, curves: Curves, gates: &[(usize, usize)]) -> (Vec<f32>, Vec<f64>, bool) {
    let mut envelope = Envelope::<f32>::new(rate);
    envelope.set_curves(curves);
    let gate: Vec<f32> = gates
        .iter()
        .flat_map(|&(on, off)| std::iter::repeat_n(1.0, on).chain(std::iter::repeat_n(0.0, off)))
        .collect();
    let mut out = vec![0.0; gate.len()];
    envelope.process(Value::Moving(&gate), &times.steady(), &mut out);
    let mut expected = Vec::new();
    let mut level = 0.0;
    for &(on, off) in gates {
        expected.extend((0..on).map(|n| held(times, &curves, level, n as f64 / rate)));
        level = held(times, &curves, level, on as f64 / rate);
        expected.extend((0..off).map(|n| released(times, &curves, level, n as f64 / rate)));
        level = released(times, &curves, level, off as f64 / rate);
    }
    (out, expected, envelope.is_idle())
}

fn worst(out: &[f32], expected: &[f64]) -> f64 {
    out.iter().zip(expected).map(|(&o, &e)| (f64::from(o) - e).abs()).fold(0.0, f64::max)
}

#[test]
fn every_segment_follows_its_closed_form() {
    let mut most = 0.0_f64;
    for rate in [44_100.0, 48_000.0, 192_000.0] {
        for k in [-20.0, -5.0, -0.01, 0.0, 1e-5, 0.3, 5.0, 20.0] {
            let curves = Curves { attack: k, decay: -k, release: k };
            for (attack, decay, release) in [(0.01, 0.02, 0.03), (0.000_33, 0.001_7, 0.0101), (0.2, 0.3, 0.1)]
            {
                let times = Times { attack, decay, sustain: 0.6, release };
                let seconds = |s: f64| (s * rate) as usize;
                // Whole, released during the attack and the decay, and on again during the release.
                let gates = [
                    (seconds(0.6), seconds(0.2)),
                    (seconds(0.004), seconds(0.005)),
                    (seconds(0.0004), seconds(0.0021)),
                    (seconds(0.25), seconds(0.25)),
                ];
                let (out, expected, idle) = render(rate, &times, curves, &gates);
                let error = worst(&out, &expected);
                assert!(error < 2e-6, "{error:e} at {rate}, curve {k}, attack {attack}");
                most = most.max(error);
                assert!(idle);
                assert_eq!(out.last(), Some(&0.0));
            }
        }
    }
    println!("envelope: {most:.2e}");
}

#[test]
fn long_segments_do_not_drift() {
    let rate = 192_000.0;
    for k in [-5.0, 0.0, 5.0] {
        let curves = Curves { attack: k, decay: k, release: k };
        let times = Times { attack: 30.0, decay: 5.0, sustain: 0.25, release: 10.0 };
        let (out, expected, _) = render(rate, &times, curves, &[(36 * 192_000, 9 * 192_000)]);
        let error = worst(&out, &expected);
        println!("curve {k}: {error:.2e}");
        assert!(error < 1e-6, "{error:e} for curve {k}");
    }
}

#[test]
fn it_starts_and_ends_in_the_very_frame() {
    // 1/1024 s is exactly 48 frames.
    let rate = 49_152.0;
    let time = 1.0 / 1024.0;
    let times = Times { attack: time, decay: time, sustain: 0.5, release: time };
    let mut envelope = Envelope::<f32>::new(rate);
    envelope.set_curves(Curves { attack: 0.0, decay: 0.0, release: 0.0 });
    assert!(envelope.is_idle());
    let gate: Vec<f32> = (0..400).map(|n| if (100..300).contains(&n) { 0.51 } else { 0.5 }).collect();
    let mut out = vec![9.0; 400];
    let mut idle = Vec::new();
    for n in 0..400 {
        envelope.process(Value::Moving(&gate[n..=n]), &times.steady(), &mut out[n..=n]);
        idle.push(envelope.is_idle());
    }
    assert_eq!(out[..=100], [0.0; 101]);
    assert!((out[101] - 1.0 / 48.0).abs() < 1e-7);
    assert_eq!(out[148], 1.0);
    assert!(out[147] < 1.0 && out[149] < 1.0);
    assert_eq!(out[196..=300], [0.5; 105]);
    assert!(out[301] < 0.5 && out[347] > 0.0);
    assert_eq!(out[348..], [0.0; 52]);
    let expected: Vec<bool> = (0..400).map(|n| !(100..348).contains(&n)).collect();
    assert_eq!(idle, expected);
}

#[test]
fn a_gate_that_comes_again_does_not_click() {
    let times = Times { attack: 0.01, decay: 0.02, sustain: 0.7, release: 0.05 };
    let gates: Vec<(usize, usize)> = (0..60).map(|i| (1 + i * 37 % 900, 1 + i * 53 % 700)).collect();
    let (out, ..) = render(48_000.0, &times, Curves::default(), &gates);
    // The steepest segment at the default curves: the decay and release, 5.03 of their way per time at the start.
    let steepest = 5.1 / (0.02 * 48_000.0);
    for pair in out.windows(2) {
        assert!((pair[1] - pair[0]).abs() < steepest, "{pair:?}");
    }
}

#[test]
fn times_of_zero_take_no_frame() {
    for time in [0.0, -1.0, f32::NAN] {
        let times = Times { attack: time, decay: time, sustain: 0.25, release: time };
        let (out, ..) = render(48_000.0, &times, Curves::default(), &[(3, 3)]);
        assert_eq!(out, [0.25, 0.25, 0.25, 0.0, 0.0, 0.0]);
    }
    let times = Times { attack: 0.0, decay: 1.0, sustain: f32::NAN, release: 0.0 };
    let (out, ..) = render(48_000.0, &times, Curves::default(), &[(3, 3)]);
    assert_eq!(out[0], 1.0);
    assert_eq!(out[3..], [0.0; 3]);
}

#[test]
fn a_time_that_moves_changes_the_speed_of_the_rest() {
    let rate = 48_000.0;
    let mut envelope = Envelope::<f32>::new(rate);
    envelope.set_curves(Curves { attack: 0.0, decay: 0.0, release: 0.0 });
    // Half the attack at 0.02 s takes 480 frames, the other half at 0.01 s takes 240.
    let attack: Vec<f32> = (0..1000).map(|n| if n < 480 { 0.02 } else { 0.01 }).collect();
    let times = Times { attack: 0.0, decay: 0.0, sustain: 1.0, release: 0.0 };
    let segments = Segments { attack: Value::Moving(&attack), ..times.steady() };
    let mut out = vec![0.0; 1000];
    envelope.process(Value::Steady(1.0), &segments, &mut out);
    assert!((out[240] - 0.25).abs() < 1e-6 && (out[480] - 0.5).abs() < 1e-6, "{} {}", out[240], out[480]);
    assert!((out[600] - 0.75).abs() < 1e-6, "{}", out[600]);
    assert!(out[718] < 1.0);
    assert_eq!(out[721..], [1.0; 279]);
}

#[test]
fn the_sustain_level_may_move() {
    let times = Times { attack: 0.0, decay: 0.0, sustain: 0.0, release: 1.0 };
    let sustain: Vec<f32> = (0..200).map(|n| n as f32 / 200.0).collect();
    let segments = Segments { sustain: Value::Moving(&sustain), ..times.steady() };
    let mut out = vec![0.0; 200];
    Envelope::<f32>::new(48_000.0).process(Value::Steady(1.0), &segments, &mut out);
    assert_eq!(out, sustain);
}

#[test]
fn idle_is_told_lane_by_lane() {
    let mut envelope = Envelope::<F32x8>::new(48_000.0);
    let times = Times { attack: 0.0, decay: 0.0, sustain: 1.0, release: 0.01 };
    let mut out = [F32x8::zero(); 64];
    let gate = F32x8::from_lanes(|lane| f64::from(lane % 2 == 0));
    envelope.process(Value::Steady(gate), &times.steady(), &mut out);
    assert_eq!(envelope.idle(), 0b1010_1010);
    assert!(!envelope.is_idle());
    envelope.process(Value::Steady(F32x8::zero()), &times.steady(), &mut out);
    assert_eq!(envelope.idle(), 0b1010_1010);
    for _ in 0..8 {
        envelope.process(Value::Steady(F32x8::zero()), &times.steady(), &mut out);
    }
    assert!(envelope.is_idle());
    assert_eq!(out, [F32x8::zero(); 64]);
    envelope.process(Value::Steady(gate), &times.steady(), &mut out);
    envelope.reset();
    assert!(envelope.is_idle());
}
