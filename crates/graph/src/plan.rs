//! The compiled plan: what the audio thread does for each span, as a flat list of steps over a pool of blocks.

use crate::band::Row;
use crate::chain::Memos;
use crate::signal::Run;
use alloc::boxed::Box;

/// A stretch of a part, ready to run: sorted, its signals assigned to blocks.
///
/// A part runs one such plan after another, each small, so that an edit compiles only those that it touches. Made by
/// [`Edit::commit`](crate::Edit::commit) on the control side, swapped in whole on the audio thread, and sent back for freeing.
///
/// Invariants, checked by `compile/verify.rs` whenever a plan is compiled with debug assertions:
/// - every block that a step reads holds the very signal that the step means: one that a step before it wrote (in a loop: in the
///   same round), one that another plan before it put into blocks of its own, or an input of the part; an input that no cable feeds is
///   read past the end of all blocks, where silence is;
/// - no step writes a block that it also reads;
/// - a loop is cut by all the delays in it, of which there is at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CompiledGraph {
    /// No other plan of its graph has the same.
    pub(crate) number: u64,
    pub(crate) steps: Box<[Step]>,
    /// What the steps' input ports read.
    pub(crate) runs: Box<[Run]>,
    /// What drives parameters.
    pub(crate) drives: Box<[DriveLink]>,
    /// What the mixing steps add up.
    pub(crate) terms: Box<[Term]>,
    /// What is remembered of the chains.
    pub(crate) memos: Memos,
    /// The nodes by which loops are cut.
    pub(crate) breakers: Box<[u32]>,
    /// The first of the blocks for signals that no other plan hears.
    pub(crate) ground: u32,
    /// How many of these there are.
    pub(crate) blocks: u32,
    /// Blocks that it reads and another plan writes, or whoever runs the part; and blocks that it writes for others. Only where plans run on several threads.
    pub(crate) hears: Box<[u32]>,
    pub(crate) tells: Box<[u32]>,
}

impl CompiledGraph {
    /// How many steps it takes.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// How many blocks of [`QUANTUM`](crate::QUANTUM) frames it works in, apart from those that other plans hear.
    pub fn blocks(&self) -> usize {
        self.blocks as usize
    }
}

/// A plan in its place: the next one to run after it.
#[derive(Debug)]
pub(crate) struct Link {
    pub plan: Option<Box<CompiledGraph>>,
    pub next: u32,
    /// The row that begins here, where it can be run on several threads.
    pub row: Option<Box<Row>>,
}

/// How a part runs: from which plan on, and where its signals come in and go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inner {
    /// The first plan, of the table of plans.
    pub first: u32,
    /// Where the part's input is put.
    pub input: Run,
    /// Where the part's output is found.
    pub output: Run,
}

impl Inner {
    /// A part with nothing inside.
    pub const EMPTY: Inner = Inner {
        first: u32::MAX,
        input: Run { start: 0, channels: 0 },
        output: Run { start: 0, channels: 0 },
    };
}

/// The cable of a term that has none: a sum, taken as it is.
pub(crate) const UNITY: u32 = u32::MAX;

/// A stretch of one of a plan's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub(crate) enum Step {
    /// Run a node.
    Node(NodeStep),
    /// Add signals up into one.
    Mix { out: Run, terms: Stretch },
    /// Run the next `steps` steps again and again, as far ahead each time as the breakers allow, until the span is done.
    Loop { steps: u32, breakers: Stretch },
    /// Run the next `steps` steps, which are parts, side by side, as far as the team has them. Something feeds these channels of one or another. What they put out may be added up by
    /// a step further on, and heard by nothing else: then they add it up themselves.
    Team { team: u32, steps: u32, fed: Fed, share: Option<Share> },
}

/// What a team has of a sum that teams in a row make, all of it: what its members put out, and what else comes among that, which was made before the first of the
/// teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Share {
    /// How many steps stand between the team and the sum: those of other teams that have shares in it.
    pub ahead: u32,
    /// The first of its terms, and how many it has.
    pub first: u32,
    pub terms: u32,
}

/// Which input channels of parts anything feeds, counted over all ports: a bit for each of the first, and the last one for all from there on. Most have
/// inputs that nothing feeds: those for what moves a parameter from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Fed(u16);

impl Fed {
    fn bit(channel: u16) -> u16 {
        1 << channel.min(15)
    }

    #[inline(always)]
    pub fn has(self, channel: u16) -> bool {
        self.0 & Fed::bit(channel) != 0
    }

    /// Adds what a part reads at its ports.
    pub fn add(&mut self, runs: impl Iterator<Item = Run>) {
        let mut channel = 0u16;
        for run in runs {
            let end = channel.saturating_add(run.channels);
            if run.start != Run::NOWHERE {
                (channel..end).for_each(|channel| self.0 |= Fed::bit(channel));
            }
            channel = end;
        }
    }
}

/// Which half of a node to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Half {
    Whole,
    Emit,
    Absorb,
}

/// Which channels of a signal anything reads: a bit for each of the first, and one for all from there on. And whether only what is
/// [sparse](crate::Kin::sparse) reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Heard(u16);

impl Heard {
    const SPARSE: u16 = 1 << 15;
    /// Nothing reads it yet.
    pub const NONE: Heard = Heard(Heard::SPARSE);
    /// All of it is read.
    pub const ALL: Heard = Heard(!Heard::SPARSE);

    #[inline(always)]
    fn bit(channel: usize) -> u16 {
        1 << channel.min(14)
    }

    #[inline(always)]
    pub fn has(self, channel: usize) -> bool {
        self.0 & Heard::bit(channel) != 0
    }

    #[inline(always)]
    pub fn is_sparse(self) -> bool {
        self.0 & Heard::SPARSE != 0
    }

    /// Some channels are read, at every frame or not.
    pub fn add(&mut self, first: u16, channels: u16, sparse: bool) {
        for channel in first..first.saturating_add(channels) {
            self.0 |= Heard::bit(usize::from(channel));
        }
        if !sparse {
            self.0 &= !Heard::SPARSE;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeStep {
    pub slot: u32,
    pub half: Half,
    /// Which output channels anything reads.
    pub heard: Heard,
    /// How many of the steps behind it make a [chain](crate::chain) with it: each hears the one before it and nothing else, and is all that hears it.
    pub chain: u8,
    /// Which of the chains begins here, counted from 1.
    pub memo: u8,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DriveLink {
    pub param: u16,
    /// Whether the parameter is looked at only now and then: see [`Kin::sparse`](crate::Kin::sparse).
    pub sparse: bool,
    pub source: Run,
    /// Of the table of cables: the depth.
    pub cable: u32,
}

/// A cable into a mixing step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Term {
    pub source: Run,
    /// Of the table of cables: the gain.
    pub cable: u32,
}
