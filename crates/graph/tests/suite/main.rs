//! The graph and its executor, in one program: each on its own would compile the same once more.

mod automation;
mod fades;
mod latency;
mod loops;
mod messages;
mod notes;
mod refusals;
mod same_samples;
mod settling;
#[path = "../support/mod.rs"]
mod support;
mod teams;
mod tell;

use sostenuto_trap::TrapAllocator;

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();
