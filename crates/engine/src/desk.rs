//! Where hands work: commands and documents in, edits of the sound out, with undo. What the prompt, scripts and bindings share.

mod notes;

use crate::conductor::tails::{Keep, LONGEST_SECONDS};
use crate::conductor::{Applied, Conductor};
use crate::error::EngineError;
use crate::merge::{Merged, merge};
use notes::Notes;
use sostenuto_graph::{Curve, Motion, Ticket, When};
use sostenuto_patch::command::{Command, CommandError, Ramp, Tail, edit_resolved};
use sostenuto_patch::{Document, Edit, History, Loader, Patch, Problem, Resolved, diff, to_toml};
use sostenuto_units::{Hertz, Span, Tempo};

/// A conductor with a document, a history, and an ear for commands. `[control]`
#[derive(Debug)]
pub struct Desk {
    conductor: Conductor,
    history: History,
    /// The file as it was last read or written.
    document: Option<Document>,
    notes: Notes,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// The sound changes.
    Edited(Applied),
    /// A request went to the audio thread, which will answer.
    Sent(Ticket),
    /// There was nothing to do, for this reason.
    Nothing(&'static str),
    /// The command is for whoever holds the desk: it asks about files, the program, or what can be shown.
    Yours(Command),
}

/// Why a command was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The command does not fit the patch.
    #[error(transparent)]
    Command(#[from] Box<CommandError>),
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What became of a document that was read again.
#[derive(Clone, Debug, PartialEq)]
pub struct Reloaded {
    /// The edits that were made.
    pub applied: Applied,
    /// Those of them that took back what had been changed by commands since the file was last read or written.
    pub overrode: Vec<Edit>,
}

impl Desk {
    /// A desk for a conductor, with what it plays as the present patch.
    pub fn new(conductor: Conductor) -> Self {
        let history = History::new(conductor.patch().clone());
        Desk { conductor, history, document: None, notes: Notes::default() }
    }

    /// The conductor, to ask.
    pub fn conductor(&self) -> &Conductor {
        &self.conductor
    }

    /// The conductor, to take its notices and read its meters.
    pub fn conductor_mut(&mut self) -> &mut Conductor {
        &mut self.conductor
    }

    /// Another conductor for the same patch takes the place of the present one, which is given back.
    #[cfg(feature = "native")]
    pub(crate) fn go_over_to(&mut self, conductor: Conductor) -> Conductor {
        std::mem::replace(&mut self.conductor, conductor)
    }

    /// How many steps can be undone and redone.
    pub fn steps(&self) -> (usize, usize) {
        (self.history.undoable(), self.history.redoable())
    }

    /// The frames that a time takes at this rate and the present tempo.
    pub fn frames(&self, span: Span) -> u64 {
        let now = self.conductor.load().frame();
        let tempo = Tempo(self.conductor.timeline().position(now).tempo);
        span.to_frames(Hertz(self.conductor.sample_rate()), tempo).0
    }

    /// Carries a command out, at a time or as soon as may be.
    ///
    /// # Errors
    /// Why not; nothing has changed then.
    pub fn carry_out(&mut self, command: &Command, at: impl Into<When>) -> Result<Reply, DeskError> {
        let at = at.into();
        if let Some(reply) = self.perform(command, at)? {
            return Ok(reply);
        }
        match command {
            Command::Set { node, param, over, ramp, .. } => {
                self.set(command, node, param, (*over, *ramp), at)
            }
            Command::Undo { steps } => self.undo(at, *steps),
            Command::Redo { steps } => self.redo(at, *steps),
            Command::Reset { node } => Ok(Reply::Sent(self.conductor.reset(node, at)?)),
            Command::Ping => Ok(Reply::Sent(self.conductor.ping()?)),
            Command::Remove { node, tail: Some(tail) } => self.remove(command, node, *tail, at),
            command if command.is_edit() => {
                let resolved = self.edited(command)?;
                self.play_resolved(resolved, at, None)
            }
            other => Ok(Reply::Yours(other.clone())),
        }
    }

    /// Takes over a whole patch, as one step of the history.
    ///
    /// # Errors
    /// As [`Conductor::apply`].
    pub fn play(&mut self, patch: Patch, at: impl Into<When>) -> Result<Reply, DeskError> {
        let applied = self.conductor.apply(&patch, at)?;
        self.record();
        Ok(told(applied))
    }

    fn play_resolved(
        &mut self,
        resolved: Resolved,
        at: When,
        keep: Option<Keep>,
    ) -> Result<Reply, DeskError> {
        let applied = self.conductor.apply_resolved(resolved, at, keep)?;
        self.record();
        Ok(told(applied))
    }

    /// Takes over a document, in place of what was there. The history goes on. Parts that come from files are refused;
    /// [`open_with`](Self::open_with) takes them.
    ///
    /// # Errors
    /// Every problem of the document; then as [`Conductor::apply`].
    pub fn open(&mut self, text: &str, at: impl Into<When>) -> Result<(Reply, Vec<Problem>), DeskError> {
        let document = Document::parse(text, Conductor::catalogue()).map_err(EngineError::Patch)?;
        self.take_over(document, at.into())
    }

    /// The same with parts from files, which `load` gives by the names that the document has for them.
    ///
    /// # Errors
    /// As [`open`](Self::open); problems of a file name it.
    pub fn open_with(
        &mut self,
        text: &str,
        load: &mut Loader<'_>,
        at: impl Into<When>,
    ) -> Result<(Reply, Vec<Problem>), DeskError> {
        let document =
            Document::parse_with(text, Conductor::catalogue(), load).map_err(EngineError::Patch)?;
        self.take_over(document, at.into())
    }

    fn take_over(&mut self, document: Document, at: When) -> Result<(Reply, Vec<Problem>), DeskError> {
        let reply = self.play(document.patch().clone(), at)?;
        let warnings = document.warnings().to_vec();
        self.document = Some(document);
        Ok((reply, warnings))
    }

    /// Takes over a document that was changed in its file. The file wins for what it names; what commands added beside it stays.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reload(&mut self, text: &str) -> Result<Reloaded, DeskError> {
        let document = Document::parse(text, Conductor::catalogue()).map_err(EngineError::Patch)?;
        self.take_over_beside(document)
    }

    /// The same with parts from files.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with).
    pub fn reload_with(&mut self, text: &str, load: &mut Loader<'_>) -> Result<Reloaded, DeskError> {
        let document =
            Document::parse_with(text, Conductor::catalogue(), load).map_err(EngineError::Patch)?;
        self.take_over_beside(document)
    }

    fn take_over_beside(&mut self, document: Document) -> Result<Reloaded, DeskError> {
        let base = self.document.as_ref().map(|d| d.patch().clone()).unwrap_or_default();
        let Merged { patch, touched } = merge(&base, self.conductor.patch(), document.patch());
        let applied = self.conductor.apply(&patch, None)?;
        self.record();
        self.document = Some(document);
        let overrode = applied.edits.iter().filter(|edit| touched.contains(edit)).cloned().collect();
        Ok(Reloaded { applied, overrode })
    }

    /// The present patch as the text of its document: comments, order and spacing stay where nothing changed. From now on it is the
    /// text that the file has.
    pub fn text(&mut self) -> String {
        let patch = self.conductor.patch();
        match &mut self.document {
            Some(document) => {
                document.update(patch, Conductor::catalogue());
                document.to_string()
            }
            None => to_toml(patch, Conductor::catalogue()),
        }
    }

    /// Notes a step; what sounds first is where the history begins, so that undoing never leads to silence before it.
    fn record(&mut self) {
        let patch = self.conductor.patch().clone();
        let new = self.history.present().nodes.is_empty() && self.steps() == (0, 0);
        if new {
            self.history = History::new(patch);
        } else {
            self.history.record(patch);
        }
    }

    fn edited(&mut self, command: &Command) -> Result<Resolved, DeskError> {
        self.conductor.say();
        edit_resolved(self.conductor.resolved(), Conductor::catalogue(), command)
            .map_err(|e| DeskError::Command(Box::new(e)))
    }

    /// A parameter goes to the audio thread by itself, with its ramp; a setting makes a new node.
    fn set(
        &mut self,
        command: &Command,
        label: &str,
        param: &str,
        (over, ramp): (Option<Span>, Option<Ramp>),
        at: When,
    ) -> Result<Reply, DeskError> {
        if label.contains('/') {
            return self.set_inside(command, label, param, at);
        }
        let resolved = self.edited(command)?;
        let edits = diff(self.conductor.resolved(), &resolved);
        let parameter = resolved.nodes.labelled(label).and_then(|n| {
            let number = n.shape.param(param)?;
            Some((
                n.values.get(usize::from(number)).copied()?,
                n.shape.params.get(usize::from(number))?.curve,
            ))
        });
        let Some((value, curve)) = parameter else { return self.play_resolved(resolved, at, None) };
        if !edits.iter().any(Edit::is_audible) {
            return Ok(Reply::Nothing("it is so already"));
        }
        let motion = over.map(|over| {
            let frames = self.frames(over).min(u64::from(u32::MAX)) as u32;
            match (ramp, curve) {
                (Some(Ramp::Glide), _) => Motion::Glide(frames),
                (Some(Ramp::Exponential), _) | (None, Curve::Logarithmic) => Motion::Exponential(frames),
                (Some(Ramp::Linear), _) | (None, Curve::Linear) => Motion::Linear(frames),
            }
        });
        let ticket = self.conductor.set_resolved((label, param), value, motion, at, resolved)?;
        self.record();
        Ok(Reply::Edited(Applied { ticket: Some(ticket), edits }))
    }

    /// A parameter inside of an instance of a part is set by the parameter that stands for it.
    fn set_inside(
        &mut self,
        command: &Command,
        label: &str,
        param: &str,
        at: When,
    ) -> Result<Reply, DeskError> {
        let (label, param) = self.conductor.outermost(label, param)?;
        let mut outside = command.clone();
        if let Command::Set { node, param: name, .. } = &mut outside {
            (*node, *name) = (label, param);
        }
        self.carry_out(&outside, at)
    }

    /// A node goes from the patch at once; what it still has to sound sounds on.
    fn remove(&mut self, command: &Command, label: &str, tail: Tail, at: When) -> Result<Reply, DeskError> {
        let resolved = self.edited(command)?;
        let id = self.conductor.patch().nodes.get(label).map_or_else(String::new, |node| node.id.clone());
        let frames = match tail {
            Tail::Whole => (LONGEST_SECONDS * self.conductor.sample_rate()) as u64,
            Tail::For(span) => self.frames(span),
        };
        self.play_resolved(resolved, at, Some(Keep { id, frames }))
    }

    /// Goes so many steps back, or as many as there are, and makes one change of them.
    fn undo(&mut self, at: When, steps: u32) -> Result<Reply, DeskError> {
        let steps = (steps as usize).min(self.history.undoable());
        let Some(patch) = self.history.earlier(steps).cloned() else {
            return Ok(Reply::Nothing("there is nothing to undo"));
        };
        let applied = self.go(&patch, at)?;
        for _ in 0..steps {
            self.history.undo();
        }
        Ok(Reply::Edited(applied))
    }

    /// Goes so many undone steps on again.
    fn redo(&mut self, at: When, steps: u32) -> Result<Reply, DeskError> {
        let steps = (steps as usize).min(self.history.redoable());
        let Some(patch) = self.history.later(steps).cloned() else {
            return Ok(Reply::Nothing("there is nothing to redo"));
        };
        let applied = self.go(&patch, at)?;
        for _ in 0..steps {
            self.history.redo();
        }
        Ok(Reply::Edited(applied))
    }

    fn go(&mut self, patch: &Patch, at: When) -> Result<Applied, EngineError> {
        if patch.nodes.is_empty() { self.conductor.clear(at) } else { self.conductor.apply(patch, at) }
    }
}

fn told(applied: Applied) -> Reply {
    if applied.edits.is_empty() { Reply::Nothing("it is so already") } else { Reply::Edited(applied) }
}
