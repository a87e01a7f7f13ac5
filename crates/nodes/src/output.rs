//! What goes to devices and comes from them, and how loud it is.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange, Way};
use crate::gain::{GAIN_DB, Gain};
use crate::lanes::{Family, in_lanes};
use crate::meter::{Gauges, Meter, SOURCE};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const FIRST: SettingInfo = SettingInfo::whole(
    "first",
    (1, 256),
    1,
    "the first channel of the device that it leads to or from; the others follow",
);
const QUALITY: SettingInfo = SettingInfo {
    name: "quality",
    range: SettingRange::Choice(&["balanced", "fast", "best"]),
    summary: "how well it converts between the clocks of the device and the engine, if they differ; better is later",
};
const CLOCK: SettingInfo = SettingInfo {
    name: "clock",
    range: SettingRange::Choice(&["off", "on"]),
    summary: "the engine runs on the clock of this device while it lives; the first that asks gets it",
};
const LATENCY: SettingInfo = SettingInfo {
    name: "latency",
    range: SettingRange::Number { unit: Unit::Milliseconds, min: 0.0, max: 1000.0, default: 0.0 },
    summary: "how much is held back for a device with a clock of its own; 0 is as little as its blocks and their jitter need",
};
const CAP: SettingInfo = SettingInfo {
    name: "cap",
    range: SettingRange::Number { unit: Unit::Milliseconds, min: 1.0, max: 10_000.0, default: 250.0 },
    summary: "more than this is never held back: what is beyond is left out, in a crossfade",
};
const PARAMS: &[ParamInfo] =
    &[ParamInfo::new("gain", Unit::Decibels, GAIN_DB, 0.0, "level; -120 dB and below is silence")];

pub(crate) const KINDS: &[Listing] = &[
    Listing {
        kind: Kind {
            name: "audio_out",
            group: Group::Output,
            summary: "Sends a signal to a device, and shows its level.",
            source: SOURCE,
            inputs: &[PortInfo::follow("in", "what is to be heard")],
            outputs: &[PortInfo::follow("out", "the same, as sent")],
            params: PARAMS,
            settings: &[FIRST, QUALITY, CLOCK, LATENCY, CAP],
            port: Some(Way::Out),
            ..Kind::BLANK
        },
        build,
    },
    Listing {
        kind: Kind {
            name: "audio_in",
            group: Group::Source,
            summary: "Brings in what a device records, and shows its level.",
            source: SOURCE,
            inputs: &[PortInfo::follow("in", "what the device hears")],
            outputs: &[PortInfo::follow("out", "what the device hears, at the level set")],
            params: PARAMS,
            settings: &[FIRST, QUALITY, CLOCK, LATENCY, CAP],
            port: Some(Way::In),
            ..Kind::BLANK
        },
        build,
    },
];

fn build(kind: &'static Kind, layout: Layout) -> Built {
    let meter = Meter::new(layout.channels());
    let shown = meter.clone();
    Node::showing::<Ways>(kind, layout, Tap::Meter(meter), move |machine| machine.gauges.show(&shown))
}

/// The way to a device, or from one: kinds `audio_out` and `audio_in`.
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
