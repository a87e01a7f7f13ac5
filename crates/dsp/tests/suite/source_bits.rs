//! Sources and level kernels give the same bits however time is split, whether or not a parameter counts as steady, and in
//! every lane.

use crate::kernel::{TYPES, run_as};
use proptest::prelude::*;
use sostenuto_dsp::amplitude::{FadeLaw, balance, crossfade, gain, pan, width};
use sostenuto_dsp::osc::{Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{
    Curves, Envelope, F32x4, Impulse, Lfo, LfoMode, LfoShape, Pink, Sample, SampleHold, Segments, Slew, Task,
    Value, Vector, White, constant,
};

const RATE: f64 = 48_000.0;
const SHAPES: [LfoShape; 7] = [
    LfoShape::Sine,
    LfoShape::Triangle,
    LfoShape::SawUp,
    LfoShape::SawDown,
    LfoShape::Square,
    LfoShape::RandomStep,
    LfoShape::RandomSmooth,
];
/// Kernels with a state, then the shapes of the LFO free and once, then the laws.
const STATEFUL: usize = 10;
const LAWS: usize = 10;
const CASES: usize = STATEFUL + 2 * SHAPES.len() + LAWS;
/// Parameters that any case takes.
const PARAMETERS: usize = 5;

enum Kernel<S: Sample> {
    Sine(Sine<S>),
    Saw(Saw<S>),
    Pulse(Pulse<S>),
    Triangle(Triangle<S>),
    White(White<S>),
    Pink(Pink<S>),
    Envelope(Envelope<S>),
    Slew(Slew<S>),
    SampleHold(SampleHold<S>),
    Impulse(Impulse<S>),
    Lfo(Lfo<S>),
    Law(usize),
}

impl<S: Sample> Kernel<S> {
    fn new(case: usize, seeds: impl Fn(usize) -> u64) -> Self {
        match case {
            0 => Kernel::Sine(Sine::new(RATE)),
            1 => Kernel::Saw(Saw::new(RATE)),
            2 => Kernel::Pulse(Pulse::new(RATE)),
            3 => Kernel::Triangle(Triangle::new(RATE)),
            4 => Kernel::White(White::new(seeds)),
            5 => Kernel::Pink(Pink::new(RATE, seeds)),
            6 => {
                let mut envelope = Envelope::new(RATE);
                envelope.set_curves(Curves { attack: -2.0, decay: 5.0, release: 0.0 });
                Kernel::Envelope(envelope)
            }
            7 => Kernel::Slew(Slew::new(RATE)),
            8 => Kernel::SampleHold(SampleHold::new()),
            9 => Kernel::Impulse(Impulse::new(RATE)),
            _ if case < STATEFUL + 2 * SHAPES.len() => {
                let mut lfo = Lfo::new(RATE, seeds);
                lfo.set_shape(SHAPES[(case - STATEFUL) / 2]);
                lfo.set_mode(if case.is_multiple_of(2) { LfoMode::Free } else { LfoMode::OneShot });
                Kernel::Lfo(lfo)
            }
            _ => Kernel::Law(case - STATEFUL - 2 * SHAPES.len()),
        }
    }

    #[inline(always)]
    fn process(&mut self, p: &[Value<'_, S>; PARAMETERS], signal: &[S], out: &mut [S]) {
        match self {
            Kernel::Sine(k) => k.process(p[0], p[1], out),
            Kernel::Saw(k) => k.process(p[0], out),
            Kernel::Pulse(k) => k.process(p[0], p[1], out),
            Kernel::Triangle(k) => k.process(p[0], out),
            Kernel::White(k) => k.process(out),
            Kernel::Pink(k) => k.process(out),
            Kernel::Envelope(k) => {
                let segments = Segments { attack: p[1], decay: p[2], sustain: p[3], release: p[4] };
                k.process(p[0], &segments, out);
            }
            Kernel::Slew(k) => k.process(signal, p[0], p[1], out),
            Kernel::SampleHold(k) => k.process(signal, p[1], out),
            Kernel::Impulse(k) => k.process(p[0], p[1], p[2], out),
            Kernel::Lfo(k) => k.process(p[0], p[1], p[2], p[3], out),
            Kernel::Law(law) => apply(*law, p[0], signal, out),
        }
    }
}

#[inline(always)]
fn apply<S: Sample>(law: usize, at: Value<'_, S>, signal: &[S], out: &mut [S]) {
    let other: Vec<S> = signal.iter().map(|&x| x * x - S::splat(0.3)).collect();
    let mut left = signal.to_vec();
    let mut right = other.clone();
    match law {
        0 => gain(at, signal, out),
        1 => constant(at, out),
        2 => crossfade(FadeLaw::EqualPower, at, signal, &other, out),
        3 => crossfade(FadeLaw::Linear, at, signal, &other, out),
        4 | 5 => pan(at, signal, &mut left, &mut right),
        6 | 7 => balance(at, &mut left, &mut right),
        _ => width(at, &mut left, &mut right),
    }
    if law >= 4 {
        out.copy_from_slice(if law.is_multiple_of(2) { &left } else { &right });
    }
}

/// What a parameter from 0 to 1 stands for in a case.
fn scale(case: usize, parameter: usize, x: f32) -> f32 {
    match (case, parameter) {
        (0..=3, 0) | (9, 0) => (x - 0.2) * 20_000.0,
        (6, 1..=2 | 4) => (x - 0.1).max(0.0) * 0.004,
        (7, _) => x * 500.0,
        (STATEFUL..24, 0) => x * 2_000.0,
        (24, 0) => x * 140.0 - 130.0,
        (25.., 0) => x * 2.6 - 1.3,
        _ => x,
    }
}

/// Per parameter: levels and for how many frames each stays.
type Track = Vec<(f32, usize)>;

/// The values of a parameter in one lane, frame by frame; lanes differ in level and in time.
fn values(case: usize, parameter: usize, track: &Track, lane: usize, frames: usize) -> Vec<f32> {
    let spread: Vec<f32> = track.iter().flat_map(|&(level, stay)| std::iter::repeat_n(level, stay)).collect();
    (0..frames)
        .map(|i| {
            let level = spread[(i + 13 * lane) % spread.len()];
            scale(case, parameter, (level + 0.07 * lane as f32).fract())
        })
        .collect()
}

/// A whole run: moving parameters cut at `cuts`; a piece of a parameter that is constant is given as steady if `steady`.
#[inline(always)]
fn run<S: Sample>(
    case: usize,
    lanes: &[usize],
    tracks: &[Track],
    cuts: &[usize],
    frames: usize,
    steady: bool,
) -> Vec<S> {
    let per_lane: Vec<Vec<Vec<f32>>> = lanes
        .iter()
        .map(|&lane| (0..PARAMETERS).map(|p| values(case, p, &tracks[p], lane, frames)).collect())
        .collect();
    let frame = |p: usize, i: usize| S::from_lanes(|l| f64::from(per_lane[l][p][i]));
    let parameters: Vec<Vec<S>> =
        (0..PARAMETERS).map(|p| (0..frames).map(|i| frame(p, i)).collect()).collect();
    let signal: Vec<S> = (0..frames)
        .map(|i| S::from_lanes(|l| f64::from((((i * 37 + lanes[l] * 11) % 101) as f32 / 50.0) - 1.0)))
        .collect();
    let mut kernel = Kernel::<S>::new(case, |l| 7 + lanes[l] as u64);
    let mut out = vec![S::zero(); frames];
    let mut start = 0;
    for &cut in cuts.iter().cycle() {
        if start == frames {
            break;
        }
        let end = (start + cut).min(frames);
        let value = |p: usize| {
            let piece = &parameters[p][start..end];
            if steady && piece.iter().all(|v| *v == piece[0]) {
                Value::Steady(piece[0])
            } else {
                Value::Moving(piece)
            }
        };
        kernel.process(&std::array::from_fn(value), &signal[start..end], &mut out[start..end]);
        start = end;
    }
    out
}

fn bits<S: Sample>(out: &[S], lane: usize) -> Vec<u32> {
    out.iter().map(|x| (x.lane(lane) as f32).to_bits()).collect()
}

fn tracks() -> impl Strategy<Value = Vec<Track>> {
    prop::collection::vec(prop::collection::vec((0.0_f32..1.0, 1_usize..120), 1..8), PARAMETERS)
}

/// [`lanes_match`] with the type of a width.
struct LanesMatch<'a> {
    case: usize,
    tracks: &'a [Track],
    cuts: &'a [usize],
    frames: usize,
}

impl Task for LanesMatch<'_> {
    type Out = Result<(), TestCaseError>;
    fn run<S: Vector>(self) -> Self::Out {
        lanes_match::<S>(self.case, self.tracks, self.cuts, self.frames)
    }
}

