//! How are streams opened, lost, and taken up again?

use super::super::bay::Change;
use super::super::berth::{Berth, Need, Opening, State, Unopened};
use super::super::spec::Streams;
use super::super::wire::StreamKey;
use super::{Ports, linger};
use crate::notice::Notice;
use sostenuto_device::{
    Change as DeviceChange, ClockChoice, Direction, End, Holder, Host, OpenError, Stream, Terms, Tie, Vigour,
    Wish,
};
use sostenuto_nodes::Way;

/// Nanoseconds after which a stream that does not call back is given up, and tried anew.
const NEVER: u64 = 10_000_000_000;

/// The number of a stream that is being left, which nobody asks for.
const LEFT: StreamKey = StreamKey(u32::MAX);

impl<H: Host> Ports<H> {
    /// Opens what the ports ask for; the first output that can be opened has the clock from the beginning, so that its first frame is the engine's.
    pub(super) fn open_first(&mut self, now: u64) {
        let mut order: Vec<usize> = (0..self.berths.len()).collect();
        order.sort_by_key(|at| {
            let berth = &self.berths[*at];
            (!berth.need.clock, berth.way != Way::Out)
        });
        for at in order {
            let first =
                self.holder.holder() == Holder::Fallback && self.holder.choice() != ClockChoice::Internal;
            self.try_open(at, now, first);
        }
        if self.holder.holder() == Holder::Fallback {
            self.start_beat(now);
        }
    }

    /// Why a device could not be opened now; nothing if it could, or is open already.
    pub fn refusal(&self, way: Way, device: &str) -> Option<OpenError> {
        let open = |berth: &&Berth<H::Stream>| {
            berth.way == way && berth.asked.as_deref() == Some(device) && berth.open().is_some()
        };
        if self.berths.iter().any(|berth| open(&berth)) {
            return None;
        }
        let (inputs, outputs) = if way == Way::Out { (0, 1) } else { (1, 0) };
        let wish = Wish { device: Some(device.to_owned()), inputs, outputs, ..Wish::default() };
        // Too few channels, or of another kind, is another matter.
        match self.host.terms(&wish) {
            Err(why @ (OpenError::DeviceNotFound { .. } | OpenError::Refused { .. })) => Some(why),
            _ => None,
        }
    }

    /// Opens what is due.
    pub(super) fn open_due(&mut self, now: u64) {
        for at in 0..self.berths.len() {
            if self.berths.get(at).is_some_and(|berth| berth.is_due(now)) {
                self.try_open(at, now, false);
            }
        }
    }

    fn try_open(&mut self, at: usize, now: u64, first: bool) {
        match self.terms_of(at) {
            Ok(terms) => match self.stands_for(at, &terms) {
                // One that is being left: its device may take one stream only.
                Some(LEFT) => {
                    let berth = &mut self.berths[at];
                    berth.wait_until(now.saturating_add(2 * linger(&berth.need)));
                }
                Some(other) => self.alias(at, other, None),
                None => {
                    if let Err(why) = self.open(at, terms, now, first) {
                        self.refused(at, now, &why.to_string());
                    }
                }
            },
            Err(why) => self.refused(at, now, &why.to_string()),
        }
    }

    /// What the device of a berth would run as.
    fn terms_of(&self, at: usize) -> Result<Terms, Unopened> {
        let berth = &self.berths[at];
        let main = berth.key == Streams::MAIN;
        let wish = Wish {
            rate: self.options.rate.filter(|_| main),
            block: self.options.block,
            outputs: self.options.channels.filter(|_| main).unwrap_or(0),
            ..Wish::default()
        };
        let named = berth.asked.as_ref().or(self.options.device.as_ref().filter(|_| main));
        let device = if named.is_some() { berth.known.as_ref().or(named) } else { None };
        Ok(berth.terms(&self.host, device.map(String::as_str), &wish)?)
    }

