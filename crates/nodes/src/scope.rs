//! What a signal looks like, shown while it sounds.

use crate::catalogue::{Group, Kind, PortInfo, SettingInfo};
use crate::lanes::Family;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::tap::{Shown, Tap};
use sostenuto_dsp::{LaneState, deinterleave};
use sostenuto_graph::{Activity, Flow, Io, QUANTUM, Signal};
use sostenuto_rt::Gauge;
use std::sync::Arc;

const FRAMES: SettingInfo = SettingInfo::whole("frames", (64, 65_536), 2048, "how many frames it shows");

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "scope",
        group: Group::Output,
        summary: "Shows the latest frames of a signal, and passes it on.",
        source: "ring of the latest samples",
        inputs: &[PortInfo::follow("in", "what is shown")],
        outputs: &[PortInfo::follow("out", "the same")],
        settings: &[FRAMES],
        ..Kind::BLANK
    },
    build: |kind, layout| {
        let frames = kind.setting(&layout, FRAMES.name) as usize;
        let scope = Scope::new(layout.channels(), frames);
        let shown = scope.clone();
        let show = move |machine: &mut PassAndShow| machine.scopes.first = shown.clone();
        Node::showing::<Pictures>(kind, layout, Tap::Scope(scope), show)
    },
}];

/// The latest frames of a running node's channels, read on any thread without locks.
///
/// The node writes each sample into a ring of atomic words that has twice the frames shown, so that a reader has as long as the
/// picture lasts before what it reads is overwritten. Any number of readers; nobody waits. A reader that is slower than
/// that is told so. On processors that reorder writes (not x86) the newest few frames may still be those of a ring ago.
#[derive(Clone, Debug)]
pub struct Scope {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    frames: usize,
    channels: Box<[Box<[Gauge<f32>]>]>,
    /// The frame after the newest.
    end: Gauge<u64>,
}

impl Scope {
    fn new(channels: usize, frames: usize) -> Self {
        // Whole quanta, so that no frame of a span overwrites another.
        let ring = (2 * frames.max(1)).next_power_of_two().max(sostenuto_graph::QUANTUM);
        let channel = |_| (0..ring).map(|_| Gauge::new(0.0)).collect();
        let channels = (0..channels).map(channel).collect();
        Scope { shared: Arc::new(Shared { frames, channels, end: Gauge::new(0) }) }
    }

    /// How many channels it shows.
    pub fn channels(&self) -> usize {
        self.shared.channels.len()
    }

    /// How many frames it shows.
    pub fn frames(&self) -> usize {
        self.shared.frames
    }

    /// Copies the latest frames of a channel, oldest first, as many as `out` takes and the scope shows (at the end of `out`; what is
    /// before them is left as it is). `[any]`
    ///
    /// Says which frame comes after the newest, or `None` if there is no such channel or the reader was so slow that
    /// part of what it copied is newer than the rest.
    pub fn read(&self, channel: usize, out: &mut [f32]) -> Option<u64> {
        let ring = self.shared.channels.get(channel)?;
        let frames = out.len().min(self.shared.frames);
        let end = self.shared.end.get();
        let first = end.wrapping_sub(frames as u64);
        let skip = out.len() - frames;
        for (ago, to) in out.iter_mut().skip(skip).enumerate() {
            *to = place(ring, first.wrapping_add(ago as u64)).map_or(0.0, Gauge::get);
        }
        let written = self.shared.end.get().wrapping_sub(end) as usize;
        (written + frames + sostenuto_graph::QUANTUM <= ring.len() || written == 0).then_some(end)
    }

    /// Shows zeros. `[audio]`
    fn clear(&self) {
        self.shared.channels.iter().flatten().for_each(|gauge| gauge.set(0.0));
    }

    /// Takes in one span of one channel. `[audio]`
    fn note(&self, channel: usize, frame: u64, samples: &[f32]) {
        let Some(ring) = self.shared.channels.get(channel) else { return };
        for (i, sample) in samples.iter().enumerate() {
            if let Some(gauge) = place(ring, frame.wrapping_add(i as u64)) {
                gauge.set(*sample);
            }
        }
    }
}

