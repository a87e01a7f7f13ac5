//! Sound files read, written, streamed and resampled, in one program: each on its own would compile the same once more.

mod bad_files;
mod formats;
mod mutated;
mod mutated_streams;
mod picture;
#[path = "tools/purity.rs"]
mod purity;
mod record;
mod resample;
mod streams;
mod tools;
mod wav;
mod wav_whole;

use sostenuto_trap::TrapAllocator;

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();
