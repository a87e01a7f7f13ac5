//! Where is musical time at a frame, in closed form, and at which frame is it somewhere?

/// The slowest tempo, in quarter notes per minute.
pub const MIN_TEMPO: f64 = 1.0;
/// The fastest tempo, in quarter notes per minute.
pub const MAX_TEMPO: f64 = 1000.0;
/// The furthest position that can be gone to, in quarter notes: two years at the fastest tempo.
pub const MAX_BEATS: f64 = (1u64 << 30) as f64;

/// The way of musical time from one operation to the next. While it moves, its tempo goes from one to another in a straight
/// line and then stays, so its position is
///
/// b₀ + n (v₀ + ½ (v₁ − v₀) n / N) / F    for n < N, and linear after that,
///
/// with n the frames since the operation, v the tempo per minute and F the frames of a minute: the integral of the tempo.
/// Every form below is a chain of monotone operations, each rounded once, and rounding is monotone: so a later
/// frame is never at an earlier position, in every bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Path {
    pub moving: bool,
    pub frame: u64,
    /// The position at `frame`.
    pub beats: f64,
    /// How many frames of music lie before `frame`: a whole number.
    pub played: f64,
    /// What lies up to here was before `frame`, what lies after it was not.
    pub reached: f64,
    /// The tempo at `frame`, and after `ramp` frames.
    from: f64,
    to: f64,
    ramp: u64,
    /// Frames in a minute.
    minute: f64,
}

/// The number before this one. Below zero it is a normal one, for where denormals are flushed the next would count as zero.
fn just_below(beats: f64) -> f64 {
    if beats == 0.0 { -f64::MIN_POSITIVE } else { beats.next_down() }
}

impl Path {
    pub fn new(rate: f64, tempo: f64) -> Self {
        let rate = if rate >= 1.0 && rate.is_finite() { rate } else { 1.0 };
        let tempo = if tempo.is_nan() { 120.0 } else { tempo.clamp(MIN_TEMPO, MAX_TEMPO) };
        Path {
            moving: false,
            frame: 0,
            beats: 0.0,
            played: 0.0,
            reached: just_below(0.0),
            from: tempo,
            to: tempo,
            ramp: 0,
            minute: 60.0 * rate,
        }
    }

    /// The same way, told from `frame` on.
    pub fn at(&self, frame: u64) -> Self {
        let frame = frame.max(self.frame);
        Path {
            frame,
            beats: self.beats_at(frame),
            played: self.played_at(frame),
            reached: self.reached(frame),
            from: self.tempo_at(frame),
            ramp: self.ramp.saturating_sub(frame - self.frame),
            ..*self
        }
    }

    /// The same way on another clock, of so many frames per second: what is at `frame` here is at `there`.
    pub fn on_clock(&self, frame: u64, rate: f64, there: u64) -> Self {
        let rate = if rate >= 1.0 && rate.is_finite() { rate } else { 1.0 };
        let minute = 60.0 * rate;
        let scaled = |frames: u64| (frames as f64 * minute / self.minute + 0.5) as u64;
        let here = self.at(frame);
        let ahead = scaled(here.frame.saturating_sub(frame));
        Path { frame: there.saturating_add(ahead), ramp: scaled(here.ramp), minute, ..here }
    }

    /// From here on towards another tempo.
    pub fn head_for(&mut self, tempo: f64, over: u64) {
        (self.to, self.ramp) = (tempo.clamp(MIN_TEMPO, MAX_TEMPO), over);
        if over == 0 {
            self.from = self.to;
        }
    }

    /// From here on at another position; nothing there has been yet.
    pub fn jump(&mut self, beats: f64) {
        self.beats = beats.clamp(0.0, MAX_BEATS);
        self.played = libm::floor(self.beats * self.minute / self.from + 0.5);
        self.reached = just_below(self.beats);
    }

    pub fn beats_at(&self, frame: u64) -> f64 {
        if self.moving { self.after(frame.saturating_sub(self.frame)) } else { self.beats }
    }

    /// How many frames of music lie before `frame`.
    pub fn played_at(&self, frame: u64) -> f64 {
        if self.moving { self.played + frame.saturating_sub(self.frame) as f64 } else { self.played }
    }

    /// What lies up to here was before `frame`, what lies after it was not.
    pub fn reached(&self, frame: u64) -> f64 {
        if self.moving && frame > self.frame { self.beats_at(frame - 1) } else { self.reached }
    }

    pub fn tempo_at(&self, frame: u64) -> f64 {
        let n = frame.saturating_sub(self.frame);
        if n >= self.ramp {
            return self.to;
        }
        self.from + (self.to - self.from) * (n as f64 / self.ramp as f64)
    }

    /// The first frame from `from` on that is at `beats` or later.
    pub fn frame_at(&self, beats: f64, from: u64) -> Option<u64> {
        let from = from.max(self.frame);
        if !self.moving {
            return None;
        }
        let n = self.first(beats, from - self.frame, u64::MAX - self.frame)?;
        Some(self.frame + n)
    }

    /// The position after `n` frames.
    fn after(&self, n: u64) -> f64 {
        if n >= self.ramp {
            return self.beats + (self.ramped() + (n - self.ramp) as f64 * self.to / self.minute);
        }
        let gone = if self.to >= self.from {
            self.area(n, self.from)
        } else {
            // Told from its end, where it is slowest, so that no falling factor meets a rising one.
            self.ramped() - self.area(self.ramp - n, self.to)
        };
        self.beats + gone
    }

    /// The beats of the whole ramp.
    fn ramped(&self) -> f64 {
        if self.ramp == 0 { 0.0 } else { self.area(self.ramp, self.from.min(self.to)) }
    }

    /// The beats of `n` frames of the ramp, counted from the end that has the tempo `slow`.
    fn area(&self, n: u64, slow: f64) -> f64 {
        let (n, ramp) = (n as f64, self.ramp as f64);
        let half = 0.5 * (self.to - self.from).abs();
        n * (slow + half * n / ramp) / self.minute
    }

    /// About how many frames it takes to get to `beats`.
    fn estimate(&self, beats: f64) -> u64 {
        let beats = beats - self.beats;
        let ramped = self.ramped();
        let frames = if beats < ramped {
            // The root of n v₀ + n² a = y, in the form that does not cancel.
            let (y, a) = (beats * self.minute, 0.5 * (self.to - self.from) / self.ramp as f64);
            2.0 * y / (self.from + libm::sqrt((self.from * self.from + 4.0 * a * y).max(0.0)))
        } else {
            self.ramp as f64 + (beats - ramped) * self.minute / self.to
        };
        frames as u64
    }

    /// The first `n` from `low` to `last` after which the position is `beats` or later: the estimate, then wider and wider steps
    /// away from it until the place is between two of them, then halves. At most 64 steps of each.
    fn first(&self, beats: f64, mut low: u64, last: u64) -> Option<u64> {
        if self.after(low) >= beats {
            return Some(low);
        }
        if low >= last {
            return None;
        }
        let mut high = self.estimate(beats).clamp(low + 1, last);
        let mut step = 1u64;
        if self.after(high) >= beats {
            loop {
                let before = high.saturating_sub(step).max(low);
                if before == low || self.after(before) < beats {
                    low = before;
                    break;
                }
                high = before;
                step = step.saturating_mul(2);
            }
        } else {
            loop {
                low = high;
                if low == last {
                    return None;
                }
                high = low.saturating_add(step).min(last);
                if self.after(high) >= beats {
                    break;
                }
                step = step.saturating_mul(2);
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.after(middle) >= beats { high = middle } else { low = middle }
        }
        Some(high)
    }
}
