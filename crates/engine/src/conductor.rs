//! The control side: the patch that should sound, the graph that does, and the way from one to the other.

mod buffers;
mod held;
mod knobs;
mod lanes;
mod line;
mod playing;
mod rate;
mod recordings;
mod sampling;
mod show;
mod streams;
pub(crate) mod tails;
mod threads;
mod values;
mod wires;

use crate::error::EngineError;
use crate::notice::Notice;
use crate::order::Order;
use crate::ports::{Outward, Streams};
use crate::score::{Forms, Score};
use crate::stage::Stage;
use buffers::Handed;
use knobs::Knobs;
pub use knobs::ParameterHandle;
use line::SharedLine;
pub use line::{LineFull, NodeLine};
use playing::Playing;
use recordings::Recording;
pub use recordings::{Recorded, RecordingKey};
use sostenuto_graph::{
    AudioGraph, Batch, Command, CommandSender, EngineLoad, Event, EventReceiver, Executor, Limits, NodeId,
    ROOT, Remote, Stream, Ticket, When,
};
use sostenuto_patch::{Catalogue, Checked, Edit, Notation, Patch, Resolved, diff, read};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use streams::{Fed, Watched};
use tails::{Keep, Tail};
use wires::Retired;

/// The patch learns so many values that were set each time when the conductor listens; the others when it is looked at, or edited.
const SAID_AT_ONCE: usize = 8;

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

/// What leads to the audio thread and back.
#[derive(Debug)]
struct Rings {
    commands: CommandSender,
    events: EventReceiver,
    load: Arc<EngineLoad>,
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
    remote: Rings,
    /// What goes past this conductor.
    line: SharedLine,
    /// The patch that should sound, settled, but for values that `knobs` knows of; and the same with them, once somebody asked.
    resolved: Resolved,
    told: OnceLock<Resolved>,
    /// The one before, until there is time to drop it.
    spent: Option<Resolved>,
    knobs: Knobs,
    stage: Stage,
    /// What instances of parts are made from.
    forms: Forms,
    order: Order,
    playing: Playing,
    /// What was handed over for buffers, by name.
    buffers: BTreeMap<String, Handed>,
    /// The streams from the disk that play, and what was told of them.
    watched: Vec<Watched>,
    fed: Vec<Fed>,
    /// The recordings that are under way, and how many there have been.
    recordings: Vec<Recording>,
    last_recording: u32,
    /// Nodes that were removed and ring on.
    tails: Vec<Tail>,
    /// The streams that ports ask for, who takes the wires to them, and what is left of wires of ports that went.
    streams: Streams,
    outward: Option<Box<dyn Outward>>,
    retired: Vec<Retired>,
    /// Frames that edits of the structure take to be heard in full.
    fade: u32,
    /// Batches that nobody asked for: they take away what has faded out, or follow on others.
    own: HashSet<Ticket>,
    /// The id that was last given to what a node was told to begin.
    last_voice: u32,
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
        let (executor, Remote { commands, events, line, load }) = Executor::new(stream, limits, clock);
        let conductor = Conductor {
            graph: AudioGraph::new(stream, channels),
            remote: Rings { commands, events, load },
            line: Arc::new(Mutex::new(line)),
            resolved: Resolved::silence(),
            told: OnceLock::new(),
            spent: None,
            knobs: Knobs::default(),
            stage: Stage::new(),
            forms: Forms::default(),
            order: Order::default(),
            playing: Playing::new(sample_rate),
            buffers: BTreeMap::new(),
            watched: Vec::new(),
            fed: Vec::new(),
            recordings: Vec::new(),
            last_recording: 0,
            tails: Vec::new(),
            streams: Streams::new(),
            outward: None,
            retired: Vec::new(),
            fade: (0.005 * sample_rate + 0.5) as u32,
            own: HashSet::new(),
            last_voice: 0,
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

    /// Makes a patch sound instead of the present one, at a time or as soon as may be: the smallest batch of edits that does it, whole.
    /// A patch that was made from the present one costs what it changes: the two share the rest, and that is not looked at.
    /// With the first patch musical time begins to run.
    ///
    /// Batches take effect in the order in which they are made: one waits for those before it. So do changes of one parameter.
    ///
    /// # Errors
    /// Problems of the patch, a full ring. Nothing has changed then.
    pub fn apply(&mut self, patch: &Patch, at: impl Into<When>) -> Result<Applied, EngineError> {
        self.say();
        let patch = self.with_buffers(patch);
        let resolved = self.resolved.after(&patch, Self::catalogue()).map_err(EngineError::Patch)?;
        self.apply_resolved(resolved, at.into(), None)
    }

    /// Changes the present patch, and makes it sound as [`apply`](Self::apply) does. Values that were set since it was last looked at are folded in
    /// where they stand, which is cheaper than the copy that [`patch`](Self::patch) makes for that.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn edit(
        &mut self,
        change: impl FnOnce(&mut Patch),
        at: impl Into<When>,
    ) -> Result<Applied, EngineError> {
        self.say();
        let mut patch = self.resolved.patch().clone();
        change(&mut patch);
        self.apply(&patch, at)
    }

