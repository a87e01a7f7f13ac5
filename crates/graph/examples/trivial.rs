//! How much the executor itself costs: 100 chains of 100 gains, each a node of its own, in blocks of 64 frames.
//!
//! `cargo run --release -p sostenuto-graph --example trivial [BLOCKS [CHAINS]]`: with few chains all nodes stay in the nearest cache.

use sostenuto_graph::{
    Activity, Approach, AudioGraph, Command, Curve, Executor, Io, Limits, Parameter, Port, Processor, ROOT,
    Shape, Sink, Stream, Value,
};
use std::time::Instant;

/// Scales its input; a source if it has none.
struct Gain(bool);

#[inline(never)]
fn ride(mut io: Io<'_>, gains: &[f32]) {
    let frames = io.outputs.channel(0).iter_mut().zip(io.inputs.channel(0, 0)).zip(gains);
    frames.for_each(|((to, from), gain)| *to = from * gain);
}

impl Processor for Gain {
    fn shape(&self) -> Shape {
        let port = |_| Port { name: "audio".into(), channels: 1 };
        let gain = Parameter {
            name: "gain".into(),
            unit: sostenuto_units::Unit::None,
            min: 0.0,
            max: 2.0,
            default: 0.999,
            curve: Curve::Linear,
            approach: Approach::Glide(0.005),
            choices: [].as_slice().into(),
        };
        let inputs = (0..usize::from(!self.0)).map(port).collect();
        Shape { inputs, outputs: [port(0)].into(), params: vec![gain] }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        match io.params.get(0) {
            _ if self.0 => io.outputs.channel(0).fill(1.0),
            Value::Steady(gain) => io.outputs.map(&io.inputs, 0, move |x| x * gain),
            Value::Moving(gains) => ride(io, gains),
        }
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

fn main() {
    let stream = Stream { sample_rate: 48_000.0 };
    let (mut executor, mut remote) = Executor::new(stream, Limits::default(), None);
    let mut graph = AudioGraph::new(stream, 1);
    let mut edit = graph.edit();
    let number = |place: usize, default: u32| -> u32 {
        std::env::args().nth(place).and_then(|n| n.parse().ok()).unwrap_or(default)
    };
    let (blocks, chains) = (number(1, 2_000), number(2, 100));
    for _ in 0..chains {
        let mut last = edit.add("source", Box::new(Gain(true))).expect("room");
        for _ in 0..99 {
            let next = edit.add("gain", Box::new(Gain(false))).expect("room");
            edit.connect(last.output(0), next.input(0), 1.0).expect("two ends");
            last = next;
        }
        edit.connect(last.output(0), Sink::PartOutput(ROOT, 0), 1.0).expect("two ends");
    }
    let begun = Instant::now();
    let batch = edit.commit().expect("no cycle");
    println!("compiled in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    remote.commands.send(Command::Apply(batch)).expect("room");
    let mut out = [0.0; 64];
    executor.render(&mut [&mut out]);
    // The fastest of ten runs: what else the machine does only ever adds.
    let best = (0..10)
        .map(|_| {
            let begun = Instant::now();
            (0..blocks / 10).for_each(|_| executor.render(&mut [&mut out]));
            begun.elapsed().as_secs_f64() / f64::from((blocks / 10).max(1))
        })
        .fold(f64::INFINITY, f64::min);
    println!(
        "{:.2} ns for each node and block of 64 frames ({})",
        best * 1e9 / f64::from(chains * 100),
        out[0]
    );
}
