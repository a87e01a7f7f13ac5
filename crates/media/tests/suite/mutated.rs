//! Files with bytes changed, left out and doubled are read or refused, soon.

use crate::tools;

use tools::corpus::{assert_helpful, every_format, read};
use tools::directory;

/// Files of every format with bytes changed, left out, doubled: whatever comes out is finite or an error, soon.
#[test]
fn mutated_files_are_read_or_refused() {
    let place = directory();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |n: usize| {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % n.max(1)
    };
    // What a decoder says as it panics is of no interest here.
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let (mut read_well, mut refused) = (0, 0);
    for path in every_format(&place) {
        let bytes = std::fs::read(&path).expect("read");
        for round in 0..60 {
            let mut broken = bytes.clone();
            // Half of them in the headers.
            let reach = if round % 2 == 0 { broken.len().min(400) } else { broken.len() };
            for _ in 0..1 + below(6) {
                let at = below(reach.min(broken.len()));
                match below(4) {
                    0 => broken[at] = below(256) as u8,
                    1 => broken[at] ^= 1 << below(8),
                    2 => drop(broken.drain(at..(at + 1 + below(40)).min(bytes.len() / 2).max(at))),
                    _ => {
                        let end = (at + 1 + below(40)).min(broken.len());
                        let copy = broken[at..end].to_vec();
                        broken.splice(at..at, copy);
                    }
                }
            }
            for mend in [false, true] {
                match read(&broken, &path, mend) {
                    Ok(decoded) => {
                        assert!(decoded.sound.channels.iter().flatten().all(|x| x.is_finite()));
                        read_well += 1;
                    }
                    Err(error) => {
                        assert_helpful(&error, &path);
                        refused += 1;
                    }
                }
            }
        }
    }
    std::panic::set_hook(say);
    assert!(read_well > 100 && refused > 100, "{read_well} were read, {refused} refused");
}
