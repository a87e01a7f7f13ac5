//! How does a program beside this one see and change what sounds? Over a local socket, in JSON, with a token.
//!
//! A [`Server`] opens the channel to an engine. Clients connect to its [`Address`], which other machines cannot reach, say `hello` with the
//! [`Token`], and then ask for what the prompt of `sostenuto play` can do, a line of JSON each; every message is a type in [`messages`]. The protocol is
//! described in `docs/control.md`; `bindings/sostenuto.ts` has its types for TypeScript.
//!
//! # Threads and limits
//! Two threads serve each client, one lets clients in, one tells them what they subscribed to. All of them ask the engine through its
//! [`Controller`](sostenuto_engine::Controller), one request at a time for each client, so that none reaches the audio thread otherwise than the prompt
//! does, and a client that floods or does not read holds up itself only. Everything is bounded ([`Limits`](messages::Limits)): what a client does not read in time
//! is dropped, counted, and told.
//!
//! # Real-time considerations
//! Everything here is `[control]`: it allocates, waits and does I/O.

#![forbid(unsafe_code)]

mod address;
mod answer;
mod client;
mod fault;
mod glance;
mod lines;
pub mod messages;
mod methods;
mod outbox;
mod pace;
mod ports;
mod program;
mod server;
mod service;
mod talk;
mod token;
#[cfg(test)]
mod typescript;
mod watch;

pub use address::{Address, AddressError};
pub use program::{Change, Program};
pub use server::{Server, ServerError, Settings};
pub use token::{Token, TokenError};
