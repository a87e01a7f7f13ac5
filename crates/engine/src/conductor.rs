//! The control side: the patch that should sound, the graph that does, and the way from one to the other.

use crate::error::EngineError;
use crate::notice::Notice;
use crate::order::Order;
use crate::place::{Levels, NodeReport, Place};
use crate::score::Score;
use sostenuto_graph::{
    AudioGraph, Batch, Command, EngineLoad, Event, Executor, Limits, Motion, NodeId, Remote, Stream, Ticket,
};
use sostenuto_nodes::Tap;
use sostenuto_patch::{
    Catalogue, Checked, Edit, Notation, Patch, Resolved, ResolvedNode, diff, read, resolve,
};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

/// Room in the ring that is left to those who ask for something.
const SPARE_ROOM: usize = 8;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(sostenuto_nodes::catalogue()));

/// A request that is on its way to the audio thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Names it in its acknowledgement; `None` if nothing had to be done.
    pub ticket: Option<Ticket>,
    /// The edits, smallest batch that makes the old patch the new one.
    pub edits: Vec<Edit>,
}

/// The control side of one engine, without threads or devices of its own. `[control]`
///
/// ```
/// use sostenuto_engine::Conductor;
/// use sostenuto_graph::Limits;
/// let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
/// conductor.play_toml(r#"
///     [nodes.tone]
///     kind = "sine"
///     [nodes.out]
///     kind = "audio_out"
///     inputs = ["tone"]
/// "#)?;
/// let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
/// executor.render(&mut [&mut left, &mut right]);
/// assert!(left.iter().any(|s| s.abs() > 0.9));
/// conductor.set("tone", "frequency", 880.0, None, None)?;
/// executor.render(&mut [&mut left, &mut right]);
/// assert_eq!(conductor.notices().len(), 2);
/// # Ok::<(), sostenuto_engine::EngineError>(())
/// ```
#[derive(Debug)]
pub struct Conductor {
    graph: AudioGraph,
    remote: Remote,
    patch: Patch,
    resolved: Resolved,
    places: HashMap<String, Place>,
    labels: HashMap<NodeId, String>,
    order: Order,
    /// Frames that edits of the structure take to be heard in full.
    fade: u32,
    /// Batches that nobody asked for: they take away what has faded out, or follow on others.
    own: HashSet<Ticket>,
}

impl Conductor {
    /// A conductor and the engine it leads, which plays silence. `clock` gives nanoseconds, for measuring load.
    pub fn new(
        sample_rate: f64,
        channels: u16,
        limits: Limits,
        clock: Option<fn() -> u64>,
    ) -> (Conductor, Executor) {
        let stream = Stream { sample_rate };
        let (executor, remote) = Executor::new(stream, limits, clock);
        let conductor = Conductor {
            graph: AudioGraph::new(stream, channels),
            remote,
            patch: Patch::new(),
            resolved: Resolved::silence(),
            places: HashMap::new(),
            labels: HashMap::new(),
            order: Order::default(),
            fade: (0.005 * sample_rate + 0.5) as u32,
            own: HashSet::new(),
        };
        (conductor, executor)
    }

