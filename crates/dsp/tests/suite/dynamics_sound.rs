//! Compressor and limiter do what their sources say, in decibels and milliseconds; the meter reads what is there.

use crate::kernel;

use kernel::{Noise, db, level, sine};
use sostenuto_dsp::{Compressor, CompressorParams, Limiter, LimiterParams, Meter, Value};

const RATE: f64 = 48_000.0;

#[derive(Clone, Copy)]
struct Settings {
    threshold: f64,
    ratio: f64,
    knee: f64,
    attack: f64,
    release: f64,
    makeup: f64,
}

const USUAL: Settings =
    Settings { threshold: -20.0, ratio: 4.0, knee: 6.0, attack: 5.0, release: 100.0, makeup: 0.0 };

impl Settings {
    fn params(self) -> CompressorParams<'static, f32> {
        CompressorParams {
            threshold: Value::Steady(self.threshold as f32),
            ratio: Value::Steady(self.ratio as f32),
            knee: Value::Steady(self.knee as f32),
            attack: Value::Steady(self.attack as f32),
            release: Value::Steady(self.release as f32),
            makeup: Value::Steady(self.makeup as f32),
        }
    }

    fn gain(self, key: &[f32]) -> Vec<f32> {
        let mut gain = vec![0.0; key.len()];
        Compressor::<f32>::new(RATE).gain(0, &[key], &self.params(), &mut gain);
        gain
    }

    /// Giannoulis, Massberg and Reiss, eq. 4 and 17, literally, in double precision.
    fn reference(self, key: &[f32]) -> Vec<f64> {
        let (attack, release) =
            ((-1000.0 / (self.attack * RATE)).exp(), (-1000.0 / (self.release * RATE)).exp());
        let (mut y1, mut yl) = (0.0_f64, 0.0_f64);
        key.iter()
            .map(|x| {
                let x = db(f64::from(x.abs()).max(1e-37));
                let over = x - self.threshold;
                let y = if 2.0 * over < -self.knee {
                    x
                } else if 2.0 * over.abs() <= self.knee {
                    x + (1.0 / self.ratio - 1.0) * (over + self.knee / 2.0).powi(2) / (2.0 * self.knee)
                } else {
                    self.threshold + over / self.ratio
                };
                y1 = (x - y).max(release * y1 + (1.0 - release) * (x - y));
                yl = attack * yl + (1.0 - attack) * y1;
                self.makeup - yl
            })
            .collect()
    }
}

#[test]
fn compressor_agrees_with_its_source_to_a_thousandth_of_a_decibel() {
    let mut noise = Noise::new(2);
    let mut worst = 0.0_f64;
    for round in 0..40 {
        let settings = Settings {
            threshold: noise.within(-60.0, 0.0),
            ratio: noise.within(1.0, 20.0),
            knee: noise.within(0.5, 24.0),
            attack: noise.within(0.1, 200.0),
            release: noise.within(5.0, 3000.0),
            makeup: noise.within(-12.0, 24.0),
        };
        let settings = Settings {
            // The same numbers for both sides: what an f32 holds.
            threshold: f64::from(settings.threshold as f32),
            ratio: f64::from(settings.ratio as f32),
            knee: f64::from(settings.knee as f32),
            attack: f64::from(settings.attack as f32),
            release: f64::from(settings.release as f32),
            makeup: f64::from(settings.makeup as f32),
        };
        let key: Vec<f32> = (0..20_000)
            .map(|i| {
                let swell = 10_f64.powf(noise.within(-3.0, 0.0) * f64::from(i % 5000) / 5000.0);
                (swell * noise.within(-1.0, 1.0) * if round % 2 == 0 { 1.0 } else { 3.0 }) as f32
            })
            .collect();
        for (gain, reference) in settings.gain(&key).iter().zip(settings.reference(&key)) {
            worst = worst.max((db(f64::from(*gain)) - reference).abs());
        }
    }
    println!("compressor: worst error {worst:.2e} dB");
    assert!(worst < 0.001, "{worst} dB");
}

#[test]
fn the_static_curve_is_threshold_ratio_and_knee() {
    for (level, reduction) in
        [(-40.0, 0.0), (-23.0, 0.0), (-20.0, 0.75 * 9.0 / 12.0), (-8.0, 9.0), (0.0, 15.0)]
    {
        let key = vec![10_f64.powf(level / 20.0) as f32; 48_000];
        let measured = -db(f64::from(USUAL.gain(&key)[47_999]));
        assert!((measured - reduction).abs() < 0.001, "{level} dB: {measured} for {reduction}");
    }
}

