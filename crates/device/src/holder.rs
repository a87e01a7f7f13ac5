//! Which clock runs the engine? One at a time: a port of the patch, or the fallback clock while none will do.
//!
//! | rule | |
//! |---|---|
//! | the chosen port, if it lives; else the one that has it; else the first that lives, in the order they were added; else the fallback clock | who holds |
//! | no callback for three periods, or 20 ms if that is longer | a holder stalls: it loses the clock at the next look |
//! | it has called back for 0.2 s without a stall | a chosen port takes the clock from another that lives |
//! | it has called back for 1 s, 2 s, 4 s, … 32 s without a stall | a port that has lost the clock by stalling so many times may have it again; after 2 minutes they are forgotten |
//!
//! The state machine is plain: it is told what callbacks there were and says who holds; it has no threads and no audio. What callbacks read is one number, the
//! [`Baton`]. A callback that finds that it does not hold leaves the engine alone. So the engine's frames go on from one holder to the next, each where the last one
//! ended, and the time between is not caught up: engine time may lag behind the wall clock by as much, and never jumps. A holder that stalls within its callback is in
//! the engine still: the next one is refused there ([`OwnerSlot`](sostenuto_rt::OwnerSlot)) and plays silence until it has left.

#[cfg(test)]
mod tests;

use sostenuto_rt::Gauge;
use std::sync::Arc;
use std::time::Duration;

/// Periods, and time, without a callback after which a holder has stalled.
const PERIODS: u64 = 3;
const SHORTEST_STALL: u64 = 20_000_000;
/// Nanoseconds without a stall after which a chosen port takes the clock from one that lives.
const SETTLED: u64 = 200_000_000;
/// Nanoseconds without a stall after which a port may have the clock again that lost it, the first time; doubled each time, so many times at most.
const PROBATION: u64 = 1_000_000_000;
const MOST_DOUBLINGS: u32 = 5;
/// Nanoseconds without a stall after which earlier ones are forgotten.
const FORGIVEN: u64 = 120_000_000_000;
/// Nanoseconds that the port to begin with has for its first callback.
const GRACE: u64 = 2_000_000_000;
/// What the baton says while the fallback clock holds.
const NOBODY: u32 = u32::MAX;
/// What it says while it is offered to nobody.
const NO_OFFER: u32 = u32::MAX - 1;

/// A port, by a number that is its own as long as the patch knows it; any but the two greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortId(pub u32);

/// Who is to hold the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockChoice {
    /// Whichever port lives.
    #[default]
    Auto,
    /// This port while it lives.
    Port(PortId),
    /// No port: the engine runs on the fallback clock, and all ports follow.
    Internal,
}

/// Who holds the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A port.
    Port(PortId),
    /// The fallback clock.
    Fallback,
}

/// What a clock's callbacks were up to now; see [`Counts`](crate::Counts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Callbacks so far.
    pub callbacks: u64,
    /// When the last one came, in nanoseconds.
    pub last_at: u64,
}

/// Why the clock was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The holder has called back no more, for this long.
    Stalled(Duration),
    /// The holder is gone.
    Gone,
    /// The new holder ranks higher: it was chosen, or it is a port and the old one was none.
    Better,
}

/// The clock goes from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Who had it.
    pub from: Holder,
    /// Who has it now.
    pub to: Holder,
    /// Why.
    pub why: Reason,
    /// Frames per second of the new holder; the fallback clock keeps what was before, or none if there was no port yet.
    pub rate: Option<u32>,
}

/// Who holds the clock, as callbacks see it.
///
/// Where the one before goes on as well as the next, the clock is offered, and taken by the next one's first callback: until then the one before runs the engine, so
/// that no time is lost between them.
#[derive(Debug)]
pub struct Baton {
    now: Gauge<u32>,
    /// To whom it is offered.
    offered: Gauge<u32>,
}

impl Baton {
    fn new() -> Self {
        Baton { now: Gauge::new(NOBODY), offered: Gauge::new(NO_OFFER) }
    }

    /// Whether this port holds; to be asked by its own callback, which takes what is offered. `[audio]`
    pub fn is_held_by(&self, port: PortId) -> bool {
        self.is_at(port.0)
    }

