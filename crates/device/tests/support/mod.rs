//! A small engine whose every sample is known: what frame it is can be told from what it plays.

use sostenuto_graph::{
    Activity, AudioGraph, Command, Event, Executor, Io, Limits, Port, Processor, ROOT, Remote, Shape, Sink,
    Stream,
};

/// The left sample of a frame: noise that depends on the frame's number only, in steps of 2⁻¹⁵ within ±1, never 0.
pub fn left(frame: u64) -> f32 {
    // The finaliser of MurmurHash3 (A. Appleby, public domain).
    let mut x = (frame as u32).wrapping_add(1);
    for factor in [0x85eb_ca6b_u32, 0xc2b2_ae35] {
        x = (x ^ (x >> 16)).wrapping_mul(factor);
    }
    let step = ((x ^ (x >> 16)) % 65_535) as i32 - 32_767;
    if step == 0 { 0.5 } else { step as f32 / 32_768.0 }
}

/// The left samples of the frames, and on the right a one-pole lowpass of them, which remembers all that was before.
#[derive(Debug, Default)]
struct Marks {
    next: u64,
    lowpass: f32,
}

impl Processor for Marks {
    fn shape(&self) -> Shape {
        Shape { outputs: [Port { name: "out".into(), channels: 2 }].into(), ..Shape::default() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for at in 0..io.span.frames {
            let sample = left(self.next);
            self.next += 1;
            self.lowpass += 0.1 * (sample - self.lowpass);
            io.outputs.channel(0)[at] = sample;
            io.outputs.channel(1)[at] = self.lowpass;
        }
        Activity::Sounding
    }
    fn reset(&mut self) {
        *self = Marks::default();
    }
}

/// An engine that plays the marks from frame 0 on.
pub fn engine(rate: u32) -> (Executor, Remote) {
    let stream = Stream { sample_rate: rate.into() };
    let mut graph = AudioGraph::new(stream, 2);
    let mut edit = graph.edit();
    let marks = edit.add("marks", Box::<Marks>::default()).unwrap();
    edit.connect(marks.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    let batch = edit.commit().unwrap();
    let (mut executor, mut remote) =
        Executor::new(stream, Limits::default(), Some(sostenuto_device::monotonic_nanos));
    remote.commands.send(Command::Apply(batch)).unwrap();
    executor.render_interleaved(&mut [], 2);
    // It takes effect before the first frame, which is still to come.
    executor.render_interleaved(&mut [], 2);
    while let Some(event) = remote.events.receive() {
        assert!(matches!(event, Event::Applied { frame: 0, .. }), "{event:?}");
    }
    (executor, remote)
}

/// So many interleaved frames of the engine, rendered at one go.
#[allow(dead_code, reason = "not every test file needs it")]
pub fn reference(rate: u32, frames: usize) -> Vec<f32> {
    let mut samples = vec![0.0; frames * 2];
    engine(rate).0.render_interleaved(&mut samples, 2);
    samples
}
