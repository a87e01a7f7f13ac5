//! Which signals have blocks of their own, and which: those that are heard outside the segment that makes them.

use crate::blocks::SCRATCH;
use crate::feed::Term;
use crate::lineup::{NONE, Unit};
use crate::message::NodeId;
use crate::plan::Inner;
use crate::shape::Port;
use crate::signal::Run;
use crate::topology::{AudioGraph, CableId, Source};
use alloc::vec::Vec;

pub(super) fn width(ports: &[Port]) -> u16 {
    ports.iter().map(|p| p.channels).sum()
}

/// A unit with more cables than these keeps its home, for to look at all its readers would cost more than the blocks are worth.
const MANY: usize = 16;

impl AudioGraph {
    /// How many channels a unit puts out.
    pub(crate) fn width_of(&self, unit: Unit) -> u16 {
        match unit {
            Unit::Node(node) => self.node(node).map_or(0, |e| e.outputs.channels),
            Unit::Sum(sum) => self.sum(sum).map_or(0, |s| s.channels),
            Unit::Exit(part) if self.exit_of(part).is_some() => 0,
            Unit::Exit(part) => self.node(part).map_or(0, |e| e.outputs.channels),
        }
    }

    /// Where a part's output is made, if it is one signal as it is, so that nothing has to be added up.
    pub(super) fn exit_of(&self, part: NodeId) -> Option<Source> {
        let entry = self.node(part)?;
        let [feed] = entry.inside.as_ref()?.feeds.as_slice() else { return None };
        let [Term::Cable(cable)] = feed.terms.as_slice() else { return None };
        let cable = self.awake(*cable).filter(|c| c.plain && c.align.is_none())?;
        (self.source_width(cable.from) == entry.outputs.channels).then_some(cable.from)
    }

    pub(crate) fn source_width(&self, source: Source) -> u16 {
        let (Source::Output(node, port) | Source::PartInput(node, port)) = source;
        let Some(entry) = self.node(node) else { return 1 };
        let (side, ports) = match source {
            Source::Output(..) => (entry.outputs, &entry.shape.outputs),
            Source::PartInput(..) => (entry.inputs, &entry.shape.inputs),
        };
        match (side.ports, port) {
            (1, 0) => side.channels,
            _ => ports.get(usize::from(port)).map_or(1, |p| p.channels),
        }
    }

    /// How many channels of the node lie before those of a source.
    pub(super) fn width_before(&self, source: Source) -> u16 {
        let (Source::Output(node, port) | Source::PartInput(node, port)) = source;
        let Some(entry) = self.node(node).filter(|_| port > 0) else { return 0 };
        let ports = match source {
            Source::Output(..) => &entry.shape.outputs,
            Source::PartInput(..) => &entry.shape.inputs,
        };
        ports.get(..usize::from(port)).map_or(0, width)
    }

    /// Gives homes to the signals that other segments have come to hear, takes back those that none does any more, and touches the segments
    /// that this concerns.
    pub(super) fn settle_homes(&mut self, outside: &mut Vec<(Unit, Option<CableId>)>) {
        let mut heard = core::mem::take(&mut self.lineup.heard);
        heard.sort_unstable();
        heard.dedup();
        for unit in heard.drain(..) {
            self.settle_home(unit, outside);
        }
        // Not what only the making of a whole patch needs.
        heard.shrink_to(1_024);
        self.lineup.heard = heard;
        #[cfg(debug_assertions)]
        self.check_homes();
    }

