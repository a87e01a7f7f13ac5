//! What does every contestant play? 1,000 looped stereo voices, all at one speed.

/// Frames a second, frames in a block, voices.
pub const RATE: u32 = 48_000;
pub const BLOCK: usize = 64;
pub const VOICES: usize = 1_000;
/// The factor of each voice: together they stay below 1.
pub const LEVEL: f32 = 0.0005;

/// Two channels of a block.
pub type Block = [[f32; BLOCK]; 2];

/// What renders a block after the other.
pub trait Engine {
    fn block(&mut self, out: &mut Block);
}

/// Two seconds of two partials on each side. The recording begins as it ends, so that a loop has no corner.
pub fn sample() -> Vec<[f32; 2]> {
    let frame = |n: usize| {
        let t = n as f64 / f64::from(RATE);
        [220.0, 222.0].map(|pitch: f64| {
            let sine = |partial: f64| (std::f64::consts::TAU * partial * pitch * t).sin();
            (0.5 * sine(1.0) + 0.25 * sine(3.0)) as f32
        })
    };
    (0..2 * RATE as usize).map(frame).collect()
}

/// The level that has to come out, as the root of the mean square: all voices are in step.
pub fn level() -> f64 {
    VOICES as f64 * f64::from(LEVEL) * (0.5f64 * (0.25 + 0.0625)).sqrt()
}
