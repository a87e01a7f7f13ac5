//! How does one engine play through any number of devices, each on its own clock?
//!
//! A port is a node of the patch, of kind `audio_out` or `audio_in`. What it sends or hears passes the graph by a node of its own that stands for the device, and a
//! wire; but for plain outputs on the default device, which the graph's own output adds up. The `Bay` runs in the callback that has the clock. It joins the wires to
//! the ports between clocks ([`sostenuto_device::port()`]), and the stream of each device drains or feeds the other end.
//!
//! ```text
//! graph ── wire ──┐                       ┌── ring, resampler ── stream of device A
//! graph ── wire ──┤ bay (clock's callback)├── ring, resampler ── stream of device B
//! graph's output ─┘                       └── …
//! ```

#[cfg(feature = "native")]
mod alias;
#[cfg(feature = "native")]
mod bay;
#[cfg(feature = "native")]
mod berth;
#[cfg(feature = "native")]
mod conduct;
#[cfg(feature = "native")]
mod ear;
#[cfg(feature = "native")]
mod mouth;
mod offline;
#[cfg(feature = "native")]
mod side;
mod spec;
mod wire;
#[cfg(feature = "native")]
mod work;

#[cfg(feature = "native")]
pub(crate) use conduct::{Asking, Gathering, Ports};
#[cfg(feature = "native")]
pub use conduct::{PortCondition, PortOptions, PortReport};
pub use offline::OfflinePorts;
pub use spec::PortSpec;
pub(crate) use spec::Streams;
pub(crate) use wire::{Outward, Place, StreamKey, WireEnd, incoming, outgoing};
