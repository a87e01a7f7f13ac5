//! What runs in the callback that has the clock: the engine, with what leads to it from all devices, and from it.

use super::wire::{FromNode, Place, STEP, StreamKey, ToNode};
use sostenuto_device::{Drain, Feed};
use sostenuto_graph::Executor;
use sostenuto_rt::{Consumer, Gauge, Producer, TrashCollector, TrashSender, ring, trash};
use std::fmt;
use std::sync::Arc;

/// Lines of each direction that there can be at once, and wires.
pub(crate) const MOST_LINES: usize = 128;
pub(crate) const MOST_WIRES: usize = 4096;
/// Streams that a patch can ask for under different names, in the life of an engine.
pub(crate) const MOST_STREAMS: u32 = 1024;
/// Seconds that it takes to come to a standstill, and to come back.
const HALT: f64 = 0.005;
/// A clock whose last step was over for no more than this has been in time, in seconds.
const SEAMLESS: f64 = 0.02;
/// Changes on their way to the bay, and what is done with on its way back.
const CHANGES: usize = 1024;

/// What leads to a device: the feeding end of its port.
pub(crate) struct OutLine {
    pub id: u64,
    pub stream: StreamKey,
    pub feed: Feed,
    /// Its level, and where that goes to: it fades out before its stream is closed.
    level: f32,
    goal: f32,
    channels: usize,
    block: Box<[f32]>,
}

/// What comes from a device: the draining end of its port.
pub(crate) struct InLine {
    pub id: u64,
    pub stream: StreamKey,
    pub drain: Drain,
    channels: usize,
    block: Box<[f32]>,
}

/// A node that sounds on a device.
pub(crate) struct OutWire {
    pub end: FromNode,
    pub place: Place,
    block: Box<[f32]>,
}

/// A node that hears a device.
pub(crate) struct InWire {
    pub end: ToNode,
    pub place: Place,
    block: Box<[f32]>,
}

/// What the control side asks of the bay.
pub(crate) enum Change {
    AddOut(Box<OutLine>),
    AddIn(Box<InLine>),
    RemoveLine(u64),
    /// A line to a device fades out.
    Fade(u64),
    AddOutWire(Box<OutWire>),
    AddInWire(Box<InWire>),
    /// Which stream plays what the graph puts out by no port: the main bus.
    Main(Option<StreamKey>),
    /// What is asked for by the first is played and heard by the stream of the second.
    Alias(StreamKey, StreamKey),
    /// The engine is to stand still, or to go on.
    Halt(bool),
}

/// What the bay is done with, to be dropped elsewhere.
#[expect(dead_code, reason = "it is only dropped")]
pub(crate) enum Spent {
    Out(Box<OutLine>),
    In(Box<InLine>),
    OutWire(Box<OutWire>),
    InWire(Box<InWire>),
}

/// The control side's hold of a bay.
pub(crate) struct BayRemote {
    pub changes: Producer<Change>,
    /// Whether the engine stands still.
    pub stands: Arc<Gauge<u32>>,
    pub spent: TrashCollector<Spent>,
}

/// The engine, and what leads to and from devices.
#[expect(clippy::vec_box, reason = "what comes and goes through rings stays where it is")]
pub(crate) struct Bay {
    engine: Box<Executor>,
    main_channels: usize,
    main: Option<StreamKey>,
    /// Which stream stands for each.
    aliases: Box<[Alias]>,
    /// Whether one of them is on its way from one stream to another.
    turning: bool,
    /// Who ran the last step, when, and how many frames it had.
    last: Option<(u32, u64, usize)>,
    main_block: Box<[f32]>,
    /// Whether the engine is to stand still, the level that it is heard at meanwhile, and what that changes by in a frame.
    halted: bool,
    level: f32,
    slope: f32,
    outs: Vec<Box<OutLine>>,
    ins: Vec<Box<InLine>>,
    out_wires: Vec<Box<OutWire>>,
    in_wires: Vec<Box<InWire>>,
    stands: Arc<Gauge<u32>>,
    inbox: Consumer<Change>,
    spent: TrashSender<Spent>,
}

impl OutLine {
    pub fn new(id: u64, stream: StreamKey, feed: Feed, channels: u16) -> Box<Self> {
        let channels = usize::from(channels);
        Box::new(OutLine {
            id,
            stream,
            feed,
            level: 1.0,
            goal: 1.0,
            channels,
            block: vec![0.0; STEP * channels].into(),
        })
    }
}

