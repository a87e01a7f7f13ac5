//! What runs in the callback that has the clock: the engine, with what leads to it from all devices, and from it.

use super::alias::{Alias, Share, alias_of};
use super::side::{InWire, MOST_WIRES, OutWire, Side};
use super::wire::{STEP, StreamKey};
use sostenuto_device::{Drain, Feed};
use sostenuto_graph::Executor;
use sostenuto_rt::{Consumer, Gauge, Producer, TrashCollector, TrashSender, ring, trash};
use std::fmt;
use std::sync::Arc;

/// Lines of each direction that there can be at once.
pub(crate) const MOST_LINES: usize = 128;
/// Streams that a patch can ask for under different names, in the life of an engine.
pub(crate) const MOST_STREAMS: u32 = 1024;
/// Seconds that it takes to come to a standstill, and to come back.
pub(crate) const HALT: f64 = 0.005;
/// A clock whose last step was over for no more than this has been in time, in seconds.
const SEAMLESS: f64 = 0.02;
/// Changes on their way to the bay, and what is done with on its way back.
const CHANGES: usize = 1024;

/// What leads to a device: the feeding end of its port.
pub(crate) struct OutLine {
    pub id: u64,
    /// The number of the engine that it comes from.
    pub side: u32,
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
    /// The number of the engine that it leads to.
    pub side: u32,
    pub stream: StreamKey,
    pub drain: Drain,
    channels: usize,
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
    /// Another engine, at another rate, goes on where this one is. This one runs beside it until it is dropped.
    Turn(Box<Side>),
    /// The engine before is of no use any more.
    DropOld,
}

/// What the bay is done with, to be dropped elsewhere.
#[expect(dead_code, reason = "it is only dropped")]
pub(crate) enum Spent {
    Out(Box<OutLine>),
    In(Box<InLine>),
    OutWire(Box<OutWire>),
    InWire(Box<InWire>),
    Side(Box<Side>),
}

/// The control side's hold of a bay.
pub(crate) struct BayRemote {
    pub changes: Producer<Change>,
    /// Whether the engine stands still.
    pub stands: Arc<Gauge<u32>>,
    pub spent: TrashCollector<Spent>,
}

/// By what frames of a device, or of another clock, the engine is to render.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub frames: usize,
    /// How many of them there are in a second.
    pub rate: u32,
    /// How many frames the port wants that has the clock, and at what rate; if it does not say, as many as take as long.
    pub wanted: Option<(usize, f64)>,
    /// Of a frame that is due, what is left over, in parts of one as there are frames in a second.
    pub owed: &'a mut u64,
}

/// The engine, and what leads to and from devices.
#[expect(clippy::vec_box, reason = "what comes and goes through rings stays where it is")]
pub(crate) struct Bay {
    side: Box<Side>,
    /// The engine before, at another rate, for those devices that still play what it renders.
    old: Option<Box<Side>>,
    main: Option<StreamKey>,
    /// Which stream stands for each.
    aliases: Box<[Alias]>,
    /// Whether one of them is on its way from one stream to another.
    turning: bool,
    /// Who ran the last step, when, and how many frames it had.
    last: Option<(u32, u64, usize)>,
    /// Whether the engine is to stand still, and the level that it is heard at meanwhile.
    halted: bool,
    level: f32,
    outs: Vec<Box<OutLine>>,
    ins: Vec<Box<InLine>>,
    stands: Arc<Gauge<u32>>,
    inbox: Consumer<Change>,
    spent: TrashSender<Spent>,
}

