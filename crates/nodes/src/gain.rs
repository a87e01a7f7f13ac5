//! Gain in dB.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Value, math::db_to_gain};
use sostenuto_graph::{Activity, Flow, Inputs, Io, Outputs, Params, Processor, Shape, Stream};
use sostenuto_units::Unit;

/// At and below this level a gain is exactly zero.
pub(crate) const SILENCE_DB: f32 = -120.0;

/// The range of every gain in the catalogue.
pub(crate) const GAIN_DB: (f32, f32) = (SILENCE_DB, 48.0);

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "gain",
        group: Group::Level,
        summary: "Makes a signal louder or softer.",
        source: "amplitude = 10^(dB / 20); -120 dB is silence",
        inputs: &[PortInfo::follow("in", "what to scale")],
        outputs: &[PortInfo::follow("out", "the scaled signal")],
        params: &[ParamInfo::new(
            "gain",
            Unit::Decibels,
            GAIN_DB,
            0.0,
            "by how much; -120 dB and below is silence",
        )],
        ..Kind::BLANK
    },
    build: |_, layout| Built::plain(GainProcessor::with_layout(layout)),
}];

/// The amplitude of a level, and exactly zero at -120 dB and below.
#[inline(always)]
pub(crate) fn amplitude(db: f32) -> f32 {
    if db <= SILENCE_DB { 0.0 } else { db_to_gain(db) }
}

/// Gain in dB: kind `gain`.
#[derive(Debug)]
pub struct GainProcessor {
    layout: Layout,
    /// The last steady level and its amplitude.
    steady: (f32, f32),
}

impl GainProcessor {
    /// For signals of so many channels.
    pub fn new(channels: u16) -> Self {
        GainProcessor::with_layout(Layout { channels, ..Layout::default() })
    }

    pub(crate) fn with_layout(layout: Layout) -> Self {
        GainProcessor { layout, steady: (0.0, 1.0) }
    }
}

impl GainProcessor {
    /// Scales the first input by the level that is parameter `param`. `[audio]`
    pub(crate) fn run(
        &mut self,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs<'_>,
        params: &Params<'_>,
        param: usize,
    ) {
        let gain = params.get(param);
        if let Value::Steady(db) = gain
            && db != self.steady.0
        {
            self.steady = (db, amplitude(db));
        }
        for channel in 0..outputs.channels() {
            if inputs.flow(0, channel) == Flow::Silent {
                outputs.silence(channel);
                continue;
            }
            let out = outputs.channel(channel).iter_mut().zip(inputs.channel(0, channel));
            match gain {
                Value::Steady(_) => {
                    let amplitude = self.steady.1;
                    out.for_each(|(out, x)| *out = x * amplitude);
                }
                Value::Moving(db) => out.zip(db).for_each(|((out, x), db)| *out = x * amplitude(*db)),
            }
        }
    }
}

impl Processor for GainProcessor {
    fn shape(&self) -> Shape {
        KINDS[0].kind.shape(&self.layout)
    }

    fn prepare(&mut self, _: &Stream) {}

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        self.run(&io.inputs, &mut io.outputs, &io.params, 0);
        Activity::Resting
    }

    fn reset(&mut self) {}
}
