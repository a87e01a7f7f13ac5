//! Where do the sounds of a patch come from? The files that it names, beside its document.
//!
//! A document is read with a [`Folder`], which finds what it names from the directory that it lies in. What is read is kept as long as it is in use, so that a
//! document that is read again does not read all its sounds again. `[control]`: everything here reads files and allocates.
//!
//! ```
//! # use sostenuto_media::wav;
//! use sostenuto_patch::{Catalogue, Notation, read_with};
//! use sostenuto_sounds::Folder;
//!
//! # let directory = tempfile::tempdir()?;
//! # let format = wav::Format { channels: 1, rate: 44_100, encoding: wav::Encoding::Float32 };
//! # let mut writer = wav::Writer::create(&directory.path().join("hit.wav"), format)?;
//! # writer.write_interleaved(&[0.5, -0.25])?;
//! # writer.finish()?;
//! let document = directory.path().join("patch.toml");
//! let text = r#"
//!     buffers.hit = { file = "hit.wav" }
//!     nodes.drum = { kind = "player", buffer = "hit" }
//!     nodes.out = { kind = "audio_out", inputs = ["drum"] }
//! "#;
//! let catalogue = Catalogue::new(sostenuto_nodes::catalogue());
//! let read = read_with(text, Notation::Toml, &catalogue, &mut Folder::of(&document)).expect("a good document");
//! assert_eq!(read.patch.buffers["hit"].sound.as_ref().map(|sound| sound.frames()), Some(2));
//! // As it is played at 48 kHz.
//! let patch = sostenuto_sounds::at_rate(&read.patch, 48_000);
//! assert_eq!(patch.buffers["hit"].sound.as_ref().map(|sound| sound.rate()), Some(48_000.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod files;
mod folder;

pub use files::{at_rate, read, resampled, streamed, streamed_for, wait_for_the_disk};
pub use folder::Folder;
