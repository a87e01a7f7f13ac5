//! What the oscillators leave of aliasing, and what they keep of their harmonics.

use crate::spectrum;

use sostenuto_dsp::Value;
use sostenuto_dsp::osc::{Pulse, Saw, Triangle};
use spectrum::{Lines, db, lines};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 1 << 15;

/// An odd number of cycles in the segment, close to `hertz`.
fn cycles(hertz: f64) -> usize {
    (hertz * FRAMES as f64 / RATE / 2.0).round() as usize * 2 + 1
}

/// One exact period of the whole signal, after what sounds at its beginning.
fn measure(hertz: f64, mut process: impl FnMut(Value<'_, f32>, &mut [f32])) -> Lines {
    let cycles = cycles(hertz);
    let frequency = Value::Steady((cycles as f64 * RATE / FRAMES as f64) as f32);
    let mut out = vec![0.0; FRAMES + 256];
    process(frequency, &mut out);
    let settled: Vec<f64> = out[256..].iter().map(|&x| f64::from(x)).collect();
    lines(&settled, cycles)
}

fn saw(hertz: f64) -> Lines {
    let mut osc = Saw::<f32>::new(RATE);
    measure(hertz, |f, out| osc.process(f, out))
}

fn pulse(hertz: f64, width: f32) -> Lines {
    let mut osc = Pulse::<f32>::new(RATE);
    measure(hertz, |f, out| osc.process(f, Value::Steady(width), out))
}

fn triangle(hertz: f64) -> Lines {
    let mut osc = Triangle::<f32>::new(RATE);
    measure(hertz, |f, out| osc.process(f, out))
}

/// Frequencies that sweep the harmonics over every place around half the rate.
fn frequencies() -> Vec<f64> {
    let steady = [100.0, 440.0, 1000.0, 2000.0, 5000.0, 7000.0, 10_000.0, 13_000.0, 16_000.0, 20_000.0];
    steady.into_iter().chain((0..60).map(|i| 200.0 * 1.08_f64.powi(i))).filter(|&f| f <= 20_000.0).collect()
}

#[test]
fn aliasing_is_far_below_the_fundamental() {
    let mut worst = [0.0_f64; 4];
    for hertz in frequencies() {
        let all = [
            ("saw", saw(hertz)),
            ("square", pulse(hertz, 0.5)),
            ("pulse 10 %", pulse(hertz, 0.1)),
            ("triangle", triangle(hertz)),
        ];
        for ((name, l), worst) in all.into_iter().zip(&mut worst) {
            let alias = l.worst_alias / l.fundamental;
            println!("{hertz:>8.1} Hz {name:<10} alias {:7.1} dB, mean {:7.1} dB", db(alias), db(l.mean));
            assert!(l.mean.abs() < 1e-6, "{name} at {hertz} Hz has a mean of {}", l.mean);
            *worst = worst.max(alias);
        }
    }
    println!("worst: {:?}", worst.map(db));
    for (worst, limit) in worst.map(db).into_iter().zip([-90.0, -90.0, -82.0, -100.0]) {
        assert!(worst < limit, "{worst:.1} dB is above {limit} dB");
    }
}

#[test]
fn harmonics_keep_their_level_up_to_15_khz() {
    for hertz in frequencies() {
        let exact = cycles(hertz) as f64 * RATE / FRAMES as f64;
        let sawtooth = |k: f64| std::f64::consts::FRAC_2_PI / k;
        let square = |k: f64| if k % 2.0 == 1.0 { 2.0 * std::f64::consts::FRAC_2_PI / k } else { 0.0 };
        let triangle_ =
            |k: f64| if k % 2.0 == 1.0 { 2.0 * (std::f64::consts::FRAC_2_PI / k).powi(2) } else { 0.0 };
        let check = |name: &str, l: Lines, level: &dyn Fn(f64) -> f64| {
            for (k, &found) in l.harmonics.iter().enumerate().skip(1) {
                let expected = level(k as f64);
                let frequency = exact * k as f64;
                if expected == 0.0 || frequency > 20_160.0 {
                    continue;
                }
                // Flat to 15 kHz, then down to one half at 0.42 of the rate, 20.16 kHz.
                let allowed = if frequency <= 15_000.0 { -0.05..0.05 } else { -6.1..0.05 };
                let difference = db(found / expected);
                assert!(allowed.contains(&difference), "{name}: {difference:.2} dB at {frequency:.0} Hz");
            }
        };
        check("saw", saw(hertz), &sawtooth);
        check("square", pulse(hertz, 0.5), &square);
        check("triangle", triangle(hertz), &triangle_);
    }
}

#[test]
fn frequency_modulation_at_audio_rate_stays_bounded() {
    let n = 48_000;
    let frequency: Vec<f32> = (0..n)
        .map(|i| 500.0 + 8_000.0 * (i as f32 * 0.17).sin() + 15_000.0 * (i as f32 * 1.9).sin())
        .collect();
    let width: Vec<f32> = (0..n).map(|i| 0.5 + 0.5 * (i as f32 * 0.7).sin()).collect();
    let mut out = vec![0.0_f32; n];
    // The plain waveform is within 1 (a pulse within 2), and the ripple of each edge in reach adds to it.
    let peak = |out: &[f32]| {
        out.iter().fold(0.0_f32, |peak, x| if x.is_finite() { peak.max(x.abs()) } else { f32::INFINITY })
    };
    Saw::<f32>::new(RATE).process(Value::Moving(&frequency), &mut out);
    assert!(peak(&out) < 2.5, "saw {}", peak(&out));
    Triangle::<f32>::new(RATE).process(Value::Moving(&frequency), &mut out);
    assert!(peak(&out) < 2.5, "triangle {}", peak(&out));
    Pulse::<f32>::new(RATE).process(Value::Moving(&frequency), Value::Moving(&width), &mut out);
    assert!(peak(&out) < 4.0, "pulse {}", peak(&out));
}
