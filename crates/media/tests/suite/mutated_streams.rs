//! Files that are damaged at random are streamed or refused; nothing panics, hangs, or is heard that is no number.

use crate::tools;

use sostenuto_media::decode::Limits;
use sostenuto_media::stream::{Disk, Footage, OpenOptions, Pool, PoolOptions, Reel, Threading};
use std::io::Cursor;
use std::sync::Arc;
use tools::{corpus, directory, text};

/// Plays so many frames.
fn played(reel: &mut Reel, frames: usize) -> Vec<Vec<f32>> {
    let mut channels = vec![vec![0.0; frames]; reel.channels()];
    let mut done = 0;
    while done < frames {
        let until = frames.min(done + 64);
        let mut block: Vec<&mut [f32]> =
            channels.iter_mut().map(|channel| &mut channel[done..until]).collect();
        reel.play(&mut block);
        done = until;
    }
    channels
}

/// Plays here and there, if it can be opened at all; whatever is in it, what is heard is finite, and it ends.
fn played_if_it_can_be(bytes: Vec<u8>, name: &str) -> bool {
    let bytes: Arc<[u8]> = bytes.into();
    let open = move || Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn Disk>);
    let limits = Limits { frames: 1 << 20, decoded_bytes: 1 << 24, ..Limits::default() };
    let pool = Pool::new(PoolOptions::default());
    let Ok(film) = pool.open_with(name, open, OpenOptions { limits, ..OpenOptions::default() }) else {
        return false;
    };
    let film = film.in_place();
    let Ok(mut reel) = film.thread(&Threading { rate: 48_000.0, ..Threading::default() }) else {
        return false;
    };
    let frames = film.frames();
    for at in [0, frames / 2, frames.saturating_sub(3000), frames / 3, 1 << 40] {
        reel.seek(at);
        let heard = played(&mut reel, 3000);
        assert!(heard.iter().flatten().all(|x| x.is_finite()), "{name}");
    }
    true
}

#[test]
fn files_of_any_content_are_streamed_or_refused() {
    let place = directory();
    // What a decoder panics at is caught, and no news here.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(|| {
        let mut seed = 3_u64;
        let mut roll = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        let (mut opened, mut refused) = (0, 0);
        for path in corpus::every_format(&place) {
            let whole = std::fs::read(&path).expect("read");
            assert!(played_if_it_can_be(whole.clone(), text(&path)), "{}", path.display());
            for _ in 0..25 {
                let mut bytes = whole.clone();
                for _ in 0..1 + roll(6) {
                    // Half of them where headers are.
                    let reach = if roll(2) == 0 { bytes.len().min(600) } else { bytes.len() };
                    let at = roll(reach);
                    bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][roll(5)];
                }
                match played_if_it_can_be(bytes, text(&path)) {
                    true => opened += 1,
                    false => refused += 1,
                }
            }
        }
        assert!(opened > 50 && refused > 5, "{opened} opened, {refused} refused");
    });
    _ = std::panic::take_hook();
    outcome.unwrap_or_else(|why| {
        let said = why.downcast_ref::<String>().map_or("", String::as_str);
        panic!("{said}");
    });
}
