//! A result that is kept for as long as what it was computed from stays the same.

/// The last result and what it was computed from. For functions whose result depends on nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Memo<K, V>(Option<(K, V)>);

impl<K: Copy + PartialEq, V: Copy> Memo<K, V> {
    #[inline(always)]
    pub fn new() -> Self {
        Memo(None)
    }

    /// Knows nothing any more.
    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// `compute(key)`, computed only if the key is not that of the last time.
    #[inline(always)]
    pub fn get(&mut self, key: K, compute: impl FnOnce(K) -> V) -> V {
        match self.0 {
            Some((known, value)) if known == key => value,
            _ => {
                let value = compute(key);
                self.0 = Some((key, value));
                value
            }
        }
    }
}
