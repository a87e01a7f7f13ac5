//! A delay line with feedback, and the node that may close a feedback loop.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Echo, Value, frames_of_ms};
use sostenuto_graph::{Activity, Approach, Delaying, Io, Params, Processor, QUANTUM, Shape, Stream};
use sostenuto_units::Unit;

/// The longest delay that can be asked for.
pub(crate) const LONGEST_MS: f64 = 30_000.0;

pub(crate) const LONGEST: SettingInfo = SettingInfo {
    name: "longest",
    range: SettingRange::Number { unit: Unit::Milliseconds, min: 1.0, max: LONGEST_MS, default: 2000.0 },
    summary: "how long the delay can become: memory for so much sound is set aside",
};

pub(crate) const TIME: ParamInfo = ParamInfo {
    approach: Approach::Glide(0.05),
    ..ParamInfo::new(
        "time",
        Unit::Milliseconds,
        (0.0, LONGEST_MS as f32),
        250.0,
        "the delay; at least one frame, at most `longest`",
    )
    .log()
};
pub(crate) const FEEDBACK: ParamInfo =
    ParamInfo::new("feedback", Unit::Ratio, (-0.999, 0.999), 0.0, "how much of the output is delayed again");
pub(crate) const TONE: ParamInfo =
    ParamInfo::new("tone", Unit::Hertz, (20.0, 96_000.0), 96_000.0, "what is fed back loses what lies above")
        .log();

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "delay",
        group: Group::Space,
        summary: "Delays a signal, to the fraction of a frame; may close a feedback loop.",
        source: "circular buffer; third-order interpolation between frames",
        inputs: &[PortInfo::follow("in", "what to delay")],
        outputs: &[PortInfo::follow("out", "the delayed signal alone")],
        params: &[TIME, FEEDBACK, TONE],
        settings: &[LONGEST],
        delays: true,
        ..Kind::BLANK
    },
    build: |kind, layout| {
        let longest_ms = kind.setting(&layout, LONGEST.name);
        Built::plain(DelayLine::with_layout(layout, longest_ms))
    },
}];

/// A delay line with feedback: kind `delay`.
#[derive(Debug)]
pub struct DelayLine {
    layout: Layout,
    longest_ms: f64,
    channels: Vec<Channel>,
}

#[derive(Clone, Debug)]
struct Channel {
    echo: Echo<f32>,
    /// What was put out and is still to be matched with its input.
    wet: [f32; QUANTUM],
}

impl DelayLine {
    /// For delays up to `longest_ms` milliseconds of signals of so many channels.
    pub fn new(channels: u16, longest_ms: f64) -> Self {
        DelayLine::with_layout(Layout { channels, ..Layout::default() }, longest_ms)
    }

    fn with_layout(layout: Layout, longest_ms: f64) -> Self {
        DelayLine { layout, longest_ms, channels: Vec::new() }
    }
}

/// Milliseconds as frames, in a block of its own if they move.
fn in_frames<'b>(ms: Value<'_>, sample_rate: f64, block: &'b mut [f32; QUANTUM]) -> Value<'b> {
    match ms {
        Value::Steady(ms) => Value::Steady(frames_of_ms(ms, sample_rate)),
        Value::Moving(ms) => {
            block.iter_mut().zip(ms).for_each(|(frames, ms)| *frames = frames_of_ms(*ms, sample_rate));
            Value::Moving(&block[..ms.len().min(QUANTUM)])
        }
    }
}

impl Processor for DelayLine {
    fn shape(&self) -> Shape {
        KINDS[0].kind.shape(&self.layout)
    }

    fn prepare(&mut self, stream: &Stream) {
        let frames = (self.longest_ms * 0.001 * stream.sample_rate).ceil().max(1.0) as usize;
        let channel = Channel { echo: Echo::new(stream.sample_rate, frames), wet: [0.0; QUANTUM] };
        self.channels = vec![channel; usize::from(self.layout.channels.max(1))];
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let mut block = [0.0; QUANTUM];
        let time = in_frames(io.params.get(0), io.span.sample_rate, &mut block);
        let (feedback, tone) = (io.params.get(1), io.params.get(2));
        let mut silent = true;
        for (number, channel) in self.channels.iter_mut().enumerate() {
            let (input, out) = (io.inputs.channel(0, number), io.outputs.channel(number));
            let mut at = 0;
            while at < io.span.frames {
                let rest = at..io.span.frames;
                let got = channel.echo.read(&part(&time, rest.clone()), &mut out[rest]).max(1);
                let done = at..at + got;
                let (feedback, tone) = (part(&feedback, done.clone()), part(&tone, done.clone()));
                channel.echo.write(
                    io.span.frame + at as u64,
                    &input[done.clone()],
                    &out[done],
                    &feedback,
                    &tone,
                );
                at += got;
            }
            silent &= channel.echo.is_silent();
        }
        if silent { Activity::Resting } else { Activity::Sounding }
    }

    fn reset(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.echo.reset());
    }

    fn delays(&self) -> bool {
        true
    }

    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        Some(self)
    }
}

/// The values of some frames of a span.
fn part<'a>(value: &Value<'a>, frames: core::ops::Range<usize>) -> Value<'a> {
    match value {
        Value::Steady(v) => Value::Steady(*v),
        Value::Moving(v) => Value::Moving(v.get(frames).unwrap_or(&[])),
    }
}

impl Delaying for DelayLine {
    fn ahead(&self, params: &Params<'_>, sample_rate: f64) -> usize {
        let mut block = [0.0; QUANTUM];
        let time = in_frames(params.get(0), sample_rate, &mut block);
        self.channels.iter().map(|channel| channel.echo.available(&time)).min().unwrap_or(1)
    }

    fn emit(&mut self, mut io: Io<'_>) {
        let mut block = [0.0; QUANTUM];
        let time = in_frames(io.params.get(0), io.span.sample_rate, &mut block);
        for (number, channel) in self.channels.iter_mut().enumerate() {
            let out = io.outputs.channel(number);
            channel.echo.read(&time, out);
            if let Some(wet) = channel.wet.get_mut(..out.len()) {
                wet.copy_from_slice(out);
            }
        }
    }

    fn absorb(&mut self, io: Io<'_>) {
        let (feedback, tone) = (io.params.get(1), io.params.get(2));
        for (number, channel) in self.channels.iter_mut().enumerate() {
            let input = io.inputs.channel(0, number);
            let wet = channel.wet.get(..input.len()).unwrap_or(&[]);
            channel.echo.write(io.span.frame, input, wet, &feedback, &tone);
        }
    }
}
