//! What has the system reported of a stream? Counted by class, and the first error that ends the stream is kept.

use super::error::DeviceError;
use crate::counters::Counters;
use crate::time::monotonic_nanos;
use cpal::ErrorKind;
use sostenuto_rt::Gauge;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// So many errors without a callback in between are a flood: a lost server behind ALSA reports a million a second, and one
/// that is slow to start does so for some milliseconds.
const FLOOD: u64 = 1000;
/// A flood that has begun no more than a second ago and lasts this long ends the stream, whatever the errors are.
const FLOOD_LASTS: u64 = 500_000_000;
/// In a flood the reporting thread is held up this long for each error, so that it does not take a processor for itself.
const BRAKE: Duration = Duration::from_millis(1);
/// The same once the stream is lost, until it is dropped: there is nothing left to play.
const LOST_BRAKE: Duration = Duration::from_millis(20);

/// Takes the system's errors, from whichever of its threads they come.
#[derive(Debug)]
pub(super) struct Faults {
    device: String,
    counters: Arc<Counters>,
    lost: OnceLock<DeviceError>,
    flood: Flood,
}

/// Errors since the last callback, and within the last second.
#[derive(Debug, Default)]
struct Flood {
    errors: Gauge<u64>,
    at_callback: Gauge<u64>,
    since: Gauge<u64>,
}

impl Faults {
    pub fn new(device: String, counters: Arc<Counters>) -> Self {
        Faults { device, counters, lost: OnceLock::new(), flood: Flood::default() }
    }

    /// Why the stream has ended, if it has. `[any]`
    pub fn lost(&self) -> Option<&DeviceError> {
        self.lost.get()
    }

    /// The device has gone, though the system says nothing of the stream. `[control]`
    pub fn gone(&self) {
        let why = "it is not among the system's devices any more".into();
        let _ = self.lost.set(DeviceError::DeviceLost { device: self.device.clone(), why });
    }

    /// Notes one error. Runs in the system's thread; what it does per error is bounded, and keeps nothing after the first that
    /// ends the stream.
    pub fn note(&self, error: &cpal::Error) {
        let counter = match error.kind() {
            ErrorKind::Xrun => &self.counters.xruns,
            ErrorKind::DeviceChanged => &self.counters.reroutes,
            ErrorKind::RealtimeDenied => &self.counters.priority_denied,
            _ => &self.counters.faults,
        };
        counter.add(1);
        if self.lost.get().is_some() {
            std::thread::sleep(LOST_BRAKE);
            return;
        }
        let tide = self.flood.note(&self.counters, monotonic_nanos());
        if ends_the_stream(error.kind()) || tide == Tide::Lasting {
            // Two threads may come at once; the first one's error stays.
            let _ = self.lost.set(DeviceError::in_stream(&self.device, error));
        } else if tide == Tide::High {
            std::thread::sleep(BRAKE);
        }
    }
}

fn ends_the_stream(kind: ErrorKind) -> bool {
    use ErrorKind::{DeviceNotAvailable, HostUnavailable, PermissionDenied, StreamInvalidated};
    matches!(kind, DeviceNotAvailable | HostUnavailable | StreamInvalidated | PermissionDenied)
}

impl Flood {
    /// Notes an error at `now`.
    fn note(&self, counters: &Counters, now: u64) -> Tide {
        let callbacks = counters.callbacks.get();
        let calm = self.at_callback.swap(callbacks) != callbacks;
        if calm || now.saturating_sub(self.since.get()) > 1_000_000_000 {
            self.errors.set(0);
            self.since.set(now);
        }
        if self.errors.add(1) + 1 < FLOOD {
            Tide::Low
        } else if now.saturating_sub(self.since.get()) < FLOOD_LASTS {
            Tide::High
        } else {
            Tide::Lasting
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tide {
    /// Errors that come one by one.
    Low,
    /// A flood.
    High,
    /// A flood that has lasted too long.
    Lasting,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> Faults {
        Faults::new("card".into(), Arc::new(Counters::new()))
    }

    #[test]
    fn counts_by_class_and_plays_on() {
        let faults = faults();
        for kind in [
            ErrorKind::Xrun,
            ErrorKind::Xrun,
            ErrorKind::DeviceChanged,
            ErrorKind::RealtimeDenied,
            ErrorKind::BackendError,
        ] {
            faults.note(&kind.into());
        }
        let counts = faults.counters.read();
        assert_eq!((counts.xruns, counts.reroutes, counts.priority_denied, counts.faults), (2, 1, 1, 1));
        assert_eq!(faults.lost(), None);
    }

    #[test]
    fn the_first_error_that_ends_the_stream_is_kept() {
        let faults = faults();
        faults.note(&cpal::Error::with_message(ErrorKind::DeviceNotAvailable, "unplugged"));
        faults.note(&cpal::Error::with_message(ErrorKind::StreamInvalidated, "later"));
        let lost = DeviceError::DeviceLost { device: "card".into(), why: "unplugged".into() };
        assert_eq!((faults.lost(), faults.counters.read().faults), (Some(&lost), 2));
    }

    #[test]
    fn a_flood_that_lasts_ends_the_stream() {
        let faults = faults();
        let error = cpal::Error::new(ErrorKind::BackendError);
        while faults.lost().is_none() {
            faults.note(&error);
            // A thousand at once and one each millisecond from then on: the brake works.
            assert!(faults.counters.read().faults <= FLOOD + 500, "it should have been noticed");
        }
        assert!(faults.counters.read().faults > FLOOD, "the flood has to last");
    }

    #[test]
    fn a_flood_that_ends_is_forgiven() {
        let (flood, counters) = (Flood::default(), Counters::new());
        let tides: Vec<Tide> = (0..1200).map(|n| flood.note(&counters, n * 1000)).collect();
        assert_eq!((tides[998], tides[999], tides[1199]), (Tide::Low, Tide::High, Tide::High));
        counters.callbacks.add(1);
        assert_eq!(flood.note(&counters, 600_000_000), Tide::Low);
    }

    #[test]
    fn callbacks_in_between_or_time_make_it_no_flood() {
        let (flood, counters) = (Flood::default(), Counters::new());
        for n in 0..10 * FLOOD {
            counters.callbacks.add(1);
            assert_eq!(flood.note(&counters, n * 1000), Tide::Low);
        }
        let (flood, every_two_ms) = (Flood::default(), 2_000_000);
        for n in 0..10 * FLOOD {
            assert_eq!(flood.note(&counters, n * every_two_ms), Tide::Low);
        }
    }
}
