//! How is a sound server asked again and again? Over connections that are used again, for PulseAudio's are never closed.
//!
//! cpal's host for PulseAudio leaves its connection, and the thread that serves it, behind when it is dropped: the library below it ends neither. A server
//! takes 64 connections, so after some thirty lists of its devices it would refuse, and all of its devices would be missing from then on.

use cpal::HostId;
use cpal::traits::HostTrait;
use std::ops::Deref;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Connections that nobody uses at present.
static IDLE: Mutex<Vec<Arc<cpal::Host>>> = Mutex::new(Vec::new());

/// How long a server may take to answer over a connection that was used before.
const PATIENCE: Duration = Duration::from_secs(1);

/// A connection to a host, for one user: what its devices do goes over it, so it belongs to them until the last is dropped. Then the next user gets it, if it is of a kind
/// that is kept.
pub(super) struct Connection(Arc<cpal::Host>);

impl Deref for Connection {
    type Target = cpal::Host;

    fn deref(&self) -> &cpal::Host {
        &self.0
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if is_kept(self.0.id()) {
            idle(|idle| idle.push(self.0.clone()));
        }
    }
}

/// A stream, and the connection that it needs for as long.
pub(super) struct Held {
    // Dropped in this order.
    pub stream: cpal::Stream,
    _connection: Option<Arc<Connection>>,
}

impl Held {
    pub fn new(stream: cpal::Stream, connection: Option<Arc<Connection>>) -> Self {
        Held { stream, _connection: connection }
    }
}

/// A connection to this host: one that is free, or a new one.
///
/// # Errors
/// The server is not there, or does not answer; for people.
pub(super) fn connect(id: HostId) -> Result<Arc<Connection>, String> {
    while let Some(host) = take(id) {
        if answers(&host)? {
            return Ok(Arc::new(Connection(host)));
        }
        // The server has ended: so has this connection, and its thread.
    }
    let host = cpal::host_from_id(id).map_err(|error| error.to_string())?;
    Ok(Arc::new(Connection(Arc::new(host))))
}

fn is_kept(id: HostId) -> bool {
    id.name().eq_ignore_ascii_case("pulseaudio")
}

fn idle<R>(act: impl FnOnce(&mut Vec<Arc<cpal::Host>>) -> R) -> R {
    act(&mut IDLE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn take(id: HostId) -> Option<Arc<cpal::Host>> {
    idle(|idle| {
        let place = idle.iter().position(|host| host.id() == id)?;
        Some(idle.swap_remove(place))
    })
}

/// Whether a connection has not ended. A server that hangs is not waited for any longer: the connection is left to the thread that waits.
fn answers(host: &Arc<cpal::Host>) -> Result<bool, String> {
    let (tell, told) = sync_channel(1);
    let asked = host.clone();
    let ask = move || _ = tell.send(asked.devices().is_ok());
    let thread = thread::Builder::new().name("sostenuto-sound-server".into()).spawn(ask);
    thread.map_err(|error| error.to_string())?;
    told.recv_timeout(PATIENCE).map_err(|_| "its server does not answer".to_owned())
}
