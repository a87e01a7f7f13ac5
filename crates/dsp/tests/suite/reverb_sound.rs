//! What the reverb sounds like: the decay asked for, a dense tail without ringing, bounded energy, an end in exact silence.

use crate::kernel;

use kernel::{Noise, db, level};
use sostenuto_dsp::{Biquad, BiquadParams, Reverb, ReverbParams, Shape, Value};

#[derive(Clone, Copy)]
struct Room {
    decay: f32,
    size: f32,
    damping: f32,
    modulation: f32,
}

const PLAIN: Room = Room { decay: 2.0, size: 1.0, damping: 0.0, modulation: 0.0 };

impl Room {
    fn params(self) -> ReverbParams<'static, f32> {
        ReverbParams {
            decay: Value::Steady(self.decay),
            size: Value::Steady(self.size),
            damping: Value::Steady(self.damping),
            modulation: Value::Steady(self.modulation),
            predelay: Value::Steady(0.0),
            width: Value::Steady(1.0),
            mix: Value::Steady(1.0),
        }
    }

    fn impulse_response(self, rate: f64, seconds: f64) -> [Vec<f32>; 2] {
        let frames = (rate * seconds) as usize;
        let mut input = vec![0.0; frames];
        input[0] = 1.0;
        let mut out = [vec![0.0; frames], vec![0.0; frames]];
        let [left, right] = &mut out;
        Reverb::<f32>::new(rate, 0.0).process(0, [&input, &input], &self.params(), [left, right]);
        out
    }
}

/// Seconds for 60 dB: the slope of the energy yet to come between -5 and -35 dB (M. Schroeder, JASA 37, 1965; the T30 of
/// ISO 3382).
fn decay_of(response: &[f32], rate: f64) -> f64 {
    let mut left: Vec<f64> = response
        .iter()
        .rev()
        .scan(0.0, |sum, x| {
            *sum += f64::from(*x) * f64::from(*x);
            Some(*sum)
        })
        .collect();
    left.reverse();
    let points: Vec<(f64, f64)> = left
        .iter()
        .enumerate()
        .map(|(i, e)| (i as f64 / rate, 10.0 * (e / left[0]).max(1e-30).log10()))
        .filter(|(_, level)| (-35.0..=-5.0).contains(level))
        .collect();
    let n = points.len() as f64;
    let (mx, my) = points.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0 / n, s.1 + p.1 / n));
    let (xy, xx) =
        points.iter().fold((0.0, 0.0), |s, p| (s.0 + (p.0 - mx) * (p.1 - my), s.1 + (p.0 - mx).powi(2)));
    -60.0 * xx / xy
}

#[test]
fn the_decay_is_what_is_asked_for() {
    let mut worst = [0.0_f64; 2];
    for (rate, size) in [(48_000.0, 1.0), (44_100.0, 0.5), (96_000.0, 2.0), (48_000.0, 0.25)] {
        for decay in [0.3, 1.0, 3.0, 8.0] {
            if decay < 0.5 && size > 1.0 {
                continue; // five rounds of the longest line: no slope to speak of
            }
            for modulation in [0.0, 0.5] {
                let room = Room { decay, size, modulation, ..PLAIN };
                for mut response in room.impulse_response(rate, f64::from(decay) * 1.2) {
                    if modulation > 0.0 {
                        response = filtered(&response, rate, Shape::Lowpass, 4000.0, 0.7);
                    }
                    let error = decay_of(&response, rate) / f64::from(decay) - 1.0;
                    let worst = &mut worst[usize::from(modulation > 0.0)];
                    *worst = worst.max(error.abs());
                }
            }
        }
    }
    println!("decay: worst error without and with modulation {worst:.4?}");
    assert!(worst[0] < 0.01 && worst[1] < 0.05, "{worst:?}");
}

/// Twice through a filter.
fn filtered(response: &[f32], rate: f64, shape: Shape, frequency: f64, q: f32) -> Vec<f32> {
    let params = BiquadParams {
        cutoff: Value::Steady(frequency as f32),
        q: Value::Steady(q),
        gain: Value::Steady(0.0),
    };
    let mut out = response.to_vec();
    for _ in 0..2 {
        let input = out.clone();
        Biquad::<f32>::new(shape, rate).process(0, &input, &params, &mut out);
    }
    out
}

fn band(response: &[f32], rate: f64, frequency: f64) -> Vec<f32> {
    filtered(response, rate, Shape::BandpassPeak, frequency, 4.0)
}

#[test]
fn damping_shortens_the_treble_as_stated() {
    for (decay, damping) in [(2.0, 0.5), (3.0, 0.8)] {
        let room = Room { decay, damping, ..PLAIN };
        for response in room.impulse_response(48_000.0, f64::from(decay)) {
            let low = decay_of(&band(&response, 48_000.0, 200.0), 48_000.0);
            let high = decay_of(&band(&response, 48_000.0, 6000.0), 48_000.0);
            println!("decay {decay}, damping {damping}: {low:.2} s at 200 Hz, {high:.2} s at 6 kHz");
            let asked = f64::from(decay * (1.0 - damping));
            assert!((low / f64::from(decay) - 1.0).abs() < 0.10, "{low}");
            assert!((high / asked - 1.0).abs() < 0.10, "{high} for {asked}");
        }
    }
}

/// The share of frames beyond one standard deviation, relative to that of Gaussian noise (0.3173): 1 is a dense tail.
fn echo_density(part: &[f32]) -> f64 {
    let variance = part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len() as f64;
    let beyond = part.iter().filter(|x| f64::from(**x).powi(2) > variance).count();
    beyond as f64 / part.len() as f64 / 0.3173
}

