//! What does a stream cost the audio thread? Nanoseconds for 64 frames, with a second of read-ahead: `cargo run --release -p sostenuto-reel --example cost`

use sostenuto_reel::{Lead, Progress, Reel, Spool, Start};
use std::hint::black_box;
use std::time::Instant;

const STREAMS: usize = 64;
const BLOCKS: usize = 20_000;

/// Median and 99th of a hundred of nanoseconds for each stream and block, where each stream is sent elsewhere every so many blocks.
fn measure(looped: Option<(u64, u64)>, seek_each: Option<usize>) -> (f64, f64) {
    let start =
        Start { channels: 2, around: looped.unwrap_or((0, 0)), length: Some(1 << 24), ..Start::default() };
    let lead = Lead::new(0, 2, vec![0.25; 4 * 2 * sostenuto_reel::PAGE]);
    let mut streams: Vec<(Reel, Spool)> =
        (0..STREAMS).map(|_| Reel::new(start, lead.clone(), &Progress::new())).collect();
    streams.iter_mut().for_each(|(reel, _)| reel.set_looping(looped.is_some()));
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut times = Vec::with_capacity(BLOCKS);
    for block in 0..BLOCKS {
        let begun = Instant::now();
        for (number, (reel, _)) in streams.iter_mut().enumerate() {
            if seek_each.is_some_and(|each| (block + 7 * number).is_multiple_of(each)) {
                reel.seek((block * 7919 + number * 104_729) as u64 % (1 << 24));
            }
            reel.play(&mut [&mut left, &mut right]);
            black_box(&left);
        }
        times.push(begun.elapsed().as_nanos() as f64 / STREAMS as f64);
        for (_, spool) in &mut streams {
            while spool.look().is_some() {
                spool.fill(|page, samples| {
                    samples.fill(page as f32);
                    true
                });
            }
        }
    }
    times.sort_by(f64::total_cmp);
    (times[BLOCKS / 2], times[BLOCKS * 99 / 100])
}

fn main() {
    println!("{STREAMS} streams of two channels, each, for 64 frames (1,333,333 ns of sound):");
    for (name, looped, seeks) in [
        ("on and on", None, None),
        ("around a loop of 1,000 frames", Some((5_000, 6_000)), None),
        ("sent elsewhere every 100 blocks", None, Some(100)),
    ] {
        let (median, late) = measure(looped, seeks);
        println!("{name}: {median:.0} ns, {late:.0} ns in the hundredth block");
    }
}
