//! How many signals a machine takes side by side, and the types that do it in vector registers.
//!
//! Code that is to run in lanes is generic over [`Vector`] and written as a [`Task`]; a [`Width`] runs it with the type that
//! the processor has for that many lanes, or with arrays ([`crate::Lanes`]) where it has none. So the vector types have no
//! names outside of this module, and cannot be had on a processor without their instructions:
//!
//! ```
//! use sostenuto_dsp::osc::Saw;
//! use sostenuto_dsp::{Task, Value, Vector, Width};
//!
//! /// What a graph would call for each block; `dyn`, because the type of the lanes is known only inside of the task.
//! trait Machine {
//!     fn process(&mut self, planar: &mut [&mut [f32]]);
//! }
//! struct Saws<S: Vector>(Saw<S>, [S; 64]);
//! impl<S: Vector> Machine for Saws<S> {
//!     fn process(&mut self, planar: &mut [&mut [f32]]) {
//!         // What is called in `enter` is compiled with the instructions of the width, if it is inlined: so the closure says
//!         // `inline(always)`, and so do all kernels.
//!         S::enter(
//!             #[inline(always)]
//!             || {
//!                 let Saws(saw, block) = self;
//!                 saw.process(Value::Steady(S::from_lanes(|lane| 100.0 + lane as f64)), block);
//!                 sostenuto_dsp::deinterleave(block, planar);
//!             },
//!         );
//!     }
//! }
//!
//! struct Build;
//! impl Task for Build {
//!     type Out = Box<dyn Machine>;
//!     fn run<S: Vector>(self) -> Self::Out {
//!         Box::new(Saws::<S>(Saw::new(48_000.0), [S::zero(); 64]))
//!     }
//! }
//! let width = Width::best();
//! let mut machine = width.run(Build);
//! let mut outputs = vec![[0.0_f32; 64]; width.lanes()];
//! machine.process(&mut outputs.iter_mut().map(|o| &mut o[..]).collect::<Vec<_>>());
//! assert!(outputs.iter().all(|o| o[40] != 0.0));
//! ```
//!
//! This is the only module of the crate with `unsafe` in it. What it rests on:
//!
//! 1. A type made of registers is private, and is handed out by [`Width::run`] and [`Width::run_doubled`] alone, each of which asks the processor for
//!    its instructions first. So wherever a function of the type runs, the instructions are there.
//! 2. Such a type has the size of its lanes as plain numbers side by side, without padding; any bits are a valid number.

mod pair;
mod planar;
mod portable;
mod width;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use planar::Rows;
pub use planar::{deinterleave, interleave, take_apart};
pub(crate) use portable::{flat_lanes, flat_lanes_mut};
pub use width::{Task, Vector, Width};
