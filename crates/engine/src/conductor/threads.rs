//! On how many threads the engine renders.

use super::Conductor;
use crate::error::EngineError;
use sostenuto_graph::{Helper, When};

impl Conductor {
    /// Lets so many threads render from the next block on: the audio thread and, for each beyond it, one that [helps](Helper::help); see
    /// [`Helpers`](crate::Helpers). 1 for the audio thread alone, as it is from the start. The sound does not depend on it.
    ///
    /// It pays where several tens of microseconds of work a block lie side by side, as in 30 voices that are not cheap; less is done sooner by one thread, and
    /// what has nothing beside it stays on one whatever is said here.
    ///
    /// # Errors
    /// A full ring. Nothing has changed then.
    pub fn set_threads(&mut self, threads: usize) -> Result<Vec<Helper>, EngineError> {
        if threads <= 1 && self.threads() == 1 {
            return Ok(Vec::new());
        }
        self.make_room(1)?;
        let helpers = self.graph.set_threads(threads);
        let batch = self.graph.edit().commit()?;
        self.own.insert(batch.ticket());
        self.send_batch(batch, When::Now)?;
        Ok(helpers)
    }

    /// On how many threads it is to render.
    pub fn threads(&self) -> usize {
        self.graph.threads()
    }
}
