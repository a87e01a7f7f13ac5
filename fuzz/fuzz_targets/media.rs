//! A file of any content is read as sound, streamed, or refused, and what is read is finite and within the limits.
#![no_main]

use sostenuto_media::decode::{Limits, Options, from_bytes};
use sostenuto_media::stream::{Disk, Footage, OpenOptions, Pool, PoolOptions, Threading};
use std::io::Cursor;
use std::sync::Arc;

/// Small, so that a file that unfolds to much is told early.
const LIMITS: Limits =
    Limits { file_bytes: 1 << 20, frames: 1 << 20, channels: 8, rate: 192_000, decoded_bytes: 8 << 20 };

libfuzzer_sys::fuzz_target!(
    init: {
        // A decoder that panics is caught where files are read, and is no finding; what panics here is caught by the fuzzer.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |bytes: &[u8]| {
        for mend in [false, true] {
            let options = Options { limits: LIMITS, mend, ..Options::default() };
            if let Ok(decoded) = from_bytes(bytes.to_vec(), "fuzz", options) {
                let sound = decoded.sound;
                let frames = sound.frames();
                assert!(frames > 0 && frames as u64 <= LIMITS.frames && sound.channels.len() <= 8);
                assert!(sound.channels.iter().all(|channel| channel.len() == frames));
                assert!(sound.channels.iter().flatten().all(|sample| sample.is_finite()));
            }
        }
        streamed(bytes);
    }
);

/// Plays it from a few places, if it can be opened.
fn streamed(bytes: &[u8]) {
    let bytes: Arc<[u8]> = bytes.into();
    let open = move || Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn Disk>);
    let pool = Pool::new(PoolOptions::default());
    let Ok(film) = pool.open_with("fuzz", open, OpenOptions { limits: LIMITS, ..OpenOptions::default() })
    else {
        return;
    };
    let how = Threading { rate: 48_000.0, ..Threading::default() };
    let Ok(mut reel) = film.in_place().thread(&how) else { return };
    for at in [0, film.frames() / 2, film.frames().saturating_sub(1000)] {
        let mut room = vec![[0.0; 1000]; reel.channels()];
        let mut out: Vec<&mut [f32]> = room.iter_mut().map(|channel| &mut channel[..]).collect();
        reel.seek(at);
        reel.play(&mut out);
        assert!(room.iter().flatten().all(|sample| sample.is_finite()));
    }
}
