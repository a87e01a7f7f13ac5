//! Whether the rows are what they are meant to be: looked through whole, in builds with debug assertions, while there is not too much.

use super::Unit;
use crate::message::NodeId;
use crate::topology::{AudioGraph, ROOT};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Graphs with more nodes are not looked through after each commit.
pub(crate) const MANY: usize = 300;

impl AudioGraph {
    /// Panics if a row is not in order.
    pub(crate) fn check_rows(&self) {
        if self.nodes.len() > MANY {
            return;
        }
        let parts = self.nodes.by_age().into_iter().filter(|(_, e)| e.inside.is_some());
        for part in parts.map(|(id, _)| NodeId(id)).chain([ROOT]) {
            if let Err(fault) = self.check_row(part) {
                panic!("the row of a part is not in order: {fault}");
            }
        }
    }

    /// Panics if a signal that another segment hears has no blocks of its own.
    pub(crate) fn check_homes(&self) {
        if self.nodes.len() > MANY {
            return;
        }
        let nodes = self.nodes.by_age().into_iter().map(|(id, _)| Unit::Node(NodeId(id)));
        let sums = (0..self.sums.len() as u32).map(Unit::Sum);
        for unit in nodes.chain(sums) {
            // A sum of a part that has just gone stands in no row until it is taken away as well.
            let seated = self.seat(unit).filter(|s| s.segment != super::NONE);
            let Some(seat) = seated.filter(|s| s.home.is_none() && self.width_of(unit) > 0) else {
                continue;
            };
            self.each_reader(unit, |reader, _| {
                let there = self.seat(reader).is_some_and(|s| s.segment == seat.segment);
                assert!(there, "{reader:?} hears {unit:?}, which has no home, in another segment");
            });
        }
    }

    fn check_row(&self, part: NodeId) -> Result<(), String> {
        let inside = self.node(part).and_then(|e| e.inside.as_ref()).ok_or("no part")?;
        let mut row: Vec<Unit> = Vec::new();
        let (mut at, mut previous, mut label) = (inside.first, super::NONE, 0);
        while let Some(segment) = self.segment(at) {
            if segment.part != part || segment.previous != previous || segment.label <= label {
                return Err(format!("segment {at} {segment:?} after {previous}, label {label}"));
            }
            for (place, unit) in segment.units.iter().enumerate() {
                let seat = self.seat(*unit).ok_or_else(|| format!("{unit:?} is not there"))?;
                if (seat.segment, seat.at as usize) != (at, place) {
                    return Err(format!("{unit:?} has {seat:?}, not {at}/{place}"));
                }
            }
            row.extend(&segment.units);
            (previous, label, at) = (at, segment.label, segment.next);
        }
        let units: BTreeSet<Unit> = row.iter().copied().collect();
        let meant: BTreeSet<Unit> = (inside.members.iter().map(|id| Unit::Node(*id)))
            .chain(inside.sums.iter().map(|s| Unit::Sum(*s)))
            .chain([Unit::Exit(part)])
            .collect();
        if units != meant || row.len() != units.len() || inside.seated != units.len() {
            return Err(format!("{row:?} ({}) for {meant:?}", inside.seated));
        }
        for pair in row.chunk_by(|a, b| self.cycle(*a) != 0 && self.cycle(*a) == self.cycle(*b)) {
            let cycle = pair.first().map_or(0, |u| self.cycle(*u));
            if cycle != 0 && self.lineup.cycles.get(&cycle).map(Vec::as_slice) != Some(pair) {
                return Err(format!(
                    "loop {cycle} is {:?} and stands as {pair:?}",
                    self.lineup.cycles.get(&cycle)
                ));
            }
        }
        let mut fault = None;
        for unit in &row {
            self.each_reader(*unit, |reader, _| {
                let on_loop = self.cycle(*unit) != 0 && self.cycle(*unit) == self.cycle(reader);
                if !on_loop && self.rank(*unit) >= self.rank(reader) {
                    fault = Some(format!("{unit:?} after {reader:?}, which hears it, in {row:?}"));
                }
            });
        }
        fault.map_or(Ok(()), Err)
    }

    fn cycle(&self, unit: Unit) -> u32 {
        self.seat(unit).map_or(0, |s| s.cycle)
    }
}
