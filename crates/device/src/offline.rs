//! How is an engine rendered without a device? As fast as the machine goes, in callbacks of any size.

use sostenuto_graph::Executor;
use std::borrow::BorrowMut;
use std::convert::Infallible;
use std::num::NonZeroUsize;

/// How large the callbacks are, in frames. The samples are the same whatever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// All of one size.
    Fixed(NonZeroUsize),
    /// One size after the other, from the first again after the last. Empty means the default.
    Cycle(Vec<NonZeroUsize>),
}

impl Blocks {
    /// What [`Offline`] takes unless told otherwise: large enough to cost nothing, small enough for commands and events to be
    /// attended to in between.
    pub const DEFAULT: NonZeroUsize = NonZeroUsize::new(512).unwrap();

    fn get(&self, number: usize) -> usize {
        let size = match self {
            Blocks::Fixed(size) => Some(size),
            Blocks::Cycle(sizes) => number.checked_rem(sizes.len()).and_then(|at| sizes.get(at)),
        };
        size.copied().unwrap_or(Blocks::DEFAULT).get()
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks::Fixed(Blocks::DEFAULT)
    }
}

/// The offline host: an engine, its own or borrowed, and the size of the callbacks. `[control]`
///
/// ```
/// use sostenuto_device::Offline;
/// use sostenuto_graph::{Executor, Limits, Stream};
/// let (executor, _remote) = Executor::new(Stream { sample_rate: 48_000.0 }, Limits::default(), None);
/// let mut host = Offline::new(executor, 2);
/// let mut frames = 0;
/// host.render(1000, |block| frames += block.len() / 2);
/// assert_eq!((frames, host.frame()), (1000, 1000));
/// ```
#[derive(Debug)]
pub struct Offline<E> {
    engine: E,
    channels: usize,
    blocks: Blocks,
    callback: usize,
    buffer: Vec<f32>,
}

impl<E: BorrowMut<Executor>> Offline<E> {
    /// A host for an engine (an `Executor`, a `&mut Executor`, a `Box<Executor>`) that renders so many channels; 0 counts as 1.
    pub fn new(engine: E, channels: u16) -> Self {
        let channels = usize::from(channels.max(1));
        Offline { engine, channels, blocks: Blocks::default(), callback: 0, buffer: Vec::new() }
    }

    /// The same host with callbacks of other sizes.
    #[must_use]
    pub fn with_blocks(mut self, blocks: Blocks) -> Self {
        self.blocks = blocks;
        self
    }

    /// Renders so many frames and hands them to the sink, interleaved, callback after callback; the last one is as short as
    /// need be. The sink is also where commands can be sent and events received, between callbacks.
    pub fn render(&mut self, frames: u64, mut sink: impl FnMut(&[f32])) {
        let Ok(()) = self.try_render(frames, |block| {
            sink(block);
            Ok::<(), Infallible>(())
        });
    }

    /// Like [`render`](Self::render), with a sink that may fail.
    ///
    /// # Errors
    /// The sink's first error; the frames of that callback have been rendered, and no more.
    pub fn try_render<F>(
        &mut self,
        frames: u64,
        mut sink: impl FnMut(&[f32]) -> Result<(), F>,
    ) -> Result<(), F> {
        let mut left = frames;
        while left > 0 {
            let block = (self.next_block() as u64).min(left);
            let samples = block as usize * self.channels;
            if self.buffer.len() < samples {
                self.buffer.resize(samples, 0.0);
            }
            let buffer = &mut self.buffer[..samples];
            self.engine.borrow_mut().render_interleaved(buffer, self.channels);
            sink(buffer)?;
            left -= block;
        }
        Ok(())
    }

    /// Renders into a buffer of interleaved frames. Samples past the last whole frame are silent.
    pub fn fill(&mut self, samples: &mut [f32]) {
        let whole = samples.len() / self.channels * self.channels;
        let (mut rest, past) = samples.split_at_mut(whole);
        while !rest.is_empty() {
            let block = (self.next_block() * self.channels).min(rest.len());
            let (now, later) = rest.split_at_mut(block);
            self.engine.borrow_mut().render_interleaved(now, self.channels);
            rest = later;
        }
        past.fill(0.0);
    }

    /// The frame that will be rendered next.
    pub fn frame(&self) -> u64 {
        self.engine.borrow().frame()
    }

    /// How many channels it renders.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The engine, back from the host.
    pub fn into_inner(self) -> E {
        self.engine
    }

    fn next_block(&mut self) -> usize {
        let size = self.blocks.get(self.callback);
        self.callback = self.callback.wrapping_add(1);
        size
    }
}
