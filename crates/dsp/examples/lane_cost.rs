//! What kernels cost side by side: nanoseconds per frame and lane at each width, in blocks of 64 frames. Run it in release.
//! A first argument keeps the kernels whose name contains it; a second is the number of blocks.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use sostenuto_dsp::amplitude::{gain, pan};
use sostenuto_dsp::osc::{Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{
    Accuracy, Biquad, BiquadParams, Buffer, Double, Echo, EchoParams, Envelope, Interpolation, Lfo, LfoShape,
    Native, OnePole, OnePoleKind, Pink, Player, PlayerParams, Precision, Region, Segments, Shape, Svf,
    SvfOutputs, Task, Value, Vector, White, Width, deinterleave, interleave,
};

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;

/// What is measured, and how long.
#[derive(Clone, Copy)]
struct Plan<'a> {
    only: &'a str,
    blocks: usize,
}

/// Prints the best of five runs of `process`, so that other programs on the machine count less.
#[inline(always)]
fn cost<S: Vector>(plan: Plan<'_>, name: &str, mut process: impl FnMut(u64, &mut [S; BLOCK])) {
    if !name.contains(plan.only) {
        return;
    }
    let mut block = [S::zero(); BLOCK];
    let mut best = f64::INFINITY;
    let mut frame = 0;
    for _ in 0..5 {
        let start = Instant::now();
        S::enter(
            #[inline(always)]
            || {
                for _ in 0..plan.blocks {
                    process(frame, black_box(&mut block));
                    frame += BLOCK as u64;
                }
            },
        );
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{:>2} {name:<40} {:8.3} ns", S::LANES, best * 1e9 / (plan.blocks * BLOCK * S::LANES) as f64);
}

/// A block that moves slowly around `middle`.
fn sway<S: Vector>(middle: f64, depth: f64) -> [S; BLOCK] {
    std::array::from_fn(|i| S::from_lanes(|lane| middle + depth * (i as f64 * 0.05 + lane as f64).sin()))
}

fn steady<S: Vector>(x: f64) -> Value<'static, S> {
    Value::Steady(S::splat(x))
}

fn oscillators<S: Vector>(plan: Plan<'_>) {
    // 500 voices from 55 to 880 Hz, as notes are.
    let notes = S::from_lanes(|lane| 55.0 * 16.0_f64.powf((lane as f64 + 0.5) / S::LANES as f64));
    let (mut saw, mut pulse, mut triangle) =
        (Saw::<S>::new(RATE), Pulse::<S>::new(RATE), Triangle::<S>::new(RATE));
    cost::<S>(
        plan,
        "saw, 55 to 880 Hz",
        #[inline(always)]
        |_, out| saw.process(Value::Steady(notes), out),
    );
    let moving = [notes; BLOCK];
    cost::<S>(
        plan,
        "saw, moving",
        #[inline(always)]
        |_, out| saw.process(Value::Moving(&moving), out),
    );
    cost::<S>(
        plan,
        "pulse",
        #[inline(always)]
        |_, out| pulse.process(Value::Steady(notes), steady(0.5), out),
    );
    cost::<S>(
        plan,
        "triangle",
        #[inline(always)]
        |_, out| triangle.process(Value::Steady(notes), out),
    );
    let mut sine = Sine::<S>::new(RATE);
    cost::<S>(
        plan,
        "sine",
        #[inline(always)]
        |_, out| sine.process(Value::Steady(notes), steady(0.0), out),
    );
    cost::<S>(
        plan,
        "sine, moving",
        #[inline(always)]
        |_, out| sine.process(Value::Moving(&moving), steady(0.0), out),
    );
}

fn lfos_and_noise<S: Vector>(plan: Plan<'_>) {
    let mut lfo = Lfo::<S>::new(RATE, |lane| lane as u64);
    lfo.set_shape(LfoShape::Sine);
    cost::<S>(
        plan,
        "lfo, sine",
        #[inline(always)]
        |_, out| {
            lfo.process(steady(0.3), steady(0.0), steady(0.5), steady(0.0), out);
        },
    );
    let mut white = White::<S>::new(|lane| lane as u64);
    cost::<S>(
        plan,
        "white noise",
        #[inline(always)]
        |_, out| white.process(out),
    );
    let mut pink = Pink::<S>::new(RATE, |lane| lane as u64);
    cost::<S>(
        plan,
        "pink noise",
        #[inline(always)]
        |_, out| pink.process(out),
    );
}

