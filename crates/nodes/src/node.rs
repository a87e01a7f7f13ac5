//! What all nodes do alike, written once: their ports and parameters from the catalogue, their life as a [`Processor`].

use crate::catalogue::{Kind, Layout};
use crate::lanes::{Channels, Family, Relatives};
use crate::registry::Built;
use crate::tap::Tap;
use sostenuto_graph::{
    Activity, Delaying, Io, Kin, Pointwise, Processor, Reports, Shape, Signal, Stream, Told,
};
use std::any::Any;
use std::sync::Arc;

/// What a kind of node does, apart from what all nodes do alike: for one signal in each channel, or for several side by side.
pub trait Machine<S: Signal = f32>: Send + 'static {
    /// Renders one span. `[audio]`; as [`Processor::process`]. If there are several kinds of signals it is `inline(always)`, so that it is compiled for the
    /// machine's registers.
    fn process(&mut self, io: Io<'_, S>) -> Activity;

    /// Forgets what it has heard. `[audio]`
    fn reset(&mut self);

    /// Whether nothing of what lanes share is still on its way at this frame. `[audio]`
    fn is_settled(&self, frame: u64) -> bool {
        let _ = frame;
        true
    }

    /// By how many frames its output is late, as a property of the method. `[any]`
    fn latency(&self) -> u32 {
        0
    }

    /// Whether it takes this. `[audio]`; as [`Processor::hears`].
    fn hears(&self, told: &Told) -> bool {
        let _ = told;
        false
    }

    /// Is told something. `[audio]`; as [`Processor::tell`].
    fn tell(&mut self, told: Told, frame: u64) {
        let _ = (told, frame);
    }

    /// By what it multiplies a channel, if it does nothing else. `[audio]`; as [`Choir::factor`](sostenuto_graph::Choir::factor).
    #[inline(always)]
    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        let _ = (channel, steady);
        None
    }

    /// What it makes of each frame. `[audio]`; as [`Processor::pointwise`].
    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        let _ = steady;
        None
    }

    /// Where it keeps what it has to tell. `[any]`; as [`Processor::reports`].
    fn reports(&mut self) -> Option<&mut Reports> {
        None
    }

    /// The machine as one that can stand in a feedback loop; there if its kind says that it delays. `[any]`
    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        None
    }
}

/// What a machine is made from.
pub struct Setup<'a> {
    pub(crate) kind: &'static Kind,
    pub(crate) layout: &'a Layout,
    pub(crate) sample_rate: f64,
}

impl Setup<'_> {
    /// The channels of the following ports.
    pub(crate) fn channels(&self) -> usize {
        self.layout.channels()
    }

    /// The value of a setting.
    pub(crate) fn setting(&self, name: &str) -> f64 {
        self.kind.setting(self.layout, name)
    }

    /// One kernel for each channel.
    pub(crate) fn each<K>(&self, kernel: impl FnMut(usize) -> K) -> Channels<K> {
        Channels((0..self.channels()).map(kernel).collect())
    }
}

