//! The running engine: what the audio thread owns. Commands in, samples and events out.

mod apply;
mod obey;
mod outbox;
mod talkers;

use crate::agenda::Agenda;
use crate::band::Band;
use crate::batch::{Arena, Batch};
use crate::block::{Block, QUANTUM};
use crate::care::each_slot;
use crate::gain::Gain;
use crate::line::{LineReceiver, LineSender, line};
use crate::load::Probe;
use crate::message::{
    CommandReceiver, CommandSender, DEFAULT_MESSAGES, Event, EventReceiver, commands, events,
};
use crate::node::{Body, Dial, NONE, Node, Nodes, OwnNodes};
use crate::plan::{Inner, Link};
use crate::playing::Playing;
use crate::processor::Stream;
use crate::run::{Stage, run_plans};
use crate::shape::MAX_PARAMS;
use crate::signal::{Frame, Window};
use crate::stats::EngineLoad;
use crate::table::{MAX_CHUNKS, Table};
use crate::team::{OwnSides, Sides, Workrooms};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::cell::Cell;
use outbox::Outbox;
use sostenuto_dsp::Width;
use sostenuto_rt::FlushDenormals;

/// What is bounded in a running engine, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages that each ring holds. Full is an error that the sender sees, and is counted.
    pub messages: usize,
    /// Changes that can wait for their frame. Full is a refusal.
    pub agenda: usize,
    /// Batches that can wait for their frame. While there are as many, commands stay in their ring.
    pub waiting: usize,
    /// Commands taken from the ring in one callback; the rest comes in the next, and that is counted.
    pub commands_per_callback: usize,
    /// Words that the line holds. Full is an error that the sender sees. As many are taken in one callback as commands.
    pub words: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            messages: DEFAULT_MESSAGES,
            agenda: 4096,
            waiting: 64,
            commands_per_callback: 256,
            words: 4096,
        }
    }
}

/// What the control side holds of a running engine.
#[derive(Debug)]
pub struct Remote {
    /// Where commands go in.
    pub commands: CommandSender,
    /// Where events come out.
    pub events: EventReceiver,
    /// Where words for nodes go in that do not wait for commands.
    pub line: LineSender,
    /// How the engine fares.
    pub load: Arc<EngineLoad>,
}

/// The running engine.
///
/// It is `Send` as a whole: it lives in an [`OwnerSlot`](sostenuto_rt::OwnerSlot), and whichever thread renders holds the slot's guard, which is not `Send`:
///
/// ```compile_fail
/// use sostenuto_graph::{Executor, Limits, Stream};
/// use sostenuto_rt::OwnerSlot;
/// let (executor, _remote) = Executor::new(Stream { sample_rate: 48_000.0 }, Limits::default(), None);
/// let slot = OwnerSlot::new(executor);
/// let guard = slot.try_enter().unwrap();
/// std::thread::scope(|threads| {
///     threads.spawn(move || guard.frame()); // what a callback holds while it renders stays on its thread
/// });
/// ```
///
/// Rendering does not allocate, free, lock, wait or call the system, and its time is bounded by the plan and the limits.
#[derive(Debug)]
pub struct Executor {
    stream: Stream,
    frame: u64,
    revision: u64,
    root: Inner,
    plans: Table<Link>,
    teams: Sides,
    arena: Arena,
    nodes: Nodes,
    cables: Table<Gain>,
    /// For each slot of a node, the tenant that is there: what many threads may ask at once.
    tenants: Table<u32>,
    agenda: Agenda,
    playing: Playing,
    scratch: Box<[Block]>,
    rooms: Workrooms,
    inbox: CommandReceiver,
    line: LineReceiver,
    /// Batches that wait for their frame, or for one before them, with how many changes for the agenda came before. Its capacity is
    /// never exceeded.
    waiting: VecDeque<(u64, Box<Batch>)>,
    limits: Limits,
    outbox: Outbox,
    probe: Probe,
    /// Those who help to render.
    band: Option<Box<Band>>,
    /// How wide the processor's registers are.
    width: Width,
    load: Arc<EngineLoad>,
    faults_untold: bool,
    /// The first of the nodes that have something to tell at times.
    first_talker: u32,
}

