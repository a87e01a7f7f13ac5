//! Frames, hertz, decibels, seconds, beats and notes: the types at the edges, as numbers and as what hands type.
//!
//! ```
//! use sostenuto_units::{Decibels, Frames, Hertz, Note, Seconds, Unit};
//!
//! let rate = Hertz(48_000.0);
//! assert_eq!("1.5 s".parse::<Seconds>()?.to_frames(rate), Frames(72_000));
//! assert_eq!(Decibels(-6.0).to_amplitude().0, 0.501_187_2);
//! assert_eq!("A4".parse::<Note>()?.to_hertz(), Hertz(440.0));
//! assert_eq!(Hertz(2500.0).to_string(), "2.5 kHz");
//!
//! // A parameter in milliseconds takes any unit of time, and gives back milliseconds.
//! assert_eq!(Unit::Milliseconds.parse("2s")?, 2000.0);
//! assert_eq!(Unit::Milliseconds.format(250.0), "250 ms");
//! # Ok::<(), sostenuto_units::ParseError>(())
//! ```
//!
//! # Rounding
//! Seconds become frames by rounding to the nearest frame, halves upwards. Text shows six significant digits, so a value that
//! is written and read again differs from the first by 5 parts in a million at most; a document that must keep
//! every bit stores the bare number instead.
//!
//! # Real-time considerations
//! The types are plain numbers, and converting between them neither allocates nor blocks nor panics. Parsing and formatting
//! allocate, and belong on a control thread. Powers and logarithms come from the platform's mathematics library: results
//! may differ between platforms in the last bit.

#![forbid(unsafe_code)]

mod level;
mod number;
mod pitch;
mod time;
mod unit;

pub use level::{Amplitude, Decibels};
pub use number::ParseError;
pub use pitch::{Hertz, Note, Pitch};
pub use time::{Beats, Frames, Seconds, Span, Tempo};
pub use unit::Unit;
