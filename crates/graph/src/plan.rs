//! The compiled plan: what the audio thread does for each span, as a flat list of steps over a pool of blocks.

use crate::signal::Run;
use alloc::boxed::Box;

/// A part of a graph, ready to run: sorted, its signals assigned to blocks.
///
/// Made by [`Edit::commit`](crate::Edit::commit) on the control side, swapped in whole on the audio thread, and sent back for freeing.
///
/// Invariants, checked by `compile/verify.rs` whenever a plan is compiled with debug assertions:
/// - every block that a step reads holds the very signal that the step means: one that a step before it wrote (in a loop: in the
///   same round) or an input of the part; an input that no cable feeds is read past the end of all blocks, where silence is;
/// - no step writes a block that it also reads;
/// - a loop is cut by all the delays in it, of which there is at least one.
#[derive(Debug, Default)]
pub struct CompiledGraph {
    pub(crate) steps: Box<[Step]>,
    /// What the steps' input ports read.
    pub(crate) runs: Box<[Run]>,
    /// What drives parameters.
    pub(crate) drives: Box<[DriveLink]>,
    /// What the mixing steps add up.
    pub(crate) terms: Box<[Term]>,
    /// The nodes by which loops are cut.
    pub(crate) breakers: Box<[u32]>,
    /// Blocks needed for this part alone.
    pub(crate) blocks: u32,
    /// Blocks needed with the deepest part inside.
    pub(crate) blocks_with_parts: u32,
    /// Where the part's input is put.
    pub(crate) input: Run,
    /// Where the part's output is found.
    pub(crate) output: Run,
}

impl CompiledGraph {
    /// How many steps it takes.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// How many blocks of [`QUANTUM`](crate::QUANTUM) frames it works in, with those of the parts inside it.
    pub fn blocks(&self) -> usize {
        self.blocks_with_parts as usize
    }
}

/// A stretch of one of a plan's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub start: u32,
    pub len: u32,
}

impl Stretch {
    #[inline(always)]
    pub fn of<T>(self, list: &[T]) -> &[T] {
        list.get(self.start as usize..self.start as usize + self.len as usize).unwrap_or(&[])
    }
}

// A tag of its own, not one hidden among the values of `half`, is read at once.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u32)]
pub(crate) enum Step {
    /// Run a node.
    Node(NodeStep),
    /// Add signals up into one.
    Mix { out: Run, terms: Stretch },
    /// Run the next `steps` steps again and again, as far ahead each time as the breakers allow, until the span is done.
    Loop { steps: u32, breakers: Stretch },
}

/// Which half of a node to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Whole,
    Emit,
    Absorb,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NodeStep {
    pub slot: u32,
    pub half: Half,
    /// All output channels.
    pub out: Run,
    /// Of `runs`: a run for each input port.
    pub inputs: Stretch,
    /// The first of them, if there is one: with a single input port, nothing needs to be looked up.
    pub first: Run,
    /// Of `drives`, sorted by parameter.
    pub drives: Stretch,
}

impl NodeStep {
    /// What each input port reads.
    #[inline(always)]
    pub fn inputs<'p>(&'p self, plan: &'p CompiledGraph) -> &'p [Run] {
        match self.inputs.len {
            1 => core::slice::from_ref(&self.first),
            _ => self.inputs.of(&plan.runs),
        }
    }

    /// Whether the node is run as a whole, with parameters that nothing drives.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        self.half == Half::Whole && self.drives.len == 0
    }
}

/// A cable that drives a parameter: adds depth × the first channel of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DriveLink {
    pub param: u16,
    pub source: Run,
    /// Of the table of cables: the depth.
    pub cable: u32,
}

/// A cable into a mixing step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub source: Run,
    /// Of the table of cables: the gain.
    pub cable: u32,
}
