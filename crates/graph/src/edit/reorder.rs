//! Nodes that change places: what the new cables and those on their way out cannot be at once, they are one after the other.

use super::{Edit, Undo};
use crate::batch::{Batch, CableChange};
use crate::error::GraphError;
use crate::lineup::Unit;
use crate::plan::CompiledGraph;
use crate::topology::{AudioGraph, Cable, CableId, Source};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// New cables that have to wait, and those they wait for.
#[derive(Debug, Default)]
pub(super) struct Postponed {
    waiting: Vec<Cable>,
    going: Vec<CableId>,
}

impl Edit<'_> {
    /// Brings all in line and compiles what was touched. New cables that close a loop without a delay only together with cables on their way out are
    /// put off.
    pub(super) fn compile(&mut self) -> Result<(Vec<(u32, CompiledGraph)>, Postponed), GraphError> {
        let error = match self.in_line() {
            Ok(plans) => return Ok((plans, Postponed::default())),
            Err(error) => error,
        };
        let (waiting, going) = self.on_loops();
        if waiting.is_empty() || going.is_empty() {
            return Err(error);
        }
        // As it will be in the end: is that right?
        let gone: Vec<Cable> = going.iter().filter_map(|id| self.take_up(*id)).collect();
        self.in_line()?;
        // As it is until then.
        let waiting: Vec<Cable> = waiting.iter().filter_map(|id| self.take_up(*id)).collect();
        gone.into_iter().for_each(|cable| self.put_down(cable));
        let plans = self.in_line()?;
        for cable in &waiting {
            self.cables.retain(|(slot, _)| *slot != cable.slot());
        }
        Ok((plans, Postponed { waiting, going }))
    }

    fn in_line(&mut self) -> Result<Vec<(u32, CompiledGraph)>, GraphError> {
        self.graph.line_up()?;
        self.align();
        self.graph.compile()
    }

    /// The cables on loops: those that are new, and those on their way out.
    fn on_loops(&self) -> (Vec<CableId>, Vec<CableId>) {
        let (mut new, mut going) = (Vec::new(), Vec::new());
        for (_, cable) in self.graph.lineup.cycles.values().flatten().flat_map(|unit| self.out_of(*unit)) {
            let cycle = |unit: Unit| self.graph.seat(unit).map_or(0, |s| s.cycle);
            let adder = AudioGraph::adder(cable.to, cable.leaf);
            let Source::Output(from, _) = cable.from else { continue };
            if cycle(adder) != cycle(Unit::Node(from)) {
                continue;
            }
            if cable.leaving {
                going.push(cable.id);
            } else if cable.mark > self.began {
                new.push(cable.id);
            }
        }
        (new, going)
    }

    fn out_of(&self, unit: Unit) -> Vec<(Unit, &Cable)> {
        let Unit::Node(node) = unit else { return Vec::new() };
        let cables = self.graph.node(node).into_iter().flat_map(|e| &e.outgoing);
        cables.filter_map(|id| self.graph.cable(*id)).map(|cable| (unit, cable)).collect()
    }

    /// Takes a cable up that is to be put down again.
    fn take_up(&mut self, id: CableId) -> Option<Cable> {
        let cable = self.graph.detach(id)?;
        self.emptied.extend(cable.leaf);
        self.journal.push(Undo::Cut(cable.clone()));
        Some(cable)
    }

    fn put_down(&mut self, cable: Cable) {
        self.journal.push(Undo::Attach(cable.id));
        self.graph.attach(cable);
    }

    /// The batch that follows when the cables that others wait for have faded out.
    pub(super) fn follow_up(graph: &mut AudioGraph, postponed: Postponed, fade: u32) -> Option<Box<Batch>> {
        if postponed.waiting.is_empty() {
            return None;
        }
        let mut edit = Edit::new(graph);
        edit.fade(fade);
        let slots = postponed.going.iter().map(|id| id.slot()).collect();
        for id in postponed.going {
            edit.cut(id);
        }
        for cable in postponed.waiting {
            let (id, slot, gain, mark) = (cable.id, cable.slot(), cable.gain, cable.mark);
            edit.put_down(Cable { plain: false, ..cable });
            edit.cables.push((slot, CableChange::New(0.0)));
            edit.cables.push((slot, CableChange::Move(gain, Motion::Glide(fade))));
            edit.faded.push((id, mark));
        }
        // That it can be ordered was found out before.
        let mut batch = edit.commit().ok()?;
        batch.after = slots;
        Some(batch)
    }
}
