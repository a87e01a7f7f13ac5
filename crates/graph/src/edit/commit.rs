//! From edits to a batch.

use super::Edit;
use crate::batch::{After, Arena, Batch};
use crate::error::GraphError;
use crate::fades::Fade;
use crate::gain::Gain;
use crate::message::{NodeId, When};
use crate::plan::Link;
use crate::table::Table;
use crate::team::{VACANT, Workrooms};
use crate::topology::{AudioGraph, ROOT};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use sostenuto_rt::CommonsChunk;

impl Edit<'_> {
    /// Compiles what was touched and makes the batch. From here on the graph counts as edited: the batch is to be sent, and before any
    /// later one. Ask [`CommandSender::room`](crate::CommandSender::room) first.
    ///
    /// # Errors
    /// A cycle without a delay. All edits are then taken back.
    pub fn commit(mut self) -> Result<Box<Batch>, GraphError> {
        // Dropping `self` on the way out takes everything back; what was brought in line by then does no harm.
        self.spare();
        self.decide();
        self.clear_out();
        let (plans, stages) = self.compile()?;
        self.journal.clear();
        let graph = &mut *self.graph;
        let mut plans: Vec<_> = plans.into_iter().map(|(slot, plan)| (slot, Some(Box::new(plan)))).collect();
        plans.extend(graph.lineup.gone.iter().map(|slot| (*slot, None)));
        let concerned = if graph.threads.helpers > 0 { graph.concerned() } else { BTreeSet::new() };
        let relinked = core::mem::take(&mut graph.lineup.relinked);
        let next = |slot: u32| graph.segment(slot).map(|s| (slot, s.next));
        let links = relinked.into_iter().filter_map(next).collect();
        let (root, parts) = graph.new_bodies();
        let (blocks, before) = (graph.blocks.extent(), graph.arena_blocks);
        let arena = (blocks > graph.arena_blocks).then(|| {
            graph.arena_blocks = blocks.next_power_of_two();
            Arena::new(graph.arena_blocks as usize)
        });
        let musters = graph.musters();
        let mut reform = graph.reform(concerned, arena.is_some().then_some((before, graph.arena_blocks)));
        if musters.rooms.is_some() {
            reform.rooms = (0..graph.threads.helpers).map(|_| Workrooms::new(graph.teams.needs())).collect();
        }
        let node_chunks = graph.node_slots.missing_chunks();
        let mut batch = Box::new(Batch {
            ticket: graph.next_ticket(),
            at: When::Now,
            then: None,
            after: After::default(),
            revision: graph.revision,
            nodes: self.nodes.drain(..).collect(),
            cables: self.cables.drain(..).collect(),
            plans,
            links,
            root,
            parts,
            tables: core::mem::take(&mut self.tables),
            play: self.play.take(),
            tracks: self.tracks.take(),
            sets: self.sets.drain(..).collect(),
            bypasses: core::mem::take(&mut self.bypasses),
            resets: core::mem::take(&mut self.resets),
            musters,
            reform,
            arena,
            node_chunks: (0..node_chunks).map(|_| CommonsChunk::new(|| None)).collect(),
            tenant_chunks: (0..node_chunks).map(|_| Table::chunk(|| VACANT)).collect(),
            cable_chunks: (0..graph.cable_slots.missing_chunks())
                .map(|_| Table::chunk(|| Gain::new(0.0)))
                .collect(),
            plan_chunks: (0..graph.lineup.slots.missing_chunks())
                .map(|_| Table::chunk(|| Link { plan: None, next: u32::MAX, row: None }))
                .collect(),
            team_chunks: (0..graph.teams.slots.missing_chunks())
                .map(|_| CommonsChunk::new(|| None))
                .collect(),
        });
        graph.release_teams();
        graph.revision += 1;
        graph.lineup.dirty.clear();
        for slot in core::mem::take(&mut graph.lineup.gone) {
            graph.lineup.slots.give_back(slot);
        }
        self.freed_nodes.drain(..).for_each(|slot| graph.node_slots.give_back(slot));
        self.freed_cables.drain(..).for_each(|slot| graph.cable_slots.give_back(slot));
        for sum in self.emptied.drain(..) {
            graph.prune(sum);
        }
        if !(self.faded.is_empty() && self.left.is_empty()) {
            graph.fades.waiting.push_back(Fade {
                ticket: batch.ticket,
                revision: graph.revision - 1,
                frames: self.longest,
                due: None,
                cables: core::mem::take(&mut self.faded),
                nodes: core::mem::take(&mut self.left),
            });
        }
        batch.then = Edit::follow_ups(self.graph, stages, self.longest, self.since);
        Ok(batch)
    }
}

impl AudioGraph {
    /// How parts run that run otherwise than they were last told.
    fn new_bodies(&mut self) -> (Option<crate::plan::Inner>, Vec<(u32, crate::plan::Inner)>) {
        let mut concerned: BTreeSet<NodeId> = core::mem::take(&mut self.lineup.bodies);
        concerned.extend(self.lineup.dirty.iter().filter_map(|slot| self.segment(*slot)).map(|s| s.part));
        let (mut root, mut parts) = (None, Vec::new());
        for part in concerned {
            let Some(body) = self.body_of(part) else { continue };
            let Some(entry) = self.node_mut(part) else { continue };
            let slot = entry.slot;
            let Some(inside) = entry.inside.as_mut().filter(|i| i.body != body) else { continue };
            inside.body = body;
            if part == ROOT {
                root = Some(body);
            } else {
                parts.push((slot, body));
            }
        }
        (root, parts)
    }
}
