//! A signal that moves between a kernel of its own and a lane among others keeps its bits, and so do its neighbours.

use crate::kernel::{self, TYPES, run_as};
use kernel::Noise;
use sostenuto_dsp::osc::{Pulse, Saw, Sine, Triangle};
use sostenuto_dsp::{
    Accuracy, Biquad, BiquadParams, Chorus, ChorusParams, Compressor, CompressorParams, Curves, DcBlocker,
    DelayLine, Echo, EchoParams, Envelope, Impulse, LaneState, Lfo, LfoMode, LfoShape, Limiter,
    LimiterParams, Meter, OnePole, OnePoleKind, Oversampling, Pink, Reverb, ReverbParams, Sample, SampleHold,
    Saturator, SaturatorParams, Segments, Shape, Slew, Svf, SvfOutputs, Task, Value, Vector, White,
};

const RATE: f64 = 48_000.0;
const PARAMETERS: usize = 7;

/// What a kernel is given for one block.
struct Block<'a, S: Sample> {
    start: u64,
    p: [Value<'a, S>; PARAMETERS],
    input: &'a [S],
}

/// A kernel that can be made for any type of lanes.
trait Case {
    type Kernel<S: Sample>: LaneState<Alone = Self::Kernel<S::Scalar>>;
    /// Ranges of the parameters.
    const RANGES: &'static [(f64, f64)];
    fn new<S: Sample>(signals: &[usize]) -> Self::Kernel<S>;
    fn reset<S: Sample>(kernel: &mut Self::Kernel<S>);
    fn process<S: Sample>(kernel: &mut Self::Kernel<S>, block: &Block<'_, S>, out: &mut [S]);
}

macro_rules! case {
    ($case:ident: $kernel:ident, $ranges:expr, |$s:ident, $signals:ident| $new:expr,
     |$k:ident, $b:ident, $out:ident| $process:expr) => {
        struct $case;
        impl Case for $case {
            type Kernel<S: Sample> = $kernel<S>;
            const RANGES: &'static [(f64, f64)] = &$ranges;
            fn new<$s: Sample>($signals: &[usize]) -> Self::Kernel<$s> {
                let _ = $signals;
                $new
            }
            fn reset<S: Sample>(kernel: &mut Self::Kernel<S>) {
                kernel.reset();
            }
            fn process<S: Sample>($k: &mut Self::Kernel<S>, $b: &Block<'_, S>, $out: &mut [S]) {
                $process;
            }
        }
    };
}

const HERTZ: (f64, f64) = (-3_000.0, 9_000.0);
const GATE: (f64, f64) = (0.0, 1.0);

case!(Sines: Sine, [HERTZ, (0.0, 1.0)], |S, signals| Sine::<S>::new(RATE), |k, b, out| k.process(b.p[0], b.p[1], out));
case!(Saws: Saw, [HERTZ], |S, signals| Saw::<S>::new(RATE), |k, b, out| k.process(b.p[0], out));
case!(Pulses: Pulse, [HERTZ, (0.0, 1.0)], |S, signals| Pulse::<S>::new(RATE), |k, b, out| k.process(b.p[0], b.p[1], out));
case!(Triangles: Triangle, [HERTZ], |S, signals| Triangle::<S>::new(RATE), |k, b, out| k.process(b.p[0], out));
case!(Whites: White, [], |S, signals| White::<S>::new(|l| signals[l] as u64), |k, _b, out| k.process(out));
case!(Pinks: Pink, [], |S, signals| Pink::<S>::new(RATE, |l| signals[l] as u64), |k, _b, out| k.process(out));
case!(
    SineLfos: Lfo,
    [(0.0, 900.0), (0.0, 1.0), (0.0, 1.0), GATE],
    |S, signals| {
        let mut lfo = Lfo::<S>::new(RATE, |l| signals[l] as u64);
        lfo.set_mode(LfoMode::OneShot);
        lfo
    },
    |k, b, out| k.process(b.p[0], b.p[1], b.p[2], b.p[3], out)
);
case!(
    RandomLfos: Lfo,
    [(0.0, 900.0), (0.0, 1.0), (0.0, 1.0), GATE],
    |S, signals| {
        let mut lfo = Lfo::<S>::new(RATE, |l| signals[l] as u64);
        lfo.set_shape(LfoShape::RandomSmooth);
        lfo
    },
    |k, b, out| k.process(b.p[0], b.p[1], b.p[2], b.p[3], out)
);
case!(
    Envelopes: Envelope,
    [GATE, (0.0, 0.004), (0.0, 0.004), (0.0, 1.0), (0.0, 0.004)],
    |S, signals| {
        let mut envelope = Envelope::<S>::new(RATE);
        envelope.set_curves(Curves { attack: -2.0, decay: 5.0, release: 0.0 });
        envelope
    },
    |k, b, out| {
        let segments = Segments { attack: b.p[1], decay: b.p[2], sustain: b.p[3], release: b.p[4] };
        k.process(b.p[0], &segments, out)
    }
);
case!(Slews: Slew, [(0.0, 500.0), (0.0, 500.0)], |S, signals| Slew::<S>::new(RATE),
    |k, b, out| k.process(b.input, b.p[0], b.p[1], out));
case!(Holds: SampleHold, [GATE], |S, signals| SampleHold::<S>::new(), |k, b, out| k.process(b.input, b.p[0], out));
case!(Impulses: Impulse, [(-200.0, 2_000.0), GATE, (0.0, 1.0)], |S, signals| Impulse::<S>::new(RATE),
    |k, b, out| k.process(b.p[0], b.p[1], b.p[2], out));
case!(
    Peaks: Biquad,
    [(20.0, 20_000.0), (0.1, 10.0), (-20.0, 20.0)],
    |S, signals| Biquad::<S>::new(Shape::Peaking, RATE),
    |k, b, out| k.process(b.start, b.input, &BiquadParams { cutoff: b.p[0], q: b.p[1], gain: b.p[2] }, out)
);
case!(
    Svfs: Svf,
    [(20.0, 20_000.0), (0.1, 10.0)],
    |S, signals| Svf::<S>::new(RATE),
    |k, b, out| {
        let (mut band, mut high, mut notch) = (out.to_vec(), out.to_vec(), out.to_vec());
        let outputs = SvfOutputs { low: out, band: &mut band, high: &mut high, notch: &mut notch };
        k.process(b.start, b.input, &b.p[0], &b.p[1], outputs)
    }
);
case!(
    SeldomSvfs: Svf,
    [(20.0, 20_000.0), (0.1, 10.0)],
    |S, signals| Svf::<S>::new(RATE).with_accuracy(Accuracy::Control),
    |k, b, out| {
        let outputs = SvfOutputs { low: out, band: &mut [], high: &mut [], notch: &mut [] };
        k.process(b.start, b.input, &b.p[0], &b.p[1], outputs)
    }
);
case!(OnePoles: OnePole, [(20.0, 20_000.0)], |S, signals| OnePole::<S>::new(OnePoleKind::Highpass, RATE),
    |k, b, out| k.process(b.start, b.input, &b.p[0], out));
case!(Blockers: DcBlocker, [], |S, signals| DcBlocker::<S>::new(RATE), |k, b, out| k.process(b.start, b.input, out));
case!(
    Meters: Meter,
    [],
    |S, signals| Meter::<S>::new(RATE, 2.0, 2_000.0),
    |k, b, out| {
        k.process(b.start, b.input);
        let sum = k.peak() + k.rms();
        out.fill(sum)
    }
);
case!(Lines: DelayLine, [(0.0, 120.0)], |S, signals| DelayLine::<S>::new(100), |k, b, out| k.process(b.input, &b.p[0], out));
case!(
    Echoes: Echo,
    [(0.0, 120.0), (-1.0, 1.0), (100.0, 30_000.0), (0.0, 1.0)],
    |S, signals| Echo::<S>::new(RATE, 100),
    |k, b, out| {
        let params = EchoParams { time: b.p[0], feedback: b.p[1], tone: b.p[2], mix: b.p[3] };
        k.process(b.start, b.input, &params, out)
    }
);
case!(
    Choruses: Chorus,
    [(0.1, 4.0), (0.0, 2.0), (0.0, 100.0), (-0.9, 0.9), (0.0, 1.0), (0.0, 1.0)],
    |S, signals| Chorus::<S>::new(RATE, 5.0, 2),
    |k, b, out| {
        let params = ChorusParams {
            delay: b.p[0],
            depth: b.p[1],
            rate: b.p[2],
            feedback: b.p[3],
            mix: b.p[4],
            spread: b.p[5],
        };
        let mut right = out.to_vec();
        k.process([b.input, b.input], &params, [out, &mut right])
    }
);
case!(
    Reverbs: Reverb,
    [(0.1, 3.0), (0.25, 2.0), (0.0, 0.9), (0.0, 1.0), (0.0, 20.0), (0.0, 1.0), (0.0, 1.0)],
    |S, signals| Reverb::<S>::new(RATE, 20.0),
    |k, b, out| {
        let params = ReverbParams {
            decay: b.p[0],
            size: b.p[1],
            damping: b.p[2],
            modulation: b.p[3],
            predelay: b.p[4],
            width: b.p[5],
            mix: b.p[6],
        };
        let mut right = out.to_vec();
        k.process(b.start, [b.input, b.input], &params, [out, &mut right])
    }
);
case!(
    Compressors: Compressor,
    [(-40.0, 0.0), (1.0, 10.0), (0.0, 12.0), (0.0, 20.0), (0.0, 100.0), (0.0, 6.0)],
    |S, signals| Compressor::<S>::new(RATE),
    |k, b, out| {
        let params = CompressorParams {
            threshold: b.p[0],
            ratio: b.p[1],
            knee: b.p[2],
            attack: b.p[3],
            release: b.p[4],
            makeup: b.p[5],
        };
        k.process(b.start, &[b.input], None, &params, &mut [out])
    }
);
case!(
    Limiters: Limiter,
    [(-20.0, 0.0), (1.0, 100.0)],
    |S, signals| Limiter::<S>::new(RATE, 1.0, 1),
    |k, b, out| {
        k.process(b.start, &[b.input], &LimiterParams { ceiling: b.p[0], release: b.p[1] }, &mut [out])
    }
);
case!(
    Saturators: Saturator,
    [(0.0, 30.0), (0.0, 1.0)],
    |S, signals| Saturator::<S>::new(Oversampling::Four),
    |k, b, out| k.process(b.start, b.input, &SaturatorParams { drive: b.p[0], mix: b.p[1] }, out)
);

/// Everything that the signals of one run are given: signal by signal, frame by frame.
struct Feed {
    params: Vec<Vec<Vec<f64>>>,
    inputs: Vec<Vec<f64>>,
}

impl Feed {
    fn new(seed: u64, signals: usize, ranges: &[(f64, f64)], frames: usize) -> Self {
        let mut noise = Noise::new(seed);
        let params = (0..signals).map(|_| {
            let one = |&(low, high): &(f64, f64)| {
                let mut level = 0.0;
                let mut left = 0;
                let next = |_| {
                    if left == 0 {
                        level = f64::from(noise.within(low, high) as f32);
                        left = 1 + noise.next_u64() % 400;
                    }
                    left -= 1;
                    level
                };
                (0..frames).map(next).collect()
            };
            ranges.iter().map(one).collect()
        });
        let params = params.collect();
        let input =
            |_| (0..frames).map(|i| if i % 900 < 300 { 0.0 } else { noise.within(-1.0, 1.0) }).collect();
        Feed { params, inputs: (0..signals).map(input).collect() }
    }

