//! The native half of the Python package `sostenuto`. What Python programs see, and its types, is in `python/sostenuto`.
//!
//! Nothing that the audio thread runs ever asks for the interpreter: it knows neither Python's lock nor its objects. What may wait lets go of the lock before.

#![forbid(unsafe_code)]

mod deck;
mod engine;
mod errors;
mod feed;
mod listener;
mod mail;
mod module;
mod offline;
mod patch;
mod rack;
mod ranges;
mod recording;
mod samples;
mod tuples;
mod voice;
mod voices;
