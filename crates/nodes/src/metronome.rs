//! Clicks on the beat.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use sostenuto_dsp::Click;
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;
pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "metronome",
        group: Group::Source,
        summary: "Clicks on each beat of the meter, higher at the beginning of a bar, while musical time goes on.",
        source: "a cosine that falls by 60 dB in 50 ms, from its top in the very frame of the beat",
        outputs: &[PortInfo::mono("out", "the clicks")],
        params: &[
            ParamInfo::new("level", Unit::Ratio, (0.0, 1.0), 0.5, "height of a click, as it begins"),
            ParamInfo::new("beat", Unit::Hertz, (20.0, 10_000.0), 1000.0, "pitch of a beat, as it begins"),
            ParamInfo::new("bar", Unit::Hertz, (20.0, 10_000.0), 1500.0, "pitch of the first beat of a bar"),
            ParamInfo { default: 1.0, ..ParamInfo::switch("on", "whether clicks begin") },
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, Metronome::new),
}];

/// The machine: kind `metronome`.
struct Metronome {
    kernel: Click,
}

impl Metronome {
    fn new(setup: &Setup<'_>) -> Self {
        Metronome { kernel: Click::new(setup.sample_rate) }
    }
}

impl Machine for Metronome {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let (span, transport) = (io.span, io.span.transport);
        let end = span.frame + span.frames as u64;
        let next = |from: u64| {
            let beat = transport.next_beat(from);
            let frame = transport.frame_at(beat, from).filter(|frame| *frame < end)?;
            Some((frame, beat == transport.next_bar(from)))
        };
        let first = next(span.frame);
        if first.is_none() && self.kernel.is_over() {
            io.outputs.silence(0);
            return Activity::Sounding;
        }
        let mut coming = first;
        let mut done = 0;
        while let Some((frame, accent)) = coming {
            let place = (frame - span.frame) as usize;
            self.kernel.render(io.outputs.channel(0).get_mut(done..place).unwrap_or_default());
            if io.params.get(3).at(place) > 0.5 {
                let hertz = io.params.get(if accent { 2 } else { 1 }).at(place);
                self.kernel.begin(f64::from(hertz), io.params.get(0).at(place));
            }
            (done, coming) = (place, next(frame + 1));
        }
        self.kernel.render(io.outputs.channel(0).get_mut(done..).unwrap_or_default());
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }
}
