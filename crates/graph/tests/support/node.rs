//! A cell as a processor, frame by frame, that uses what the executor offers: flags, resting, halves.

use super::cell::{Cell, Kind};
use super::hands::perhaps_held_up;
use sostenuto_dsp::{Task, Vector, Width};
use sostenuto_graph::{
    Activity, Choir, Delaying, Flow, Io, Kin, Params, Processor, Report, Reports, Shape, Signal, Stream, Told,
};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many processors were made and dropped.
#[derive(Debug, Default)]
pub struct Tally {
    pub made: AtomicUsize,
    pub dropped: AtomicUsize,
}

impl Tally {
    pub fn alive(&self) -> usize {
        self.made.load(Relaxed) - self.dropped.load(Relaxed)
    }
}

pub struct TestNode {
    cell: Cell,
    tally: Arc<Tally>,
    states_latency: bool,
    /// What an impulse tells of what it was told.
    reports: Option<Reports>,
}

impl TestNode {
    /// One that is late by so many frames and says so.
    pub fn late(frames: usize) -> Box<dyn Processor> {
        let (cell, tally) = (Cell::new(Kind::Late(frames)), Arc::default());
        Box::new(TestNode { cell, tally, states_latency: true, reports: None })
    }
    pub fn boxed(kind: Kind) -> Box<dyn Processor> {
        TestNode::counted(kind, &Arc::default())
    }
    pub fn counted(kind: Kind, tally: &Arc<Tally>) -> Box<dyn Processor> {
        TestNode::telling(kind, tally, false)
    }
    /// One that states its latency if it is late and is told to.
    pub fn telling(kind: Kind, tally: &Arc<Tally>, states_latency: bool) -> Box<dyn Processor> {
        tally.made.fetch_add(1, Relaxed);
        // Little room, so that some is lost where nobody listens.
        let reports = matches!(kind, Kind::Impulse(_)).then(|| Reports::with_room(8));
        Box::new(TestNode { cell: Cell::new(kind), tally: Arc::clone(tally), states_latency, reports })
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.tally.dropped.fetch_add(1, Relaxed);
    }
}

/// The most channels on one side of a test processor.
const WIDE: usize = 4;

fn gather(io: &Io<'_>, ports: usize, frame: usize, x: &mut [f32; WIDE]) -> usize {
    let mut at = 0;
    for port in 0..ports {
        for channel in 0..io.inputs.channels(port) {
            x[at] = io.inputs.channel(port, channel)[frame];
            at += 1;
        }
    }
    at
}

impl Processor for TestNode {
    fn shape(&self) -> Shape {
        self.cell.shape()
    }

    fn prepare(&mut self, _: &Stream) {}

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        perhaps_held_up();
        let silent = io.inputs.all_silent();
        let at_rest = self.cell.is_at_rest() && silent && io.params.all_steady();
        if at_rest {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        let p = io.params.get(0);
        if self.cell.kind == Kind::Level && p.is_steady() {
            io.outputs.constant(0, p.at(0));
            return Activity::Sounding;
        }
        if self.cell.kind == Kind::Gain && p.is_steady() && io.inputs.flow(0, 0) == Flow::Constant {
            io.outputs.constant(0, io.inputs.channel(0, 0)[0] * p.at(0) + 0.0);
            return Activity::Sounding;
        }
        let (mut x, mut y) = ([0.0; WIDE], [0.0; WIDE]);
        let width = io.outputs.channels();
        let mut heard = false;
        for frame in 0..io.span.frames {
            let channels = gather(&io, 2, frame, &mut x);
            self.cell.tick(&x[..channels], p.at(frame), &mut y[..width]);
            for (channel, y) in y[..width].iter().enumerate() {
                heard |= *y != 0.0;
                io.outputs.channel(channel)[frame] = *y;
            }
        }
        if !heard {
            io.outputs.silence_all();
        }
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.cell.reset();
    }

    fn hears(&self, told: &Told) -> bool {
        self.reports.is_some() && matches!(told, Told::Message(message) if message.verb < 3)
    }

    fn tell(&mut self, told: Told, frame: u64) {
        if let (Told::Message(message), Some(reports)) = (told, &mut self.reports) {
            // Out of step from here on.
            self.cell.skip(message.words[0].into());
            reports.tell(Report {
                frame,
                what: message.verb,
                place: message.place,
                id: message.id,
                value: 0.0,
            });
        }
    }

