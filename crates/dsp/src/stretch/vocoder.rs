//! A phase vocoder whose work on a frame is spread over time.

use super::fft::Fft;
use super::tape::Tape;
use std::f64::consts::TAU;

/// Windows overlap four times.
pub(super) const OVERLAP: usize = 4;

/// A spectrum up to half of the rate.
#[derive(Debug, Default)]
struct Spectrum {
    re: Box<[f32]>,
    im: Box<[f32]>,
}

impl Spectrum {
    fn new(bins: usize) -> Self {
        Spectrum { re: vec![0.0; bins].into(), im: vec![0.0; bins].into() }
    }

    fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    fn bins(&self) -> impl Iterator<Item = (f32, f32)> {
        self.re.iter().copied().zip(self.im.iter().copied())
    }

    fn bin(&self, k: usize) -> (f32, f32) {
        (self.re.get(k).copied().unwrap_or(0.0), self.im.get(k).copied().unwrap_or(0.0))
    }
}

/// One channel.
#[derive(Debug)]
struct Voice {
    re: Box<[f32]>,
    im: Box<[f32]>,
    /// The spectrum around the place, that a hop before it, and the last that was put out.
    here: Spectrum,
    before: Spectrum,
    out: Spectrum,
    /// The sum of windows, by the frames of the output.
    ring: Box<[f32]>,
}

/// Which frame is worked on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Its middle in the output.
    pub centre: i64,
    /// Its middle on the tape.
    pub place: i64,
    /// Whether phases are taken from the tape, whatever was put out before.
    pub fresh: bool,
}

/// A phase vocoder in which a frame's phases go on from those of the frame before by what they advance on the tape over just one hop of the output (M. Puckette,
/// "Phase-locked Vocoder", IEEE WASPAA 1995): so phases are never unwrapped, any speed is as good as another, and `+ - * /` and a square root are enough. Around
/// each peak all bins are turned alike (identity phase locking: J. Laroche and M. Dolson, "Improved Phase Vocoder Time-Scale Modification of Audio", IEEE Trans. Speech
/// and Audio Processing 7(3), 1999), and all channels too, so that what is between them stays.
#[derive(Debug)]
pub(super) struct Vocoder {
    fft: Fft,
    window: Box<[f32]>,
    voices: Box<[Voice]>,
    energy: Box<[f32]>,
    turns: Spectrum,
    frame: Option<Frame>,
    done: usize,
}

impl Vocoder {
    /// With windows of 2^`stages` frames. `[control]`
    pub fn new(stages: usize, channels: usize) -> Self {
        let size = 1usize << stages;
        let bins = size / 2 + 1;
        let floats = |count: usize| vec![0.0; count].into_boxed_slice();
        let voice = |_| Voice {
            re: floats(size),
            im: floats(size),
            here: Spectrum::new(bins),
            before: Spectrum::new(bins),
            out: Spectrum::new(bins),
            ring: floats(2 * size),
        };
        let hann = |n: usize| (0.5 - 0.5 * libm::cos(TAU * n as f64 / size as f64)) as f32;
        Vocoder {
            fft: Fft::new(stages),
            window: (0..size).map(hann).collect(),
            voices: (0..channels).map(voice).collect(),
            energy: floats(bins),
            turns: Spectrum::new(bins),
            frame: None,
            done: 0,
        }
    }

    pub fn size(&self) -> usize {
        self.window.len()
    }

    pub fn hop(&self) -> usize {
        self.size() / OVERLAP
    }

    pub fn channels(&self) -> usize {
        self.voices.len()
    }

    /// Forgets what was put out. `[audio]`
    pub fn reset(&mut self) {
        for voice in &mut self.voices {
            voice.ring.fill(0.0);
            voice.out.clear();
        }
        (self.frame, self.done) = (None, 0);
    }

    /// Takes up a frame. `[audio]`
    pub fn begin(&mut self, frame: Frame) {
        (self.frame, self.done) = (Some(frame), 0);
    }