    /// One block for `who`, the signals in the lanes.
    fn process<C: Case, S: Sample>(
        &self,
        kernel: &mut C::Kernel<S>,
        who: &[usize],
        start: usize,
        frames: usize,
    ) -> Vec<S> {
        let column = |f: &dyn Fn(usize, usize) -> f64| -> Vec<S> {
            (start..start + frames).map(|i| S::from_lanes(|l| f(who[l], i))).collect()
        };
        let params: Vec<Vec<S>> =
            (0..C::RANGES.len()).map(|p| column(&|signal, i| self.params[signal][p][i])).collect();
        let input = column(&|signal, i| self.inputs[signal][i]);
        let p = std::array::from_fn(|p| match params.get(p) {
            Some(values) if values.iter().all(|v| *v == values[0]) => Value::Steady(values[0]),
            Some(values) => Value::Moving(values),
            None => Value::Steady(S::zero()),
        });
        let mut out = vec![S::zero(); frames];
        C::process(kernel, &Block { start: start as u64 + 37, p, input: &input }, &mut out);
        out
    }
}

/// Lanes full of signals, and one alone; they change places at random, and some begin anew.
struct Moves<C>(core::marker::PhantomData<C>, u64);

impl<C: Case> Task for Moves<C> {
    type Out = ();
    fn run<S: Vector>(self) {
        let (frames, signals) = (1_600, S::LANES + 1);
        let feed = Feed::new(self.1, signals, C::RANGES, frames);
        let mut noise = Noise::new(self.1 ^ 0x5EED);
        let mut who: Vec<usize> = (0..signals).collect();
        let mut lanes = C::new::<S>(&who);
        let mut alone = C::new::<f32>(&who[S::LANES..]);
        let mut references: Vec<C::Kernel<f32>> =
            (0..signals).map(|signal| C::new::<f32>(&[signal])).collect();
        let mut start = 0;
        while start < frames {
            let length = (1 + noise.next_u64() as usize % 150).min(frames - start);
            let together = feed.process::<C, S>(&mut lanes, &who, start, length);
            let apart = feed.process::<C, f32>(&mut alone, &who[S::LANES..], start, length);
            for (place, &signal) in who.iter().enumerate() {
                let expected = feed.process::<C, f32>(&mut references[signal], &[signal], start, length);
                for i in 0..length {
                    let got = if place < S::LANES { together[i].lane(place) as f32 } else { apart[i] };
                    let frame = start + i;
                    assert_eq!(
                        got.to_bits(),
                        expected[i].to_bits(),
                        "signal {signal} at {place}, frame {frame}: {got}"
                    );
                }
            }
            start += length;
            for _ in 0..noise.next_u64() % 3 {
                let lane = noise.next_u64() as usize % S::LANES;
                lanes.swap_lane(lane, &mut alone);
                who.swap(lane, S::LANES);
            }
            if noise.next_u64().is_multiple_of(3) {
                let place = noise.next_u64() as usize % signals;
                C::reset(&mut references[who[place]]);
                match place < S::LANES {
                    true => lanes.reset_lane(place),
                    false => alone.reset_lane(0),
                }
            }
            // What is not there is left alone.
            lanes.swap_lane(S::LANES, &mut alone);
            lanes.reset_lane(S::LANES);
        }
    }
}

fn moves<C: Case>() {
    for (seed, lanes) in TYPES.into_iter().enumerate() {
        for round in 0..3 {
            run_as(lanes, Moves::<C>(core::marker::PhantomData, 11 + 7 * seed as u64 + round));
        }
    }
}

macro_rules! tests {
    ($($name:ident: $case:ident,)*) => {$(
        #[test]
        fn $name() {
            moves::<$case>();
        }
    )*};
}

tests! {
    sine: Sines,
    saw: Saws,
    pulse: Pulses,
    triangle: Triangles,
    white: Whites,
    pink: Pinks,
    lfo_once: SineLfos,
    lfo_random: RandomLfos,
    envelope: Envelopes,
    slew: Slews,
    sample_hold: Holds,
    impulse: Impulses,
    biquad: Peaks,
    svf: Svfs,
    svf_at_control_rate: SeldomSvfs,
    one_pole: OnePoles,
    dc_blocker: Blockers,
    meter: Meters,
    delay_line: Lines,
    echo: Echoes,
    chorus: Choruses,
    reverb: Reverbs,
    compressor: Compressors,
    limiter: Limiters,
    saturator: Saturators,
}

/// Lines that fall silent one after the other, beside the same ones alone.
struct Silences;

impl Task for Silences {
    type Out = ();
    fn run<S: Vector>(self) {
        let mut lanes = DelayLine::<S>::new(100);
        let mut alone: Vec<DelayLine<f32>> = (0..S::LANES).map(|_| DelayLine::new(100)).collect();
        let mut noise = Noise::new(91);
        let (mut seen, mut start) = ([0; 2], 0);
        while start < 4_000 {
            let length = 1 + noise.next_u64() as usize % 70;
            // Each signal sounds for a while of its own, with a zero here and there.
            let sounds =
                |lane: usize, i: usize| (i / (90 + 13 * lane)).is_multiple_of(4) && !i.is_multiple_of(5);
            let sample =
                |lane: usize, i: usize| if sounds(lane, i) { 0.5 } else { 0.0 * (0.5 - (i % 2) as f64) };
            let block: Vec<S> =
                (start..start + length).map(|i| S::from_lanes(|lane| sample(lane, i))).collect();
            lanes.write(&block);
            for (lane, line) in alone.iter_mut().enumerate() {
                line.write(&block.iter().map(|x| x.lane(lane) as f32).collect::<Vec<_>>());
                let silent = lanes.silent_lanes() >> lane & 1 == 1;
                assert_eq!((silent, line.silent_lanes() & 1 == 1), (line.is_silent(), line.is_silent()));
                seen[usize::from(silent)] += 1;
            }
            assert_eq!(lanes.is_silent(), alone.iter().all(DelayLine::is_silent));
            let lane = noise.next_u64() as usize % S::LANES;
            match noise.next_u64() % 16 {
                0 => {
                    lanes.reset_lane(lane);
                    alone[lane].reset();
                }
                1 => {
                    let mut other = DelayLine::<f32>::new(100);
                    lanes.swap_lane(lane, &mut other);
                    alone[lane] = DelayLine::new(100);
                    assert!(lanes.silent_lanes() >> lane & 1 == 1);
                }
                _ => {}
            }
            start += length;
        }
        assert!(seen.into_iter().all(|times| times > S::LANES), "{seen:?}");
    }
}

#[test]
fn every_lane_of_a_line_knows_its_own_silence() {
    TYPES.into_iter().for_each(|lanes| run_as(lanes, Silences));
}