    /// The berth that has a stream on the same device in the same direction already.
    fn stands_for(&self, at: usize, terms: &Terms) -> Option<StreamKey> {
        let berth = &self.berths[at];
        let same = |other: &&Berth<H::Stream>| {
            other.key != berth.key
                && other.way == berth.way
                && other.open().is_some_and(|open| open.terms.device == terms.device)
        };
        self.berths.iter().find(same).map(|other| other.key)
    }

    /// Lets the stream of another berth stand for one.
    fn alias(&mut self, at: usize, other: StreamKey, why: Option<String>) {
        let berth = &mut self.berths[at];
        let new = !matches!(berth.state, State::Alias(key) if key == other);
        berth.state = State::Alias(other);
        berth.why = why;
        if new {
            let key = berth.key;
            self.door.send(Change::Alias(key, other));
        }
    }

    fn open(&mut self, at: usize, terms: Terms, now: u64, first: bool) -> Result<(), Unopened> {
        let (key, way, need) = (self.berths[at].key, self.berths[at].way, self.need_of(self.berths[at].key));
        let (id, line) = (self.id_of(key, &terms.device), self.next_line());
        let tie = if first && way == Way::Out { Tie::Same } else { Tie::Follow };
        let (rate, block, device) = (terms.rate, terms.block, terms.device.clone());
        // Before the stream, whose first callback may come at once.
        self.holder.add(id, rate, block);
        if first {
            self.holder.begin_with(id, now);
        }
        let side = self.side;
        let opening = Opening { key, way, need, terms, id, line, tie, common: &self.common, side, now };
        let attached = match opening.open(&mut self.host, &self.door) {
            Ok(attached) => attached,
            Err(why) => {
                self.holder.remove(id);
                return Err(why);
            }
        };
        let berth = &mut self.berths[at];
        if matches!(berth.state, State::Alias(_)) {
            self.door.send(Change::Alias(key, key));
        }
        berth.state = State::Open(Box::new(attached));
        let returned = berth.why.take().is_some();
        if returned {
            self.reconsider = true;
            self.notices.push(Notice::DeviceReturned { device: device.clone() });
        }
        berth.known = Some(device);
        Ok(())
    }

    /// What a berth needs, and those that it stands for.
    fn need_of(&self, key: StreamKey) -> Need {
        let own = self.berths.iter().filter(|berth| berth.key == key);
        let others = self.berths.iter().filter(|berth| matches!(berth.state, State::Alias(to) if to == key));
        own.chain(others).map(|berth| berth.need).reduce(Need::and).unwrap_or_default()
    }

    /// It cannot be opened now. The first time it is told.
    fn refused(&mut self, at: usize, now: u64, why: &str) {
        let fallback = self.options.fallback && self.berths[at].key != Streams::MAIN;
        let way = self.berths[at].way;
        let instead = (fallback && way == Way::Out).then_some(Streams::MAIN);
        let berth = &mut self.berths[at];
        berth.put_off(now);
        if berth.why.is_none() {
            let device = berth.asked.clone().unwrap_or_else(|| "the default device".into());
            let on = instead.and_then(|key| {
                let main = self.berths.iter().find(|berth| berth.key == key)?;
                Some(main.open()?.terms.device.clone())
            });
            self.reconsider = true;
            self.notices.push(Notice::DeviceMissing { device, why: why.to_owned(), instead: on });
        }
        match instead {
            Some(main) => self.alias(at, main, Some(why.to_owned())),
            None => self.berths[at].why = Some(why.to_owned()),
        }
    }

    /// Streams that have ended, or never began.
    pub(super) fn lose_ended(&mut self, now: u64) {
        for at in 0..self.berths.len() {
            let Some(open) = self.berths[at].open() else { continue };
            let why = match open.stream.vigour() {
                Vigour::Ended(end) => Some((end, open.stream.why())),
                Vigour::Alive => {
                    // One that has stood still for so long may never come back by itself.
                    let heard = open.heard();
                    let since = if heard.callbacks == 0 { open.opened_at } else { heard.last_at };
                    let why =
                        if heard.callbacks == 0 { "it never called back" } else { "it calls back no more" };
                    (now > since.saturating_add(NEVER)).then(|| (End::Failed, Some(why.to_owned())))
                }
                _ => None,
            };
            if let Some((end, why)) = why {
                self.lost(at, end, why);
            } else if self.berths[at].open().is_some_and(|open| open.calls.callbacks.get() > 0) {
                self.berths[at].settled();
            }
        }
    }