    /// Takes everything away.
    ///
    /// # Errors
    /// A full ring. Nothing has changed then.
    pub fn clear(&mut self, at: impl Into<When>) -> Result<Applied, EngineError> {
        self.apply_resolved(Resolved::silence(), at.into(), None)
    }

    /// Makes a patch sound that is settled already. A node named by `keep` rings on when it is removed.
    ///
    /// # Errors
    /// A full ring. Nothing has changed then.
    pub(crate) fn apply_resolved(
        &mut self,
        resolved: Resolved,
        at: When,
        keep: Option<Keep>,
    ) -> Result<Applied, EngineError> {
        self.say();
        let edits = diff(&self.resolved, &resolved);
        let ticket = if edits.iter().any(Edit::is_audible) {
            Some(self.carry_out(&edits, &resolved, at, keep)?)
        } else {
            None
        };
        for edit in &edits {
            match edit {
                Edit::Relabel { node, .. } => {
                    self.stage.relabel(None, &node.id, &node.label);
                    self.knobs.forget_names();
                }
                Edit::InPart { part, edit, .. } => {
                    if let Edit::Relabel { node, .. } = &**edit {
                        self.stage.relabel(Some(part), &node.id, &node.label);
                        self.knobs.forget_names();
                    }
                }
                _ => {}
            }
        }
        self.spent = Some(std::mem::replace(&mut self.resolved, resolved));
        Ok(Applied { ticket, edits })
    }

    fn carry_out(
        &mut self,
        edits: &[Edit],
        next: &Resolved,
        at: When,
        keep: Option<Keep>,
    ) -> Result<Ticket, EngineError> {
        let changes = self.playing.changes(edits, next);
        // One for notes that are let go, and one for each node whose slots change.
        let slots =
            edits.iter().filter(|edit| matches!(edit, Edit::Slots { .. } | Edit::InPart { .. })).count();
        self.make_room((changes.len() + 2 + slots).min(Limits::default().messages / 2))?;
        let mut score = Score::new(&self.stage, next, &mut self.streams, &mut self.forms);
        score.keep = keep.as_ref().map(|keep| keep.id.clone());
        let mut edit = self.graph.edit();
        edit.fade(self.fade);
        for step in edits {
            score.play(step, &mut edit)?;
        }
        score.tell_instruments(&mut edit)?;
        let recorded = recordings::follow(&self.recordings, &score, next, &mut edit)?;
        if playing::concerns_sequences(edits, next) {
            let sequences = self.playing.sequences(next, |id| score.node_of(id))?;
            edit.set_sequences(sequences)?;
            edit.set_automation(lanes::lanes(next, &score, edit.graph().stream().sample_rate)?)?;
        }
        let Score { changes: placed, sets, ringing, retired, wires, loads, .. } = score;
        let batch = edit.commit()?;
        let at = self.time_of(at, &sets);
        if let Some((ringing, keep)) = ringing.zip(keep) {
            self.let_go(ringing.node, at)?;
            self.await_end(ringing, batch.ticket(), keep.frames);
        }
        for (_, id) in placed.gone.iter().filter(|(body, _)| *body == ROOT) {
            self.stage.place(ROOT, id).into_iter().for_each(|place| self.knobs.forget(place.node));
        }
        recordings::note(&mut self.recordings, recorded);
        self.watch_streams(&placed);
        self.stage.take_in(placed, self.order.horizon);
        self.retire(retired, batch.ticket());
        if let Some(outward) = &mut self.outward {
            wires.into_iter().for_each(|(end, place)| outward.attach(end, place));
        }
        if edits.iter().any(|edit| matches!(edit, Edit::InPart { .. })) {
            self.knobs.look_again(&self.stage, next, &self.graph);
        }
        for change in changes {
            let ticket = self.send_change(change, at)?;
            self.own.insert(ticket);
        }
        let ticket = self.send_batch(batch, at)?;
        self.load_slots(loads, at)?;
        Ok(ticket)
    }

