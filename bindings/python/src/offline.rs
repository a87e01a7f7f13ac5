//! An engine without a device and without a clock: it renders when it is asked to, as fast as the machine goes.

use crate::errors::Fault;
use sostenuto_engine::{Conductor, Desk, OfflinePorts};
use sostenuto_graph::{Executor, Limits};

/// A desk and the engine that it leads.
pub struct Offline {
    pub desk: Desk,
    executor: Executor,
    channels: usize,
}

impl Offline {
    pub fn new(rate: u32, channels: u16) -> Offline {
        // What is rendered waits for the disk: nothing comes late.
        sostenuto_sounds::wait_for_the_disk();
        let (mut conductor, executor) = Conductor::new(f64::from(rate), channels, Limits::default(), None);
        // Ports to other devices lead nowhere here, which is not an error.
        drop(OfflinePorts::of(&mut conductor));
        Offline { desk: Desk::new(conductor), executor, channels: usize::from(channels) }
    }

    /// The next frames, interleaved. After each block `told` gets what the engine told; an error of it ends the rendering.
    pub fn render(
        &mut self,
        frames: usize,
        mut told: impl FnMut(&mut Desk) -> Result<(), Fault>,
    ) -> Result<Vec<f32>, Fault> {
        let mut samples = Vec::new();
        samples.try_reserve_exact(frames * self.channels).map_err(|_| {
            Fault::value(format!("there is no memory for {frames} frames: render them in pieces"))
        })?;
        samples.resize(frames * self.channels, 0.0);
        for block in samples.chunks_mut(BLOCK * self.channels) {
            self.executor.render_interleaved(block, self.channels);
            told(&mut self.desk)?;
        }
        Ok(samples)
    }
}

/// Frames between two looks at what the engine told.
const BLOCK: usize = 1024;
