//! What filters and effects cost: nanoseconds per frame and lane, in blocks of 64 frames. Run it in release.

use std::hint::black_box;
use std::time::Instant;

use sostenuto_dsp::{
    Biquad, BiquadParams, Chorus, ChorusParams, Compressor, CompressorParams, DcBlocker, DelayLine, Double,
    Echo, EchoParams, F32x4, F32x8, Limiter, LimiterParams, Meter, Native, OnePole, OnePoleKind,
    Oversampling, Precision, Reverb, ReverbParams, Sample, Saturator, SaturatorParams, Shape, Svf,
    SvfOutputs, Value,
};

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;
const BLOCKS: usize = 200;

/// The best of sixty short runs, so that other programs on the machine count less.
fn cost<S: Sample>(name: &str, mut process: impl FnMut(u64, &[S], &mut [S])) {
    let input: [S; BLOCK] = std::array::from_fn(|i| S::splat((i as f64 * 0.37).sin()));
    let mut out = [S::zero(); BLOCK];
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let begin = Instant::now();
        for block in 0..BLOCKS {
            process((block * BLOCK) as u64, black_box(&input), black_box(&mut out));
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!("{name:<44} {:8.2} ns", best * 1e9 / (BLOCKS * BLOCK * S::LANES) as f64);
}

fn steady<S: Sample>(x: f64) -> Value<'static, S> {
    Value::Steady(S::splat(x))
}

fn filters<S: Sample, P: Precision>(width: &str) {
    let sweep: [S; BLOCK] = std::array::from_fn(|i| S::splat(500.0 + 10.0 * i as f64));
    for shape in [Shape::Lowpass, Shape::Peaking] {
        let mut biquad = Biquad::<S, P>::new(shape, RATE);
        let params = BiquadParams { cutoff: steady(800.0), q: steady(2.0), gain: steady(6.0) };
        cost::<S>(&format!("{width} biquad {shape:?}"), |t, x, y| biquad.process(t, x, &params, y));
        let params = BiquadParams { cutoff: Value::Moving(&sweep), ..params };
        cost::<S>(&format!("{width} biquad {shape:?}, moving cutoff"), |t, x, y| {
            biquad.process(t, x, &params, y);
        });
    }
    let mut svf = Svf::<S, P>::new(RATE);
    let mut run = |name: &str, cutoff: Value<'_, S>| {
        let mut outs = [[S::zero(); BLOCK]; 3];
        cost::<S>(&format!("{width} svf{name}"), |t, x, low| {
            let [band, high, notch] = &mut outs;
            svf.process(t, x, &cutoff, &steady(2.0), SvfOutputs { low, band, high, notch });
        });
    };
    run("", steady(800.0));
    run(", moving cutoff", Value::Moving(&sweep));
    let mut pole = OnePole::<S, P>::new(OnePoleKind::Lowpass, RATE);
    cost::<S>(&format!("{width} one-pole"), |t, x, y| pole.process(t, x, &steady(800.0), y));
}

fn delays<S: Sample>(width: &str) {
    let sway: [S; BLOCK] = std::array::from_fn(|i| S::splat(700.0 + 0.1 * i as f64));
    let mut line = DelayLine::<S>::new(1000);
    for (name, delay) in
        [("whole", steady(700.0)), ("fractional", steady(700.5)), ("moving", Value::Moving(&sway))]
    {
        cost::<S>(&format!("{width} delay line, {name}"), |_, x, y| line.process(x, &delay, y));
    }
    let mut echo = Echo::<S>::new(RATE, 48_000);
    let params =
        EchoParams { time: steady(9600.0), feedback: steady(0.5), tone: steady(4000.0), mix: steady(0.5) };
    cost::<S>(&format!("{width} echo"), |t, x, y| echo.process(t, x, &params, y));
    for voices in [1, 3] {
        let mut chorus = Chorus::<S>::new(RATE, 30.0, voices);
        let params = ChorusParams {
            delay: steady(12.0),
            depth: steady(3.0),
            rate: steady(0.7),
            feedback: steady(0.2),
            mix: steady(0.5),
            spread: steady(1.0),
        };
        let mut right = [S::zero(); BLOCK];
        cost::<S>(&format!("{width} chorus, {voices} voices, stereo"), |_, x, y| {
            chorus.process([x, x], &params, [y, &mut right]);
        });
    }
    for modulation in [0.0, 0.5] {
        let mut reverb = Reverb::<S>::new(RATE, 100.0);
        let params = ReverbParams {
            decay: steady(2.0),
            size: steady(1.0),
            damping: steady(0.4),
            modulation: steady(modulation),
            predelay: steady(10.0),
            width: steady(1.0),
            mix: steady(0.3),
        };
        let mut right = [S::zero(); BLOCK];
        cost::<S>(&format!("{width} reverb, modulation {modulation}, stereo"), |t, x, y| {
            reverb.process(t, [x, x], &params, [y, &mut right]);
        });
    }
}

fn levels<S: Sample>(width: &str) {
    let mut dc = DcBlocker::<S>::new(RATE);
    cost::<S>(&format!("{width} dc blocker"), |t, x, y| dc.process(t, x, y));
    let mut compressor = Compressor::<S>::new(RATE);
    let params = CompressorParams {
        threshold: steady(-20.0),
        ratio: steady(4.0),
        knee: steady(6.0),
        attack: steady(5.0),
        release: steady(100.0),
        makeup: steady(3.0),
    };
    cost::<S>(&format!("{width} compressor, one channel"), |t, x, y| {
        compressor.process(t, &[x], None, &params, &mut [y]);
    });
    let mut limiter = Limiter::<S>::new(RATE, 5.0, 1);
    let params = LimiterParams { ceiling: steady(-1.0), release: steady(100.0) };
    cost::<S>(&format!("{width} limiter, one channel"), |t, x, y| {
        limiter.process(t, &[x], &params, &mut [y])
    });
    for factor in [Oversampling::None, Oversampling::Two, Oversampling::Four, Oversampling::Eight] {
        let mut saturator = Saturator::<S>::new(factor);
        let params = SaturatorParams { drive: steady(12.0), mix: steady(1.0) };
        cost::<S>(&format!("{width} saturator, oversampling {factor:?}"), |t, x, y| {
            saturator.process(t, x, &params, y);
        });
    }
    let mut meter = Meter::<S>::new(RATE, 1000.0, 20.0);
    cost::<S>(&format!("{width} meter"), |t, x, _| meter.process(t, x));
}

fn main() {
    filters::<f32, Double>("f32, double state,");
    filters::<f32, Native>("f32, native state,");
    filters::<F32x4, Double>("4 lanes, double state,");
    filters::<F32x8, Native>("8 lanes, native state,");
    delays::<f32>("f32");
    delays::<F32x4>("4 lanes");
    levels::<f32>("f32");
    levels::<F32x4>("4 lanes");
}
