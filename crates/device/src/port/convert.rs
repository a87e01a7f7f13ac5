//! How do frames of one rate become frames of another? They are copied, or a resampler whose ratio may move makes them.

use super::intake::Intake;
use super::setup::{PortError, Quality, Setup, Tie};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, PolynomialDegree, Resampler, Resizable, SincInterpolationParameters,
    SincInterpolationType, WindowFunction,
};

/// Frames that are converted at a time.
pub(super) const PIECE: usize = 256;
/// How far the ratio may move from the nominal one, as a factor either way.
const RANGE: f64 = 1.02;

/// What makes the frames of the draining rate.
pub(super) enum Converter {
    /// Nothing: they are the same.
    Copy,
    /// A resampler.
    Resample(Box<Resampling>),
}

/// A resampler, and room for what it takes in.
pub(super) struct Resampling {
    resampler: Async<f32>,
    channels: usize,
    taken_in: Box<[f32]>,
    /// Feeding frames for a draining one, as set last.
    step: f64,
    /// Frames by which it reads further than it has stepped, and by which what comes out lags behind what it has stepped.
    reads_ahead: f64,
    lag: f64,
}

impl Converter {
    pub(super) fn new(setup: &Setup) -> Result<Self, PortError> {
        if setup.tie == Tie::Same && setup.from == setup.to {
            return Ok(Converter::Copy);
        }
        let channels = usize::from(setup.channels);
        let ratio = f64::from(setup.to) / f64::from(setup.from);
        let (resampler, reads_ahead, lag) = match sinc(setup.quality) {
            // It begins half its points back, and looks at the other half.
            None => {
                let septic = PolynomialDegree::Septic;
                let made = Async::new_poly(ratio, RANGE, septic, PIECE, channels, FixedAsync::Output);
                (made, 5.0, 4.0)
            }
            // It begins all its points back, less one.
            Some(sinc) => {
                let made = Async::new_sinc(ratio, RANGE, &sinc, PIECE, channels, FixedAsync::Output);
                (made, 2.0, sinc.sinc_len as f64 / 2.0)
            }
        };
        let resampler = resampler.map_err(|error| PortError::Resampler { why: error.to_string() })?;
        let taken_in = vec![0.0; resampler.input_frames_max() * channels].into_boxed_slice();
        let step = 1.0 / ratio;
        Ok(Converter::Resample(Box::new(Resampling {
            resampler,
            channels,
            taken_in,
            step,
            reads_ahead,
            lag,
        })))
    }

    /// Feeding frames that it has read beyond those that it has stepped over, at most.
    pub(super) fn reads_ahead(&self) -> f64 {
        match self {
            Converter::Copy => 0.0,
            Converter::Resample(resampling) => resampling.reads_ahead,
        }
    }

    /// Feeding frames from going in to coming out.
    pub(super) fn delay(&self) -> f64 {
        match self {
            Converter::Copy => 0.0,
            Converter::Resample(resampling) => resampling.reads_ahead + resampling.lag,
        }
    }

    /// Feeding frames that the next call for so many frames takes, at the ratio as it is.
    pub(super) fn needs(&self, frames: usize) -> usize {
        match self {
            Converter::Copy => frames,
            // One more than the whole part for each piece, by which what is needed varies.
            Converter::Resample(resampling) => {
                (frames as f64 * resampling.step) as usize + 2 + frames.div_ceil(PIECE)
            }
        }
    }

    /// Fills a block of interleaved frames, with so many feeding frames for each by the end of its first piece. `stepped` grows by what it has
    /// stepped over. Returns how many feeding frames were missing.
    pub(super) fn fill(
        &mut self,
        block: &mut [f32],
        step: f64,
        intake: &mut Intake,
        stepped: &mut f64,
    ) -> usize {
        match self {
            Converter::Copy => {
                *stepped += intake.whole_frames(block) as f64;
                intake.read(block)
            }
            Converter::Resample(resampling) => {
                let piece = PIECE * resampling.channels;
                block.chunks_mut(piece).map(|piece| resampling.piece(piece, step, intake, stepped)).sum()
            }
        }
    }
}

impl Resampling {
    fn piece(&mut self, piece: &mut [f32], step: f64, intake: &mut Intake, stepped: &mut f64) -> usize {
        let frames = piece.len() / self.channels;
        let before = self.step;
        // Refused is only what is beyond the range, and a piece of no frames or too many: then the ratio stays, and the piece is silent.
        if self.resampler.set_resample_ratio(1.0 / step, true).is_ok() {
            self.step = step;
        }
        if self.resampler.set_chunk_size(frames).is_err() {
            piece.fill(0.0);
            return 0;
        }
        let needed = self.resampler.input_frames_next();
        let Some(room) = self.taken_in.get_mut(..needed * self.channels) else {
            piece.fill(0.0);
            return 0;
        };
        let missing = intake.read(room);
        let (from, to) = (
            InterleavedSlice::new(&*room, self.channels, needed),
            InterleavedSlice::new_mut(&mut *piece, self.channels, frames),
        );
        let done = from
            .ok()
            .zip(to.ok())
            .is_some_and(|(from, mut to)| self.resampler.process_into_buffer(&from, &mut to, None).is_ok());
        if !done {
            piece.fill(0.0);
        }
        // It ramps from one step to the other, and takes the new one of each frame.
        *stepped += frames as f64 * 0.5 * (before + self.step) + 0.5 * (self.step - before);
        missing
    }
}

/// The sinc of a quality; none for a polynomial.
fn sinc(quality: Quality) -> Option<SincInterpolationParameters> {
    let (length, window, points) = match quality {
        Quality::Fast => return None,
        Quality::Balanced => (128, WindowFunction::Blackman2, 256),
        Quality::Best => (256, WindowFunction::BlackmanHarris2, 512),
    };
    Some(
        SincInterpolationParameters::new(length, window)
            .oversampling_factor(points)
            .interpolation(SincInterpolationType::Cubic),
    )
}
