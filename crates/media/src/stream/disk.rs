//! What a stream is read from.

use std::io::{self, Read, Seek, SeekFrom};
use symphonia::core::io::MediaSource;

/// Bytes that can be read in any order: a file, or something in its place.
pub trait Disk: Read + Seek + Send + Sync {}

impl<D: Read + Seek + Send + Sync> Disk for D {}

/// A disk as decoders take it.
pub(super) struct Source {
    disk: Box<dyn Disk>,
    length: u64,
}

impl Source {
    pub fn new(mut disk: Box<dyn Disk>) -> io::Result<Self> {
        let length = disk.seek(SeekFrom::End(0))?;
        disk.seek(SeekFrom::Start(0))?;
        Ok(Source { disk, length })
    }
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.disk.read(bytes)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.disk.seek(to)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
