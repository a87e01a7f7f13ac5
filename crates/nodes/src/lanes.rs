//! Machines of one kind side by side in lanes, so that the graph can run parts of the same shape together.

use crate::catalogue::{Kind, Layout};
use crate::node::{Machine, Node, Setup};
use sostenuto_dsp::{LaneState, Task, Value, Vector, Width};
use sostenuto_graph::{Activity, Choir, Io, Kin, Processor, Signal, Stream};
use std::any::Any;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// The machines of a kind, by how many signals they take side by side: the same source for all.
pub trait Family: Send + Sync + 'static {
    /// The machine.
    type Of<S: Signal>: Machine<S> + LaneState<Alone = Self::Of<f32>>;

    /// The parameters that all lanes share, a bit for each, by their numbers: choices, and what else a machine takes once for all.
    const SHARED: u64 = 0;

    /// Whether a machine leaves out outputs that nothing hears, and frames that nothing looks at.
    const LEAN: bool = false;

    /// Whether a machine puts out finite numbers as long as it hears such.
    const STAYS_FINITE: bool = false;

    /// Whether a machine makes each frame of each channel from the same frame of its one input: see [`Machine::pointwise`].
    const POINTWISE: bool = false;

    /// The parameters that are looked at only at the first frame of a span and at those of [`control_frames`](sostenuto_dsp::control_frames), a bit
    /// for each, by the settings of the layout. `[control]`
    fn sparse(setup: &Setup<'_>) -> u64 {
        let _ = setup;
        0
    }

    /// Makes one. `[control]`
    fn make<S: Signal>(setup: &Setup<'_>) -> Self::Of<S>;
}

/// What nodes of one kind and layout have in common.
pub(crate) struct Relatives<F> {
    kind: &'static Kind,
    layout: Layout,
    family: PhantomData<fn() -> F>,
}

impl<F> Relatives<F> {
    pub(crate) fn new(kind: &'static Kind, layout: Layout) -> Self {
        Relatives { kind, layout, family: PhantomData }
    }
}

impl<F> std::fmt::Debug for Relatives<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relatives").field("kind", &self.kind.name).field("layout", &self.layout).finish()
    }
}

impl<F: Family> Kin for Relatives<F> {
    fn is_like(&self, other: &dyn Kin) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<Relatives<F>>().is_some_and(|other| {
            let (a, b) = (&self.layout, &other.layout);
            std::ptr::eq(self.kind, other.kind) && a.channels() == b.channels() && a.settings == b.settings
        })
    }

    fn shared(&self) -> u64 {
        F::SHARED
    }

    fn is_lean(&self) -> bool {
        F::LEAN
    }

    fn is_pointwise(&self) -> bool {
        F::POINTWISE
    }

    fn sparse(&self) -> u64 {
        F::sparse(&Setup { kind: self.kind, layout: &self.layout, sample_rate: 0.0 })
    }

    fn choir(&self, width: Width, stream: &Stream) -> Box<dyn Any> {
        let setup = Setup { kind: self.kind, layout: &self.layout, sample_rate: stream.sample_rate };
        width.run(Build::<F> { setup, family: PhantomData })
    }
}

struct Build<'a, F> {
    setup: Setup<'a>,
    family: PhantomData<fn() -> F>,
}

impl<F: Family> Task for Build<'_, F> {
    type Out = Box<dyn Any>;

    fn run<S: Vector>(self) -> Box<dyn Any> {
        Box::new(Box::new(Row::<F, S>(F::make(&self.setup))) as Box<dyn Choir<S>>)
    }
}

/// A machine of several lanes as the graph runs it.
struct Row<F: Family, S: Signal>(F::Of<S>);

impl<F: Family, S: Signal> Choir<S> for Row<F, S> {
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let machine = &mut self.0;
        // Lent, for handed over it would be copied.
        S::enter(
            #[inline(always)]
            || machine.process(io.lend()),
        )
    }

    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        S::enter(
            #[inline(always)]
            || self.0.factor(channel, steady),
        )
    }

    fn stays_finite(&self) -> bool {
        F::STAYS_FINITE
    }

    fn takes(&self, alone: &mut dyn Processor, frame: u64) -> bool {
        let node = alone.as_any().and_then(|any| any.downcast_mut::<Node<F::Of<f32>>>());
        node.and_then(Node::machine).is_some_and(|machine| machine.is_settled(frame))
    }

    fn exchange(&mut self, lane: usize, alone: &mut dyn Processor) {
        let node = alone.as_any().and_then(|any| any.downcast_mut::<Node<F::Of<f32>>>());
        if let Some(machine) = node.and_then(Node::machine) {
            self.0.swap_lane(lane, machine);
        }
    }

    fn reset(&mut self, lane: usize) {
        self.0.reset_lane(lane);
    }
}

/// The value of a parameter that all lanes share, for one signal or several.
#[inline(always)]
pub(crate) fn shared<S: Signal>(value: Value<'_, S>) -> Value<'_> {
    match value {
        // Alone it may move. In lanes it does not: what moves it takes the part out of its team.
        Value::Moving(values) if S::LANES == 1 => Value::Moving(S::flat(values)),
        Value::Moving(values) => Value::Steady(values.first().map_or(0.0, |v| v.in_lane(0))),
        Value::Steady(value) => Value::Steady(value.in_lane(0)),
    }
}

/// The same for what is kept for each channel.
impl<K: LaneState<Alone = A>, A> LaneState for Channels<K> {
    type Alone = Channels<A>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Channels<A>) {
        self.0.iter_mut().zip(&mut alone.0).for_each(|(kernel, alone)| kernel.swap_lane(lane, alone));
    }

    fn reset_lane(&mut self, lane: usize) {
        self.0.iter_mut().for_each(|kernel| kernel.reset_lane(lane));
    }
}

/// A kernel for each channel.
#[derive(Debug)]
pub struct Channels<K>(pub(crate) Box<[K]>);

impl<K> Deref for Channels<K> {
    type Target = [K];

    #[inline(always)]
    fn deref(&self) -> &[K] {
        &self.0
    }
}

impl<K> DerefMut for Channels<K> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [K] {
        &mut self.0
    }
}

/// [`LaneState`] for machines that are made of kernels, or remember nothing.
macro_rules! in_lanes {
    ($machine:ident { $($field:tt),* }) => {
        impl<S: sostenuto_graph::Signal> sostenuto_dsp::LaneState for $machine<S> {
            type Alone = $machine<f32>;
            fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
                $(self.$field.swap_lane(lane, &mut alone.$field);)*
                let _ = (lane, alone);
            }
            fn reset_lane(&mut self, lane: usize) {
                $(self.$field.reset_lane(lane);)*
                let _ = lane;
            }
        }
    };
}

/// The same for kernels that are machines themselves.
macro_rules! stateless {
    ($machine:ident) => {
        impl sostenuto_dsp::LaneState for $machine {
            type Alone = $machine;
            fn swap_lane(&mut self, _: usize, _: &mut $machine) {}
            fn reset_lane(&mut self, _: usize) {}
        }
    };
}

pub(crate) use {in_lanes, stateless};
