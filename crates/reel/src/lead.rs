//! The beginning of a sound, which is there before anybody asks.

use crate::PAGE;
use std::fmt;
use std::sync::Arc;

/// Pages in a row that stay in memory, so that a stream begins at once. Shared by all that play the same sound from the same place.
#[derive(Clone)]
pub struct Lead {
    first: u64,
    channels: usize,
    samples: Arc<[f32]>,
}

impl Lead {
    /// Pages from number `first` on: in each page channel after channel, [`PAGE`] samples of each. An incomplete page is left out. `[control]`
    pub fn new(first: u64, channels: u16, mut samples: Vec<f32>) -> Lead {
        let channels = usize::from(channels.max(1));
        samples.truncate(samples.len() / (PAGE * channels) * (PAGE * channels));
        Lead { first, channels, samples: samples.into() }
    }

    /// How many pages it has.
    pub fn pages(&self) -> u64 {
        (self.samples.len() / (PAGE * self.channels)) as u64
    }

    /// The samples of a page, if it is one of these. `[audio]`
    #[inline]
    pub(crate) fn page(&self, number: u64) -> Option<&[f32]> {
        let size = PAGE * self.channels;
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?.checked_mul(size)?;
        self.samples.get(place..place.checked_add(size)?)
    }
}

impl fmt::Debug for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lead of {} pages from {} on", self.pages(), self.first)
    }
}
