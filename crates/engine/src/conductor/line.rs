//! A hand on one node for threads that cannot wait for the one that has the conductor.

use super::Conductor;
use crate::error::EngineError;
use sostenuto_graph::{Address, GraphError, LineSender, Message, When, Word};
use sostenuto_nodes::{Verb, VerbError, say};
use std::sync::{Arc, Mutex, PoisonError};

/// Tells one node something from any thread, in a fraction of a microsecond: what a pad, a key or another program triggers.
///
/// It goes past the conductor, into a line of its own to the audio thread, which takes it with its next callback. What was asked of the conductor before is done before. Such words are in no
/// journal, and nothing acknowledges them but what the node tells ([`Notice::Told`](crate::Notice::Told)); one that does not take effect comes as
/// [`Notice::Refused`](crate::Notice::Refused), with a ticket that [`Word::of`] takes apart. After the node was replaced, or the engine has gone over to another rate, get another
/// [line](Conductor::line).
#[derive(Clone, Debug)]
pub struct NodeLine {
    line: SharedLine,
    node: Address,
    verbs: &'static [Verb],
}

/// Hands of one engine share its line. The audio thread never touches the lock.
pub(super) type SharedLine = Arc<Mutex<LineSender>>;

/// The line to the audio thread is full: as much waits as can. Try again after the next callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many words wait for the audio thread as can: is it running? Try again after its next callback")]
pub struct LineFull;

impl NodeLine {
    /// The message for a verb of the node's kind, with its place from 1 of so many; see [`say`].
    ///
    /// # Errors
    /// What of it does not fit; each error names the range.
    pub fn message(
        &self,
        verb: &str,
        place: (u64, usize),
        id: u32,
        values: &[(&str, f64)],
    ) -> Result<Message, VerbError> {
        say(self.verbs, verb, place, id, values)
    }

    /// What the node can be told by a number: see [`Word::of`].
    pub fn verb(&self, number: u16) -> Option<&'static Verb> {
        self.verbs.get(usize::from(number))
    }

    /// Whether another line leads to the very same node.
    pub fn leads_where(&self, other: &NodeLine) -> bool {
        Arc::ptr_eq(&self.line, &other.line) && self.node == other.node
    }

    /// Tells it, at a time or as soon as may be. `[any]`: waits for nothing but other hands on the same line; does not allocate or call the system.
    ///
    /// # Errors
    /// The line is full.
    pub fn tell(&self, message: Message, at: When) -> Result<(), LineFull> {
        let word = Word { node: self.node, message, at };
        self.line.lock().unwrap_or_else(PoisonError::into_inner).send(word).map_err(|_| LineFull)
    }
}

impl Conductor {
    /// A line to a node, for threads that cannot wait for this conductor.
    ///
    /// ```
    /// # use sostenuto_engine::Conductor;
    /// # use sostenuto_graph::{Limits, When};
    /// use sostenuto_nodes::Buffer;
    /// # let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    /// let click = Buffer::from_interleaved(vec![1.0, 0.5], 2, 48_000.0)?;
    /// conductor.set_buffer("click", click.into())?;
    /// conductor.play_toml(r#"
    ///     buffers.click = {}
    ///     nodes.drums = { kind = "sampler", slots = ["click"] }
    ///     nodes.out = { kind = "audio_out", inputs = ["drums"] }
    /// "#)?;
    /// let drums = conductor.line("drums")?;
    /// std::thread::spawn(move || {
    ///     let hit = drums.message("trigger", (1, 32), 7, &[("velocity", 0.5)]).unwrap();
    ///     drums.tell(hit, When::Frame(3)).unwrap();
    /// })
    /// .join()
    /// .unwrap();
    /// let (mut left, mut right) = ([0.0; 5], [0.0; 5]);
    /// executor.render(&mut [&mut left, &mut right]);
    /// assert_eq!((left, right), ([0.0, 0.0, 0.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.25, 0.0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// No such node.
    pub fn line(&self, node: &str) -> Result<NodeLine, EngineError> {
        let (kind, place) = self.find(node)?;
        let address = self.graph.address(place.node).ok_or(GraphError::NoSuchNode(place.node))?;
        Ok(NodeLine { line: self.line.clone(), node: address, verbs: kind.kind.verbs })
    }
}
