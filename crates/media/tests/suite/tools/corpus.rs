//! One file of each format, and what is asked of errors about them.

use super::{ffmpeg, file, run, signal, text, write};
use sostenuto_media::decode::{self, DecodeError, Options};
use sostenuto_media::wav::Encoding;
use std::path::{Path, PathBuf};

/// Frames of each file.
pub const FRAMES: usize = 30_000;

/// One file of each format.
pub fn every_format(place: &tempfile::TempDir) -> Vec<PathBuf> {
    let from = file(place, "a.wav");
    write(&from, &signal(44_100, 2, FRAMES), Encoding::Int16);
    let float = file(place, "float.wav");
    write(&float, &signal(44_100, 2, FRAMES), Encoding::Float32);
    let mut files = vec![from.clone(), float];
    for (name, codec) in [
        ("a.flac", "flac"),
        ("a.aiff", "pcm_s16be"),
        ("a.m4a", "aac"),
        ("b.m4a", "alac"),
        ("adpcm.wav", "adpcm_ms"),
        ("a.aac", "aac"),
    ] {
        let path = file(place, name);
        ffmpeg(&["-i", text(&from), "-c:a", codec, text(&path)]);
        files.push(path);
    }
    let (mp3, ogg) = (file(place, "a.mp3"), file(place, "a.ogg"));
    run("lame", &["--quiet", text(&from), text(&mp3)]);
    run("oggenc", &["-Q", text(&from), "-o", text(&ogg)]);
    files.extend([mp3, ogg]);
    files
}

/// Reads a file that is in memory.
pub fn read(bytes: &[u8], path: &Path, mend: bool) -> Result<decode::Decoded, DecodeError> {
    decode::from_bytes(bytes.to_vec(), text(path), Options { mend, ..Options::default() })
}

/// What every error is to say: the file, and what to do.
pub fn assert_helpful(error: &DecodeError, path: &Path) {
    let message = error.to_string();
    assert!(message.contains(text(path)), "{message}");
    let remedies = ["Check", "Record", "Convert", "Copy", "Cut"];
    assert!(remedies.iter().any(|remedy| message.contains(remedy)), "{message}");
}
