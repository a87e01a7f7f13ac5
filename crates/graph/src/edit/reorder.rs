//! Nodes that change places: what the new cables and those on their way out cannot be at once, they are one after the other.
//!
//! What waits and for how long hangs on what fades, not on whether what has faded out is still there. So a cable that comes in waits while it is on
//! a loop without a delay with all other new ones, and with those on their way out that are not yet taken to be gone, oldest first; those that have
//! faded out by then let it wait for nothing. What else fades in at the nodes on such a loop waits as well: the old cables would lead it where
//! neither the old graph nor the new one does.

use super::{Edit, Undo};
use crate::batch::{Batch, CableChange};
use crate::error::GraphError;
use crate::latency::Late;
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::plan::CompiledGraph;
use crate::topology::{AudioGraph, Cable, CableId, Source};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// What has to wait: a new cable, one that fades out and is to come back, or the bypass of a node that delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Coming {
    Cable(CableId),
    Return(CableId),
    Bypass(NodeId),
}

/// What is waited for: cables that fade out, and nodes that come back from a bypass.
#[derive(Debug, Default)]
struct Ending {
    cables: Vec<CableId>,
    nodes: Vec<NodeId>,
}

/// What comes once something has come to its end.
#[derive(Debug)]
pub(super) struct Stage {
    ending: Ending,
    coming: Vec<Coming>,
    /// What was to be done to the cables that wait.
    cables: Vec<(u32, CableChange)>,
    faded: Vec<(CableId, u64)>,
    bypasses: Vec<(u32, bool, Motion)>,
}

/// Plans for segments.
type Plans = Vec<(u32, CompiledGraph)>;

impl AudioGraph {
    /// Lets a cable be heard no more, or again; it keeps its place. Tells what it was before.
    pub(super) fn sleep(&mut self, id: CableId, asleep: bool) -> Option<bool> {
        let cable = self.cable_mut(id)?;
        let was = core::mem::replace(&mut cable.asleep, asleep);
        let (from, adder) = (cable.from, Self::adder(cable.to, cable.leaf));
        self.touch_term(adder, id);
        self.note_heard(from);
        if was != asleep
            && let Some(cable) = self.cable(id).cloned()
        {
            self.note_gone(&cable);
            self.late.push(Late::Laid(id));
        }
        match from {
            _ if asleep => self.loosen(adder),
            Source::Output(from, _) => self.note_joint(Unit::Node(from), adder),
            Source::PartInput(..) => {}
        }
        Some(was)
    }

    /// Lets a node that comes back from a bypass still count as bypassed, or no more: while it is heard both ways it does not delay. Tells what it
    /// was before.
    pub(super) fn turn(&mut self, id: NodeId, turning: bool) -> Option<bool> {
        let was = core::mem::replace(&mut self.node_mut(id)?.turning, turning);
        self.touch(Unit::Node(id));
        Some(was)
    }

    /// Lets a node that is bypassed delay as if it were not, or no more. Tells what it was before.
    pub(super) fn hold(&mut self, id: NodeId, held: bool) -> Option<bool> {
        let was = core::mem::replace(&mut self.node_mut(id)?.held, held);
        self.touch(Unit::Node(id));
        Some(was)
    }
}

