//! Loops without a delay, and the cables that make them.

use super::Unit;
use super::rebuild::{Readers, strongly_connected};
use crate::plan::Half;
use crate::topology::{AudioGraph, Cable, Sink};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// Where turns of units stand: which loop without a delay they are on. The flag tells those that take in at ports.
type Groups = BTreeMap<(Unit, bool), u32>;

impl AudioGraph {
    /// The cables on loops without a delay, in segments that were touched.
    pub(crate) fn knotted(&self) -> Vec<&Cable> {
        if self.lineup.cycles.is_empty() {
            return Vec::new();
        }
        let touched = self.lineup.dirty.iter().filter_map(|slot| self.segment(*slot));
        let cycle = |unit: &Unit| self.seat(*unit).map(|s| s.cycle).filter(|c| *c != 0);
        let cycles: BTreeSet<u32> = touched.flat_map(|s| &s.units).filter_map(cycle).collect();
        let loops = cycles.iter().filter_map(|cycle| self.lineup.cycles.get(cycle));
        loops.flat_map(|units| self.knotted_of(units)).collect()
    }

    fn knotted_of(&self, units: &[Unit]) -> Vec<&Cable> {
        let groups = self.knots(units);
        let nodes = units.iter().filter_map(|u| if let Unit::Node(node) = u { Some(*node) } else { None });
        let mut found = Vec::new();
        for node in nodes {
            let from = groups.get(&(Unit::Node(node), false));
            let cables = self.node(node).into_iter().flat_map(|e| &e.outgoing);
            for cable in cables.filter_map(|id| self.awake(*id)) {
                let at_port = !matches!(cable.to, Sink::Param(..));
                let to = groups.get(&(Self::adder(cable.to, cable.leaf), at_port));
                if from.is_some() && from == to {
                    found.push(cable);
                }
            }
        }
        found
    }

    fn knots(&self, units: &[Unit]) -> Groups {
        let (turns, followers) = self.turns(units);
        let edges: Vec<Readers> =
            followers.iter().map(|list| list.iter().map(|to| (*to, false)).collect()).collect();
        let (group_of, _) = strongly_connected(&edges);
        let mut groups = Groups::new();
        for ((unit, half), group) in turns.into_iter().zip(group_of) {
            if half != Half::Absorb {
                groups.insert((unit, false), group);
            }
            if half != Half::Emit {
                groups.insert((unit, true), group);
            }
        }
        groups
    }
}
