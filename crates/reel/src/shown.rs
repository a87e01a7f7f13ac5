//! How a stream fares, for all threads to see.

use sostenuto_rt::Gauge;
use std::sync::Arc;

/// What both ends know of a stream.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Frames played, whatever was heard.
    pub clock: Gauge<u64>,
    /// How often it was sent elsewhere: what was asked for before is not wanted any more.
    pub epoch: Gauge<u32>,
    /// Frames of the sound, once they are known.
    pub length: Gauge<u64>,
    pub place: Gauge<u64>,
    pub underruns: Gauge<u64>,
    pub lost: Gauge<u64>,
    pub late: Gauge<u64>,
    /// Pages that could not be read.
    pub unreadable: Gauge<u64>,
}

impl Shown {
    pub fn new(length: Option<u64>) -> Self {
        Shown {
            clock: Gauge::<u64>::new(0),
            epoch: Gauge::<u32>::new(0),
            length: Gauge::new(length.unwrap_or(u64::MAX)),
            place: Gauge::<u64>::new(0),
            underruns: Gauge::<u64>::new(0),
            lost: Gauge::<u64>::new(0),
            late: Gauge::<u64>::new(0),
            unreadable: Gauge::<u64>::new(0),
        }
    }
}

/// How a stream fares; clones are of the same one. `[any]`
#[derive(Clone, Debug)]
pub struct Progress(pub(crate) Arc<Shown>);

/// How a stream has fared so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fortunes {
    /// The frame of the sound that is heard next.
    pub place: u64,
    /// Frames of the sound, as soon as they are known.
    pub length: Option<u64>,
    /// How often what came next was not there, so that the sound was faded out.
    pub underruns: u64,
    /// Frames that were silent for that reason, besides those that were faded.
    pub lost: u64,
    /// Frames that were silent because a place that it was sent to had not been read yet.
    pub late: u64,
    /// Pages that could not be read, and were silent.
    pub unreadable: u64,
}

impl Default for Progress {
    fn default() -> Self {
        Progress(Arc::new(Shown::new(None)))
    }
}

impl Progress {
    /// That of a stream which is yet to be made. `[control]`
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that it could not be made, as a page that could not be read.
    pub fn fail(&self) {
        self.0.unreadable.add(1);
    }

    /// How it has fared so far. The numbers are taken one after the other.
    pub fn fortunes(&self) -> Fortunes {
        let shown = &self.0;
        Fortunes {
            place: shown.place.get(),
            length: Some(shown.length.get()).filter(|length| *length != u64::MAX),
            underruns: shown.underruns.get(),
            lost: shown.lost.get(),
            late: shown.late.get(),
            unreadable: shown.unreadable.get(),
        }
    }
}
