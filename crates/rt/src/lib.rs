//! What crosses threads in Sostenuto: how do the control threads and the audio thread hand things to
//! each other without either ever waiting?
//!
//! | to hand over | use | full or contended |
//! |---|---|---|
//! | every message, in order | [`ring()`] | the item comes back in [`Full`] |
//! | only the newest value of something | [`latest()`] | the older value is overwritten |
//! | one number (level, load, counter) | [`Gauge`] | the older value is overwritten |
//! | what is done with and wants freeing elsewhere | [`trash()`] | backlog, then back in [`Full`], counted |
//! | the running engine itself | [`OwnerSlot`] | entry refused, counted |
//! | slots of one table, to several threads at once | [`Commons`] | the slot is refused |
//! | tasks, to threads that help | [`crew()`] | whoever opened the round does them itself |
//!
//! and one thing that is set for the length of a callback: [`FlushDenormals`].
//!
//! Documentation marks what may be called where: `[control]` may allocate, free and take its time;
//! `[audio]` does neither, and finishes in a bounded number of its own steps whatever other threads
//! do; `[any]` is as good as `[audio]`.
//!
//! # Where `unsafe` lives
//!
//! This is the only crate of the engine with `unsafe` in it, besides the vector registers of `sostenuto-dsp`. The invariants are numbered on the types
//! that keep them, and every block cites the ones it rests on. All that synchronises goes through one
//! module of atomics, so that the model checker can take its place: `tests/loom.rs` explores every
//! interleaving of small programs, including what weak memory orders allow.
//!
//! # Targets
//!
//! `no_std` with `alloc`; atomics as wide as a pointer, of one byte, and of 64 bits for `Gauge<u64>`.
//! "Wait-free" means what the hardware makes of a swap: one instruction on x86 and on Arm with LSE
//! (8.1); on older Arm a short load-linked/store-conditional loop. The ring needs loads and stores only.

#![cfg_attr(not(any(test, loom)), no_std)]

extern crate alloc;

mod commons;
mod crew;
mod denormal;
#[forbid(unsafe_code)]
mod gauge;
mod latest;
mod owner;
mod pair;
mod ring;
mod sync;
#[forbid(unsafe_code)]
mod trash;

pub use commons::{COMMONS_CHUNK, Commons, CommonsChunk, Hand, Key, Shared};
pub use crew::{Crew, Help, Helper, Order, crew};
pub use denormal::FlushDenormals;
pub use gauge::{Gauge, GaugeValue};
pub use latest::{LatestReader, LatestWriter, latest, latest_with};
pub use owner::{OwnerGuard, OwnerSlot};
pub use ring::{Consumer, FilledChunk, Full, Producer, ReadChunk, ReadChunkIter, TooFew, WriteChunk, ring};
pub use trash::{Drain, TrashCollector, TrashSender, trash, trash_with_backlog};
