//! Why a file is no sound.

use super::limits::Limit;
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be read as sound. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It cannot be opened or read.
    #[error("cannot read '{}': {source}. Check the name, and that the file may be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing in it, or not a single frame.
    #[error("'{}' has no sound in it. Record or export it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It is nothing that is read here, whatever its name says.
    #[error("'{}' is no sound file that is read here ({reason}). Convert it to WAV or FLAC", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What stands against it.
        reason: String,
    },
    /// Its samples are in a codec that is not read here.
    #[error("'{}' is coded in a way that is not read here ({what}). Convert it to FLAC or WAV", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// Which one, as far as it is known.
        what: String,
    },
    /// It cannot be decoded from a place on.
    #[error("'{}' is damaged at frame {frame} ({seconds:.3} s): {reason}. Copy or export it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The frame before which all is well.
        frame: u64,
        /// The same in seconds.
        seconds: f64,
        /// What is wrong there.
        reason: String,
    },
    /// It ends before its end.
    #[error(
        "'{}' is cut short: {frames} frames ({seconds:.3} s) are there{}. Copy or export it again, so that it is complete",
        path.display(),
        told.map(|told| format!(" of {told}")).unwrap_or_default()
    )]
    CutShort {
        /// The file.
        path: PathBuf,
        /// Frames that are there.
        frames: u64,
        /// The same in seconds.
        seconds: f64,
        /// Frames that there should be, where the file tells.
        told: Option<u64>,
    },
    /// It is larger than one of the [`Limits`](super::Limits) allows, or says so.
    #[error("'{}' has {has} {limit}; the most is {most}. Cut it or convert it, or raise the limit", path.display())]
    Beyond {
        /// The file.
        path: PathBuf,
        /// Which limit.
        limit: Limit,
        /// What the file has of it.
        has: u64,
        /// The limit.
        most: u64,
    },
    /// [`Cancel`](super::Cancel) stopped it.
    #[error("reading '{}' was stopped at frame {frame}", path.display())]
    Cancelled {
        /// The file.
        path: PathBuf,
        /// Where.
        frame: u64,
    },
}

/// The same without the file and the place.
#[derive(Debug)]
pub(crate) enum Fault {
    Io(io::Error),
    Empty,
    Unknown(Cow<'static, str>),
    Codec(Cow<'static, str>),
    Damaged(Cow<'static, str>),
    /// One piece, which would have had so many frames; what follows may be well.
    Piece {
        reason: Cow<'static, str>,
        frames: u64,
    },
    CutShort {
        frames: u64,
        told: Option<u64>,
    },
    Beyond {
        limit: Limit,
        has: u64,
        most: u64,
    },
    Cancelled,
}

/// Where something went wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    pub path: &'c Path,
    pub rate: u32,
    /// Frames that are decoded.
    pub frames: u64,
}

impl Context<'_> {
    pub fn error(&self, fault: Fault) -> DecodeError {
        let (path, frame) = (self.path.to_owned(), self.frames);
        let seconds = |frames: u64| frames as f64 / f64::from(self.rate.max(1));
        match fault {
            Fault::Io(source) => DecodeError::Io { path, source },
            Fault::Empty => DecodeError::Empty { path },
            Fault::Unknown(reason) => DecodeError::Unknown { path, reason: reason.into_owned() },
            Fault::Codec(what) => DecodeError::Codec { path, what: what.into_owned() },
            Fault::Damaged(reason) | Fault::Piece { reason, .. } => {
                DecodeError::Damaged { path, frame, seconds: seconds(frame), reason: reason.into_owned() }
            }
            Fault::CutShort { frames, told } => {
                DecodeError::CutShort { path, frames, seconds: seconds(frames), told }
            }
            Fault::Beyond { limit, has, most } => DecodeError::Beyond { path, limit, has, most },
            Fault::Cancelled => DecodeError::Cancelled { path, frame },
        }
    }
}
