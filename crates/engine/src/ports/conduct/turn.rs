//! At what rate does the engine run? Fixed, or as the device that has the clock: then another engine takes over when the clock goes to a device of another rate. It goes
//! on where the one before is, and both render until every device plays the new one.

use super::super::bay::Change;
use super::super::side::{InWire, OutWire, Side};
use super::super::wire::{Outward, Place, WireEnd};
use super::Ports;
use sostenuto_device::{Holder, Host, PortId, Tie};
use sostenuto_graph::Executor;
use std::sync::{Arc, Mutex, PoisonError};

/// Nanoseconds for which a port has the clock before its rate is followed: clocks that come and go are converted to meanwhile.
const PROVEN: u64 = 500_000_000;
/// Nanoseconds after which the engine before is dropped, whoever still plays it.
const OVER: u64 = 20_000_000_000;

/// The engine's way from one rate to another.
#[derive(Debug, Default)]
pub(super) struct Turning {
    /// Who has the clock, and since when.
    holds: Option<(PortId, u64)>,
    /// Since when there are two engines.
    since: Option<u64>,
    /// A rate at which the patch could not be played.
    refused: Option<u32>,
}

/// Wires of an engine that has yet to take over. `[control]`
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathering(Arc<Mutex<Vec<(WireEnd, Place)>>>);

impl Outward for Gathering {
    fn attach(&mut self, end: WireEnd, place: Place) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((end, place));
    }
}

impl Gathering {
    fn take(&self) -> Vec<(WireEnd, Place)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<H: Host> Ports<H> {
    /// The rate that the engine is to go over to, if it is to.
    pub fn wanted_rate(&mut self, now: u64) -> Option<u32> {
        let holder = match (self.options.rate, self.holder.holder(), self.holder.pending()) {
            (None, Holder::Port(id), None) if self.common.baton.is_with(Holder::Port(id)) => id,
            _ => {
                self.turning.holds = None;
                return None;
            }
        };
        if self.turning.holds.is_none_or(|(id, _)| id != holder) {
            self.turning.holds = Some((holder, now));
        }
        let proven = self.turning.holds.is_some_and(|(_, since)| now >= since.saturating_add(PROVEN));
        let open = self.by_id(holder)?;
        let plays = open.mouth.is_none() || (open.tie == Tie::Same && open.is_settled());
        let rate = open.terms.rate;
        let other = rate != self.common.rate.get() && self.turning.refused != Some(rate);
        (proven && plays && other && self.turning.since.is_none()).then_some(rate)
    }

    /// The engine stays at its rate.
    pub fn keep_rate(&mut self) {
        self.options.rate = Some(self.common.rate.get());
    }

    /// Lets another engine take over, with its wires. It follows on the present one, which goes on until all devices play the new one.
    pub fn turn_to(&mut self, engine: Executor, wires: &Gathering, now: u64) {
        self.side += 1;
        self.common.rate.set(engine.stream().sample_rate as u32);
        let mut side = Side::new(self.side, engine, self.main_channels, super::super::bay::HALT);
        for (end, place) in wires.take() {
            match end {
                WireEnd::Out(end) => side.out_wires.push(OutWire::new(end, place)),
                WireEnd::In(end) => side.in_wires.push(InWire::new(end, place)),
            }
        }
        self.door.send(Change::Turn(side));
        (self.turning.since, self.turning.refused) = (Some(now), None);
        self.tie_all();
    }

    /// The patch cannot be played at a rate.
    pub fn refuse_rate(&mut self, rate: u32) {
        self.turning.refused = Some(rate);
    }

    /// Whether two engines render.
    pub fn is_turning(&self) -> bool {
        self.turning.since.is_some()
    }

    /// Drops the engine before, once nobody plays it any more.
    pub(super) fn end_turn(&mut self, now: u64) {
        let Some(since) = self.turning.since else { return };
        let turned = |open: &super::super::berth::Attached<H::Stream>| {
            open.side == self.side && open.is_settled() && open.old_lines.is_empty()
        };
        let all = self.berths.iter().filter_map(|berth| berth.open()).all(turned);
        if all || now > since.saturating_add(OVER) {
            self.door.send(Change::DropOld);
            self.turning.since = None;
        }
    }
}
