//! Less range between soft and loud.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node, resting_if};
use crate::registry::Listing;
use crate::values::{channels_in, channels_out, chosen, stretches};
use sostenuto_dsp::{Compressor, CompressorParams};
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "compressor",
        group: Group::Dynamics,
        summary: "Lowers what is loud: evens out a sound, or ducks it under another one.",
        source: "feed-forward, smooth decoupled peak detector in dB (Giannoulis, Massberg, Reiss, JAES 60(6), 2012)",
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
    build: |kind, layout| Node::built(kind, layout, |setup| Leveller(Compressor::new(setup.sample_rate))),
}];

/// A compressor: kind `compressor`.
struct Leveller(Compressor<f32>);

impl Machine for Leveller {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let [threshold, ratio, knee, attack, release, makeup, listen] =
            std::array::from_fn(|param| io.params.get(param));
        let ports = [channels_in(&io.inputs, 0), channels_in(&io.inputs, 1)];
        let channels = io.outputs.channels();
        let mut outputs = channels_out(&mut io.outputs);
        stretches(
            io.span.frames,
            listen.is_steady(),
            |i| chosen(listen.at(i)),
            |start, end, listen| {
                let [input, sidechain] =
                    ports.map(|port| port.map(|channel| channel.get(start..end).unwrap_or(&[])));
                let [threshold, ratio, knee, attack, release, makeup] =
                    [threshold, ratio, knee, attack, release, makeup].map(|v| v.part(start, end));
                let params = CompressorParams { threshold, ratio, knee, attack, release, makeup };
                let mut out = outputs.each_mut().map(|out| out.get_mut(start..end).unwrap_or_default());
                let (input, sidechain) = (&input[..channels], &sidechain[..channels]);
                let key = if listen == 0 { input } else { sidechain };
                let frame = io.span.frame + start as u64;
                self.0.process(frame, input, Some(key), &params, &mut out[..channels]);
            },
        );
        resting_if(self.0.is_silent())
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