fn lanes_match<S: Vector>(
    case: usize,
    tracks: &[Track],
    cuts: &[usize],
    frames: usize,
) -> Result<(), TestCaseError> {
    let lanes: Vec<usize> = (0..S::LANES).collect();
    let together = S::enter(
        #[inline(always)]
        || run::<S>(case, &lanes, tracks, cuts, frames, true),
    );
    for lane in lanes {
        let alone = run::<f32>(case, &[lane], tracks, &[frames], frames, false);
        prop_assert_eq!(
            bits(&together, lane),
            bits(&alone, 0),
            "case {}, lane {} of {}",
            case,
            lane,
            S::LANES
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn splits_and_steadiness_do_not_show(tracks in tracks(), cuts in prop::collection::vec(1_usize..200, 1..12)) {
        let frames = 700;
        for case in 0..CASES {
            let whole = bits(&run::<f32>(case, &[0], &tracks, &[frames], frames, false), 0);
            for steady in [false, true] {
                let split = bits(&run::<f32>(case, &[0], &tracks, &cuts, frames, steady), 0);
                prop_assert_eq!(&split, &whole, "case {}, steady {}", case, steady);
            }
            let single = bits(&run::<f32>(case, &[0], &tracks, &[1], frames, true), 0);
            prop_assert_eq!(&single, &whole, "case {}, frame by frame", case);
        }
    }

    #[test]
    fn every_lane_gives_the_bits_of_one_signal(tracks in tracks(), cuts in prop::collection::vec(1_usize..200, 1..12)) {
        for case in 0..CASES {
            lanes_match::<F32x4>(case, &tracks, &cuts, 300)?;
            for lanes in TYPES {
                run_as(lanes, LanesMatch { case, tracks: &tracks, cuts: &cuts, frames: 300 })?;
            }
        }
    }

    #[test]
    fn everything_stays_finite_and_in_range(tracks in tracks()) {
        for case in 0..CASES {
            let out = run::<f32>(case, &[0], &tracks, &[64], 2000, true);
            // Pulses reach 2; residuals that overlap when the frequency moves wildly may add up.
            let limit = if (1..=3).contains(&case) { 6.0 } else { 4.0 };
            for (i, x) in out.iter().enumerate() {
                prop_assert!(x.is_finite() && x.abs() <= limit, "case {}, frame {}: {}", case, i, x);
            }
        }
    }
}

/// Tracks without a library's random numbers: whole-number arithmetic only.
fn fixed_tracks() -> Vec<Track> {
    let mut state = 12_345_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    (0..PARAMETERS)
        .map(|_| (0..6).map(|_| (next() as f32 / 65_536.0, 20 + next() as usize % 90)).collect())
        .collect()
}

/// The bits that every processor must give. A deliberate change of a kernel changes its number, and says so in the changelog.
const FINGERPRINTS: [u64; CASES] = [
    0xdbf4_3573_c6bc_e66c,
    0x1ee5_e106_f731_c190,
    0xc2d8_f928_8e89_8446,
    0xefa7_9c4e_b7dd_3290,
    0x76be_dd43_3bdf_ca35,
    0x2c71_32a2_a02c_d163,
    0x4053_6dd5_d901_9e99,
    0x4626_1c5f_4a6f_6374,
    0x7dea_e547_f709_d333,
    0x0a2d_6edb_b437_f185,
    0x7395_5700_a0f0_aff2,
    0xef6d_2b6d_b595_fc7b,
    0x526b_5811_aa5d_dbba,
    0xd4f3_66e7_3974_2e52,
    0x5bf9_f02c_b0a8_77d2,
    0xe5d6_e418_ea99_cc3f,
    0xf682_c70d_b0a8_77d2,
    0x438d_e519_ea99_cc3f,
    0x4d27_9b1a_9546_4b85,
    0x521b_b668_1546_4b85,
    0x29f1_0c2d_b6e0_0437,
    0xfef9_d4a8_4fbb_a41d,
    0x6292_7b5b_f90d_f0bb,
    0x0891_1cf3_55dd_7786,
    0x3151_80d9_6127_b564,
    0x8710_7794_94c0_af69,
    0x036e_0b7b_14ce_cf77,
    0x483d_6c6e_c8e0_b213,
    0x25a5_8878_5f96_fed9,
    0xf413_2f91_6225_47d0,
    0x6291_5f9b_fa02_6b93,
    0x9310_a045_bfc3_1a50,
    0x2d3f_6fa5_35cd_7150,
    0x9250_4884_6631_0cbc,
];

#[test]
fn every_processor_gives_these_bits() {
    let found: [u64; CASES] = std::array::from_fn(|case| {
        let out = run::<f32>(case, &[0], &fixed_tracks(), &[64], 3000, true);
        // FNV-1a over the words.
        bits(&out, 0).iter().fold(0xcbf2_9ce4_8422_2325, |hash, &word| {
            (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    assert_eq!(found, FINGERPRINTS, "{found:#018x?}");
}
