//! Less range between soft and loud.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::choice::Choice;
use crate::lanes::{Family, in_lanes, shared};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{Room, channels_in, channels_out};
use sostenuto_dsp::{Compressor, CompressorParams, Value};
use sostenuto_graph::{Activity, Io, QUANTUM, Signal};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "compressor",
        group: Group::Dynamics,
        summary: "Lowers what is loud: evens out a sound, or ducks it under another one.",
        source: "feed-forward, smooth decoupled peak detector in dB (Giannoulis, Massberg, Reiss, JAES 60(6), 2012); on the way from one signal to another the two reductions in dB are mixed, for 5 ms",
        inputs: &[
            PortInfo::follow("in", "what to compress"),
            PortInfo::follow("sidechain", "what it listens to, if `listen` says so"),
        ],
        outputs: &[PortInfo::follow("out", "the compressed signal")],
        params: &[
            ParamInfo::new("threshold", Unit::Decibels, (-100.0, 24.0), -18.0, "level from which on it acts"),
            ParamInfo::new(
                "ratio",
                Unit::Ratio,
                (1.0, 1000.0),
                4.0,
                "dB that go in for one dB that comes out",
            )
            .log(),
            ParamInfo::new(
                "knee",
                Unit::Decibels,
                (0.0, 48.0),
                6.0,
                "width of the bend around the threshold",
            ),
            ParamInfo::new("attack", Unit::Milliseconds, (0.0, 1000.0), 10.0, "time constant of the onset"),
            ParamInfo::new(
                "release",
                Unit::Milliseconds,
                (0.0, 10_000.0),
                120.0,
                "time constant of the recovery",
            ),
            ParamInfo::new("makeup", Unit::Decibels, (-60.0, 60.0), 0.0, "gain after it"),
            ParamInfo::choice("listen", &["input", "sidechain"], "which signal's level it acts on"),
        ],
        ..Kind::BLANK
    },
    build: Node::family::<Levellers>,
}];

/// A compressor: kind `compressor`.
struct Leveller<S: Signal = f32> {
    kernel: Compressor<S>,
    listen: Choice<2>,
}

in_lanes!(Leveller { kernel, listen });

/// Compressors, alone and side by side.
struct Levellers;

impl Family for Levellers {
    type Of<S: Signal> = Leveller<S>;

    /// What they listen to.
    const SHARED: u64 = 0b100_0000;

    fn make<S: Signal>(setup: &Setup<'_>) -> Leveller<S> {
        Leveller { kernel: Compressor::new(setup.sample_rate), listen: Choice::new(setup.sample_rate) }
    }
}

impl<S: Signal> Machine<S> for Leveller<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let [threshold, ratio, knee, attack, release, makeup, listen] =
            std::array::from_fn(|param| io.params.get(param));
        let listen = shared(listen);
        let params = CompressorParams { threshold, ratio, knee, attack, release, makeup };
        let ports = [channels_in(&io.inputs, 0), channels_in(&io.inputs, 1)];
        let channels = io.outputs.channels();
        let [input, sidechain] = ports.each_ref().map(|port| &port[..channels]);
        let mut outputs = channels_out(&mut io.outputs);
        let (frame, out) = (io.span.frame, &mut outputs[..channels]);
        match self.listen.alone(&io.span, listen) {
            Some(listen) => {
                let key = if listen == 0 { input } else { sidechain };
                self.kernel.process(frame, input, Some(key), &params, out);
            }
            None => {
                let shares = self.listen.shares(&io.span, listen);
                let mut room = [S::ZERO; QUANTUM];
                let along = spread(shares.of(1), &mut room);
                self.kernel.process_between(frame, input, [input, sidechain], along, &params, out);
            }
        }
        resting_if(self.kernel.is_silent())
    }

    fn is_settled(&self, frame: u64) -> bool {
        self.listen.is_settled(frame)
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.listen.reset();
    }
}

/// The same number in every lane, frame by frame.
#[inline(always)]
fn spread<'r, S: Signal>(numbers: &[f32], room: &'r mut Room<S>) -> Value<'r, S> {
    room.iter_mut().zip(numbers).for_each(|(to, x)| *to = S::splat(f64::from(*x)));
    Value::Moving(room)
}