    /// Whether the fallback clock holds; to be asked by that, which takes what is offered. `[audio]`
    pub fn is_free(&self) -> bool {
        self.is_at(NOBODY)
    }

    fn is_at(&self, who: u32) -> bool {
        // Were another offer made just here, it would be lost, and made again at the next look.
        if self.offered.get() == who {
            self.now.set(who);
            self.offered.set(NO_OFFER);
        }
        self.now.get() == who
    }

    /// Whether a holder runs the engine, and nobody else. `[any]`
    pub fn is_with(&self, holder: Holder) -> bool {
        self.now.get() == number(holder) && self.offered.get() == NO_OFFER
    }

    /// Gives it away at once.
    fn give(&self, to: Holder) {
        self.offered.set(NO_OFFER);
        self.now.set(number(to));
    }

    fn offer(&self, to: Holder) {
        self.offered.set(number(to));
    }
}

/// The number of a holder.
fn number(holder: Holder) -> u32 {
    match holder {
        Holder::Port(id) => id.0,
        Holder::Fallback => NOBODY,
    }
}

/// Decides who holds the clock. `[control]`
///
/// 1. [`add`](Self::add) and [`remove`](Self::remove) say which ports there are, [`choose`](Self::choose) which one is wanted.
/// 2. [`look`](Self::look) is called every few milliseconds.
#[derive(Debug)]
pub struct ClockHolder {
    choice: ClockChoice,
    ports: Vec<Candidate>,
    holder: Holder,
    rate: Option<u32>,
    baton: Arc<Baton>,
    /// Whether the holder keeps the clock from one that ranks higher, as long as it lives.
    kept: bool,
    pending: Option<Holder>,
}

#[derive(Debug)]
struct Candidate {
    id: PortId,
    rate: u32,
    /// Nanoseconds.
    period: u64,
    heard: Heard,
    /// Since when it has called back without a stall.
    lives_since: Option<u64>,
    /// How often it lost the clock by stalling.
    stalls: u32,
    /// Before this time it need not have called back at all.
    grace: u64,
}

impl Candidate {
    fn patience(&self) -> u64 {
        (self.period * PERIODS).max(SHORTEST_STALL)
    }

    fn look(&mut self, now: u64, heard: Heard) {
        let called = heard.callbacks != self.heard.callbacks;
        self.heard = heard;
        if heard.callbacks == 0 && now < self.grace {
            self.lives_since = self.lives_since.or(Some(now));
        } else if now.saturating_sub(heard.last_at) > self.patience() {
            self.lives_since = None;
        } else if called && self.lives_since.is_none() {
            self.lives_since = Some(now);
        }
        if self.has_lived_for(now, FORGIVEN) {
            self.stalls = 0;
        }
    }

    fn has_lived_for(&self, now: u64, nanos: u64) -> bool {
        self.lives_since.is_some_and(|since| now.saturating_sub(since) >= nanos)
    }

    /// Whether it may take the clock from a port that lives, or from none.
    fn may_hold(&self, now: u64, from_a_port: bool) -> bool {
        let probation = match self.stalls {
            0 => 0,
            times => PROBATION << (times - 1).min(MOST_DOUBLINGS),
        };
        self.has_lived_for(now, probation.max(if from_a_port { SETTLED } else { 0 }))
    }
}

impl ClockHolder {
    /// Without ports: the fallback clock holds.
    pub fn new(choice: ClockChoice) -> Self {
        let baton = Arc::new(Baton::new());
        ClockHolder {
            choice,
            ports: Vec::new(),
            holder: Holder::Fallback,
            rate: None,
            baton,
            kept: false,
            pending: None,
        }
    }

    /// What callbacks look at.
    pub fn baton(&self) -> Arc<Baton> {
        self.baton.clone()
    }

    /// Who holds.
    pub fn holder(&self) -> Holder {
        self.holder
    }

    /// Who is wanted, from the next look on.
    pub fn choose(&mut self, choice: ClockChoice) {
        self.choice = choice;
    }

    /// Who is wanted.
    pub fn choice(&self) -> ClockChoice {
        self.choice
    }

