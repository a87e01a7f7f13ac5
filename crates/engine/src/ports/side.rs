//! An engine with the wires that lead to its nodes. There are two of them for a while when the engine goes over to another rate.

use super::wire::{FromNode, Place, STEP, StreamKey, ToNode};
use sostenuto_graph::Executor;

/// Wires of each direction that an engine can have.
pub(crate) const MOST_WIRES: usize = 4096;

/// A node that sounds on a device.
pub(crate) struct OutWire {
    pub end: FromNode,
    pub place: Place,
    pub block: Box<[f32]>,
}

/// A node that hears a device.
pub(crate) struct InWire {
    pub end: ToNode,
    pub place: Place,
    block: Box<[f32]>,
}

/// An engine, what it put out last, and the wires of its nodes.
#[expect(clippy::vec_box, reason = "what comes and goes through rings stays where it is")]
pub(crate) struct Side {
    /// Lines belong to the side of their number.
    pub number: u32,
    pub engine: Box<Executor>,
    /// What the main bus put out last, interleaved.
    pub main: Box<[f32]>,
    pub main_channels: usize,
    pub out_wires: Vec<Box<OutWire>>,
    pub in_wires: Vec<Box<InWire>>,
    /// What levels change by in a frame while they fade.
    pub slope: f32,
    /// Of a frame that is due by another engine's frames, as a part of one.
    owed: f64,
}

impl OutWire {
    pub fn new(end: FromNode, place: Place) -> Box<Self> {
        let block = vec![0.0; STEP * end.channels()].into();
        Box::new(OutWire { end, place, block })
    }
}

impl InWire {
    pub fn new(end: ToNode, place: Place) -> Box<Self> {
        let block = vec![0.0; STEP * end.channels()].into();
        Box::new(InWire { end, place, block })
    }

    /// Hands the node its channels of what a device hears; those that the device does not have are silent. `[audio]`
    pub fn hear(&mut self, line: &[f32], channels: usize, frames: usize, first: u64) {
        let (width, offset) = (self.end.channels(), usize::from(self.place.first));
        let Some(block) = self.block.get_mut(..frames * width) else { return };
        for (to, from) in block.chunks_exact_mut(width).zip(line.chunks_exact(channels.max(1))) {
            for (channel, sample) in to.iter_mut().enumerate() {
                *sample = from.get(offset + channel).copied().unwrap_or(0.0);
            }
        }
        self.end.put(block, first);
    }
}

impl Side {
    /// An engine whose main bus has so many channels, without wires. A fade of all takes `fade` seconds. `[control]`
    pub fn new(number: u32, engine: Executor, main_channels: u16, fade: f64) -> Box<Self> {
        let main_channels = usize::from(main_channels.max(1));
        let slope = 1.0 / (engine.stream().sample_rate * fade).max(1.0) as f32;
        Box::new(Side {
            number,
            engine: Box::new(engine),
            main: vec![0.0; STEP * main_channels].into(),
            main_channels,
            out_wires: Vec::with_capacity(MOST_WIRES),
            in_wires: Vec::with_capacity(MOST_WIRES),
            slope,
            owed: 0.0,
        })
    }

    /// Frames per second.
    pub fn rate(&self) -> f64 {
        self.engine.stream().sample_rate
    }

    /// How many frames are due when another engine renders so many at its rate. `[audio]`
    pub fn due(&mut self, frames: usize, rate: f64) -> usize {
        self.owed += frames as f64 * self.rate() / rate;
        let due = (self.owed as usize).min(STEP);
        self.owed -= due as f64;
        due
    }

    /// Renders so many frames, at most [`STEP`]; what the nodes with wires sound like is taken up. `[audio]`
    pub fn render(&mut self, frames: usize) {
        let first = self.engine.frame();
        if let Some(main) = self.main.get_mut(..frames * self.main_channels) {
            self.engine.render_interleaved(main, self.main_channels);
        }
        self.take(frames, first);
    }

    /// Puts out so many frames of silence instead. `[audio]`
    pub fn stand(&mut self, frames: usize) {
        if let Some(main) = self.main.get_mut(..frames * self.main_channels) {
            main.fill(0.0);
        }
        self.take(frames, self.engine.frame());
    }

    fn take(&mut self, frames: usize, first: u64) {
        for wire in &mut self.out_wires {
            if let Some(block) = wire.block.get_mut(..frames * wire.end.channels()) {
                wire.end.take(block, first);
            }
        }
    }

    /// Hands what a device of so many channels hears to the nodes that hear the stream. `[audio]`
    pub fn hear(&mut self, line: &[f32], channels: usize, frames: usize, hears: impl Fn(StreamKey) -> bool) {
        let first = self.engine.frame();
        for wire in self.in_wires.iter_mut().filter(|wire| hears(wire.place.stream)) {
            wire.hear(line, channels, frames, first);
        }
    }
}
