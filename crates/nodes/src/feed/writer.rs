//! The end of a feed that programs hold.

use sostenuto_rt::{Consumer, Gauge, Producer, ring};
#[allow(clippy::disallowed_types, reason = "held by programs that write, and never on the audio thread")]
use std::sync::Mutex;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Where a program writes what a node of kind `feed` plays.
///
/// Any number of threads may hold one; what they write at once comes one after the other. None of its methods waits for the audio
/// thread, and the audio thread for none of them: between them is a ring. `[control]`
///
/// What waits is played when there is enough of it (the setting `prime`). When the program is late, the last 5 ms that wait fade out, what
/// follows is silent, and both are counted; it fades in again with the next frame that was written, once there is enough. A beginning and an
/// [`end`](Feed::end) are heard as they are written.
///
/// An engine with such a node keeps its sample rate. Another setting, or another number of channels, makes another node, with another
/// feed; this one [is over](Feed::is_over) then.
///
/// ```
/// use sostenuto_graph::{AudioGraph, Command, Executor, Limits, ROOT, Sink, Stream};
/// use sostenuto_nodes::{Layout, Tap, build};
///
/// let stream = Stream { sample_rate: 48_000.0 };
/// let (mut executor, mut remote) = Executor::new(stream, Limits::default(), None);
/// let mut graph = AudioGraph::new(stream, 1);
/// let built = build("feed", Layout::of(1)).unwrap();
/// let Some(Tap::Feed(feed)) = built.tap else { unreachable!() };
/// let mut edit = graph.edit();
/// let node = edit.add("ramp", built.processor).unwrap();
/// edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
/// assert!(remote.commands.send(Command::Apply(edit.commit().unwrap())).is_ok());
///
/// // A program writes, and says that this is all.
/// let ramp: Vec<f32> = (0..2000).map(|n| n as f32 / 2000.0).collect();
/// assert_eq!(feed.write(&ramp), 2000);
/// feed.end();
/// let mut heard = vec![0.0; 2100];
/// executor.render(&mut [&mut heard]);
/// assert_eq!(heard[..2000], ramp);
/// assert_eq!((feed.waiting(), feed.underruns()), (0, 0));
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::disallowed_types, reason = "held by programs that write, and never on the audio thread")]
pub struct Feed {
    writer: Arc<Mutex<Writer>>,
    shown: Arc<Shown>,
    channels: usize,
    frames: usize,
}

/// The end of the ring that is written to.
#[derive(Debug)]
struct Writer {
    ring: Producer<f32>,
    /// The other end, until there is a node to read it.
    unread: Option<Consumer<f32>>,
    /// Frames that were written so far.
    written: u64,
}

/// What both ends see.
#[derive(Debug)]
pub(super) struct Shown {
    /// As many frames as were written when it was last said that this is all; [`NEVER`] until then.
    pub end: Gauge<u64>,
    /// Frames that were played.
    pub played: Gauge<u64>,
    pub underruns: Gauge<u64>,
    /// Frames that were silent for want of others.
    pub silent: Gauge<u64>,
    /// Samples that were no finite numbers.
    replaced: Gauge<u64>,
}

/// More frames than are ever written.
pub(super) const NEVER: u64 = u64::MAX;

impl Feed {
    pub(super) fn new(channels: usize, frames: usize) -> Self {
        let (producer, consumer) = ring(frames * channels);
        let writer = Writer { ring: producer, unread: Some(consumer), written: 0 };
        let none = || Gauge::new(0);
        let shown = Shown {
            end: Gauge::new(NEVER),
            played: none(),
            underruns: none(),
            silent: none(),
            replaced: none(),
        };
        #[allow(clippy::disallowed_types, reason = "never held on the audio thread")]
        let writer = Arc::new(Mutex::new(writer));
        Feed { writer, shown: Arc::new(shown), channels, frames }
    }

    pub(super) fn shown(&self) -> &Arc<Shown> {
        &self.shown
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end to read from, for the node.
    pub(super) fn reader(&self) -> Consumer<f32> {
        let mut writer = self.writer();
        writer.unread.take().unwrap_or_else(|| {
            // A node that is prepared once more.
            let (producer, consumer) = ring(self.frames * self.channels);
            writer.ring = producer;
            consumer
        })
    }

    /// Writes frames, channel after channel within each: as many whole ones as there is room for. Returns how many were taken; the rest is
    /// to be written later, or to be given up. None are taken once it [is over](Feed::is_over).
    ///
    /// Samples that are infinite or not a number become 0, and are [counted](Feed::replaced).
    pub fn write(&self, interleaved: &[f32]) -> usize {
        let mut writer = self.writer();
        if writer.ring.is_abandoned() {
            return 0;
        }
        let room = writer.ring.slots() / self.channels;
        let frames = room.min(interleaved.len() / self.channels);
        let mut replaced = 0;
        let samples = interleaved.iter().take(frames * self.channels).map(|sample| {
            let finite = sample.is_finite();
            replaced += u64::from(!finite);
            if finite { *sample } else { 0.0 }
        });
        writer.ring.push_iter(samples);
        writer.written += frames as u64;
        self.shown.replaced.add(replaced);
        frames
    }

    /// Says that what was written so far is whole: it plays to its end, at full level, and what is silent behind it is no under-run. To be
    /// called right after the last [`write`](Feed::write), before what waits runs short. What is written afterwards begins anew, without a gap if
    /// enough of it waits by then. Of two ends that are still to come the later one counts.
    pub fn end(&self) {
        let writer = self.writer();
        self.shown.end.set(writer.written);
    }

    /// How many channels a frame has.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many frames can wait.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// For how many frames there is room now; there may be more by and by.
    pub fn room(&self) -> usize {
        let writer = self.writer();
        if writer.ring.is_abandoned() { 0 } else { writer.ring.slots() / self.channels }
    }

    /// How many frames wait now; there may be fewer by and by.
    pub fn waiting(&self) -> usize {
        self.writer().ring.len() / self.channels
    }

    /// How many frames were played so far.
    pub fn played(&self) -> u64 {
        self.shown.played.get()
    }

    /// How often it faded out for want of frames.
    pub fn underruns(&self) -> u64 {
        self.shown.underruns.get()
    }

    /// How many frames were silent for that reason, up to now.
    pub fn silent(&self) -> u64 {
        self.shown.silent.get()
    }

    /// How many samples were written that are infinite or not a number.
    pub fn replaced(&self) -> u64 {
        self.shown.replaced.get()
    }

    /// Whether the node is gone, so that nothing more will be played.
    pub fn is_over(&self) -> bool {
        self.writer().ring.is_abandoned()
    }
}