    fn lost(&mut self, at: usize, end: End, why: Option<String>) {
        let Some(device) = self.close(at) else { return };
        self.berths[at].past.gone += 1;
        let why = why.unwrap_or_else(|| {
            match end {
                End::Removed => "it is gone",
                End::RateChanged => "it runs at another rate now",
                _ => "the system ended its stream",
            }
            .to_owned()
        });
        self.berths[at].why = Some(why.clone());
        self.berths[at].hurry();
        self.reconsider = true;
        self.notices.push(Notice::DeviceLost { device, why });
    }

    /// Closes the stream of a berth; what it stood for is looked after anew. The device that it was on.
    fn close(&mut self, at: usize) -> Option<String> {
        let berth = &mut self.berths[at];
        let key = berth.key;
        let State::Open(open) = std::mem::replace(&mut berth.state, State::Closed) else { return None };
        berth.past.add(open.tally());
        self.holder.remove(open.id);
        open.lines().for_each(|line| self.door.send(Change::RemoveLine(line)));
        self.forsake(key, 0);
        Some(open.terms.device.clone())
    }

    /// What the stream of a berth stood for is looked after anew.
    fn forsake(&mut self, key: StreamKey, at: u64) {
        for other in self.berths.iter_mut().filter(|b| matches!(b.state, State::Alias(to) if to == key)) {
            other.state = State::Closed;
            other.wait_until(at);
            self.door.send(Change::Alias(other.key, other.key));
        }
    }

    /// What the system told of its devices.
    pub(super) fn follow_changes(&mut self, now: u64) {
        for change in self.host.changes() {
            match change {
                DeviceChange::Appeared { .. } => {
                    let waiting = |berth: &&mut Berth<H::Stream>| berth.why.is_some();
                    self.berths.iter_mut().filter(waiting).for_each(Berth::hurry);
                }
                DeviceChange::DefaultChanged { id, direction } => {
                    let way = if direction == Direction::Play { Way::Out } else { Way::In };
                    self.go_to(&id, way, now);
                }
                _ => {}
            }
        }
        self.succeed(now);
    }

    /// Ports that name no device go to another default one: the new stream is opened beside the old one, and takes its place when it plays.
    fn go_to(&mut self, id: &str, way: Way, now: u64) {
        if !self.options.follow_default || self.options.device.is_some() {
            return;
        }
        let moves = |berth: &Berth<H::Stream>| {
            berth.way == way
                && berth.asked.is_none()
                && berth.open().is_some_and(|open| open.terms.device != id)
        };
        // What another stream stood for looks anew.
        for berth in self.berths.iter_mut().filter(|b| b.way == way && b.asked.is_none()) {
            if let State::Alias(_) = berth.state {
                berth.why = berth.why.take().or(Some("the default device is another one now".into()));
                berth.hurry();
            }
        }
        let moving: Vec<StreamKey> = self.berths.iter().filter(|b| moves(b)).map(|b| b.key).collect();
        for key in moving {
            let Some(first) = self.berths.iter().position(|b| b.key == key) else { continue };
            // Where another port is on that device already, its stream stands for this one, and what was is left once it has faded out.
            if let Ok(terms) = self.terms_of(first)
                && let Some(other) = self.stands_for(first, &terms).filter(|other| *other != LEFT)
            {
                self.leave(first, now);
                self.alias(first, other, None);
                continue;
            }
            // One that was on its way to another default is of no use any more.
            if let Some(old) = self.berths.iter().rposition(|b| b.key == key).filter(|last| *last != first) {
                self.close(old);
                self.berths.remove(old);
            }
            // It had not left the one that is the default again.
            if self.berths[first].open().is_some_and(|open| open.terms.device == id) {
                continue;
            }
            let Berth { way, need, .. } = self.berths[first];
            self.berths.push(Berth::new(key, way, None, need));
            let last = self.berths.len() - 1;
            self.try_open(last, now, false);
            if self.berths[last].open().is_none() {
                self.berths.truncate(last);
            }
        }
    }

