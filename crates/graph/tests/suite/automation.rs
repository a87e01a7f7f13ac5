//! Parameters that follow lanes, against a model that looks at one frame after the other; with the audio side in a trap.

use crate::support;

use sostenuto_graph::transport::{Change, Clock, Curve, Lane, LanePlace, Meter, Point, Transport};
use sostenuto_graph::{
    Activity, Approach, AudioGraph, Command, Executor, Io, Limits, Motion, NodeId, Parameter, Port,
    Processor, ROOT, Remote, Shape, Sink, Stream, Ticket, When,
};
use sostenuto_trap::forbidden;
use std::sync::Arc;
use support::Dice;
use support::scenario::STREAM;

const GLIDE: f32 = 0.005;

/// Puts out where its parameters are: the first changes at once, the second glides.
struct Dials;

impl Processor for Dials {
    fn shape(&self) -> Shape {
        let param = |name: &'static str, approach| Parameter {
            name: name.into(),
            unit: sostenuto_units::Unit::None,
            min: -8.0,
            max: 8.0,
            default: 0.0,
            curve: sostenuto_graph::Curve::Linear,
            approach,
            choices: Vec::new().into(),
        };
        Shape {
            inputs: Vec::new(),
            outputs: vec![Port { name: "out".into(), channels: 2 }],
            params: vec![param("steps", Approach::Step), param("glides", Approach::Glide(GLIDE))],
        }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for param in 0..2 {
            let value = io.params.get(param);
            io.outputs.channel(param).iter_mut().enumerate().for_each(|(n, out)| *out = value.at(n));
        }
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

/// What is done at a frame.
#[derive(Clone, Debug)]
enum Deed {
    Transport(Change),
    /// The first parameter.
    Set(f32),
    /// One lane for both parameters, or none.
    Follow(Option<Arc<Lane>>),
}

fn lane(dice: &mut Dice) -> Arc<Lane> {
    let clock = if dice.chance(50) { Clock::Beats } else { Clock::Frames };
    let scale = if clock == Clock::Beats { 0.05 } else { 40.0 };
    let mut at = 0.0;
    let points = (0..1 + dice.below(6)).map(|_| {
        at += dice.below(8) as f64 * scale;
        let curve = match dice.below(4) {
            0 => Curve::Step,
            1 => Curve::Linear,
            2 => Curve::Exponential,
            _ => Curve::Bend(dice.between(-0.9, 0.9)),
        };
        Point { at, value: dice.between(-6.0, 6.0), curve }
    });
    let points = points.collect();
    let length = dice.chance(60).then_some(at + (1 + dice.below(5)) as f64 * scale);
    Arc::new(Lane::new(clock, points, length).unwrap())
}

fn schedule(dice: &mut Dice, frames: u64) -> Vec<(u64, Deed)> {
    let mut deeds: Vec<(u64, Deed)> = (0..4 + dice.below(14))
        .map(|_| {
            let deed = match dice.below(10) {
                0 | 1 => Deed::Transport(Change::Play),
                2 => Deed::Transport(Change::Pause),
                3 => Deed::Transport(Change::Stop),
                4 => Deed::Transport(Change::Seek { beats: f64::from(dice.between(0.0, 3.0)) }),
                5 | 6 => {
                    let over = if dice.chance(50) { 0 } else { dice.below(600) as u64 };
                    Deed::Transport(Change::Tempo { bpm: f64::from(dice.between(30.0, 900.0)), over })
                }
                7 => Deed::Set(dice.between(-8.0, 8.0)),
                _ => Deed::Follow(dice.chance(80).then(|| lane(dice))),
            };
            (dice.below(frames as usize) as u64, deed)
        })
        .collect();
    deeds.push((0, Deed::Transport(Change::Play)));
    deeds.sort_by_key(|(frame, _)| *frame);
    deeds
}

struct Desk {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    node: NodeId,
}

impl Desk {
    fn new() -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 2);
        let mut edit = graph.edit();
        let node = edit.add("dials", Box::new(Dials)).unwrap();
        edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        let batch = edit.commit().unwrap();
        let mut desk = Desk { graph, executor, remote, node };
        desk.remote.commands.send(Command::Apply(batch)).unwrap();
        desk
    }

    fn send(&mut self, frame: u64, deed: &Deed) {
        let at = When::Frame(frame);
        let command = match deed {
            Deed::Transport(change) => Command::Transport { ticket: Ticket(1), change: *change, at },
            Deed::Set(value) => {
                let set = self.graph.set(self.node, 0, *value, Some(Motion::Jump)).unwrap();
                Command::Set { ticket: Ticket(2), set, at: Some(frame) }
            }
            Deed::Follow(lane) => {
                let mut edit = self.graph.edit();
                let all = lane.iter().map(|lane| (lane.clone(), vec![(self.node, 0), (self.node, 1)]));
                edit.set_automation(all.collect()).unwrap();
                Command::Apply(edit.commit().unwrap().at(frame))
            }
        };
        self.remote.commands.send(command).unwrap();
    }

    /// Both parameters at every frame, rendered in blocks of random lengths.
    fn render(
        mut self,
        deeds: &[(u64, Deed)],
        frames: usize,
        mut block: impl FnMut() -> usize,
    ) -> [Vec<f32>; 2] {
        deeds.iter().for_each(|(frame, deed)| self.send(*frame, deed));
        let mut out = [vec![0.0; frames], vec![0.0; frames]];
        let mut done = 0;
        while done < frames {
            let end = (done + block().max(1)).min(frames);
            let [a, b] = &mut out;
            let executor = &mut self.executor;
            forbidden(|| executor.render(&mut [&mut a[done..end], &mut b[done..end]]));
            while self.remote.events.receive().is_some() {}
            done = end;
        }
        out
    }
}

