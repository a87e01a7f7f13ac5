//! Where an oscillator is in its cycle: 64-bit fixed point, so that a day of additions is exact.
//!
//! One turn is 2^64. A step is converted from `f64` to the nearest multiple of 2^-52 turns, so an oscillator at a steady
//! frequency runs off by at most 2^-53 turns per frame for the conversion, and up to about as much for the multiplication
//! that gave the step: 2^-52 turns per frame together. After 24 hours at 192 kHz that is 3.7e-6 turns, and the
//! frequency is within 4.3e-11 Hz; the additions themselves add nothing, so the same holds however time is cut into
//! blocks.

use core::fmt::Debug;

/// Phases of an oscillator, lane by lane. Addition wraps at one turn and is exact.
pub trait Phase: Copy + Send + Sync + Debug + PartialEq + 'static {
    /// `phase` in every lane, one turn being 2^64.
    fn splat(phase: u64) -> Self;
    /// The start of the cycle in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0)
    }
    /// Lane by lane from a function of the lane's number, one turn being 2^64.
    fn from_lanes(phase: impl FnMut(usize) -> u64) -> Self;
    /// The sum, modulo one turn.
    fn plus(self, other: Self) -> Self;
    /// The difference, modulo one turn.
    fn minus(self, other: Self) -> Self;
    /// The phases, lane 0 first, one turn being 2^64.
    fn lanes(&self) -> &[u64];
    /// The phase in `lane`, one turn being 2^64 (a lane out of range reads the last one).
    fn in_lane(self, lane: usize) -> u64;
    /// Puts `phase` into `lane`; a lane out of range is left out.
    fn set_lane(&mut self, lane: usize, phase: u64);
    /// In the bit of each lane, whether adding `step` to `before` (giving `self`) went over the start of the cycle,
    /// forwards or backwards. Steps count as negative from half a turn on.
    fn crossed(self, before: Self, step: Self) -> u32;
    /// The bits of each lane, scrambled: the output function of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable
    /// pseudorandom number generators", OOPSLA 2014).
    fn scrambled(self) -> Self;
}

/// The multipliers of [`Phase::scrambled`].
pub(crate) const SCRAMBLE: [u64; 2] = [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB];

impl Phase for u64 {
    #[inline(always)]
    fn splat(phase: u64) -> Self {
        phase
    }
    #[inline(always)]
    fn from_lanes(mut phase: impl FnMut(usize) -> u64) -> Self {
        phase(0)
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    #[inline(always)]
    fn lanes(&self) -> &[u64] {
        core::slice::from_ref(self)
    }
    #[inline(always)]
    fn in_lane(self, _lane: usize) -> u64 {
        self
    }
    #[inline(always)]
    fn set_lane(&mut self, lane: usize, phase: u64) {
        if lane == 0 {
            *self = phase;
        }
    }
    #[inline(always)]
    fn crossed(self, before: Self, step: Self) -> u32 {
        u32::from(self < before) ^ (step >> 63) as u32
    }
    #[inline(always)]
    fn scrambled(self) -> Self {
        let z = (self ^ (self >> 30)).wrapping_mul(SCRAMBLE[0]);
        let z = (z ^ (z >> 27)).wrapping_mul(SCRAMBLE[1]);
        z ^ (z >> 31)
    }
}

impl<const N: usize> Phase for [u64; N] {
    #[inline(always)]
    fn splat(phase: u64) -> Self {
        [phase; N]
    }
    #[inline(always)]
    fn from_lanes(phase: impl FnMut(usize) -> u64) -> Self {
        core::array::from_fn(phase)
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_add(other[i]))
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        core::array::from_fn(|i| self[i].wrapping_sub(other[i]))
    }
    #[inline(always)]
    fn lanes(&self) -> &[u64] {
        self
    }
    #[inline(always)]
    fn in_lane(self, lane: usize) -> u64 {
        self[lane.min(N - 1)]
    }
    #[inline(always)]
    fn set_lane(&mut self, lane: usize, phase: u64) {
        if let Some(p) = self.get_mut(lane) {
            *p = phase;
        }
    }
    #[inline(always)]
    fn crossed(self, before: Self, step: Self) -> u32 {
        let mut bits = 0;
        for i in 0..N {
            bits |= self[i].crossed(before[i], step[i]) << i;
        }
        bits
    }
    #[inline(always)]
    fn scrambled(self) -> Self {
        self.map(u64::scrambled)
    }
}

/// Turns to fixed point, modulo one turn.
#[inline(always)]
pub(crate) fn from_turns(turns: f64) -> u64 {
    // 1.5 * 2^52: rounds to the nearest whole number, as in `Sample::floor`.
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    let fraction = turns - ((turns + MAGIC) - MAGIC);
    // In 1..=2 the spacing of f64 is 2^-52: the bits above those of 1.5 count those steps. (2.0 continues the count.)
    (fraction + 1.5).to_bits().wrapping_sub(1.5_f64.to_bits()) << 12
}

/// The phase folded into the rising quarter turns around zero, -2^30..=2^30 in units of 2^-32 turns.
#[inline(always)]
pub(crate) fn quarter(phase: u64) -> i32 {
    // sin(x) = cos(x - 1/4 turn); cos is even, so its argument may be made positive; cos(t) = sin(1/4 turn - t).
    let h = ((phase >> 32) as i32).wrapping_sub(1 << 30);
    let sign = h >> 31;
    (1_i32 << 30).wrapping_sub((h ^ sign).wrapping_sub(sign))
}
