//! A Fourier transform that is done in steps of bounded work.

use std::f64::consts::TAU;

/// The discrete Fourier transform of a power of two of points, by decimation in time (J. W. Cooley and J. W. Tukey, "An Algorithm for the Machine
/// Calculation of Complex Fourier Series", Math. Comp. 19, 1965), in single precision, not scaled.
///
/// It is called step by step: [`order`](Self::order), then each [`stage`](Self::stage) from 0 on, so that its work can be spread over time. Only
/// `+ - *`, so the bits are the same on every processor.
#[derive(Debug)]
pub(super) struct Fft {
    stages: usize,
    /// For each stage e^(-iπj/h), j from 0 to below h = 2^stage, one after the other.
    cos: Box<[f32]>,
    sin: Box<[f32]>,
    /// Places that change with each other.
    swaps: Box<[(u32, u32)]>,
}

impl Fft {
    /// For 2^`stages` points. `[control]`
    pub fn new(stages: usize) -> Self {
        let halves = (0..stages).map(|stage| 1usize << stage);
        let angles = halves.flat_map(|half| (0..half).map(move |j| -0.5 * TAU * j as f64 / half as f64));
        let angles: Vec<f64> = angles.collect();
        let reversed = |place: u32| if stages == 0 { 0 } else { place.reverse_bits() >> (32 - stages) };
        let swaps = (0..1u32 << stages).map(|place| (place, reversed(place)));
        Fft {
            stages,
            cos: angles.iter().map(|angle| libm::cos(*angle) as f32).collect(),
            sin: angles.iter().map(|angle| libm::sin(*angle) as f32).collect(),
            swaps: swaps.filter(|(a, b)| a < b).collect(),
        }
    }

    pub fn stages(&self) -> usize {
        self.stages
    }

    /// Puts the points in the order in which the stages take them. `[audio]`
    pub fn order(&self, re: &mut [f32], im: &mut [f32]) {
        for (a, b) in &self.swaps {
            let (a, b) = (*a as usize, *b as usize);
            if a < re.len() && b < re.len() && b < im.len() && a < im.len() {
                re.swap(a, b);
                im.swap(a, b);
            }
        }
    }

    /// One stage: half as many butterflies as there are points. `[audio]`
    pub fn stage(&self, stage: usize, re: &mut [f32], im: &mut [f32]) {
        let half = 1 << stage;
        let factors = half - 1..2 * half - 1;
        let (Some(cos), Some(sin)) = (self.cos.get(factors.clone()), self.sin.get(factors)) else { return };
        for (re, im) in re.chunks_exact_mut(2 * half).zip(im.chunks_exact_mut(2 * half)) {
            let (re_a, re_b) = re.split_at_mut(half);
            let (im_a, im_b) = im.split_at_mut(half);
            let (a, b) = (re_a.iter_mut().zip(im_a), re_b.iter_mut().zip(im_b));
            for (((ra, ia), (rb, ib)), (c, s)) in a.zip(b).zip(cos.iter().zip(sin)) {
                let (r, i) = (*rb * c - *ib * s, *rb * s + *ib * c);
                (*rb, *ib) = (*ra - r, *ia - i);
                (*ra, *ia) = (*ra + r, *ia + i);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_transform_by_its_definition() {
        for stages in [1, 2, 3, 6, 9] {
            let points = 1 << stages;
            let mut noise = 1u32;
            let mut random = || {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                noise as f32 / u32::MAX as f32 - 0.5
            };
            let (re, im): (Vec<f32>, Vec<f32>) = (0..points).map(|_| (random(), random())).unzip();
            let (mut out_re, mut out_im) = (re.clone(), im.clone());
            let fft = Fft::new(stages);
            fft.order(&mut out_re, &mut out_im);
            (0..stages).for_each(|stage| fft.stage(stage, &mut out_re, &mut out_im));
            for k in 0..points {
                let (mut r, mut i) = (0.0f64, 0.0f64);
                for n in 0..points {
                    let angle = -TAU * (k * n % points) as f64 / points as f64;
                    let (c, s) = (angle.cos(), angle.sin());
                    r += f64::from(re[n]) * c - f64::from(im[n]) * s;
                    i += f64::from(re[n]) * s + f64::from(im[n]) * c;
                }
                let error = (f64::from(out_re[k]) - r).hypot(f64::from(out_im[k]) - i);
                assert!(error < 2e-6 * points as f64, "{points} points, bin {k}: {error}");
            }
        }
    }
}
