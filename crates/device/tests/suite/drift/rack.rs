//! The same two devices, joined as VCV Rack 2 joins a secondary audio module to the engine: a ring, a ratio that is the nominal one, and a ring that is emptied
//! when it holds twice what a callback takes. Counted in frames; no sound.

use super::rig::{Case, Trace};
use sostenuto_device::{Fake, Host, Wish};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Frames that the ring holds.
const RING: u64 = 32_768;

/// What became of the frames.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    pub fed: u64,
    /// Thrown away, by emptying the ring or because it was full.
    pub thrown_away: u64,
    pub emptied: u64,
    /// Frames of silence, and callbacks in which there were any.
    pub missing: u64,
    pub gaps: u64,
    held: u64,
    /// What the ring holds before a callback of the draining device, in milliseconds.
    pub trace: Trace,
}

impl Losses {
    fn feed(&mut self, frames: u64) {
        self.fed += frames;
        let fits = frames.min(RING - self.held);
        self.thrown_away += frames - fits;
        self.held += fits;
    }

    fn drain(&mut self, frames: u64, now: u64) {
        self.trace.note(now as f64 * 1e-9, self.held as f64 / 48.0);
        let taken = frames.min(self.held);
        self.held -= taken;
        self.missing += frames - taken;
        self.gaps += u64::from(taken < frames);
        // At equal rates: twice the block, less one.
        if self.held > 2 * frames - 1 {
            self.thrown_away += self.held;
            self.emptied += 1;
            self.held = 0;
        }
    }
}

/// Runs a case of two devices at 48 kHz.
pub fn run(case: &Case) -> Losses {
    let mut host = Fake::new(case.seed);
    host.plug(case.feed.clone());
    host.plug(case.drain.clone());
    let losses = Arc::new(Mutex::new(Losses::default()));
    let (fed, drained) = (losses.clone(), losses.clone());
    let feeding = move |_: &[f32], output: &mut [f32], _: u64| fed.lock().unwrap().feed(output.len() as u64);
    let draining = move |_: &[f32], output: &mut [f32], now: u64| {
        drained.lock().unwrap().drain(output.len() as u64, now)
    };
    let open = |id: &str| Wish { device: Some(id.into()), outputs: 1, ..Wish::default() };
    let _feeding = host.open(&open("feed"), Box::new(feeding)).unwrap();
    let _draining = host.open(&open("drain"), Box::new(draining)).unwrap();
    host.run(Duration::from_secs(case.seconds));
    let losses = losses.lock().unwrap();
    losses.clone()
}
