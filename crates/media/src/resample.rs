//! How does a whole sound at one rate become the same sound at another?
//!
//! By a windowed sinc in double precision (rubato's `Fft`): 2,048 points or more at the lower of the two rates, squared Blackman-Harris window.
//! What it is worth is measured in `bench/RESULTS.md` (`cargo run --release -p sostenuto-media --example resampling`).
//!
//! Frame *m* of the result lies exactly at the time of frame *m* · from / to of the sound: there is no delay. It is as long as frames begin
//! before the sound ends: ⌈frames · to / from⌉.

use crate::Sound;
use crate::decode::Cancel;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

/// What is before the first frame and behind the last, for frames in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Silence: for what is played once.
    Silence,
    /// The sound itself, over and over: for loops, which stay without a seam.
    Around,
    /// [`Around`](Edges::Around) where the step from the last frame to the first is none that stands out among those near it, which is so for a
    /// loop and for what begins and ends in silence; else [`Silence`](Edges::Silence).
    Found,
}

/// Why a sound was not resampled.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResampleError {
    /// Rates beyond those between which there is a resampler.
    #[error(
        "a sound of {from} frames a second cannot be resampled to {to}: both are to be from {LEAST_RATE} to {MOST_RATE}"
    )]
    Rate {
        /// The rate of the sound.
        from: u32,
        /// The rate that was asked for.
        to: u32,
    },
    /// The resampler refused.
    #[error("the resampler refuses to work between {from} and {to} frames a second. Choose another rate")]
    Refused {
        /// The rate of the sound.
        from: u32,
        /// The rate that was asked for.
        to: u32,
    },
    /// [`Cancel`] stopped it.
    #[error("resampling was stopped")]
    Cancelled,
}

const LEAST_RATE: u32 = 1000;
const MOST_RATE: u32 = 768_000;
/// Points of the sinc at the lower rate, at least. Pieces that are transformed are as long.
const POINTS: u64 = 2048;
/// Steps on either side of the seam that the one across it is compared with.
const NEAR: usize = 32;

/// How many frames come of so many: those that begin before the sound ends.
pub fn frames_after(frames: u64, from: u32, to: u32) -> u64 {
    let exact = u128::from(frames) * u128::from(to);
    u64::try_from(exact.div_ceil(u128::from(from.max(1)))).unwrap_or(u64::MAX)
}

impl Sound {
    /// The same at another rate, with [`Edges::Found`]. `[control]`
    ///
    /// ```
    /// # use sostenuto_media::Sound;
    /// let sine = |rate: u32, frame: u32| (f64::from(frame) / f64::from(rate) * 6283.0).sin() as f32 * 0.5;
    /// let tone = |rate: u32, frames: u32| (0..frames).map(|frame| sine(rate, frame)).collect();
    /// let sound = Sound { rate: 44_100, channels: vec![tone(44_100, 4410)] };
    /// let other = sound.resampled(48_000)?;
    /// let expected: Vec<f32> = tone(48_000, 4800);
    /// assert_eq!(other.frames(), 4800);
    /// assert!((2000..2500).all(|n| (other.channels[0][n] - expected[n]).abs() < 1e-5));
    /// # Ok::<(), sostenuto_media::resample::ResampleError>(())
    /// ```
    ///
    /// # Errors
    /// [`ResampleError::Rate`] if a rate is not from 1,000 to 768,000, unless they are equal.
    pub fn resampled(&self, rate: u32) -> Result<Sound, ResampleError> {
        resample(self, rate, Edges::Found, None)
    }
}

/// The sound at another rate. `[control]`
///
/// The same rate gives the same samples. Channels of different lengths are cut to the shortest.
///
/// # Errors
/// [`ResampleError`].
pub fn resample(
    sound: &Sound,
    rate: u32,
    edges: Edges,
    cancel: Option<&Cancel>,
) -> Result<Sound, ResampleError> {
    let (from, to) = (sound.rate, rate);
    if from == to {
        return Ok(sound.clone());
    }
    check(from, to)?;
    let frames = sound.frames();
    let around = match edges {
        Edges::Silence => false,
        Edges::Around => true,
        Edges::Found => sound.channels.iter().all(|channel| is_seamless(&channel[..frames])),
    };
    let (mut channels, mut work) = (Vec::with_capacity(sound.channels.len()), None);
    for channel in &sound.channels {
        let work = match &mut work {
            Some(work) => work,
            none => none.insert(Work::new(from, to)?),
        };
        channels.push(work.run(&channel[..frames], around && frames > 0, cancel)?);
    }
    Ok(Sound { rate, channels })
}

