//! What do the threads of the channel share? The engine's controller, the program, and who is connected.

use crate::client::Client;
use crate::glance;
use crate::messages::{Code, Fault, Status};
use crate::ports;
use crate::program::Program;
use crate::server::Settings;
use sostenuto_engine::Controller;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that have not said `hello` yet, at most; the next wait until one has, or has run out of time.
pub(crate) const PENDING: usize = 16;

pub(crate) struct Service {
    pub controller: Controller,
    pub program: Arc<dyn Program>,
    pub settings: Settings,
    /// The engine's frames per second.
    rate: AtomicU32,
    clients: Mutex<Vec<Arc<Client>>>,
    stopping: AtomicBool,
}

impl Service {
    pub fn new(controller: Controller, program: Arc<dyn Program>, settings: Settings, rate: f64) -> Self {
        let (clients, stopping) = (Mutex::default(), AtomicBool::new(false));
        let rate = AtomicU32::new(rate as u32);
        Service { controller, program, settings, rate, clients, stopping }
    }

    /// The engine's frames per second.
    pub fn rate(&self) -> f64 {
        self.rate.load(Ordering::Relaxed).into()
    }

    /// Notes that the engine runs at another rate.
    pub fn rate_changed(&self, rate: u32) {
        self.rate.store(rate, Ordering::Relaxed);
    }

    /// Everybody who is connected.
    pub fn clients(&self) -> Vec<Arc<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many have said `hello`.
    pub fn greeted(&self) -> usize {
        self.clients().iter().filter(|client| client.is_greeted()).count()
    }

    /// Whether so many have not said `hello` yet that the next have to wait.
    pub fn is_crowded(&self) -> bool {
        self.clients().iter().filter(|client| !client.is_greeted()).count() >= PENDING
    }

    /// Takes in somebody who connected.
    pub fn enter(&self, client: &Arc<Client>) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).push(client.clone());
    }

    /// Makes somebody who is connected a client.
    pub fn admit(&self, client: &Client) -> Result<(), Fault> {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let most = self.settings.clients;
        if clients.iter().filter(|client| client.is_greeted()).count() >= most {
            let message = format!("{most} clients are connected, which is the most: end one of them");
            return Err(Fault::new(Code::TooManyClients, message));
        }
        client.greet();
        Ok(())
    }

    /// Forgets somebody who left.
    pub fn leave(&self, client: &Client) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|other| !std::ptr::eq(Arc::as_ptr(other), client));
    }

    /// Looks at everything. The peaks that are seen begin anew, so each client takes note of them.
    pub fn look(&self, meters: bool) -> Result<Status, Fault> {
        let counts = self.controller.counts()?;
        let ports = ports::ports(&self.controller)?;
        let seen = self.controller.with(move |desk| glance::status(desk, &counts, ports, meters))?;
        self.clients().iter().for_each(|client| client.note(&seen));
        Ok(seen)
    }

    /// Ends everything: clients are told, and their threads end.
    pub fn stop(&self, why: &str) {
        self.stopping.store(true, Ordering::Release);
        for client in self.clients() {
            client.dismiss(&Fault::new(Code::ShutDown, why));
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}