impl OutLine {
    pub fn new(id: u64, side: u32, stream: StreamKey, feed: Feed, channels: u16) -> Box<Self> {
        let channels = usize::from(channels);
        Box::new(OutLine {
            id,
            side,
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
    pub fn new(id: u64, side: u32, stream: StreamKey, drain: Drain, channels: u16) -> Box<Self> {
        let channels = usize::from(channels);
        Box::new(InLine { id, side, stream, drain, channels, block: vec![0.0; STEP * channels].into() })
    }
}

impl Bay {
    /// A bay for an engine whose main bus has so many channels. `[control]`
    pub fn new(engine: Executor, main_channels: u16) -> (Bay, BayRemote) {
        let (changes, inbox) = ring(CHANGES);
        let (spent, collector) = trash(CHANGES);
        let bay = Bay {
            side: Side::new(0, engine, main_channels, HALT),
            old: None,
            main: None,
            aliases: (0..MOST_STREAMS).map(|key| Alias::of(StreamKey(key))).collect(),
            turning: false,
            last: None,
            halted: false,
            level: 1.0,
            outs: Vec::with_capacity(MOST_LINES),
            ins: Vec::with_capacity(MOST_LINES),
            stands: Arc::default(),
            inbox,
            spent,
        };
        let stands = bay.stands.clone();
        (bay, BayRemote { changes, stands, spent: collector })
    }

    /// Renders what is asked for, at `now` nanoseconds: hears all devices, runs the graph, and feeds all devices. `by` is whose clock it is. `[audio]`
    pub fn step(&mut self, by: u32, asked: Asked<'_>, now: u64) {
        self.obey();
        let frames = asked.due(self.side.rate());
        let mut left = self.in_time(by, frames, now);
        while left > 0 {
            // The engine stands from the very frame on at which it has faded out.
            let fading = if self.halted && self.level > 0.0 {
                (self.level / self.side.slope).ceil() as usize
            } else {
                STEP
            };
            let piece = left.min(self.longest()).min(fading.max(1));
            self.piece(piece, now);
            left -= piece;
        }
        self.stands.set(u32::from(self.halted && self.level == 0.0));
    }

    /// How many frames can be rendered at once: by both engines.
    fn longest(&self) -> usize {
        let scale = self.old.as_ref().map_or(1.0, |old| self.side.rate() / old.rate());
        ((scale * (STEP - 1) as f64) as usize).clamp(1, STEP)
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
        let rate = self.side.rate();
        let elapsed = now.saturating_sub(at) as f64 * 1e-9 * rate;
        if elapsed > SEAMLESS * rate + covered as f64 {
            return frames;
        }
        let frames = (frames as f64 + elapsed - covered as f64).max(0.0) as usize;
        self.last = Some((by, now, frames));
        frames
    }

    fn piece(&mut self, frames: usize, now: u64) {
        let rate = self.side.rate();
        let earlier = self.old.as_mut().map_or(0, |old| old.due(frames, rate));
        // At a standstill devices go on, and hear silence; what they record is dropped.
        let stands = self.halted && self.level == 0.0;
        self.hear(frames, earlier, stands, now);
        let sides = [(Some(&mut self.side), frames), (self.old.as_mut(), earlier)];
        for (side, frames) in sides {
            match side {
                Some(side) if stands => side.stand(frames),
                Some(side) => side.render(frames),
                None => {}
            }
        }
        let toward = self.toward();
        for line in &mut self.outs {
            let own = [Some(&self.side), self.old.as_ref()].into_iter().flatten();
            let Some(side) = own.into_iter().find(|side| side.number == line.side) else { continue };
            let frames = if side.number == self.side.number { frames } else { earlier };
            line.speak(side, &self.aliases, (self.main, frames));
            let Some(block) = line.block.get_mut(..frames * line.channels) else { continue };
            if stands {
                block.fill(0.0);
            } else if self.halted || self.level < 1.0 {
                fade(block, line.channels, (self.level, toward, side.slope));
            }
            if line.level != line.goal || line.goal == 0.0 {
                fade(block, line.channels, (line.level, line.goal, side.slope));
                line.level = approach(line.level, line.goal, side.slope * frames as f32);
            }
            line.feed.push(block, now);
        }
        self.level = approach(self.level, toward, self.side.slope * frames as f32);
        if self.turning {
            self.turn(frames);
        }
    }

    /// Hears all devices, and hands what they hear to the nodes.
    fn hear(&mut self, frames: usize, earlier: usize, stands: bool, now: u64) {
        for line in &mut self.ins {
            let own = [(Some(&mut self.side), frames), (self.old.as_mut(), earlier)].into_iter();
            let mut own = own.filter_map(|(side, frames)| Some((side?, frames)));
            let Some((side, frames)) = own.find(|(side, _)| side.number == line.side) else { continue };
            line.hear(frames, now);
            if !stands {
                let aliases = &self.aliases;
                let hears = |stream| alias_of(aliases, stream).now == line.stream;
                side.hear(&line.block, line.channels, frames, hears);
            }
        }
    }

    /// What stands for other streams comes so much further.
    fn turn(&mut self, frames: usize) {
        let by = self.side.slope * frames as f32;
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
                Change::AddOutWire(wire) if self.side.out_wires.len() < MOST_WIRES => {
                    self.side.out_wires.push(wire);
                }
                Change::AddInWire(wire) if self.side.in_wires.len() < MOST_WIRES => {
                    self.side.in_wires.push(wire);
                }
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
                    if self.side.engine.frame() == 0 {
                        self.level = self.toward();
                    }
                }
                Change::Turn(mut next) => {
                    next.engine.follow_on(&self.side.engine);
                    let before = std::mem::replace(&mut self.side, next);
                    // What is before that has been dropped by then.
                    if let Some(side) = self.old.replace(before) {
                        discard(&mut self.spent, Spent::Side(side));
                    }
                    self.last = None;
                }
                Change::DropOld => {
                    if let Some(side) = self.old.take() {
                        discard(&mut self.spent, Spent::Side(side));
                    }
                }
            }
        }
        for side in [Some(&mut self.side), self.old.as_mut()].into_iter().flatten() {
            while let Some(at) = side.out_wires.iter().position(|wire| wire.end.is_over()) {
                discard(&mut self.spent, Spent::OutWire(side.out_wires.remove(at)));
            }
            while let Some(at) = side.in_wires.iter().position(|wire| wire.end.is_over()) {
                discard(&mut self.spent, Spent::InWire(side.in_wires.remove(at)));
            }
        }
    }
}

