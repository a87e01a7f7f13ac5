//! A parameter as a kernel sees it for one block: one steady number, or one number per frame.

use crate::Sample;

/// The value of a parameter over one block.
///
/// A kernel that can save work on a steady value (coefficients computed once) matches on the two cases.
/// Both cases give the same bits for the same numbers: whether a value counts as steady never changes a sound.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a, S: Sample = f32> {
    /// The same for every frame of the block.
    Steady(S),
    /// One value per frame; as long as the block.
    Moving(&'a [S]),
}

impl<S: Sample> Value<'_, S> {
    /// The value at `frame` of the block. Past the end of a moving value, its last one.
    #[inline(always)]
    pub fn at(&self, frame: usize) -> S {
        match self {
            Value::Steady(v) => *v,
            Value::Moving(v) => v.get(frame).or(v.last()).copied().unwrap_or(S::splat(0.0)),
        }
    }

    /// The value at the end of the block, of `frames` frames.
    #[inline(always)]
    pub fn last(&self, frames: usize) -> S {
        self.at(frames.saturating_sub(1))
    }

    /// Whether the value is one number for the whole block.
    #[inline(always)]
    pub fn is_steady(&self) -> bool {
        matches!(self, Value::Steady(_))
    }

    /// The part of the block from frame `start` to before `end`; for walking a block in pieces. Past the end of a moving
    /// value, its last one.
    #[inline(always)]
    pub fn part(&self, start: usize, end: usize) -> Self {
        match self {
            Value::Steady(v) => Value::Steady(*v),
            Value::Moving(v) => match v.get(start..end) {
                Some(piece) => Value::Moving(piece),
                None => Value::Steady(self.at(start)),
            },
        }
    }
}
