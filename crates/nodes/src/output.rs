//! What is heard, and how loud it is.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::gain::{GAIN_DB, Gain};
use crate::meter::{Gauges, Meter, SOURCE};
use crate::node::{Machine, Node, resting_if};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Io};
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
        let node = Node::with(kind, layout, move |setup| AudioOut {
            gain: Gain::new(),
            gauges: Gauges::new(&shown, setup),
        });
        Built { processor: Box::new(node), tap: Some(Tap::Meter(meter)) }
    },
}];

/// The way to the device: kind `audio_out`.
struct AudioOut {
    gain: Gain,
    gauges: Gauges,
}

impl Machine for AudioOut {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
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
