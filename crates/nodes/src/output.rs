//! What is heard, and how loud it is.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::gain::{GAIN_DB, Gain};
use crate::lanes::{Family, in_lanes};
use crate::meter::{Gauges, Meter, SOURCE};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::tap::Tap;
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "audio_out",
        group: Group::Output,
        summary: "Sends a signal to the device, and shows its level.",
        source: SOURCE,
        inputs: &[PortInfo::follow("in", "what is to be heard")],
        outputs: &[PortInfo::follow("out", "the same, as sent")],
        params: &[ParamInfo::new(
            "gain",
            Unit::Decibels,
            GAIN_DB,
            0.0,
            "level of the output; -120 dB and below is silence",
        )],
        ..Kind::BLANK
    },
    build: |kind, layout| {
        let meter = Meter::new(layout.channels());
        let shown = meter.clone();
        Node::showing::<Ways>(kind, layout, Tap::Meter(meter), move |machine| machine.gauges.show(&shown))
    },
}];

/// The way to the device: kind `audio_out`.
struct AudioOut<S: Signal = f32> {
    gain: Gain<S>,
    gauges: Gauges<S>,
}

in_lanes!(AudioOut { gain, gauges });

/// The same, alone and side by side.
struct Ways;

impl Family for Ways {
    type Of<S: Signal> = AudioOut<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> AudioOut<S> {
        AudioOut { gain: Gain::new(), gauges: Gauges::new(setup) }
    }
}

impl<S: Signal> Machine<S> for AudioOut<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        self.gain.run(&io.inputs, &mut io.outputs, io.params.get(0));
        for channel in 0..io.outputs.channels() {
            self.gauges.note(&io.span, channel, io.outputs.channel(channel));
        }
        resting_if(self.gauges.is_silent())
    }

    fn reset(&mut self) {
        self.gauges.reset();
    }
}
