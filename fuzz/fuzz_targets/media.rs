//! A file of any content is read as sound or refused, and what is read is finite and within the limits.
#![no_main]

use sostenuto_media::decode::{Limits, Options, from_bytes};

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
    }
);
