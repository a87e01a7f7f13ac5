//! Rendering on several threads: the plans of a row are tasks, each done by whoever is free, and what one hears of another goes over a board.
//!
//! Who does a task has blocks of its own for it, as large as those of the audio thread, so that no plan needs to know. What a plan hears of others is taken
//! from the board before it runs, what it tells them is put there and published when it has run; a task begins when all are done that it hears. So each task
//! hears the same, whoever does it and when. Nodes, teams and changes that are due lie in tables that are shared for the length of a row: each slot belongs
//! to the one task that asks for it.

mod task;

use crate::agenda::{Agenda, Dues, Pool};
use crate::batch::Arena;
use crate::block::Block;
use crate::io::Flow;
use crate::load::Probe;
use crate::plan::{Inner, Stretch};
use crate::run::Stage;
use crate::shape::MAX_PARAMS;
use crate::signal::{Frame, Window, carry};
use crate::team::{Needs, Workrooms};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;
use sostenuto_rt::{Commons, CommonsChunk, Crew, Hand, Help, Key, Order, crew};
use task::{Hall, Tools};

/// The most tasks that a row can have; one of more is run by one thread.
pub(crate) const MOST_TASKS: usize = 512;
/// The most threads.
pub(crate) const MOST_THREADS: usize = 64;
/// A piece of a span with fewer frames is not worth a round.
const FEW_FRAMES: usize = 16;
/// So many changes can arise in a task, and so many free places more are kept by who does it, at most.
const RESERVE: usize = 320;
const MOST_KEPT: usize = 3 * RESERVE;
/// Chunks of places that the agenda has more for each who helps.
pub(crate) const CHUNKS_KEPT: usize = (MOST_KEPT + RESERVE).div_ceil(sostenuto_rt::COMMONS_CHUNK);

/// A row of plans as tasks.
#[derive(Debug)]
pub(crate) struct Row {
    pub order: Order,
    /// The slots of the plans, and which of them each task runs; those of one task do not hear each other.
    pub plans: Box<[u32]>,
    pub tasks: Box<[Stretch]>,
}

impl Row {
    fn plans_of(&self, task: usize) -> &[u32] {
        self.tasks.get(task).map_or(&[], |plans| plans.of(&self.plans))
    }
}

/// A block on the way from one plan to others.
#[derive(Debug)]
pub(crate) struct Port {
    block: Block,
    flow: Flow,
}

impl Port {
    /// `[control]`
    pub fn chunk() -> CommonsChunk<Port> {
        CommonsChunk::new(|| Port { block: Block::SILENT, flow: Flow::Silent })
    }
}

/// By which a task has nodes and teams: mostly the same from span to span, so that it need not ask for them again.
#[derive(Debug)]
struct TaskKeys {
    nodes: Key,
    sides: Key,
}

impl TaskKeys {
    fn new() -> Self {
        TaskKeys { nodes: Key::new(), sides: Key::new() }
    }
}

/// By which somebody has what comes and goes.
#[derive(Debug)]
struct Keys {
    entries: Key,
    board: Key,
}

impl Keys {
    fn new() -> Self {
        Keys { entries: Key::new(), board: Key::new() }
    }
}

/// What somebody who helps works with.
#[derive(Debug)]
pub(crate) struct Runner {
    arena: Arena,
    scratch: Box<[Block]>,
    rooms: Workrooms,
    probe: Probe,
    pool: Pool,
    keys: Keys,
    fault: bool,
    overflows: u64,
}

/// Those who render together, and what they share.
#[derive(Debug)]
pub(crate) struct Band {
    crew: Crew<Runner, TaskKeys>,
    board: Commons<Port>,
    keys: Keys,
    /// Plans have come or gone since the last row was run.
    anew: bool,
}

/// What a thread needs to help an executor to render: made by [`AudioGraph::set_threads`](crate::AudioGraph::set_threads).
#[derive(Debug)]
pub struct Helper(sostenuto_rt::Helper<Runner, TaskKeys>);

impl Helper {
    /// Helps with what is being rendered, until the span is done; to be called again and again.
    ///
    /// It takes what waits for nobody and spins while all that is left waits or is done by others, so it does not return in the midst of a span. Between
    /// spans it returns [`Help::Nothing`] at once: how long to go on asking, and when to sleep, is for the caller to say, for the audio thread wakes nobody.
    /// When the executor has done with its helpers it returns [`Help::Over`].
    pub fn help(&mut self) -> Help {
        self.0.help()
    }
}

impl Band {
    /// So many helpers, with as many blocks as the audio thread has, and room for as large teams. `[control]`
    pub fn new(helpers: usize, blocks: usize, needs: &Needs) -> (Band, Vec<Helper>) {
        let runner = || Runner {
            arena: Arena::new(blocks),
            scratch: vec![Block::SILENT; MAX_PARAMS].into(),
            rooms: Workrooms::new(needs),
            probe: Probe::new(None),
            pool: Pool::EMPTY,
            keys: Keys::new(),
            fault: false,
            overflows: 0,
        };
        let tools = (0..MOST_TASKS).map(|_| TaskKeys::new()).collect();
        let (crew, helpers) = crew((0..helpers).map(|_| runner()).collect(), tools);
        let mut board = Commons::with_room(crate::table::MAX_CHUNKS);
        let chunks = blocks.div_ceil(sostenuto_rt::COMMONS_CHUNK);
        board.grow(&mut (0..chunks).map(|_| Port::chunk()).collect());
        (Band { crew, board, keys: Keys::new(), anew: true }, helpers.into_iter().map(Helper).collect())
    }

    /// Begins to render with an engine that has this clock. `[audio]`
    pub fn begin(&mut self, clock: Option<fn() -> u64>) {
        self.crew.runners().for_each(|runner| runner.probe = Probe::new(clock));
    }

