//! Every operation of every width gives the bits of the plain one, and signals come together and apart unharmed.

use crate::kernel::{TYPES, run_as};
use proptest::prelude::*;
use sostenuto_dsp::{F32x4, Phase, Sample, Task, Vector, Width, deinterleave, interleave};

/// Numbers of all sorts, one per lane; the special ones are frequent.
fn numbers() -> impl Strategy<Value = Vec<f64>> {
    let special =
        prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 1e-40, 1e30, -1e30, 1e-300]);
    let one = prop_oneof![special, -10.0..10.0, -1e6..1e6, 1e-30..1e-20];
    prop::collection::vec(one, 32)
}

fn with_lane<S: Sample>(mut x: S, lane: usize, value: f64) -> S {
    x.set_lane(lane, value);
    x
}

/// What each operation gives in one lane, as bits.
fn all_bits<S: Sample>(a: S, b: S, lane: usize) -> Vec<u64> {
    let one = |x: S| x.lane(lane).to_bits();
    let holds = |mask: S::Mask| u64::from(S::bits(mask) >> lane & 1);
    let positive = a.abs().max(S::splat(1e-30));
    let whole = a.clamp(S::splat(-100.0), S::splat(100.0)).floor();
    let mut c = a;
    c += b;
    c *= b;
    c -= a;
    c /= b;
    let mut d = a;
    d.add_to_lane(lane, 0.37);
    let from = S::from_lanes(|l| a.lane(l));
    vec![
        one(a + b),
        one(a - b),
        one(a * b),
        one(a / b),
        one(-a),
        one(a.min(b)),
        one(a.max(b)),
        one(a.abs()),
        one(positive.sqrt()),
        one(a.clamp(S::splat(-2e6), S::splat(2e6)).floor()),
        holds(a.lt(b)),
        holds(a.le(b)),
        holds(b.lt(a)),
        one(S::select(a.lt(b), a, b)),
        one(whole.exp2_whole()),
        one(positive.split().0),
        one(positive.split().1),
        one(S::narrow(a.widen() + b.widen())),
        one(c),
        one(d),
        one(with_lane(a, lane, 0.1)),
        one(from),
        u64::from(a == b),
        a.widen().lane(lane).to_bits(),
    ]
}

fn phase_bits<S: Sample>(a: S, b: S, lane: usize) -> Vec<u64> {
    let (p, q) = (S::phase_of(a.widen()), S::phase_of(b.widen()));
    let (sum, difference) = (p.plus(q), p.minus(q));
    let mut set = p;
    set.set_lane(lane, 77);
    let one = |x: S| x.lane(lane).to_bits();
    vec![
        p.in_lane(lane),
        sum.in_lane(lane),
        difference.in_lane(lane),
        p.scrambled().in_lane(lane),
        set.in_lane(lane),
        u64::from(sum.crossed(p, q) >> lane & 1),
        one(S::turns_of(p)),
        one(S::quarter_of(p)),
        one(S::uniform_of(p.scrambled())),
        u64::from(S::Phase::splat(3) == S::Phase::splat(3)),
    ]
}

/// Compares with each lane by itself.
fn same_as_alone<S: Sample, T: Sample>(a: &[f64], b: &[f64]) -> Result<(), TestCaseError> {
    let (all_a, all_b) = (S::from_lanes(|l| a[l]), S::from_lanes(|l| b[l]));
    let equal = (0..S::LANES).all(|l| T::splat(a[l]) == T::splat(b[l]));
    prop_assert_eq!(all_a == all_b, equal);
    for lane in 0..S::LANES {
        let (one_a, one_b) = (T::splat(a[lane]), T::splat(b[lane]));
        let mut together = S::enter(
            #[inline(always)]
            || all_bits(all_a, all_b, lane),
        );
        let mut alone = all_bits(one_a, one_b, 0);
        // Equality is one answer for all lanes.
        (together[22], alone[22]) = (0, 0);
        prop_assert_eq!(together, alone, "lane {} of {}: {:?} {:?}", lane, S::LANES, one_a, one_b);
        let together = S::enter(
            #[inline(always)]
            || phase_bits(all_a, all_b, lane),
        );
        prop_assert_eq!(together, phase_bits(one_a, one_b, 0), "phases, lane {} of {}", lane, S::LANES);
        prop_assert_eq!(S::flat(&[all_a])[lane].lane(0).to_bits(), one_a.lane(0).to_bits());
    }
    Ok(())
}

