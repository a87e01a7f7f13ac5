//! Parameters that are moved by themselves, and nodes that are reset.

use super::knobs::{Course, Origin, ParameterHandle};
use super::{Conductor, is_musical};
use crate::error::EngineError;
use sostenuto_graph::{Command, GraphError, Motion, Set, Ticket, When};
use sostenuto_patch::Resolved;
use std::sync::OnceLock;

impl Conductor {
    /// Moves one parameter, at a time or as soon as may be, and notes the value in the patch. A parameter of an instance of a part moves what
    /// it stands for; so does `INSTANCE/NODE` with the parameter that it stands for.
    ///
    /// What is moved often is cheaper by a [handle](Self::parameter), and is not acknowledged then.
    ///
    /// # Errors
    /// No such node or parameter, a value out of range, a parameter inside of a part that none of the part stands for, a full ring.
    /// Nothing has changed then.
    pub fn set(
        &mut self,
        label: &str,
        param: &str,
        value: f32,
        motion: Option<Motion>,
        at: impl Into<When>,
    ) -> Result<Ticket, EngineError> {
        let knob = self.knob(label, param)?;
        self.turn(knob, value, motion, at.into(), true)
    }

    /// Finds a parameter, named as in [`set`](Self::set), to be moved by [`set_by`](Self::set_by).
    ///
    /// # Errors
    /// As of [`set`](Self::set), for the names.
    pub fn parameter(&mut self, label: &str, param: &str) -> Result<ParameterHandle, EngineError> {
        let knob = self.knob(label, param)?;
        self.knobs.handle(knob).ok_or(EngineError::ParameterGone)
    }

    /// Moves a parameter that was found before, as [`set`](Self::set) does, in about the time that it takes to put one command into the ring.
    /// The patch says the value when it is looked at next. Nothing is told of it unless it is refused: then by the ticket.
    ///
    /// An instance's parameter that stands for several, or is one of an instrument, is a batch, and takes as long as one.
    ///
    /// # Errors
    /// [`ParameterGone`](EngineError::ParameterGone) once the node was removed or replaced; a value out of range; a full ring. Nothing has
    /// changed then.
    pub fn set_by(
        &mut self,
        parameter: ParameterHandle,
        value: f32,
        motion: Option<Motion>,
        at: impl Into<When>,
    ) -> Result<Ticket, EngineError> {
        let knob = self.knobs.place(parameter).ok_or(EngineError::ParameterGone)?;
        self.turn(knob, value, motion, at.into(), false)
    }

