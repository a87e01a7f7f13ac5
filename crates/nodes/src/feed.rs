//! Sound that a program makes while it is heard.

mod writer;

pub use writer::Feed;

use crate::catalogue::{Group, Kind, Layout, PortInfo, SettingInfo};
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Io, Outputs, QUANTUM};
use sostenuto_rt::Consumer;
use std::sync::Arc;
use writer::{NEVER, Shown};

/// The most frames that can wait: 20 s at 48 kHz.
const MOST_FRAMES: u32 = 1 << 20;
/// How long it takes to fade.
const FADE_SECONDS: f64 = 0.005;
const FRAMES: SettingInfo = SettingInfo::whole(
    "frames",
    (1024, MOST_FRAMES),
    24_000,
    "how many frames can wait to be heard; 24000 are half a second at 48 kHz",
);
const PRIME: SettingInfo = SettingInfo::whole(
    "prime",
    (0, MOST_FRAMES),
    960,
    "how many frames have to wait before it begins, and begins again after an under-run; 10 ms at least, all that can wait at most",
);

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "feed",
        group: Group::Source,
        summary: "Plays what a program writes while it is heard, as it is; fades where nothing comes.",
        source: "ring of frames, of which the last 5 ms are kept to fade; path of least jerk",
        outputs: &[PortInfo::follow("out", "what is written, with as many channels as the node has")],
        settings: &[FRAMES, PRIME],
        sounds_alone: true,
        records: true,
        ..Kind::BLANK
    },
    build,
}];

fn build(kind: &'static Kind, layout: Layout) -> Built {
    let feed = Feed::new(layout.channels(), kind.setting(&layout, FRAMES.name) as usize);
    let other = feed.clone();
    Node::built_showing(kind, layout, Tap::Feed(feed), move |setup| FromProgram::new(setup, &other))
}

/// Plays what is written: kind `feed`.
struct FromProgram {
    ring: Consumer<f32>,
    shown: Arc<Shown>,
    channels: usize,
    /// Frames of a fade, and how many have to wait before it begins: two fades or more, so that each fade comes to its end.
    fade: usize,
    prime: usize,
    /// Room for a span.
    row: Box<[f32]>,
    phase: Phase,
    played: u64,
    /// The last end that was reached.
    ended: u64,
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Nothing; after an under-run if it has `starved`.
    Waiting { starved: bool },
    /// What is written, after so many frames of a fade in.
    Rising(usize),
    /// What is written.
    Playing,
    /// What is written, after so many frames of a fade out.
    Falling(usize),
}

const AT_REST: Phase = Phase::Waiting { starved: false };

impl FromProgram {
    fn new(setup: &Setup<'_>, feed: &Feed) -> Self {
        let (channels, frames) = (feed.channels(), feed.frames());
        let fade = ((FADE_SECONDS * setup.sample_rate) as usize).clamp(1, frames / 4);
        FromProgram {
            ring: feed.reader(),
            shown: feed.shown().clone(),
            channels,
            fade,
            prime: (setup.setting(PRIME.name) as usize).clamp(2 * fade, frames),
            row: vec![0.0; QUANTUM * channels].into(),
            phase: AT_REST,
            played: 0,
            ended: NEVER,
        }
    }

    /// Goes over to what is heard in the next frame, and says for how many frames, at most so many, it stays the same.
    fn settle(&mut self, most: usize) -> usize {
        // No more changes than there are phases fall together.
        for _ in 0..5 {
            // An end that is seen ahead of what was written before it counts from the next time on.
            let end = self.shown.end.get();
            let waiting = self.ring.slots() / self.channels;
            if end == self.played && end != self.ended {
                (self.ended, self.phase) = (end, AT_REST);
            }
            // To the end, if it is known and all up to there waits.
            let rest = end.checked_sub(self.played).map_or(0, |rest| rest.min(NEVER >> 1) as usize);
            let closes = (1..=waiting).contains(&rest);
            let there = if closes { rest } else { waiting };
            let (frames, next) = match self.phase {
                Phase::Waiting { starved } if closes || waiting >= self.prime => {
                    (0, if starved { Phase::Rising(0) } else { Phase::Playing })
                }
                Phase::Waiting { .. } => (most, self.phase),
                Phase::Rising(done) => (there.min(self.fade - done), Phase::Playing),
                Phase::Playing if closes => (rest, AT_REST),
                Phase::Playing => (waiting.saturating_sub(self.fade), Phase::Falling(0)),
                Phase::Falling(done) => (there.min(self.fade - done), Phase::Waiting { starved: true }),
            };
            if frames > 0 {
                return frames.min(most);
            }
            if next == Phase::Falling(0) {
                self.shown.underruns.add(1);
            }
            self.phase = next;
        }
        most
    }

    /// The gain in the `later`th frame from now on.
    #[inline(always)]
    fn gain(&self, later: usize) -> f32 {
        let step = |number: usize| smooth(number as f32 / (self.fade + 1) as f32);
        match self.phase {
            Phase::Rising(done) => step(done + later + 1),
            Phase::Falling(done) => step(self.fade.saturating_sub(done + later)),
            Phase::Playing => 1.0,
            Phase::Waiting { .. } => 0.0,
        }
    }

    /// So many frames of what it has settled on.
    fn play(&mut self, outputs: &mut Outputs<'_>, from: usize, frames: usize) {
        let to = from + frames;
        if let Phase::Waiting { starved } = self.phase {
            if starved {
                self.shown.silent.add(frames as u64);
            }
            outputs.iter_mut().filter_map(|out| out.get_mut(from..to)).for_each(|out| out.fill(0.0));
            return;
        }
        let mut row = std::mem::take(&mut self.row);
        self.ring.pop_slice(row.get_mut(..frames * self.channels).unwrap_or_default());
        for (channel, out) in outputs.iter_mut().enumerate() {
            let Some(out) = out.get_mut(from..to) else { continue };
            let samples = row.chunks_exact(self.channels).filter_map(|frame| frame.get(channel));
            out.iter_mut().zip(samples).for_each(|(to, sample)| *to = *sample);
            if self.phase != Phase::Playing {
                out.iter_mut().enumerate().for_each(|(later, sample)| *sample *= self.gain(later));
            }
        }
        self.row = row;
        self.played += frames as u64;
        if let Phase::Rising(done) | Phase::Falling(done) = &mut self.phase {
            *done += frames;
        }
    }
}

/// The path of least jerk from 0 to 1 (T. Flash and N. Hogan, 1985).
#[inline(always)]
fn smooth(x: f32) -> f32 {
    x * x * x * (10.0 + x * (6.0 * x - 15.0))
}

impl Machine for FromProgram {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let frames = io.span.frames;
        let mut done = 0;
        while done < frames {
            let next = self.settle(frames - done);
            if next == frames && self.phase == AT_REST {
                io.outputs.silence_all();
                break;
            }
            self.play(&mut io.outputs, done, next);
            done += next;
        }
        self.shown.played.set(self.played);
        // Nothing that the graph knows of would wake it.
        Activity::Sounding
    }

    fn reset(&mut self) {
        let waiting = self.ring.slots() / self.channels;
        self.ring.read_up_to(waiting * self.channels).commit_all();
        self.played += waiting as u64;
        self.phase = AT_REST;
    }
}
