//! What the sources cost: nanoseconds per frame and lane, in blocks of 64 frames. Run it in release.

use std::hint::black_box;
use std::time::Instant;

use sostenuto_dsp::osc::{Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{F32x8, Sample, Value};

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

fn main() {
    oscillators::<f32>("f32");
    oscillators::<F32x8>("F32x8");
}
