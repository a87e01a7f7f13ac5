//! The catalogue and its nodes, in one program: each on its own would compile the same once more.

mod behaviour;
mod catalogue;
mod chains;
mod choices;
mod every_kind;
mod feed;
mod heard;
mod lanes;
mod lanes_shown;
mod looper;
mod metronome;
mod note;
mod player;
#[path = "support/reference.rs"]
mod reference;
mod rest;
mod samples;
mod silence;
mod stream;
mod string;
mod support;

use sostenuto_trap::TrapAllocator;

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();
