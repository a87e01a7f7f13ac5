//! What has the system reported of a stream? Counted by class, and the first error that ends the stream is kept.

use super::error::DeviceError;
use crate::counters::Counters;
use crate::time::monotonic_nanos;
use cpal::ErrorKind;
use sostenuto_rt::Gauge;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// So many errors within a second and without a callback in between end the stream, whatever they are. A lost server behind
/// ALSA reports a million in that time; xruns of a stream that plays never come without callbacks.
const FLOOD: u64 = 1000;
/// How long a thread that goes on reporting errors of a lost stream is held up each time, so that it does not take a
/// processor for itself until the stream is dropped. It has nothing left to play.
const THROTTLE: Duration = Duration::from_millis(20);

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
            std::thread::sleep(THROTTLE);
        } else if ends_the_stream(error.kind()) || self.flood.rises(&self.counters, monotonic_nanos()) {
            // Two threads may come at once; the first one's error stays.
            let _ = self.lost.set(DeviceError::in_stream(&self.device, error));
        }
    }
}

fn ends_the_stream(kind: ErrorKind) -> bool {
    use ErrorKind::{DeviceNotAvailable, HostUnavailable, PermissionDenied, StreamInvalidated};
    matches!(kind, DeviceNotAvailable | HostUnavailable | StreamInvalidated | PermissionDenied)
}

impl Flood {
    /// Whether this error makes it a flood.
    fn rises(&self, counters: &Counters, now: u64) -> bool {
        let callbacks = counters.callbacks.get();
        let calm = self.at_callback.swap(callbacks) != callbacks;
        if calm || now.saturating_sub(self.since.get()) > 1_000_000_000 {
            self.errors.set(0);
            self.since.set(now);
        }
        self.errors.add(1) + 1 >= FLOOD
    }
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
    fn a_flood_of_any_error_ends_the_stream() {
        let faults = faults();
        let error = cpal::Error::new(ErrorKind::BackendError);
        while faults.lost().is_none() {
            faults.note(&error);
            assert!(faults.counters.read().faults <= FLOOD, "it should have been noticed");
        }
        assert_eq!(faults.counters.read().faults, FLOOD);
    }

    #[test]
    fn callbacks_in_between_or_time_make_it_no_flood() {
        let (flood, counters) = (Flood::default(), Counters::new());
        for _ in 0..10 * FLOOD {
            counters.callbacks.add(1);
            assert!(!flood.rises(&counters, 0));
        }
        let (flood, every_two_ms) = (Flood::default(), 2_000_000);
        for n in 0..10 * FLOOD {
            assert!(!flood.rises(&counters, n * every_two_ms));
        }
    }
}
