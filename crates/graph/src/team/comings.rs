//! Who comes into a team and who leaves it by itself, and notes that begin in its lanes.

use super::known::Here;
use super::{Joining, Side, Team, cross};
use crate::block::Signal;
use crate::instrument::{begin_care, begins};
use crate::node::{Care, OwnNodes};
use crate::run::Stage;
use crate::signal::Window;

impl<S: Signal> Team<S> {
    /// Whether a part can come in: it has what all share, at rest.
    pub(super) fn takes(&self, joining: &Joining, nodes: &mut OwnNodes<'_>, frame: u64) -> bool {
        let same = |(number, param, value): &(u16, u16, u32)| {
            let node = joining.nodes.get(usize::from(*number)).and_then(|slot| nodes.get(*slot)?.as_ref());
            node.is_some_and(|node| {
                let rests = node.moving() >> param & 1 == 0 && !node.care.has(Care::DUE);
                rests && node.steady_at(usize::from(*param)).to_bits() == *value
            })
        };
        if !joining.shared.iter().all(same) {
            return false;
        }
        self.seats.iter().zip(&joining.nodes).all(|(seat, slot)| match nodes.get_mut(*slot) {
            Some(Some(node)) => seat.takes(node, frame),
            _ => false,
        })
    }

    /// Lets those go on by themselves in whom something changes that all share.
    pub(super) fn part_ways(&mut self, stage: &mut Stage<'_>, window: Window) {
        let end = stage.frame + (window.offset() + window.frames()) as u64;
        let mut leaving = 0;
        for number in self.sharing.iter().copied() {
            let Some(seat) = self.seats.get(number) else { continue };
            cross::each_lane(self.bell.rung(number), |lane| {
                if seat.differs(lane, stage, end) {
                    leaving |= 1 << lane;
                }
            });
        }
        cross::each_lane(leaving, |lane| self.let_go(lane as u8, &mut stage.nodes));
    }

    /// Lets parts run by themselves until they step in again.
    pub(super) fn step_out(&mut self, lanes: u32, nodes: &mut OwnNodes<'_>) {
        self.step(lanes & !self.out, nodes);
        self.out |= lanes;
    }

    /// Lets parts run in their lanes again.
    pub(super) fn step_in(&mut self, lanes: u32, nodes: &mut OwnNodes<'_>) {
        self.step(lanes & self.out, nodes);
        self.out &= !lanes;
    }

    fn step(&mut self, lanes: u32, nodes: &mut OwnNodes<'_>) {
        cross::each_lane(lanes, |lane| {
            for seat in &mut self.seats {
                if let Some(Some(node)) = nodes.get_mut(seat.slot(lane as u8)) {
                    seat.step(lane as u8, node);
                }
            }
        });
    }

    /// Makes those begin whose notes begin here.
    pub(super) fn begin(&mut self, members: &Here<'_>, stage: &mut Stage<'_>, window: Window) {
        let start = stage.frame + window.offset() as u64;
        for (lane, step) in members.all() {
            let slot = step.slot;
            let Some(Some(node)) = stage.nodes.get(slot) else { continue };
            if begins(node).is_some_and(|begins| begins <= start) {
                self.forget(lane, &mut stage.nodes);
                begin_care(slot, &mut stage.nodes);
            }
        }
    }

    /// Makes all nodes of a lane forget what they have heard.
    fn forget(&mut self, lane: usize, nodes: &mut OwnNodes<'_>) {
        let is_out = self.out >> lane & 1 == 1;
        for (number, seat) in self.seats.iter_mut().enumerate() {
            // One that is muted rings as long as it is. The others need not even be looked at.
            let is_calm = self.bell.rung(number) >> lane & 1 == 0;
            if seat.has_state(is_out) && is_calm {
                seat.reset(lane as u8);
            } else if let Some(Some(node)) = nodes.get_mut(seat.slot(lane as u8)) {
                seat.forget(lane as u8, node, is_out);
            }
        }
    }
}

/// How many frames from here the first note begins in one of the lanes that may have one.
pub(super) fn first_begin(
    members: &Here<'_>,
    lanes: u32,
    stage: &Stage<'_>,
    window: Window,
) -> Option<usize> {
    let start = stage.frame + window.offset() as u64;
    let mut first = usize::MAX;
    cross::each_lane(lanes, |lane| {
        let node = members.at(lane).and_then(|step| stage.nodes.get(step.slot)?.as_ref());
        if let Some(begins) = node.and_then(begins) {
            first = first.min(begins.saturating_sub(start) as usize);
        }
    });
    (first < window.frames()).then_some(first)
}