    /// How many steps a frame takes: each at most as long as a few passes over a window.
    pub fn steps(&self) -> usize {
        self.voices.len() * (2 * self.fft.stages() + 4) + 1
    }

    /// Goes on until so many steps are done. `[audio]`
    #[inline]
    pub fn work(&mut self, steps: usize, tape: &impl Tape) {
        while self.done < steps
            && let Some(frame) = self.frame
        {
            self.step(frame, tape);
            self.done += 1;
            if self.done >= self.steps() {
                self.frame = None;
            }
        }
    }

    fn step(&mut self, frame: Frame, tape: &impl Tape) {
        let stages = self.fft.stages();
        let (there, back) = (stages + 2, stages + 2);
        let analysis = there * self.voices.len();
        if self.done == analysis {
            return self.lock(frame.fresh);
        }
        let (channel, part) = match self.done.checked_sub(analysis + 1) {
            None => (self.done / there, self.done % there),
            Some(after) => (after / back, there + after % back),
        };
        let (size, fft) = (self.window.len(), &self.fft);
        let Some(voice) = self.voices.get_mut(channel) else { return };
        if part == 0 {
            voice.load(channel, frame.place, (size, size / OVERLAP), &self.window, tape);
            fft.order(&mut voice.re, &mut voice.im);
        } else if part <= stages {
            fft.stage(part - 1, &mut voice.re, &mut voice.im);
        } else if part == stages + 1 {
            voice.split();
        } else if part == there {
            voice.turn(&self.turns);
            fft.order(&mut voice.re, &mut voice.im);
        } else if part <= there + stages {
            fft.stage(part - there - 1, &mut voice.re, &mut voice.im);
        } else {
            voice.add(frame.centre, &self.window);
        }
    }

    /// Finds the peaks, and by how much each is turned with the bins around it.
    fn lock(&mut self, fresh: bool) {
        self.energy.fill(0.0);
        for voice in &self.voices {
            for (energy, (re, im)) in self.energy.iter_mut().zip(voice.here.bins()) {
                *energy += re * re + im * im;
            }
        }
        self.turns.re.fill(1.0);
        self.turns.im.fill(0.0);
        if fresh {
            return;
        }
        let is_peak = |k: usize| {
            let at = |k: Option<usize>| k.and_then(|k| self.energy.get(k)).copied().unwrap_or(-1.0);
            let here = at(Some(k));
            here > at(k.checked_sub(1))
                && here > at(k.checked_sub(2))
                && here >= at(Some(k + 1))
                && here >= at(Some(k + 2))
        };
        let bins = self.energy.len();
        let (mut from, mut last) = (0, None);
        for k in (0..bins).filter(|k| is_peak(*k)) {
            if let Some(last) = last {
                let edge = (last + k) / 2 + 1;
                turn_bins(&self.voices, &mut self.turns, from..edge, last);
                from = edge;
            }
            last = Some(k);
        }
        if let Some(last) = last {
            turn_bins(&self.voices, &mut self.turns, from..bins, last);
        }
    }

    /// A sample of the sum of windows. `[audio]`
    #[inline(always)]
    pub fn at(&self, channel: usize, frame: i64) -> f32 {
        let ring = self.voices.get(channel).map_or(&[][..], |voice| &voice.ring);
        ring.get(frame as usize & (ring.len().wrapping_sub(1))).copied().unwrap_or(0.0)
    }

    /// The same, to change it. `[audio]`
    #[inline(always)]
    pub fn at_mut(&mut self, channel: usize, frame: i64) -> Option<&mut f32> {
        let ring = &mut self.voices.get_mut(channel)?.ring;
        let mask = ring.len().wrapping_sub(1);
        ring.get_mut(frame as usize & mask)
    }
}

