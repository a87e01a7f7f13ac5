//! The control channel, in one program: each on its own would compile the same once more.

mod caller;
mod crowd;
mod methods;
mod refusals;
mod types_compile;
#[cfg(unix)]
mod unix;
