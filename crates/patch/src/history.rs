//! Undo and redo: what each step changed, as far back as the limit goes.

use crate::model::{Node, Patch};
use std::collections::VecDeque;

/// How many steps a history keeps unless asked otherwise.
pub const DEFAULT_STEPS: usize = 1000;

/// The steps that led to a patch, and those that were undone.
///
/// A step holds the nodes that it changed, not the patch. When there are more than the limit, the oldest is dropped and counted.
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
    /// The order of the labels, if it changed.
    order: Option<Vec<String>>,
    /// Nodes that are another afterwards; nothing where one is not there.
    nodes: Vec<(String, Option<Node>)>,
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
    /// What makes `to` of `from`; nothing if they are equal, the order of nodes included.
    fn between(from: &Patch, to: &Patch) -> Option<Step> {
        let gone = from.nodes.keys().filter(|l| !to.nodes.contains_key(*l)).map(|l| (l.clone(), None));
        let other = to.nodes.iter().filter(|(l, n)| from.nodes.get(*l) != Some(n));
        let nodes: Vec<_> = gone.chain(other.map(|(l, n)| (l.clone(), Some(n.clone())))).collect();
        let order = (!from.nodes.keys().eq(to.nodes.keys())).then(|| to.nodes.keys().cloned().collect());
        let same = nodes.is_empty() && order.is_none() && from.title == to.title && from.format == to.format;
        (!same).then(|| Step { format: to.format, title: to.title.clone(), order, nodes })
    }

    /// Makes the step; what comes back reverses it.
    fn take(self, patch: &mut Patch) -> Step {
        let was: Vec<String> =
            if self.order.is_some() { patch.nodes.keys().cloned().collect() } else { Vec::new() };
        let mut reverse = Vec::with_capacity(self.nodes.len());
        for (label, node) in self.nodes {
            let before = match node {
                Some(node) => patch.nodes.insert(label.clone(), node),
                None => patch.nodes.swap_remove(&label),
            };
            reverse.push((label, before));
        }
        let order = self.order.map(|order| {
            let mut ordered = indexmap::IndexMap::with_capacity(order.len());
            for label in order {
                if let Some(node) = patch.nodes.swap_remove(&label) {
                    ordered.insert(label, node);
                }
            }
            patch.nodes = ordered;
            was
        });
        let title = std::mem::replace(&mut patch.title, self.title);
        let format = std::mem::replace(&mut patch.format, self.format);
        Step { format, title, order, nodes: reverse }
    }
}
