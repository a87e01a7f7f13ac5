//! The end of a stream that brings what is asked for.

use crate::shelf::{Answer, Request};
use crate::shown::{Progress, Shown};
use sostenuto_rt::{Consumer, Producer};
use std::sync::Arc;

/// Takes the requests of a [`Reel`](crate::Reel) and hands it the pages. It belongs on threads that may wait. `[control]`
#[derive(Debug)]
pub struct Spool {
    requests: Consumer<Request>,
    answers: Producer<Answer>,
    shown: Arc<Shown>,
    /// Taken from the ring, and not answered yet.
    open: Vec<Request>,
}

impl Spool {
    pub(crate) fn new(requests: Consumer<Request>, answers: Producer<Answer>, shown: Arc<Shown>) -> Self {
        let open = Vec::with_capacity(requests.capacity());
        Spool { requests, answers, shown, open }
    }

    /// Takes in what was asked for, and gives back unread what is not wanted any more. Says in how many frames the most urgent page falls due,
    /// below 0 if it is late; nothing if none is wanted.
    pub fn look(&mut self) -> Option<i64> {
        while let Some(request) = self.requests.pop() {
            self.open.push(request);
        }
        let epoch = self.shown.epoch.get();
        for stale in self.open.extract_if(.., |request| request.epoch != epoch) {
            _ = self.answers.push(Answer { page: stale.page, is_read: false, samples: stale.samples });
        }
        let due = self.open.iter().map(|request| request.due).min()?;
        Some(due.wrapping_sub(self.shown.clock.get()) as i64)
    }

    /// Fills the most urgent page of those that the last [`look`](Self::look) took in: `read` gets its number, and the samples of its channels one after the other,
    /// [`PAGE`](crate::PAGE) of each, to be overwritten; it says whether they could be read. If not, they are made silent, and that is counted. Says whether there was one.
    pub fn fill(&mut self, read: impl FnOnce(u64, &mut [f32]) -> bool) -> bool {
        let urgent = self.open.iter().enumerate().min_by_key(|(_, request)| request.due);
        let Some((place, _)) = urgent else { return false };
        let mut request = self.open.swap_remove(place);
        if !read(request.page, &mut request.samples) {
            request.samples.fill(0.0);
            self.shown.unreadable.add(1);
        }
        // There is room for as many answers as there are pages.
        _ = self.answers.push(Answer { page: request.page, is_read: true, samples: request.samples });
        true
    }

    /// Tells how many frames the sound has, once that is known; before the page in which it ends is handed over.
    pub fn tell_length(&self, frames: u64) {
        self.shown.length.set(frames);
    }

    /// Whether the reel is gone, so that nothing more is wanted.
    pub fn is_over(&self) -> bool {
        self.requests.is_abandoned()
    }

    /// How the stream fares.
    pub fn progress(&self) -> Progress {
        Progress(self.shown.clone())
    }
}