    /// The same as [`set`](Self::set) where it is settled already what the patch says then.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub(crate) fn set_resolved(
        &mut self,
        (label, param): (&str, &str),
        value: f32,
        motion: Option<Motion>,
        at: When,
        resolved: Resolved,
    ) -> Result<Ticket, EngineError> {
        let knob = self.knob(label, param)?;
        let ticket = self.turn(knob, value, motion, at, true)?;
        self.told = OnceLock::from(resolved);
        self.say();
        Ok(ticket)
    }

    /// Where the knob of a parameter stands.
    fn knob(&mut self, label: &str, param: &str) -> Result<usize, EngineError> {
        if let Some(knob) = self.knobs.named(label, param) {
            return Ok(knob);
        }
        let knob = if label.contains('/') {
            let (label, param) = self.outermost(label, param)?;
            self.find_knob(&label, &param)?
        } else {
            self.find_knob(label, param)?
        };
        self.knobs.name(label, param, knob);
        Ok(knob)
    }

    fn find_knob(&mut self, label: &str, param: &str) -> Result<usize, EngineError> {
        let (node, place) = self.find(label)?;
        let number = node.shape.param(param);
        let info = number.and_then(|number| Some((number, node.shape.params.get(usize::from(number))?)));
        let (number, info) = info.ok_or_else(|| no_param(node, label, param))?;
        if let Some(knob) = self.knobs.find(place.node, number) {
            return Ok(knob);
        }
        let (info, course) = (info.clone(), Course::of(&self.stage, &self.graph, node, place, number));
        let (id, place, node) = (node.id.clone(), self.resolved.place(&node.id), place.node);
        let place = place.ok_or(EngineError::ParameterGone)?;
        Ok(self.knobs.add(&info, Origin { node, number, course, id, place }))
    }

    /// Moves the parameter of a knob. It is acknowledged if it `is_told`.
    fn turn(
        &mut self,
        place: usize,
        value: f32,
        motion: Option<Motion>,
        at: When,
        is_told: bool,
    ) -> Result<Ticket, EngineError> {
        let Some(knob) = self.knobs.at(place).copied() else { return Err(EngineError::ParameterGone) };
        if !knob.takes(value) {
            return Err(self.out_of_range(place, value));
        }
        let ticket = match knob.set {
            Some(set) if !is_musical(at) && self.order.open.is_empty() => {
                let set = Set { value, motion: motion.unwrap_or(set.motion), ..set };
                self.turn_one(place, set, knob.born, at, is_told)?
            }
            _ => self.turn_all(place, value, motion, at, is_told)?,
        };
        if self.told.get().is_some() {
            self.say();
        }
        self.knobs.turn(place, value);
        Ok(ticket)
    }

    /// Sends the change of one parameter.
    fn turn_one(
        &mut self,
        place: usize,
        set: Set,
        born: u64,
        at: When,
        is_told: bool,
    ) -> Result<Ticket, EngineError> {
        let now = self.remote.load.frame();
        let frame = if let When::Frame(frame) = at { Some(frame) } else { None };
        // Most changes are for now, and nothing was asked for later: then it need not be looked up which they are.
        let at = if frame.is_none() && born <= now && self.order.awaits_no_set(now) {
            None
        } else {
            let aim = self.knobs.origin(place).and_then(|origin| origin.course.aims.first());
            let aim = aim.ok_or(EngineError::ParameterGone)?;
            self.order.set(frame, born, (aim.node, aim.number), now)
        };
        let ticket = self.graph.next_ticket();
        self.send(match is_told {
            true => Command::Set { ticket, set, at },
            false => Command::Turn { ticket, set, at },
        })?;
        Ok(ticket)
    }

    /// Moves all that the parameter of a knob stands for, in one batch; or the one of which the graph is to know.
    fn turn_all(
        &mut self,
        place: usize,
        value: f32,
        motion: Option<Motion>,
        at: When,
        is_told: bool,
    ) -> Result<Ticket, EngineError> {
        self.make_room(1)?;
        let aims = self.knobs.origin(place).map_or(&[][..], |knob| &knob.course.aims);
        if let [aim] = *aims
            && !is_musical(at)
            && self.order.open.is_empty()
        {
            let set = self.graph.set(aim.node, aim.number, aim.clamp(value), motion)?;
            return self.turn_one(place, set, aim.born, at, is_told);
        }
        let mut edit = self.graph.edit();
        for aim in aims {
            edit.set(aim.node, aim.number, aim.clamp(value), motion)?;
        }
        let batch = edit.commit()?;
        let sets: Vec<_> = aims.iter().map(|aim| (aim.node, aim.number)).collect();
        if !is_told {
            self.own.insert(batch.ticket());
        }
        let at = self.time_of(at, &sets);
        self.send_batch(batch, at)
    }

    #[cold]
    fn out_of_range(&self, place: usize, value: f32) -> EngineError {
        let (Some(knob), Some(origin)) = (self.knobs.at(place), self.knobs.origin(place)) else {
            return EngineError::ParameterGone;
        };
        let node = self.stage.label(origin.node).unwrap_or_default();
        let shape = self.resolved.nodes.labelled(&node).map(|node| &node.shape);
        let info = shape.and_then(|shape| shape.params.get(usize::from(origin.number)));
        let param = info.map(|info| info.name.to_string()).unwrap_or_default();
        let (min, max) = knob.range();
        if knob.range_has(value) {
            return EngineError::NotWhole { node, param, value, max };
        }
        GraphError::OutOfRange { node, param, value, min, max }.into()
    }

    /// Lets the patch say the values that were set and that it does not say yet.
    pub(crate) fn say(&mut self) {
        self.say_some(usize::MAX);
    }

    /// The same of so many of them, those first that were set first.
    pub(super) fn say_some(&mut self, most: usize) {
        if self.knobs.are_said() {
            return;
        }
        // What nobody shares is changed where it is.
        self.spent = None;
        let most = match self.told.take() {
            Some(told) => {
                self.resolved = told;
                usize::MAX
            }
            None => {
                self.resolved.turn(self.knobs.for_patch(&self.resolved, most));
                most
            }
        };
        for (knob, value) in self.knobs.unsaid(most) {
            for (body, number) in &knob.course.bodies {
                self.stage.turn(*body, *number, value);
            }
            for aim in &knob.course.aims {
                self.graph.note_value(aim.node, aim.number, aim.clamp(value));
            }
        }
        self.knobs.say(most);
    }

    /// The patch that should sound, with everything settled that the document leaves open.
    pub fn resolved(&self) -> &Resolved {
        if self.knobs.are_said() {
            return &self.resolved;
        }
        self.told.get_or_init(|| {
            let mut told = self.resolved.clone();
            told.turn(self.knobs.for_patch(&self.resolved, usize::MAX));
            told
        })
    }

    /// The label and the parameter of the patch that stand for a parameter inside of instances: the same if it is not inside of one.
    ///
    /// # Errors
    /// No such node or parameter; no parameter of the part stands for it.
    pub fn outermost(&self, label: &str, param: &str) -> Result<(String, String), EngineError> {
        let (mut label, mut param) = (label.to_owned(), param.to_owned());
        while let Some((around, name)) = label.rsplit_once('/') {
            let (node, _) = self.find(&label)?;
            if node.shape.param(&param).is_none() {
                return Err(no_param(node, &label, &param));
            }
            let (instance, _) = self.find(around)?;
            let part = instance.kind.part.as_deref();
            let stands_for = |shown: &&sostenuto_patch::PartParameter| {
                shown.targets.iter().any(|target| {
                    let inner = part.and_then(|part| part.nodes.at(target.node));
                    inner.is_some_and(|n| n.label == name && n.shape.param(&param) == Some(target.param))
                })
            };
            let Some(shown) = part.and_then(|part| part.params.iter().find(stands_for)) else {
                let part = part.map_or_else(String::new, |part| part.name.clone());
                return Err(EngineError::InsidePart { node: label, param, part });
            };
            param = shown.info.name.to_string();
            label = around.to_owned();
        }
        Ok((label, param))
    }

    /// Makes a node forget what it has heard, and sound again if it was muted, at a time or as soon as may be; of a part, all that is
    /// inside.
    ///
    /// # Errors
    /// No such node, a full ring.
    pub fn reset(&mut self, label: &str, at: impl Into<When>) -> Result<Ticket, EngineError> {
        let node = self.find(label)?.1.node;
        self.make_room(1)?;
        let mut edit = self.graph.edit();
        edit.reset(node)?;
        let batch = edit.commit()?;
        let at = self.time_of(at.into(), &[]);
        self.send_batch(batch, at)
    }
}

fn no_param(node: &sostenuto_patch::ResolvedNode, label: &str, param: &str) -> EngineError {
    let has = node.shape.params.iter().map(|p| &*p.name).collect::<Vec<_>>().join(", ");
    EngineError::NoSuchParam { node: label.into(), param: param.into(), has }
}
