//! Who tells clients what they did not ask for just now? One thread, of notices as they come and of status when it is due.

use crate::client::noticed;
use crate::messages::Notice;
use crate::service::Service;
use sostenuto_engine::Notice as Told;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long it sleeps while nobody wants a status: how soon it notices that somebody does.
const REST: Duration = Duration::from_millis(50);

/// Tells until the engine or the channel ends. `[control]`
pub(crate) fn watch(service: &Service, notices: &Receiver<Told>) {
    while !service.is_stopping() {
        match notices.recv_timeout(patience(service, Instant::now())) {
            Ok(notice) => {
                if let Told::RateChanged { to, .. } = notice {
                    service.rate_changed(to);
                }
                let text = noticed(said(notice));
                service.clients().iter().for_each(|client| client.tell(&text));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return service.stop("the engine has been shut down"),
        }
        show(service, Instant::now());
    }
}

/// How long nothing is due.
fn patience(service: &Service, now: Instant) -> Duration {
    let due = service.clients().iter().filter_map(|client| client.due()).map(|(next, _)| next).min();
    due.map_or(REST, |next| next.saturating_duration_since(now).min(REST))
}

/// Looks once for all whose status is due.
fn show(service: &Service, now: Instant) {
    let clients = service.clients();
    let due = clients.iter().filter_map(|client| client.due()).filter(|(next, _)| *next <= now);
    let Some(meters) = due.map(|(_, meters)| meters).reduce(|a, b| a || b) else { return };
    // An engine that is gone is told of where its notices end.
    let Ok(seen) = service.look(meters) else { return };
    clients.iter().for_each(|client| client.show(&seen, now));
}

fn said(notice: Told) -> Notice {
    match notice {
        Told::Applied { ticket, frame } => Notice::Applied { ticket: ticket.0, frame },
        Told::Set { ticket, frame } => Notice::Set { ticket: ticket.0, frame },
        Told::Refused { ticket, why } => Notice::Refused { ticket: ticket.0, message: why.to_string() },
        Told::Muted { node, frame } => Notice::Muted { node, frame },
        Told::Told { node, what, report } => Notice::Told {
            node,
            what: what.to_owned(),
            slot: u32::from(report.place) + 1,
            id: report.id,
            frame: report.frame,
        },
        Told::Untold { node, lost, frame } => Notice::Untold { node, lost, frame },
        Told::DeviceLost { device, why } => Notice::DeviceLost { device, message: why },
        Told::DeviceReturned { device } => Notice::DeviceReturned { device },
        Told::DeviceMissing { device, why, instead } => {
            Notice::DeviceMissing { device, message: why, instead }
        }
        Told::ClockMoved { to, why } => Notice::ClockMoved { to, message: why },
        Told::RateChanged { from, to } => Notice::RateChanged { from, to },
        Told::Pong { ticket, frame } => Notice::Pong { ticket: ticket.0, frame },
        other => Notice::Other { message: format!("{other:?}") },
    }
}
