//! The bytes that stand before the samples of a WAV file, and how they grow from RIFF to RF64.

use super::format::{Encoding, Format};

/// What the first bytes of a file are, for as many bytes of samples as there may come.
///
/// All headers of a file are equally long, so that one can be written over the other: a chunk of nothing (`JUNK`) holds the place of the
/// 64-bit sizes (`ds64`) that RF64 needs (EBU Tech 3306, *RF64: An Extended File Format for Audio*, 2007).
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    format: Format,
    /// The most bytes, after the first eight, that are told in 32 bits.
    most_riff: u64,
}

/// What the sizes of 32 bits say where those of 64 hold.
const ELSEWHERE: u32 = u32::MAX;

impl Header {
    pub fn new(format: Format) -> Self {
        Header { format, most_riff: u64::from(u32::MAX) }
    }

    /// The same, which becomes RF64 as soon as the file has more than `bytes`.
    pub fn with_most_riff(self, bytes: u64) -> Self {
        Header { most_riff: bytes.min(u64::from(u32::MAX)).saturating_sub(8), ..self }
    }

    /// Bytes of the header.
    pub fn len(&self) -> u64 {
        self.bytes(0).len() as u64
    }

    /// The header of a file with so many bytes of samples.
    pub fn bytes(&self, data: u64) -> Vec<u8> {
        let Format { channels, rate, encoding } = self.format;
        let mut middle = Vec::with_capacity(64);
        self.describe(&mut middle);
        let frames = data / (u64::from(channels) * u64::from(encoding.bytes())).max(1);
        let is_float = encoding == Encoding::Float32;
        let length = 4 + 36 + middle.len() as u64 + if is_float { 12 } else { 0 } + 8;
        let riff = length + data + data % 2;
        let large = riff > self.most_riff;
        let small = |size: u64| if large { ELSEWHERE } else { u32::try_from(size).unwrap_or(ELSEWHERE) };
        let mut bytes = Vec::with_capacity(length as usize + 8);
        bytes.extend(if large { b"RF64" } else { b"RIFF" });
        bytes.extend(small(riff).to_le_bytes());
        bytes.extend(b"WAVE");
        bytes.extend(if large { b"ds64" } else { b"JUNK" });
        bytes.extend(28u32.to_le_bytes());
        for size in [riff, data, frames] {
            bytes.extend(if large { size } else { 0 }.to_le_bytes());
        }
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(middle);
        if is_float {
            bytes.extend(b"fact");
            bytes.extend(4u32.to_le_bytes());
            bytes.extend(small(frames).to_le_bytes());
        }
        bytes.extend(b"data");
        bytes.extend(small(data).to_le_bytes());
        debug_assert!(rate > 0 && bytes.len() as u64 == length + 8);
        bytes
    }

    /// The chunk `fmt `: the plain one for whole numbers of 16 bits on one or two channels, else the extensible one, as Microsoft asks
    /// (*Multiple Channel Audio Data and WAVE Files*, 2007).
    fn describe(&self, out: &mut Vec<u8>) {
        let Format { channels, rate, encoding } = self.format;
        let bits = (encoding.bytes() * 8) as u16;
        let frame = u32::from(channels) * encoding.bytes();
        let code: u16 = if encoding == Encoding::Float32 { 3 } else { 1 };
        let plain = code == 1 && bits == 16 && channels <= 2;
        out.extend(b"fmt ");
        out.extend(if plain { 16u32 } else { 40 }.to_le_bytes());
        out.extend(if plain { code } else { 0xFFFE }.to_le_bytes());
        out.extend(channels.to_le_bytes());
        out.extend(rate.to_le_bytes());
        out.extend((rate * frame).to_le_bytes());
        out.extend((frame as u16).to_le_bytes());
        out.extend(bits.to_le_bytes());
        if !plain {
            out.extend(22u16.to_le_bytes());
            out.extend(bits.to_le_bytes());
            out.extend(speakers(channels).to_le_bytes());
            out.extend(code.to_le_bytes());
            out.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }
    }
}

/// Which speakers the channels are for: the middle one, or the first of the list that the format has; none beyond its 18.
fn speakers(channels: u16) -> u32 {
    match channels {
        1 => 4,
        2..=18 => (1 << channels) - 1,
        _ => 0,
    }
}