impl Edit<'_> {
    /// Brings all in line and compiles what was touched, as it is to be at first, and tells what is to follow.
    pub(super) fn compile(&mut self) -> Result<(Plans, Vec<Stage>), GraphError> {
        self.graph.line_up()?;
        let stages = self.stages()?;
        self.align();
        Ok((self.graph.compile()?, stages))
    }

    /// Puts off what is on a loop without a delay only together with cables on their way out.
    fn stages(&mut self) -> Result<Vec<Stage>, GraphError> {
        if self.graph.knotted().is_empty() {
            return Ok(Vec::new());
        }
        let fading = self.fading();
        let mut waiting = self.coming(&fading);
        let (mut stages, mut since) = (Vec::new(), Ending::default());
        while !waiting.is_empty()
            && let ending = self.ending()
            && !(ending.cables.is_empty() && ending.nodes.is_empty())
        {
            self.end(&ending, true);
            since.cables.extend(ending.cables);
            since.nodes.extend(ending.nodes);
            self.graph.line_up()?;
            let still = self.coming(&fading);
            if still.len() < waiting.len() {
                let coming = waiting.difference(&still).copied().collect();
                stages.push(self.stage(core::mem::take(&mut since), coming));
                waiting = still;
            }
        }
        if !self.graph.knotted().is_empty() {
            // It is so in the end as well: the error names the nodes.
            return self.graph.compile().map(|_| Vec::new());
        }
        // What slept for nothing, and what is to sleep only later.
        stages.iter().map(|s| &s.ending).chain([&since]).for_each(|ending| self.end(ending, false));
        for coming in stages.iter().flat_map(|s| &s.coming) {
            self.put_off(*coming, true);
        }
        self.graph.line_up()?;
        Ok(stages)
    }

    fn is_new(&self, cable: &Cable) -> bool {
        cable.id.number() > self.began
    }

    /// The cables that fade in, new ones or such that come back.
    fn fading(&self) -> BTreeSet<CableId> {
        let fades = self.cables.iter().filter(|(_, change)| matches!(change, CableChange::Fade(..)));
        let slots: BTreeSet<u32> = fades.map(|(slot, _)| *slot).collect();
        let fades_in =
            |id: &CableId| slots.contains(&id.slot()) && self.graph.cable(*id).is_some_and(|c| !c.leaving);
        self.faded.iter().map(|(id, _)| *id).filter(fades_in).collect()
    }

    /// What comes with this transaction and is on a loop without a delay, or fades in there.
    fn coming(&self, fading: &BTreeSet<CableId>) -> BTreeSet<Coming> {
        let mut coming = BTreeSet::new();
        for cable in self.graph.knotted() {
            if !cable.leaving && self.is_new(cable) {
                coming.insert(Coming::Cable(cable.id));
            }
            // Each node on a loop has a cable that leads along it.
            let Source::Output(node, _) = cable.from else { continue };
            let Some(entry) = self.graph.node(node) else { continue };
            let around = entry.incoming.iter().chain(&entry.outgoing).filter(|id| fading.contains(id));
            let around = around.filter_map(|id| self.graph.cable(*id));
            coming.extend(
                around.map(|c| if self.is_new(c) { Coming::Cable(c.id) } else { Coming::Return(c.id) }),
            );
            let delays = entry.delays && entry.bypassed && !entry.held && !entry.turning;
            if delays && self.bypasses.iter().any(|(slot, on, _)| *slot == entry.slot && *on) {
                coming.insert(Coming::Bypass(node));
            }
        }
        coming
    }

    /// Of the cables on loops without a delay that fade out, the one that does so for longest; if all do because of this transaction, all. What
    /// stays as it is and goes with its node has no gain of 0. If there is none, the nodes on such loops that come back from a bypass.
    fn ending(&self) -> Ending {
        let knotted = self.graph.knotted();
        let fades = |cable: &&&Cable| cable.leaving && cable.gain == 0.0;
        let oldest = knotted.iter().filter(fades).map(|c| c.mark).min();
        let Some(oldest) = oldest else {
            let turns = |node: &NodeId| self.graph.node(*node).is_some_and(|e| e.turning && !e.bypassed);
            let from = |c: &&Cable| if let Source::Output(node, _) = c.from { Some(node) } else { None };
            let nodes: BTreeSet<NodeId> = knotted.iter().filter_map(from).filter(turns).collect();
            return Ending { cables: Vec::new(), nodes: nodes.into_iter().collect() };
        };
        let latest = if oldest > self.began { u64::MAX } else { oldest };
        let cables = knotted.iter().filter(fades).filter(|c| c.mark <= latest).map(|c| c.id).collect();
        Ending { cables, nodes: Vec::new() }
    }

    /// Takes what is waited for to be at its end, or not yet.
    fn end(&mut self, ending: &Ending, over: bool) {
        ending.cables.iter().for_each(|id| self.sleep(*id, over));
        for node in &ending.nodes {
            if let Some(was) = self.graph.turn(*node, !over) {
                self.journal.push(Undo::Turn(*node, was));
            }
        }
    }

    /// Takes what was to be done to what waits out of this transaction.
    fn stage(&mut self, ending: Ending, coming: Vec<Coming>) -> Stage {
        let (mut slots, mut ids, mut nodes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for one in &coming {
            match one {
                Coming::Cable(id) | Coming::Return(id) => _ = (slots.insert(id.slot()), ids.insert(*id)),
                Coming::Bypass(node) => nodes.extend(self.graph.node(*node).map(|e| e.slot)),
            }
        }
        let cables = self.cables.extract_if(.., |(slot, _)| slots.contains(slot)).collect();
        let faded = self.faded.extract_if(.., |(id, _)| ids.contains(id)).collect();
        let bypasses = self.bypasses.extract_if(.., |(slot, ..)| nodes.contains(slot)).collect();
        Stage { ending, coming, cables, faded, bypasses }
    }

    fn put_off(&mut self, coming: Coming, off: bool) {
        match coming {
            Coming::Cable(id) => self.sleep(id, off),
            // It goes on fading out.
            Coming::Return(_) => {}
            Coming::Bypass(node) => {
                if let Some(was) = self.graph.hold(node, off) {
                    self.journal.push(Undo::Hold(node, was));
                }
            }
        }
    }

    fn sleep(&mut self, id: CableId, asleep: bool) {
        if let Some(was) = self.graph.sleep(id, asleep) {
            self.journal.push(Undo::Sleep(id, was));
        }
    }

    /// The batches that follow, each when what it waits for has come to its end; the first has the others.
    pub(super) fn follow_ups(
        graph: &mut AudioGraph,
        stages: Vec<Stage>,
        longest: u32,
        since: u64,
    ) -> Option<Box<Batch>> {
        let mut batches = Vec::with_capacity(stages.len());
        for stage in stages {
            let mut edit = Edit::new(graph);
            (edit.longest, edit.since) = (longest, since);
            edit.end(&stage.ending, true);
            stage.coming.iter().for_each(|coming| edit.put_off(*coming, false));
            (edit.cables, edit.faded, edit.bypasses) = (stage.cables, stage.faded, stage.bypasses);
            // That it can be ordered was found out before.
            let Ok(mut batch) = edit.commit() else { break };
            let slot = |id: &NodeId| graph.node(*id).map(|e| e.slot);
            batch.after.cables = stage.ending.cables.iter().map(|id| id.slot()).collect();
            batch.after.bypasses = stage.ending.nodes.iter().filter_map(slot).collect();
            batches.push(batch);
        }
        batches.into_iter().rev().fold(None, |then, mut batch| {
            batch.then = then;
            Some(batch)
        })
    }
}
