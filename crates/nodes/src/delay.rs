//! A delay line with feedback, and the node that may close a feedback loop.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{Room, converted};
use sostenuto_dsp::{Echo, Value, frames_of_ms};
use sostenuto_graph::{Activity, Delaying, Io, Params, QUANTUM, Signal};
use sostenuto_units::Unit;
use std::any::Any;

/// The longest delay that can be asked for.
pub(crate) const LONGEST_MS: f64 = 10_000.0;

pub(crate) const LONGEST: SettingInfo = SettingInfo {
    name: "longest",
    range: SettingRange::Number { unit: Unit::Milliseconds, min: 1.0, max: LONGEST_MS, default: 2000.0 },
    summary: "how long the delay can become: memory for so much sound is set aside",
};

pub(crate) const TIME: ParamInfo = ParamInfo::new(
    "time",
    Unit::Milliseconds,
    (0.0, LONGEST_MS as f32),
    250.0,
    "the delay; at least one frame, at most `longest`",
)
.log()
.gliding(0.05);
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
    build: Node::family::<LineFamily>,
}];

/// A delay line with feedback: kind `delay`.
pub type DelayLine = Node<Lines>;

/// The machine of a [`DelayLine`]: one line for each channel.
#[derive(Debug)]
pub struct Lines<S: Signal = f32> {
    channels: Channels<Channel<S>>,
}

in_lanes!(Lines { channels });

#[derive(Clone, Debug)]
struct Channel<S: Signal> {
    echo: Echo<S>,
    /// What was put out and is still to be matched with its input: while it stands on a loop, which it does not in lanes.
    wet: [S; QUANTUM],
}

in_lanes!(Channel { echo });

/// Delay lines, alone and side by side.
struct LineFamily;

impl Family for LineFamily {
    type Of<S: Signal> = Lines<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Lines<S> {
        let channel = Channel { echo: Echo::new(setup.sample_rate, longest(setup)), wet: [S::ZERO; QUANTUM] };
        Lines { channels: setup.each(|_| channel.clone()) }
    }
}

impl DelayLine {
    /// For delays up to `longest_ms` milliseconds of signals of so many channels.
    pub fn new(channels: u16, longest_ms: f64) -> Self {
        let settings = [(LONGEST.name.to_owned(), longest_ms)].into();
        Node::of::<LineFamily>(&KINDS[0].kind, Layout { settings, ..Layout::of(channels) })
    }
}

/// The frames that the setting `longest` asks for.
pub(crate) fn longest(setup: &Setup<'_>) -> usize {
    (setup.setting(LONGEST.name) * 0.001 * setup.sample_rate).ceil().max(1.0) as usize
}

/// Milliseconds as frames, in a room of their own if they move.
#[inline(always)]
pub(crate) fn in_frames<'r, S: Signal>(
    ms: Value<'_, S>,
    sample_rate: f64,
    room: &'r mut Option<Room<S>>,
) -> Value<'r, S> {
    converted(ms, room, |ms| frames_of_ms(ms, sample_rate))
}

impl<S: Signal> Machine<S> for Lines<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut block = None;
        let time = in_frames(io.params.get(0), io.span.sample_rate, &mut block);
        let (feedback, tone) = (io.params.get(1), io.params.get(2));
        let mut silent = true;
        for (number, channel) in self.channels.iter_mut().enumerate() {
            let (input, out) = (io.inputs.channel(0, number), io.outputs.channel(number));
            let mut at = 0;
            while at < io.span.frames {
                let end = io.span.frames;
                let got = channel.echo.read(&time.part(at, end), &mut out[at..end]).max(1);
                let (done, end) = (at..at + got, at + got);
                let (feedback, tone) = (feedback.part(at, end), tone.part(at, end));
                let start = io.span.frame + at as u64;
                channel.echo.write(start, &input[done.clone()], &out[done], &feedback, &tone);
                at = end;
            }
            silent &= channel.echo.is_silent();
        }
        resting_if(silent)
    }

    fn reset(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.echo.reset());
    }

    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        // Only alone.
        let lines: &mut dyn Any = self;
        lines.downcast_mut::<Lines>().map(|lines| lines as &mut dyn Delaying)
    }
}

impl Delaying for Lines {
    fn ahead(&self, params: &Params<'_>, sample_rate: f64) -> usize {
        let mut block = None;
        let time = in_frames(params.get(0), sample_rate, &mut block);
        self.channels.iter().map(|channel| channel.echo.available(&time)).min().unwrap_or(1)
    }

    fn emit(&mut self, mut io: Io<'_>) {
        let mut block = None;
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