impl InLine {
    pub fn new(id: u64, stream: StreamKey, drain: Drain, channels: u16) -> Box<Self> {
        let channels = usize::from(channels);
        Box::new(InLine { id, stream, drain, channels, block: vec![0.0; STEP * channels].into() })
    }
}

impl OutWire {
    pub fn new(end: FromNode, place: Place) -> Box<Self> {
        let block = vec![0.0; STEP * end.channels()].into();
        Box::new(OutWire { end, place, block })
    }
}

impl InWire {
    pub fn new(end: ToNode, place: Place) -> Box<Self> {
        let block = vec![0.0; STEP * end.channels()].into();
        Box::new(InWire { end, place, block })
    }
}

impl Bay {
    /// A bay for an engine whose main bus has so many channels. `[control]`
    pub fn new(engine: Executor, main_channels: u16) -> (Bay, BayRemote) {
        let (changes, inbox) = ring(CHANGES);
        let (spent, collector) = trash(CHANGES);
        let main_channels = usize::from(main_channels.max(1));
        let slope = 1.0 / (engine.stream().sample_rate * HALT).max(1.0) as f32;
        let bay = Bay {
            engine: Box::new(engine),
            main_channels,
            main: None,
            aliases: (0..MOST_STREAMS).map(|key| Alias::of(StreamKey(key))).collect(),
            turning: false,
            last: None,
            main_block: vec![0.0; STEP * main_channels].into(),
            halted: false,
            level: 1.0,
            slope,
            outs: Vec::with_capacity(MOST_LINES),
            ins: Vec::with_capacity(MOST_LINES),
            out_wires: Vec::with_capacity(MOST_WIRES),
            in_wires: Vec::with_capacity(MOST_WIRES),
            stands: Arc::default(),
            inbox,
            spent,
        };
        let stands = bay.stands.clone();
        (bay, BayRemote { changes, stands, spent: collector })
    }

    /// Renders so many frames, at `now` nanoseconds: hears all devices, runs the graph, and feeds all devices. `by` is whose clock it is. `[audio]`
    pub fn step(&mut self, by: u32, frames: usize, now: u64) {
        self.obey();
        let mut left = self.in_time(by, frames, now);
        while left > 0 {
            // The engine stands from the very frame on at which it has faded out.
            let fading = if self.halted && self.level > 0.0 {
                (self.level / self.slope).ceil() as usize
            } else {
                STEP
            };
            let piece = left.min(STEP).min(fading.max(1));
            self.piece(piece, now);
            left -= piece;
        }
        self.stands.set(u32::from(self.halted && self.level == 0.0));
    }

    /// How many frames the step has, so that engine time goes on evenly from one clock to the next: if the one before was in time until just now, the first step makes
    /// up for what lies between their callbacks. After a longer gap it does not: lost time is not caught up.
    fn in_time(&mut self, by: u32, frames: usize, now: u64) -> usize {
        let Some((_, at, covered)) = self.last.replace((by, now, frames)).filter(|(last, ..)| *last != by)
        else {
            return frames;
        };
        self.outs.iter_mut().for_each(|line| line.feed.clock_changed());
        self.ins.iter_mut().for_each(|line| line.drain.clock_changed());
        let rate = self.engine.stream().sample_rate;
        let elapsed = now.saturating_sub(at) as f64 * 1e-9 * rate;
        if elapsed > SEAMLESS * rate + covered as f64 {
            return frames;
        }
        let frames = (frames as f64 + elapsed - covered as f64).max(0.0) as usize;
        self.last = Some((by, now, frames));
        frames
    }

