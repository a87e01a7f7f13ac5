//! Recordings at any speed and pitch.

use super::stretcher::{Course, MOST_RATE, Stretcher};
use super::tape::Recording;
use super::{WindowLength, rate_of};
use crate::{Buffer, BufferError, Value};
use std::sync::Arc;

/// What a [`StretchPlayer`] is told over a block.
#[derive(Clone, Copy)]
pub struct StretchParams<'a> {
    /// How fast: 1 as recorded, 0.5 twice as long, 0 standing still, below 0 backwards; -4 to 4.
    pub speed: Value<'a, f32>,
    /// How much higher, in semitones; -24 to 24.
    pub pitch: Value<'a, f32>,
    /// Begins anew each time it goes above 0.5.
    pub trigger: Value<'a, f32>,
    /// Above 0.5: over and over.
    pub looping: Value<'a, f32>,
}

/// Plays a recording at a speed and a pitch of its own each.
///
/// Its work per frame is bounded; that of a transform is spread over the frames of a quarter of a window. Speed and pitch are looked at each time a transform begins, and
/// pitch in every frame besides.
#[derive(Debug)]
pub struct StretchPlayer {
    stretcher: Stretcher,
    tape: Recording,
    /// Frames of the recording for each that is put out, at speed 1.
    ratio: f64,
    /// What is heard of the recording.
    place: f64,
    /// Frames since the end was passed.
    after: usize,
    held: bool,
    begun: bool,
    pitch: f32,
    rate: f64,
}

impl StretchPlayer {
    /// A player of a recording, put out at `rate` Hz in so many channels. With `keep`, beginnings of sounds are kept as they are. `[control]`
    pub fn new(
        buffer: Option<Arc<Buffer>>,
        channels: usize,
        rate: f64,
        window: WindowLength,
        keep: bool,
    ) -> Self {
        let tape = Recording::new(buffer, keep);
        let ratio = tape.rate() / rate.max(1.0);
        StretchPlayer {
            stretcher: Stretcher::new(window.stages(tape.rate()), channels, keep),
            tape,
            ratio,
            place: 0.0,
            after: 0,
            held: false,
            begun: false,
            pitch: 0.0,
            rate: 1.0,
        }
    }

    /// Puts out frames: channels of one length. `[audio]`
    pub fn process(&mut self, params: &StretchParams<'_>, out: &mut [&mut [f32]]) {
        let frames = out.iter().map(|channel| channel.len()).min().unwrap_or(0);
        for frame in 0..frames {
            let speed = f64::from(params.speed.at(frame)).clamp(-4.0, 4.0) * self.ratio;
            self.tape.looping = params.looping.at(frame) > 0.5;
            let on = params.trigger.at(frame) > 0.5;
            if !self.begun || on && !self.held {
                self.tune(params.pitch.at(frame));
                self.begin(speed);
            }
            self.held = on;
            if self.has_ended() {
                out.iter_mut().filter_map(|channel| channel.get_mut(frame)).for_each(|out| *out = 0.0);
                continue;
            }
            self.next(speed, params.pitch.at(frame), |channel, value| {
                out.get_mut(channel)
                    .and_then(|channel| channel.get_mut(frame))
                    .into_iter()
                    .for_each(|out| *out = value);
            });
        }
    }

    fn begin(&mut self, speed: f64) {
        let end = self.tape.frames() as f64;
        self.place = if speed < 0.0 { end } else { 0.0 };
        (self.after, self.begun) = (0, true);
        let slow = speed / self.rate();
        self.stretcher.begin(self.place, (speed <= 0.0).then_some(slow), &self.tape);
    }

    fn tune(&mut self, pitch: f32) {
        if pitch != self.pitch {
            (self.pitch, self.rate) = (pitch, rate_of(pitch));
        }
    }

    /// What is passed of the stretched sound for each frame.
    fn rate(&self) -> f64 {
        (self.rate * self.ratio).clamp(1.0 / MOST_RATE, MOST_RATE)
    }

    fn next(&mut self, speed: f64, pitch: f32, out: impl FnMut(usize, f32)) {
        self.tune(pitch);
        let rate = self.rate();
        let (place, slow) = (self.place, speed / rate);
        let course =
            |stretcher: &Stretcher| Course { place: place + stretcher.until_next() * slow, speed: slow };
        self.stretcher.next(rate, &self.tape, course, out);
        self.place += speed;
        let over = !(0.0..=self.tape.frames() as f64).contains(&self.place);
        self.after = if over && !self.tape.looping { self.after + 1 } else { 0 };
    }

    /// Whether it has come to its end and rung out.
    pub fn has_ended(&self) -> bool {
        self.after > 2 * self.stretcher.size() || self.tape.frames() == 0
    }

    /// Begins anew with the next frame. `[audio]`
    pub fn reset(&mut self) {
        (self.begun, self.held) = (false, false);
    }
}

/// Frames that are stretched between two looks at whether to go on.
const LOOK: usize = 4096;

/// A recording that lasts `times` as long, from a 16th to 16, and is so many semitones higher, from -24 to 24; of round(frames · times) frames. `go_on` is told now
/// and then how many of them are done; nothing if it says no. `[control]`
///
/// # Errors
/// If that is too long for a buffer.
pub fn stretched(
    recording: &Arc<Buffer>,
    times: f64,
    semitones: f32,
    mut go_on: impl FnMut(usize) -> bool,
) -> Result<Option<Buffer>, BufferError> {
    let times = if times.is_finite() { times.clamp(1.0 / 16.0, 16.0) } else { 1.0 };
    let (rate, channels) = (recording.rate(), recording.channels());
    let mut player =
        StretchPlayer::new(Some(Arc::clone(recording)), channels, rate, WindowLength::Long, true);
    let frames = (recording.frames() as f64 * times + 0.5).floor().max(1.0) as usize;
    if frames > Buffer::MOST_FRAMES {
        return Err(BufferError::TooLong(frames));
    }
    player.tune(semitones);
    player.begin(1.0 / times);
    let mut samples = vec![0.0; frames * channels];
    for (number, frame) in samples.chunks_exact_mut(channels).enumerate() {
        if number % LOOK == 0 && !go_on(number) {
            return Ok(None);
        }
        player.next(1.0 / times, semitones, |channel, value| {
            frame.get_mut(channel).into_iter().for_each(|out| *out = value);
        });
    }
    Buffer::from_interleaved(samples, channels, rate).map(Some)
}