    /// The kinds that patches are made of.
    pub fn catalogue() -> &'static Catalogue {
        &CATALOGUE
    }

    /// Reads a patch from TOML and makes it sound; gives the warnings besides.
    ///
    /// # Errors
    /// Every problem of the document; then as [`apply`](Self::apply).
    pub fn play_toml(&mut self, text: &str) -> Result<Applied, EngineError> {
        let Checked { patch, .. } =
            read(text, Notation::Toml, Self::catalogue()).map_err(EngineError::Patch)?;
        self.apply(&patch, None)
    }

    /// Makes a patch sound instead of the present one, at a frame or as soon as may be: the smallest batch of edits that does it, whole.
    ///
    /// Batches take effect in the order in which they are made: one waits for those before it. So do changes of one parameter.
    ///
    /// # Errors
    /// Problems of the patch, a full ring. Nothing has changed then.
    pub fn apply(&mut self, patch: &Patch, at: Option<u64>) -> Result<Applied, EngineError> {
        let resolved = resolve(patch, Self::catalogue()).map_err(EngineError::Patch)?;
        self.apply_resolved(resolved, patch.clone(), at)
    }

    /// Takes everything away.
    ///
    /// # Errors
    /// A full ring. Nothing has changed then.
    pub fn clear(&mut self, at: Option<u64>) -> Result<Applied, EngineError> {
        self.apply_resolved(Resolved::silence(), Patch::new(), at)
    }

    fn apply_resolved(
        &mut self,
        resolved: Resolved,
        patch: Patch,
        at: Option<u64>,
    ) -> Result<Applied, EngineError> {
        let edits = diff(&self.resolved, &resolved);
        let ticket = if edits.iter().any(Edit::is_audible) {
            Some(self.carry_out(&edits, &resolved, at)?)
        } else {
            None
        };
        for edit in &edits {
            if let Edit::Relabel { node, .. } = edit
                && let Some(place) = self.places.get_mut(&node.id)
            {
                place.label.clone_from(&node.label);
                self.labels.insert(place.node, node.label.clone());
            }
        }
        self.resolved = resolved;
        self.patch = patch;
        Ok(Applied { ticket, edits })
    }

    fn carry_out(&mut self, edits: &[Edit], next: &Resolved, at: Option<u64>) -> Result<Ticket, EngineError> {
        if self.remote.commands.room() == 0 {
            return Err(EngineError::RingFull { waiting: self.waiting() });
        }
        let mut score = Score::new(&self.places, next);
        let mut edit = self.graph.edit();
        edit.fade(self.fade);
        for step in edits {
            score.play(step, &mut edit)?;
        }
        let Score { added, gone, sets, .. } = score;
        let batch = edit.commit()?;
        let at = self.order.batch(at, &sets, self.remote.load.frame());
        for id in gone {
            if let Some(place) = self.places.remove(&id) {
                self.labels.remove(&place.node);
            }
        }
        for (id, (node, label, tap)) in added {
            let load = self.graph.load(node).cloned().unwrap_or_default();
            self.labels.insert(node, label.clone());
            self.places.insert(id, Place { node, label, tap, load, born: self.order.horizon });
        }
        self.send_batch(batch, at)
    }

    /// Sends a batch for which there was room a moment ago: only this side fills the ring.
    fn send_batch(&mut self, batch: Box<Batch>, at: Option<u64>) -> Result<Ticket, EngineError> {
        let ticket = batch.ticket();
        self.own.extend(batch.follow_up());
        let batch = match at {
            Some(frame) => batch.at(frame),
            None => batch,
        };
        self.send(Command::Apply(batch)).map(|()| ticket)
    }

    /// Moves one parameter, at a frame or as soon as may be, and notes the value in the patch.
    ///
    /// # Errors
    /// No such node or parameter, a value out of range, a full ring. Nothing has changed then.
    pub fn set(
        &mut self,
        label: &str,
        param: &str,
        value: f32,
        motion: Option<Motion>,
        at: Option<u64>,
    ) -> Result<Ticket, EngineError> {
        let index = self.index_of(label)?;
        let node = &self.resolved.nodes[index];
        let Some(number) = node.shape.param(param) else {
            let has = node.shape.params.iter().map(|p| &*p.name).collect::<Vec<_>>().join(", ");
            return Err(EngineError::NoSuchParam { node: label.into(), param: param.into(), has });
        };
        let Place { node: place, born, .. } = *self.place(&node.id, label)?;
        if self.remote.commands.room() == 0 {
            return Err(EngineError::RingFull { waiting: self.waiting() });
        }
        let set = self.graph.set(place, number, value, motion)?;
        let resolved = &mut self.resolved.nodes[index];
        resolved.values[usize::from(number)] = value;
        resolved.pins.params.insert(param.to_owned());
        if let Some(node) = self.patch.nodes.get_mut(label) {
            node.params.entry(param.into()).or_default().value = Some(value);
        }
        let ticket = self.graph.next_ticket();
        let at = self.order.set(at, born, (place, number), self.remote.load.frame());
        self.send(Command::Set { ticket, set, at })?;
        Ok(ticket)
    }

    /// Makes a node forget what it has heard, and sound again if it was muted, at a frame or as soon as may be.
    ///
    /// # Errors
    /// No such node, a full ring.
    pub fn reset(&mut self, label: &str, at: Option<u64>) -> Result<Ticket, EngineError> {
        let id = self.resolved.nodes[self.index_of(label)?].id.clone();
        let node = self.place(&id, label)?.node;
        if self.remote.commands.room() == 0 {
            return Err(EngineError::RingFull { waiting: self.waiting() });
        }
        let mut edit = self.graph.edit();
        edit.reset(node)?;
        let batch = edit.commit()?;
        let at = self.order.batch(at, &[], self.remote.load.frame());
        self.send_batch(batch, at)
    }

    /// Asks the audio thread for an answer.
    ///
    /// # Errors
    /// A full ring.
    pub fn ping(&mut self) -> Result<Ticket, EngineError> {
        let ticket = self.graph.next_ticket();
        self.send(Command::Ping(ticket))?;
        Ok(ticket)
    }

    fn send(&mut self, command: Command) -> Result<(), EngineError> {
        self.remote.commands.send(command).map_err(|_| EngineError::RingFull { waiting: self.waiting() })
    }

    /// Takes what the audio thread told since last time, and frees what came back. To be called now and then: while nobody does, the
    /// audio thread keeps what it is done with, and in the end takes no more batches.
    pub fn notices(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        while let Some(event) = self.remote.events.receive() {
            if let Event::Applied { ticket, frame, .. } = &event {
                self.graph.applied(*ticket, *frame);
                if self.own.remove(ticket) {
                    continue;
                }
            }
            notices.push(match event {
                Event::Applied { ticket, frame, .. } => Notice::Applied { ticket, frame },
                Event::Refused { ticket, why, .. } | Event::SetRefused { ticket, why } => {
                    Notice::Refused { ticket, why }
                }
                Event::Set { ticket, frame } => Notice::Set { ticket, frame },
                Event::Muted { node, frame } => {
                    let node =
                        self.labels.get(&node).cloned().unwrap_or_else(|| "a node that is gone".into());
                    Notice::Muted { node, frame }
                }
                Event::Pong { ticket, frame } => Notice::Pong { ticket, frame },
            });
        }
        self.settle();
        notices
    }

    /// Takes away what has faded out, if there is room for the batch that does it; else next time.
    fn settle(&mut self) {
        let now = self.remote.load.frame();
        if self.graph.is_unsettled(now)
            && self.remote.commands.room() > SPARE_ROOM
            && let Some(batch) = self.graph.settle(now)
        {
            self.own.insert(batch.ticket());
            // There was room a moment ago, and only this side fills the ring.
            _ = self.send(Command::Apply(batch));
        }
    }

    /// Lets edits of the structure (nodes, cables) fade over this time, in seconds, instead of 5 ms; 0 makes them take effect at once. At most 10 s.
    pub fn set_fade(&mut self, seconds: f64) {
        let seconds = if seconds.is_finite() { seconds.clamp(0.0, 10.0) } else { 0.005 };
        self.fade = (seconds * self.sample_rate() + 0.5) as u32;
    }

    /// The patch that should sound.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// The same, with everything settled that the document leaves open.
    pub fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// The frames in a second.
    pub fn sample_rate(&self) -> f64 {
        self.graph.stream().sample_rate
    }

    /// How the engine as a whole fares.
    pub fn load(&self) -> &Arc<EngineLoad> {
        &self.remote.load
    }

    /// How every node fares, in the order of the patch.
    pub fn nodes(&self) -> Vec<NodeReport> {
        let report = |node: &ResolvedNode| {
            let place = self.places.get(&node.id)?;
            Some(NodeReport {
                label: node.label.clone(),
                kind: node.kind.name.to_string(),
                average_ns: place.load.average_ns(),
                peak_ns: place.load.peak_ns(),
                levels: levels(place.tap.as_ref()),
            })
        };
        self.resolved.nodes.iter().filter_map(report).collect()
    }

    /// What a node shows, if it is a meter or a scope.
    pub fn tap(&self, label: &str) -> Option<&Tap> {
        let node = self.resolved.nodes.iter().find(|n| n.label == label)?;
        self.places.get(&node.id)?.tap.as_ref()
    }

    fn waiting(&mut self) -> usize {
        Limits::default().messages.saturating_sub(self.remote.commands.room())
    }

    fn index_of(&self, label: &str) -> Result<usize, EngineError> {
        self.resolved.nodes.iter().position(|n| n.label == label).ok_or_else(|| self.no_such_node(label))
    }

    fn place(&self, id: &str, label: &str) -> Result<&Place, EngineError> {
        self.places.get(id).ok_or_else(|| self.no_such_node(label))
    }

    fn no_such_node(&self, name: &str) -> EngineError {
        let labels = self.resolved.nodes.iter().map(|n| n.label.as_str());
        EngineError::NoSuchNode { name: name.into(), suggestion: sostenuto_patch::nearest(name, labels) }
    }
}

fn levels(tap: Option<&Tap>) -> Vec<Levels> {
    match tap {
        Some(Tap::Meter(meter)) => {
            (0..meter.channels()).map(|c| Levels { peak: meter.take_peak(c), rms: meter.rms(c) }).collect()
        }
        _ => Vec::new(),
    }
}