/// Notes for the bins around a peak by how much they are turned: as far as what was put out last was from the tape a hop before.
fn turn_bins(voices: &[Voice], turns: &mut Spectrum, bins: std::ops::Range<usize>, peak: usize) {
    let (mut re, mut im, mut was, mut is) = (0.0, 0.0, 0.0, 0.0);
    for voice in voices {
        let ((a, b), (c, d), (e, f)) = (voice.out.bin(peak), voice.before.bin(peak), voice.here.bin(peak));
        was += c * c + d * d;
        is += e * e + f * f;
        re += a * c + b * d;
        im += b * c - a * d;
    }
    let length = (re * re + im * im).sqrt();
    // Of silence, and of what is 30 dB below what comes now, no phase goes on.
    if length > 1e-20 && was > 1e-3 * is {
        let (re, im) = (re / length, im / length);
        if let (Some(to_re), Some(to_im)) = (turns.re.get_mut(bins.clone()), turns.im.get_mut(bins)) {
            to_re.fill(re);
            to_im.fill(im);
        }
    }
}

impl Voice {
    /// Reads what is around the place and what is around a hop before it, as real and imaginary parts of one signal.
    fn load(
        &mut self,
        channel: usize,
        place: i64,
        (size, hop): (usize, usize),
        window: &[f32],
        tape: &impl Tape,
    ) {
        let from = place - size as i64 / 2;
        tape.read(channel, from, &mut self.re);
        tape.read(channel, from - hop as i64, &mut self.im);
        self.re.iter_mut().zip(window).for_each(|(x, w)| *x *= w);
        self.im.iter_mut().zip(window).for_each(|(x, w)| *x *= w);
    }

    /// Takes the spectra of the two apart, of which one is even and the other odd.
    fn split(&mut self) {
        let (size, bins) = (self.re.len(), self.here.re.len());
        for k in 0..bins {
            let mirror = (size - k) & (size - 1);
            let at = |list: &[f32], k: usize| list.get(k).copied().unwrap_or(0.0);
            let ((a, b), (c, d)) =
                ((at(&self.re, k), at(&self.im, k)), (at(&self.re, mirror), at(&self.im, mirror)));
            let put =
                |list: &mut [f32], value: f32| list.get_mut(k).into_iter().for_each(|there| *there = value);
            put(&mut self.here.re, 0.5 * (a + c));
            put(&mut self.here.im, 0.5 * (b - d));
            put(&mut self.before.re, 0.5 * (b + d));
            put(&mut self.before.im, 0.5 * (c - a));
        }
    }

    /// Turns the spectrum, and lays it out for the way back: with real and imaginary parts exchanged the transform is its own inverse.
    fn turn(&mut self, turns: &Spectrum) {
        let size = self.re.len();
        let here = self.here.bins().zip(turns.bins());
        for (k, ((a, b), (c, d))) in here.enumerate() {
            let (re, im) = (a * c - b * d, a * d + b * c);
            let put = |list: &mut [f32], k: usize, value: f32| {
                list.get_mut(k).into_iter().for_each(|there| *there = value);
            };
            put(&mut self.out.re, k, re);
            put(&mut self.out.im, k, im);
            let mirror = (size - k) & (size - 1);
            // The bins at either end are their own mirrors, and real.
            let im = if mirror == k { 0.0 } else { im };
            put(&mut self.im, mirror, re);
            put(&mut self.im, k, re);
            put(&mut self.re, mirror, -im);
            put(&mut self.re, k, im);
        }
    }

    /// Adds the frame to the sum of windows. The squares of four windows add up to 3/2.
    fn add(&mut self, centre: i64, window: &[f32]) {
        let (size, mask) = (window.len(), self.ring.len() - 1);
        let scale = 1.0 / (1.5 * size as f32);
        let from = centre - size as i64 / 2;
        let new = size - size / OVERLAP;
        for (n, (x, w)) in self.im.iter().zip(window).enumerate() {
            if let Some(there) = self.ring.get_mut((from + n as i64) as usize & mask) {
                // What no frame before reached is left over from the round before.
                *there = if n < new { *there } else { 0.0 } + x * w * scale;
            }
        }
    }
}
