//! What is heard, and how loud it is.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::gain::{GAIN_DB, GainProcessor};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Io, Processor, Shape, Stream};
use sostenuto_rt::Gauge;
use sostenuto_units::Unit;
use std::sync::Arc;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "audio_out",
        group: Group::Output,
        summary: "Sends a signal to the device, and shows its level.",
        source: "peak and mean square over 300 ms, as IEC 60268-17 has its ballistics",
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
        let node = AudioOut::new(kind, layout);
        let tap = Some(Tap::Meter(node.meter.clone()));
        Built { processor: Box::new(node), tap }
    },
}];

/// Levels of the channels of a running node, read on any thread without locks.
#[derive(Clone, Debug)]
pub struct Meter {
    channels: Arc<[Level]>,
}

#[derive(Debug)]
struct Level {
    peak: Gauge<f32>,
    mean_square: Gauge<f32>,
}

impl Meter {
    fn new(channels: usize) -> Self {
        Meter {
            channels: (0..channels)
                .map(|_| Level { peak: Gauge::new(0.0), mean_square: Gauge::new(0.0) })
                .collect(),
        }
    }

    /// How many channels it shows.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The largest magnitude of a channel since this was last asked. `[any]`
    pub fn take_peak(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |level| level.peak.swap(0.0))
    }

    /// The root of the mean square of a channel over about the last 300 ms. `[any]`
    pub fn rms(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |level| level.mean_square.get().max(0.0).sqrt())
    }

    /// Takes in one span of one channel. `[audio]`
    fn note(&self, channel: usize, samples: &[f32], keep: f32) {
        let Some(level) = self.channels.get(channel) else { return };
        let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        let power = samples.iter().fold(level.mean_square.get(), |power, x| power + (x * x - power) * keep);
        level.peak.raise(peak);
        level.mean_square.set(power);
    }
}

/// The way to the device: kind `audio_out`.
struct AudioOut {
    kind: &'static Kind,
    layout: Layout,
    gain: GainProcessor,
    meter: Meter,
    /// The share of a new frame in the mean square.
    share: f32,
}

impl AudioOut {
    fn new(kind: &'static Kind, layout: Layout) -> Self {
        let meter = Meter::new(usize::from(layout.channels.max(1)));
        AudioOut { kind, gain: GainProcessor::with_layout(layout.clone()), layout, meter, share: 0.0 }
    }
}

impl Processor for AudioOut {
    fn shape(&self) -> Shape {
        self.kind.shape(&self.layout)
    }

    fn prepare(&mut self, stream: &Stream) {
        self.share = (1.0 / (0.3 * stream.sample_rate)) as f32;
        self.gain.prepare(stream);
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        self.gain.run(&io.inputs, &mut io.outputs, &io.params, 0);
        for channel in 0..io.outputs.channels() {
            self.meter.note(channel, io.outputs.channel(channel), self.share);
        }
        Activity::Sounding
    }

    fn reset(&mut self) {}
}