type Make<M> = Box<dyn Fn(&Setup<'_>) -> M + Send>;

/// A node of the catalogue.
///
/// Its machine is made when it is prepared, at the sample rate of the stream, with all the memory that it will ever need.
pub struct Node<M> {
    kind: &'static Kind,
    layout: Layout,
    make: Make<M>,
    machine: Option<M>,
    kin: Option<Arc<dyn Kin>>,
}

impl<M: Machine> Node<M> {
    pub(crate) fn with(
        kind: &'static Kind,
        layout: Layout,
        make: impl Fn(&Setup<'_>) -> M + Send + 'static,
    ) -> Self {
        Node { kind, layout, make: Box::new(make), machine: None, kin: None }
    }

    /// A node with nothing to show, as a builder gives it.
    pub(crate) fn built(
        kind: &'static Kind,
        layout: Layout,
        make: impl Fn(&Setup<'_>) -> M + Send + 'static,
    ) -> Built {
        Built { processor: Box::new(Node::with(kind, layout, make)), tap: None, slots: None }
    }

    /// The same with something to show.
    pub(crate) fn built_showing(
        kind: &'static Kind,
        layout: Layout,
        tap: Tap,
        make: impl Fn(&Setup<'_>) -> M + Send + 'static,
    ) -> Built {
        Built { tap: Some(tap), ..Node::built(kind, layout, make) }
    }

    /// A node of a kind of which several can run side by side.
    pub(crate) fn of<F: Family<Of<f32> = M>>(kind: &'static Kind, layout: Layout) -> Self {
        let kin = Arc::new(Relatives::<F>::new(kind, layout.clone()));
        Node { kin: Some(kin), ..Node::with(kind, layout, F::make::<f32>) }
    }

    /// The same, as a builder gives it.
    pub(crate) fn family<F: Family<Of<f32> = M>>(kind: &'static Kind, layout: Layout) -> Built {
        Built { processor: Box::new(Node::of::<F>(kind, layout)), tap: None, slots: None }
    }

    /// The same with something to show; `show` tells a machine where.
    pub(crate) fn showing<F: Family<Of<f32> = M>>(
        kind: &'static Kind,
        layout: Layout,
        tap: Tap,
        show: impl Fn(&mut M) + Send + 'static,
    ) -> Built {
        let make = move |setup: &Setup<'_>| {
            let mut machine = F::make::<f32>(setup);
            show(&mut machine);
            machine
        };
        let node = Node { make: Box::new(make), ..Node::of::<F>(kind, layout) };
        Built { processor: Box::new(node), tap: Some(tap), slots: None }
    }

    /// The machine, once it is prepared.
    pub(crate) fn machine(&mut self) -> Option<&mut M> {
        self.machine.as_mut()
    }
}

impl<M> std::fmt::Debug for Node<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("kind", &self.kind.name).field("layout", &self.layout).finish()
    }
}

impl<M: Machine> Processor for Node<M> {
    fn shape(&self) -> Shape {
        self.kind.shape(&self.layout)
    }

    fn prepare(&mut self, stream: &Stream) {
        let setup = Setup { kind: self.kind, layout: &self.layout, sample_rate: stream.sample_rate };
        self.machine = Some((self.make)(&setup));
    }

    fn process(&mut self, io: Io<'_>) -> Activity {
        match &mut self.machine {
            Some(machine) => machine.process(io),
            None => unprepared(io),
        }
    }

    fn reset(&mut self) {
        if let Some(machine) = &mut self.machine {
            machine.reset();
        }
    }

    fn hears(&self, told: &Told) -> bool {
        self.machine.as_ref().is_some_and(|machine| machine.hears(told))
    }

    fn tell(&mut self, told: Told, frame: u64) {
        if let Some(machine) = &mut self.machine {
            machine.tell(told, frame);
        }
    }

    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        self.machine.as_mut()?.pointwise(steady)
    }

    fn reports(&mut self) -> Option<&mut Reports> {
        self.machine.as_mut()?.reports()
    }

    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        self.machine.as_mut()?.delaying()
    }

    fn delays(&self) -> bool {
        self.kind.delays
    }

    fn starts_silent(&self) -> bool {
        !self.kind.sounds_alone
    }

    fn latency(&self) -> u32 {
        self.machine.as_ref().map_or(0, M::latency)
    }

    fn kin(&self) -> Option<Arc<dyn Kin>> {
        self.kin.clone()
    }

    fn as_any(&mut self) -> Option<&mut dyn Any> {
        Some(self)
    }
}

/// What a node does that was never prepared. Apart, so that `io` is handed on where it lies and not copied.
#[cold]
fn unprepared(mut io: Io<'_>) -> Activity {
    io.outputs.silence_all();
    Activity::Resting
}

/// Resting if nothing of what was heard is left.
pub(crate) fn resting_if(silent: bool) -> Activity {
    if silent { Activity::Resting } else { Activity::Sounding }
}
