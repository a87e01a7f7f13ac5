//! Real streams, on virtual devices: what is heard is what was rendered, and what goes away is reported.
//!
//! Run by `make sound`, or `tools/virtual-sound.sh cargo test -p sostenuto-device --test virtual_sound -- --test-threads=1`.
//! JACK is played with the feature `jack` only.
#![cfg(feature = "native")]

mod sine;
mod support;

mod sound {
    pub mod jack;
    pub mod loss;
    pub mod marks;
    pub mod pulse;
    pub mod refusals;
    pub mod servers;
    pub mod streams;
    pub mod system;
}
