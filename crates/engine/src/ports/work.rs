//! What does the callback of a device's stream do? It runs the engine if its port has the clock, and plays or records in any case.

use super::bay::{Asked, Bay};
use super::ear::Ear;
use super::mouth::Mouth;
use sostenuto_device::{Baton, PortId, Work};
use sostenuto_rt::{Gauge, OwnerSlot};
use std::sync::Arc;

/// What all callbacks share with the control side.
pub(crate) struct Common {
    pub slot: Arc<OwnerSlot<Bay>>,
    pub baton: Arc<Baton>,
    /// Frames per second of the engine.
    pub rate: Arc<Gauge<u32>>,
}

impl Common {
    pub fn share(&self) -> Common {
        Common { slot: self.slot.clone(), baton: self.baton.clone(), rate: self.rate.clone() }
    }
}

/// When a stream has called back, for the watch over its clock.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub callbacks: Gauge<u64>,
    pub last_at: Gauge<u64>,
    /// Times that it had the clock and found the engine held.
    pub refused: Gauge<u64>,
}

impl Calls {
    fn note(&self, now: u64) {
        // In this order: who sees the count finds its time, or a later one.
        self.last_at.set(now);
        self.callbacks.add(1);
    }
}

/// Runs the engine by the blocks of a device whose rate may be another than the engine's.
struct Pump {
    id: PortId,
    common: Common,
    /// Frames per second of the device.
    rate: u32,
    /// Of what is owed to the engine, in parts of a frame of the device's rate.
    owed: u64,
    calls: Arc<Calls>,
}

impl Pump {
    fn holds(&self) -> bool {
        self.common.baton.is_held_by(self.id)
    }

    /// Renders what belongs to so many frames of the device, or as many as are said to be wanted, at which rate.
    fn run(&mut self, frames: usize, wanted: Option<(usize, f64)>, now: u64) {
        match self.common.slot.try_enter() {
            Some(mut bay) => {
                let asked = Asked { frames, rate: self.rate, wanted, owed: &mut self.owed };
                bay.step(self.id.0, asked, now);
            }
            None => _ = self.calls.refused.add(1),
        }
    }
}

/// Plays.
pub(crate) struct Plays {
    pump: Pump,
    mouth: Mouth,
}

/// Records.
pub(crate) struct Records {
    pump: Pump,
    ear: Ear,
    channels: usize,
}

impl Plays {
    /// For a stream of so many frames per second. `[control]`
    pub fn new(id: PortId, common: Common, rate: u32, mouth: Mouth, calls: Arc<Calls>) -> Self {
        Plays { pump: Pump { id, common, rate: rate.max(1), owed: 0, calls }, mouth }
    }
}

impl Records {
    /// For a stream of so many channels and frames per second. `[control]`
    pub fn new(
        id: PortId,
        common: Common,
        (channels, rate): (u16, u32),
        ear: Ear,
        calls: Arc<Calls>,
    ) -> Self {
        let pump = Pump { id, common, rate: rate.max(1), owed: 0, calls };
        Records { pump, ear, channels: usize::from(channels.max(1)) }
    }
}

impl Work for Plays {
    fn run(&mut self, _: &[f32], output: &mut [f32], now: u64) {
        self.pump.calls.note(now);
        self.mouth.listen();
        let frames = output.len() / self.mouth.channels();
        if self.pump.holds() {
            let wanted = self.mouth.wants(frames);
            self.pump.run(frames, wanted, now);
        }
        self.mouth.fill(output, now);
    }
}

impl Work for Records {
    fn run(&mut self, input: &[f32], _: &mut [f32], now: u64) {
        self.pump.calls.note(now);
        self.ear.push(input, now);
        if self.pump.holds() {
            self.pump.run(input.len() / self.channels, None, now);
        }
    }
}