    fn reports(&mut self) -> Option<&mut Reports> {
        self.reports.as_mut()
    }

    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        if self.delays() { Some(self) } else { None }
    }

    fn delays(&self) -> bool {
        self.cell.delays()
    }

    fn starts_silent(&self) -> bool {
        !matches!(
            self.cell.kind,
            Kind::Counter | Kind::Impulse(_) | Kind::Noise(_) | Kind::Level | Kind::Faulty
        )
    }

    fn kin(&self) -> Option<Arc<dyn Kin>> {
        // Some kinds have no choir, so that what runs alone in a team is tried as well.
        let alone = matches!(self.cell.kind, Kind::Split | Kind::Impulse(_) | Kind::Late(_));
        (!alone).then(|| Arc::new(TestKin(self.cell.kind)) as Arc<dyn Kin>)
    }

    fn as_any(&mut self) -> Option<&mut dyn Any> {
        Some(self)
    }

    fn latency(&self) -> u32 {
        // The interpreter does not hold back what is early.
        if self.states_latency { self.cell.latency() } else { 0 }
    }
}

impl Delaying for TestNode {
    fn ahead(&self, params: &Params<'_>, _: f64) -> usize {
        Cell::ahead(params.now(0))
    }
    fn emit(&mut self, mut io: Io<'_>) {
        let p = io.params.get(0);
        let mut heard = false;
        for frame in 0..io.span.frames {
            let mut y = [0.0];
            self.cell.emit(p.at(frame), &mut y);
            heard |= y[0] != 0.0;
            io.outputs.channel(0)[frame] = y[0];
        }
        if !heard {
            io.outputs.silence(0);
        }
    }
    fn absorb(&mut self, io: Io<'_>) {
        for frame in 0..io.span.frames {
            self.cell.absorb(&[io.inputs.channel(0, 0)[frame]]);
        }
    }
}

/// What test nodes of one kind have in common.
#[derive(Debug)]
struct TestKin(Kind);

impl Kin for TestKin {
    fn is_like(&self, other: &dyn Kin) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<TestKin>().is_some_and(|other| match (self.0, other.0) {
            (Kind::Noise(_), Kind::Noise(_)) => true,
            (a, b) => a == b,
        })
    }
    fn shared(&self) -> u64 {
        // As a choice would be.
        u64::from(self.0 == Kind::Level)
    }
    fn choir(&self, width: Width, _: &Stream) -> Box<dyn Any> {
        width.run(Build(self.0))
    }
}

struct Build(Kind);

impl Task for Build {
    type Out = Box<dyn Any>;
    fn run<S: Vector>(self) -> Box<dyn Any> {
        Box::new(Box::new(TestChoir::new(self.0, S::LANES)) as Box<dyn Choir<S>>)
    }
}

/// Test nodes side by side: a cell for each lane.
struct TestChoir {
    cells: Vec<Cell>,
}

impl TestChoir {
    fn new(kind: Kind, lanes: usize) -> Self {
        TestChoir { cells: (0..lanes).map(|_| Cell::new(kind)).collect() }
    }
}

impl<S: Signal> Choir<S> for TestChoir {
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        perhaps_held_up();
        let silent = io.inputs.all_silent();
        if self.cells.iter().all(Cell::is_at_rest) && silent && io.params.all_steady() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        let p = io.params.get(0);
        // What all lanes share is at rest, and the same in all of them.
        let same = |p: S| (1..S::LANES).all(|lane| p.in_lane(lane) == p.in_lane(0));
        assert!(self.cells[0].kind != Kind::Level || (p.is_steady() && same(p.at(0))));
        let width = io.outputs.channels();
        for frame in 0..io.span.frames {
            for (lane, cell) in self.cells.iter_mut().enumerate() {
                let (mut x, mut y, mut at) = ([0.0; WIDE], [0.0; WIDE], 0);
                for port in 0..2 {
                    for channel in 0..io.inputs.channels(port) {
                        x[at] = io.inputs.channel(port, channel)[frame].in_lane(lane);
                        at += 1;
                    }
                }
                cell.tick(&x[..at], p.at(frame).in_lane(lane), &mut y[..width]);
                for (channel, y) in y[..width].iter().enumerate() {
                    io.outputs.channel(channel)[frame].put_lane(lane, *y);
                }
            }
        }
        Activity::Sounding
    }

    fn exchange(&mut self, lane: usize, alone: &mut dyn Processor) {
        if let Some(alone) = alone.as_any().and_then(|any| any.downcast_mut::<TestNode>()) {
            std::mem::swap(&mut self.cells[lane], &mut alone.cell);
        }
    }

    fn reset(&mut self, lane: usize) {
        self.cells[lane].reset();
    }

    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        (self.cells[0].kind == Kind::Gain).then(|| (channel, steady[0]))
    }
}
