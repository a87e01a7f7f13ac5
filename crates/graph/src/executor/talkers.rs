//! Nodes that have something to tell: a list through them, in the order of their slots, and what becomes of what they tell.

use super::Executor;
use crate::message::Event;
use crate::node::{Body, NONE, Node};
use crate::tell::{Report, Reports};

impl Executor {
    /// Hands on what nodes have told of the frames so far, as far as there is room, in the order of frames and, of those for one frame, of
    /// slots; the rest stays with them. So the order does not hang on how the time is cut into spans. `[audio]`
    pub(super) fn collect_reports(&mut self, end: u64) {
        while let Some((slot, report)) = self.first_report(end) {
            let Some(node) = self.talker(slot) else { return };
            let node = node.upkeep.id;
            if !self.outbox.offer(Event::Told { node, report }) {
                return;
            }
            self.reports_of(slot).and_then(Reports::take);
        }
        let mut at = self.first_talker;
        while at != NONE {
            self.tell_lost(at, end);
            at = self.talker(at).map_or(NONE, |node| node.upkeep.next_talker);
        }
    }

    /// The first report of a frame before `end`, and whose it is. Takes as long as there are nodes that tell things.
    fn first_report(&mut self, end: u64) -> Option<(u32, Report)> {
        let (mut first, mut at) = (None::<(u32, Report)>, self.first_talker);
        while at != NONE {
            let report = self.reports_of(at).and_then(|reports| reports.first()).copied();
            if let Some(report) = report.filter(|report| report.frame < end)
                && first.is_none_or(|(_, first)| report.frame < first.frame)
            {
                first = Some((at, report));
            }
            at = self.talker(at).map_or(NONE, |node| node.upkeep.next_talker);
        }
        first
    }

    /// Tells what a node could not, once all is taken that came before.
    fn tell_lost(&mut self, slot: u32, frame: u64) {
        let Some(node) = self.talker(slot).map(|node| node.upkeep.id) else { return };
        let lost = match self.reports_of(slot) {
            Some(reports) if reports.first().is_none() => reports.lost(),
            _ => 0,
        };
        if lost > 0 && self.outbox.offer(Event::Untold { node, lost, frame }) {
            self.reports_of(slot).map(Reports::take_lost);
            self.load.note_lost_reports(lost);
        }
    }

    fn talker(&mut self, slot: u32) -> Option<&mut Node> {
        self.nodes.get_mut(slot)?.as_mut()
    }

    fn reports_of(&mut self, slot: u32) -> Option<&mut Reports> {
        match &mut self.talker(slot)?.body {
            Body::Processor(processor) => processor.reports(),
            Body::Part(_) => None,
        }
    }

    /// Takes a node that is about to leave off the list; what it told and nobody took is counted. `[audio]`
    pub(super) fn hush(&mut self, slot: u32) {
        let Some(next) =
            self.talker(slot).filter(|node| node.upkeep.talks).map(|node| node.upkeep.next_talker)
        else {
            return;
        };
        if let Some(reports) = self.reports_of(slot) {
            let mut left = reports.take_lost();
            while reports.take().is_some() {
                left = left.saturating_add(1);
            }
            if left > 0 {
                self.load.note_lost_reports(left);
            }
        }
        match self.before(slot) {
            Some(before) => before.upkeep.next_talker = next,
            None => self.first_talker = next,
        }
    }

    /// Puts a node that has come on the list, if it tells anything. `[audio]`
    pub(super) fn let_talk(&mut self, slot: u32) {
        if !self.talker(slot).is_some_and(|node| node.upkeep.talks) {
            return;
        }
        let next = match self.before(slot) {
            Some(before) => core::mem::replace(&mut before.upkeep.next_talker, slot),
            None => core::mem::replace(&mut self.first_talker, slot),
        };
        debug_assert!(next == NONE || next > slot, "it is on the list already");
        if let Some(node) = self.talker(slot) {
            node.upkeep.next_talker = next;
        }
    }

    /// The last node on the list before a slot. Takes as long as there are nodes on it.
    fn before(&mut self, slot: u32) -> Option<&mut Node> {
        let (mut last, mut at) = (NONE, self.first_talker);
        while at < slot {
            last = at;
            at = self.talker(at).map_or(NONE, |node| node.upkeep.next_talker);
        }
        self.talker(last)
    }
}
