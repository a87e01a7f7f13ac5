//! Which beat is it at which frame, which notes begin there, and where is a parameter to be?
//!
//! A [`Transport`] leads from frames to beats and back, and a [`Player`] gives the notes of a [`Sequence`] at their frames:
//!
//! ```
//! use sostenuto_transport::{Meter, Player, Sequence, Step, Transport};
//! use std::sync::Arc;
//!
//! let mut transport = Transport::new(48_000.0, 120.0, Meter::COMMON);
//! transport.play(1_000);
//! // Half a second for a beat: the second bar begins two seconds later.
//! assert_eq!(transport.frame_at(transport.bar_line(2), 1_000), Some(97_000));
//! assert_eq!(transport.position(97_000).bar, 2);
//!
//! let steps = [0.0, 0.5].map(|beat| Step { beat, length: 0.25, pitch: 60.0, velocity: 0.8 });
//! let mut player = Player::new(Arc::new(Sequence::new(1, 0, steps.into(), 1.0, true)?));
//! let mut heard = Vec::new();
//! player.advance(&transport, 1_000, 25_000, |event| heard.push((event.frame, event.is_on())));
//! assert_eq!(heard, [(1_000, true), (7_000, false), (13_000, true), (19_000, false)]);
//! # Ok::<(), sostenuto_transport::SequenceError>(())
//! ```
//!
//! A [`Lane`] says where a parameter is to be at a place in musical time: points, in beats or in frames, and the ways between them.
//!
//! # Time
//! Beats are quarter notes, counted from 0 in double precision; bars and the beats in them are counted from 1. What happens at a
//! beat happens in the first frame whose position is that beat or later. Every answer depends on the operations and their
//! frames only, never on the blocks in which time was asked for.
//!
//! # Precision
//! From one operation to the next, a position is computed from the count of frames in a handful of roundings, with nothing
//! summed up. After 24 hours at 192 kHz and 1000 beats per minute (1.44 million beats) it is off by less than 2 · 10⁻⁹ beats,
//! a 40,000th of a frame; a beat that falls exactly on a frame of a constant tempo, given as a whole
//! number per minute, is found at that very frame. Only `+ - * /` and a square root are used, so the bits are the same on every processor.
//!
//! # Real-time considerations
//! Transports and players neither allocate nor free nor wait nor panic after construction. Finding the frame of a beat
//! takes some 200 steps at worst, and usually three. Constructing, and dropping a sequence, belongs on a control thread.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod lane;
mod meter;
mod path;
mod player;
mod sequence;
mod transport;

pub use lane::{Clock, Curve, Lane, LaneError, LanePlace, LaneValue, MAX_FRAMES, MAX_POINTS, Point};
pub use meter::{Meter, MeterError};
pub use path::{MAX_BEATS, MAX_TEMPO, MIN_TEMPO};
pub use player::{NoteEvent, Player, ROOM, SequencedEvent};
pub use sequence::{MAX_SOUNDING, MAX_STEPS, MIN_LENGTH, Sequence, SequenceError, Step};
pub use transport::{Change, Position, State, Transport};
