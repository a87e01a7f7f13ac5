//! How are the very small numbers kept from slowing a decaying filter down? By flushing them to zero.

use core::marker::PhantomData;

/// While it lives, this thread's floating-point unit treats denormal numbers as zero. `[audio]`
///
/// A number below 2⁻¹²⁶ (about 1.2·10⁻³⁸) in `f32` is a denormal, and arithmetic with it can take a
/// hundred times as long: the tail of every reverb and recursive filter comes through there. Held for the
/// whole of a callback, this sets
///
/// - x86_64: bits FTZ (results) and DAZ (operands) of MXCSR; Intel SDM vol. 1, 10.2.3;
/// - aarch64: bit FZ (both) of FPCR; Arm ARM, C5.2 "FPCR";
/// - elsewhere, WebAssembly among them, nothing: there is no such switch, and kernels have to see to it
///   themselves.
///
/// and on drop puts those bits, and no others, back to what they were. Guards may nest; they end in the
/// reverse order, as locals do. The register belongs to the thread, so the guard cannot leave it:
///
/// ```compile_fail,E0277
/// fn sent<T: Send>(_: T) {}
/// sent(sostenuto_rt::FlushDenormals::new());
/// ```
///
/// # What it does not promise
///
/// The compiler takes the floating-point mode to be the default one, and may compute a constant
/// expression while compiling, or move an operation across the start or the end of the guard. The value of
/// such an operation may then be a denormal where it would have been zero, or the other way round: nothing
/// that can be heard, but no result may depend on it.
#[must_use = "denormals are flushed only as long as the guard lives"]
pub struct FlushDenormals {
    /// The bits of [`mode::FLUSH`] as they were before.
    before: mode::Bits,
    /// A raw pointer is neither `Send` nor `Sync`, and so neither is the guard.
    on_this_thread: PhantomData<*mut ()>,
}

impl FlushDenormals {
    /// Whether this target has the switch; where it has not, the guard does nothing.
    pub const SUPPORTED: bool = mode::FLUSH != 0;

    /// Starts flushing on this thread. `[audio]`
    #[inline]
    pub fn new() -> Self {
        let now = mode::read();
        mode::write(now | mode::FLUSH);
        Self { before: now & mode::FLUSH, on_this_thread: PhantomData }
    }
}

impl Default for FlushDenormals {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for FlushDenormals {
    #[inline]
    fn drop(&mut self) {
        // Read again: exception flags raised meanwhile, or a rounding mode set, are not ours to undo.
        mode::write(mode::read() & !mode::FLUSH | self.before);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod mode {
    use core::arch::asm;

    pub(super) type Bits = u32;

    /// FTZ is bit 15, DAZ bit 6.
    pub(super) const FLUSH: Bits = 1 << 15 | 1 << 6;

    #[inline]
    pub(super) fn read() -> Bits {
        let mut bits: Bits = 0;
        // SAFETY: every x86_64 has SSE; the instruction stores four bytes to a local that lives.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut bits, options(nostack, preserves_flags)) };
        bits
    }

    #[inline]
    pub(super) fn write(bits: Bits) {
        // SAFETY: the bits come from `read`, with FTZ and DAZ changed, which every x86_64 has: so no
        // reserved bit is set, which would fault.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const bits, options(nostack)) };
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
mod mode {
    use core::arch::asm;

    pub(super) type Bits = u64;

    /// FZ is bit 24.
    pub(super) const FLUSH: Bits = 1 << 24;

    #[inline]
    pub(super) fn read() -> Bits {
        let bits: Bits;
        // SAFETY: FPCR may be read from user mode.
        unsafe { asm!("mrs {}, fpcr", out(reg) bits, options(nostack, preserves_flags)) };
        bits
    }

    #[inline]
    pub(super) fn write(bits: Bits) {
        // SAFETY: FPCR may be written from user mode; the bits come from `read`, with FZ changed.
        unsafe { asm!("msr fpcr, {}", in(reg) bits, options(nostack)) };
    }
}

#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
mod mode {
    pub(super) type Bits = u32;
    pub(super) const FLUSH: Bits = 0;

    pub(super) fn read() -> Bits {
        0
    }

    pub(super) fn write(_: Bits) {}
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use core::hint::black_box;

    /// 10⁻²⁰ squared: a denormal result of normal operands (FTZ).
    #[inline(never)]
    fn small_product() -> f32 {
        black_box(1e-20_f32) * black_box(1e-20_f32)
    }

    /// 10⁻⁴⁰ times 10¹⁰: a normal result of a denormal operand (DAZ).
    #[inline(never)]
    fn small_operand() -> f32 {
        black_box(1e-40_f32) * black_box(1e10_f32)
    }

    #[test]
    fn flushes_while_held_and_not_after() {
        let gone = |x: f32| (x == 0.0) == FlushDenormals::SUPPORTED;
        for _ in 0..2 {
            assert!(small_product() > 0.0 && small_operand() > 0.0);
            let outer = FlushDenormals::new();
            assert!(gone(small_product()) && gone(small_operand()));
            drop(FlushDenormals::new());
            assert!(gone(small_product()) && gone(small_operand()), "the inner guard undid the outer one");
            drop(outer);
            assert!(small_product() > 0.0 && small_operand() > 0.0);
        }
    }

    #[test]
    fn is_a_matter_of_this_thread() {
        let _flush = FlushDenormals::new();
        let elsewhere = std::thread::spawn(|| {
            let _flush = FlushDenormals::new();
        });
        elsewhere.join().unwrap();
        assert_eq!(small_product() == 0.0, FlushDenormals::SUPPORTED);
    }

    #[test]
    fn leaves_the_other_bits_alone() {
        let before = mode::read();
        {
            let _flush = FlushDenormals::new();
            assert_eq!(mode::read() & !mode::FLUSH, before & !mode::FLUSH);
            assert_eq!(mode::read() & mode::FLUSH, mode::FLUSH);
        }
        assert_eq!(mode::read() & mode::FLUSH, before & mode::FLUSH);
    }
}
