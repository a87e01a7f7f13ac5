//! What the audio thread is told of teams.

use super::{Musters, Team};
use crate::message::NodeId;
use crate::team::{self, Joining, Workrooms};
use crate::topology::AudioGraph;
use alloc::boxed::Box;
use alloc::vec::Vec;
use sostenuto_dsp::Width;

impl AudioGraph {
    /// What the audio thread is to be told of teams; from now on it counts as told.
    pub(crate) fn musters(&mut self) -> Musters {
        let mut musters = Musters::default();
        let needed = self.teams.needs;
        for slot in core::mem::take(&mut self.teams.changed) {
            let Some(mut team) = self.teams.list.get_mut(slot as usize).and_then(Option::take) else {
                continue;
            };
            let is_gone =
                !self.teams.of_segment.get(&team.segment).is_some_and(|teams| teams.contains(&slot));
            if is_gone {
                team.lanes.fill(None);
            }
            let lanes = team.told.iter().zip(&team.lanes).enumerate();
            for (lane, (told, now)) in lanes.clone() {
                let same = match (told, now) {
                    (Some(a), Some(b)) => a == b,
                    (None, None) => true,
                    _ => false,
                };
                if same {
                    continue;
                }
                if told.is_some() {
                    musters.leaving.push((slot, lane as u8));
                }
                if let Some(member) = now {
                    musters.joining.push(Joining::new(slot, lane as u8, member));
                }
            }
            if is_gone {
                if team.there {
                    musters.teams.push((slot, None));
                }
                self.teams.gone.push(slot);
                continue;
            }
            if !team.there {
                let built = self.built(&team);
                if let Some(need) = self.teams.needs.get_mut(team::kind(team.lanes.len())) {
                    *need = Some(need.unwrap_or_default().and(built.need()));
                }
                musters.teams.push((slot, Some(built)));
                team.there = true;
            }
            team.told.clone_from(&team.lanes);
            if let Some(place) = self.teams.list.get_mut(slot as usize) {
                *place = Some(team);
            }
        }
        if self.teams.needs != needed {
            musters.rooms = Some(Workrooms::new(&self.teams.needs));
        }
        musters
    }

    /// Gives the slots of teams that are no more back, once the batch that tells so is made.
    pub(crate) fn release_teams(&mut self) {
        for slot in core::mem::take(&mut self.teams.gone) {
            self.teams.slots.give_back(slot);
        }
    }

    /// A team for the audio thread, with nobody in it.
    fn built(&self, team: &Team) -> Box<dyn team::Side> {
        let example = team.lanes.iter().flatten().next();
        let dials = |node: &(u32, Option<NodeId>)| {
            let params = node.1.and_then(|id| self.node(id)).map(|e| e.shape.params.as_slice());
            params.unwrap_or(&[]).iter().map(|p| (p.default, p.min, p.max)).collect()
        };
        let dials: Vec<team::Dials> =
            example.map(|m| m.nodes.iter().map(dials).collect()).unwrap_or_default();
        Width::for_lanes(team.lanes.len()).run(team::Build {
            sheet: &team.sheet,
            dials: &dials,
            stream: &self.stream,
        })
    }
}