#[test]
fn the_tail_is_dense() {
    for response in PLAIN.impulse_response(48_000.0, 1.0) {
        let density = |ms: usize| echo_density(&response[ms * 48 - 480..ms * 48 + 480]);
        println!("density at 50, 100, 150, 200, 500 ms: {:.2?}", [50, 100, 150, 200, 500].map(density));
        for ms in (150..900).step_by(25) {
            assert!(density(ms) > 0.85, "{} at {ms} ms", density(ms));
        }
    }
}

#[test]
fn no_frequency_rings() {
    // The power of noise at one frequency is exponentially distributed: over many frequencies its geometric mean is
    // e^-0.577 = 0.56 of its arithmetic mean, and the largest of 1500 is about ln 1500 + 0.6 = 7.9 times the mean
    // (once in a thousand 14). A ringing mode stands out further and lowers the flatness.
    for (modulation, least, most) in [(0.0, 0.30, 28.0), (0.5, 0.42, 20.0)] {
        for response in (Room { decay: 4.0, modulation, ..PLAIN }).impulse_response(48_000.0, 3.2) {
            for from in [24_000, 72_000] {
                let part = &response[from..from + 48_000];
                let at = |i: i32| level(part, (200.0 + 7.0 * f64::from(i)) / 48_000.0).powi(2);
                let power: Vec<f64> = (0..1500).map(at).collect();
                let mean = power.iter().sum::<f64>() / 1500.0;
                let flatness = (power.iter().map(|p| p.ln()).sum::<f64>() / 1500.0).exp() / mean;
                let peak = power.iter().fold(0.0_f64, |m, p| m.max(*p)) / mean;
                println!(
                    "modulation {modulation}, from {from}: flatness {flatness:.3}, peak {peak:.1} times the mean"
                );
                assert!(flatness > least && peak < most, "flatness {flatness}, peak {peak}");
            }
        }
    }
}

#[test]
fn energy_stays_bounded_for_the_longest_decay() {
    let mut reverb = Reverb::<f32>::new(48_000.0, 0.0);
    let params = Room { decay: 100.0, size: 0.25, damping: 0.0, modulation: 1.0 }.params();
    let mut noise = Noise::new(5);
    let mut peaks = Vec::new();
    for second in 0..20_u64 {
        let input = noise.block(48_000, if second < 10 { 1.0 } else { 0.0 });
        let [mut left, mut right] = [vec![0.0; 48_000], vec![0.0; 48_000]];
        reverb.process(second * 48_000, [&input, &input], &params, [&mut left, &mut right]);
        let power = left.iter().chain(&right).map(|x| f64::from(*x).powi(2)).sum::<f64>() / 96_000.0;
        peaks.push(db(power.sqrt()));
    }
    println!("rms by second: {peaks:.1?}");
    assert!(peaks.iter().all(|p| *p < 30.0));
    assert!((11..20).all(|i| peaks[i] < peaks[i - 1] + 0.05), "grows without input: {peaks:?}");
}

#[test]
fn width_zero_is_mono_and_mix_zero_is_the_input() {
    let input = Noise::new(1).block(9600, 1.0);
    let run = |width, mix| {
        let mut out = [vec![0.0; 9600], vec![0.0; 9600]];
        let [left, right] = &mut out;
        let params = ReverbParams { width: Value::Steady(width), mix: Value::Steady(mix), ..PLAIN.params() };
        Reverb::<f32>::new(48_000.0, 0.0).process(0, [&input, &input], &params, [left, right]);
        out
    };
    let [left, right] = run(0.0, 1.0);
    assert_eq!(left, right);
    let [left, right] = run(1.0, 1.0);
    let product: f64 = left.iter().zip(&right).map(|(l, r)| f64::from(l * r)).sum();
    let power: f64 = left.iter().map(|l| f64::from(l * l)).sum();
    assert!((product / power).abs() < 0.2, "correlation {}", product / power);
    assert_eq!(run(1.0, 0.0), [input.clone(), input]);
}

#[test]
fn a_change_of_size_glides() {
    // A steady sine while the size doubles: no step larger than the sine's own.
    let (rate, frames) = (48_000.0, 48_000);
    let input = kernel::sine(frames, 200.0 / rate, 1.0);
    let size: Vec<f32> = (0..frames).map(|i| if i < 20_000 { 0.5 } else { 1.0 }).collect();
    let mut params = Room { decay: 0.5, ..PLAIN }.params();
    params.size = Value::Moving(&size);
    let mut out = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut out;
    Reverb::<f32>::new(rate, 0.0).process(0, [&input, &input], &params, [left, right]);
    let step = |part: &[f32]| part.windows(3).fold(0.0_f32, |m, w| m.max((w[2] - 2.0 * w[1] + w[0]).abs()));
    let peak = out[0].iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    // The second difference of a sine of amplitude a at 210 Hz is a (2 pi 210 / 48000)² = 7.6e-4 a.
    let bend = step(&out[0][15_000..40_000]) / peak;
    println!("bend {bend}, peak {peak}");
    assert!(bend < 3e-3, "{bend}");
}

#[test]
fn silence_returns_to_exact_zero() {
    let mut reverb = Reverb::<f32>::new(48_000.0, 20.0);
    assert!(reverb.is_silent());
    let params = Room { decay: 0.3, size: 0.5, damping: 0.3, modulation: 0.3 }.params();
    let mut frames = 0_u64;
    loop {
        let input = if frames == 0 { [1.0; 480] } else { [0.0; 480] };
        let [mut left, mut right] = [[0.0; 480]; 2];
        reverb.process(frames, [&input, &input], &params, [&mut left, &mut right]);
        frames += 480;
        if reverb.is_silent() {
            break;
        }
        assert!(frames < 48_000 * 6, "still sounding after six seconds");
    }
    assert!(frames > 48_000, "{frames}");
}
