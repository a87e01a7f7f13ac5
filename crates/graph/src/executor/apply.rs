//! How a batch takes effect: whole, at its frame, by swapping.

use super::{Executor, reset_node};
use crate::batch::{Batch, CableChange};
use crate::message::{Event, Refusal, When};
use crate::node::Body;
use crate::team::VACANT;
use crate::trajectory::{Motion, Trajectory};

impl Executor {
    /// Makes changes that are due now, as far as they came before so many others, so that what has the same frame takes effect in the
    /// order in which it was sent.
    pub(super) fn make_due(&mut self, arrivals: u64) {
        let next = self.next_batch();
        let outbox = &mut self.outbox;
        self.agenda.make_due(self.frame, arrivals, &mut self.nodes, next, |lost, why| {
            outbox.tell_lost(lost.ticket, why);
        });
    }

    /// Applies the batches whose frame has come, in the order in which they were sent.
    pub(super) fn apply_due(&mut self) {
        while let Some((arrivals, batch)) = self.waiting.front()
            && self.playing.frame_of(batch.at, self.frame).is_none_or(|at| at <= self.frame)
        {
            let arrivals = *arrivals;
            self.make_due(arrivals);
            if self.outbox.is_full() {
                return;
            }
            let Some((_, mut batch)) = self.waiting.pop_front() else { return };
            let ticket = batch.ticket;
            let event = if batch.revision == self.revision {
                self.apply(&mut batch);
                // It takes the place that has just become free.
                if let Some(mut then) = batch.then.take() {
                    let cable = |slot: &u32| self.cables.get(*slot)?.frames_left(self.frame);
                    let bypass =
                        |slot: &u32| self.nodes.get(*slot)?.as_ref()?.upkeep.detour.frames_left(self.frame);
                    let cables = then.after.cables.iter().filter_map(cable);
                    let left = cables.chain(then.after.bypasses.iter().filter_map(bypass)).max().unwrap_or(0);
                    then.at = When::Frame(self.frame + left as u64);
                    self.waiting.push_front((arrivals, then));
                }
                Event::Applied { ticket, frame: self.frame, spent: batch }
            } else {
                Event::Refused { ticket, why: Refusal::WrongRevision, batch }
            };
            self.outbox.tell(event);
        }
    }

    /// Swaps what the batch brings with what sounds: moves and writes only, so nothing is made or freed, and nothing can fail.
    fn apply(&mut self, batch: &mut Batch) {
        self.revision += 1;
        self.nodes.grow(&mut batch.node_chunks);
        self.tenants.grow(&mut batch.tenant_chunks);
        self.cables.grow(&mut batch.cable_chunks);
        self.plans.grow(&mut batch.plan_chunks);
        self.teams.grow(&mut batch.team_chunks);
        self.reform(batch);
        if let Some(arena) = &mut batch.arena {
            core::mem::swap(arena, &mut self.arena);
        }
        if let Some(rooms) = &mut batch.musters.rooms {
            core::mem::swap(rooms, &mut self.rooms);
        }
        self.let_leave(batch);
        self.swap_nodes(batch);
        self.move_cables(batch);
        self.swap_plans(batch);
        self.let_join(batch);
        if let Some(parts) = &mut batch.play {
            self.playing.take_over(parts, self.frame, &mut self.agenda, &self.load);
        }
        if let Some(tracks) = &mut batch.tracks {
            self.playing.automation.take_over(tracks, self.frame, &mut self.nodes);
        }
        self.change_nodes(batch);
    }

    /// Other helpers, and more room for them.
    fn reform(&mut self, batch: &mut Batch) {
        let reform = &mut batch.reform;
        self.agenda.grow(&mut reform.places);
        if let Some(band) = &mut reform.band {
            core::mem::swap(band, &mut self.band);
            if let Some(leaving) = band {
                leaving.end(&mut self.agenda);
            }
            if let Some(coming) = &mut self.band {
                coming.begin(self.probe.clock());
            }
        }
        if let Some(band) = &mut self.band {
            band.change();
            if !reform.arenas.is_empty() {
                band.grow(&mut reform.arenas, &mut reform.board);
            }
            band.furnish(&mut reform.rooms);
        }
    }

