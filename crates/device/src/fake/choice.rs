//! Which simulated device does a wish mean, and what would a stream on it run as?

use super::system::{Closed, Fake, Plugged};
use crate::host::{Direction, Host, Offer, OpenError, Roll, Terms, Wish};
use crate::names::{Named, meant};

impl Named for &Plugged {
    fn id(&self) -> &str {
        &self.device.id
    }
    fn name(&self) -> &str {
        &self.device.id
    }
}

impl Fake {
    /// The default device: the one that was made it, or while that is away, or cannot do this, the first of the others.
    pub(super) fn default(&self, direction: Direction) -> Option<usize> {
        let fits = |number: &usize| {
            self.devices.get(*number).is_some_and(|Plugged { device, present, .. }| match direction {
                Direction::Play => *present && device.outputs > 0,
                Direction::Record => *present && device.inputs > 0,
            })
        };
        Some(self.default).filter(fits).or_else(|| (0..self.devices.len()).find(fits))
    }

    fn find(&self, wish: &Wish) -> Result<usize, OpenError> {
        let missing = || OpenError::DeviceNotFound { asked: wish.device.clone(), available: self.ids() };
        let Some(asked) = wish.device() else { return self.default(wish.direction()).ok_or_else(missing) };
        let (numbers, present): (Vec<usize>, Vec<&Plugged>) =
            self.devices.iter().enumerate().filter(|(_, plugged)| plugged.present).unzip();
        // The id of a device that is away is not taken for a part of another's.
        let whole = self.devices.iter().any(|plugged| plugged.device.id == asked);
        match meant(&present, asked, whole).as_slice() {
            [] => Err(missing()),
            [only] => numbers.get(*only).copied().ok_or_else(missing),
            several => Err(OpenError::DeviceAmbiguous {
                asked: asked.into(),
                matches: several.iter().filter_map(|at| present.get(*at)).map(|it| it.id().into()).collect(),
            }),
        }
    }

    fn ids(&self) -> Vec<String> {
        self.offers().into_iter().map(|offer| offer.id).collect()
    }

    /// The device that is meant, and what a stream on it would run as.
    pub(super) fn settle(&self, wish: &Wish) -> Result<(usize, Terms), OpenError> {
        let number = self.find(wish)?;
        let Plugged { device, closed, .. } = &self.devices[number];
        let id = device.id.clone();
        if wish.inputs > device.inputs || wish.outputs > device.outputs {
            return Err(OpenError::TooManyChannels {
                device: id,
                inputs: device.inputs,
                outputs: device.outputs,
            });
        }
        if let Some(asked) = wish.rate.filter(|rate| *rate != device.rate) {
            return Err(OpenError::UnsupportedRate { device: id, asked, offered: device.rate.to_string() });
        }
        let block = wish.block.unwrap_or(device.block);
        if !(1..=device.rate).contains(&block) {
            let offered = format!("1 to {} frames", device.rate);
            return Err(OpenError::UnsupportedBlock { device: id, asked: block, offered });
        }
        let others = || self.ids().into_iter().filter(|other| *other != device.id).collect();
        match closed {
            Some(Closed::Busy) => return Err(OpenError::Busy { others: others(), device: id }),
            Some(Closed::Denied) => return Err(OpenError::NoPermission { others: others(), device: id }),
            None => {}
        }
        let terms =
            Terms { device: id, inputs: wish.inputs, outputs: wish.outputs, rate: device.rate, block };
        Ok((number, terms))
    }

    /// The devices that are there.
    pub(super) fn roll(&self) -> Roll {
        let times = |offer: &Offer| {
            let plugged = self.devices.iter().find(|plugged| plugged.device.id == offer.id);
            plugged.map_or(0, |plugged| plugged.times)
        };
        let with_times = |offer: Offer| {
            let times = times(&offer);
            (offer, times)
        };
        Roll { present: self.offers().into_iter().map(with_times).collect() }
    }
}