    /// Takes the stream of a berth from it, to be closed once it has faded out.
    fn leave(&mut self, at: usize, now: u64) {
        let berth = &mut self.berths[at];
        let (way, need) = (berth.way, berth.need);
        let state = std::mem::replace(&mut berth.state, State::Closed);
        // By a number that nobody asks for.
        let mut left = Berth::new(LEFT, way, None, need);
        (left.state, left.unneeded_since) = (state, Some(now));
        let key = self.berths[at].key;
        self.berths.push(left);
        // The device may take one stream only.
        self.forsake(key, now.saturating_add(2 * linger(&need)));
    }

    /// New default devices that play take over from the old ones.
    fn succeed(&mut self, now: u64) {
        for at in (0..self.berths.len()).rev() {
            let key = self.berths[at].key;
            let same = |berth: &Berth<H::Stream>| berth.key == key && key != LEFT;
            let Some(old) = self.berths.iter().position(same).filter(|old| *old < at) else {
                continue;
            };
            let plays = |open: &super::super::berth::Attached<H::Stream>| {
                open.meters.read().state != sostenuto_device::PortState::Priming
            };
            if self.berths[at].open().is_some_and(plays) || self.berths[old].open().is_none() {
                if let Some(open) = self.berths[old].open() {
                    // One that is to take over from another may not be heard yet, and the other still is.
                    open.lines().for_each(|line| self.door.send(Change::Fade(line)));
                }
                self.leave(old, now);
                self.berths.remove(old);
            } else if self.berths[at].open().is_none() {
                self.berths.remove(at);
            }
        }
    }

    /// Who has the clock plays what the engine renders at once; all others follow.
    pub(super) fn tie_all(&mut self) {
        let holder = match (self.holder.holder(), self.holder.pending()) {
            // Not before it runs the engine: what another rendered would be held back in between.
            (Holder::Port(id), None) if self.common.baton.is_with(Holder::Port(id)) => Some(id),
            _ => None,
        };
        let engine = (self.side, self.common.rate.get());
        for at in 0..self.berths.len() {
            let (key, way) = (self.berths[at].key, self.berths[at].way);
            let need = self.need_of(key);
            let line = self.next_line();
            let Some(open) = self.berths[at].open_mut() else { continue };
            let tie = if holder == Some(open.id) { Tie::Same } else { Tie::Follow };
            let width = open.terms.inputs.max(open.terms.outputs);
            let fits = need.is_port_of(&open.need);
            let outgrown = need.reach > width && need.reach > open.need.reach;
            let mut change = None;
            let tie = if way == Way::Out { tie } else { open.tie };
            // One that is being left fades out, and takes nothing new.
            if !outgrown && key != LEFT && (open.tie != tie || !fits || open.side != engine.0) {
                change = open.exchange(key, (line, tie), need, engine);
            }
            let done = open.done_lines();
            if outgrown {
                self.close(at);
                self.berths[at].hurry();
            }
            change.into_iter().for_each(|change| self.door.send(change));
            done.into_iter().for_each(|line| self.door.send(Change::RemoveLine(line)));
        }
    }

    /// Closes what no port has asked for in a while.
    pub(super) fn close_unneeded(&mut self, now: u64) {
        // What stands for another that is needed goes on.
        let stands = |key: StreamKey| {
            let needs = |b: &Berth<H::Stream>| {
                matches!(b.state, State::Alias(to) if to == key) && b.unneeded_since.is_none()
            };
            self.berths.iter().any(needs)
        };
        let over = |berth: &Berth<H::Stream>| {
            berth.unneeded_since.is_some_and(|since| now > since.saturating_add(linger(&berth.need)))
                && !stands(berth.key)
        };
        let gone: Vec<usize> = (0..self.berths.len()).rev().filter(|at| over(&self.berths[*at])).collect();
        for at in gone {
            self.close(at);
            let key = self.berths.remove(at).key;
            self.door.send(Change::Alias(key, key));
        }
    }
}
