//! An engine that is edited while it renders, and whose samples are kept.

use super::scenario::{CHANNELS, STREAM};
use sostenuto_graph::{AudioGraph, Batch, Command, Event, Executor, Limits, Remote};

pub struct Rig {
    pub graph: AudioGraph,
    pub executor: Executor,
    pub remote: Remote,
    /// All that was rendered, by channel.
    pub out: Vec<Vec<f32>>,
}

impl Rig {
    /// Parts that are alike run side by side as soon as they can, in as many lanes as said, or as the machine has.
    pub fn new(lanes: Option<usize>) -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, CHANNELS);
        if let Some(lanes) = lanes {
            graph.set_lanes(lanes);
        }
        graph.set_lanes_always();
        Rig { graph, executor, remote, out: vec![Vec::new(); usize::from(CHANNELS)] }
    }

    /// Sends a batch that takes effect at once, or so many frames later.
    pub fn send(&mut self, batch: Box<Batch>, later: Option<u64>) {
        let at = later.map(|frames| self.executor.frame() + frames);
        let batch = if let Some(at) = at { batch.at(at) } else { batch };
        self.remote.commands.send(Command::Apply(batch)).expect("the ring has room");
    }

    /// Renders, and tells the graph what has taken effect.
    pub fn render(&mut self, frames: usize) {
        let mut block = vec![vec![0.0; frames]; self.out.len()];
        let mut channels: Vec<&mut [f32]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        self.executor.render(&mut channels);
        self.out.iter_mut().zip(block).for_each(|(out, block)| out.extend(block));
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, .. } => self.graph.applied(ticket, frame),
                Event::Refused { why, .. } => panic!("a batch was refused: {why}"),
                _ => {}
            }
        }
    }

    /// Settles the graph; whether there was anything to settle.
    pub fn settle(&mut self) -> bool {
        let batch = self.graph.settle(self.executor.frame());
        batch.map(|batch| self.send(batch, None)).is_some()
    }

    /// Where what was rendered is not the same to the bit.
    pub fn difference(&self, other: &Rig) -> Option<String> {
        self.out.iter().zip(&other.out).enumerate().find_map(|(channel, (a, b))| {
            let frame = a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits())?;
            Some(format!("channel {channel}, frame {frame}: {:e} and {:e}", a[frame], b[frame]))
        })
    }
}