#[test]
fn attack_and_release_are_times_to_63_percent() {
    let settings = Settings { knee: 0.0, attack: 20.0, release: 200.0, ..USUAL };
    let mut key = vec![1.0; 48_000];
    key.resize(96_000, 1e-4);
    let gain = settings.gain(&key);
    let reduction = |ms: usize| -db(f64::from(gain[ms * 48]));
    assert!((reduction(20) / 15.0 - 0.632).abs() < 0.005, "{}", reduction(20));
    // Release is followed by the attack's smoothing, which delays it by about its own time.
    assert!((reduction(1220) / 15.0 - 0.368).abs() < 0.01, "{}", reduction(1220));
}

#[test]
fn channels_share_the_gain_and_a_side_chain_replaces_them() {
    let (loud, soft) = (vec![1.0_f32; 9600], vec![0.01_f32; 9600]);
    let mut out = [vec![0.0; 9600], vec![0.0; 9600]];
    let [left, right] = &mut out;
    let mut compressor = Compressor::<f32>::new(RATE);
    compressor.process(0, &[&loud, &soft], None, &USUAL.params(), &mut [left, right]);
    assert!((out[0][9599] / out[1][9599] - 100.0).abs() < 1e-3);
    assert!((db(f64::from(out[0][9599])) + 15.0).abs() < 0.01);
    assert!((compressor.reduction() - 15.0).abs() < 0.01 && !compressor.is_silent());
    compressor.reset();
    assert!(compressor.is_silent());
    let [left, right] = &mut out;
    compressor.process(0, &[&loud, &soft], Some(&[&soft]), &USUAL.params(), &mut [left, right]);
    assert_eq!([&out[0], &out[1]], [&loud, &soft]);
}

#[test]
fn on_the_way_between_two_keys_the_reductions_are_mixed() {
    let mut noise = Noise::new(7);
    let [input, first, second] = [0, 1, 2].map(|_| noise.block(3000, 1.0));
    let settings = Settings { attack: 0.0, release: 0.0, ..USUAL };
    let apply = |along: Option<Value<'_>>, key: &[f32]| {
        let (mut compressor, mut out) = (Compressor::<f32>::new(RATE), vec![0.0; 3000]);
        let params = settings.params();
        match along {
            None => compressor.process(0, &[&input], Some(&[key]), &params, &mut [&mut out]),
            Some(along) => {
                let keys: [&[&[f32]]; 2] = [&[&first], &[&second]];
                compressor.process_between(0, &[&input], keys, along, &params, &mut [&mut out]);
            }
        }
        out
    };
    // At its ends, the one key alone to the bit.
    assert_eq!(apply(Some(Value::Steady(0.0)), &[]), apply(None, &first));
    assert_eq!(apply(Some(Value::Steady(1.0)), &[]), apply(None, &second));
    let way: Vec<f32> = (0..3000).map(|frame| frame as f32 / 3000.0).collect();
    let mixed = apply(Some(Value::Moving(&way)), &[]);
    let [first, second] = [&first, &second].map(|key| settings.reference(key));
    for frame in 0..3000 {
        let share = f64::from(way[frame]);
        let expected = first[frame] * (1.0 - share) + second[frame] * share;
        let got = db(f64::from((mixed[frame] / input[frame]).abs()));
        assert!((got - expected).abs() < 0.001, "{got} dB instead of {expected} dB at {frame}");
    }
}

fn limited(input: &[f32], ceiling: f32, lookahead: f64, release: f32) -> (Vec<f32>, usize) {
    let mut limiter = Limiter::<f32>::new(RATE, lookahead, 1);
    let mut out = vec![0.0; input.len()];
    let params = LimiterParams { ceiling: Value::Steady(ceiling), release: Value::Steady(release) };
    limiter.process(0, &[input], &params, &mut [&mut out]);
    (out, limiter.latency())
}

#[test]
fn below_the_ceiling_the_limiter_is_a_delay_to_the_bit() {
    let input = Noise::new(4).block(5000, 0.999);
    for (lookahead, latency) in [(0.0, 1), (1.0, 48), (5.0, 240), (1000.0, 4094)] {
        let (out, measured) = limited(&input, 0.0, lookahead, 50.0);
        assert_eq!(measured, latency);
        assert_eq!(out[latency..], input[..5000 - latency]);
        assert!(out[..latency].iter().all(|x| *x == 0.0));
    }
}

