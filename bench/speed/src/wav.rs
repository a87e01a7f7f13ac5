//! What is in a WAV file, how long and how loud is it?

use std::path::Path;

/// Sound of a file.
pub struct Sound {
    pub rate: u32,
    /// Left and right, one after the other.
    samples: Vec<f32>,
}

/// What the end of a sound is like.
pub struct Heard {
    pub seconds: f64,
    pub level: [f64; 2],
    pub peak: f32,
}

/// Reads 32-bit floating point in stereo.
pub fn read(path: &Path) -> Result<Sound, String> {
    let mut reader = hound::WavReader::open(path).map_err(|why| why.to_string())?;
    let spec = reader.spec();
    if spec.channels != 2 || spec.sample_format != hound::SampleFormat::Float {
        return Err(format!("{spec:?} instead of stereo in floating point"));
    }
    let samples = reader.samples::<f32>().collect::<Result<_, _>>().map_err(|why| why.to_string())?;
    Ok(Sound { rate: spec.sample_rate, samples })
}

/// Writes 32-bit floating point in stereo.
pub fn write(path: &Path, rate: u32, frames: &[[f32; 2]]) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    frames.iter().flatten().try_for_each(|sample| writer.write_sample(*sample))?;
    writer.finalize()
}

impl Sound {
    /// The last so many frames, or fewer if there are fewer.
    pub fn last(&self, frames: usize) -> Heard {
        let samples = &self.samples[self.samples.len().saturating_sub(2 * frames)..];
        let (mut power, mut peak) = ([0.0; 2], 0.0f32);
        for pair in samples.chunks_exact(2) {
            for (power, sample) in power.iter_mut().zip(pair) {
                *power += f64::from(*sample).powi(2);
                peak = peak.max(sample.abs());
            }
        }
        let count = (samples.len() / 2).max(1) as f64;
        let seconds = (samples.len() / 2) as f64 / f64::from(self.rate);
        Heard { seconds, level: power.map(|power| (power / count).sqrt()), peak }
    }
}
