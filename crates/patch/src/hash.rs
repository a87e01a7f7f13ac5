//! Which number stands for a name, so that what goes by it is found?

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// Makes hashes with a key that is chosen as the program starts, so that no document can have many names of one hash. For tables in memory only.
///
/// Names are short, and are looked for where little else is done; so it is a multiplication for each eight bytes, of which both halves are folded into one (after
/// wyhash, by Wang Yi), where the standard library's SipHash takes some hundred instructions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keyed;

/// A hash under way.
#[derive(Clone, Debug)]
pub struct Folding {
    state: u64,
    keys: [u64; 2],
}

static KEYS: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let random = RandomState::new();
    // Odd, so that a multiplication loses nothing.
    [0u64, 1].map(|number| random.hash_one(number) | 1)
});

impl BuildHasher for Keyed {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding { state: KEYS[0], keys: *KEYS }
    }
}

impl Folding {
    fn take(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.keys[1]);
        self.state = (product as u64 ^ (product >> 64) as u64).wrapping_add(self.keys[0]);
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, behind)) =
            rest.split_first_chunk::<8>().filter(|(_, behind)| !behind.is_empty())
        {
            self.take(u64::from_le_bytes(*word));
            rest = behind;
        }
        // What is left, at most eight bytes, is read from both of its ends; the length tells what both have.
        let half = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |half| u64::from(u32::from_le_bytes(*half)));
        let last = match (rest.first_chunk::<4>(), rest) {
            (Some(first), _) => half(Some(first)) | half(rest.last_chunk::<4>()) << 32,
            (None, [a, b, c]) => u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16,
            (None, [a, b]) => u64::from(*a) | u64::from(*b) << 8,
            (None, [a]) => u64::from(*a),
            _ => 0,
        };
        self.take(last ^ (bytes.len() as u64).wrapping_mul(self.keys[0]));
    }

    fn write_u64(&mut self, word: u64) {
        self.take(word);
    }

    fn finish(&self) -> u64 {
        let product = u128::from(self.state) * u128::from(self.keys[1]);
        product as u64 ^ (product >> 64) as u64
    }
}

/// The hash of a name.
pub(crate) fn hash(name: &str) -> u64 {
    let mut hasher = Keyed.build_hasher();
    hasher.write(name.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::hash;
    use std::collections::HashSet;

    #[test]
    fn names_that_are_alike_have_hashes_that_are_not() {
        let numbered = (0..100_000).map(|number| format!("voice{number}"));
        let padded = (0..40).map(|count| "\0".repeat(count));
        let long = (0..64).map(|place| format!("{}x{}", "a".repeat(place), "a".repeat(63 - place)));
        let names: Vec<String> = numbered.chain(padded).chain(long).collect();
        let hashes: HashSet<u64> = names.iter().map(|name| hash(name)).collect();
        assert_eq!(hashes.len(), names.len());
        // Each bit is set in about half of them, also the few that a small table looks at.
        for bit in 0..64 {
            let set = hashes.iter().filter(|hash| *hash >> bit & 1 == 1).count();
            assert!((0.48..0.52).contains(&(set as f64 / hashes.len() as f64)), "bit {bit}: {set}");
        }
    }
}
