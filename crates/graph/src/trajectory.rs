//! How one number moves over time: held, gliding, or on a ramp, as a pure function of the frame.
//!
//! A trajectory is evaluated, never stepped: its value at a frame does not depend on which blocks the frames before it were
//! rendered in. That is what makes every parameter sample-exact and the same for any block size.

/// What to do with a number, from a given frame on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motion {
    /// Be at the target at once.
    Jump,
    /// Reach it after so many frames on the path of least jerk, keeping the present speed: no step, no corner. Of a motion that
    /// was faster a part of the speed is kept, so that it does not overshoot.
    Glide(u32),
    /// Reach it after so many frames in a straight line.
    Linear(u32),
    /// Reach it after so many frames in equal ratios. Between values of unlike sign, or from or to zero, a straight line.
    Exponential(u32),
}

impl Motion {
    /// How long it takes.
    pub(crate) fn frames(self) -> u32 {
        match self {
            Motion::Jump => 0,
            Motion::Glide(frames) | Motion::Linear(frames) | Motion::Exponential(frames) => frames,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Path {
    Hold,
    /// Coefficients of 1, u, u² … u⁵ for u from 0 to 1.
    Polynomial([f32; 6]),
    /// Start value and log2 of (target / start).
    Exponential(f32, f32),
}

/// A number that moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trajectory {
    path: Path,
    start: u64,
    length: u32,
    target: f32,
}

impl Trajectory {
    /// What changes nothing.
    pub(crate) const UNITY: Trajectory = Trajectory::hold(1.0);

    /// A number at rest.
    pub const fn hold(value: f32) -> Self {
        Trajectory { path: Path::Hold, start: 0, length: 0, target: value }
    }

    /// Where it is, or is going.
    #[inline(always)]
    pub fn target(&self) -> f32 {
        self.target
    }

    /// Whether the value is the target from `frame` on.
    #[inline(always)]
    pub fn rests_at(&self, frame: u64) -> bool {
        self.path == Path::Hold || frame >= self.start + u64::from(self.length)
    }

    /// How many frames from `frame` on it still moves, if it does.
    #[inline(always)]
    pub(crate) fn frames_left(&self, frame: u64) -> Option<usize> {
        if self.rests_at(frame) {
            return None;
        }
        Some((self.start + u64::from(self.length) - frame) as usize)
    }

    /// The value at `frame`, which is not before the start of the present motion.
    pub fn at(&self, frame: u64) -> f32 {
        if self.rests_at(frame) {
            return self.target;
        }
        let u = self.progress(frame, 0);
        match &self.path {
            Path::Hold => self.target,
            Path::Polynomial(c) => horner(c, u),
            Path::Exponential(from, log2_ratio) => from * libm::exp2f(log2_ratio * u),
        }
    }

    /// Writes the values of the frames from `frame` on.
    pub fn render(&self, frame: u64, out: &mut [f32]) {
        self.render_here(frame, out);
    }

    /// The same, with the instructions of whoever calls.
    #[inline(always)]
    pub(crate) fn render_here(&self, frame: u64, out: &mut [f32]) {
        let end = self.start + u64::from(self.length);
        let moving = if self.path == Path::Hold {
            0
        } else {
            end.saturating_sub(frame).min(out.len() as u64) as usize
        };
        let (moving, resting) = out.split_at_mut(moving);
        match &self.path {
            Path::Hold => {}
            Path::Polynomial(c) => {
                for (i, v) in moving.iter_mut().enumerate() {
                    *v = horner(c, self.progress(frame, i));
                }
            }
            Path::Exponential(from, log2_ratio) => {
                for (i, v) in moving.iter_mut().enumerate() {
                    *v = from * libm::exp2f(log2_ratio * self.progress(frame, i));
                }
            }
        }
        resting.fill(self.target);
    }

    /// Sets off to `target` at `frame`, from wherever it is then.
    pub fn depart(&mut self, frame: u64, target: f32, motion: Motion) {
        self.depart_from(frame, self.at(frame), target, motion);
    }

    /// Sets off to `target` at `frame` from another value than it has then, at the speed that it has.
    pub(crate) fn depart_from(&mut self, frame: u64, from: f32, target: f32, motion: Motion) {
        let (path, length) = match motion {
            Motion::Jump | Motion::Glide(0) | Motion::Linear(0) | Motion::Exponential(0) => (Path::Hold, 0),
            Motion::Glide(length) => (self.least_jerk(frame, from, target, length), length),
            Motion::Exponential(length) if from * target > 0.0 => {
                (Path::Exponential(from, libm::log2f(target / from)), length)
            }
            Motion::Linear(length) | Motion::Exponential(length) => {
                (Path::Polynomial([from, target - from, 0.0, 0.0, 0.0, 0.0]), length)
            }
        };
        *self = Trajectory { path, start: frame, length, target };
    }

    /// The fifth-order polynomial with the present value, speed and acceleration at its start, and the target at rest at its
    /// end: the trajectory of minimum jerk (Flash and Hogan, J. Neuroscience 5(7), 1985), normalised to a time of 1.
    fn least_jerk(&self, frame: u64, from: f32, target: f32, length: u32) -> Path {
        let (speed, acceleration) = self.derivatives(frame);
        // What is left of a motion that was faster is carried no further than that motion would have: kept for the whole of
        // a longer one it would overshoot by as many times as the new one is longer.
        let carried = length.min(self.length) as f32;
        let speed = speed * carried;
        let acceleration = acceleration * carried * carried;
        let way = target - from;
        Path::Polynomial([
            from,
            speed,
            0.5 * acceleration,
            10.0 * way - 6.0 * speed - 1.5 * acceleration,
            -15.0 * way + 8.0 * speed + 1.5 * acceleration,
            6.0 * way - 3.0 * speed - 0.5 * acceleration,
        ])
    }

    /// Speed and acceleration per frame at `frame`.
    fn derivatives(&self, frame: u64) -> (f32, f32) {
        if self.rests_at(frame) {
            return (0.0, 0.0);
        }
        let (u, per_frame) = (self.progress(frame, 0), 1.0 / self.length as f32);
        let (first, second) = match &self.path {
            Path::Hold => (0.0, 0.0),
            Path::Polynomial([_, b, c, d, e, f]) => (
                horner(&[*b, 2.0 * c, 3.0 * d, 4.0 * e, 5.0 * f, 0.0], u),
                horner(&[2.0 * c, 6.0 * d, 12.0 * e, 20.0 * f, 0.0, 0.0], u),
            ),
            Path::Exponential(from, log2_ratio) => {
                let rate = log2_ratio * core::f32::consts::LN_2;
                let value = from * libm::exp2f(log2_ratio * u);
                (value * rate, value * rate * rate)
            }
        };
        (first * per_frame, second * per_frame * per_frame)
    }

    /// How far along the path `frame + ahead` lies, from 0 to 1. In double precision, so that ramps of hours stay smooth.
    #[inline(always)]
    fn progress(&self, frame: u64, ahead: usize) -> f32 {
        ((frame.saturating_sub(self.start) + ahead as u64) as u32 as f64 / f64::from(self.length)) as f32
    }
}

#[inline(always)]
fn horner(c: &[f32; 6], u: f32) -> f32 {
    ((((c[5] * u + c[4]) * u + c[3]) * u + c[2]) * u + c[1]) * u + c[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use proptest::prelude::*;

    #[test]
    fn a_glide_has_neither_step_nor_corner() {
        let mut gain = Trajectory::hold(1.0);
        gain.depart(100, 0.0, Motion::Glide(240));
        // Turned round on the way: the speed it has then is kept.
        let mut turned = gain;
        turned.depart(190, 1.0, Motion::Glide(240));
        let values: Vec<f32> =
            (90..=190).map(|f| gain.at(f)).chain((191..500).map(|f| turned.at(f))).collect();
        for w in values.windows(3) {
            // The largest second difference of minimum jerk is 5.77 / length²; turned at full speed, three times that.
            assert!((w[0] - 2.0 * w[1] + w[2]).abs() < 18.0 / (240.0 * 240.0), "{w:?}");
        }
        assert_eq!(turned.at(430), 1.0);
        assert!(!turned.rests_at(429) && turned.rests_at(430));
    }

    #[test]
    fn a_slow_glide_that_takes_over_from_a_fast_one_stays_near() {
        let mut number = Trajectory::hold(0.0);
        number.depart(0, 1.0, Motion::Glide(240));
        number.depart(120, 0.25, Motion::Glide(480_000));
        // The path of least jerk adds at most 0.2 of the normalised speed, here 1.875, and 0.02 of the acceleration.
        for frame in (120..480_120).step_by(97) {
            assert!((-0.2..1.0).contains(&number.at(frame)), "{} at {frame}", number.at(frame));
        }
        assert_eq!(number.at(480_120), 0.25);
    }

    #[test]
    fn ramps_go_straight_or_in_equal_ratios() {
        let mut line = Trajectory::hold(0.0);
        line.depart(10, 1.0, Motion::Linear(4));
        assert_eq!([10, 11, 12, 13, 14, 99].map(|f| line.at(f)), [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]);
        let mut octaves = Trajectory::hold(100.0);
        octaves.depart(0, 800.0, Motion::Exponential(3));
        for (frame, hz) in [(0, 100.0), (1, 200.0), (2, 400.0), (3, 800.0)] {
            assert!((octaves.at(frame) - hz).abs() < 1e-3 * hz);
        }
        let mut through_zero = Trajectory::hold(-1.0);
        through_zero.depart(0, 1.0, Motion::Exponential(2));
        assert_eq!(through_zero.at(1), 0.0);
    }

    proptest! {
        #[test]
        fn the_value_of_a_frame_does_not_depend_on_the_blocks(
            departures in prop::collection::vec((0u64..50, -5.0f32..5.0, 0u8..4, 0u32..90), 1..6),
            cuts in prop::collection::vec(1usize..70, 1..12),
        ) {
            let mut frame = 0;
            let mut number = Trajectory::hold(0.5);
            for (wait, target, shape, length) in departures {
                frame += wait;
                let motion = [Motion::Jump, Motion::Glide(length), Motion::Linear(length), Motion::Exponential(length)]
                    [usize::from(shape)];
                number.depart(frame, target, motion);
                let mut at = frame;
                for cut in &cuts {
                    let mut block = vec![f32::NAN; *cut];
                    number.render(at, &mut block);
                    for (i, value) in block.iter().enumerate() {
                        prop_assert_eq!(value.to_bits(), number.at(at + i as u64).to_bits());
                    }
                    at += *cut as u64;
                }
                prop_assert_eq!(number.at(frame + u64::from(length)), target);
            }
        }
    }
}
