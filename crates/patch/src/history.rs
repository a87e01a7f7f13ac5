//! Undo and redo: what each step changed, as far back as the limit goes.

use crate::model::{Node, Part, Patch, Sequence, Transport};
use indexmap::IndexMap;
use std::collections::VecDeque;

/// How many steps a history keeps unless asked otherwise.
pub const DEFAULT_STEPS: usize = 1000;

/// The steps that led to a patch, and those that were undone.
///
/// A step holds the nodes, parts and sequences that it changed, not the patch. When there are more than the limit, the oldest is dropped and counted.
#[derive(Clone, Debug)]
pub struct History {
    present: Patch,
    done: VecDeque<Step>,
    undone: Vec<Step>,
    limit: usize,
    dropped: u64,
}

/// What one step changed; applied, it becomes its own reverse.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    format: u32,
    title: Option<String>,
    transport: Transport,
    parts: Changes<Part>,
    nodes: Changes<Node>,
    sequences: Changes<Sequence>,
}

/// What changed of things by name.
#[derive(Clone, Debug, PartialEq)]
struct Changes<T> {
    /// The order of the names, if it changed.
    order: Option<Vec<String>>,
    /// Those that are others afterwards; nothing where one is not there.
    other: Vec<(String, Option<T>)>,
}

impl History {
    /// A history that begins with this patch.
    pub fn new(patch: Patch) -> Self {
        Self::with_limit(patch, DEFAULT_STEPS)
    }

    /// The same, for so many steps.
    pub fn with_limit(patch: Patch, limit: usize) -> Self {
        History { present: patch, done: VecDeque::new(), undone: Vec::new(), limit, dropped: 0 }
    }

    /// The patch as it is now.
    pub fn present(&self) -> &Patch {
        &self.present
    }

    /// Makes `patch` the present one. What was undone before is forgotten. Whether it differs from the present one: if not,
    /// there is no step.
    pub fn record(&mut self, patch: Patch) -> bool {
        let back = Step::between(&patch, &self.present);
        if back.is_none() {
            return false;
        }
        self.present = patch;
        self.undone.clear();
        self.done.extend(back);
        while self.done.len() > self.limit {
            self.done.pop_front();
            self.dropped += 1;
        }
        true
    }

    /// Goes one step back; the patch then, or nothing if there is no step.
    pub fn undo(&mut self) -> Option<&Patch> {
        let step = self.done.pop_back()?;
        self.undone.push(step.take(&mut self.present));
        Some(&self.present)
    }

    /// Takes back the last undo; the patch then, or nothing if there is none.
    pub fn redo(&mut self) -> Option<&Patch> {
        let step = self.undone.pop()?;
        self.done.push_back(step.take(&mut self.present));
        Some(&self.present)
    }

    /// How many steps can be undone.
    pub fn undoable(&self) -> usize {
        self.done.len()
    }

    /// How many steps can be redone.
    pub fn redoable(&self) -> usize {
        self.undone.len()
    }

    /// How many steps were forgotten because there were more than the limit.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Step {
    /// What makes `to` of `from`; nothing if they are equal, the order of nodes, parts and sequences included.
    fn between(from: &Patch, to: &Patch) -> Option<Step> {
        let step = Step {
            format: to.format,
            title: to.title.clone(),
            transport: to.transport.clone(),
            parts: Changes::between(&from.parts, &to.parts),
            nodes: Changes::between(&from.nodes, &to.nodes),
            sequences: Changes::between(&from.sequences, &to.sequences),
        };
        let same = (from.format, &from.title, &from.transport) == (to.format, &to.title, &to.transport);
        let none = step.parts.is_empty() && step.nodes.is_empty() && step.sequences.is_empty();
        (!same || !none).then_some(step)
    }

    /// Makes the step; what comes back reverses it.
    fn take(self, patch: &mut Patch) -> Step {
        Step {
            format: std::mem::replace(&mut patch.format, self.format),
            title: std::mem::replace(&mut patch.title, self.title),
            transport: std::mem::replace(&mut patch.transport, self.transport),
            parts: self.parts.take(&mut patch.parts),
            nodes: self.nodes.take(&mut patch.nodes),
            sequences: self.sequences.take(&mut patch.sequences),
        }
    }
}

impl<T: Clone + PartialEq> Changes<T> {
    fn between(from: &IndexMap<String, T>, to: &IndexMap<String, T>) -> Self {
        let gone = from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), None));
        let other = to.iter().filter(|(name, one)| from.get(*name) != Some(one));
        let other = gone.chain(other.map(|(name, one)| (name.clone(), Some(one.clone())))).collect();
        let order = (!from.keys().eq(to.keys())).then(|| to.keys().cloned().collect());
        Changes { order, other }
    }

    fn is_empty(&self) -> bool {
        self.order.is_none() && self.other.is_empty()
    }

    fn take(self, all: &mut IndexMap<String, T>) -> Self {
        let was: Vec<String> = if self.order.is_some() { all.keys().cloned().collect() } else { Vec::new() };
        let mut reverse = Vec::with_capacity(self.other.len());
        for (name, one) in self.other {
            let before = match one {
                Some(one) => all.insert(name.clone(), one),
                None => all.swap_remove(&name),
            };
            reverse.push((name, before));
        }
        let order = self.order.map(|order| {
            let mut ordered = IndexMap::with_capacity(order.len());
            for name in order {
                if let Some(one) = all.swap_remove(&name) {
                    ordered.insert(name, one);
                }
            }
            *all = ordered;
            was
        });
        Changes { order, other: reverse }
    }
}
