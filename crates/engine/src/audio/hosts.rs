//! Which devices does an engine of its own have? Those of this machine, or none.

use sostenuto_device::{Change, Host, Offer, OpenError, System, SystemStream, Terms, Wish, Work};

/// The devices of this machine, or none.
#[derive(Debug)]
pub(super) enum Hosts {
    System(System),
    Nothing,
}

impl Host for Hosts {
    type Stream = SystemStream;

    fn offers(&self) -> Vec<Offer> {
        match self {
            Hosts::System(system) => system.offers(),
            Hosts::Nothing => Vec::new(),
        }
    }

    fn terms(&self, wish: &Wish) -> Result<Terms, OpenError> {
        match self {
            Hosts::System(system) => system.terms(wish),
            Hosts::Nothing => Err(none(wish)),
        }
    }

    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<SystemStream, OpenError> {
        match self {
            Hosts::System(system) => system.open(wish, work),
            Hosts::Nothing => Err(none(wish)),
        }
    }

    fn changes(&mut self) -> Vec<Change> {
        match self {
            Hosts::System(system) => system.changes(),
            Hosts::Nothing => Vec::new(),
        }
    }
}

fn none(wish: &Wish) -> OpenError {
    OpenError::DeviceNotFound { asked: wish.device.clone(), available: Vec::new() }
}