    fn piece(&mut self, frames: usize, now: u64) {
        let first = self.engine.frame();
        let toward = self.toward();
        // At a standstill devices go on, and hear silence; what they record is dropped.
        let stands = self.halted && self.level == 0.0;
        for line in &mut self.ins {
            line.hear(frames, now);
            if stands {
                continue;
            }
            let aliases = &self.aliases;
            let its = |wire: &&mut Box<InWire>| alias_of(aliases, wire.place.stream).now == line.stream;
            for wire in self.in_wires.iter_mut().filter(its) {
                wire.hear(&line.block, line.channels, frames, first);
            }
        }
        let Some(main) = self.main_block.get_mut(..frames * self.main_channels) else { return };
        if stands {
            main.fill(0.0);
        } else {
            self.engine.render_interleaved(main, self.main_channels);
        }
        for wire in &mut self.out_wires {
            if let Some(block) = wire.block.get_mut(..frames * wire.end.channels()) {
                wire.end.take(block, first);
            }
        }
        for line in &mut self.outs {
            let Some(block) = line.block.get_mut(..frames * line.channels) else { continue };
            // What is added to a negative zero keeps every bit.
            block.fill(-0.0);
            if let Some(alias) = self.main.map(|main| alias_of(&self.aliases, main)) {
                add(
                    block,
                    line.channels,
                    main,
                    (self.main_channels, 0),
                    alias.share(line.stream, self.slope),
                );
            }
            for wire in &self.out_wires {
                let share = alias_of(&self.aliases, wire.place.stream).share(line.stream, self.slope);
                let from = (wire.end.channels(), usize::from(wire.place.first));
                add(block, line.channels, &wire.block, from, share);
            }
            if stands {
                block.fill(0.0);
            } else if self.halted || self.level < 1.0 {
                fade(block, line.channels, (self.level, toward, self.slope));
            }
            if line.level != line.goal || line.goal == 0.0 {
                fade(block, line.channels, (line.level, line.goal, self.slope));
                line.level = approach(line.level, line.goal, self.slope * frames as f32);
            }
            line.feed.push(block, now);
        }
        self.level = approach(self.level, toward, self.slope * frames as f32);
        if self.turning {
            self.turn(frames);
        }
    }

    /// What stands for other streams comes so much further.
    fn turn(&mut self, frames: usize) {
        let by = self.slope * frames as f32;
        self.turning = false;
        for alias in self.aliases.iter_mut().filter(|alias| alias.level < 1.0) {
            self.turning |= alias.come_by(by);
        }
    }

    /// The level that it is on the way to.
    fn toward(&self) -> f32 {
        if self.halted { 0.0 } else { 1.0 }
    }

    /// Takes over what the control side asks for. What finds no room goes back.
    fn obey(&mut self) {
        self.spent.flush();
        while let Some(change) = self.inbox.pop() {
            match change {
                Change::AddOut(line) if self.outs.len() < MOST_LINES => self.outs.push(line),
                Change::AddIn(line) if self.ins.len() < MOST_LINES => self.ins.push(line),
                Change::AddOutWire(wire) if self.out_wires.len() < MOST_WIRES => self.out_wires.push(wire),
                Change::AddInWire(wire) if self.in_wires.len() < MOST_WIRES => self.in_wires.push(wire),
                Change::AddOut(line) => discard(&mut self.spent, Spent::Out(line)),
                Change::AddIn(line) => discard(&mut self.spent, Spent::In(line)),
                Change::AddOutWire(wire) => discard(&mut self.spent, Spent::OutWire(wire)),
                Change::AddInWire(wire) => discard(&mut self.spent, Spent::InWire(wire)),
                Change::RemoveLine(id) => {
                    if let Some(at) = self.outs.iter().position(|line| line.id == id) {
                        discard(&mut self.spent, Spent::Out(self.outs.remove(at)));
                    }
                    if let Some(at) = self.ins.iter().position(|line| line.id == id) {
                        discard(&mut self.spent, Spent::In(self.ins.remove(at)));
                    }
                }
                Change::Fade(id) => {
                    self.outs.iter_mut().filter(|line| line.id == id).for_each(|line| line.goal = 0.0);
                }
                Change::Main(stream) => self.main = stream,
                Change::Alias(asked, stream) => {
                    if let Some(there) = self.aliases.get_mut(asked.0 as usize) {
                        there.turn(stream);
                        self.turning = true;
                    }
                }
                Change::Halt(halted) => {
                    self.halted = halted;
                    // What has not begun needs no fade.
                    if self.engine.frame() == 0 {
                        self.level = self.toward();
                    }
                }
            }
        }
        while let Some(at) = self.out_wires.iter().position(|wire| wire.end.is_over()) {
            discard(&mut self.spent, Spent::OutWire(self.out_wires.remove(at)));
        }
        while let Some(at) = self.in_wires.iter().position(|wire| wire.end.is_over()) {
            discard(&mut self.spent, Spent::InWire(self.in_wires.remove(at)));
        }
    }
}

/// Sends back what is done with. The control side takes it at each look, and never sends more than fits; what found no room would be forgotten, not freed here.
fn discard(to: &mut TrashSender<Spent>, thing: Spent) {
    if let Err(full) = to.discard(thing) {
        std::mem::forget(full);
    }
}

