//! How does the channel begin and end? A listener, a thread that tells, and threads for each client.

use crate::address::{Address, AddressError, Listener};
use crate::client::Client;
use crate::program::Program;
use crate::service::Service;
use crate::talk::serve;
use crate::token::{Token, TokenError};
use crate::watch::watch;
use sostenuto_engine::{AudioError, Controller};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The most clients, unless set otherwise.
const CLIENTS: usize = 64;
/// The longest line, unless set otherwise: twice the largest document, for in a text of JSON it may take more room.
const LINE: usize = 2 * sostenuto_patch::MAX_DOCUMENT;
/// How often it is looked whether somebody connects.
const REST: Duration = Duration::from_millis(20);
/// How long nobody is let in if the system has no room.
const LONG_REST: Duration = Duration::from_millis(200);

/// What the channel is to be like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where it listens.
    pub address: Address,
    /// What clients have to know.
    pub token: Token,
    /// The most clients at a time: 64.
    pub clients: usize,
    /// The most bytes of a line: 32 MiB.
    pub line: usize,
}

impl Settings {
    /// At 127.0.0.1, at a port that the system chooses, with a new token.
    ///
    /// # Errors
    /// The system gave no random numbers.
    pub fn new() -> Result<Self, TokenError> {
        Ok(Settings::with(Address::default(), Token::random()?))
    }

    /// At this address, with this token.
    pub fn with(address: Address, token: Token) -> Self {
        Settings { address, token, clients: CLIENTS, line: LINE }
    }
}

/// Why the channel cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// It cannot listen there.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The engine is gone.
    #[error(transparent)]
    Engine(#[from] AudioError),
    /// The system gave no thread.
    #[error("the system gave no thread for the control channel: close some programs ({0})")]
    NoThread(io::Error),
}

/// A control channel, open until it is dropped.
///
/// ```
/// use sostenuto_control::{Server, Settings};
/// use sostenuto_engine::AudioEngine;
/// let engine = AudioEngine::without_device(48_000, 2)?;
/// let server = Server::start(engine.controller(), (), Settings::new()?)?;
/// println!("{} {}", server.address(), server.token().reveal());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Server {
    service: Arc<Service>,
    address: Address,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Opens a channel to an engine, on behalf of the program around it.
    ///
    /// # Errors
    /// The address cannot be listened at, the engine is gone, or the system has no threads left.
    pub fn start(
        controller: Controller,
        program: impl Program,
        settings: Settings,
    ) -> Result<Server, ServerError> {
        let listener = settings.address.listen()?;
        let address = listener
            .address()
            .map_err(|error| AddressError::Refused { address: settings.address.clone(), error })?;
        let notices = controller.listen()?;
        let rate = controller.with(|desk| desk.conductor().sample_rate())?;
        let service = Arc::new(Service::new(controller, Arc::new(program), settings, rate));
        let mut server = Server { service: service.clone(), address, threads: Vec::new() };
        let telling = service.clone();
        server.spawn("control-watch", move || watch(&telling, &notices))?;
        server.spawn("control-door", move || receive(&service, &listener))?;
        Ok(server)
    }

    fn spawn(&mut self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), ServerError> {
        let thread = std::thread::Builder::new().name(name.into()).spawn(body);
        self.threads.push(thread.map_err(ServerError::NoThread)?);
        Ok(())
    }

    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What clients have to know.
    pub fn token(&self) -> &Token {
        &self.service.settings.token
    }

    /// How many clients there are now.
    pub fn clients(&self) -> usize {
        self.service.greeted()
    }
}

impl Drop for Server {
    /// Clients are told, and what was answered is still written; then all threads have ended.
    fn drop(&mut self) {
        self.service.stop("the control channel is closed");
        for thread in self.threads.drain(..) {
            _ = thread.join();
        }
    }
}

impl core::fmt::Debug for Service {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Lets clients in until the channel ends, and waits for the last to leave.
fn receive(service: &Arc<Service>, listener: &Listener) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    while !service.is_stopping() {
        if service.is_crowded() {
            std::thread::sleep(REST);
            continue;
        }
        let rest = match listener.accept() {
            Ok(socket) => {
                threads.extend(attend(service, Client::new(socket)));
                threads.retain(|thread| !thread.is_finished());
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => REST,
            Err(_) => LONG_REST,
        };
        std::thread::sleep(rest);
    }
    // Those who came while it was being stopped.
    service.stop("the control channel is closed");
    threads.into_iter().for_each(|thread| _ = thread.join());
}

/// Gives somebody who connected a thread; without one the connection ends.
fn attend(service: &Arc<Service>, client: Client) -> Option<JoinHandle<()>> {
    let client = Arc::new(client);
    service.enter(&client);
    let presence = Presence(service.clone(), client);
    let body = move || serve(&presence.0, &presence.1);
    std::thread::Builder::new().name("control-client".into()).spawn(body).ok()
}

/// Somebody who is connected, until this is dropped.
struct Presence(Arc<Service>, Arc<Client>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.leave(&self.1);
    }
}