impl Executor {
    /// An engine at frame 0 that plays silence, and the control side's hold of it. `clock` gives nanoseconds from any fixed point and is
    /// called on the audio thread; without one, load is not measured. `[control]`
    pub fn new(stream: Stream, limits: Limits, clock: Option<fn() -> u64>) -> (Executor, Remote) {
        let (sender, inbox) = commands(limits.messages);
        let (line_sender, line) = line(limits.words);
        let (events_in, receiver) = events(limits.messages);
        let load = Arc::new(EngineLoad::default());
        let executor = Executor {
            stream,
            frame: 0,
            revision: 0,
            root: Inner::EMPTY,
            plans: Table::new(),
            teams: Sides::with_room(MAX_CHUNKS),
            arena: Arena::default(),
            nodes: Nodes::with_room(MAX_CHUNKS),
            cables: Table::new(),
            tenants: Table::new(),
            agenda: Agenda::new(limits.agenda),
            playing: Playing::new(stream.sample_rate),
            scratch: vec![Block::SILENT; MAX_PARAMS].into_boxed_slice(),
            rooms: Workrooms::default(),
            inbox,
            line,
            waiting: VecDeque::with_capacity(limits.waiting.max(1)),
            limits,
            outbox: Outbox::new(events_in, load.clone()),
            probe: Probe::new(clock),
            band: None,
            width: Width::best(),
            load: load.clone(),
            faults_untold: false,
            first_talker: NONE,
        };
        (executor, Remote { commands: sender, events: receiver, line: line_sender, load })
    }

    /// The frame that will be rendered next. `[audio]`
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// The stream that it renders.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Begins at a frame instead of 0, which is also what it tells before its first callback. To be called before that. `[control]`
    pub fn begin_at(&mut self, frame: u64) {
        self.frame = frame;
        self.load.note_frame(frame);
    }

    /// Goes on where another engine is, which may run at another rate: at the same time and musical time, with the notes of its sequences that sound there begun anew.
    /// For an engine that has not rendered yet, whose first commands, which it takes here, have brought the same sequences by the same numbers. What else the other one
    /// holds stays there. `[audio]`
    pub fn follow_on(&mut self, before: &Executor) {
        let scale = self.stream.sample_rate / before.stream.sample_rate;
        self.frame = (before.frame as f64 * scale + 0.5) as u64;
        let here = (before.frame, self.stream.sample_rate);
        self.playing.follow_on(&before.playing, here, self.frame, scale);
        let _flush = FlushDenormals::new();
        self.drain();
        self.playing.chase(&before.playing, self.frame, &mut self.agenda, &self.load);
    }

    /// Renders as many frames as the channels have; they are all as long. Channels that the graph does not have are silent. `[audio]`
    pub fn render(&mut self, channels: &mut [&mut [f32]]) {
        let frames = channels.iter().map(|c| c.len()).min().unwrap_or(0);
        self.render_spans(frames, |root, arena, done, window| {
            for (number, channel) in channels.iter_mut().enumerate() {
                if let Some(to) = channel.get_mut(done..done + window.frames()) {
                    to.copy_from_slice(window.of(output(root, arena, number)));
                }
            }
        });
    }

    /// Renders interleaved frames of so many channels. Samples past the last whole frame are silent. `[audio]`
    pub fn render_interleaved(&mut self, samples: &mut [f32], channels: usize) {
        let channels = channels.max(1);
        let frames = samples.len() / channels;
        self.render_spans(frames, |root, arena, done, window| {
            for number in 0..channels {
                let from = window.of(output(root, arena, number));
                let to = samples.iter_mut().skip(done * channels + number).step_by(channels);
                to.zip(from).for_each(|(to, from)| *to = *from);
            }
        });
        samples.iter_mut().skip(frames * channels).for_each(|s| *s = 0.0);
    }

    /// One callback: commands, then span after span up to the grid, the next batch, or the end.
    fn render_spans(&mut self, frames: usize, mut put: impl FnMut(Inner, &Arena, usize, Window)) {
        let _flush = FlushDenormals::new();
        let begun = self.probe.now();
        self.outbox.flush();
        self.apply_due();
        // Words that are there now were sent after commands that are there now.
        let words = self.line.len();
        self.drain();
        self.listen(words);
        let mut done = 0;
        while done < frames {
            self.playing.make_due(self.frame);
            self.apply_due();
            let window = Window::new(0, self.span_from_here(frames - done));
            self.run_span(window);
            put(self.root, &self.arena, done, window);
            self.frame += window.frames() as u64;
            done += window.frames();
        }
        let taken = begun.map(|start| self.probe.since(start));
        self.playing.show(self.frame, &self.load);
        self.load.note_callback(self.frame, taken, frames, self.stream.sample_rate);
    }

    /// How many of the frames left can be rendered in one span.
    fn span_from_here(&self, left: usize) -> usize {
        let to_grid = QUANTUM - (self.frame % QUANTUM as u64) as usize;
        let until = |at: Option<u64>| match at {
            Some(at) if at > self.frame => (at - self.frame).min(QUANTUM as u64) as usize,
            // None waits, or one that is due but whose acknowledgement has no room yet.
            _ => QUANTUM,
        };
        left.min(to_grid).min(until(self.next_batch())).min(until(self.playing.next_change()))
    }