struct Operations<'a>(&'a [f64], &'a [f64]);

impl Task for Operations<'_> {
    type Out = Result<(), TestCaseError>;
    fn run<S: Vector>(self) -> Self::Out {
        same_as_alone::<S, f32>(self.0, self.1)?;
        same_as_alone::<S::Wide, f64>(self.0, self.1)
    }
}

/// Signals of which some are too short and some missing, together and apart again.
struct Planar<'a> {
    signals: &'a [Vec<f32>],
    frames: usize,
    room: usize,
}

impl Task for Planar<'_> {
    type Out = Result<(), TestCaseError>;
    fn run<S: Vector>(self) -> Self::Out {
        let slices: Vec<&[f32]> = self.signals.iter().map(|s| &s[..]).collect();
        let mut block = vec![S::splat(9.0); self.frames];
        interleave(&slices, &mut block);
        for (i, frame) in block.iter().enumerate() {
            for lane in 0..S::LANES {
                let expected = slices.get(lane).and_then(|s| s.get(i)).copied().unwrap_or(0.0);
                prop_assert_eq!((frame.lane(lane) as f32).to_bits(), expected.to_bits());
            }
        }
        let mut back = vec![vec![7.0_f32; self.room]; self.signals.len()];
        let mut slices: Vec<&mut [f32]> = back.iter_mut().map(|s| &mut s[..]).collect();
        deinterleave(&block, &mut slices);
        for (lane, signal) in back.iter().enumerate() {
            for (i, x) in signal.iter().enumerate() {
                let expected = match block.get(i) {
                    Some(frame) if lane < S::LANES => frame.lane(lane) as f32,
                    _ => 7.0,
                };
                prop_assert_eq!(x.to_bits(), expected.to_bits(), "lane {}, frame {}", lane, i);
            }
        }
        Ok(())
    }
}

struct LoadAndStore;

impl Task for LoadAndStore {
    type Out = ();
    fn run<S: Vector>(self) {
        for length in 0..40 {
            let from: Vec<f32> = (0..length).map(|i| 1.0 + i as f32).collect();
            let lanes = S::load(&from);
            let mut to = vec![-1.0; length];
            lanes.store(&mut to);
            for lane in 0..S::LANES {
                assert_eq!(lanes.lane(lane) as f32, from.get(lane).copied().unwrap_or(0.0));
            }
            for (i, x) in to.iter().enumerate() {
                assert_eq!(*x, if i < S::LANES { from[i] } else { -1.0 });
            }
        }
        let mut block = vec![S::zero(); 3];
        S::flat_mut(&mut block)[S::LANES] = 5.0;
        assert_eq!(block[1].lane(0), 5.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn operations_give_the_bits_of_one_signal(a in numbers(), b in numbers()) {
        same_as_alone::<F32x4, f32>(&a, &b)?;
        for lanes in TYPES {
            run_as(lanes, Operations(&a, &b))?;
        }
    }

    #[test]
    fn signals_come_together_and_apart(
        lengths in prop::collection::vec(0_usize..150, 0..36),
        frames in 0_usize..150,
        room in 0_usize..150,
    ) {
        let signals: Vec<Vec<f32>> = lengths
            .iter()
            .enumerate()
            .map(|(k, &length)| (0..length).map(|i| (k * 1000 + i) as f32 + 0.5).collect())
            .collect();
        for lanes in TYPES {
            run_as(lanes, Planar { signals: &signals, frames, room })?;
        }
    }
}

#[test]
fn numbers_are_loaded_and_stored_in_order() {
    for lanes in TYPES {
        run_as(lanes, LoadAndStore);
    }
}

#[test]
fn the_best_width_is_one_that_the_processor_has() {
    assert!(Width::best() >= Width::Four && Width::best().is_native());
    assert!(Width::ALL.iter().all(|&width| width <= Width::best() || !width.is_native()));
    assert_eq!(Width::widest().lanes(), 2 * Width::best().lanes());
    for width in Width::ALL {
        // What is wider than there is code for runs as the widest.
        let (lanes, named) = width.run(Named);
        assert_eq!((lanes, named), (width.min(Width::widest()).lanes(), width.min(Width::widest())));
    }
}

/// How many lanes the type of a width has, and what width it says it is of.
struct Named;

impl Task for Named {
    type Out = (usize, Width);
    fn run<S: Vector>(self) -> (usize, Width) {
        (S::LANES, S::WIDTH)
    }
}
