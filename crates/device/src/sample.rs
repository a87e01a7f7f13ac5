//! How does a sample get into the device's format, and out of it? By its own range, clamped, without dither.

/// A format in which devices take samples.
///
/// The engine's ±1 is the range of the device: an integer of *n* bits takes the sample times 2ⁿ⁻¹, rounded to the nearest
/// (halves to even), and what is out of its range is clamped to its limits, so that +1 comes out as the greatest value, one
/// step short of full scale. Not-a-number, which the engine never puts out, becomes silence. Formats of more than 24 bits
/// are computed in double precision. No dither is added: the noise that 16 bits ask for is the patch's decision.
///
/// `f32` and `f64` are passed on as they are, beyond ±1 too: mixing servers work in floating point, and what a device behind
/// them does with the excess is its own affair.
pub trait DeviceSample: Copy + Send + 'static {
    /// The sample that a device plays as silence.
    const SILENCE: Self;

    /// Converts one sample. `[audio]`
    fn convert(sample: f32) -> Self;

    /// Converts one sample back: an integer of *n* bits is divided by 2ⁿ⁻¹. Of more than 24 bits the nearest `f32` is taken. `[audio]`
    fn revert(self) -> f32;

    /// The block as it is, if this is the engine's own format and nothing needs converting. `[audio]`
    fn as_engine_samples(_block: &mut [Self]) -> Option<&mut [f32]> {
        None
    }
}

impl DeviceSample for f32 {
    const SILENCE: f32 = 0.0;
    fn convert(sample: f32) -> f32 {
        sample
    }
    fn revert(self) -> f32 {
        self
    }
    fn as_engine_samples(block: &mut [f32]) -> Option<&mut [f32]> {
        Some(block)
    }
}

impl DeviceSample for f64 {
    const SILENCE: f64 = 0.0;
    fn convert(sample: f32) -> f64 {
        sample.into()
    }
    fn revert(self) -> f32 {
        self as f32
    }
}

/// The sample as a signed integer of so many bits, at most 32. A cast from a float saturates, and takes not-a-number to 0.
pub(crate) fn signed(sample: f32, bits: u32) -> i32 {
    let full_scale = f64::from(1_u32 << (bits - 1));
    let scaled = (f64::from(sample) * full_scale).round_ties_even();
    scaled.clamp(-full_scale, full_scale - 1.0) as i32
}

/// An integer of so many bits as a sample; no more than 53 bits count.
pub(crate) fn scaled_down(integer: f64, bits: u32) -> f32 {
    (integer / (1_u64 << (bits - 1)) as f64) as f32
}

macro_rules! integer_formats {
    ($($signed:ty, $unsigned:ty, $bits:literal;)*) => {$(
        impl DeviceSample for $signed {
            const SILENCE: $signed = 0;
            fn convert(sample: f32) -> $signed {
                signed(sample, $bits) as $signed
            }
            fn revert(self) -> f32 {
                scaled_down(f64::from(self), $bits)
            }
        }
        impl DeviceSample for $unsigned {
            const SILENCE: $unsigned = 1 << ($bits - 1);
            fn convert(sample: f32) -> $unsigned {
                // Turning the top bit over moves the origin to the middle of the range.
                signed(sample, $bits) as $unsigned ^ Self::SILENCE
            }
            fn revert(self) -> f32 {
                scaled_down(f64::from(self) - f64::from(Self::SILENCE), $bits)
            }
        }
    )*};
}

integer_formats! {
    i8, u8, 8;
    i16, u16, 16;
    i32, u32, 32;
}

impl DeviceSample for i64 {
    const SILENCE: i64 = 0;
    fn convert(sample: f32) -> i64 {
        // An f32 has no more than 24 significant bits, so this is exact; the cast saturates.
        (f64::from(sample) * 9_223_372_036_854_775_808.0) as i64
    }
    fn revert(self) -> f32 {
        scaled_down(self as f64, 64)
    }
}

impl DeviceSample for u64 {
    const SILENCE: u64 = 1 << 63;
    fn convert(sample: f32) -> u64 {
        i64::convert(sample) as u64 ^ Self::SILENCE
    }
    fn revert(self) -> f32 {
        ((self ^ Self::SILENCE) as i64).revert()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_the_range_of_their_bits() {
        for (sample, narrow, wide) in [
            (0.0, 0, 0),
            (1.0, i16::MAX, i32::MAX),
            (-1.0, i16::MIN, i32::MIN),
            (0.5, 16_384, 1 << 30),
            (-0.25, -8192, -(1 << 29)),
            (3.0, i16::MAX, i32::MAX),
            (f32::NEG_INFINITY, i16::MIN, i32::MIN),
            (f32::INFINITY, i16::MAX, i32::MAX),
            (f32::NAN, 0, 0),
        ] {
            assert_eq!(i16::convert(sample), narrow, "{sample}");
            assert_eq!(i32::convert(sample), wide, "{sample}");
            assert_eq!(i64::convert(sample) >> 32, wide.into(), "{sample}");
            assert_eq!(u16::convert(sample), (i32::from(narrow) + 32_768) as u16, "{sample}");
            assert_eq!(u32::convert(sample), (i64::from(wide) + (1 << 31)) as u32, "{sample}");
            assert_eq!(u64::convert(sample) >> 32, (i64::from(wide) + (1 << 31)) as u64, "{sample}");
        }
        assert_eq!(
            (i8::convert(1.0), i8::convert(-1.0), u8::convert(-1.0), u8::convert(0.0)),
            (127, -128, 0, 128)
        );
    }

    #[test]
    fn rounds_to_the_nearest_and_halves_to_even() {
        let step = 1.0 / 32_768.0;
        for (steps, rounded) in [(0.49, 0), (0.5, 0), (0.51, 1), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2)] {
            assert_eq!(i16::convert(steps * step), rounded, "{steps} steps");
        }
    }

    #[test]
    fn sixteen_bits_come_back_as_they_were() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(i16::convert(f32::from(value) / 32_768.0), value);
            assert_eq!(i16::convert(value.revert()), value);
            let unsigned = value as u16;
            assert_eq!(u16::convert(unsigned.revert()), unsigned);
        }
    }

    #[test]
    fn what_comes_back_is_the_sample() {
        for sample in [0.0_f32, 0.5, -0.25, -1.0, 0.375] {
            assert_eq!(i8::convert(sample).revert(), sample);
            assert_eq!(u8::convert(sample).revert(), sample);
            assert_eq!(i32::convert(sample).revert(), sample);
            assert_eq!(u32::convert(sample).revert(), sample);
            assert_eq!(i64::convert(sample).revert(), sample);
            assert_eq!(u64::convert(sample).revert(), sample);
            assert_eq!(f64::convert(sample).revert(), sample);
        }
    }

    #[test]
    fn floats_pass_unchanged() {
        for sample in [0.1, -0.0, 7.5, f32::MIN_POSITIVE] {
            assert_eq!(f32::convert(sample).to_bits(), sample.to_bits());
            assert_eq!(f64::convert(sample), f64::from(sample));
        }
    }
}