fn envelopes<S: Vector>(plan: Plan<'_>) {
    let mut envelope = Envelope::<S>::new(RATE);
    let segments =
        Segments { attack: steady(0.01), decay: steady(0.1), sustain: steady(0.7), release: steady(0.2) };
    cost::<S>(
        plan,
        "envelope, held",
        #[inline(always)]
        |_, out| envelope.process(steady(1.0), &segments, out),
    );
    let slow = Segments { attack: steady(1e6), ..segments };
    let mut envelope = Envelope::<S>::new(RATE);
    cost::<S>(
        plan,
        "envelope, attack",
        #[inline(always)]
        |_, out| envelope.process(steady(1.0), &slow, out),
    );
}

fn svf<S: Vector, P: Precision>(plan: Plan<'_>, name: &str) {
    let input = sway::<S>(0.0, 1.0);
    let cutoffs = sway::<S>(800.0, 500.0);
    let mut others = [[S::zero(); BLOCK]; 3];
    for (how, moving, accuracy) in [
        ("steady", false, Accuracy::Sample),
        ("every sample", true, Accuracy::Sample),
        ("at control rate", true, Accuracy::Control),
    ] {
        let cutoff = if moving { Value::Moving(&cutoffs) } else { steady(800.0) };
        let mut filter = Svf::<S, P>::new(RATE).with_accuracy(accuracy);
        cost::<S>(
            plan,
            &format!("svf {name}, low, {how}"),
            #[inline(always)]
            |t, out| {
                let outputs = SvfOutputs { low: out, band: &mut [], high: &mut [], notch: &mut [] };
                filter.process(t, &input, &cutoff, &steady(2.0), outputs);
            },
        );
        cost::<S>(
            plan,
            &format!("svf {name}, four outputs, {how}"),
            #[inline(always)]
            |t, out| {
                let [band, high, notch] = &mut others;
                filter.process(t, &input, &cutoff, &steady(2.0), SvfOutputs { low: out, band, high, notch });
            },
        );
    }
}

fn biquads<S: Vector, P: Precision>(plan: Plan<'_>, name: &str) {
    let input = sway::<S>(0.0, 1.0);
    let mut filters = [(); 4].map(|()| Biquad::<S, P>::new(Shape::Peaking, RATE));
    for moving in [false, true] {
        let cutoffs = sway::<S>(800.0, 500.0);
        let cutoff = if moving { Value::Moving(&cutoffs) } else { steady(800.0) };
        let how = if moving { "moving" } else { "steady" };
        let params = BiquadParams { cutoff, q: steady(1.0), gain: steady(3.0) };
        cost::<S>(
            plan,
            &format!("four biquads {name}, {how}"),
            #[inline(always)]
            |t, out| {
                let mut a = input;
                let mut b = [S::zero(); BLOCK];
                let [first, second, third, fourth] = &mut filters;
                first.process(t, &a, &params, &mut b);
                second.process(t, &b, &params, &mut a);
                third.process(t, &a, &params, &mut b);
                fourth.process(t, &b, &params, out);
            },
        );
    }
}

fn filters<S: Vector>(plan: Plan<'_>) {
    svf::<S, Native>(plan, "native");
    svf::<S, Double>(plan, "double");
    biquads::<S, Native>(plan, "native");
    biquads::<S, Double>(plan, "double");
    let input = sway::<S>(0.0, 1.0);
    let mut one_pole = OnePole::<S>::new(OnePoleKind::Lowpass, RATE);
    cost::<S>(
        plan,
        "one pole, steady",
        #[inline(always)]
        |t, out| one_pole.process(t, &input, &steady(800.0), out),
    );
}

