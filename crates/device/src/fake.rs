//! What would devices do that no machine here has? A host in simulated time, with clocks, delays and failures as told.
//!
//! Each device has a crystal of its own: its nominal rate, off by so many millionths. Its callback is due when the crystal has counted a block, and comes late by a
//! random time up to the jitter, evenly spread. [`Fake::run`] carries out all callbacks in the order of their times, in the caller's thread, as fast as the machine
//! goes; so hours take seconds, and the same seed gives the same callbacks.
//!
//! ```
//! use sostenuto_device::{Fake, FakeDevice, Host, Stream, Wish};
//! use std::time::Duration;
//! let mut host = Fake::new(7);
//! host.plug(FakeDevice { ppm: 50.0, ..FakeDevice::new("a", 48_000, 256) });
//! let wish = Wish { outputs: 2, ..Wish::default() };
//! let stream = host.open(&wish, Box::new(|_: &[f32], output: &mut [f32], _: u64| output.fill(0.0))).unwrap();
//! host.run(Duration::from_secs(3600));
//! assert_eq!(stream.counts().callbacks, 675_034);
//! ```

mod choice;
mod device;
mod dice;
mod stream;
mod system;

pub use device::{FakeDevice, Mishap};
pub use dice::Dice;
pub use stream::FakeStream;
pub use system::Fake;
