//! A node for the examples in this crate's documentation.

use crate::{Activity, Io, Port, Processor, Shape, Stream};

/// Counts frames.
#[derive(Debug, Default)]
pub struct Ramp(f32);

impl Processor for Ramp {
    fn shape(&self) -> Shape {
        Shape { outputs: [Port { name: "out".into(), channels: 1 }].into(), ..Shape::default() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for sample in io.outputs.channel(0) {
            *sample = self.0;
            self.0 += 1.0;
        }
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.0 = 0.0;
    }
}
