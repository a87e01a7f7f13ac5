//! Audio files in and out, at the rate that is asked for; recordings; and pictures of sound.
//!
//! ```
//! use sostenuto_media::{Sound, plot, wav};
//!
//! # let directory = tempfile::tempdir()?;
//! # let (file, picture) = (directory.path().join("tone.wav"), directory.path().join("tone.png"));
//! let tone: Vec<f32> = (0..48_000).map(|n| (n as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5).collect();
//!
//! let mut writer = wav::Writer::create(&file, wav::Format { channels: 1, rate: 48_000, encoding: wav::Encoding::Int24 })?;
//! writer.write_interleaved(&tone)?;
//! let written = writer.finish()?;
//! assert_eq!((written.frames, written.clipped), (48_000, 0));
//!
//! let sound = Sound::read_wav(&file)?;
//! plot::Picture::render(&sound.channels, f64::from(sound.rate), &plot::Options::default())?.save_png(&picture)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Real-time considerations
//! Everything here allocates and waits for files: it belongs on a worker or control thread, never on the audio thread. The exceptions are
//! [`record::Tape`], which the audio thread writes to, and [`stream::Reel`], which it plays.

#![forbid(unsafe_code)]

mod channels;
pub mod decode;
pub mod plot;
pub mod record;
pub mod resample;
mod sound;
pub mod stream;
pub mod wav;

pub use sound::Sound;
