//! Some of the voices, by their numbers.

use alloc::boxed::Box;
use alloc::vec;

/// Some of the voices, by their numbers: a bit for each.
#[derive(Clone, Debug)]
pub struct Numbers {
    words: Box<[u64]>,
    count: usize,
}

impl Numbers {
    /// None of so many. `[control]`
    pub fn new(most: usize) -> Self {
        Numbers { words: vec![0; most.div_ceil(64)].into(), count: 0 }
    }

    /// Whether there is none. `[audio]`
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds one, if it is not too large. `[audio]`
    pub fn put(&mut self, number: usize) {
        let Some(word) = self.words.get_mut(number / 64) else { return };
        self.count += usize::from(*word >> (number % 64) & 1 == 0);
        *word |= 1 << (number % 64);
    }

    /// Takes one away. `[audio]`
    pub fn take(&mut self, number: usize) {
        let Some(word) = self.words.get_mut(number / 64) else { return };
        self.count -= usize::from(*word >> (number % 64) & 1 == 1);
        *word &= !(1 << (number % 64));
    }

    /// Takes all away. `[audio]`
    pub fn clear(&mut self) {
        self.words.fill(0);
        self.count = 0;
    }

    /// Takes those away of which it says no, the least first. `[audio]`
    pub fn keep(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut count = 0;
        for (place, word) in self.words.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                match keep(64 * place + bit) {
                    true => count += 1,
                    false => *word &= !(1 << bit),
                }
            }
        }
        self.count = count;
    }

    /// All of them, the least first. `[audio]`
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.words.len()).flat_map(|place| self.of_word(place))
    }

    /// How many words there are.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// Those of one word, the least first, as they were when it was called.
    pub(crate) fn of_word(&self, place: usize) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.words.get(place).copied().unwrap_or(0);
        core::iter::from_fn(move || {
            let number = (left != 0).then(|| 64 * place + left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(number)
        })
    }
}
