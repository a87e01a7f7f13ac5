//! Where does it go from here? On, around a loop, or nowhere.

/// The way through a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    /// Whether the loop is gone around.
    pub looping: bool,
    /// The first frame of the loop, and the one behind its last; 0 is the end of the sound.
    pub start: u64,
    pub end: u64,
    /// Frames of the sound; `u64::MAX` as long as nobody knows.
    pub length: u64,
}

/// Frames one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// How many; at least one.
    pub frames: u64,
    /// Where it goes on behind them; nowhere if they are the last.
    pub next: Option<u64>,
}

impl Course {
    /// The frames of the loop: at least one.
    fn around(&self) -> (u64, u64) {
        let end = if self.end == 0 { self.length } else { self.end.min(self.length) }.max(1);
        (self.start.min(end - 1), end)
    }

    /// The frame that is meant by a place; nothing behind the end.
    #[inline]
    pub fn at(&self, place: u64) -> Option<u64> {
        match place < self.length {
            true => Some(place),
            false if self.looping => Some(self.around().0),
            false => None,
        }
    }

    /// What follows from a place on, which lies before the end. Places behind the loop are heard once, up to the end, before it is gone around.
    #[inline]
    pub fn run(&self, place: u64) -> Run {
        let (start, end) = self.around();
        let until = if self.looping && place < end { end } else { self.length };
        Run { frames: until.saturating_sub(place).max(1), next: self.looping.then_some(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_around_and_ends() {
        let course = Course { looping: true, start: 10, end: 20, length: 100 };
        assert_eq!(course.run(0), Run { frames: 20, next: Some(10) });
        assert_eq!(course.run(19), Run { frames: 1, next: Some(10) });
        assert_eq!(course.run(20), Run { frames: 80, next: Some(10) });
        assert_eq!((course.at(99), course.at(100)), (Some(99), Some(10)));
        let once = Course { looping: false, ..course };
        assert_eq!(once.run(15), Run { frames: 85, next: None });
        assert_eq!(once.at(100), None);
        // The end of the loop is that of the sound; what is empty or beyond it is one frame.
        assert_eq!(Course { end: 0, ..course }.run(0).frames, 100);
        assert_eq!(Course { start: 500, end: 900, ..course }.run(0), Run { frames: 100, next: Some(99) });
        assert_eq!(Course { start: 20, end: 20, ..course }.run(5), Run { frames: 15, next: Some(19) });
    }
}
