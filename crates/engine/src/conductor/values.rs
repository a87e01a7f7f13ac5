//! Parameters that are moved by themselves, and nodes that are reset.

use super::{Conductor, is_musical};
use crate::error::EngineError;
use crate::score::Score;
use sostenuto_graph::{Command, GraphError, Motion, ROOT, Ticket, When};
use sostenuto_patch::Resolved;

impl Conductor {
    /// Moves one parameter, at a time or as soon as may be, and notes the value in the patch. A parameter of an instance of a part moves what
    /// it stands for; so does `INSTANCE/NODE` with the parameter that it stands for.
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
        let (label, param) = self.outermost(label, param)?;
        let ticket = self.turn(&label, &param, value, motion, at.into())?;
        let mut patch = self.resolved.patch().clone();
        if let Some(node) = patch.nodes.get_mut(&label) {
            node.params.entry(param).or_default().value = Some(value);
        }
        if let Ok(resolved) = self.resolved.after(&patch, Self::catalogue()) {
            self.resolved = resolved;
        }
        Ok(ticket)
    }

    /// The same where it is settled already what the patch says then.
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
        let ticket = self.turn(label, param, value, motion, at)?;
        self.resolved = resolved;
        Ok(ticket)
    }

    /// Moves a parameter of a node of the patch.
    fn turn(
        &mut self,
        label: &str,
        param: &str,
        value: f32,
        motion: Option<Motion>,
        at: When,
    ) -> Result<Ticket, EngineError> {
        let (node, place) = self.find(label)?;
        let Some(number) = node.shape.param(param) else { return Err(no_param(node, label, param)) };
        let info = &node.shape.params[usize::from(number)];
        if !(info.min..=info.max).contains(&value) {
            let (node, param, min, max) = (label.to_owned(), param.to_owned(), info.min, info.max);
            return Err(GraphError::OutOfRange { node, param, value, min, max }.into());
        }
        let (id, is_instance) = (node.id.clone(), !place.bodies.is_empty());
        let (place, born) = (place.node, place.born);
        self.make_room(1)?;
        let ticket = if is_instance || is_musical(at) || !self.order.open.is_empty() {
            let mut score = Score::new(&self.stage, &self.resolved);
            let mut edit = self.graph.edit();
            score.turn(ROOT, &id, param, value, motion, &mut edit)?;
            let Score { changes, sets, .. } = score;
            let batch = edit.commit()?;
            let at = self.time_of(at, &sets);
            self.stage.take_in(changes, &self.graph, 0);
            self.send_batch(batch, at)?
        } else {
            let set = self.graph.set(place, number, value, motion)?;
            let ticket = self.graph.next_ticket();
            let frame = if let When::Frame(frame) = at { Some(frame) } else { None };
            let at = self.order.set(frame, born, (place, number), self.remote.load.frame());
            self.send(Command::Set { ticket, set, at })?;
            ticket
        };
        Ok(ticket)
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
