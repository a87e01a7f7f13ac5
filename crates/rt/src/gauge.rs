//! How is one number shown to any number of threads? In a single atomic word.

use core::fmt;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// One number that any thread may set and any thread may read: a level, a load, a counter.
///
/// Every ordering in here is Relaxed: each gauge is right by itself, and says nothing about any other
/// memory, not even another gauge. Values that must fit together belong in a
/// [`latest`](crate::latest()) cell, messages in a [`ring`](crate::ring()). All methods are `[any]` and
/// wait-free.
///
/// ```
/// use sostenuto_rt::Gauge;
/// let load = Gauge::new(0.0_f32);
/// load.set(0.25);
/// assert_eq!(load.get(), 0.25);
/// ```
pub struct Gauge<V: GaugeValue> {
    word: V::Word,
}

impl<V: GaugeValue> Gauge<V> {
    /// A gauge that shows `value`.
    pub fn new(value: V) -> Self {
        Self { word: value.into_word() }
    }

    /// Shows `value` from now on.
    #[inline]
    pub fn set(&self, value: V) {
        V::store(&self.word, value);
    }

    /// What is shown.
    #[inline]
    pub fn get(&self) -> V {
        V::load(&self.word)
    }

    /// Shows `value` from now on, and returns what was shown before: no value in between is lost.
    #[inline]
    pub fn swap(&self, value: V) -> V {
        V::exchange(&self.word, value)
    }
}

impl Gauge<u32> {
    /// Adds to the number; wraps on overflow. Returns the number before.
    #[inline]
    pub fn add(&self, n: u32) -> u32 {
        self.word.fetch_add(n, Ordering::Relaxed)
    }
}

impl Gauge<u64> {
    /// Adds to the number; wraps on overflow. Returns the number before.
    #[inline]
    pub fn add(&self, n: u64) -> u64 {
        self.word.fetch_add(n, Ordering::Relaxed)
    }
}

impl Gauge<f32> {
    /// Shows the greater of `value` and what is shown: a peak that a reader takes with `swap(0.0)`.
    ///
    /// For a gauge that holds numbers from zero up. A `value` that is negative or not a number is
    /// passed over.
    #[inline]
    pub fn raise(&self, value: f32) {
        // The bits of floats from +0 up, infinity included, are ordered as the floats are.
        if value > 0.0 {
            self.word.fetch_max(value.to_bits(), Ordering::Relaxed);
        }
    }
}

impl<V: GaugeValue + Default> Default for Gauge<V> {
    fn default() -> Self {
        Self::new(V::default())
    }
}

impl<V: GaugeValue + fmt::Debug> fmt::Debug for Gauge<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.get()).finish()
    }
}

/// What a [`Gauge`] can show: `f32`, `f64`, `u32`, `u64`.
pub trait GaugeValue: Copy + sealed::Sealed {}

mod sealed {
    /// A number that fits an atomic word.
    pub trait Sealed: Sized {
        /// The atomic it is kept in.
        type Word: Send + Sync;
        fn into_word(self) -> Self::Word;
        fn load(word: &Self::Word) -> Self;
        fn store(word: &Self::Word, value: Self);
        fn exchange(word: &Self::Word, value: Self) -> Self;
    }
}

macro_rules! gauge_value {
    ($value:ty, $word:ty, $to_bits:expr, $from_bits:expr) => {
        impl GaugeValue for $value {}

        impl sealed::Sealed for $value {
            type Word = $word;

            fn into_word(self) -> $word {
                <$word>::new($to_bits(self))
            }

            #[inline]
            fn load(word: &$word) -> Self {
                $from_bits(word.load(Ordering::Relaxed))
            }

            #[inline]
            fn store(word: &$word, value: Self) {
                word.store($to_bits(value), Ordering::Relaxed);
            }

            #[inline]
            fn exchange(word: &$word, value: Self) -> Self {
                $from_bits(word.swap($to_bits(value), Ordering::Relaxed))
            }
        }
    };
}

gauge_value!(f32, AtomicU32, f32::to_bits, f32::from_bits);
gauge_value!(f64, AtomicU64, f64::to_bits, f64::from_bits);
gauge_value!(u32, AtomicU32, core::convert::identity, core::convert::identity);
gauge_value!(u64, AtomicU64, core::convert::identity, core::convert::identity);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn shows_the_bits_it_was_given() {
        let gauge = Gauge::new(1.5_f32);
        gauge.set(-0.0);
        assert!(gauge.get().is_sign_negative());
        gauge.set(f32::NAN);
        assert!(gauge.get().is_nan());
        assert_eq!(Gauge::new(u64::MAX).get(), u64::MAX);
        assert_eq!(Gauge::new(1e300_f64).swap(2.0), 1e300);
    }

    #[test]
    fn a_peak_rises_and_is_taken() {
        let peak = Gauge::<f32>::default();
        for value in [0.25, f32::NAN, -3.0, 0.75, -0.0, 0.5] {
            peak.raise(value);
        }
        assert_eq!(peak.swap(0.0), 0.75);
        peak.raise(0.125);
        assert_eq!(peak.get(), 0.125);
    }

    #[test]
    fn counters_add_up_over_threads() {
        let (narrow, wide) = (Gauge::new(0_u32), Gauge::new(0_u64));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        narrow.add(1);
                        wide.add(3);
                    }
                });
            }
        });
        assert_eq!((narrow.get(), wide.get()), (4000, 12_000));
    }
}
