//! Nodes of one kind side by side in lanes, as one: what a kind has to offer so that parts of the same shape can run together.

use crate::block::Signal;
use crate::io::Io;
use crate::processor::{Activity, Processor, Stream};
use alloc::boxed::Box;
use core::any::Any;
use core::fmt::Debug;
use sostenuto_dsp::Width;

/// Several nodes of one kind and layout: each lane does what a node alone would do, with the same bits, whatever the other lanes do.
///
/// A lane that no node has does anything that is finite; nobody hears it.
pub trait Choir<S: Signal>: Send {
    /// Renders one span in every lane. `[audio]`; as [`Processor::process`]. Resting if every lane is.
    fn process(&mut self, io: Io<'_, S>) -> Activity;

    /// Whether a node can come into a lane at this frame: not while something that all lanes share, as what is chosen, is still on its way in it. `[audio]`
    fn takes(&self, alone: &mut dyn Processor, frame: u64) -> bool {
        let _ = (alone, frame);
        true
    }

    /// Exchanges what a lane knows with what a node alone knows, so that each goes on where the other was. Nothing happens with a node of
    /// another kind or layout. `[audio]`; its time does not depend on how much either remembers.
    fn exchange(&mut self, lane: usize, alone: &mut dyn Processor);

    /// Makes one lane forget what it has heard. `[audio]`
    fn reset(&mut self, lane: usize);

    /// For a channel of its output, the channel of its first input that it takes it from and the factor in each lane, if it does nothing but multiply as long as
    /// its parameters rest at these values. It remembers nothing then, and what it puts out is finite. `[audio]`
    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        let _ = (channel, steady);
        None
    }

    /// Whether it puts out finite numbers as long as it hears such: then nobody looks whether it does. `[control]`
    fn stays_finite(&self) -> bool {
        false
    }
}

/// What nodes of one kind and layout have in common: what it takes to run them side by side. `[control]`
pub trait Kin: Any + Debug + Send + Sync {
    /// Whether nodes of both can be lanes of one choir: the same kind, ports, parameters and settings, but for what a lane can have of its
    /// own, as the seed of its noise.
    fn is_like(&self, other: &dyn Kin) -> bool;

    /// The parameters that all lanes share, a bit for each, by their numbers: nodes in one choir have them at rest at the same value. What moves one of
    /// them makes its node run alone.
    fn shared(&self) -> u64 {
        0
    }

    /// Whether it leaves out outputs that nothing [hears](crate::Outputs::is_heard), and frames of those that are
    /// [sparse](crate::Outputs::is_sparse); nobody looks then whether these are finite numbers.
    fn is_lean(&self) -> bool {
        false
    }

    /// Whether such a node makes each frame of each channel of its output from the same frame of its one input, as [`Processor::pointwise`] says. It remembers nothing, and with
    /// parameters that rest it goes on [resting](Activity::Resting) or not as it did.
    fn is_pointwise(&self) -> bool {
        false
    }

    /// The parameters that are looked at only at the first frame of a span and at those of [`control_frames`](sostenuto_dsp::control_frames), a bit for
    /// each: what drives nothing else may leave out the others.
    fn sparse(&self) -> u64 {
        0
    }

    /// As many of them as `width` has lanes, as if just prepared for a stream: a `Box<dyn Choir<S>>` for the type that
    /// [`Width::run`] has for this width.
    ///
    /// ```
    /// # use sostenuto_graph::{Activity, Choir, Io, Kin, Processor, Signal, Stream};
    /// use sostenuto_dsp::{Task, Vector, Width};
    /// use std::any::Any;
    ///
    /// #[derive(Debug)]
    /// struct Halves;
    /// struct Build;
    /// impl<S: Signal> Choir<S> for Halves {
    ///     fn process(&mut self, mut io: Io<'_, S>) -> Activity {
    ///         let half = S::splat(0.5);
    ///         // Compiled with the instructions of the width.
    ///         S::enter(#[inline(always)] || io.outputs.map(&io.inputs, 0, |x| x * half));
    ///         Activity::Resting
    ///     }
    ///     fn exchange(&mut self, _: usize, _: &mut dyn Processor) {}
    ///     fn reset(&mut self, _: usize) {}
    /// }
    /// impl Task for Build {
    ///     type Out = Box<dyn Any>;
    ///     fn run<S: Vector>(self) -> Box<dyn Any> {
    ///         Box::new(Box::new(Halves) as Box<dyn Choir<S>>)
    ///     }
    /// }
    /// impl Kin for Halves {
    ///     fn is_like(&self, other: &dyn Kin) -> bool {
    ///         let other: &dyn Any = other;
    ///         other.is::<Halves>()
    ///     }
    ///     fn choir(&self, width: Width, _: &Stream) -> Box<dyn Any> {
    ///         width.run(Build)
    ///     }
    /// }
    /// ```
    fn choir(&self, width: Width, stream: &Stream) -> Box<dyn Any>;
}

/// The choir of a kin for a sample type; nothing if it gives one for another. `[control]`
pub(crate) fn choir_of<S: Signal>(kin: &dyn Kin, stream: &Stream) -> Option<Box<dyn Choir<S>>> {
    kin.choir(S::WIDTH, stream).downcast().ok().map(|choir| *choir)
}
