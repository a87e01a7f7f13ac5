//! Random graphs, and random edits of them at random frames.

use super::Dice;
use super::cell::{Cell, Kind};
use super::hands::Hands;
use super::node::{Tally, TestNode};
use super::oracle::Oracle;
use sostenuto_graph::{
    Adding, Approach, AudioGraph, Batch, CableId, Command, Edit, Event, Executor, GraphError, Helper, Limits,
    Motion, NodeId, Port, ROOT, Sink, Source, Stream,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const STREAM: Stream = Stream { sample_rate: 48_000.0 };

/// What the interpreter has to do for an edit.
#[derive(Clone, Debug)]
pub enum Trace {
    Start(CableId, f32),
    Move(CableId, f32, Motion),
    /// A move that is left out at frame 0.
    Fade(CableId, f32, Motion),
    Set(NodeId, u16, f32, Motion),
    Bypass(NodeId, bool, Motion),
}

#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub id: NodeId,
    /// None: a part.
    pub kind: Option<Kind>,
    pub part: NodeId,
    pub depth: usize,
}

/// How much of what there is to be.
#[derive(Clone, Copy, Debug)]
pub struct Taste {
    pub nodes: usize,
    pub depth: usize,
    pub faults: bool,
    /// Whether what comes and goes fades.
    pub fades: bool,
    /// Whether nodes state their latency, which the interpreter does not make up for.
    pub latency: bool,
    /// How many threads render.
    pub threads: usize,
}

/// What there is, for choosing from.
#[derive(Clone, Debug)]
pub struct Model {
    pub items: Vec<Item>,
    pub taste: Taste,
    /// At first nothing is taken away.
    pub growing: bool,
}

/// What one transaction brought with it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub traces: Vec<Trace>,
    pub cells: BTreeMap<NodeId, Cell>,
}

/// How long gains and bypasses fade: 5 ms.
const FADE: u32 = 240;

fn fade() -> Motion {
    Motion::Glide(FADE)
}

fn motion(dice: &mut Dice) -> Option<Motion> {
    let length = dice.below(400) as u32;
    [
        None,
        Some(Motion::Jump),
        Some(Motion::Glide(length)),
        Some(Motion::Linear(length)),
        Some(Motion::Exponential(length)),
    ][dice.below(5)]
}

fn gain(dice: &mut Dice) -> f32 {
    if dice.chance(50) { 1.0 } else { dice.between(-1.0, 1.0) }
}

impl Taste {
    /// How long cables and nodes take to come and go.
    fn fade(self, dice: &mut Dice) -> u32 {
        if self.fades { [0, 30, 100, FADE][dice.below(4)] } else { 0 }
    }
}

/// What a batch does to the gains of cables.
pub fn gains(batch: &Batch, graph: &AudioGraph) -> Vec<Trace> {
    let (_, cables) = graph.heard();
    let by_slot: BTreeMap<u32, CableId> = cables.into_iter().map(|(id, ..)| (id.slot(), id)).collect();
    let trace = |(slot, gain, way, fades): (u32, f32, Option<Motion>, bool)| {
        let id = *by_slot.get(&slot)?;
        Some(match way {
            None => Trace::Start(id, gain),
            Some(motion) if fades => Trace::Fade(id, gain, motion),
            Some(motion) => Trace::Move(id, gain, motion),
        })
    };
    batch.cable_changes().filter_map(trace).collect()
}

/// All cables, in the order of their ends: which hangs on the edits alone, as their age does not.
fn cables(graph: &AudioGraph) -> Vec<CableId> {
    let mut cables: Vec<_> = graph.cable_ends().map(|(id, from, to, _)| (from, to, id)).collect();
    cables.sort_unstable();
    cables.into_iter().map(|(.., id)| id).collect()
}

impl Model {
    pub fn new(taste: Taste) -> Self {
        Model { items: Vec::new(), taste, growing: true }
    }

    /// A transaction of so many random edits; those that are refused one by one are left out. An error takes all of them back.
    pub fn transact(
        &mut self,
        dice: &mut Dice,
        graph: &mut AudioGraph,
        edits: usize,
        tally: &Arc<Tally>,
    ) -> Result<(Box<Batch>, Outcome), GraphError> {
        let (mut next, mut outcome) = (self.clone(), Outcome::default());
        let mut edit = graph.edit();
        edit.fade(self.taste.fade(dice));
        for _ in 0..edits {
            // Edits that the graph refuses one by one leave no trace.
            let _ = next.one(dice, &mut edit, tally, &mut outcome);
        }
        let batch = edit.commit()?;
        *self = next;
        outcome.traces.extend(gains(&batch, graph));
        Ok((batch, outcome))
    }

