//! The engine as programs use it, in one program: each on its own would compile the same once more.

#[cfg(feature = "native")]
mod audio;
mod automation;
mod buffers;
mod clicks;
mod desk;
mod devices;
mod devices_trap;
mod feed;
mod handles;
mod instruments;
mod part_clicks;
mod parts;
mod patches;
mod rates;
mod recordings;
mod sampler;
#[path = "../stage/mod.rs"]
mod stage;
mod threads;

use sostenuto_trap::TrapAllocator;

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();
