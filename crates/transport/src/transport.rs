//! Is it playing, where is it, and how fast?

use crate::meter::{Bars, Meter};
use crate::path::Path;

/// Whether musical time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It stands, after [`Transport::stop`] or from the first.
    Stopped,
    /// It stands where it was paused.
    Paused,
    /// It goes on.
    Playing,
}

/// An operation as data, to be carried out at a frame by [`Transport::apply`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// [`Transport::play`].
    Play,
    /// [`Transport::pause`].
    Pause,
    /// [`Transport::stop`].
    Stop,
    /// [`Transport::seek`].
    Seek {
        /// In quarter notes from the beginning.
        beats: f64,
    },
    /// [`Transport::seek_bar`].
    SeekBar {
        /// From 1.
        bar: u64,
        /// In the bar, from 1.
        beat: f64,
    },
    /// [`Transport::set_tempo`].
    Tempo {
        /// In quarter notes per minute.
        bpm: f64,
        /// In frames.
        over: u64,
    },
    /// [`Transport::set_meter`].
    Meter(Meter),
}

/// What there is to show of a transport at a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// The bar, from 1.
    pub bar: u64,
    /// The beat in the bar, from 1, in beats of the meter.
    pub beat: f64,
    /// In quarter notes from the beginning.
    pub beats: f64,
    /// In quarter notes per minute.
    pub tempo: f64,
    /// The time signature.
    pub meter: Meter,
    /// Whether it goes on.
    pub playing: bool,
}

/// Musical time on the frame clock.
///
/// Operations come in the order of their frames. One at a frame before that of the last operation takes effect at the latter's. What is
/// asked for a frame before the last operation is answered for that of the operation.
///
/// # Real-time considerations
/// Plain data that can be copied; everything is `[audio]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    path: Path,
    bars: Bars,
    state: State,
    jumps: u64,
    seeks: u64,
    version: u64,
}

impl Transport {
    /// A transport at the beginning, not playing. A rate below 1 Hz is taken for 1 Hz; for the tempo see [`set_tempo`](Self::set_tempo).
    pub fn new(rate: f64, bpm: f64, meter: Meter) -> Self {
        Transport {
            path: Path::new(rate, bpm),
            bars: Bars::new(meter),
            state: State::Stopped,
            jumps: 0,
            seeks: 0,
            version: 0,
        }
    }

    /// Carries an operation out at a frame.
    pub fn apply(&mut self, change: Change, frame: u64) {
        match change {
            Change::Play => self.play(frame),
            Change::Pause => self.pause(frame),
            Change::Stop => self.stop(frame),
            Change::Seek { beats } => self.seek(beats, frame),
            Change::SeekBar { bar, beat } => self.seek_bar(bar, beat, frame),
            Change::Tempo { bpm, over } => self.set_tempo(bpm, over, frame),
            Change::Meter(meter) => self.set_meter(meter, frame),
        }
    }

    /// The same musical time on another clock, of so many frames per second: where this one is at `frame`, that one is at `there`. A rate below 1 Hz is taken for
    /// 1 Hz. What has been before `frame` has been before `there`.
    #[must_use]
    pub fn on_clock(&self, frame: u64, rate: f64, there: u64) -> Self {
        Transport { path: self.path.on_clock(frame, rate, there), version: self.version + 1, ..*self }
    }

    /// Goes on from the present position, which is that of `frame`.
    pub fn play(&mut self, frame: u64) {
        self.anchor(frame);
        self.path.moving = true;
        self.state = State::Playing;
    }

    /// Stands still at the position of `frame`. What would have begun in that frame begins when it goes on.
    pub fn pause(&mut self, frame: u64) {
        if self.state == State::Playing {
            self.anchor(frame);
            self.path.moving = false;
            self.state = State::Paused;
            self.jumps += 1;
        }
    }

    /// Stands still at the beginning.
    pub fn stop(&mut self, frame: u64) {
        self.seek(0.0, frame);
        self.path.moving = false;
        self.state = State::Stopped;
    }

    /// Goes to a position in quarter notes, 0 to [`MAX_BEATS`](crate::MAX_BEATS), and plays on if it played; what is outside of
    /// that is taken for the nearest, and what is not a number is passed over. From there on bars are counted as if the present
    /// meter had been there from the beginning.
    pub fn seek(&mut self, beats: f64, frame: u64) {
        if beats.is_nan() {
            return;
        }
        self.anchor(frame);
        self.path.jump(beats);
        self.bars = Bars::new(self.bars.meter);
        self.jumps += 1;
        self.seeks += 1;
    }

