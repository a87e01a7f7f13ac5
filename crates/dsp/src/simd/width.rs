//! Which widths there are, which of them the processor has, and how code is compiled for each.

use super::pair::Pair;
#[cfg(not(target_arch = "x86_64"))]
use crate::Lanes;
use crate::{PIECE, Sample};

/// As many single-precision signals as a machine takes side by side.
///
/// Kernels give the same bits at every width: the width is a matter of speed only. A register of signals is the least that is worth while; two of them
/// share what a kernel does once for all of its lanes, and do not wait for each other where each waits for itself, as a filter does from frame to frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// One signal, an `f32`.
    One,
    /// Four: the base line of x86-64 (SSE2), of 64-bit Arm (NEON), and of wasm with simd128.
    Four,
    /// Eight: a register of AVX2, or two of four.
    Eight,
    /// Sixteen: a register of AVX-512 (F, VL, BW and DQ), or two of eight.
    Sixteen,
    /// Thirty-two: two registers of sixteen.
    ThirtyTwo,
}

impl Width {
    /// All widths, the narrowest first.
    pub const ALL: [Width; 5] = [Width::One, Width::Four, Width::Eight, Width::Sixteen, Width::ThirtyTwo];

    /// The widest that the processor has registers for; at least [`Width::Four`]. Asks the processor once, then remembers.
    pub fn best() -> Self {
        let mut best = Width::Four;
        for width in [Width::Eight, Width::Sixteen] {
            if width.is_native() {
                best = width;
            }
        }
        best
    }

    /// The widest that there is code for on this processor: two registers of the [best](Width::best).
    pub fn widest() -> Self {
        Self::best().doubled()
    }

    /// The narrowest that has room for so many lanes, or else the widest of all.
    ///
    /// ```
    /// use sostenuto_dsp::Width;
    /// assert_eq!(Width::for_lanes(9), Width::Sixteen);
    /// ```
    pub fn for_lanes(lanes: usize) -> Self {
        Self::ALL.into_iter().find(|width| width.lanes() >= lanes).unwrap_or(Width::ThirtyTwo)
    }

    /// The number of lanes.
    pub const fn lanes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Four => 4,
            Width::Eight => 8,
            Width::Sixteen => 16,
            Width::ThirtyTwo => 32,
        }
    }

    /// Whether the processor has registers of this width.
    pub fn is_native(self) -> bool {
        match self {
            Width::One | Width::Four => true,
            #[cfg(target_arch = "x86_64")]
            Width::Eight => super::x86::has_eight(),
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen => super::x86::has_sixteen(),
            #[cfg(not(target_arch = "x86_64"))]
            Width::Eight | Width::Sixteen => false,
            Width::ThirtyTwo => false,
        }
    }

    /// Twice as many lanes; the widest of all stays as it is, and so does one signal.
    pub(super) const fn doubled(self) -> Self {
        match self {
            Width::One => Width::One,
            Width::Four => Width::Eight,
            Width::Eight => Width::Sixteen,
            Width::Sixteen | Width::ThirtyTwo => Width::ThirtyTwo,
        }
    }

    /// Runs `task` with the type for this width: a register if the processor has one, else two. What is wider than the [widest](Width::widest) runs as that.
    pub fn run<T: Task>(self, task: T) -> T::Out {
        match self {
            Width::One => task.run::<f32>(),
            #[cfg(target_arch = "x86_64")]
            Width::Four => task.run::<super::x86::F32x4>(),
            #[cfg(target_arch = "x86_64")]
            Width::Eight if self.is_native() => task.run::<super::x86::F32x8>(),
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen if self.is_native() => task.run::<super::x86::F32x16>(),
            #[cfg(not(target_arch = "x86_64"))]
            Width::Four => task.run::<Lanes<f32, 4>>(),
            Width::Eight => Width::Four.run_doubled(task),
            Width::Sixteen => Width::Eight.run_doubled(task),
            Width::ThirtyTwo => Width::Sixteen.run_doubled(task),
        }
    }

    /// The same with two registers of this width, whether or not there is one as wide as both; which of these it is cannot be heard, and tests hold them against each other. If the processor does not have even one,
    /// it runs as this width does.
    #[doc(hidden)]
    pub fn run_doubled<T: Task>(self, task: T) -> T::Out {
        match self {
            #[cfg(target_arch = "x86_64")]
            Width::Four => task.run::<Pair<super::x86::F32x4, 8>>(),
            #[cfg(target_arch = "x86_64")]
            Width::Eight if self.is_native() => task.run::<Pair<super::x86::F32x8, 16>>(),
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen if self.is_native() => task.run::<Pair<super::x86::F32x16, 32>>(),
            #[cfg(not(target_arch = "x86_64"))]
            Width::Four => task.run::<Pair<Lanes<f32, 4>, 8>>(),
            other => other.run(task),
        }
    }
}

/// Code that is compiled for every width: a function generic over the type of the lanes, with its arguments.
pub trait Task {
    /// What it gives back. The type of the lanes cannot be named here; a machine that is made of it comes as a `Box<dyn ...>`.
    type Out;
    /// The code. It is compiled for the base line of the processor; what [`Sample::enter`] is given within is not.
    fn run<S: Vector>(self) -> Self::Out;
}

/// Single-precision signals side by side, as a [`Width`] hands them out.
///
/// A slice of them is a block of interleaved frames; [`Sample::flat`] shows it as plain numbers.
pub trait Vector: Sample<Scalar = f32> {
    /// How many there are.
    const WIDTH: Width;

    /// The first numbers of `from`, lane 0 first; lanes that it is too short for are 0.
    fn load(from: &[f32]) -> Self;

    /// Writes the lanes to the first numbers of `to`, lane 0 first; what does not fit is left out.
    fn store(self, to: &mut [f32]);

    /// Frames of zeros, as many as a block of a graph has.
    fn silence() -> &'static [Self; PIECE];
}
