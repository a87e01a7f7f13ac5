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
            for frames in sums.chunks_exact_mut(4) {
                let [first, second] = [0, 1].map(|_| {
                    let here = *position;
                    let next = here + step;
                    *position = if next >= self.length { next - self.length } else { next };
                    here
                });
                if self.cubic {
                    cubic(&self.sample, first, second, frames);
                } else {
                    linear(&self.sample, first, second, frames);
                }
            }
        }
        let [left, right] = out;
        for ((left, right), pair) in left.iter_mut().zip(right).zip(sums.as_chunks::<2>().0) {
            [*left, *right] = *pair;
        }
    }
}

/// The frame at a position and that after it, as four numbers.
#[inline(always)]
fn pair(sample: &[[f32; 2]], frame: usize) -> __m128 {
    let pair = &sample[frame..frame + 2];
    // SAFETY: x86-64 has SSE; two frames are four numbers.
    unsafe { _mm_loadu_ps(pair.as_ptr().cast()) }
}

/// How far two positions lie behind their frames, each for both sides.
#[inline(always)]
fn parts(first: u64, second: u64) -> __m128 {
    let [first, second] = [first, second].map(|position| (position as u32 >> 8) as i32);
    // SAFETY: x86-64 has SSE2.
    unsafe {
        let whole = _mm_cvtepi32_ps(_mm_set_epi32(second, second, first, first));
        _mm_mul_ps(whole, _mm_set1_ps(1.0 / 16_777_216.0))
    }
}

/// Adds two frames to the sum.
#[inline(always)]
fn add(frames: &mut [f32], what: __m128) {
    let frames = &mut frames[..4];
    // SAFETY: x86-64 has SSE; there are four numbers.
    unsafe {
        let scaled = _mm_mul_ps(what, _mm_set1_ps(PLAYER_LEVEL as f32));
        _mm_storeu_ps(frames.as_mut_ptr(), _mm_add_ps(_mm_loadu_ps(frames.as_ptr()), scaled));
    }
}

#[inline(always)]
fn linear(sample: &[[f32; 2]], first: u64, second: u64, frames: &mut [f32]) {
    let [a, b] = [first, second].map(|position| pair(sample, (position >> 32) as usize + 1));
    // SAFETY: x86-64 has SSE.
    unsafe {
        let (before, after) = (_mm_movelh_ps(a, b), _mm_movehl_ps(b, a));
        let way = _mm_mul_ps(_mm_sub_ps(after, before), parts(first, second));
        add(frames, _mm_add_ps(before, way));
    }
}

/// The cubic through the frames on both sides whose slopes there are those of their neighbours' line (Catmull and Rom, 1974).
#[inline(always)]
fn cubic(sample: &[[f32; 2]], first: u64, second: u64, frames: &mut [f32]) {
    let [early, late] =
        [0, 2].map(|offset| [first, second].map(|position| pair(sample, (position >> 32) as usize + offset)));
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
        let t = parts(first, second);
        let inner = _mm_add_ps(_mm_mul_ps(_mm_add_ps(_mm_mul_ps(a, t), b), t), slope);
        add(frames, _mm_add_ps(_mm_mul_ps(inner, t), p1));
    }
}
