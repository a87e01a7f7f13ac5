//! Who runs the engine: a port by its stream's callback, or nobody's device, by a beat of the engine's own.

use super::super::bay::Asked;
use super::super::berth::{Attached, State};
use super::super::work::Common;
use super::Ports;
use crate::notice::Notice;
use sostenuto_device::{Counts, FallbackClock, Heard, Holder, Host, PortId, Reason, Tie};

/// The clock of the engine's own, about 60 times a second.
#[derive(Debug)]
pub(super) enum Beat {
    /// A thread.
    Thread(Option<FallbackClock>),
    /// In simulated time: since when, at how many frames per second, and how many beats were done.
    Simulated(Option<(u64, u32, u64)>),
}

impl Beat {
    pub fn new(simulated: bool) -> Self {
        if simulated { Beat::Simulated(None) } else { Beat::Thread(None) }
    }

    /// Starts it, unless it runs.
    fn start(&mut self, common: &Common, now: u64) -> std::io::Result<()> {
        let rate = common.rate.get();
        match self {
            Beat::Thread(clock @ None) => {
                let common = common.share();
                *clock =
                    Some(FallbackClock::drive(rate, move |frames, now| step(&common, rate, frames, now))?);
            }
            Beat::Simulated(since @ None) => *since = Some((now, rate, 0)),
            _ => {}
        }
        Ok(())
    }

    pub fn stop(&mut self) {
        match self {
            Beat::Thread(clock) => drop(clock.take().map(FallbackClock::stop)),
            Beat::Simulated(since) => *since = None,
        }
    }

    pub fn counts(&self) -> Counts {
        match self {
            Beat::Thread(Some(clock)) => clock.counters(),
            _ => Counts::default(),
        }
    }

    /// In simulated time, does what is due.
    fn run(&mut self, common: &Common, now: u64) {
        let Beat::Simulated(Some((since, rate, done))) = self else { return };
        let frames = (*rate / 60).max(1);
        let due = |done: u64| *since + done * u64::from(frames) * 1_000_000_000 / u64::from(*rate).max(1);
        while due(*done) <= now {
            step(common, *rate, frames as usize, now);
            *done += 1;
        }
    }
}

/// Whose clock it is when it is no device's.
const OWN: u32 = u32::MAX;

fn step(common: &Common, rate: u32, frames: usize, now: u64) {
    if common.baton.is_free()
        && let Some(mut bay) = common.slot.try_enter()
    {
        bay.step(OWN, Asked { frames, rate, wanted: None, owed: &mut 0 }, now);
    }
}

impl<H: Host> Ports<H> {
    pub(super) fn start_beat(&mut self, now: u64) {
        if let Err(why) = self.beat.start(&self.common, now) {
            self.notices
                .push(Notice::DeviceLost { device: "the engine's own clock".into(), why: why.to_string() });
        }
    }

    /// Hands the clock over if need be.
    pub(super) fn keep_time(&mut self, now: u64) {
        let ready = match self.holder.holder() {
            Holder::Fallback => true,
            Holder::Port(id) => self
                .by_id(id)
                .is_none_or(|open| open.mouth.is_none() || (open.tie == Tie::Follow && open.is_settled())),
        };
        self.holder.keep(!ready);
        let berths = &self.berths;
        let heard = |id: PortId| {
            let open = berths.iter().filter_map(|berth| berth.open()).find(|open| open.id == id);
            open.map_or_else(Heard::default, Attached::heard)
        };
        if let Some(hand_over) = self.holder.look(now, heard) {
            if hand_over.to == Holder::Fallback {
                self.start_beat(now);
            }
            let to = match hand_over.to {
                Holder::Port(id) => self.by_id(id).map(|open| open.terms.device.clone()),
                Holder::Fallback => None,
            };
            let why = match hand_over.why {
                Reason::Stalled(time) => {
                    format!("the one before has not called back for {} ms", time.as_millis())
                }
                Reason::Gone => "the one before is gone".into(),
                Reason::Better => "it ranks higher".into(),
            };
            self.notices.push(Notice::ClockMoved { to, why });
        }
        // It goes on until the next one takes over.
        if self.holder.holder() != Holder::Fallback && self.common.baton.is_with(self.holder.holder()) {
            self.beat.stop();
        }
        self.beat.run(&self.common, now);
    }

    /// The open stream of a number.
    pub(super) fn by_id(&self, id: PortId) -> Option<&Attached<H::Stream>> {
        self.berths.iter().find_map(|berth| match &berth.state {
            State::Open(open) if open.id == id => Some(&**open),
            _ => None,
        })
    }
}