    /// Goes to a bar and a beat in it, both from 1, in the present meter counted from the beginning; otherwise as [`seek`](Self::seek).
    pub fn seek_bar(&mut self, bar: u64, beat: f64, frame: u64) {
        let meter = self.bars.meter;
        self.seek(Bars::new(meter).line(bar) + (beat - 1.0) * meter.beat_length(), frame);
    }

    /// Goes to another tempo in quarter notes per minute, in a straight line over so many frames, also while it stands. What is
    /// outside of [`MIN_TEMPO`](crate::MIN_TEMPO) to [`MAX_TEMPO`](crate::MAX_TEMPO) is taken for the nearest, and what is not a
    /// number is passed over. A ramp under way ends where it is.
    pub fn set_tempo(&mut self, bpm: f64, over: u64, frame: u64) {
        if !bpm.is_nan() {
            self.anchor(frame);
            self.path.head_for(bpm, over);
        }
    }

    /// Takes another time signature. The bar that holds the position of `frame` keeps its number and its line, and counts in
    /// the new signature from that line on; if it is shorter so than the position is far into it, the position is in a later bar.
    pub fn set_meter(&mut self, meter: Meter, frame: u64) {
        self.bars = self.bars.with(meter, self.beats_at(frame));
    }

    /// Whether it plays, stands, or was stopped, after the last operation.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it plays after the last operation.
    pub fn is_playing(&self) -> bool {
        self.path.moving
    }

    /// The time signature after the last operation.
    pub fn meter(&self) -> Meter {
        self.bars.meter
    }

    /// What there is to show at a frame.
    pub fn position(&self, frame: u64) -> Position {
        let beats = self.beats_at(frame);
        let (bar, beat) = self.bars.place(beats);
        Position {
            bar,
            beat,
            beats,
            tempo: self.path.tempo_at(frame),
            meter: self.meter(),
            playing: self.is_playing(),
        }
    }

    /// The position at a frame, in quarter notes; never falls from one frame to the next.
    pub fn beats_at(&self, frame: u64) -> f64 {
        self.path.beats_at(frame)
    }

    /// How many frames of music lie before a frame: it counts frames while it plays and none while it stands, whatever the tempo. A seek
    /// goes to as many as the new position would take from the beginning at the tempo of that frame, to the nearest; a stop to 0.
    pub fn frames_at(&self, frame: u64) -> f64 {
        self.path.played_at(frame)
    }

    /// How often it was moved or stopped.
    pub fn seeks(&self) -> u64 {
        self.seeks
    }

    /// The first frame from `from` on at which the position is `beats` or later; `None` while it stands, or if that would be
    /// beyond the last frame that can be counted.
    pub fn frame_at(&self, beats: f64, from: u64) -> Option<u64> {
        self.path.frame_at(beats, from)
    }

    /// Where a bar begins, in quarter notes, by the present count. Bar 0 is taken for bar 1.
    pub fn bar_line(&self, bar: u64) -> f64 {
        self.bars.line(bar.max(1))
    }

    /// The first bar line that was not before `frame`, in quarter notes: a line that falls on `frame` itself is the next one.
    pub fn next_bar(&self, frame: u64) -> f64 {
        self.bars.line_after(self.reached(frame))
    }

    /// The first beat of the meter that was not before `frame`, in quarter notes.
    pub fn next_beat(&self, frame: u64) -> f64 {
        self.bars.beat_after(self.reached(frame))
    }

    /// Beats up to this one came before `frame`; the next that comes is after it. This is how what is played in pieces is played
    /// once: what falls into the frames from `a` to before `b` is what lies after `reached(a)`, up to `reached(b)`.
    pub fn reached(&self, frame: u64) -> f64 {
        self.path.reached(frame)
    }

    /// How often it was paused or moved: what sounds then is let go.
    pub(crate) fn jumps(&self) -> u64 {
        self.jumps
    }

    /// How often the frames of beats to come changed.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    fn anchor(&mut self, frame: u64) {
        self.path = self.path.at(frame);
        self.version += 1;
    }
}
