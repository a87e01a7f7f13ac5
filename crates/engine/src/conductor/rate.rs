//! The same sound at another rate: an engine anew, that goes on where the one before is.

use super::Conductor;
use crate::error::EngineError;
use crate::ports::Outward;
use sostenuto_graph::{Executor, Limits, ROOT, When};

impl Conductor {
    /// Whether something is being recorded, or a node of the patch, or of a part, holds what was recorded while it played: that would be lost at another rate.
    pub(crate) fn holds_recordings(&self) -> bool {
        if !self.recordings.is_empty() {
            return true;
        }
        let patch = self.resolved.patch();
        let records = |kind: &str| Self::catalogue().find(kind).is_some_and(|kind| kind.records);
        let inside = patch.parts.iter().flat_map(|(_, part)| part.nodes.iter());
        patch.nodes.iter().chain(inside).any(|(_, node)| records(&node.kind))
    }

    /// A conductor and the engine it leads, at another rate, with the patch of this one: for an engine that [goes on](Executor::follow_on) where the present one is, before
    /// its first callback. Musical time is the same, and so are handles of parameters, tickets, and the streams of ports; the wires to them go to `outward`. What is held
    /// of notes sounds anew, as it was begun. What rings on, or waits for its time, stays behind.
    ///
    /// `clock` is as of [`new`](Self::new).
    ///
    /// # Errors
    /// As of [`apply`](Self::apply). Nothing has changed then.
    pub(crate) fn at_rate(
        &mut self,
        rate: f64,
        clock: Option<fn() -> u64>,
        outward: Box<dyn Outward>,
    ) -> Result<(Conductor, Executor), EngineError> {
        self.say();
        let channels =
            self.graph.shape(ROOT).and_then(|shape| shape.outputs.first()).map_or(2, |port| port.channels);
        let (mut next, mut executor) = Conductor::new(rate, channels, Limits::default(), clock);
        let now = self.remote.load.frame();
        let scale = rate / self.sample_rate();
        let there = (now as f64 * scale) as u64;
        executor.begin_at(there);
        next.graph.number_after(&self.graph);
        next.buffers.clone_from(&self.buffers);
        next.streams = self.streams.clone();
        next.outward = Some(outward);
        next.playing.follow_on(&self.playing, (now, rate), there);
        // It is heard by a crossfade of its own.
        next.fade = 0;
        let resolved = self.resolved.clone();
        next.apply_resolved(resolved, When::Now, None)?;
        next.playing.settle_in();
        next.fade = (f64::from(self.fade) * scale + 0.5) as u32;
        next.knobs = self.knobs.for_other(|node| {
            let id = self.stage.id_in(ROOT, node)?;
            Some(next.stage.place(ROOT, id)?.node)
        });
        next.knobs.look_again(&next.stage, &next.resolved, &next.graph);
        for held in self.playing.held(now) {
            // What finds no room in the ring is left out.
            _ = next.sound_again(&held, (now, scale));
        }
        Ok((next, executor))
    }
}