impl InLine {
    fn hear(&mut self, frames: usize, now: u64) {
        if let Some(block) = self.block.get_mut(..frames * self.channels) {
            self.drain.fill(block, now);
        }
    }
}

impl InWire {
    /// Hands the node its channels of what the device hears; those that the device does not have are silent.
    fn hear(&mut self, line: &[f32], channels: usize, frames: usize, first: u64) {
        let (width, offset) = (self.end.channels(), usize::from(self.place.first));
        let Some(block) = self.block.get_mut(..frames * width) else { return };
        for (to, from) in block.chunks_exact_mut(width).zip(line.chunks_exact(channels.max(1))) {
            for (channel, sample) in to.iter_mut().enumerate() {
                *sample = from.get(offset + channel).copied().unwrap_or(0.0);
            }
        }
        self.end.put(block, first);
    }
}

/// Which stream stands for another, and which one did before, for as long as that fades out.
#[derive(Clone, Copy)]
struct Alias {
    now: StreamKey,
    before: StreamKey,
    /// How far the present one has come, from 0 to 1.
    level: f32,
    /// Which one is to stand for it after that.
    next: Option<StreamKey>,
}

/// How loud something is on a stream: at first, where that goes to, and by how much in a frame.
type Share = (f32, f32, f32);

impl Alias {
    fn of(key: StreamKey) -> Self {
        Alias { now: key, before: key, level: 1.0, next: None }
    }

    /// Turns to a stream: at once, or once it has come to the one that it is on the way to, so that nothing jumps.
    fn turn(&mut self, to: StreamKey) {
        self.next = None;
        if to == self.now {
        } else if to == self.before {
            // Back to where it came from, it goes on from there.
            *self = Alias { now: to, before: self.now, level: 1.0 - self.level, next: None };
        } else if self.level < 1.0 {
            self.next = Some(to);
        } else {
            *self = Alias { now: to, before: self.now, level: 0.0, next: None };
        }
    }

    /// Comes so much further; whether it is still on the way.
    fn come_by(&mut self, by: f32) -> bool {
        self.level = (self.level + by).min(1.0);
        if self.level == 1.0
            && let Some(next) = self.next.take()
        {
            self.turn(next);
        }
        self.level < 1.0
    }

    /// How loud it is on a stream; nothing if it is not heard there.
    fn share(&self, stream: StreamKey, slope: f32) -> Option<Share> {
        if self.now == stream {
            Some((self.level, 1.0, slope))
        } else if self.before == stream && self.level < 1.0 {
            Some((1.0 - self.level, 0.0, slope))
        } else {
            None
        }
    }
}

fn alias_of(aliases: &[Alias], key: StreamKey) -> Alias {
    aliases.get(key.0 as usize).copied().unwrap_or(Alias::of(key))
}

/// A level after so much of a change.
fn approach(level: f32, to: f32, by: f32) -> f32 {
    if level < to { (level + by).min(to) } else { (level - by).max(to) }
}

/// Lets interleaved frames go from one level towards another.
fn fade(block: &mut [f32], channels: usize, (mut level, to, slope): (f32, f32, f32)) {
    for frame in block.chunks_exact_mut(channels.max(1)) {
        level = approach(level, to, slope);
        frame.iter_mut().for_each(|sample| *sample *= level);
    }
}

/// Adds interleaved frames to those of a device, from one of its channels on. Channels that it does not have are not heard.
fn add(
    to: &mut [f32],
    to_channels: usize,
    from: &[f32],
    (channels, first): (usize, usize),
    share: Option<Share>,
) {
    let Some((mut level, goal, slope)) = share else { return };
    let frames = to.chunks_exact_mut(to_channels.max(1)).zip(from.chunks_exact(channels.max(1)));
    if level == goal {
        for (to, from) in frames {
            to.iter_mut().skip(first).zip(from).for_each(|(to, from)| *to += *from);
        }
        return;
    }
    for (to, from) in frames {
        level = approach(level, goal, slope);
        to.iter_mut().skip(first).zip(from).for_each(|(to, from)| *to += *from * level);
    }
}

impl fmt::Debug for Bay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bay")
            .field("outs", &self.outs.len())
            .field("ins", &self.ins.len())
            .field("wires", &(self.out_wires.len() + self.in_wires.len()))
            .finish_non_exhaustive()
    }
}
