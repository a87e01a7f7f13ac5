//! Reading a whole WAV file.

use std::io;
use std::path::{Path, PathBuf};

use crate::Sound;

/// Why a WAV file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It cannot be opened or read to its end.
    #[error("cannot read '{}': {source}. Check the name, and that the file may be read and is complete", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not a WAV file, or a damaged one.
    #[error("'{}' is not a WAV file or is damaged ({reason}). Save or export it again as WAV", path.display())]
    NotWav {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is a WAV file in an encoding that is not read here.
    #[error("'{}' is in an encoding that is not read here. Convert it to 16 or 24 bits, or to 32-bit float", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
    },
}

fn told(error: hound::Error, path: &Path) -> ReadError {
    let path = path.to_owned();
    match error {
        hound::Error::IoError(source) => ReadError::Io { path, source },
        hound::Error::FormatError(reason) => ReadError::NotWav { path, reason: reason.to_owned() },
        hound::Error::Unsupported | hound::Error::TooWide | hound::Error::InvalidSampleFormat => {
            ReadError::Unsupported { path }
        }
        hound::Error::UnfinishedSample => {
            ReadError::NotWav { path, reason: "its last frame is incomplete".to_owned() }
        }
    }
}

/// Reads the file at `path`; whole numbers are divided by what is full scale for their width.
pub(crate) fn read(path: &Path) -> Result<Sound, ReadError> {
    let mut reader = hound::WavReader::open(path).map_err(|error| told(error, path))?;
    let spec = reader.spec();
    let samples: Result<Vec<f32>, _> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            let scale = f64::from(spec.bits_per_sample.clamp(1, 32) - 1).exp2();
            reader.samples::<i32>().map(|sample| sample.map(|x| (f64::from(x) / scale) as f32)).collect()
        }
    };
    let samples = samples.map_err(|error| told(error, path))?;
    if spec.channels == 0 || !samples.len().is_multiple_of(usize::from(spec.channels)) {
        return Err(told(hound::Error::UnfinishedSample, path));
    }
    Ok(Sound::from_interleaved(&samples, spec.channels, spec.sample_rate))
}