    /// Edits that are dropped instead of committed.
    pub fn rehearse(&mut self, dice: &mut Dice, graph: &mut AudioGraph, edits: usize, tally: &Arc<Tally>) {
        let (mut edit, mut outcome) = (graph.edit(), Outcome::default());
        edit.fade(self.taste.fade(dice));
        for _ in 0..edits {
            let _ = self.one(dice, &mut edit, tally, &mut outcome);
        }
    }

    fn one(
        &mut self,
        dice: &mut Dice,
        edit: &mut Edit<'_>,
        tally: &Arc<Tally>,
        outcome: &mut Outcome,
    ) -> Result<(), GraphError> {
        let crowded = self.items.len() >= self.taste.nodes;
        match dice.below(100) {
            _ if self.growing && crowded => self.connect(dice, edit),
            30..100 if self.growing => self.connect(dice, edit),
            22..30 if self.growing => self.set(dice, edit, outcome),
            0..18 if !crowded => self.add(dice, edit, tally, outcome).map(drop),
            0..18 => self.remove(dice, edit),
            18..22 if !crowded => self.add_part(dice, edit),
            18..30 => self.remove(dice, edit),
            30..62 => self.connect(dice, edit),
            62..72 => match dice.pick(&cables(edit.graph())) {
                Some(cable) => edit.disconnect(cable),
                None => Ok(()),
            },
            72..82 => self.set(dice, edit, outcome),
            82..90 => match dice.pick(&cables(edit.graph())) {
                Some(cable) => {
                    let (gain, motion) = (gain(dice), motion(dice));
                    edit.set_gain(cable, gain, motion.or(Some(fade())))
                }
                None => Ok(()),
            },
            90..94 => self.bypass(dice, edit, outcome),
            _ => self.replace(dice, edit, tally, outcome),
        }
    }

    fn place(&self, dice: &mut Dice) -> (NodeId, usize) {
        let mut places: Vec<(NodeId, usize)> =
            self.items.iter().filter(|i| i.kind.is_none()).map(|i| (i.id, i.depth)).collect();
        places.push((ROOT, 0));
        dice.pick(&places).expect("the graph itself is a place")
    }

    fn kind(&self, dice: &mut Dice) -> Kind {
        let kinds = [
            Kind::Counter,
            Kind::Impulse(1 + dice.below(90) as u64),
            Kind::Noise(dice.next()),
            Kind::Level,
            Kind::Gain,
            Kind::Gain,
            Kind::OnePole,
            Kind::Delay,
            Kind::Delay,
            Kind::Difference,
            Kind::Width,
            Kind::Turn([1, 3, 4][dice.below(3)]),
            Kind::Split,
            Kind::Fading,
            Kind::Late(1 + dice.below(60)),
            if self.taste.faults { Kind::Faulty } else { Kind::Gain },
        ];
        kinds[dice.below(kinds.len())]
    }

    fn add(
        &mut self,
        dice: &mut Dice,
        edit: &mut Edit<'_>,
        tally: &Arc<Tally>,
        outcome: &mut Outcome,
    ) -> Result<NodeId, GraphError> {
        let (part, depth) = self.place(dice);
        let kind = self.kind(dice);
        self.add_kind(kind, part, depth, edit, tally, outcome)
    }

    fn add_kind(
        &mut self,
        kind: Kind,
        part: NodeId,
        depth: usize,
        edit: &mut Edit<'_>,
        tally: &Arc<Tally>,
        outcome: &mut Outcome,
    ) -> Result<NodeId, GraphError> {
        let id = edit.add_in(part, "node", TestNode::telling(kind, tally, self.taste.latency))?;
        self.items.push(Item { id, kind: Some(kind), part, depth });
        outcome.cells.insert(id, Cell::new(kind));
        Ok(id)
    }