/// Where a frame is in a ring; its length is a power of two.
#[inline(always)]
fn place(ring: &[Gauge<f32>], frame: u64) -> Option<&Gauge<f32>> {
    ring.get(frame as usize & (ring.len() - 1))
}

/// Passes a signal on and shows it: kind `scope`.
struct PassAndShow<S: Signal = f32> {
    scopes: Shown<Scope>,
    /// How many of the latest frames are zero on every channel, in each lane.
    silent_frames: S::Each<usize>,
}

impl<S: Signal> LaneState for PassAndShow<S> {
    type Alone = PassAndShow<f32>;

    fn swap_lane(&mut self, lane: usize, alone: &mut PassAndShow<f32>) {
        self.scopes.swap_lane(lane, &mut alone.scopes);
        if let Some(here) = self.silent_frames.as_mut().get_mut(lane) {
            std::mem::swap(here, &mut alone.silent_frames[0]);
        }
    }

    fn reset_lane(&mut self, lane: usize) {
        if let (Some(scope), Some(silent)) =
            (self.scopes.lane(lane), self.silent_frames.as_mut().get_mut(lane))
        {
            scope.clear();
            *silent = 0;
        }
    }
}

/// The same, alone and side by side.
struct Pictures;

impl Family for Pictures {
    type Of<S: Signal> = PassAndShow<S>;

    fn make<S: Signal>(_: &Setup<'_>) -> PassAndShow<S> {
        PassAndShow { scopes: Shown::new(S::LANES, || Scope::new(0, 0)), silent_frames: S::each(|_| 0) }
    }
}

/// Room for a span of each lane.
type Rows = [[f32; QUANTUM]; 32];

impl<S: Signal> PassAndShow<S> {
    /// Shows one span of one channel. Tells in the bit of each lane whether all of it is zero. `[audio]`
    #[inline(always)]
    fn show(&self, channel: usize, frame: u64, input: &[S], rows: &mut Rows) -> u32 {
        let is_zero = |samples: &[f32]| u32::from(samples.iter().all(|x| x.to_bits() == 0));
        if S::LANES == 1 {
            let samples = S::flat(input);
            self.scopes.first.note(channel, frame, samples);
            return is_zero(samples);
        }
        deinterleave(input, &mut rows.each_mut().map(|row| &mut row[..]));
        let mut silent = 0;
        for (lane, (scope, row)) in self.scopes.lanes().zip(rows).enumerate() {
            let row = row.get(..input.len()).unwrap_or_default();
            scope.note(channel, frame, row);
            silent |= is_zero(row) << lane;
        }
        silent
    }
}

impl<S: Signal> Machine<S> for PassAndShow<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let frames = io.span.frames;
        let (mut silent, mut rows) = (u32::MAX, [[0.0; QUANTUM]; 32]);
        for channel in 0..io.outputs.channels() {
            let input = io.inputs.channel(0, channel);
            silent &= self.show(channel, io.span.frame, input, &mut rows);
            match io.inputs.flow(0, channel) {
                Flow::Silent => io.outputs.silence(channel),
                _ => io.outputs.channel(channel).copy_from_slice(input),
            }
        }
        let mut rests = true;
        for (lane, (scope, quiet)) in self.scopes.lanes().zip(self.silent_frames.as_mut()).enumerate() {
            scope.shared.end.set(io.span.frame + frames as u64);
            *quiet = if silent >> lane & 1 == 1 { quiet.saturating_add(frames) } else { 0 };
            // Once the whole ring is zero it may stay as it is.
            let ring = scope.shared.channels.first().map_or(0, |ring| ring.len());
            rests &= *quiet >= ring;
        }
        resting_if(rests)
    }

    fn reset(&mut self) {
        self.silent_frames = S::each(|_| 0);
        self.scopes.lanes().for_each(Scope::clear);
    }
}
