//! Reading a WAV file: RIFF or RF64, whole numbers of 8 to 32 bits, floats of 32 and 64.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
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
    /// It ends before what its header tells.
    #[error("'{}' is cut short: it has {frames} of {told} frames. Copy or export it again, so that it is complete", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// Frames that are there.
        frames: u64,
        /// Frames that its header tells of.
        told: u64,
    },
}

/// What can be wrong with a file, without its name.
#[derive(Debug)]
pub(crate) enum Fault {
    Io(io::Error),
    NotWav(&'static str),
    Unsupported,
    CutShort { frames: u64, told: u64 },
}

impl Fault {
    fn of(self, path: &Path) -> ReadError {
        let path = path.to_owned();
        match self {
            Fault::Io(source) => ReadError::Io { path, source },
            Fault::NotWav(reason) => ReadError::NotWav { path, reason: reason.to_owned() },
            Fault::Unsupported => ReadError::Unsupported { path },
            Fault::CutShort { frames, told } => ReadError::CutShort { path, frames, told },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::NotWav("it ends within its header"),
            _ => Fault::Io(error),
        }
    }
}

/// How a sample lies in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Unsigned8,
    Int16,
    Int24,
    Int32,
    Float32,
    Float64,
}

impl Kind {
    fn of(code: u16, bytes: usize) -> Option<Kind> {
        match (code, bytes) {
            (1, 1) => Some(Kind::Unsigned8),
            (1, 2) => Some(Kind::Int16),
            (1, 3) => Some(Kind::Int24),
            (1, 4) => Some(Kind::Int32),
            (3, 4) => Some(Kind::Float32),
            (3, 8) => Some(Kind::Float64),
            _ => None,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Kind::Unsigned8 => 1,
            Kind::Int16 => 2,
            Kind::Int24 => 3,
            Kind::Int32 | Kind::Float32 => 4,
            Kind::Float64 => 8,
        }
    }

    /// A sample from its bytes; whole numbers are divided by what is full scale for their width.
    fn sample(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Kind::Unsigned8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Kind::Int16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Kind::Int24, &[a, b, c]) => (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0,
            (Kind::Int32, &[a, b, c, d]) => {
                (f64::from(i32::from_le_bytes([a, b, c, d])) / 2_147_483_648.0) as f32
            }
            (Kind::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Kind::Float64, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            _ => 0.0,
        }
    }
}

/// A WAV file that is being read.
#[derive(Debug)]
pub(crate) struct Reading<R> {
    source: R,
    pub rate: u32,
    pub channels: u16,
    /// Frames that the header tells of; those that are there if it was written without knowing.
    pub told: u64,
    kind: Kind,
    /// Where the samples begin, in bytes.
    begin: u64,
    read: u64,
    room: Vec<u8>,
}

/// A file may have so many chunks before its samples.
const MOST_CHUNKS: usize = 10_000;

impl<R: Read + Seek> Reading<R> {
    /// Reads the header.
    pub fn open(mut source: R) -> Result<Self, Fault> {
        let end = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let head: [u8; 12] = take(&mut source)?;
        let large = match &head[..4] {
            b"RIFF" => false,
            b"RF64" | b"BW64" => true,
            _ => return Err(Fault::NotWav("it does not begin with RIFF or RF64")),
        };
        if &head[8..] != b"WAVE" {
            return Err(Fault::NotWav("it is RIFF, but not WAVE"));
        }
        let (mut format, mut large_data) = (None, None);
        for _ in 0..MOST_CHUNKS {
            let [a, b, c, d, s, t, u, v]: [u8; 8] = take(&mut source)?;
            let size = u64::from(u32::from_le_bytes([s, t, u, v]));
            match &[a, b, c, d] {
                b"ds64" if size >= 24 => {
                    let sizes: [u8; 24] = take(&mut source)?;
                    let data = sizes[8..16].try_into().map(u64::from_le_bytes);
                    large_data = data.ok().filter(|_| large);
                    skip(&mut source, size - 24 + size % 2)?;
                }
                b"fmt " if size >= 16 => {
                    let read = size.min(40) as usize;
                    let mut bytes = [0; 40];
                    source.read_exact(&mut bytes[..read])?;
                    format = Some(bytes);
                    skip(&mut source, size - read as u64 + size % 2)?;
                }
                b"data" => {
                    let begin = source.stream_position()?;
                    let bytes = match (u32::try_from(size), large_data) {
                        (Ok(u32::MAX), Some(bytes)) => bytes,
                        // Written into a pipe, where nothing can be counted afterwards.
                        (Ok(u32::MAX), None) => end.saturating_sub(begin),
                        _ => size,
                    };
                    let format = format.ok_or(Fault::NotWav("no description comes before its samples"))?;
                    return Self::described(source, &format, (begin, bytes));
                }
                _ => skip(&mut source, size + size % 2)?,
            }
        }
        Err(Fault::NotWav("there are thousands of chunks before its samples"))
    }