    /// When a batch is to take effect that sets these parameters: not before what was asked of them earlier.
    fn time_of(&mut self, at: When, sets: &[(sostenuto_graph::NodeId, u16)]) -> When {
        let frame = match at {
            When::Now => None,
            When::Frame(frame) => Some(frame),
            musical => return musical,
        };
        self.order.batch(frame, sets, self.remote.load.frame()).into()
    }

    /// Sends a batch for which there was room a moment ago: only this side fills the ring.
    fn send_batch(&mut self, batch: Box<Batch>, at: When) -> Result<Ticket, EngineError> {
        let ticket = batch.ticket();
        self.own.extend(batch.follow_ups());
        if is_musical(at) {
            self.order.open.insert(ticket);
        }
        self.send(Command::Apply(batch.when(at))).map(|()| ticket)
    }

    /// Refuses if so many commands do not fit.
    fn make_room(&mut self, commands: usize) -> Result<(), EngineError> {
        if self.remote.commands.room() < commands {
            return Err(EngineError::RingFull { waiting: self.waiting() });
        }
        Ok(())
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
            match &event {
                Event::Applied { ticket, frame, .. } => {
                    self.graph.applied(*ticket, *frame);
                    self.order.open.remove(ticket);
                    self.tail_began(*ticket, *frame);
                    self.retired_since(*ticket, *frame);
                    recordings::ended(&mut self.recordings, *ticket);
                }
                Event::Set { ticket, frame } => self.acknowledged(*ticket, *frame),
                Event::Refused { ticket, .. } => drop(self.order.open.remove(ticket)),
                _ => {}
            }
            if let Event::Applied { ticket, .. }
            | Event::Set { ticket, .. }
            | Event::SetRefused { ticket, .. } = &event
                && !self.own.is_empty()
                && self.own.remove(ticket)
            {
                continue;
            }
            notices.push(match event {
                Event::Applied { ticket, frame, .. } => Notice::Applied { ticket, frame },
                Event::Refused { ticket, why, .. } | Event::SetRefused { ticket, why } => {
                    Notice::Refused { ticket, why }
                }
                Event::Set { ticket, frame } => Notice::Set { ticket, frame },
                Event::Muted { node, frame } => Notice::Muted { node: self.said_of(node), frame },
                Event::Told { node, report } => {
                    let tells = self.stage.place_of(node).map_or(&[][..], |place| place.tells);
                    let what = tells.get(usize::from(report.what)).copied().unwrap_or("told");
                    Notice::Told { node: self.said_of(node), what, report }
                }
                Event::Untold { node, lost, frame } => {
                    Notice::Untold { node: self.said_of(node), lost, frame }
                }
                Event::Pong { ticket, frame } => Notice::Pong { ticket, frame },
            });
        }
        self.tell_streams(&mut notices);
        self.tell_feeds(&mut notices);
        self.end_notes();
        self.end_tails();
        self.end_retired();
        self.stage.collect_sounds();
        self.settle();
        self.put_away();
        notices
    }

    /// Does what an edit left for later, and what the next would have to do.
    fn put_away(&mut self) {
        if self.spent.take().is_some() {
            self.resolved.tidy();
        }
        self.say_some(SAID_AT_ONCE);
    }

    fn said_of(&self, node: NodeId) -> String {
        self.stage.label(node).unwrap_or_else(|| "a node that is gone".into())
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
        self.resolved().patch()
    }

    /// The frames in a second.
    pub fn sample_rate(&self) -> f64 {
        self.graph.stream().sample_rate
    }

    /// How the engine as a whole fares.
    pub fn load(&self) -> &Arc<EngineLoad> {
        &self.remote.load
    }

    fn waiting(&mut self) -> usize {
        Limits::default().messages.saturating_sub(self.remote.commands.room())
    }
}

/// Whether the frame is known to the audio thread only.
fn is_musical(at: When) -> bool {
    !matches!(at, When::Now | When::Frame(_))
}
