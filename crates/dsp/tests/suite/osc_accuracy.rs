//! How near the oscillators are to double-precision references.

use std::f64::consts::{PI, TAU};

use sostenuto_dsp::osc::{LATENCY, Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{Phase, Sample, Value};

const RATES: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];
const FREQUENCIES: [f32; 9] = [20.0, 27.5, 110.7, 440.0, 999.9, 3_333.3, 9_876.5, 15_000.0, 20_000.0];

/// `sin(2 pi x)` with the whole turns taken away first.
fn sine(turns: f64) -> f64 {
    (TAU * (turns - turns.round())).sin()
}

#[test]
fn sine_agrees_with_double_precision_for_a_second() {
    let mut worst = 0.0_f64;
    for rate in RATES {
        for frequency in FREQUENCIES {
            let mut osc = Sine::<f32>::new(rate);
            let mut out = vec![0.0; rate as usize];
            osc.process(Value::Steady(frequency), Value::Steady(0.0), &mut out);
            for (n, &x) in out.iter().enumerate() {
                let exact = sine(f64::from(frequency) * n as f64 / rate);
                worst = worst.max((f64::from(x) - exact).abs());
            }
        }
    }
    println!("sine: {worst:.2e} ({:.1} dBFS)", 20.0 * worst.log10());
    assert!(worst < 2.0e-7, "{worst:e}");
}

#[test]
fn sine_under_modulation_agrees_with_double_precision() {
    let rate = 48_000.0;
    let frames = 48_000;
    let frequency: Vec<f32> =
        (0..frames).map(|n| (3_000.0 * sine(n as f64 * 0.013)) as f32 + 500.0).collect();
    let offset: Vec<f32> = (0..frames).map(|n| (5.0 * sine(n as f64 * 0.0071)) as f32).collect();
    let mut osc = Sine::<f32>::new(rate);
    let mut out = vec![0.0; frames];
    osc.process(Value::Moving(&frequency), Value::Moving(&offset), &mut out);
    let mut turns = 0.0_f64;
    let mut worst = 0.0_f64;
    for n in 0..frames {
        worst = worst.max((f64::from(out[n]) - sine(turns + f64::from(offset[n]))).abs());
        turns += f64::from(frequency[n]) / rate;
        turns -= turns.round();
    }
    println!("modulated sine: {worst:.2e}");
    assert!(worst < 2.0e-7, "{worst:e}");
}

#[test]
fn sine_in_double_precision_is_limited_by_its_phase() {
    let mut osc = Sine::<f64>::new(48_000.0);
    let mut out = vec![0.0; 48_000];
    osc.process(Value::Steady(997.0), Value::Steady(0.125), &mut out);
    let error = |n: usize| (out[n] - sine(997.0 * n as f64 / 48_000.0 + 0.125)).abs();
    // The phase is cut to 32 bits: 2^-32 turns times 2 pi.
    let worst = (0..out.len()).map(error).fold(0.0, f64::max);
    assert!(worst < 1.5e-9, "{worst:e}");
}

#[test]
fn a_day_later_the_sine_is_still_in_tune() {
    // Phases add exactly, so a day is one multiplication: checked here against real additions over a second.
    let mut worst = 0.0_f64;
    for rate in RATES {
        for frequency in FREQUENCIES {
            let mut osc = Sine::<f32>::new(rate);
            let mut out = vec![0.0; rate as usize];
            osc.process(Value::Steady(frequency), Value::Steady(0.0), &mut out[..1]);
            let step = osc.phase();
            osc.process(Value::Steady(frequency), Value::Steady(0.0), &mut out[1..]);
            assert_eq!(osc.phase(), step.wrapping_mul(rate as u64), "{frequency} Hz at {rate}");

            let frames = 24 * 3600 * rate as u64;
            osc.set_phase(step.wrapping_mul(frames));
            osc.process(Value::Steady(frequency), Value::Steady(0.0), &mut out);
            // The exact phase in whole arithmetic: an f32 frequency is a whole number of 2^-20 Hz here.
            let scaled = (f64::from(frequency) * f64::from(1 << 20)) as u128;
            assert_eq!(scaled as f64 / f64::from(1 << 20), f64::from(frequency));
            for (n, &x) in out.iter().enumerate() {
                let period = (rate as u128) << 20;
                let turns = (scaled * u128::from(frames + n as u64) % period) as f64 / period as f64;
                worst = worst.max((f64::from(x) - sine(turns)).abs());
            }
        }
    }
    // 2^-52 turns per frame over 24 hours at 192 kHz: 3.7e-6 turns, 2.3e-5 of the sine at its steepest.
    println!("after 24 hours: {worst:.2e}");
    assert!(worst < 2.4e-5, "{worst:e}");
}

#[test]
fn steps_are_within_their_bound() {
    let mut worst = 0.0_f64;
    for i in 0..2_000_000_u64 {
        let turns = (i as f64 * 0.618_033_988_749_895).fract() - 0.5;
        let phase = f32::phase_of(turns);
        // Exact: the phase has 52 bits below the point.
        let back = (phase as i64 >> 12) as f64 / (1_u64 << 52) as f64;
        worst = worst.max((back - turns).abs());
    }
    assert!(worst <= 1.2e-16, "{worst:e} turns");
    assert_eq!(f32::phase_of(1.0), 0);
    assert_eq!(f32::phase_of(-7.25), 3 << 62);
}

