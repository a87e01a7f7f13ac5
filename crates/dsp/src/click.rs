//! A tone that dies away at once, as a metronome's.

use std::f64::consts::TAU;

/// How long it lasts, in seconds: until it is 72 dB down.
const LENGTH: f64 = 0.06;
/// In which it falls by 60 dB.
const FALL: f64 = 0.05;

/// A cosine that begins at its top and falls by 60 dB in 50 ms: a pointer that turns and gets shorter, one multiplication of complex numbers a frame.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    rate: f64,
    at: (f32, f32),
    turn: (f32, f32),
    /// Frames until it is over.
    left: usize,
}

impl Click {
    /// At a rate in Hz. `[control]`
    pub fn new(rate: f64) -> Self {
        Click { rate: rate.max(1.0), at: (0.0, 0.0), turn: (0.0, 0.0), left: 0 }
    }

    /// Begins, with the next frame, at a level and a pitch. `[audio]`
    pub fn begin(&mut self, hertz: f64, level: f32) {
        let (angle, radius) = (TAU * hertz / self.rate, libm::exp10(-3.0 / (FALL * self.rate)));
        self.turn = ((radius * libm::cos(angle)) as f32, (radius * libm::sin(angle)) as f32);
        (self.at, self.left) = ((level, 0.0), (LENGTH * self.rate) as usize);
    }

    /// Whether nothing is left of it.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// Forgets it. `[audio]`
    pub fn reset(&mut self) {
        self.left = 0;
    }

    /// Puts frames out. `[audio]`
    pub fn render(&mut self, out: &mut [f32]) {
        for out in out {
            let ((x, y), (c, s)) = (self.at, self.turn);
            *out = if self.left == 0 { 0.0 } else { x };
            self.at = (x * c - y * s, x * s + y * c);
            self.left = self.left.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_cosine_that_falls() {
        let mut click = Click::new(48_000.0);
        click.begin(1000.0, 0.5);
        let mut out = [0.0; 4000];
        click.render(&mut out);
        for (n, out) in out.iter().enumerate().take(2880) {
            let t = n as f64 / 48_000.0;
            let wanted = 0.5 * (TAU * 1000.0 * t).cos() * 10f64.powf(-3.0 * t / 0.05);
            assert!((f64::from(*out) - wanted).abs() < 2e-5, "{n}: {out} {wanted}");
        }
        assert!(click.is_over() && out[2880..].iter().all(|out| *out == 0.0));
    }
}
