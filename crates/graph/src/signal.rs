//! Where the signals of a plan lie: runs of blocks, the window of frames that a call is about, and the blocks parted for one step.

use crate::block::{Block, QUANTUM, Signal};
use crate::io::{Flow, Outputs, Span};
use crate::plan::Heard;
use core::cell::Cell;

/// The blocks of one signal: so many adjoining channels from a block on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    pub start: u32,
    pub channels: u16,
}

impl Run {
    /// Where an input that no cable feeds is read: past the end of every plan's blocks, where all is silence.
    pub const NOWHERE: u32 = u32::MAX >> 1;

    pub fn end(self) -> usize {
        self.start as usize + usize::from(self.channels)
    }
}

/// Part of a block: the frames that one call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    // As halves of one word they are handed over at once, and their sum cannot overflow, which saves a comparison in each look at
    // a block.
    offset_and_frames: u64,
}

impl Window {
    #[inline(always)]
    pub fn new(offset: usize, frames: usize) -> Self {
        Window { offset_and_frames: u64::from(offset as u32) | (frames as u64) << 32 }
    }
    #[inline(always)]
    pub fn offset(self) -> usize {
        self.offset_and_frames as u32 as usize
    }
    #[inline(always)]
    pub fn frames(self) -> usize {
        (self.offset_and_frames >> 32) as usize
    }
    #[inline(always)]
    pub fn is_whole(self) -> bool {
        self.frames() == QUANTUM
    }
    #[inline(always)]
    pub fn of<S: Signal>(self, block: &Block<S>) -> &[S] {
        block.0.get(self.offset()..self.offset() + self.frames()).unwrap_or(&[])
    }
    #[inline(always)]
    pub fn of_nothing<S: Signal>(self) -> &'static [S] {
        S::silence().get(..self.frames()).unwrap_or(&[])
    }
    #[inline(always)]
    pub fn of_mut<S: Signal>(self, block: &mut Block<S>) -> &mut [S] {
        block.0.get_mut(self.offset()..self.offset() + self.frames()).unwrap_or(&mut [])
    }
    /// Whether what a block holds besides counts for nothing: a later piece of a span, in a loop, leaves the earlier ones as they are. Of a team, which is on no
    /// loop, nothing is left in its blocks when a piece is done.
    #[inline(always)]
    pub fn is_first<S: Signal>(self) -> bool {
        self.offset() == 0 || S::LANES > 1
    }
    /// Makes these frames of a block silent, and the others as far as they count for nothing.
    #[inline(never)]
    pub fn silence<S: Signal>(self, block: &mut Block<S>, flow: &Cell<Flow>) {
        if flow.get() == Flow::Silent {
            return;
        }
        if self.is_first::<S>() {
            *block = Block::SILENT;
            flow.set(Flow::Silent);
        } else {
            self.of_mut(block).fill(S::ZERO);
            flow.set(Flow::Varying);
        }
    }
}

/// What all steps of a plan share over one span. Lying in one place, it is handed to each node as a single word.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub span: Span<'a>,
    pub window: Window,
    /// What is known of the blocks.
    pub flow: &'a [Cell<Flow>],
}

/// The blocks of a plan but for a gap, where the outputs of the running step are.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a, S: Signal = f32> {
    pub low: &'a [Block<S>],
    pub high: &'a [Block<S>],
    /// Where `high` starts.
    pub resume: usize,
    /// What is known of the blocks, too; without a gap, for knowing is shared.
    pub ground: &'a Ground<'a>,
}

impl<'a, S: Signal> Around<'a, S> {
    #[inline(always)]
    pub fn block(&self, index: usize) -> Option<&'a Block<S>> {
        if index < self.low.len() {
            self.low.get(index)
        } else {
            self.high.get(index.wrapping_sub(self.resume))
        }
    }
    #[inline(always)]
    pub fn flow(&self, index: usize) -> Flow {
        self.ground.flow.get(index).map_or(Flow::Silent, Cell::get)
    }
}

/// All blocks, and what is known of them.
pub(crate) struct Frame<'a, S: Signal = f32> {
    pub blocks: &'a mut [Block<S>],
    pub flow: &'a [Cell<Flow>],
}

impl<S: Signal> Frame<'_, S> {
    /// The blocks that a step writes, and the rest.
    #[inline(always)]
    pub fn part<'s>(
        &'s mut self,
        out: Run,
        ground: &'s Ground<'_>,
    ) -> Option<(Around<'s, S>, Outputs<'s, S>)> {
        let (start, resume) = (out.start as usize, out.end());
        let (low, rest) = self.blocks.split_at_mut_checked(start)?;
        let (blocks, high) = rest.split_at_mut_checked(usize::from(out.channels))?;
        Some((Around { low, high, resume, ground }, Outputs { blocks, start, heard: Heard::ALL, ground }))
    }

    /// Copies one channel, with what is known of it.
    pub fn carry(&mut self, from: u32, to: u32, ground: &Ground<'_>) {
        let out = Run { start: to, channels: 1 };
        let Some((around, outputs)) = self.part(out, ground) else { return };
        let (Some(flow), Some(block)) = (outputs.flow(0), outputs.blocks.first_mut()) else { return };
        carry(around.flow(from as usize), around.block(from as usize), block, flow, ground.window);
    }
}

/// Copies one block over a window, with what is known of it.
pub(crate) fn carry<S: Signal>(
    known: Flow,
    from: Option<&Block<S>>,
    to: &mut Block<S>,
    flow: &Cell<Flow>,
    window: Window,
) {
    if known == Flow::Silent {
        return window.silence(to, flow);
    }
    match from {
        Some(from) => window.of_mut(to).copy_from_slice(window.of(from)),
        None => window.of_mut(to).copy_from_slice(window.of_nothing()),
    }
    flow.set(if window.is_first::<S>() { known } else { Flow::Varying });
}
