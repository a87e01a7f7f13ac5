//! W3 by hand: a voice after the other, two frames at a time; what a frame is between lies side by side in memory.
//!
//! Positions are whole frames in the upper and parts of a frame in the lower 32 bits. The sample's first frames stand again behind its end.

use crate::engine::{Block, Engine};
use crate::spec::*;
use std::arch::x86_64::*;

pub struct Samples {
    cubic: bool,
    /// Left and right in turn; one frame before the first, some after the last.
    sample: Vec<[f32; 2]>,
    /// Where a voice begins anew.
    length: u64,
    positions: Vec<u64>,
    steps: Vec<u64>,
}

/// Frames behind the end: a cubic reaches two ahead, and two frames are read as four numbers.
const BEHIND: usize = 8;

impl Samples {
    pub fn new(cubic: bool) -> Self {
        let once = sample();
        let before = once[once.len() - 1];
        let around = once.iter().chain(&once[..BEHIND]);
        let all = std::iter::once(&before).chain(around).copied().collect();
        let step = |player: usize| (speed(player) * 4_294_967_296.0) as u64;
        Samples {
            cubic,
            sample: all,
            length: (once.len() as u64) << 32,
            positions: vec![0; PLAYERS],
            steps: (0..PLAYERS).map(step).collect(),
        }
    }
}

impl Engine for Samples {
    fn block(&mut self, out: &mut Block) {
        let mut sums = [0.0f32; 2 * BLOCK];
        for (position, step) in self.positions.iter_mut().zip(&self.steps) {
            *position = if self.cubic {
                voice(&self.sample, self.length, *position, *step, &mut sums, cubic)
            } else {
                voice(&self.sample, self.length, *position, *step, &mut sums, linear)
            };
        }
        let [left, right] = out;
        for ((left, right), pair) in left.iter_mut().zip(right).zip(sums.as_chunks::<2>().0) {
            [*left, *right] = *pair;
        }
    }
}

/// Adds a block of a voice to the sums, and gives the position after it.
#[inline(always)]
fn voice(
    sample: &[[f32; 2]],
    length: u64,
    start: u64,
    step: u64,
    sums: &mut [f32; 2 * BLOCK],
    between: impl Fn(&[[f32; 2]], [usize; 2], __m128) -> __m128,
) -> u64 {
    let mut position = start;
    let goes_round = start + BLOCK as u64 * step >= length;
    // SAFETY: x86-64 has SSE2; loads and stores are of four numbers.
    unsafe {
        // Parts of a frame, of two frames at a time and for both sides; they overflow as they should.
        let ahead = (start + step) as i32;
        let mut parts = _mm_set_epi32(ahead, ahead, start as i32, start as i32);
        let steps = _mm_set1_epi32((2 * step) as i32);
        for four in sums.as_chunks_mut::<4>().0 {
            let mut frames = [(position >> 32) as usize, ((position + step) >> 32) as usize];
            position += 2 * step;
            if goes_round {
                let around = (length >> 32) as usize;
                frames = frames.map(|frame| if frame >= around { frame - around } else { frame });
            }
            let part = _mm_cvtepi32_ps(_mm_srli_epi32::<8>(parts));
            let sound = between(sample, frames, _mm_mul_ps(part, _mm_set1_ps(1.0 / 16_777_216.0)));
            let sum =
                _mm_add_ps(_mm_loadu_ps(four.as_ptr()), _mm_mul_ps(sound, _mm_set1_ps(PLAYER_LEVEL as f32)));
            _mm_storeu_ps(four.as_mut_ptr(), sum);
            parts = _mm_add_epi32(parts, steps);
        }
    }
    if position >= length { position - length } else { position }
}

/// A frame and that after it, as four numbers.
#[inline(always)]
fn pair(sample: &[[f32; 2]], frame: usize) -> __m128 {
    debug_assert!(frame + 1 < sample.len());
    // SAFETY: x86-64 has SSE. A position is below the length, of which `voice` takes care, and behind it lie `BEHIND` frames more.
    unsafe { _mm_loadu_ps(sample.as_ptr().add(frame).cast()) }
}

#[inline(always)]
fn linear(sample: &[[f32; 2]], frames: [usize; 2], t: __m128) -> __m128 {
    let [a, b] = frames.map(|frame| pair(sample, frame + 1));
    // SAFETY: x86-64 has SSE.
    unsafe {
        let (before, after) = (_mm_movelh_ps(a, b), _mm_movehl_ps(b, a));
        _mm_add_ps(before, _mm_mul_ps(_mm_sub_ps(after, before), t))
    }
}

/// The cubic through the frames on both sides whose slopes there are those of their neighbours' line (Catmull and Rom, 1974).
#[inline(always)]
fn cubic(sample: &[[f32; 2]], frames: [usize; 2], t: __m128) -> __m128 {
    let [early, late] = [0, 2].map(|offset| frames.map(|frame| pair(sample, frame + offset)));
    // SAFETY: x86-64 has SSE.
    unsafe {
        let half = _mm_set1_ps(0.5);
        let (p0, p1) = (_mm_movelh_ps(early[0], early[1]), _mm_movehl_ps(early[1], early[0]));
        let (p2, p3) = (_mm_movelh_ps(late[0], late[1]), _mm_movehl_ps(late[1], late[0]));
        let slope = _mm_mul_ps(half, _mm_sub_ps(p2, p0));
        let slope_after = _mm_mul_ps(half, _mm_sub_ps(p3, p1));
        let way = _mm_sub_ps(p2, p1);
        // a t^3 + b t^2 + slope t + p1, where a = slope + slope after - 2 way, b = way - slope - a.
        let a = _mm_sub_ps(_mm_add_ps(slope, slope_after), _mm_add_ps(way, way));
        let b = _mm_sub_ps(_mm_sub_ps(way, slope), a);
        let inner = _mm_add_ps(_mm_mul_ps(_mm_add_ps(_mm_mul_ps(a, t), b), t), slope);
        _mm_add_ps(_mm_mul_ps(inner, t), p1)
    }
}
