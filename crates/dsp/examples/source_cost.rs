//! What the sources cost: nanoseconds per frame and lane, in blocks of 64 frames. Run it in release.

use std::hint::black_box;
use std::time::Instant;

use sostenuto_dsp::amplitude::{gain, pan};
use sostenuto_dsp::math::{db_to_gain, exp2, log2, sin_turns, tan_pi, tanh};
use sostenuto_dsp::osc::{Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{
    Curves, Envelope, F32x4, F32x8, Impulse, Lfo, LfoShape, Pink, Sample, SampleHold, Segments, Slew, Value,
    White,
};

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;
const BLOCKS: usize = 20_000;

/// The best of five runs, so that other programs on the machine count less.
fn cost<S: Sample>(name: &str, mut process: impl FnMut(&mut [S])) {
    let mut out = [S::zero(); BLOCK];
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..BLOCKS {
            process(black_box(&mut out));
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name:<34} {:8.2} ns", best * 1e9 / (BLOCKS * BLOCK * S::LANES) as f64);
}

fn oscillators<S: Sample>(width: &str) {
    for hertz in [110.0, 440.0, 5000.0] {
        // Voices play different notes, so their edges fall on different frames.
        let f = S::from_lanes(|lane| hertz * (1.0 + 0.061 * lane as f64));
        let moving = [f; BLOCK];
        let zero = Value::Steady(S::zero());
        let (mut sine, mut saw, mut pulse, mut triangle) =
            (Sine::<S>::new(RATE), Saw::<S>::new(RATE), Pulse::<S>::new(RATE), Triangle::<S>::new(RATE));
        let half = Value::Steady(S::splat(0.5));
        cost::<S>(&format!("{width} sine {hertz}"), |out| sine.process(Value::Steady(f), zero, out));
        cost::<S>(&format!("{width} sine {hertz}, moving"), |out| {
            sine.process(Value::Moving(&moving), zero, out)
        });
        cost::<S>(&format!("{width} sine {hertz}, modulated"), |out| {
            sine.process(Value::Moving(&moving), Value::Moving(&moving), out)
        });
        cost::<S>(&format!("{width} saw {hertz}"), |out| saw.process(Value::Steady(f), out));
        cost::<S>(&format!("{width} saw {hertz}, moving"), |out| saw.process(Value::Moving(&moving), out));
        cost::<S>(&format!("{width} pulse {hertz}"), |out| pulse.process(Value::Steady(f), half, out));
        cost::<S>(&format!("{width} triangle {hertz}"), |out| triangle.process(Value::Steady(f), out));
    }
}

fn others<S: Sample>(width: &str) {
    let steady = |x: f64| Value::Steady(S::splat(x));
    let moving: [S; BLOCK] = std::array::from_fn(|i| S::splat((i as f64 * 0.1).sin()));
    let mut white = White::<S>::new(|lane| lane as u64);
    cost::<S>(&format!("{width} white noise"), |out| white.process(out));
    let mut pink = Pink::<S>::new(RATE, |lane| lane as u64);
    cost::<S>(&format!("{width} pink noise"), |out| pink.process(out));
    for shape in [LfoShape::Sine, LfoShape::Square, LfoShape::RandomSmooth] {
        let mut lfo = Lfo::<S>::new(RATE, |lane| lane as u64);
        lfo.set_shape(shape);
        cost::<S>(&format!("{width} LFO {shape:?}"), |out| {
            lfo.process(steady(3.0), steady(0.0), steady(0.5), steady(0.0), out);
        });
    }
    let segments =
        Segments { attack: steady(100.0), decay: steady(1.0), sustain: steady(0.5), release: steady(1.0) };
    let mut envelope = Envelope::<S>::new(RATE);
    cost::<S>(&format!("{width} envelope, idle"), |out| envelope.process(steady(0.0), &segments, out));
    for (name, curve) in [("straight", 0.0), ("bent", 5.0)] {
        envelope.set_curves(Curves { attack: curve, ..Curves::default() });
        // Begun anew each time: an attack may be over before the measurement is.
        cost::<S>(&format!("{width} envelope, {name} attack"), |out| {
            envelope.reset();
            envelope.process(steady(1.0), &segments, out);
        });
    }
    let mut slew = Slew::<S>::new(RATE);
    cost::<S>(&format!("{width} slew"), |out| slew.process(&moving, steady(10.0), steady(10.0), out));
    let mut hold = SampleHold::<S>::new();
    cost::<S>(&format!("{width} sample and hold"), |out| hold.process(&moving, Value::Moving(&moving), out));
    let mut impulse = Impulse::<S>::new(RATE);
    cost::<S>(&format!("{width} impulse"), |out| {
        impulse.process(steady(100.0), steady(0.0), steady(1.0), out)
    });
    cost::<S>(&format!("{width} gain"), |out| gain(steady(-6.0), &moving, out));
    cost::<S>(&format!("{width} gain, moving"), |out| gain(Value::Moving(&moving), &moving, out));
    let mut other = [S::zero(); BLOCK];
    cost::<S>(&format!("{width} pan, moving"), |out| pan(Value::Moving(&moving), &moving, out, &mut other));
    let each = |f: fn(S) -> S, out: &mut [S]| out.iter_mut().zip(&moving).for_each(|(out, &x)| *out = f(x));
    cost::<S>(&format!("{width} sin_turns"), |out| each(|x| sin_turns(x), out));
    cost::<S>(&format!("{width} tan_pi"), |out| each(|x| tan_pi(x), out));
    cost::<S>(&format!("{width} exp2"), |out| each(|x| exp2(x), out));
    cost::<S>(&format!("{width} log2"), |out| each(|x| log2(x), out));
    cost::<S>(&format!("{width} db_to_gain"), |out| each(|x| db_to_gain(x), out));
    cost::<S>(&format!("{width} tanh"), |out| each(|x| tanh(x), out));
}

fn main() {
    oscillators::<f32>("f32");
    oscillators::<F32x4>("F32x4");
    oscillators::<F32x8>("F32x8");
    others::<f32>("f32");
    others::<F32x8>("F32x8");
}