    /// Parts that leave their team take what they know with them, before anything else becomes of them.
    fn let_leave(&mut self, batch: &Batch) {
        for (team, lane) in &batch.musters.leaving {
            if let Some(Some(team)) = self.teams.get_mut(*team) {
                team.let_go(*lane, &mut self.nodes.whole());
            }
        }
    }

    fn swap_nodes(&mut self, batch: &mut Batch) {
        for (slot, node) in &mut batch.nodes {
            self.hush(*slot);
            if let Some(there) = self.nodes.get_mut(*slot) {
                core::mem::swap(there, node);
                if let Some(tenant) = self.tenants.get_mut(*slot) {
                    *tenant = there.as_ref().map_or(VACANT, |node| node.upkeep.tenant);
                }
            }
            // Who counted on it looks again; what was due for it and has not run gives its place in the agenda back.
            if let Some(leaving) = node {
                leaving.ring();
                self.agenda.dues().settle(leaving);
            }
            self.let_talk(*slot);
        }
    }

    fn move_cables(&mut self, batch: &Batch) {
        for (slot, change) in &batch.cables {
            let Some(gain) = self.cables.get_mut(*slot) else { continue };
            let (cable, watcher) = gain.path_mut();
            match *change {
                CableChange::New(value) => *cable = Trajectory::hold(value),
                CableChange::Move(value, motion) => cable.depart(self.frame, value, motion),
                CableChange::Fade(value, _) if self.frame == 0 => *cable = Trajectory::hold(value),
                CableChange::Fade(value, frames) => cable.depart(self.frame, value, Motion::Glide(frames)),
            }
            if let Some(team) = watcher
                && let Some(Some(team)) = self.teams.get_mut(team)
            {
                team.look_again();
            }
        }
    }

    /// Plans, how they hang together, where parts begin, and where notes are heard.
    fn swap_plans(&mut self, batch: &mut Batch) {
        for (slot, plan) in &mut batch.plans {
            if let Some(link) = self.plans.get_mut(*slot) {
                core::mem::swap(&mut link.plan, plan);
            }
            if let Some(leaving) = plan {
                leaving.memos.let_go(&leaving.steps, &mut self.nodes.whole());
            }
        }
        for (slot, next) in &batch.links {
            if let Some(link) = self.plans.get_mut(*slot) {
                link.next = *next;
            }
        }
        for (slot, row) in &mut batch.reform.rows {
            if let Some(link) = self.plans.get_mut(*slot) {
                core::mem::swap(&mut link.row, row);
            }
        }
        for (slot, inner) in &batch.parts {
            if let Some(Some(node)) = self.nodes.get_mut(*slot) {
                node.body = Body::Part(*inner);
            }
        }
        if let Some(root) = batch.root {
            self.root = root;
        }
        for (slot, tables) in &mut batch.tables {
            if let Some(Some(node)) = self.nodes.get_mut(*slot)
                && let Some(instrument) = &mut node.upkeep.instrument
            {
                core::mem::swap(&mut instrument.tables, tables);
            }
        }
    }

    /// Teams, and the parts that come into them, whose nodes are all there by now.
    fn let_join(&mut self, batch: &mut Batch) {
        for (slot, team) in &mut batch.musters.teams {
            if let Some(there) = self.teams.get_mut(*slot) {
                core::mem::swap(there, team);
            }
        }
        for joining in &mut batch.musters.joining {
            if let Some(Some(team)) = self.teams.get_mut(joining.team) {
                team.take_in(joining, &mut self.nodes.whole(), self.frame);
            }
        }
    }

    /// Nodes that forget, are bypassed, or get another value.
    fn change_nodes(&mut self, batch: &Batch) {
        for slot in &batch.resets {
            reset_node(&mut self.nodes.whole(), &mut self.teams.whole(), &self.plans, *slot);
        }
        for (slot, on, motion) in &batch.bypasses {
            if let Some(Some(node)) = self.nodes.get_mut(*slot) {
                // Before frame 0 nothing sounded: there is nothing to fade.
                let motion = if self.frame == 0 { Motion::Jump } else { *motion };
                node.bypass(self.frame, *on, motion);
            }
        }
        for set in &batch.sets {
            if let Some(Some(node)) = self.nodes.get_mut(set.node.slot) {
                node.set(self.frame, set.param, set.value, set.motion);
            }
        }
    }
}
