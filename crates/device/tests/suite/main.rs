//! Devices and ports, in one program: each on its own would compile the same once more.

mod callback;
mod drift;
mod ensemble;
mod fake;
mod fallback;
mod offline;
mod port;
mod quality;
#[path = "../sine/mod.rs"]
mod sine;
#[path = "../support/mod.rs"]
mod support;

use sostenuto_trap::TrapAllocator;

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();