/// Sends back what is done with. The control side takes it at each look, and never sends more than fits; what found no room would be forgotten, not freed here.
fn discard(to: &mut TrashSender<Spent>, thing: Spent) {
    if let Err(full) = to.discard(thing) {
        std::mem::forget(full);
    }
}

impl Asked<'_> {
    /// How many frames that is at the engine's rate.
    fn due(self, rate: f64) -> usize {
        let Some((frames, at)) = self.wanted else {
            let theirs = u64::from(self.rate.max(1));
            *self.owed += self.frames as u64 * rate as u64;
            let due = *self.owed / theirs;
            *self.owed %= theirs;
            return due as usize;
        };
        *self.owed = 0;
        // The port may have been made for the engine before.
        if at == rate { frames } else { (frames as f64 * rate / at).ceil() as usize }
    }
}

impl OutLine {
    /// Takes up what is heard on its stream: of the main bus, and of nodes.
    fn speak(&mut self, side: &Side, aliases: &[Alias], (main, frames): (Option<StreamKey>, usize)) {
        let Some(block) = self.block.get_mut(..frames * self.channels) else { return };
        // What is added to a negative zero keeps every bit.
        block.fill(-0.0);
        if let (Some(alias), Some(main)) =
            (main.map(|main| alias_of(aliases, main)), side.main.get(..frames * side.main_channels))
        {
            let share = alias.share(self.stream, side.slope);
            add(block, self.channels, main, (side.main_channels, 0), share);
        }
        for wire in &side.out_wires {
            let share = alias_of(aliases, wire.place.stream).share(self.stream, side.slope);
            let from = (wire.end.channels(), usize::from(wire.place.first));
            add(block, self.channels, &wire.block, from, share);
        }
    }
}

impl InLine {
    fn hear(&mut self, frames: usize, now: u64) {
        if let Some(block) = self.block.get_mut(..frames * self.channels) {
            self.drain.fill(block, now);
        }
    }
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
            .field("wires", &(self.side.out_wires.len() + self.side.in_wires.len()))
            .finish_non_exhaustive()
    }
}