    fn described(source: R, format: &[u8; 40], (begin, bytes): (u64, u64)) -> Result<Self, Fault> {
        let short = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
        let rate = u32::from_le_bytes([format[4], format[5], format[6], format[7]]);
        let (code, channels, frame, bits) = (short(0), short(2), usize::from(short(12)), short(14));
        let code = if code == 0xFFFE { short(24) } else { code };
        if channels == 0 || rate == 0 {
            return Err(Fault::NotWav("it has no channels, or no rate"));
        }
        let width = frame / usize::from(channels);
        let kind = Kind::of(code, width).filter(|_| width * usize::from(channels) == frame);
        let kind = kind.filter(|_| usize::from(bits.div_ceil(8)) <= width).ok_or(Fault::Unsupported)?;
        if !bytes.is_multiple_of(frame as u64) {
            return Err(Fault::NotWav("its last frame is incomplete"));
        }
        let told = bytes / frame as u64;
        Ok(Reading { source, rate, channels, told, kind, begin, read: 0, room: Vec::new() })
    }

    /// Which codec it is, by the name that others have for it.
    pub fn codec(&self) -> &'static str {
        match self.kind {
            Kind::Unsigned8 => "PCM, 8 bits",
            Kind::Int16 => "PCM, 16 bits",
            Kind::Int24 => "PCM, 24 bits",
            Kind::Int32 => "PCM, 32 bits",
            Kind::Float32 => "PCM, 32-bit float",
            Kind::Float64 => "PCM, 64-bit float",
        }
    }

    /// The frame that is read next.
    pub fn place(&self) -> u64 {
        self.read
    }

    /// Goes on at a frame; behind the last, where nothing is left.
    pub fn seek(&mut self, frame: u64) -> Result<(), Fault> {
        let frame = frame.min(self.told);
        let bytes = (self.kind.bytes() * usize::from(self.channels)) as u64;
        self.source.seek(SeekFrom::Start(self.begin.saturating_add(frame.saturating_mul(bytes))))?;
        self.read = frame;
        Ok(())
    }

    /// Appends up to so many frames to the channels; how many, and 0 at the end.
    pub fn read(&mut self, channels: &mut [Vec<f32>], frames: usize) -> Result<usize, Fault> {
        let frame = self.kind.bytes() * usize::from(self.channels);
        let wanted = (self.told - self.read).min(frames as u64) as usize;
        self.room.resize(wanted * frame, 0);
        let mut filled = 0;
        while filled < self.room.len() {
            match self.source.read(&mut self.room[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
        let whole = filled / frame;
        let width = self.kind.bytes();
        for (channel, out) in channels.iter_mut().enumerate() {
            let samples = self.room.chunks_exact(frame).take(whole);
            out.extend(
                samples
                    .map(|bytes| bytes.get(channel * width..(channel + 1) * width).unwrap_or_default())
                    .map(|bytes| self.kind.sample(bytes)),
            );
        }
        self.read += whole as u64;
        if whole < wanted {
            return Err(Fault::CutShort { frames: self.read, told: self.told });
        }
        Ok(whole)
    }
}

fn take<const N: usize>(source: &mut impl Read) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(source: &mut impl Seek, bytes: u64) -> Result<(), Fault> {
    source.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))?;
    Ok(())
}

/// Frames that are read at a time.
const PIECE: usize = 1 << 14;

/// Reads the file at `path`, with the samples that are not finite, as they are.
pub(crate) fn read(path: &Path) -> Result<Sound, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
    let read = || {
        let mut reading = Reading::open(BufReader::with_capacity(1 << 16, file))?;
        let mut channels = vec![Vec::new(); usize::from(reading.channels)];
        while reading.read(&mut channels, PIECE)? > 0 {}
        Ok(Sound { rate: reading.rate, channels })
    };
    read().map_err(|fault: Fault| fault.of(path))
}
