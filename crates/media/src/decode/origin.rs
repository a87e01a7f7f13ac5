//! Where the frames of a file come from: this crate's own reader of WAV, or a demuxer and a decoder of Symphonia.

use super::error::Fault;
use super::limits::Limits;
use super::packets::Packets;
use crate::wav::{Reading, ReadingFault};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use symphonia::core::io::MediaSource;

/// The bytes of a file, and the ending of its name.
pub(crate) struct Bytes {
    pub source: Box<dyn MediaSource>,
    pub ending: Option<String>,
}

impl Bytes {
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Fault> {
        let about = std::fs::metadata(path).map_err(Fault::Io)?;
        // A pipe might never say anything, and a directory cannot be read.
        if !about.is_file() {
            return Err(Fault::Io(io::Error::other("it is no plain file")));
        }
        if about.len() == 0 {
            return Err(Fault::Empty);
        }
        limits.check_file(about.len())?;
        let file = File::open(path).map_err(Fault::Io)?;
        Ok(Bytes { source: Box::new(file), ending: ending(path) })
    }

    /// From anything that can seek.
    pub fn from(source: Box<dyn MediaSource>, name: &str, limits: &Limits) -> Result<Self, Fault> {
        match source.byte_len() {
            Some(0) => return Err(Fault::Empty),
            length => limits.check_file(length.unwrap_or(0))?,
        }
        Ok(Bytes { source, ending: ending(Path::new(name)) })
    }

    pub fn of(bytes: Vec<u8>, name: &str, limits: &Limits) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::Empty);
        }
        limits.check_file(bytes.len() as u64)?;
        Ok(Bytes { source: Box::new(Cursor::new(bytes)), ending: ending(Path::new(name)) })
    }
}

fn ending(path: &Path) -> Option<String> {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase())
}

/// What gives the frames.
pub(crate) enum Origin {
    Wav(Reading<BufReader<Box<dyn MediaSource>>>),
    Packets(Box<Packets>),
}

/// Frames of a WAV file that are read at a time, to memory and in a stream.
const PIECE: usize = 1 << 14;
const STEP: usize = 1 << 11;

impl Origin {
    pub fn open(mut bytes: Bytes) -> Result<Self, Fault> {
        let mut head = Vec::new();
        (&mut bytes.source).take(4).read_to_end(&mut head).map_err(Fault::Io)?;
        bytes.source.seek(SeekFrom::Start(0)).map_err(Fault::Io)?;
        if [b"RIFF", b"RF64", b"BW64"].iter().any(|name| name.as_slice() == head) {
            let mut reader = BufReader::with_capacity(1 << 16, bytes.source);
            match Reading::open(&mut reader).map(|_| ()) {
                // Compressed samples in WAV.
                Err(ReadingFault::Unsupported) => bytes.source = reader.into_inner(),
                _ => return Ok(Origin::Wav(Reading::open(reader).map_err(fault)?)),
            }
            bytes.source.seek(SeekFrom::Start(0)).map_err(Fault::Io)?;
        }
        Packets::open(bytes).map(|packets| Origin::Packets(packets.into()))
    }

    /// Frames that there should be, where the file tells.
    pub fn told(&self) -> Option<u64> {
        match self {
            Origin::Wav(wav) => Some(wav.told),
            Origin::Packets(packets) => packets.told(),
        }
    }

    /// Whether fewer frames than told are a fault, and not the end of an estimate.
    pub fn is_exact(&self) -> bool {
        match self {
            Origin::Wav(_) => true,
            Origin::Packets(packets) => packets.is_exact(),
        }
    }

    /// Rate and channels, as soon as they are known.
    pub fn layout(&self) -> Option<(u32, u16)> {
        match self {
            Origin::Wav(wav) => Some((wav.rate, wav.channels)),
            Origin::Packets(packets) => packets.layout(),
        }
    }

    pub fn format(&self) -> &'static str {
        match self {
            Origin::Wav(_) => "WAV",
            Origin::Packets(packets) => packets.format(),
        }
    }

    pub fn codec(&self) -> &'static str {
        match self {
            Origin::Wav(wav) => wav.codec(),
            Origin::Packets(packets) => packets.codec(),
        }
    }

    /// Appends the next frames to the channels, which it makes at first; whether there may be more.
    pub fn next(&mut self, channels: &mut Vec<Vec<f32>>) -> Result<bool, Fault> {
        match self {
            Origin::Wav(wav) => {
                // The limits are looked at between this and the first frames.
                if channels.is_empty() && wav.channels > 0 {
                    channels.resize(usize::from(wav.channels), Vec::new());
                    return Ok(true);
                }
                wav.read(channels, PIECE).map(|frames| frames > 0).map_err(fault)
            }
            Origin::Packets(packets) => packets.next(channels),
        }
    }

    /// Puts the next frames in the place of what is there, and says which frame of the sound the first of them is; nothing at the end.
    pub fn piece(&mut self, channels: &mut Vec<Vec<f32>>) -> Result<Option<i64>, Fault> {
        match self {
            Origin::Wav(wav) => {
                channels.resize(usize::from(wav.channels), Vec::new());
                channels.iter_mut().for_each(Vec::clear);
                let at = wav.place();
                let frames = wav.read(channels, STEP).map_err(fault)?;
                Ok((frames > 0).then_some(at as i64))
            }
            Origin::Packets(packets) => packets.piece(channels),
        }
    }

    /// Goes somewhere from which on the frame is met, and decoded exactly, if that can be done.
    pub fn seek(&mut self, frame: u64) -> Result<(), Fault> {
        match self {
            Origin::Wav(wav) => wav.seek(frame).map_err(fault),
            Origin::Packets(packets) => packets.seek(frame),
        }
    }

    /// How many frames there are, if that has to be counted; the file is read for it, and to be opened again.
    pub fn count(&mut self, look_up: impl FnMut(u64) -> Result<(), Fault>) -> Result<u64, Fault> {
        match self {
            Origin::Wav(wav) => Ok(wav.told),
            Origin::Packets(packets) => packets.count(look_up),
        }
    }

    /// Which of the decoded frames are the sound, where only the end tells.
    pub fn keeps(&self, frames: u64) -> Option<Range<u64>> {
        match self {
            Origin::Wav(_) => None,
            Origin::Packets(packets) => packets.keeps(frames),
        }
    }
}

fn fault(fault: ReadingFault) -> Fault {
    match fault {
        ReadingFault::Io(error) => Fault::Io(error),
        ReadingFault::NotWav(reason) => Fault::Damaged(reason.into()),
        ReadingFault::Unsupported => Fault::Codec("in WAV".into()),
        ReadingFault::CutShort { frames, told } => Fault::CutShort { frames, told: Some(told) },
    }
}