fn levels<S: Vector>(plan: Plan<'_>) {
    let input = sway::<S>(0.0, 1.0);
    let moving = sway::<S>(-6.0, 3.0);
    let mut other = [S::zero(); BLOCK];
    cost::<S>(
        plan,
        "multiply",
        #[inline(always)]
        |_, out| {
            for ((out, a), b) in out.iter_mut().zip(&input).zip(&moving) {
                *out = *a * *b;
            }
        },
    );
    cost::<S>(
        plan,
        "gain, steady",
        #[inline(always)]
        |_, out| gain(steady(-6.0), &input, out),
    );
    cost::<S>(
        plan,
        "gain, moving",
        #[inline(always)]
        |_, out| gain(Value::Moving(&moving), &input, out),
    );
    cost::<S>(
        plan,
        "pan, steady",
        #[inline(always)]
        |_, out| pan(steady(0.3), &input, out, &mut other),
    );
    let position = sway::<S>(0.0, 0.5);
    cost::<S>(
        plan,
        "pan, moving",
        #[inline(always)]
        |_, out| pan(Value::Moving(&position), &input, out, &mut other),
    );
    let planar = vec![[0.25_f32; BLOCK]; S::LANES];
    let planar: Vec<&[f32]> = planar.iter().map(|p| &p[..]).collect();
    cost::<S>(
        plan,
        "interleave",
        #[inline(always)]
        |_, out| interleave(&planar, out),
    );
    let mut apart = vec![[0.0_f32; BLOCK]; S::LANES];
    let mut apart: Vec<&mut [f32]> = apart.iter_mut().map(|p| &mut p[..]).collect();
    cost::<S>(
        plan,
        "deinterleave",
        #[inline(always)]
        |_, out| deinterleave(out, &mut apart),
    );
}

fn echoes<S: Vector>(plan: Plan<'_>) {
    let input = sway::<S>(0.0, 1.0);
    let different = S::from_lanes(|lane| 12_000.0 + 48.0 * lane as f64);
    for (name, time) in [
        ("one time", S::splat(12_000.0)),
        ("a time per lane", different),
        ("a fraction", different + S::splat(0.5)),
    ] {
        let mut echo = Echo::<S>::new(RATE, 48_000);
        let params = EchoParams {
            time: Value::Steady(time),
            feedback: steady(0.4),
            tone: steady(20_000.0),
            mix: steady(0.3),
        };
        cost::<S>(
            plan,
            &format!("echo, {name}"),
            #[inline(always)]
            |t, out| echo.process(t, &input, &params, out),
        );
    }
}

fn players<S: Vector>(plan: Plan<'_>) {
    // Ten seconds in stereo, as in workload W3.
    let noise = (0..960_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0);
    let sound = Arc::new(Buffer::from_interleaved(noise.collect(), 2, RATE).expect("it is one"));
    let speeds = S::from_lanes(|lane| 0.5 + 1.5 * lane as f64 / S::LANES as f64);
    let moving = [speeds; BLOCK];
    for (name, between, speed) in [
        ("player, stereo, linear", Interpolation::Linear, Value::Steady(speeds)),
        ("player moving, stereo, linear", Interpolation::Linear, Value::Moving(&moving)),
        ("player, stereo, cubic", Interpolation::Cubic, Value::Steady(speeds)),
        ("player moving, stereo, cubic", Interpolation::Cubic, Value::Moving(&moving)),
    ] {
        let mut player = Player::<S>::new(between, Region::default(), RATE, |_| Some(sound.clone()));
        let params = PlayerParams { speed, trigger: steady(0.0), looping: steady(1.0) };
        let mut right = [S::zero(); BLOCK];
        cost::<S>(
            plan,
            name,
            #[inline(always)]
            |_, left| player.process(&params, &mut [left, black_box(&mut right)]),
        );
    }
}

impl Task for Plan<'_> {
    type Out = ();
    fn run<S: Vector>(self) {
        oscillators::<S>(self);
        lfos_and_noise::<S>(self);
        envelopes::<S>(self);
        filters::<S>(self);
        levels::<S>(self);
        echoes::<S>(self);
        players::<S>(self);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.first().map_or("", String::as_str);
    let blocks = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(2_000);
    for width in Width::ALL {
        width.run(Plan { only, blocks });
    }
}
