//! What an edit can be refused for, and that a refused one leaves everything as it was.

use crate::support;

use sostenuto_graph::{
    Activity, Approach, AudioGraph, Command, Curve, Edit, Executor, GraphError, Io, Limits, MAX_CHANNELS,
    MAX_DEPTH, Motion, NodeId, Parameter, Port, Processor, ROOT, Shape, Sink, Source, Stream,
};
use sostenuto_units::Unit;
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::{CHANNELS, STREAM, Taste, script};

/// Of any shape.
struct Odd(Shape);

impl Processor for Odd {
    fn shape(&self) -> Shape {
        self.0.clone()
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        io.outputs.silence_all();
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

fn parameter(min: f32, max: f32, default: f32) -> Parameter {
    let (curve, approach, choices) = (Curve::Linear, Approach::Step, [].as_slice().into());
    Parameter { name: "amount".into(), unit: Unit::None, min, max, default, curve, approach, choices }
}

fn ports(count: usize, channels: u16) -> Vec<Port> {
    (0..count).map(|_| Port { name: "p".into(), channels }).collect()
}

struct Bench {
    graph: AudioGraph,
    gain: NodeId,
    other: NodeId,
    part: NodeId,
    inner: NodeId,
    cable: sostenuto_graph::CableId,
}

fn bench() -> Bench {
    let mut graph = AudioGraph::new(STREAM, CHANNELS);
    let mut edit = graph.edit();
    let gain = edit.add("gain", TestNode::boxed(Kind::Gain)).unwrap();
    let other = edit.add("other", TestNode::boxed(Kind::Gain)).unwrap();
    let part = edit.add_part(ROOT, "part", ports(1, 1), ports(1, 1)).unwrap();
    let inner = edit.add_in(part, "inner", TestNode::boxed(Kind::Gain)).unwrap();
    let cable = edit.connect(gain.output(0), other.input(0), 1.0).unwrap();
    edit.connect(other.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    edit.commit().unwrap();
    Bench { graph, gain, other, part, inner, cable }
}

/// Everything that can be seen of a graph.
fn dump(graph: &AudioGraph) -> String {
    let nodes: Vec<String> = graph
        .node_ids()
        .map(|id| {
            let (shape, at) = (graph.shape(id), graph.address(id));
            let values: Vec<_> = (0..64).map_while(|p| graph.value(id, p)).collect();
            let cables: Vec<_> = graph.cables_of(id).collect();
            format!(
                "{id:?} {:?} {at:?} {shape:?} {values:?} {} {cables:?}\n",
                graph.name(id),
                graph.is_bypassed(id)
            )
        })
        .collect();
    format!("{nodes:?}\n{:?}", graph.cable_ends().collect::<Vec<_>>())
}

/// The message of an edit that is refused.
fn refused(
    attempt: impl FnOnce(&mut Edit<'_>, [NodeId; 4], sostenuto_graph::CableId) -> Result<(), GraphError>,
) -> String {
    let Bench { mut graph, gain, other, part, inner, cable } = bench();
    let before = dump(&graph);
    let mut edit = graph.edit();
    let attempted = attempt(&mut edit, [gain, other, part, inner], cable);
    let error = match attempted {
        Err(error) => {
            drop(edit);
            error
        }
        Ok(()) => edit.commit().map(drop).expect_err("this should be refused"),
    };
    assert_eq!(dump(&graph), before, "after: {error}");
    error.to_string()
}

#[test]
fn each_refusal_says_what_to_do_and_changes_nothing() {
    let odd = |shape: Shape| Box::new(Odd(shape)) as Box<dyn Processor>;
    let with = |parameter| Shape { params: vec![parameter], ..Shape::default() };
    let cases = [
        refused(|edit, [gain, ..], _| {
            edit.remove(gain)?;
            edit.remove(gain)
        }),
        refused(|edit, _, _| edit.remove(ROOT)),
        refused(|edit, _, cable| {
            edit.disconnect(cable)?;
            edit.disconnect(cable)
        }),
        refused(|edit, _, cable| {
            edit.disconnect(cable)?;
            edit.set_gain(cable, 0.5, None)
        }),
        refused(|edit, [gain, other, ..], _| edit.connect(gain.output(3), other.input(0), 1.0).map(drop)),
        refused(|edit, [gain, other, ..], _| edit.connect(gain.output(0), other.input(1), 1.0).map(drop)),
        refused(|edit, [gain, other, ..], _| edit.connect(gain.output(0), other.param(7), 1.0).map(drop)),
        refused(|edit, [gain, ..], _| edit.set(gain, 1, 0.0, None)),
        refused(|edit, [gain, ..], _| edit.set(gain, 0, 2.5, None)),
        refused(|edit, [gain, ..], _| edit.set(gain, 0, f32::NAN, Some(Motion::Jump))),
        refused(|edit, _, cable| edit.set_gain(cable, f32::INFINITY, None)),
        refused(|edit, [gain, _, _, inner], _| edit.connect(gain.output(0), inner.input(0), 1.0).map(drop)),
        refused(|edit, [gain, other, ..], _| edit.connect(gain.output(0), other.input(0), 0.5).map(drop)),
        refused(|edit, [gain, other, ..], _| {
            let third = edit.add("third", TestNode::boxed(Kind::OnePole))?;
            edit.connect(other.output(0), third.input(0), 1.0)?;
            edit.connect(third.output(0), gain.param(0), 1.0).map(drop)
        }),
        refused(|edit, [gain, ..], _| {
            // A delay does not delay what drives it.
            let delay = edit.add("delay", TestNode::boxed(Kind::Delay))?;
            edit.connect(delay.output(0), gain.input(0), 1.0)?;
            edit.connect(gain.output(0), delay.param(0), 1.0).map(drop)
        }),
        refused(|edit, [gain, ..], _| {
            edit.connect(Source::PartInput(gain, 0), Sink::PartOutput(gain, 0), 1.0).map(drop)
        }),
        refused(|edit, [gain, ..], _| edit.add_in(gain, "inside", TestNode::boxed(Kind::Gain)).map(drop)),
        refused(|edit, [gain, ..], _| edit.connect(Source::Output(ROOT, 0), gain.input(0), 1.0).map(drop)),
        refused(|edit, _, _| {
            edit.add("wide", odd(Shape { inputs: ports(1, MAX_CHANNELS + 1), ..Shape::default() })).map(drop)
        }),
        refused(|edit, _, _| {
            edit.add("no channel", odd(Shape { outputs: ports(1, 0), ..Shape::default() })).map(drop)
        }),
        refused(|edit, _, _| {
            edit.add("many", odd(Shape { inputs: ports(1_025, 64), ..Shape::default() })).map(drop)
        }),
        refused(|edit, _, _| {
            let params = (0..65).map(|_| parameter(0.0, 1.0, 0.0)).collect();
            edit.add("full", odd(Shape { params, ..Shape::default() })).map(drop)
        }),
        refused(|edit, _, _| edit.add("odd", odd(with(parameter(0.0, 1.0, 2.0)))).map(drop)),
        refused(|edit, _, _| edit.add("odd", odd(with(parameter(0.0, f32::INFINITY, 2.0)))).map(drop)),
        refused(|edit, _, _| edit.add("odd", odd(with(parameter(f32::NAN, 1.0, 0.0)))).map(drop)),
        refused(|edit, [_, _, part, _], _| {
            let mut place = part;
            for _ in 0..=MAX_DEPTH {
                place = edit.add_part(place, "deeper", Vec::new(), Vec::new())?;
            }
            Ok(())
        }),
    ];
    let said = cases.join("\n");
    let expected = include_str!("refusals.txt");
    assert_eq!(said.trim(), expected.trim());
}

#[test]
fn a_graph_can_be_full() {
    let mut graph = AudioGraph::new(STREAM, 1);
    let mut edit = graph.edit();
    let full = (0..2_000_000).find_map(|_| edit.add("n", Box::new(Odd(Shape::default()))).err());
    assert!(matches!(full, Some(GraphError::Full { what: "nodes", .. })), "{full:?}");
    drop(edit);
    assert!(graph.is_empty());
}

#[test]
fn a_dropped_transaction_leaves_everything_as_it_was_and_sounding() {
    for seed in 0..60 {
        let mut played = script(
            seed,
            Taste { nodes: 12, depth: 3, faults: false, fades: true, latency: true, threads: 1 },
            0,
            1,
        );
        let mut undisturbed = script(
            seed,
            Taste { nodes: 12, depth: 3, faults: false, fades: true, latency: true, threads: 1 },
            0,
            1,
        );
        let before = dump(&played.graph);
        let mut dice = support::Dice(seed);
        for _ in 0..10 {
            played.model.growing = false;
            played.model.clone().rehearse(&mut dice, &mut played.graph, 30, &played.tally);
            assert_eq!(dump(&played.graph), before, "seed {seed}");
        }
        // What comes after it sounds as if it had never been.
        let render = |script: &mut support::scenario::Script| {
            let (mut executor, mut remote) =
                Executor::new(STREAM, Limits { waiting: 1000, ..Limits::default() }, None);
            for cue in script.cues.drain(..) {
                remote.commands.send(cue.command).unwrap();
            }
            let mut edit = script.graph.edit();
            let extra = edit.add("extra", TestNode::boxed(Kind::Noise(1))).unwrap();
            edit.connect(extra.output(0), Sink::PartOutput(ROOT, 0), 0.1).unwrap();
            remote.commands.send(Command::Apply(edit.commit().unwrap())).unwrap();
            let mut out = vec![0.0; 500];
            executor.render(&mut [&mut out]);
            assert_eq!(executor.nodes(), script.graph.len() + script.graph.held_back());
            out
        };
        assert_eq!(render(&mut played), render(&mut undisturbed), "seed {seed}");
    }
}