    fn settle_home(&mut self, unit: Unit, outside: &mut Vec<(Unit, Option<CableId>)>) {
        let Some(seat) = self.seat(unit).copied().filter(|s| s.segment != NONE) else { return };
        if seat.home.is_some() && self.readers(unit) > MANY {
            return;
        }
        let mut ways_out = matches!(unit, Unit::Exit(_));
        outside.clear();
        self.each_way(unit, |reader, cable| {
            ways_out |= matches!(reader, Unit::Exit(_));
            let segment = self.seat(reader).map_or(NONE, |s| s.segment);
            if segment != seat.segment && segment != NONE {
                outside.push((reader, cable));
            }
        });
        let width = self.width_of(unit);
        let wanted = width > 0 && (ways_out || !outside.is_empty());
        // A way out changes its width when it stops adding up: its old home is of the full width.
        let home = match (wanted, seat.home) {
            (true, None) => Some(self.blocks.take(width)),
            (false, Some(home)) => {
                self.give_home_back(unit, home);
                None
            }
            _ => return,
        };
        if let Some(seat) = self.seat_mut(unit) {
            seat.home = home;
        }
        self.touch_step(unit);
        for (reader, cable) in outside.drain(..) {
            let Some(segment) = self.seat(reader).map(|s| s.segment) else { continue };
            self.lineup.dirty.insert(segment);
            match cable {
                Some(cable) => self.make_term_stale(reader, cable),
                None => self.make_stale(reader),
            }
        }
    }

    /// At most how many units hear one.
    fn readers(&self, unit: Unit) -> usize {
        match unit {
            Unit::Node(node) => self.node(node).map_or(0, |e| e.outgoing.len()),
            Unit::Sum(_) => 1,
            Unit::Exit(_) => 0,
        }
    }

    /// Gives the blocks of a unit's output back.
    pub(crate) fn give_home_back(&mut self, unit: Unit, home: u32) {
        let width = match unit {
            Unit::Exit(part) => self.node(part).map_or(0, |e| e.outputs.channels),
            other => self.width_of(other),
        };
        self.blocks.give_back(home, width);
    }

    /// The first of so many blocks for what a segment keeps to itself.
    pub(super) fn ground_of(&mut self, slot: u32, blocks: u32) -> u32 {
        let Some(segment) = self.segment(slot) else { return 0 };
        let (part, extra) = (segment.part, segment.extra);
        let needed = (blocks > SCRATCH).then_some(blocks as u16);
        let extra = match (needed, extra) {
            (Some(width), Some((start, there))) if width == there => Some((start, width)),
            (needed, extra) => {
                if let Some((start, width)) = extra {
                    self.blocks.give_back(start, width);
                }
                needed.map(|width| (self.blocks.take(width), width))
            }
        };
        if let Some(segment) = self.segment_mut(slot) {
            segment.extra = extra;
        }
        match extra {
            Some((start, _)) => start,
            None => {
                let depth = self.node(part).and_then(|e| e.inside.as_ref()).map_or(0, |i| i.depth);
                self.blocks.scratch(depth)
            }
        }
    }

    /// How a part runs now: where it begins, where its input is put and its output found.
    pub(crate) fn body_of(&mut self, part: NodeId) -> Option<Inner> {
        let input = self.input_of(part);
        let entry = self.node(part)?;
        let inside = entry.inside.as_ref()?;
        let (channels, first, exit) = (entry.outputs.channels, inside.first, inside.exit.home);
        let inputs = entry.inputs.channels;
        let start = match self.exit_of(part) {
            Some(source) => self.place_of(source),
            None => exit,
        };
        let output = start.map(|start| Run { start, channels }).unwrap_or_default();
        Some(Inner { first, input: Run { start: input, channels: inputs }, output })
    }

    /// The first block of a source that has a home.
    pub(super) fn place_of(&self, source: Source) -> Option<u32> {
        let (Source::Output(node, _) | Source::PartInput(node, _)) = source;
        let entry = self.node(node)?;
        let start = match source {
            Source::Output(..) => entry.seat.home?,
            Source::PartInput(..) => entry.inside.as_ref()?.input?,
        };
        Some(start + u32::from(self.width_before(source)))
    }

    /// The first block of a part's inputs; they get it when it is first asked for.
    pub(super) fn input_of(&mut self, part: NodeId) -> u32 {
        let Some(entry) = self.node(part) else { return 0 };
        let inputs = entry.inputs.channels;
        match entry.inside.as_ref().and_then(|i| i.input) {
            Some(start) => start,
            None if inputs == 0 => 0,
            None => {
                let start = self.blocks.take(inputs);
                if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
                    inside.input = Some(start);
                }
                start
            }
        }
    }
}
