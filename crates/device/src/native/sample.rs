//! How do cpal's own 24-bit formats take samples? In four bytes, of which three count.

use crate::sample::{DeviceSample, scaled_down, signed};
use cpal::{I24, Sample, U24};

impl DeviceSample for I24 {
    const SILENCE: I24 = <I24 as Sample>::EQUILIBRIUM;
    fn convert(sample: f32) -> I24 {
        I24::new_unchecked(signed(sample, 24))
    }
    fn revert(self) -> f32 {
        scaled_down(f64::from(self.inner()), 24)
    }
}

impl DeviceSample for U24 {
    const SILENCE: U24 = <U24 as Sample>::EQUILIBRIUM;
    fn convert(sample: f32) -> U24 {
        U24::new_unchecked(signed(sample, 24) + (1 << 23))
    }
    fn revert(self) -> f32 {
        scaled_down(f64::from(self.inner() - (1 << 23)), 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_bits() {
        for (sample, value) in
            [(0.0, 0), (1.0, 8_388_607), (-1.0, -8_388_608), (-7.0, -8_388_608), (0.5, 1 << 22)]
        {
            assert_eq!(I24::convert(sample).inner(), value);
            assert_eq!(U24::convert(sample).inner(), value + 8_388_608);
            assert_eq!(I24::convert(sample).revert(), U24::convert(sample).revert());
            assert_eq!(I24::convert(sample).revert(), value as f32 / 8_388_608.0);
        }
        assert_eq!((I24::SILENCE.inner(), U24::SILENCE.inner()), (0, 8_388_608));
    }
}
