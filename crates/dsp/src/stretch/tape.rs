//! Where does a stretcher read: a recording in memory, or what was heard last.

use super::onsets::{Onsets, onsets_of};
use crate::Buffer;
use std::sync::Arc;

/// Beginnings that are kept while they are to come.
const KEPT: usize = 16;

/// What a stretcher reads from. Frames before the first and after the last are silent.
pub(super) trait Tape {
    /// Reads frames of a channel. `[audio]`
    fn read(&self, channel: usize, from: i64, out: &mut [f32]);
    /// The first beginning of a sound from a frame on. `[audio]`
    fn onset_from(&self, frame: i64) -> Option<i64>;
    /// The frame behind the last that can be read by now. `[audio]`
    fn end(&self) -> i64;
}

/// A recording.
#[derive(Debug)]
pub(super) struct Recording {
    buffer: Option<Arc<Buffer>>,
    onsets: Box<[i64]>,
    /// Over and over.
    pub looping: bool,
}

impl Recording {
    /// Looks for beginnings in the whole of it if they are to be kept. `[control]`
    pub fn new(buffer: Option<Arc<Buffer>>, keep: bool) -> Self {
        let heard = buffer.as_ref().filter(|_| keep);
        let onsets = heard.map_or_else(Box::default, |b| onsets_of(b.samples(), b.channels()));
        Recording { buffer, onsets, looping: false }
    }

    pub fn frames(&self) -> usize {
        self.buffer.as_ref().map_or(0, |buffer| buffer.frames())
    }

    pub fn rate(&self) -> f64 {
        self.buffer.as_ref().map_or(1.0, |buffer| buffer.rate())
    }
}

impl Tape for Recording {
    fn read(&self, channel: usize, from: i64, out: &mut [f32]) {
        let Some(buffer) = &self.buffer else { return out.fill(0.0) };
        let (channels, frames) = (buffer.channels(), buffer.frames() as i64);
        // One channel is heard on all.
        let channel = if channels == 1 { 0 } else { channel };
        let mut place = if self.looping { from.rem_euclid(frames) } else { from };
        for out in out {
            let index = usize::try_from(place).ok().filter(|_| place < frames);
            let sample = index.and_then(|index| buffer.samples().get(index * channels + channel));
            *out = sample.copied().unwrap_or(0.0);
            place += 1;
            if self.looping && place == frames {
                place = 0;
            }
        }
    }

    fn onset_from(&self, frame: i64) -> Option<i64> {
        let frames = self.frames() as i64;
        let first_from = |frame: i64| {
            let next = self.onsets.partition_point(|onset| *onset < frame);
            self.onsets.get(next).copied()
        };
        if !self.looping || frames == 0 {
            return first_from(frame);
        }
        let local = frame.rem_euclid(frames);
        let round = frame - local;
        let next = first_from(local).map(|onset| round + onset);
        next.or_else(|| first_from(0).map(|onset| round + frames + onset))
    }

    fn end(&self) -> i64 {
        i64::MAX / 4
    }
}

/// What was heard last, as far back as needed.
#[derive(Debug)]
pub(super) struct Heard {
    rings: Box<[Box<[f32]>]>,
    onsets: Onsets,
    keep: bool,
    /// Beginnings, the newest last.
    found: [i64; KEPT],
    /// Frames heard.
    heard: i64,
}

impl Heard {
    /// `[control]`
    pub fn new(channels: usize, frames: usize, keep: bool) -> Self {
        let ring = || vec![0.0; frames.next_power_of_two()].into_boxed_slice();
        Heard {
            rings: (0..channels).map(|_| ring()).collect(),
            onsets: Onsets::new(channels),
            keep,
            found: [i64::MIN; KEPT],
            heard: 0,
        }
    }

    /// `[audio]`
    pub fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
        self.onsets.reset();
        (self.found, self.heard) = ([i64::MIN; KEPT], 0);
    }

    pub fn channels(&self) -> usize {
        self.rings.len()
    }

    /// Frames heard.
    pub fn now(&self) -> i64 {
        self.heard
    }

    /// Hears a frame: the sample of each channel. `[audio]`
    pub fn hear(&mut self, sample: impl Fn(usize) -> f32) {
        for (channel, ring) in self.rings.iter_mut().enumerate() {
            let mask = ring.len() - 1;
            if let Some(place) = ring.get_mut(self.heard as usize & mask) {
                *place = sample(channel);
            }
        }
        self.heard += 1;
        let begins = self.onsets.hear((0..self.rings.len()).map(sample));
        if let Some(begins) = begins.filter(|_| self.keep) {
            self.found.rotate_left(1);
            if let Some(newest) = self.found.last_mut() {
                *newest = begins;
            }
        }
    }
}

impl Tape for Heard {
    fn read(&self, channel: usize, from: i64, out: &mut [f32]) {
        let Some(ring) = self.rings.get(channel) else { return out.fill(0.0) };
        let mask = ring.len() as i64 - 1;
        for (place, out) in (from..).zip(out) {
            let there = (0..self.heard).contains(&place) && place + mask >= self.heard;
            *out = if there { ring.get((place & mask) as usize).copied().unwrap_or(0.0) } else { 0.0 };
        }
    }

    fn onset_from(&self, frame: i64) -> Option<i64> {
        self.found.iter().copied().find(|onset| *onset >= frame)
    }

    fn end(&self) -> i64 {
        self.heard
    }
}
