//! Which widths there are, which of them the processor has, and how code is compiled for each.

use crate::{Lanes, PIECE, Sample};

/// As many single-precision signals as a machine takes side by side.
///
/// Kernels give the same bits at every width: the width is a matter of speed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// One signal, an `f32`.
    One,
    /// Four: the base line of x86-64 (SSE2), of 64-bit Arm (NEON), and of wasm with simd128.
    Four,
    /// Eight: AVX2.
    Eight,
    /// Sixteen: AVX-512 (F, VL, BW and DQ).
    Sixteen,
}

impl Width {
    /// All widths, the narrowest first.
    pub const ALL: [Width; 4] = [Width::One, Width::Four, Width::Eight, Width::Sixteen];

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

    /// The number of lanes.
    pub const fn lanes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Four => 4,
            Width::Eight => 8,
            Width::Sixteen => 16,
        }
    }

    /// Whether the processor has registers of this width. [`Width::run`] works without as well, more slowly.
    pub fn is_native(self) -> bool {
        match self {
            Width::One | Width::Four => true,
            #[cfg(target_arch = "x86_64")]
            Width::Eight => super::x86::has_eight(),
            #[cfg(target_arch = "x86_64")]
            Width::Sixteen => super::x86::has_sixteen(),
            #[cfg(not(target_arch = "x86_64"))]
            Width::Eight | Width::Sixteen => false,
        }
    }

    /// Runs `task` with the type for this width: registers if the processor has them, else an array of as many lanes,
    /// which gives the same bits.
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
            Width::Eight => task.run::<Lanes<f32, 8>>(),
            Width::Sixteen => task.run::<Lanes<f32, 16>>(),
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
