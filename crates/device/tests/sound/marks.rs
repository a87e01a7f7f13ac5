//! Which frames of the engine are in a recording?

use crate::support::{left, reference};

/// Samples by which a place in the marks is recognised: 15 bits each.
const KEY: usize = 6;

/// What a recording holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Frames that are frames of the engine, bit for bit, in their order.
    pub exact: usize,
    /// Frames of silence.
    pub silent: usize,
    /// Frames that are neither.
    pub wrong: usize,
    /// The engine's frame with which they begin.
    pub first: Option<usize>,
    /// The engine's frames between them that are not in the recording.
    pub left_out: usize,
    /// The lengths of the stretches without a break.
    pub stretches: Vec<usize>,
}

/// Looks for the engine's frames in a recording of interleaved stereo; with `both`, the right channel has to be exact too.
pub fn listen(recording: &[f32], rate: u32, both: bool) -> Heard {
    let frames: Vec<[f32; 2]> = recording.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    // The recording began after the engine did, by no more than some seconds.
    let known = reference(rate, frames.len() + 20 * rate as usize);
    let known: Vec<[f32; 2]> = known.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    let same = |a: &[f32; 2], b: &[f32; 2]| {
        a[0].to_bits() == b[0].to_bits() && (!both || a[1].to_bits() == b[1].to_bits())
    };
    let mut heard = Heard::default();
    let (mut at, mut next) = (0, 0);
    while at < frames.len() {
        if frames[at] == [0.0, 0.0] {
            heard.silent += 1;
            at += 1;
            continue;
        }
        // What is left at the very end may be too short to be recognised, and counts as wrong.
        let key = frames.get(at..at + KEY).unwrap_or(&[]);
        let is_at = |from: usize| key.iter().enumerate().all(|(n, pair)| pair[0] == left((from + n) as u64));
        let found = (next..known.len() - KEY).find(|from| !key.is_empty() && is_at(*from));
        let length = found.map_or(0, |from| {
            frames[at..].iter().zip(&known[from..]).take_while(|(a, b)| same(a, b)).count()
        });
        if let (Some(from), 1..) = (found, length) {
            heard.left_out += if heard.first.is_some() { from - next } else { 0 };
            heard.first.get_or_insert(from);
            heard.exact += length;
            heard.stretches.push(length);
            next = from + length;
            at += length;
        } else {
            heard.wrong += 1;
            at += 1;
        }
    }
    heard
}

#[test]
fn it_tells_exact_from_silent_from_wrong() {
    let known = reference(48_000, 3000);
    let mut recording = vec![0.0; 100];
    recording.extend(&known[1000..2000]);
    recording.extend([0.0; 20]);
    recording.extend(&known[2000..3000]);
    recording.extend([0.1, 0.2]);
    recording.extend(&known[4000..5000]);
    let heard = listen(&recording, 48_000, true);
    assert_eq!(
        heard,
        Heard {
            exact: 1500,
            silent: 60,
            wrong: 1,
            first: Some(500),
            left_out: 500,
            stretches: vec![500, 500, 500]
        }
    );
    // The same once more is out of order.
    recording.extend(&known[1000..1010]);
    assert_eq!(listen(&recording, 48_000, true).wrong, 6);
    recording[151] += f32::EPSILON;
    assert_eq!(listen(&recording, 48_000, true).exact, 1499);
    assert_eq!(listen(&recording, 48_000, false).exact, 1500);
}
