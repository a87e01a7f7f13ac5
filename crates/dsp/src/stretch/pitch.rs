//! The pitch of what is heard, moved while it is heard.

use super::onsets::Onsets;
use super::stretcher::{Course, Stretcher};
use super::tape::Heard;
use super::{WindowLength, rate_of};
use crate::Value;

/// The furthest that the pitch is moved, in semitones.
const MOST: f32 = 12.0;

/// Moves the pitch of what it hears by up to an octave, late by a stated number of frames.
///
/// Its work per frame is bounded; that of a transform is spread over the frames of a quarter of a window.
#[derive(Debug)]
pub struct PitchShift {
    stretcher: Stretcher,
    tape: Heard,
    latency: usize,
    begun: bool,
    /// Frames of silence heard, one after the other, and how many it takes until nothing is left of what was heard before.
    silent: usize,
    tail: usize,
    pitch: f32,
    rate: f64,
}

impl PitchShift {
    /// For so many channels at a rate in Hz. With `keep`, beginnings of sounds are kept as they are, but for their pitch. `[control]`
    pub fn new(channels: usize, rate: f64, window: WindowLength, keep: bool) -> Self {
        let stretcher = Stretcher::new(window.stages(rate), channels, keep);
        let size = stretcher.size();
        // The frame that is worked on is ahead of what is put out, by twice as much of what is heard where that is an octave lower; and what
        // it reads is ahead of its middle.
        let latency = 2 * Stretcher::ahead(size, 2.0) + size / 2 + Onsets::LATE;
        let tape = Heard::new(channels, latency + 4 * size, keep);
        let tail = latency + 4 * size;
        PitchShift { stretcher, tape, latency, begun: false, silent: 0, tail, pitch: 0.0, rate: 1.0 }
    }

    /// By how many frames it is late.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Hears frames, and puts as many out: `heard` gives the sample of a channel and a frame. After long silence it begins anew with the next frame
    /// that is not silent. `[audio]`
    pub fn process(
        &mut self,
        pitch: Value<'_, f32>,
        heard: impl Fn(usize, usize) -> f32,
        out: &mut [&mut [f32]],
    ) {
        let frames = out.iter().map(|channel| channel.len()).min().unwrap_or(0);
        for frame in 0..frames {
            let is_silent = (0..self.tape.channels()).all(|channel| heard(channel, frame) == 0.0);
            self.silent = if is_silent { self.silent.saturating_add(1) } else { 0 };
            if self.silent > self.tail {
                self.begun = false;
            }
            if !self.begun && is_silent {
                out.iter_mut().filter_map(|channel| channel.get_mut(frame)).for_each(|out| *out = 0.0);
                continue;
            }
            if !self.begun {
                self.tape.reset();
            }
            self.tape.hear(|channel| heard(channel, frame));
            let place = (self.tape.now() - 1 - self.latency as i64) as f64;
            let pitch = pitch.at(frame).clamp(-MOST, MOST);
            if pitch != self.pitch {
                (self.pitch, self.rate) = (pitch, rate_of(pitch));
            }
            if !self.begun {
                self.begun = true;
                self.stretcher.begin(place, Some(1.0 / self.rate), &self.tape);
            }
            let slow = 1.0 / self.rate;
            let course =
                |stretcher: &Stretcher| Course { place: place + stretcher.until_next() * slow, speed: slow };
            self.stretcher.next(self.rate, &self.tape, course, |channel, value| {
                out.get_mut(channel)
                    .and_then(|channel| channel.get_mut(frame))
                    .into_iter()
                    .for_each(|out| *out = value);
            });
        }
    }

    /// Whether nothing comes out as long as nothing comes in.
    pub fn is_silent(&self) -> bool {
        !self.begun
    }

    /// Forgets what it has heard. `[audio]`
    pub fn reset(&mut self) {
        (self.begun, self.silent) = (false, 0);
    }
}
