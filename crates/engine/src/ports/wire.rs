//! How does sound get from a node to the stream of a device, and back? Through a ring between the node and the [`Bay`](super::bay::Bay), both of which run in the
//! same callback: what is put in while a step is rendered is taken out before or after it. Each frame has its number, so that a node that begins, ends or pauses in
//! the middle of a step is silent in the rest of it.

use sostenuto_graph::{Activity, Io, Port, Processor, QUANTUM, Shape, Stream};
use sostenuto_rt::{Consumer, Gauge, Producer, ring};
use std::sync::Arc;

/// The most frames of a step.
pub(crate) const STEP: usize = 2048;

/// A ring of frames, and the number of the one behind the last that was put in.
fn ring_of(channels: u16) -> (Producer<f32>, Consumer<f32>, Arc<Gauge<u64>>) {
    let (producer, consumer) = ring((STEP + QUANTUM) * usize::from(channels));
    (producer, consumer, Arc::default())
}

/// A node that hands what comes in to the bay, and the bay's end. `[control]`
pub(crate) fn outgoing(channels: u16) -> (ToBay, FromNode) {
    let (producer, consumer, end) = ring_of(channels);
    let width = usize::from(channels);
    let block = vec![0.0; QUANTUM * width].into_boxed_slice();
    let node = ToBay { put: Put { ring: producer, channels: width, end: end.clone() }, block };
    (node, FromNode(Take { ring: consumer, channels: width, end }))
}

/// The bay's end, and a node that puts out what the bay hands it. `[control]`
pub(crate) fn incoming(channels: u16) -> (ToNode, FromBay) {
    let (producer, consumer, end) = ring_of(channels);
    let width = usize::from(channels);
    let block = vec![0.0; QUANTUM * width].into_boxed_slice();
    let node = FromBay { take: Take { ring: consumer, channels: width, end: end.clone() }, block };
    (ToNode(Put { ring: producer, channels: width, end }), node)
}

/// The end of a ring where frames go in.
#[derive(Debug)]
struct Put {
    ring: Producer<f32>,
    channels: usize,
    end: Arc<Gauge<u64>>,
}

impl Put {
    /// Puts in frames, the first of which has this number; all of them, or none if there is no room, because nobody takes them.
    fn put(&mut self, frames: &[f32], first: u64) {
        let end = if self.ring.is_empty() { first } else { self.end.get() };
        let gap = usize::try_from(first.saturating_sub(end)).unwrap_or(usize::MAX);
        let gap = gap.saturating_mul(self.channels);
        if first < end || self.ring.slots() < gap.saturating_add(frames.len()) {
            return;
        }
        if let Ok(silence) = self.ring.write_chunk_filled(gap, 0.0) {
            silence.commit_all();
        }
        self.ring.push_slice(frames);
        self.end.set(first + (frames.len() / self.channels.max(1)) as u64);
    }
}

/// The end where frames come out.
#[derive(Debug)]
struct Take {
    ring: Consumer<f32>,
    channels: usize,
    end: Arc<Gauge<u64>>,
}

impl Take {
    /// Takes out the frames from this number on. Those that were not put in are silent; those before are dropped.
    fn take(&mut self, into: &mut [f32], first: u64) {
        into.fill(0.0);
        let held = self.ring.len() / self.channels.max(1);
        let begin = self.end.get().saturating_sub(held as u64);
        let stale = usize::try_from(first.saturating_sub(begin)).unwrap_or(usize::MAX).min(held);
        self.ring.read_up_to(stale * self.channels).commit_all();
        let missing = usize::try_from(begin.saturating_sub(first)).unwrap_or(usize::MAX);
        if let Some(rest) = into.get_mut(missing.saturating_mul(self.channels)..) {
            self.ring.pop_slice(rest);
        }
    }
}

/// The stream of a device in one direction, as the patch asks for it: a number that is its own for the life of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StreamKey(pub u32);

/// Where a wire leads: the stream, and the first of its channels from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub stream: StreamKey,
    pub first: u16,
}

/// The end of a new wire that is not in the graph.
#[derive(Debug)]
pub(crate) enum WireEnd {
    Out(FromNode),
    #[cfg_attr(not(feature = "native"), expect(dead_code, reason = "without devices, nothing comes in"))]
    In(ToNode),
}

/// Who takes the ends of wires, before the nodes at their other ends begin to run. `[control]`
pub(crate) trait Outward: Send + std::fmt::Debug {
    /// Takes one.
    fn attach(&mut self, end: WireEnd, place: Place);
}

