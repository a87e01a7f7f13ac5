//! What a node shows while it runs, read on any thread without locks; and where it is written to.

/// A view into a running node.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Tap {
    /// Levels.
    Meter(crate::meter::Meter),
    /// The latest frames.
    Scope(crate::scope::Scope),
    /// How a stream from the disk fares.
    Stream(StreamTap),
    /// Where a program writes what is heard.
    Feed(crate::feed::Feed),
}

/// What is shown of a stream from the disk.
#[derive(Clone, Debug)]
pub struct StreamTap {
    /// How it fares.
    pub progress: sostenuto_reel::Progress,
    /// What it plays, if it plays anything.
    pub footage: Option<sostenuto_reel::Streamed>,
}

/// Where each of several nodes side by side shows what it does; of one alone there is only the first.
///
/// A node brings its own into a lane and takes it out again. A lane that no node has shows nothing to anyone.
#[derive(Debug)]
pub(crate) struct Shown<T> {
    pub(crate) first: T,
    others: Box<[T]>,
}

impl<T> Shown<T> {
    /// For so many lanes, all blank. `[control]`
    pub(crate) fn new(lanes: usize, blank: impl Fn() -> T) -> Self {
        Shown { first: blank(), others: (1..lanes).map(|_| blank()).collect() }
    }

    /// Those of all lanes. `[audio]`
    pub(crate) fn lanes(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&*self.others)
    }

    /// That of a lane. `[audio]`
    pub(crate) fn lane(&self, lane: usize) -> Option<&T> {
        self.lanes().nth(lane)
    }

    /// Exchanges that of a lane with that of a node alone. `[audio]`
    pub(crate) fn swap_lane(&mut self, lane: usize, alone: &mut Shown<T>) {
        let here = std::iter::once(&mut self.first).chain(&mut *self.others).nth(lane);
        if let Some(here) = here {
            std::mem::swap(here, &mut alone.first);
        }
    }
}
