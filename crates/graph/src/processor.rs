//! What a node does: the trait that every node implements.

use crate::chain::Pointwise;
use crate::choir::Kin;
use crate::io::{Io, Params};
use crate::shape::Shape;
use crate::tell::{Reports, Told};
use alloc::sync::Arc;
use core::any::Any;

/// What a node needs to know of the stream it will run in, before it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stream {
    /// Frames per second.
    pub sample_rate: f64,
}

/// Whether a node has anything more to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Call again for the next block.
    Sounding,
    /// As long as the inputs are silent and no parameter moves, every block from now on would be silence and change nothing
    /// in the node: the executor may leave the call out. Leaving it out gives the same bits as making it.
    Resting,
}

/// A node: something that turns input blocks into output blocks.
///
/// Its life, in order:
/// 1. `[control]` It is built, by its own constructor.
/// 2. `[control]` [`shape`](Self::shape) tells its ports and parameters, which stay as they are for its life.
/// 3. `[control]` [`prepare`](Self::prepare) tells it the stream; here it allocates everything that it will ever need.
/// 4. It is sent to the audio thread in a batch and takes effect at one frame.
/// 5. `[audio]` [`process`](Self::process) is called for every span of frames, in order, without gaps except where it rests.
///    It does not allocate, free, lock, wait, print, call the system or panic, and its time is bounded.
///    Between two spans it may be [told](Self::tell) something, and what it [tells](Self::reports) is taken.
/// 6. `[audio]` [`reset`](Self::reset) may be called between spans, to forget all that it has heard.
/// 7. `[control]` Once removed it comes back whole, and is dropped there.
///
/// A node that puts out a sample that is not a finite number is muted and reported; the rest plays on.
pub trait Processor: Send + 'static {
    /// The ports and parameters. `[control]`; may allocate; the same at every call.
    fn shape(&self) -> Shape;

    /// Gets ready for a stream. `[control]`; may allocate.
    fn prepare(&mut self, stream: &Stream);

    /// Renders one span of at most [`QUANTUM`](crate::QUANTUM) frames. `[audio]`
    ///
    /// A span never crosses a multiple of the quantum. The output is the same, bit for bit, however the time is cut into spans.
    fn process(&mut self, io: Io<'_>) -> Activity;

    /// Forgets what it has heard, as if just prepared. `[audio]`
    fn reset(&mut self);

    /// Whether it takes this. What it does not take is refused. `[audio]`
    fn hears(&self, told: &Told) -> bool {
        let _ = told;
        false
    }

    /// Is told something that it [hears](Self::hears), between the spans before and from this frame on. `[audio]`
    ///
    /// Parameters that change at the same frame are at their new values when it is next called. One that is mute, or in a voice that plays
    /// nothing, is told all the same, but does not run; so a voice that begins anew forgets it. What is told things has no
    /// [`kin`](Self::kin): in a team it runs lane by lane.
    fn tell(&mut self, told: Told, frame: u64) {
        let _ = (told, frame);
    }

    /// Where it keeps what it has to tell, if it ever has; whether it has some does not change. `[any]`
    fn reports(&mut self) -> Option<&mut Reports> {
        None
    }

    /// The node as one that delays, if it can stand in a feedback loop. `[any]`
    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        None
    }

    /// Whether [`delaying`](Self::delaying) is there. `[any]`
    fn delays(&self) -> bool {
        false
    }

    /// Whether, freshly prepared or reset, it puts out silence for as long as its inputs are silent, whatever its parameters are. What leads from
    /// such a node, once it is new, need not fade in if what leads to it does. `[any]`
    fn starts_silent(&self) -> bool {
        false
    }

    /// What it has in common with others of its kind and layout, if several can be run side by side. `[control]`
    fn kin(&self) -> Option<Arc<dyn Kin>> {
        None
    }

    /// The node as what it is, for a [`Choir`](crate::Choir) of its kind to exchange what both know. `[any]`
    fn as_any(&mut self) -> Option<&mut dyn Any> {
        None
    }

    /// What it makes of each frame of its first input over a span in which its parameters rest at these values: exactly what [`process`](Self::process) does with
    /// an input that is not silent. Asked of those whose [`kin`](Self::kin) [says so](Kin::is_pointwise); several in a row then run as one. `[audio]`
    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        let _ = steady;
        None
    }

    /// By how many frames the output is late against the input, as a property of the method (look-ahead, linear phase). `[any]`
    fn latency(&self) -> u32 {
        0
    }
}

/// A node whose output does not depend on its input of the same span, so that it may close a loop.
///
/// In a loop, for each step of at most [`ahead`](Self::ahead) frames: `emit`, then the rest of the loop, then `absorb`. The two
/// together do what [`Processor::process`] does, bit for bit.
pub trait Delaying {
    /// How many frames can be put out before the next input is needed; at least 1. `[audio]`
    fn ahead(&self, params: &Params<'_>, sample_rate: f64) -> usize;
    /// Puts out the next frames; its inputs are not ready and read as silence. `[audio]`
    fn emit(&mut self, io: Io<'_>);
    /// Takes in the frames that belong to the last `emit`; there are no outputs. `[audio]`
    fn absorb(&mut self, io: Io<'_>);
}
