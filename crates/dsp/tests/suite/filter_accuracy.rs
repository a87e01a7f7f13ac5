//! What a filter loses that looks at its parameters seldom.

use crate::kernel;

use kernel::{Noise, cuts, db};
use sostenuto_dsp::{Accuracy, CONTROL_FRAMES, Double, Native, Precision, Svf, SvfOutputs, Value};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 48_000;

/// A cutoff that sways around 1 kHz, by a factor of two either way.
fn cutoff(hertz: f64, late: usize) -> Vec<f32> {
    let turns = |i: usize| hertz * i as f64 / RATE;
    (0..FRAMES)
        .map(|i| (1000.0 * (core::f64::consts::TAU * turns(i.saturating_sub(late))).sin().exp2()) as f32)
        .collect()
}

fn low<P: Precision>(accuracy: Accuracy, cutoff: &[f32], q: f32, lengths: &[usize]) -> Vec<f32> {
    let input = Noise::new(5).block(FRAMES, 1.0);
    let mut out = vec![0.0; FRAMES];
    let mut filter = Svf::<f32, P>::new(RATE).with_accuracy(accuracy);
    let mut at = 0;
    for length in lengths {
        let range = at..at + length;
        let low = &mut out[range.clone()];
        let outputs = SvfOutputs { low, band: &mut [], high: &mut [], notch: &mut [] };
        filter.process(
            at as u64,
            &input[range.clone()],
            &Value::Moving(&cutoff[range]),
            &Value::Steady(q),
            outputs,
        );
        at += length;
    }
    out
}

/// The largest difference relative to the larger peak of the two and 1, in dB.
fn difference(a: &[f32], b: &[f32]) -> f64 {
    let peak = a.iter().fold(1.0_f32, |peak, x| peak.max(x.abs()));
    let worst = a.iter().zip(b).fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
    db(f64::from(worst / peak))
}

#[test]
fn control_rate_is_as_close_as_stated() {
    for q in [0.7, 5.0] {
        for hertz in [0.3, 3.0, 10.0] {
            let whole = [FRAMES];
            let exact = low::<Double>(Accuracy::Sample, &cutoff(hertz, CONTROL_FRAMES), q, &whole);
            let found = low::<Double>(Accuracy::Control, &cutoff(hertz, 0), q, &whole);
            let error = difference(&exact, &found);
            println!("Q {q}, {hertz} Hz: {error:.1} dB");
            assert!(error < -70.0, "Q {q}, {hertz} Hz: {error} dB");
        }
    }
}

#[test]
fn single_precision_follows_moving_parameters_as_well() {
    let sway = cutoff(3.0, 0);
    for accuracy in [Accuracy::Sample, Accuracy::Control] {
        for q in [0.7, 5.0] {
            let error = difference(
                &low::<Double>(accuracy, &sway, q, &[FRAMES]),
                &low::<Native>(accuracy, &sway, q, &[FRAMES]),
            );
            println!("{accuracy:?}, Q {q}: {error:.1} dB");
            assert!(error < -100.0, "{accuracy:?}, Q {q}: {error} dB");
        }
    }
}

#[test]
fn control_rate_gives_the_same_bits_for_any_cut_of_time() {
    let sway = cutoff(30.0, 0);
    let whole = low::<Native>(Accuracy::Control, &sway, 3.0, &[FRAMES]);
    for seed in 0..4 {
        assert_eq!(whole, low::<Native>(Accuracy::Control, &sway, 3.0, &cuts(seed, FRAMES)));
    }
}

#[test]
fn control_rate_stays_bounded_whatever_moves() {
    let mut noise = Noise::new(9);
    let wild: Vec<f32> = (0..FRAMES).map(|_| noise.within(20.0, 20_000.0) as f32).collect();
    let out = low::<Native>(Accuracy::Control, &wild, 40.0, &[FRAMES]);
    let peak = out.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    assert!(peak < 200.0, "{peak}");
}

#[test]
fn outputs_that_are_not_wanted_change_nothing() {
    let input = Noise::new(6).block(500, 1.0);
    let sway = cutoff(200.0, 0);
    let mut all = [(); 4].map(|()| vec![0.0; 500]);
    let [low, band, high, notch] = &mut all;
    let run = |out: SvfOutputs<'_, f32>| {
        Svf::<f32>::new(RATE).process(3, &input, &Value::Moving(&sway[..500]), &Value::Steady(2.0), out);
    };
    run(SvfOutputs { low, band, high, notch });
    for wanted in 0..4 {
        let mut one = vec![0.0; 500];
        let mut slices: [&mut [f32]; 4] = [&mut [], &mut [], &mut [], &mut []];
        slices[wanted] = &mut one;
        let [low, band, high, notch] = slices;
        run(SvfOutputs { low, band, high, notch });
        assert_eq!(one, all[wanted]);
    }
}