/// The bay's end of a wire from a node. `[audio]`
#[derive(Debug)]
pub(crate) struct FromNode(Take);

impl FromNode {
    pub fn channels(&self) -> usize {
        self.0.channels
    }

    /// Takes what the node put out, interleaved, from a frame on.
    pub fn take(&mut self, into: &mut [f32], first: u64) {
        self.0.take(into, first);
    }

    /// Whether the node is gone, and all that it put out was taken.
    pub fn is_over(&self) -> bool {
        self.0.ring.is_abandoned() && self.0.ring.is_empty()
    }
}

/// The bay's end of a wire to a node. `[audio]`
#[derive(Debug)]
pub(crate) struct ToNode(Put);

#[cfg_attr(not(feature = "native"), allow(dead_code, reason = "without devices, nothing comes in"))]
impl ToNode {
    pub fn channels(&self) -> usize {
        self.0.channels
    }

    /// Hands the node frames, interleaved, the first of which has this number.
    pub fn put(&mut self, frames: &[f32], first: u64) {
        self.0.put(frames, first);
    }

    /// Whether the node is gone.
    pub fn is_over(&self) -> bool {
        self.0.ring.is_abandoned()
    }
}

/// A node of the graph that hands what comes in to the bay. It has no outputs.
#[derive(Debug)]
pub(crate) struct ToBay {
    put: Put,
    block: Box<[f32]>,
}

impl Processor for ToBay {
    fn shape(&self) -> Shape {
        let channels = u16::try_from(self.put.channels).unwrap_or(u16::MAX);
        Shape { inputs: vec![Port { name: "in".into(), channels }], ..Shape::default() }
    }

    fn prepare(&mut self, _: &Stream) {}

    fn process(&mut self, io: Io<'_>) -> Activity {
        let channels = self.put.channels;
        let Some(block) = self.block.get_mut(..io.span.frames * channels) else { return Activity::Sounding };
        for channel in 0..channels {
            let to = block.iter_mut().skip(channel).step_by(channels);
            to.zip(io.inputs.channel(0, channel)).for_each(|(to, from)| *to = *from);
        }
        self.put.put(block, io.span.frame);
        Activity::Sounding
    }

    fn reset(&mut self) {}
}

/// A node of the graph that puts out what the bay hands it. It has no inputs.
#[derive(Debug)]
pub(crate) struct FromBay {
    take: Take,
    block: Box<[f32]>,
}

impl Processor for FromBay {
    fn shape(&self) -> Shape {
        let channels = u16::try_from(self.take.channels).unwrap_or(u16::MAX);
        Shape { outputs: vec![Port { name: "out".into(), channels }], ..Shape::default() }
    }

    fn prepare(&mut self, _: &Stream) {}

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let channels = self.take.channels;
        let Some(block) = self.block.get_mut(..io.span.frames * channels) else { return Activity::Sounding };
        self.take.take(block, io.span.frame);
        for (channel, to) in io.outputs.iter_mut().enumerate() {
            let from = block.iter().skip(channel).step_by(channels);
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        Activity::Sounding
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_keep_their_numbers() {
        let (mut to, node) = incoming(2);
        let mut take = node.take;
        to.put(&[1.0, -1.0, 2.0, -2.0], 10);
        to.put(&[5.0, -5.0], 14);
        let mut out = [9.0; 12];
        take.take(&mut out, 9);
        assert_eq!(out, [0.0, 0.0, 1.0, -1.0, 2.0, -2.0, 0.0, 0.0, 0.0, 0.0, 5.0, -5.0]);
        to.put(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0], 20);
        let mut out = [9.0; 2];
        take.take(&mut out, 22);
        assert_eq!(out, [3.0, 3.0]);
        take.take(&mut out, 23);
        assert_eq!(out, [0.0, 0.0]);
    }

    #[test]
    fn what_nobody_takes_is_left_out() {
        let (mut to, node) = incoming(1);
        let mut take = node.take;
        for block in 0..200_u64 {
            to.put(&[block as f32; 64], block * 64);
        }
        // Nothing was taken for so long that the ring is full of what is too old.
        let mut out = [9.0; 64];
        take.take(&mut out, 200 * 64);
        assert_eq!(out, [0.0; 64]);
        to.put(&[7.0; 64], 201 * 64);
        take.take(&mut out, 201 * 64);
        assert_eq!(out, [7.0; 64]);
    }
}
