//! In which precision a filter keeps its state.

use core::fmt::Debug;

use crate::Sample;

/// The precision of a filter's state and coefficients. The two choices are [`Double`] and [`Native`].
pub trait Precision: Copy + Debug + Send + Sync + 'static {
    /// The type of state and coefficients for the sample type `S`.
    type State<S: Sample>: Sample;
    /// An input sample or a parameter, in the precision of the state. Exact.
    fn load<S: Sample>(sample: S) -> Self::State<S>;
    /// An output sample, rounded once.
    fn store<S: Sample>(state: Self::State<S>) -> S;
}

/// State and coefficients in double precision, whatever the sample type.
#[derive(Clone, Copy, Debug)]
pub struct Double;

/// State and coefficients in the precision of the sample type itself.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Precision for Double {
    type State<S: Sample> = S::Wide;
    #[inline(always)]
    fn load<S: Sample>(sample: S) -> S::Wide {
        sample.widen()
    }
    #[inline(always)]
    fn store<S: Sample>(state: S::Wide) -> S {
        S::narrow(state)
    }
}

impl Precision for Native {
    type State<S: Sample> = S;
    #[inline(always)]
    fn load<S: Sample>(sample: S) -> S {
        sample
    }
    #[inline(always)]
    fn store<S: Sample>(state: S) -> S {
        state
    }
}