    /// The frame of the next batch, if one waits for a frame.
    fn next_batch(&self) -> Option<u64> {
        self.waiting.front().and_then(|(_, batch)| self.playing.frame_of(batch.at, self.frame))
    }

    fn run_span(&mut self, window: Window) {
        let end = self.frame + window.frames() as u64;
        let next = self.next_batch();
        self.playing.play(self.frame, end, &mut self.agenda, &self.load);
        self.playing.follow(self.frame, window.frames(), &mut self.nodes);
        let outbox = &mut self.outbox;
        self.agenda.hand_out(end, &mut self.nodes, next, |lost, why| outbox.tell_lost(lost.ticket, why));
        let mut stage = Stage {
            nodes: self.nodes.whole(),
            cables: &self.cables,
            tenants: &self.tenants,
            plans: &self.plans,
            teams: self.teams.whole(),
            dues: self.agenda.dues(),
            scratch: &mut self.scratch,
            rooms: &mut self.rooms,
            probe: &mut self.probe,
            band: self.band.as_deref_mut(),
            width: self.width,
            frame: self.frame,
            sample_rate: self.stream.sample_rate,
            transport: self.playing.transport(),
            fault: false,
            overflows: 0,
        };
        let flow = Cell::from_mut(&mut *self.arena.flow).as_slice_of_cells();
        let mut frame = Frame { blocks: &mut self.arena.blocks, flow };
        run_plans(self.root, &mut frame, &mut stage, window);
        if stage.overflows > 0 {
            self.load.note_overflows(stage.overflows);
        }
        if stage.fault || self.faults_untold {
            self.report_muted();
        }
        self.collect_reports(end);
        self.probe.next_span();
    }

    /// Tells of nodes that were muted in this span.
    #[cold]
    fn report_muted(&mut self) {
        self.faults_untold = false;
        for node in self.nodes.iter_mut().flatten().filter(|node| node.upkeep.untold) {
            if self.outbox.has_no_room() {
                self.faults_untold = true;
                return;
            }
            self.outbox.tell(Event::Muted { node: node.upkeep.id, frame: node.upkeep.fault_frame });
            node.upkeep.untold = false;
            self.load.note_muted();
        }
    }

    /// Where every parameter is now, or would be if it did not follow a lane, without what drives it: to check it against the graph.
    pub fn positions(&self) -> impl Iterator<Item = (crate::NodeId, impl Iterator<Item = f32>)> {
        let now = |node: &Node, param: usize, dial: &Dial| match node.moving() >> param & 1 {
            0 if !node.is_automated(param) => node.steady_at(param),
            _ => dial.motion.at(self.frame),
        };
        self.nodes.iter().flatten().map(move |node| {
            (
                node.upkeep.id,
                node.upkeep.dials.iter().enumerate().map(move |(param, dial)| now(node, param, dial)),
            )
        })
    }

    /// How many nodes it holds.
    pub fn nodes(&self) -> usize {
        self.nodes.iter().flatten().count()
    }

    /// How many changes wait for their frame.
    pub fn waiting_changes(&self) -> usize {
        self.agenda.len()
    }
}

/// Makes a node, and what is inside it, forget what it has heard. Takes as long as there are nodes inside.
pub(crate) fn reset_node(nodes: &mut OwnNodes<'_>, teams: &mut OwnSides<'_>, plans: &Table<Link>, slot: u32) {
    let Some(Some(node)) = nodes.get_mut(slot) else { return };
    node.forget();
    if let Some(place) = &node.upkeep.place
        && let Some(Some(team)) = teams.get_mut(place.team)
    {
        team.reset(place.node, place.lane);
    }
    if let Body::Part(inner) = node.body {
        each_slot(plans, inner.first, |slot| reset_node(nodes, teams, plans, slot));
    }
}

/// The block of one channel of the plan's output.
fn output(root: Inner, arena: &Arena, channel: usize) -> &Block {
    static SILENT: Block = Block::SILENT;
    if channel >= usize::from(root.output.channels) {
        return &SILENT;
    }
    arena.blocks.get(root.output.start as usize + channel).unwrap_or(&SILENT)
}

// Everything in the engine may move to another thread between callbacks.
const _: fn() = || {
    fn send<T: Send>() {}
    send::<Executor>();
};

// The motion of a command fits beside its target.
const _: () = assert!(size_of::<Motion>() <= 8);
