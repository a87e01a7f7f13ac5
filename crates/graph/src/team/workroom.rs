//! Where teams work: what one writes in a span is read by nobody after it, so all teams of a thread write to the same place, which stays in its cache.

use super::MOST_LANES;
use crate::batch::Arena;
use crate::block::{Block, Signal};
use crate::io::Flow;
use alloc::boxed::Box;
use alloc::vec;
use core::any::Any;
use sostenuto_dsp::{Task, Vector, Width};

/// How much room a team needs, in blocks: for the signals of its sheet, for the parameters of the node that runs, and for what runs alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Need {
    pub blocks: usize,
    pub dials: usize,
    pub aside: usize,
}

impl Need {
    /// Enough for both.
    pub fn and(self, other: Need) -> Need {
        Need {
            blocks: self.blocks.max(other.blocks),
            dials: self.dials.max(other.dials),
            aside: self.aside.max(other.aside),
        }
    }
}

/// What teams of 4, 8, 16 and 32 lanes need, by their [number](kind), if there are any.
pub(crate) type Needs = [Option<Need>; 4];

/// The number of a width among those that teams have.
pub(crate) fn kind(lanes: usize) -> usize {
    match Width::for_lanes(lanes) {
        Width::One | Width::Four => 0,
        Width::Eight => 1,
        Width::Sixteen => 2,
        Width::ThirtyTwo => 3,
    }
}

/// The room for teams of one width.
pub(super) struct Workroom<S: Signal> {
    pub blocks: Box<[Block<S>]>,
    pub flow: Box<[Flow]>,
    pub dials: Box<[Block<S>]>,
    pub aside: Arena,
    /// A block with its rows for columns.
    pub square: Block<S>,
    /// What lanes that fade are multiplied by.
    pub fades: Box<[Block; MOST_LANES]>,
}

impl<S: Signal> Workroom<S> {
    fn new(need: Need) -> Self {
        Workroom {
            blocks: vec![Block::SILENT; need.blocks].into(),
            flow: vec![Flow::Silent; need.blocks].into(),
            dials: vec![Block::SILENT; need.dials].into(),
            aside: Arena::new(need.aside),
            square: Block::SILENT,
            fades: Box::new([Block::SILENT; MOST_LANES]),
        }
    }

    fn has(&self, need: Need) -> bool {
        let Need { blocks, dials, aside } = need;
        blocks <= self.blocks.len() && dials <= self.dials.len() && aside <= self.aside.blocks.len()
    }
}

/// The rooms of one thread.
#[derive(Debug, Default)]
pub(crate) struct Workrooms([Option<Box<dyn Any + Send>>; 4]);

impl Workrooms {
    /// Rooms for all that is needed. `[control]`
    pub fn new(needs: &Needs) -> Self {
        let widths = [Width::Four, Width::Eight, Width::Sixteen, Width::ThirtyTwo];
        let mut rooms = widths.iter().zip(needs).map(|(width, need)| Some(width.run(Build((*need)?))));
        Workrooms(core::array::from_fn(|_| rooms.next().flatten()))
    }

    /// Lends a room, if there is one that has what is needed. `[audio]`
    pub(super) fn take<S: Signal>(&mut self, need: Need) -> Option<Box<Workroom<S>>> {
        let place = self.0.get_mut(kind(S::LANES))?;
        match place.take()?.downcast::<Workroom<S>>() {
            Ok(room) if room.has(need) => Some(room),
            Ok(room) => {
                *place = Some(room);
                None
            }
            Err(other) => {
                *place = Some(other);
                None
            }
        }
    }

    /// Takes it back. `[audio]`
    pub(super) fn put<S: Signal>(&mut self, room: Box<Workroom<S>>) {
        if let Some(place) = self.0.get_mut(kind(S::LANES)) {
            *place = Some(room);
        }
    }
}

struct Build(Need);

impl Task for Build {
    type Out = Box<dyn Any + Send>;

    fn run<S: Vector>(self) -> Box<dyn Any + Send> {
        Box::new(Workroom::<S>::new(self.0))
    }
}
