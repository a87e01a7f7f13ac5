//! What a signal looks like, shown while it sounds.

use crate::catalogue::{Group, Kind, PortInfo, SettingInfo};
use crate::node::{Machine, Node, resting_if};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Flow, Io};
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
        let node = Node::with(kind, layout, move |_| PassAndShow { scope: shown.clone(), silent_frames: 0 });
        Built { processor: Box::new(node), tap: Some(Tap::Scope(scope)) }
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
struct PassAndShow {
    scope: Scope,
    /// How many of the latest frames are zero on every channel.
    silent_frames: usize,
}

impl Machine for PassAndShow {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let frames = io.span.frames;
        let mut silent = true;
        for channel in 0..io.outputs.channels() {
            let input = io.inputs.channel(0, channel);
            self.scope.note(channel, io.span.frame, input);
            silent &= input.iter().all(|x| x.to_bits() == 0);
            match io.inputs.flow(0, channel) {
                Flow::Silent => io.outputs.silence(channel),
                _ => io.outputs.channel(channel).copy_from_slice(input),
            }
        }
        self.scope.shared.end.set(io.span.frame + frames as u64);
        self.silent_frames = if silent { self.silent_frames.saturating_add(frames) } else { 0 };
        // Once the whole ring is zero it may stay as it is.
        let ring = self.scope.shared.channels.first().map_or(0, |ring| ring.len());
        resting_if(self.silent_frames >= ring)
    }

    fn reset(&mut self) {
        self.silent_frames = 0;
        self.scope.shared.channels.iter().flatten().for_each(|gauge| gauge.set(0.0));
    }
}
