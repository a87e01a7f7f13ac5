//! Resampling: pure, in time, exactly as long as stated, without a seam in loops.

use crate::purity;

use proptest::prelude::*;
use purity::{level, sine, thd_n};
use sostenuto_media::Sound;
use sostenuto_media::decode::Cancel;
use sostenuto_media::resample::{Edges, ResampleError, frames_after, resample};

fn mono(rate: u32, samples: Vec<f32>) -> Sound {
    Sound { rate, channels: vec![samples] }
}

/// The figures of `bench/RESULTS.md`: what is left of a sine is the accuracy of 32-bit floats.
#[test]
fn sines_stay_pure_and_nothing_folds() {
    for (from, to) in
        [(44_100, 48_000), (96_000, 48_000), (48_000, 44_100), (48_000, 192_000), (44_100, 22_050)]
    {
        let frames = 1 << 19;
        let heard = |hertz: f64| {
            let out = resample(&mono(from, sine(from, hertz, frames)), to, Edges::Silence, None)
                .expect("resampled");
            let middle = out.frames() / 2;
            out.channels[0][middle - 70_000..middle + 70_000].to_vec()
        };
        let half = f64::from(from.min(to)) / 2.0;
        for hertz in [997.0, 0.45 * half, 0.9 * half] {
            let heard = heard(hertz);
            assert!(
                thd_n(&heard, to, hertz) < -148.0,
                "{from} to {to}, {hertz}: {}",
                thd_n(&heard, to, hertz)
            );
            assert!(level(&heard).abs() < 0.001, "{from} to {to}, {hertz}: {}", level(&heard));
        }
        if to < from {
            for hertz in [half * 1.01, half * 1.1, half * 1.7, f64::from(from) / 2.0 - 100.0] {
                if hertz < f64::from(from) / 2.0 {
                    assert!(
                        level(&heard(hertz)) < -140.0,
                        "{from} to {to}, {hertz}: {}",
                        level(&heard(hertz))
                    );
                }
            }
        }
    }
}

/// Each frame is the sine at that very time.
#[test]
fn there_is_no_delay() {
    for (from, to) in [(44_100, 48_000), (96_000, 44_100), (8000, 48_000), (48_000, 8000), (44_101, 47_999)] {
        let (frames, hertz) = (from as usize, 1000.0);
        let out = mono(from, sine(from, hertz, frames)).resampled(to).expect("resampled");
        let exact = sine(to, hertz, to as usize);
        assert_eq!(out.frames(), exact.len());
        let inner = to as usize / 3..to as usize * 2 / 3;
        let worst = inner.map(|n| (out.channels[0][n] - exact[n]).abs()).fold(0.0, f32::max);
        assert!(worst < 2e-6, "{from} to {to}: {worst}");
    }
}

#[test]
fn a_loop_has_no_seam() {
    // 441 frames are 10 turns of 1 kHz, and 480 frames at the other rate.
    let turns = sine(44_100, 1000.0, 441);
    let exact = sine(48_000, 1000.0, 480);
    for edges in [Edges::Around, Edges::Found] {
        let out = resample(&mono(44_100, turns.clone()), 48_000, edges, None).expect("resampled");
        assert_eq!(out.frames(), 480);
        let worst = out.channels[0].iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-6, "{edges:?}: {worst}");
    }
    // With silence around it there would be one.
    let out = resample(&mono(44_100, turns), 48_000, Edges::Silence, None).expect("resampled");
    assert!((out.channels[0][1] - exact[1]).abs() > 1e-3);
}

/// What begins at once does not ring at the end of what is not a loop.
#[test]
fn what_is_no_loop_is_taken_for_none() {
    let struck: Vec<f32> = (0..5000).map(|n| 0.8 * (-f64::from(n) / 200.0).exp() as f32).collect();
    let found = mono(44_100, struck.clone()).resampled(48_000).expect("resampled");
    let once = resample(&mono(44_100, struck.clone()), 48_000, Edges::Silence, None).expect("resampled");
    let around = resample(&mono(44_100, struck), 48_000, Edges::Around, None).expect("resampled");
    assert!(found == once && found != around);
    let end = |sound: &Sound| sound.channels[0][5300..].iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    assert!(end(&once) < 1e-6 && end(&around) > 1e-2, "{} {}", end(&once), end(&around));
}

#[test]
fn what_cannot_be_is_refused() {
    let sound = mono(44_100, sine(44_100, 1000.0, 100_000));
    for rate in [0, 999, 768_001, u32::MAX] {
        let error = sound.resampled(rate).expect_err("refused");
        assert_eq!(error, ResampleError::Rate { from: 44_100, to: rate });
        assert!(error.to_string().contains("from 1000 to 768000"), "{error}");
        // At its own rate it needs no resampler.
        let same = mono(rate, vec![0.5; 3]);
        assert!(same.resampled(rate).expect("the same") == same);
    }
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = resample(&sound, 48_000, Edges::Silence, Some(&cancel));
    assert_eq!(stopped, Err(ResampleError::Cancelled));
    let nothing = Sound { rate: 44_100, channels: vec![Vec::new(); 2] };
    let still_nothing = nothing.resampled(48_000).expect("resampled");
    assert_eq!(still_nothing, Sound { rate: 48_000, channels: vec![Vec::new(); 2] });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Any rates, any length: exactly as long as stated, finite, and no louder than ringing makes it.
    #[test]
    fn lengths_are_exact(
        from in 1000..=200_000_u32,
        to in 1000..=200_000_u32,
        frames in 1..3000_usize,
        edges in prop::sample::select(&[Edges::Silence, Edges::Around, Edges::Found]),
    ) {
        let sound = Sound { rate: from, channels: vec![vec![0.5; frames], sine(from, 100.0, frames)] };
        let out = resample(&sound, to, edges, None).expect("resampled");
        let exact = (frames as u64 * u64::from(to)).div_ceil(u64::from(from));
        prop_assert_eq!(exact, frames_after(frames as u64, from, to));
        prop_assert!(out.channels.iter().all(|channel| channel.len() as u64 == exact));
        prop_assert!(out.peak() < 0.65, "{}", out.peak());
        if edges == Edges::Around {
            prop_assert!(out.channels[0].iter().all(|x| (x - 0.5).abs() < 1e-6));
        }
    }
}