/// The first parameter frame by frame, and for each frame whether the lane jumped there.
fn model(deeds: &[(u64, Deed)], frames: u64) -> (Vec<f32>, Vec<bool>) {
    let mut transport = Transport::new(STREAM.sample_rate, 120.0, Meter::COMMON);
    let (mut set, mut lane): (f32, Option<Arc<Lane>>) = (0.0, None);
    let mut before: Option<(u64, u64)> = None;
    (0..frames)
        .map(|frame| {
            let mut jumped = frame == 0;
            // Batches come in the order of their frames, behind what changes the transport there.
            for (_, deed) in deeds.iter().filter(|(at, _)| *at == frame) {
                match deed {
                    Deed::Transport(change) => transport.apply(*change, frame),
                    Deed::Set(value) => set = *value,
                    Deed::Follow(other) => {
                        (lane, before, jumped) = (other.clone(), None, true);
                    }
                }
            }
            let Some(lane) = &lane else { return (set, jumped) };
            let position = match lane.clock() {
                Clock::Beats => transport.beats_at(frame),
                Clock::Frames => transport.frames_at(frame),
            };
            let said = lane.at(position, &mut LanePlace::default());
            let now = (said.jumps, transport.seeks());
            jumped |= before.replace(now) != Some(now);
            (said.value, jumped)
        })
        .unzip()
}

#[test]
fn parameters_are_where_their_lanes_say() {
    const FRAMES: usize = 3000;
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let deeds = schedule(&mut dice, FRAMES as u64);
        let (said, jumps) = model(&deeds, FRAMES as u64);
        let whole = Desk::new().render(&deeds, FRAMES, || FRAMES);
        let in_pieces = Desk::new().render(&deeds, FRAMES, || dice.below(150));
        let bits = |out: &Vec<f32>| out.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        for param in 0..2 {
            assert_eq!(bits(&whole[param]), bits(&in_pieces[param]), "seed {seed}, parameter {param}");
        }
        // A choice is where the lane says, at every frame and to the bit.
        for (frame, (out, said)) in whole[0].iter().zip(&said).enumerate() {
            assert_eq!(out, said, "seed {seed}, frame {frame}: {deeds:?}");
        }
        // What glides is there as soon as the last jump is over, and never jumps.
        let glide = (GLIDE * STREAM.sample_rate as f32 + 0.5) as usize;
        let (mut since, mut before) = (0, whole[1][0]);
        let mut following = false;
        for (frame, out) in whole[1].iter().enumerate() {
            let here = deeds.iter().filter(|(at, _)| *at == frame as u64);
            let mut follows =
                here.filter_map(|(_, deed)| if let Deed::Follow(l) = deed { Some(l) } else { None });
            following = follows.next_back().map_or(following, |lane| lane.is_some());
            since = if jumps[frame] { 0 } else { since + 1 };
            if following && since >= glide {
                assert_eq!(*out, said[frame], "seed {seed}, frame {frame}");
            }
            // At 900 beats a minute a bent way of a 20th of a beat is steep: allow what the lane itself does.
            let own = if frame > 0 && !jumps[frame] { (said[frame] - said[frame - 1]).abs() } else { 0.0 };
            assert!((out - before).abs() <= own + 0.8, "seed {seed}, frame {frame}: {before} to {out}");
            before = *out;
        }
    }
}

/// A cable adds to what the lane says; a value that is set is heard once the lane has gone.
#[test]
fn lanes_meet_cables_and_values() {
    let mut desk = Desk::new();
    let mut edit = desk.graph.edit();
    edit.fade(0);
    let other = edit.add("other", Box::new(Dials)).unwrap();
    edit.connect(other.output(0), desk.node.param(0), 1.0).unwrap();
    edit.set(other, 0, 0.5, Some(Motion::Jump)).unwrap();
    let points = vec![
        Point { at: 0.0, value: 1.0, curve: Curve::Linear },
        Point { at: 100.0, value: 11.0, curve: Curve::Linear },
    ];
    let lane = Arc::new(Lane::new(Clock::Frames, points, None).unwrap());
    edit.set_automation(vec![(lane, vec![(desk.node, 0)])]).unwrap();
    let batch = edit.commit().unwrap();
    desk.remote.commands.send(Command::Apply(batch)).unwrap();
    let deeds = [(0, Deed::Transport(Change::Play)), (20, Deed::Set(-3.0)), (130, Deed::Follow(None))];
    let [out, _] = desk.render(&deeds, 200, || 37);
    assert_eq!(out[0], 1.5);
    assert!((out[40] - 5.5).abs() < 1e-5, "set at frame 20, and not heard: {}", out[40]);
    assert_eq!(out[99], 8.0, "the sum is kept in the range");
    assert_eq!(out[129], 8.0);
    assert_eq!(out[130], -2.5, "where it was set, and the cable");
}

#[test]
fn what_is_not_there_follows_nothing() {
    let mut desk = Desk::new();
    let node = desk.node;
    let lane = lane(&mut Dice(1));
    let mut edit = desk.graph.edit();
    assert!(edit.set_automation(vec![(lane.clone(), vec![(node, 2)])]).is_err());
    edit.remove(node).unwrap();
    assert!(edit.set_automation(vec![(lane, vec![(node, 0)])]).is_err());
}