/// The response of the low-pass behind the band-limited edges: a sinc of cutoff 0.42 under a Kaiser window of shape 8.3
/// over 32 frames, at `cycles` per frame. Integrated by Simpson's rule.
fn edge_response(cycles: f64) -> f64 {
    let bessel = |x: f64| {
        let mut term = 1.0;
        (1..50).fold(1.0, |sum, k| {
            term *= (x / (2.0 * f64::from(k))).powi(2);
            sum + term
        })
    };
    let kernel = |t: f64| {
        let window = bessel(8.3 * (1.0 - (t / 16.0).powi(2)).max(0.0).sqrt());
        let angle = TAU * 0.42 * t;
        window * if angle == 0.0 { 1.0 } else { angle.sin() / angle }
    };
    let steps = 4000;
    let h = 16.0 / f64::from(steps);
    let (mut area, mut response) = (0.0, 0.0);
    for i in 0..=steps {
        let weight = if i == 0 || i == steps {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        };
        let t = f64::from(i) * h;
        area += weight * kernel(t);
        response += weight * kernel(t) * (TAU * cycles * t).cos();
    }
    response / area
}

/// A waveform as the sum of its harmonics through that low-pass, as far as it lets any through.
struct Additive {
    /// Amplitude, and phase in turns, by number.
    harmonics: Vec<(f64, f64)>,
    cycles: f64,
}

impl Additive {
    fn new(cycles: f64, harmonic: impl Fn(f64) -> (f64, f64)) -> Self {
        let count = (0.62 / cycles) as usize;
        let harmonics = (1..=count)
            .map(|k| {
                let (amplitude, phase) = harmonic(k as f64);
                (amplitude * edge_response(k as f64 * cycles), phase)
            })
            .collect();
        Self { harmonics, cycles }
    }

    fn at(&self, frame: f64) -> f64 {
        let turns = (frame - LATENCY as f64) * self.cycles;
        self.harmonics.iter().enumerate().map(|(i, &(a, p))| a * sine((i + 1) as f64 * turns + p)).sum()
    }
}

/// The largest difference after the beginning, in which the oscillator does not yet know the cycles before phase 0.
fn difference(oracle: &Additive, mut process: impl FnMut(&mut [f32])) -> f64 {
    let mut out = vec![0.0; 1500];
    process(&mut out);
    (100..out.len()).map(|n| (f64::from(out[n]) - oracle.at(n as f64)).abs()).fold(0.0, f64::max)
}

#[test]
fn band_limited_waveforms_agree_with_their_fourier_series() {
    let rate = 48_000.0;
    for frequency in [61.7_f32, 440.0, 1234.5, 5000.0, 9_999.0, 17_500.0, -440.0, -5000.0] {
        let value = Value::Steady(frequency);
        let cycles = f64::from(frequency) / rate;
        let sum = |harmonic: &dyn Fn(f64) -> (f64, f64)| Additive {
            cycles,
            ..Additive::new(cycles.abs(), harmonic)
        };
        // Rising through zero at phase 0: -2/pi (-1)^k sin(k x) / k.
        let saw = sum(&|k| (2.0 / PI * if k % 2.0 == 1.0 { 1.0 } else { -1.0 } / k, 0.0));
        // The difference of a saw falling at `w` and one falling at 0: sin(k x) / k less the same later.
        let width = 0.3;
        let pulse = sum(&|k| (4.0 / PI * (PI * k * width).sin() / k, 0.25 - k * width / 2.0));
        let triangle = sum(&|k| (8.0 / (PI * PI) * (PI * k / 2.0).sin() / (k * k), 0.0));
        let mut k = Saw::<f32>::new(rate);
        let s = difference(&saw, |out| k.process(value, out));
        let mut k = Pulse::<f32>::new(rate);
        let p = difference(&pulse, |out| k.process(value, Value::Steady(width as f32), out));
        let mut k = Triangle::<f32>::new(rate);
        let t = difference(&triangle, |out| k.process(value, out));
        println!("{frequency:>8} Hz: saw {s:.2e}, pulse {p:.2e}, triangle {t:.2e}");
        assert!(s < 2.0e-5, "saw at {frequency} Hz: {s:e}");
        assert!(p < 2.0e-5, "pulse at {frequency} Hz: {p:e}");
        assert!(t < 2.0e-5, "triangle at {frequency} Hz: {t:e}");
    }
}

#[test]
fn phases_can_be_read_and_set() {
    let mut saw = Saw::<f32>::new(48_000.0);
    saw.set_phase(u64::splat(1 << 62));
    let mut out = [0.0; 64];
    saw.process(Value::Steady(0.0), &mut out);
    assert_eq!(out[..LATENCY], [0.0; LATENCY]);
    assert_eq!(out[LATENCY..], [0.5; 64 - LATENCY]);
    saw.reset();
    saw.process(Value::Steady(0.0), &mut out);
    assert_eq!(out, [0.0; 64]);
}

#[test]
fn frequencies_out_of_range_are_limited() {
    let rate = 48_000.0;
    for (given, limited) in
        [(f32::INFINITY, 24_000.0), (1e9, 24_000.0), (-1e9, -24_000.0), (f32::NAN, -24_000.0)]
    {
        let mut expected = [0.0_f32; 300];
        let mut out = [0.0_f32; 300];
        macro_rules! same {
            ($kernel:ty $(, $more:expr)*) => {
                <$kernel>::new(rate).process(Value::Steady(limited) $(, $more)*, &mut expected);
                <$kernel>::new(rate).process(Value::Steady(given) $(, $more)*, &mut out);
                assert_eq!(out, expected);
                assert!(out.iter().all(|x| x.abs() < 3.0));
            };
        }
        same!(Sine<f32>, Value::Steady(0.0));
        same!(Saw<f32>);
        same!(Triangle<f32>);
        same!(Pulse<f32>, Value::Steady(0.5));
    }
}
