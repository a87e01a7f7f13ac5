//! Noise of triangular distribution that turns rounding error into steady hiss, and nothing else.

/// A source of the sum of two independent uniform random numbers, each of one step's width.
///
/// Such noise makes the mean and the power of the rounding error independent of the signal (Lipshitz, Wannamaker, Vanderkooy:
/// "Quantization and Dither: A Theoretical Survey", J. Audio Eng. Soc. 40, 1992). Always from the same seed, so the same
/// samples make the same file.
pub(super) struct Triangular {
    state: u64,
}

impl Triangular {
    pub(super) fn new() -> Self {
        // Any odd number will do; this is 2^64 divided by the golden ratio.
        Triangular { state: 0x9E37_79B9_7F4A_7C15 }
    }

    /// The next number, from -1 to 1 steps.
    pub(super) fn next(&mut self) -> f64 {
        // A 64-bit xorshift generator with a multiplied output (Vigna: "An experimental exploration of Marsaglia's xorshift
        // generators, scrambled", 2016); its two upper halves serve as the two uniform numbers.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D);
        let uniform = |half: u64| half as f64 / 4_294_967_296.0 - 0.5;
        uniform(bits >> 32) + uniform(bits & 0xFFFF_FFFF)
    }
}
