//! Colours, and the map from a level to one.

/// Red, green and blue in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    /// `other` with a share of `share` in 255 mixed in.
    pub(super) fn mixed(self, other: Rgb, share: u8) -> Rgb {
        let mix = |a: u8, b: u8| {
            ((u16::from(a) * (255 - u16::from(share)) + u16::from(b) * u16::from(share) + 127) / 255) as u8
        };
        Rgb(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The colour of a level from 0 (silence) to 1 (full scale).
///
/// Lightness rises evenly from near black to near white, so that equal steps in dB look equally large and the picture reads the
/// same in grey; the hue goes from violet over red and orange to yellow. Made in OKLab, whose lightness is fitted to what
/// people see (Ottosson: "A perceptual color space for image processing", 2020).
pub(super) fn of_level(level: f32) -> Rgb {
    let level = if level.is_finite() { f64::from(level).clamp(0.0, 1.0) } else { 0.0 };
    let lightness = 0.14 + 0.82 * level;
    // 285 degrees is violet, 465 - 360 = 105 yellow.
    let hue = (285.0 + 180.0 * level).to_radians();
    let mut chroma = 0.02 + 0.15 * (std::f64::consts::PI * level).sin().max(0.0) + 0.04 * level;
    // What the screen cannot show is made paler, not lighter or darker.
    loop {
        let linear = linear_from_oklab(lightness, chroma * hue.cos(), chroma * hue.sin());
        if chroma <= 0.0 || linear.iter().all(|x| (0.0..=1.0).contains(x)) {
            let [r, g, b] = linear.map(encoded);
            return Rgb(r, g, b);
        }
        chroma -= 0.002;
    }
}

/// OKLab to linear light in the primaries of sRGB; the matrices are Ottosson's.
fn linear_from_oklab(lightness: f64, a: f64, b: f64) -> [f64; 3] {
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
}

/// Linear light to eight bits with the transfer curve of sRGB (IEC 61966-2-1).
fn encoded(linear: f64) -> u8 {
    let curved = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (curved.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brightness by ITU-R BT.709 of what the eight bits stand for.
    fn luminance(Rgb(r, g, b): Rgb) -> f64 {
        let linear = |x: u8| {
            let x = f64::from(x) / 255.0;
            if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn a_louder_level_is_never_darker_and_steps_are_even() {
        let lights: Vec<f64> = (0..=50).map(|n| luminance(of_level(n as f32 / 50.0)).cbrt()).collect();
        let steps: Vec<f64> = lights.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = (lights[50] - lights[0]) / 50.0;
        assert!(lights[0] < 0.2 && lights[50] > 0.9, "from {} to {}", lights[0], lights[50]);
        for (n, step) in steps.iter().enumerate() {
            assert!((0.3 * mean..2.2 * mean).contains(step), "step {n} of {step} against {mean}");
        }
    }

    #[test]
    fn what_is_no_level_is_drawn_as_silence() {
        assert_eq!(of_level(f32::NAN), of_level(0.0));
        assert_eq!(of_level(-3.0), of_level(0.0));
        assert_eq!(of_level(7.0), of_level(1.0));
    }
}