    fn add_part(&mut self, dice: &mut Dice, edit: &mut Edit<'_>) -> Result<(), GraphError> {
        let (part, depth) = self.place(dice);
        if depth >= self.taste.depth {
            return Ok(());
        }
        let mut ports = |most: usize| -> Vec<Port> {
            (0..dice.below(most + 1))
                .map(|_| Port { name: "p".into(), channels: 1 + dice.below(3) as u16 })
                .collect()
        };
        let (inputs, outputs) = (ports(2), ports(2));
        let id = edit.add_part(part, "part", inputs, outputs)?;
        self.items.push(Item { id, kind: None, part, depth: depth + 1 });
        Ok(())
    }

    fn remove(&mut self, dice: &mut Dice, edit: &mut Edit<'_>) -> Result<(), GraphError> {
        let Some(item) = dice.pick(&self.items) else { return Ok(()) };
        edit.remove(item.id)?;
        self.items.retain(|i| edit.graph().shape(i.id).is_some());
        Ok(())
    }

    /// A source and a sink in the same place.
    fn ends(&self, dice: &mut Dice, edit: &Edit<'_>) -> Option<(Source, Sink)> {
        let (part, _) = self.place(dice);
        let (mut sources, mut sinks) = (Vec::new(), Vec::new());
        let shape = |id: NodeId| edit.graph().shape(id).expect("what the model knows is there");
        for item in self.items.iter().filter(|i| i.part == part) {
            let shape = shape(item.id);
            sources.extend((0..shape.outputs.len()).map(|p| item.id.output(p as u16)));
            sinks.extend((0..shape.inputs.len()).map(|p| item.id.input(p as u16)));
            sinks.extend((0..shape.params.len()).map(|p| item.id.param(p as u16)));
        }
        if part == ROOT {
            sinks.push(Sink::PartOutput(ROOT, 0));
        } else {
            sources.extend((0..shape(part).inputs.len()).map(|p| Source::PartInput(part, p as u16)));
            sinks.extend((0..shape(part).outputs.len()).map(|p| Sink::PartOutput(part, p as u16)));
        }
        // A part that nobody hears tells nothing: its outputs come up more often.
        let outputs: Vec<Sink> =
            sinks.iter().copied().filter(|s| matches!(s, Sink::PartOutput(..))).collect();
        let sink = if dice.chance(25) { dice.pick(&outputs) } else { dice.pick(&sinks) };
        Some((dice.pick(&sources)?, sink?))
    }

    fn connect(&self, dice: &mut Dice, edit: &mut Edit<'_>) -> Result<(), GraphError> {
        let Some((from, to)) = self.ends(dice, edit) else { return Ok(()) };
        let depth = if let Sink::Param(node, param) = to {
            let info = &edit.graph().shape(node).expect("it is there").params[usize::from(param)];
            (info.max - info.min) * dice.between(-0.4, 0.4)
        } else {
            gain(dice)
        };
        edit.connect(from, to, depth).map(drop)
    }

    fn set(&self, dice: &mut Dice, edit: &mut Edit<'_>, outcome: &mut Outcome) -> Result<(), GraphError> {
        let Some((node, value)) = self.value(dice, edit.graph()) else { return Ok(()) };
        let given = motion(dice);
        edit.set(node, 0, value, given)?;
        let approach = match edit.graph().shape(node).expect("it was set").params[0].approach {
            Approach::Step => Motion::Jump,
            Approach::Glide(seconds) => Motion::Glide((f64::from(seconds) * STREAM.sample_rate + 0.5) as u32),
        };
        outcome.traces.push(Trace::Set(node, 0, value, given.unwrap_or(approach)));
        Ok(())
    }

    /// A node with a parameter, and a value for it.
    pub fn value(&self, dice: &mut Dice, graph: &AudioGraph) -> Option<(NodeId, f32)> {
        let with: Vec<NodeId> = self
            .items
            .iter()
            .map(|i| i.id)
            .filter(|id| graph.shape(*id).is_some_and(|s| !s.params.is_empty()))
            .collect();
        let node = dice.pick(&with)?;
        let info = &graph.shape(node)?.params[0];
        let value = dice.between(info.min, info.max).clamp(info.min, info.max);
        Some((node, value))
    }

    fn bypass(&self, dice: &mut Dice, edit: &mut Edit<'_>, outcome: &mut Outcome) -> Result<(), GraphError> {
        let plain: Vec<NodeId> =
            self.items.iter().filter(|i| i.kind.is_some_and(|k| k != Kind::Delay)).map(|i| i.id).collect();
        let Some(node) = dice.pick(&plain) else { return Ok(()) };
        let on = !edit.graph().is_bypassed(node);
        edit.fade(FADE);
        let done = edit.bypass(node, on);
        edit.fade(self.taste.fade(dice));
        done?;
        outcome.traces.push(Trace::Bypass(node, on, fade()));
        Ok(())
    }

