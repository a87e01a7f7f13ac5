//! W4 by hand: nodes called one by one through a pointer, each a gain over one of two blocks that stay in the first-level cache; lanes are frames.

use super::lanes::{Eight, Four, Lanes, Sixteen, able};
use crate::engine::{Block, Engine};
use crate::spec::*;

/// A block times a factor into another. To be called only where the processor has the instruction set that it is for.
type Scale = unsafe fn(&[f32; BLOCK], &mut [f32; BLOCK], f32);

/// Samples that begin where a vector may: a vector that lies across two lines of the cache costs twice.
#[repr(align(64))]
struct Aligned([f32; BLOCK]);

/// A node of a chain, which is called without knowing what it is.
struct Node {
    scale: Scale,
    factor: f32,
}

#[target_feature(enable = "sse2")]
fn by_four(from: &[f32; BLOCK], to: &mut [f32; BLOCK], factor: f32) {
    // SAFETY: a caller of this function has the instruction set.
    unsafe { scale::<Four>(from, to, factor) }
}

#[target_feature(enable = "avx2,fma")]
fn by_eight(from: &[f32; BLOCK], to: &mut [f32; BLOCK], factor: f32) {
    // SAFETY: a caller of this function has the instruction set.
    unsafe { scale::<Eight>(from, to, factor) }
}

#[target_feature(enable = "avx512f")]
fn by_sixteen(from: &[f32; BLOCK], to: &mut [f32; BLOCK], factor: f32) {
    // SAFETY: a caller of this function has the instruction set.
    unsafe { scale::<Sixteen>(from, to, factor) }
}

#[inline(always)]
unsafe fn scale<V: Lanes>(from: &[f32; BLOCK], to: &mut [f32; BLOCK], factor: f32) {
    // SAFETY: as the caller.
    unsafe {
        let factor = V::splat(factor);
        for (to, from) in to.chunks_exact_mut(V::WIDTH).zip(from.chunks_exact(V::WIDTH)) {
            V::load(from).times(factor).store(to);
        }
    }
}

pub struct Chains {
    nodes: Vec<Node>,
    seed: u32,
}

impl Chains {
    pub fn new(width: usize) -> Self {
        assert!(able(width), "this processor has no {width} lanes");
        let scale: Scale = match width {
            4 => by_four,
            8 => by_eight,
            _ => by_sixteen,
        };
        let node = |k: usize| Node { scale, factor: factor(k % LENGTH) as f32 };
        Chains { nodes: (0..CHAINS * LENGTH).map(node).collect(), seed: 1 }
    }
}

impl Engine for Chains {
    fn block(&mut self, out: &mut Block) {
        let mut noise = [0.0; BLOCK];
        for sample in &mut noise {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = self.seed as i32 as f32 * (1.0 / 2_147_483_648.0);
        }
        let mut sum = [0.0; BLOCK];
        for chain in self.nodes.chunks_exact(LENGTH) {
            let mut here = Aligned(noise);
            let mut there = Aligned([0.0; BLOCK]);
            for [even, odd] in chain.as_chunks::<2>().0 {
                // SAFETY: `new` took the functions for an instruction set that the processor has.
                unsafe {
                    (even.scale)(&here.0, &mut there.0, even.factor);
                    (odd.scale)(&there.0, &mut here.0, odd.factor);
                }
            }
            sum.iter_mut().zip(here.0).for_each(|(sum, x)| *sum += CHAIN_LEVEL as f32 * x);
        }
        *out = [sum, sum];
    }
}
