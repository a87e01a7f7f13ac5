//! W2 by hand: lanes are channels of strips. Noise by xorshift (G. Marsaglia, Xorshift RNGs, 2003), four biquads in the transposed second direct form,
//! the delay of whole frames, all in one loop. Each channel has a line of its own, which blocks are turned round for.

use super::lanes::{Lanes, at_width, fold};
use crate::engine::{Block, Engine};
use crate::spec::*;
use std::arch::x86_64::{_MM_TRANSPOSE4_PS, _mm_loadu_ps, _mm_storeu_ps};

/// Frames of each delay line: a power of two above the longest delay.
const LINE: usize = 1 << 14;
/// From a line to the next: its first block stands again behind its end, so that no block that is read goes round; and not a power of two, for then
/// all would fall into the same few sets of the caches.
const STRIDE: usize = LINE + BLOCK + 16;

pub struct Strips {
    width: usize,
    groups: Vec<Group>,
    /// Where in the lines the next frame goes.
    head: usize,
    filters: [[f32; 5]; 4],
    sums: [Box<[f32]>; 2],
}

/// As many channels as a vector is wide, all left or all right.
struct Group {
    side: usize,
    /// Two states of each of the filters for each lane.
    states: [[[f32; 16]; 2]; 4],
    seeds: [u32; 16],
    /// Delays of the lanes in frames, and their lines, one after the other.
    delays: [usize; 16],
    lines: Box<[f32]>,
    /// What comes out of the lines, and what goes in, a frame of all lanes after the other.
    late: Box<[f32]>,
}

impl Strips {
    pub fn new(width: usize) -> Self {
        let groups = (0..2 * STRIPS / width)
            .map(|group| {
                let first = group / 2 * width;
                Group {
                    side: group % 2,
                    states: [[[0.0; 16]; 2]; 4],
                    seeds: std::array::from_fn(|lane| {
                        ((group * width + lane) as u32 + 1).wrapping_mul(2_654_435_761)
                    }),
                    delays: std::array::from_fn(|lane| {
                        (echo_time((first + lane).min(STRIPS - 1)) * f64::from(RATE)).round() as usize
                    }),
                    lines: vec![0.0; width * STRIDE].into(),
                    late: vec![0.0; width * BLOCK].into(),
                }
            })
            .collect();
        let filters = FILTERS.map(|filter| filter.coefficients().map(|c| c as f32));
        let sums = || vec![0.0; width * BLOCK].into_boxed_slice();
        Strips { width, groups, head: 0, filters, sums: [sums(), sums()] }
    }
}

impl Engine for Strips {
    fn block(&mut self, out: &mut Block) {
        for sums in &mut self.sums {
            sums.fill(0.0);
        }
        let strips = &mut *self;
        at_width!(strips.width, run(strips: &mut Strips));
        for (sums, samples) in self.sums.iter().zip(out) {
            fold(sums, self.width, samples);
        }
        self.head = (self.head + BLOCK) % LINE;
    }
}

impl Group {
    /// What comes out of the lines in the block whose first frame goes to `head`: each delay is longer than a block.
    #[inline(always)]
    fn read<V: Lanes>(&mut self, head: usize) {
        for (number, (four, delays)) in
            self.lines.chunks_exact(4 * STRIDE).zip(self.delays.as_chunks::<4>().0).enumerate()
        {
            let rows: [&[f32; BLOCK]; 4] = std::array::from_fn(|lane| {
                let first = lane * STRIDE + (head + LINE - delays[lane]) % LINE;
                four[first..].first_chunk().expect("a line is longer than a block")
            });
            let late = self.late.chunks_exact_mut(4 * V::WIDTH);
            for (frame, late) in (0..BLOCK).step_by(4).zip(late) {
                let columns = turned(rows.map(|row| row[frame..].first_chunk().expect("four frames")));
                for (row, column) in late.chunks_exact_mut(V::WIDTH).zip(columns) {
                    row[4 * number..][..4].copy_from_slice(&column);
                }
            }
        }
    }

    /// What goes into the lines from `head` on, a multiple of a block.
    #[inline(always)]
    fn write<V: Lanes>(&mut self, head: usize) {
        for (number, four) in self.lines.chunks_exact_mut(4 * STRIDE).enumerate() {
            let mut lines = four.chunks_exact_mut(STRIDE);
            let mut rows: [&mut [f32; BLOCK]; 4] = std::array::from_fn(|_| {
                let line = lines.next().expect("four lines");
                line[head..].first_chunk_mut().expect("a block")
            });
            let late = self.late.chunks_exact(4 * V::WIDTH);
            for (frame, late) in (0..BLOCK).step_by(4).zip(late) {
                let columns = turned(std::array::from_fn(|k| {
                    late[k * V::WIDTH + 4 * number..].first_chunk().expect("four lanes")
                }));
                for (row, column) in rows.iter_mut().zip(columns) {
                    row[frame..][..4].copy_from_slice(&column);
                }
            }
        }
        if head == 0 {
            for line in self.lines.chunks_exact_mut(STRIDE) {
                line.copy_within(0..BLOCK, LINE);
            }
        }
    }
}

/// Rows as columns.
#[inline(always)]
fn turned(rows: [&[f32; 4]; 4]) -> [[f32; 4]; 4] {
    let mut turned = [[0.0; 4]; 4];
    // SAFETY: x86-64 has SSE; each row has the four numbers that are read or written.
    unsafe {
        let [mut a, mut b, mut c, mut d] = rows.map(|row| _mm_loadu_ps(row.as_ptr()));
        _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
        for (row, lanes) in turned.iter_mut().zip([a, b, c, d]) {
            _mm_storeu_ps(row.as_mut_ptr(), lanes);
        }
    }
    turned
}

#[inline(always)]
unsafe fn run<V: Lanes>(strips: &mut Strips) {
    for group in &mut strips.groups {
        let sums = &mut strips.sums[group.side];
        group.read::<V>(strips.head);
        // SAFETY: as the caller.
        unsafe { channels::<V>(group, &strips.filters, sums) }
        group.write::<V>(strips.head);
    }
}

/// A block of a group, added to the sums.
#[inline(always)]
unsafe fn channels<V: Lanes>(group: &mut Group, filters: &[[f32; 5]; 4], sums: &mut [f32]) {
    // SAFETY: as the caller.
    unsafe {
        let filters = filters.map(|filter| filter.map(|c| V::splat(c)));
        let mut states = group.states.map(|filter| filter.map(|state| V::load(&state)));
        let (wet, again) = (V::splat(WET as f32), V::splat(FEEDBACK as f32));
        let level = V::splat(STRIP_LEVEL as f32);
        let mut seeds = group.seeds;
        let lines = group.late.chunks_exact_mut(V::WIDTH);
        for (sum, line) in sums.chunks_exact_mut(V::WIDTH).zip(lines) {
            let mut x = V::noise(&mut seeds);
            for ([b0, b1, b2, a1, a2], [first, second]) in filters.iter().zip(&mut states) {
                let y = x.times_plus(*b0, *first);
                *first = a1.times_from(y, b1.times_plus(x, *second));
                *second = a2.times_from(y, b2.times(x));
                x = y;
            }
            let late = V::load(line);
            late.times_plus(again, x).store(line);
            late.times_plus(wet, x).times_plus(level, V::load(sum)).store(sum);
        }
        group.seeds = seeds;
        for (kept, state) in group.states.iter_mut().zip(states) {
            kept.iter_mut().zip(state).for_each(|(kept, state)| state.store(kept));
        }
    }
}