    /// Another node of the same kind takes the place and the cables of one.
    fn replace(
        &mut self,
        dice: &mut Dice,
        edit: &mut Edit<'_>,
        tally: &Arc<Tally>,
        outcome: &mut Outcome,
    ) -> Result<(), GraphError> {
        let plain: Vec<Item> = self.items.iter().copied().filter(|i| i.kind.is_some()).collect();
        let Some(Item { id: old, kind: Some(kind), part, depth }) = dice.pick(&plain) else { return Ok(()) };
        let cables: Vec<(Source, Sink, f32)> = edit.graph().cables_of(old).collect();
        edit.remove(old)?;
        self.items.retain(|i| i.id != old);
        let new = self.add_kind(kind, part, depth, edit, tally, outcome)?;
        for (from, to, gain) in cables {
            let from = if let Source::Output(node, port) = from
                && node == old
            {
                new.output(port)
            } else {
                from
            };
            let to = match to {
                Sink::Input(node, port) if node == old => new.input(port),
                Sink::Param(node, param) if node == old => new.param(param),
                to => to,
            };
            edit.connect(from, to, gain)?;
        }
        Ok(())
    }
}

/// A command with its frame, and what it does to the interpreter.
pub struct Cue {
    pub frame: u64,
    pub command: Command,
    pub traces: Vec<Trace>,
    /// For batches: the graph's nodes and cables from then on, as what the interpreter takes over.
    pub rewire: Option<(BTreeMap<NodeId, Cell>, Snapshot)>,
}

/// The graph at one time, for the interpreter.
pub type Snapshot = Box<dyn FnOnce(&mut Oracle, BTreeMap<NodeId, Cell>)>;

pub struct Script {
    pub graph: AudioGraph,
    pub model: Model,
    pub tally: Arc<Tally>,
    pub cues: Vec<Cue>,
    /// No batch is followed by another by itself.
    pub plain: bool,
    /// For the threads that help.
    pub helpers: Vec<Helper>,
}

pub const CHANNELS: u16 = 2;

/// The same number gives the same script.
pub fn script(seed: u64, taste: Taste, cues: usize, frames: u64) -> Script {
    let mut dice = Dice(seed);
    let mut graph = AudioGraph::new(STREAM, CHANNELS);
    graph.set_lanes_always();
    graph.set_threads_always();
    let mut helpers = Vec::new();
    // Sometimes only once there is something already.
    let joins = if taste.threads > 1 { seed as usize % 3 * taste.nodes } else { usize::MAX };
    let (mut model, tally) = (Model::new(taste), Arc::default());
    let (mut list, mut plain) = (Vec::new(), true);
    let mut at: Vec<u64> = (0..cues).map(|_| dice.next() % frames).collect();
    let begin = taste.nodes * 2;
    at.extend((0..begin).map(|_| 0));
    at.sort_unstable();
    for (number, frame) in at.into_iter().enumerate() {
        model.growing = number < begin;
        if number == joins {
            helpers = graph.set_threads(taste.threads);
        }
        // What has faded out by then is taken away in between.
        if let Some(batch) = graph.settle(frame) {
            let (traces, snapshot) = (gains(&batch, &graph), snapshot(&graph));
            graph.applied(batch.ticket(), frame);
            list.push(Cue {
                frame,
                command: Command::Apply(batch.at(frame)),
                traces,
                rewire: Some((BTreeMap::new(), snapshot)),
            });
        }
        if !model.growing && dice.chance(50) {
            let Some((node, value)) = model.value(&mut dice, &graph) else { continue };
            let set = graph.set(node, 0, value, motion(&mut dice)).expect("in range");
            let ticket = graph.next_ticket();
            let traces = vec![Trace::Set(node, 0, value, set.motion)];
            list.push(Cue {
                frame,
                command: Command::Set { ticket, set, at: Some(frame) },
                traces,
                rewire: None,
            });
            continue;
        }
        let edits = 1 + dice.below(8);
        // A transaction with a cycle in it is taken back; the next throw of the dice is another.
        let done = (0..10).find_map(|_| model.transact(&mut dice, &mut graph, edits, &tally).ok());
        let Some((batch, outcome)) = done else { continue };
        graph.applied(batch.ticket(), frame);
        // The interpreter is not told of what follows by itself.
        plain &= batch.follow_ups().next().is_none();
        let snapshot = snapshot(&graph);
        list.push(Cue {
            frame,
            command: Command::Apply(batch.at(frame)),
            traces: outcome.traces,
            rewire: Some((outcome.cells, snapshot)),
        });
    }
    Script { graph, model, tally, cues: list, plain, helpers }
}