#[test]
fn a_peak_is_met_by_a_smooth_gain_that_recovers() {
    // A quiet constant shows the gain; one frame of 10 asks for -20 dB.
    let mut input = vec![0.1_f32; 48_000];
    input[10_000] = 10.0;
    let (out, latency) = limited(&input, 0.0, 5.0, 100.0);
    assert!((out[10_000 + latency] - 1.0).abs() < 1e-6, "{}", out[10_000 + latency]);
    let gain = |frame: usize| f64::from(out[frame + latency]) / 0.1;
    assert!((gain(10_000 - latency - 2) - 1.0).abs() < 1e-6);
    // Two moving means of 121 frames: the steepest step is 0.9 / 121, and steps change by at most 0.9 / 121².
    let gains: Vec<f64> = (9000..30_000).filter(|i| *i != 10_000).map(gain).collect();
    let (mut step, mut bend) = (0.0_f64, 0.0_f64);
    for w in gains.windows(3) {
        step = step.max((w[1] - w[0]).abs());
        bend = bend.max((w[2] - 2.0 * w[1] + w[0]).abs());
    }
    assert!(step < 0.9 / 121.0 * 1.05 && bend < 2.2 * 0.9 / (121.0 * 121.0), "step {step}, bend {bend}");
    // Held for the look-ahead, then 63 % back after the release; the means add half the look-ahead.
    let back = gain(10_000 + 4800 + 120);
    assert!((back - (1.0 - 0.9 * 0.368)).abs() < 0.02, "{back}");
}

#[test]
fn limiting_a_sine_adds_little() {
    let input = sine(96_000, 1000.0 / RATE, 2.0);
    let (out, _) = limited(&input, -1.0, 5.0, 200.0);
    let tail = &out[48_000..];
    let fundamental = db(level(tail, 1000.0 / RATE));
    let worst = (2..20).map(|k| level(tail, f64::from(k) * 1000.0 / RATE)).fold(0.0, f64::max);
    println!("limited sine: {fundamental:.2} dB, loudest harmonic {:.1} dB", db(worst));
    assert!((fundamental + 1.0).abs() < 0.1 && db(worst) < -80.0);
}

#[test]
fn limiter_and_meter_come_to_rest() {
    let mut limiter = Limiter::<f32>::new(RATE, 2.0, 1);
    let mut meter = Meter::<f32>::new(RATE, 100.0, 200.0);
    let params = LimiterParams { ceiling: Value::Steady(-12.0), release: Value::Steady(50.0) };
    let mut frames = 0;
    loop {
        let input = if frames == 0 { [1.0; 64] } else { [0.0; 64] };
        let mut out = [0.0; 64];
        limiter.process(frames, &[&input], &params, &mut [&mut out]);
        meter.process(frames, &input);
        frames += 64;
        if limiter.is_silent() && meter.is_silent() {
            break;
        }
        assert!(frames < 48_000 * 20, "not at rest after twenty seconds");
    }
    assert!(frames > 4800 && limiter.gain() == 1.0);
    limiter.reset();
    meter.reset();
    assert!(limiter.is_silent() && meter.is_silent());
}

#[test]
fn the_meter_reads_peak_and_rms() {
    let mut meter = Meter::<f32>::new(RATE, 500.0, 20.0);
    // One cycle again and again, so that every cycle has the same peak.
    let input = sine(48, 1000.0 / RATE, 0.5).repeat(4000);
    meter.process(0, &input);
    assert!((db(f64::from(meter.peak()) / 0.5)).abs() < 0.001);
    assert!((db(f64::from(meter.rms()) / (0.5 / 2_f64.sqrt()))).abs() < 0.02, "{}", meter.rms());
    // Half a second held, then 20 dB in the next second; the RMS falls by 8.686 / 2 dB with each 300 ms.
    let silence = vec![0.0; 72_000];
    meter.process(192_000, &silence[..23_000]);
    assert!((db(f64::from(meter.peak()) / 0.5)).abs() < 0.001);
    meter.process(215_000, &silence[..49_000]);
    assert!((db(f64::from(meter.peak()) / 0.5) + 20.0).abs() < 0.1, "{}", meter.peak());
    let fallen = db(f64::from(meter.rms()) / (0.5 / 2_f64.sqrt()));
    assert!((fallen + 10.0 * std::f64::consts::LOG10_E * 1.5 / 0.3).abs() < 0.1, "{fallen}");
}