fn check(from: u32, to: u32) -> Result<(), ResampleError> {
    let is_possible = |rate: u32| (LEAST_RATE..=MOST_RATE).contains(&rate);
    match is_possible(from) && is_possible(to) {
        true => Ok(()),
        false => Err(ResampleError::Rate { from, to }),
    }
}

/// Whether a sound that is played over and over goes on where it ends.
fn is_seamless(samples: &[f32]) -> bool {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return false };
    let step = |pair: &[f32]| (pair[1] - pair[0]).abs();
    let (head, tail) = (&samples[..samples.len().min(NEAR)], &samples[samples.len().saturating_sub(NEAR)..]);
    let near = head.windows(2).chain(tail.windows(2)).map(step).fold(0.0, f32::max);
    (first - last).abs() <= near
}

/// A resampler for one channel at a time.
pub(crate) struct Work {
    resampler: Fft<f64>,
    from: u32,
    to: u32,
    /// Frames that go in and come out at a time.
    pub(crate) taken: Vec<f64>,
    pub(crate) given: Vec<f64>,
    /// Frames that are fed before and behind what goes around, a whole number of frames also at the other rate, and what they become.
    lead: (usize, usize),
}

impl Work {
    pub(crate) fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        check(from, to)?;
        let refused = ResampleError::Refused { from, to };
        let common = gcd(from, to);
        let (least_in, least_out) = (u64::from(from / common), u64::from(to / common));
        // An even number of the smallest pieces, so that half of it, by which the sinc is late, is a whole number of frames at both rates.
        let pieces = POINTS.div_ceil(least_in.min(least_out)).next_multiple_of(2);
        let (taken, given) = ((pieces * least_in) as usize, (pieces * least_out) as usize);
        let resampler = Fft::new_custom(
            from as usize,
            to as usize,
            taken,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|_| refused)?;
        if resampler.input_frames_next() != taken
            || resampler.output_frames_next() != given
            || resampler.output_delay() != given / 2
        {
            return Err(refused);
        }
        Ok(Work {
            resampler,
            from,
            to,
            taken: vec![0.0; taken],
            given: vec![0.0; given],
            lead: (taken, given),
        })
    }

    fn run(
        &mut self,
        samples: &[f32],
        around: bool,
        cancel: Option<&Cancel>,
    ) -> Result<Vec<f32>, ResampleError> {
        self.resampler.reset();
        let wanted = frames_after(samples.len() as u64, self.from, self.to) as usize;
        let mut out = Vec::with_capacity(wanted);
        let (lead, lead_out) = if around { self.lead } else { (0, 0) };
        let mut late = self.given.len() / 2 + lead_out;
        let mut place = 0_usize;
        while out.len() < wanted {
            if cancel.is_some_and(Cancel::is_cancelled) {
                return Err(ResampleError::Cancelled);
            }
            for (frame, sample) in self.taken.iter_mut().enumerate() {
                let at = (place + frame) as i64 - lead as i64;
                let there = if around { at.rem_euclid(samples.len() as i64) } else { at };
                *sample =
                    usize::try_from(there).ok().and_then(|at| samples.get(at)).map_or(0.0, |x| (*x).into());
            }
            place += self.taken.len();
            self.piece()?;
            let skipped = late.min(self.given.len());
            late -= skipped;
            let room = wanted - out.len();
            out.extend(self.given[skipped..].iter().take(room).map(|x| *x as f32));
        }
        Ok(out)
    }

    /// Forgets what it has heard.
    pub(crate) fn reset(&mut self) {
        self.resampler.reset();
    }

    /// Turns what is in `taken` into what is in `given`. That hangs on what was taken now and the time before, on nothing else.
    pub(crate) fn piece(&mut self) -> Result<(), ResampleError> {
        let refused = ResampleError::Refused { from: self.from, to: self.to };
        let (taken, given) = (self.taken.len(), self.given.len());
        let from = InterleavedSlice::new(self.taken.as_slice(), 1, taken).map_err(|_| refused)?;
        let mut to = InterleavedSlice::new_mut(self.given.as_mut_slice(), 1, given).map_err(|_| refused)?;
        self.resampler.process_into_buffer(&from, &mut to, None).map(|_| ()).map_err(|_| refused)
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