/// The graph cannot be cloned; what the interpreter wants of it can.
fn snapshot(graph: &AudioGraph) -> Snapshot {
    let (nodes, cables) = graph.heard();
    let shapes: Vec<_> = nodes.into_iter().map(|(id, shape)| (id, shape.clone())).collect();
    let sinks = cables.iter().map(|(_, _, to, _)| *to);
    let groups: BTreeMap<Sink, Vec<Adding>> = sinks.map(|sink| (sink, graph.adding(sink))).collect();
    Box::new(move |oracle, cells| oracle.rewire(shapes, cables, groups, cells))
}

/// Renders a script in callbacks of the sizes that `size` gives; commands are sent as early or as late as can be.
pub fn render(
    script: Script,
    frames: usize,
    mut size: impl FnMut() -> usize,
    early: bool,
) -> (Vec<Vec<f32>>, Vec<String>) {
    let limits = Limits { waiting: 1000, ..Limits::default() };
    let (mut executor, mut remote) = Executor::new(STREAM, limits, None);
    let mut out = vec![vec![0.0; frames]; usize::from(CHANNELS)];
    let mut muted = Vec::new();
    let hands = Hands::new(script.helpers, frames as u64);
    let (mut done, mut cues) = (0, script.cues.into_iter().peekable());
    while done < frames {
        let count = size().clamp(1, frames - done);
        while cues.peek().is_some_and(|cue| early || cue.frame < (done + count) as u64) {
            let cue = cues.next().expect("it was peeked at");
            remote.commands.send(cue.command).expect("the ring has room");
        }
        let mut channels: Vec<&mut [f32]> = out.iter_mut().map(|c| &mut c[done..done + count]).collect();
        executor.render(&mut channels);
        done += count;
        while let Some(event) = remote.events.receive() {
            match event {
                Event::Muted { node, frame } => muted.push(format!("{} {frame}", node.number())),
                Event::Refused { why, .. } => panic!("a batch was refused: {why}"),
                Event::SetRefused { why, .. } => panic!("a change was refused: {why}"),
                _ => {}
            }
        }
    }
    muted.sort();
    drop((executor, remote));
    hands.join();
    (out, muted)
}

/// Interprets a script.
pub fn interpret(script: Script, frames: usize) -> (Vec<Vec<f32>>, Vec<String>) {
    let _flush = sostenuto_rt::FlushDenormals::new();
    let mut oracle = Oracle::default();
    let mut out = vec![Vec::with_capacity(frames); usize::from(CHANNELS)];
    let mut cues = script.cues.into_iter().peekable();
    while oracle.frame() < frames as u64 {
        while cues.peek().is_some_and(|cue| cue.frame <= oracle.frame()) {
            let cue = cues.next().expect("it was peeked at");
            if let Some((cells, snapshot)) = cue.rewire {
                snapshot(&mut oracle, cells);
            }
            for trace in cue.traces {
                match trace {
                    Trace::Start(cable, gain) => oracle.start_cable(cable, gain),
                    Trace::Fade(cable, gain, _) if oracle.frame() == 0 => oracle.start_cable(cable, gain),
                    Trace::Fade(cable, gain, motion) | Trace::Move(cable, gain, motion) => {
                        oracle.move_cable(cable, gain, motion);
                    }
                    Trace::Set(node, param, value, motion) => oracle.set(node, param, value, motion),
                    Trace::Bypass(node, on, _) if oracle.frame() == 0 => {
                        oracle.bypass(node, on, Motion::Jump)
                    }
                    Trace::Bypass(node, on, motion) => oracle.bypass(node, on, motion),
                }
            }
        }
        for (channel, sample) in out.iter_mut().zip(oracle.tick(CHANNELS)) {
            channel.push(sample);
        }
    }
    let mut muted: Vec<String> =
        oracle.muted.iter().map(|(node, frame)| format!("{} {frame}", node.number())).collect();
    muted.sort();
    (out, muted)
}
