//! Which devices come and go, and which become the default? A thread looks every two seconds.
//!
//! Looking opens no device: servers are asked for their lists, and ALSA for its names. One of ALSA's that was not there before is asked
//! once what it offers, which opens it for a moment; some of its names stand for others, as `default` does, and are there whatever these are.

use super::connection::{Connection, connect};
use super::keeper::{Roster, Stage};
use super::quiet::silence_alsa;
use super::search::{default_id, examine, is_listed, named};
use super::system::{offer, only_the_first};
use crate::host::{Direction, Offer, OpenError, Roll};
use cpal::HostId;
use cpal::traits::{DeviceTrait, HostTrait};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long it takes from one look to the next.
const EVERY: Duration = Duration::from_secs(2);
/// JACK is looked at with every fifth look only, because that makes clients of its server.
const JACK_EVERY: u64 = 5;

/// A thread that looks. Dropping it ends the thread.
#[derive(Debug)]
pub(super) struct Watcher {
    roster: &'static Roster,
    stage: Arc<Stage>,
    latest: Arc<Mutex<Option<Arc<Roll>>>>,
    /// The thread goes on until this is dropped.
    _hold: SyncSender<()>,
}

impl Watcher {
    /// Begins to look. `[control]`
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(roster: &'static Roster) -> Result<Self, OpenError> {
        let (hold, held) = sync_channel(0);
        let latest = Arc::new(Mutex::new(None));
        let shown = latest.clone();
        let stage = roster.begin(move |_| {
            let mut looker = Looker::default();
            loop {
                let roll = looker.look();
                *shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(roll);
                if held.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Watcher { roster, stage, latest, _hold: hold })
    }

    /// What was there at the last look; nothing before the first. `[control]`
    pub fn latest(&self) -> Option<Arc<Roll>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.roster.leave(&self.stage);
    }
}

/// What is known from one look to the next.
#[derive(Default)]
struct Looker {
    /// Hosts whose connection stays from look to look.
    hosts: Vec<Arc<Connection>>,
    present: Vec<Seen>,
    looks: u64,
    latest: Arc<Roll>,
}

/// A device that was there at the last look, or a name of ALSA's that stands for none.
#[derive(Clone)]
struct Seen {
    host: HostId,
    id: String,
    offer: Option<Offer>,
    /// The look at which it had come.
    since: u64,
}

impl Looker {
    fn look(&mut self) -> Arc<Roll> {
        silence_alsa();
        self.looks += 1;
        let hosts = cpal::available_hosts();
        self.present = hosts.into_iter().flat_map(|id| self.look_at(id)).collect();
        let seen = |seen: &Seen| Some((seen.offer.clone()?, seen.since));
        let mut present: Vec<(Offer, u64)> = self.present.iter().filter_map(seen).collect();
        only_the_first(present.iter_mut().map(|(offer, _)| &mut offer.default));
        only_the_first(present.iter_mut().map(|(offer, _)| &mut offer.default_input));
        if self.latest.present != present {
            self.latest = Arc::new(Roll { present });
        }
        self.latest.clone()
    }

    /// The devices of one host.
    fn look_at(&mut self, id: HostId) -> Vec<Seen> {
        if is(id, "jack") && self.looks % JACK_EVERY != 1 {
            return self.present.iter().filter(|seen| seen.host == id).cloned().collect();
        }
        let kept = self.hosts.iter().position(|host| host.id() == id).map(|at| self.hosts.swap_remove(at));
        let asked = |host: Arc<Connection>| host.devices().ok().map(|devices| (host, devices));
        // A connection that has broken is not kept. That says nothing of the devices: they are asked for over another.
        let found = kept.and_then(asked).or_else(|| connect(id).ok().and_then(asked));
        let Some((host, devices)) = found else { return Vec::new() };
        let defaults = [Direction::Play, Direction::Record].map(|direction| default_id(&host, direction));
        let mut here: Vec<Seen> = Vec::new();
        for device in devices.filter(is_listed) {
            let Ok(device_id) = device.id().map(|id| id.to_string()) else { continue };
            // Some of ALSA's names come twice.
            if !here.iter().any(|seen| seen.id == device_id) {
                here.push(self.see(id, device_id, &device, &defaults));
            }
        }
        // JACK's host does not learn what its server does later.
        if !is(id, "jack") {
            self.hosts.push(host);
        }
        here
    }

    fn see(
        &self,
        host: HostId,
        id: String,
        device: &cpal::Device,
        defaults: &[Option<cpal::DeviceId>; 2],
    ) -> Seen {
        let before = self.present.iter().find(|seen| seen.id == id);
        let costly = is(host, "alsa");
        let mut offer = match before {
            Some(seen) if costly => seen.offer.clone(),
            None if costly && self.looks == 1 => named(device).map(|info| offer(&info, Direction::Play)),
            _ => offered(device),
        };
        if let Some(offer) = &mut offer {
            let [plays, records] =
                defaults.each_ref().map(|id| id.as_ref().is_some_and(|id| id.to_string() == offer.id));
            (offer.default, offer.default_input) = (plays, records);
        }
        Seen { host, id, offer, since: before.map_or(self.looks, |seen| seen.since) }
    }
}

fn is(host: HostId, name: &str) -> bool {
    host.name().eq_ignore_ascii_case(name)
}

/// What a device offers in both directions; nothing of channels if it is there and does not say.
fn offered(device: &cpal::Device) -> Option<Offer> {
    let mut offers = [Direction::Play, Direction::Record].into_iter().filter_map(|direction| {
        let found = examine(device.clone(), None, direction)?;
        Some(offer(&found.info, direction))
    });
    let mut first = offers.next()?;
    if let Some(second) = offers.next() {
        first.inputs = second.inputs;
    }
    Some(first)
}