    /// Notes that plans have come or gone: what a task has may be another's. `[audio]`
    pub fn change(&mut self) {
        self.anew = true;
    }

    /// Gives back what it had of the agenda. `[audio]`
    pub fn end(&mut self, agenda: &mut Agenda) {
        self.crew.runners().for_each(|runner| agenda.take_back(&mut runner.pool));
    }

    /// Exchanges the rooms for larger ones, if there are any. `[audio]`
    pub fn furnish(&mut self, rooms: &mut [Workrooms]) {
        for (runner, rooms) in self.crew.runners().zip(rooms) {
            core::mem::swap(&mut runner.rooms, rooms);
        }
    }

    /// Exchanges the blocks for more. `[audio]`
    pub fn grow(&mut self, arenas: &mut [Arena], board: &mut Vec<CommonsChunk<Port>>) {
        for (runner, arena) in self.crew.runners().zip(arenas) {
            core::mem::swap(&mut runner.arena, arena);
        }
        self.board.grow(board);
    }
}

/// Runs the plans of a part on all threads that are there; `false` if that cannot be, and nothing was done.
pub(crate) fn run_row(
    row: &Row,
    inner: Inner,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) -> bool {
    if window.frames() < FEW_FRAMES {
        return false;
    }
    // While it plays, what it runs is played by each alone.
    let Some(band) = stage.band.take() else { return false };
    let done = band.run_row(row, inner, frame, stage, window);
    stage.band = Some(band);
    done
}

/// What a part puts out is read where it would be had one thread made it.
fn bring_out(board: &Hand<'_, Port>, inner: Inner, frame: &mut Frame<'_>, window: Window) {
    for block in inner.output.start..inner.output.end() as u32 {
        let inside = inner.input.start <= block && block < inner.input.end() as u32;
        if let (Some(port), Some(to), Some(flow)) = (
            board.get(block).filter(|_| !inside),
            frame.blocks.get_mut(block as usize),
            frame.flow.get(block as usize),
        ) {
            carry(port.flow, Some(&port.block), to, flow, window);
        }
    }
}

impl Band {
    fn run_row(
        &mut self,
        row: &Row,
        inner: Inner,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        window: Window,
    ) -> bool {
        if row.order.tasks() > self.crew.most_tasks() {
            return false;
        }
        let free = self.lend_places(&mut stage.dues);
        let Band { crew, board, keys, anew } = self;
        let mut board = board.whole();
        let Dues { entries, pool, room, handed_out, lent } = &mut stage.dues;
        {
            let shared = match core::mem::take(anew) {
                true => (stage.nodes.share(), stage.teams.share()),
                false => (stage.nodes.share_again(), stage.teams.share_again()),
            };
            let (Some(nodes), Some(sides)) = shared else { return false };
            let (Some(entries), Some(board)) = (entries.share(), board.share()) else { return false };
            let hall = Hall {
                plans: stage.plans,
                cables: stage.cables,
                tenants: stage.tenants,
                nodes,
                sides,
                entries,
                board,
                handed_out: *handed_out,
                width: stage.width,
                frame: stage.frame,
                sample_rate: stage.sample_rate,
                transport: stage.transport,
                window,
            };
            hall.post(frame, inner.input.start..inner.input.end() as u32, &mut keys.board);
            let own = |task: usize, task_keys: &mut TaskKeys| {
                let tools = Tools {
                    frame: Frame { blocks: &mut *frame.blocks, flow: frame.flow },
                    scratch: stage.scratch,
                    rooms: stage.rooms,
                    probe: stage.probe,
                    pool,
                    keys,
                    task_keys,
                    fault: &mut stage.fault,
                    overflows: &mut stage.overflows,
                };
                hall.run(row.plans_of(task), tools);
            };
            crew.run(&row.order, own, &|task: usize, task_keys: &mut TaskKeys, runner: &mut Runner| {
                let flow = Cell::from_mut(&mut *runner.arena.flow).as_slice_of_cells();
                let tools = Tools {
                    frame: Frame { blocks: &mut runner.arena.blocks, flow },
                    scratch: &mut runner.scratch,
                    rooms: &mut runner.rooms,
                    probe: &mut runner.probe,
                    pool: &mut runner.pool,
                    keys: &mut runner.keys,
                    task_keys,
                    fault: &mut runner.fault,
                    overflows: &mut runner.overflows,
                };
                hall.run(row.plans_of(task), tools);
            });
        }
        bring_out(&board, inner, frame, window);
        let mut after = 0;
        for runner in crew.runners() {
            stage.fault |= core::mem::take(&mut runner.fault);
            stage.overflows += core::mem::take(&mut runner.overflows);
            runner.probe.next_span();
            if runner.pool.count() > MOST_KEPT {
                pool.take_all(&mut runner.pool, entries);
            }
            after += runner.pool.count();
        }
        // Changes that were made are no longer waiting; those that arose are.
        let more = (pool.count() + after).wrapping_sub(free);
        *room = room.wrapping_add(more);
        *handed_out = handed_out.wrapping_sub(more);
        **lent = after;
        true
    }

    /// Sees to it that who helps has places for changes that arise, if any can. Tells how many are free in all.
    fn lend_places(&mut self, dues: &mut Dues<'_>) -> usize {
        let mut lent = 0;
        for runner in self.crew.runners() {
            while dues.handed_out > 0
                && runner.pool.count() < RESERVE
                && let Some(place) = dues.pool.take(&dues.entries)
            {
                runner.pool.put(place, &mut dues.entries);
            }
            lent += runner.pool.count();
        }
        dues.pool.count() + lent
    }
}
