//! By how much does a fade let through? A cubic without corners at its ends.

/// Seconds that every fade of a port takes.
pub(super) const FADE_SECONDS: f64 = 0.005;

/// The gain at frame `at` of a fade of `length` frames, above 0 and below 1; 1 from the end on.
pub(super) fn rise(at: usize, length: usize) -> f32 {
    if at >= length {
        return 1.0;
    }
    let x = (at as f32 + 0.5) / length as f32;
    x * x * (3.0 - 2.0 * x)
}