    /// Adds a port whose device runs at so many frames per second in blocks of so many frames, or changes what is known of one: its callbacks are counted from
    /// anew, and how often it has stalled is kept.
    pub fn add(&mut self, id: PortId, rate: u32, block: u32) {
        let rate = rate.max(1);
        let period = u64::from(block) * 1_000_000_000 / u64::from(rate);
        let heard = Heard::default();
        let fresh = Candidate { id, rate, period, heard, lives_since: None, stalls: 0, grace: 0 };
        match self.ports.iter_mut().find(|port| port.id == id) {
            Some(port) => *port = Candidate { stalls: port.stalls, ..fresh },
            None => self.ports.push(fresh),
        }
    }

    /// Takes a port out, for its device or the port itself is gone.
    pub fn remove(&mut self, id: PortId) {
        self.ports.retain(|port| port.id != id);
    }

    /// Gives the clock to a port that was just added and has not called back yet: it is to begin with. It has two seconds for its first callback.
    pub fn begin_with(&mut self, id: PortId, now: u64) {
        let Some(port) = self.ports.iter_mut().find(|port| port.id == id) else { return };
        port.lives_since = Some(now);
        port.grace = now.saturating_add(GRACE);
        self.rate = Some(port.rate);
        self.holder = Holder::Port(id);
        self.baton.give(self.holder);
    }

    /// Whether the holder keeps the clock from one that ranks higher: while what it plays is not ready to follow another. One that does not live loses it all the
    /// same.
    pub fn keep(&mut self, kept: bool) {
        self.kept = kept;
    }

    /// Who would have the clock, were it not [kept](Self::keep).
    pub fn pending(&self) -> Option<Holder> {
        self.pending
    }

    /// Looks at all ports, at `now` nanoseconds of the clock that callbacks are noted by, and hands the clock over if need be.
    pub fn look(&mut self, now: u64, heard: impl Fn(PortId) -> Heard) -> Option<HandOver> {
        self.ports.iter_mut().for_each(|port| port.look(now, heard(port.id)));
        let why = self.lost(now);
        let to = self.best(now);
        self.pending = Some(to).filter(|to| *to != self.holder && why.is_none() && self.kept);
        if to == self.holder || self.pending.is_some() {
            if !self.baton.is_with(self.holder) {
                self.baton.offer(self.holder);
            }
            return None;
        }
        if let (Some(Reason::Stalled(_)), Holder::Port(id)) = (why, self.holder)
            && let Some(port) = self.ports.iter_mut().find(|port| port.id == id)
        {
            port.stalls = port.stalls.saturating_add(1);
        }
        let from = std::mem::replace(&mut self.holder, to);
        match why {
            Some(_) => self.baton.give(to),
            None => self.baton.offer(to),
        }
        if let Some(port) = self.held() {
            self.rate = Some(port.rate);
        }
        Some(HandOver { from, to, why: why.unwrap_or(Reason::Better), rate: self.rate })
    }

    /// The port that holds, if one does and is there.
    fn held(&self) -> Option<&Candidate> {
        self.ports.iter().find(|port| self.holder == Holder::Port(port.id))
    }

    /// Why the holder cannot go on, if it cannot.
    fn lost(&self, now: u64) -> Option<Reason> {
        match (self.holder, self.held()) {
            (Holder::Fallback, _) => None,
            (_, None) => Some(Reason::Gone),
            // It was opened anew.
            (_, Some(port)) if port.lives_since.is_none() && port.heard.callbacks == 0 => Some(Reason::Gone),
            (_, Some(port)) if port.lives_since.is_none() => {
                Some(Reason::Stalled(Duration::from_nanos(now.saturating_sub(port.heard.last_at))))
            }
            _ => None,
        }
    }

    /// Who should hold.
    fn best(&self, now: u64) -> Holder {
        let living = self.held().filter(|port| port.lives_since.is_some());
        let chosen = match self.choice {
            ClockChoice::Internal => return Holder::Fallback,
            ClockChoice::Auto => None,
            ClockChoice::Port(id) => self.ports.iter().find(|port| port.id == id),
        };
        let chosen = chosen.filter(|port| {
            living.is_some_and(|holder| holder.id == port.id) || port.may_hold(now, living.is_some())
        });
        let next = || self.ports.iter().find(|port| port.may_hold(now, false));
        let best = chosen.or(living).or_else(next);
        best.map_or(Holder::Fallback, |port| Holder::Port(port.id))
    }
}
