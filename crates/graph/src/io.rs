//! What a node is handed for a block: its signals in and out, and the values of its parameters.

use crate::block::{Block, QUANTUM, Signal, all_finite, each_frame, is_finite};
use crate::params::Written;
use crate::plan::Heard;
use crate::signal::{Around, Ground, Run, Window};
use core::cell::Cell;
use core::ops::Deref;
use sostenuto_dsp::{Value, control_frames};
use sostenuto_transport::Transport;

/// What is known of the samples of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// Anything.
    Varying,
    /// The frames of this span are all equal.
    Constant,
    /// The whole block is zero.
    #[default]
    Silent,
}

/// What a node is handed for one span: of one signal in each channel, or of several side by side.
pub struct Io<'a, S: Signal = f32> {
    /// Which frames these are.
    pub span: SpanRef<'a>,
    /// The signals at the input ports.
    pub inputs: Inputs<'a, S>,
    /// Where the output goes.
    pub outputs: Outputs<'a, S>,
    /// The values of the parameters.
    pub params: Params<'a, S>,
}

impl<S: Signal> Io<'_, S> {
    /// The same, for one call.
    #[inline(always)]
    pub fn lend(&mut self) -> Io<'_, S> {
        Io { span: self.span, inputs: self.inputs, outputs: self.outputs.lend(), params: self.params }
    }
}

/// The frames that a call is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span<'a> {
    /// The first, counted from the start of the engine.
    pub frame: u64,
    /// How many; at most [`QUANTUM`](crate::QUANTUM).
    pub frames: usize,
    /// Frames per second.
    pub sample_rate: f64,
    /// Musical time. What changes it never falls within a span, but at its first frame.
    pub transport: &'a Transport,
}

impl Span<'_> {
    /// Whether the span begins on the grid: where control-rate work falls.
    pub fn on_grid(&self) -> bool {
        self.frame.is_multiple_of(QUANTUM as u64)
    }
}

/// The frames that a call is about, told once for all nodes that it concerns. Reads as a [`Span`].
#[derive(Clone, Copy, Debug)]
pub struct SpanRef<'a>(pub(crate) &'a Span<'a>);

impl<'a> Deref for SpanRef<'a> {
    type Target = Span<'a>;

    #[inline(always)]
    fn deref(&self) -> &Span<'a> {
        self.0
    }
}

/// The signals at a node's input ports.
#[derive(Clone, Copy)]
pub struct Inputs<'a, S: Signal = f32> {
    pub(crate) runs: &'a [Run],
    pub(crate) around: Around<'a, S>,
}

impl<'a, S: Signal> Inputs<'a, S> {
    #[inline(always)]
    fn window(&self) -> Window {
        self.around.ground.window
    }

    /// How many channels the port carries; 0 if there is no such port.
    #[inline(always)]
    pub fn channels(&self, port: usize) -> usize {
        self.runs.get(port).map_or(0, |r| usize::from(r.channels))
    }

    /// The samples of one channel of a port, as many as the span has frames. Of a channel that is not there: silence.
    #[inline(always)]
    pub fn channel(&self, port: usize, channel: usize) -> &'a [S] {
        match self.runs.get(port) {
            Some(run) if channel < usize::from(run.channels) => {
                match self.around.block(run.start as usize + channel) {
                    Some(block) => self.window().of(block),
                    None => self.window().of_nothing(),
                }
            }
            _ => self.window().of_nothing(),
        }
    }

    /// The block of one channel of a port, if it is not silent.
    #[inline(always)]
    fn heard(&self, port: usize, channel: usize) -> Option<&'a Block<S>> {
        let run = self.runs.get(port).filter(|run| channel < usize::from(run.channels))?;
        let index = run.start as usize + channel;
        self.around.block(index).filter(|_| self.around.flow(index) != Flow::Silent)
    }

    /// What is known of one channel of a port.
    #[inline(always)]
    pub fn flow(&self, port: usize, channel: usize) -> Flow {
        match self.runs.get(port) {
            Some(run) if channel < usize::from(run.channels) => {
                self.around.flow(run.start as usize + channel)
            }
            _ => Flow::Silent,
        }
    }

    /// Whether all channels of a port are silent.
    #[inline]
    pub fn is_silent(&self, port: usize) -> bool {
        (0..self.channels(port)).all(|c| self.flow(port, c) == Flow::Silent)
    }

    /// Whether all channels of all ports are silent.
    #[inline]
    pub fn all_silent(&self) -> bool {
        (0..self.runs.len()).all(|port| self.is_silent(port))
    }
}

/// Where a node's output goes: the channels of all its output ports, in order.
pub struct Outputs<'a, S: Signal = f32> {
    pub(crate) blocks: &'a mut [Block<S>],
    /// Where they start among the blocks of the plan.
    pub(crate) start: usize,
    /// Which channels anything reads.
    pub(crate) heard: Heard,
    pub(crate) ground: &'a Ground<'a>,
}

impl<'a, S: Signal> Outputs<'a, S> {
    #[inline(always)]
    fn window(&self) -> Window {
        self.ground.window
    }

    /// What is known of one channel.
    #[inline(always)]
    pub(crate) fn flow(&self, channel: usize) -> Option<&'a Cell<Flow>> {
        self.ground.flow.get(self.start + channel)
    }

    /// How many channels there are, over all output ports.
    #[inline(always)]
    pub fn channels(&self) -> usize {
        self.blocks.len()
    }

    /// One channel, to write; holds leftovers until written. Of a channel that is not there: an empty slice.
    #[inline(always)]
    pub fn channel(&mut self, channel: usize) -> &mut [S] {
        match (self.flow(channel), self.blocks.get_mut(channel)) {
            (Some(flow), Some(block)) => {
                flow.set(Flow::Varying);
                self.ground.window.of_mut(block)
            }
            _ => &mut [],
        }
    }

    /// The same outputs, for one call.
    #[inline(always)]
    pub(crate) fn lend(&mut self) -> Outputs<'_, S> {
        Outputs { blocks: &mut *self.blocks, start: self.start, heard: self.heard, ground: self.ground }
    }

    /// Whether anything reads a channel. What is written to one that nothing reads, if anything, does not matter.
    #[inline(always)]
    pub fn is_heard(&self, channel: usize) -> bool {
        self.heard.has(channel)
    }

    /// Whether all that read the outputs look only at the first frame of the span and at those of [`control_frames`](sostenuto_dsp::control_frames). What is written to the others, if
    /// anything, does not matter.
    #[inline(always)]
    pub fn is_sparse(&self) -> bool {
        self.heard.is_sparse()
    }

    /// One channel, to check; of one that nothing reads there is nothing.
    #[inline(always)]
    pub(crate) fn read(&self, channel: usize) -> &[S] {
        self.blocks.get(channel).filter(|_| self.is_heard(channel)).map_or(&[], |b| self.window().of(b))
    }

    /// Tells what is known of every channel.
    #[inline(always)]
    pub(crate) fn tell_all(&self, known: Flow) {
        (0..self.blocks.len()).filter_map(|channel| self.flow(channel)).for_each(|flow| flow.set(known));
    }

    /// The first `N` channels at once, if there are as many.
    #[inline(always)]
    pub fn first<const N: usize>(&mut self) -> Option<[&mut [S]; N]> {
        let (window, known) = (self.window(), self.ground.flow.get(self.start..)?);
        let blocks = self.blocks.first_chunk_mut::<N>()?;
        known.first_chunk::<N>()?.iter().for_each(|flow| flow.set(Flow::Varying));
        Some(blocks.each_mut().map(|b| window.of_mut(b)))
    }

    /// Several channels at once, if they are there and no two the same; of one that nothing reads, an empty slice: for nodes that can leave
    /// some out.
    #[inline(always)]
    pub fn heard<const N: usize>(&mut self, channels: [usize; N]) -> Option<[&mut [S]; N]> {
        let (window, heard) = (self.window(), self.heard);
        for channel in channels {
            self.flow(channel)?.set(Flow::Varying);
        }
        let blocks = self.blocks.get_disjoint_mut(channels).ok()?;
        let mut channels = channels.into_iter();
        Some(blocks.map(|block| match channels.next().is_some_and(|channel| heard.has(channel)) {
            true => window.of_mut(block),
            false => &mut [],
        }))
    }

    /// All channels, one after the other.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut [S]> {
        let window = self.window();
        self.tell_all(Flow::Varying);
        self.blocks.iter_mut().map(move |b| window.of_mut(b))
    }

    /// Makes each channel from the same channel of an input port, frame by frame. Silence, and what is not there, becomes silence.
    ///
    /// For a whole block, the common case, the loop is of known length over aligned samples: a few dozen instructions.
    #[inline(always)]
    pub fn map(&mut self, inputs: &Inputs<'_, S>, port: usize, each: impl Fn(S) -> S + Copy) {
        for (channel, block) in self.blocks.iter_mut().enumerate() {
            let Some(flow) = self.ground.flow.get(self.start + channel) else { return };
            let window = self.ground.window;
            match S::LANES {
                1 => map_channel_apart(block, flow, window, inputs, port, channel, each),
                _ => map_channel(block, flow, window, inputs, port, channel, each),
            }
        }
    }

    /// Makes one channel silent, and says so.
    // Always inlined, as is the next: a call would need the outputs in memory, and a copy of all that a node is handed with them.
    #[inline(always)]
    pub fn silence(&mut self, channel: usize) {
        if let (Some(flow), Some(block)) = (self.flow(channel), self.blocks.get_mut(channel)) {
            self.ground.window.silence(block, flow);
        }
    }

    /// Makes all channels silent, and says so.
    #[inline(always)]
    pub fn silence_all(&mut self) {
        for channel in 0..self.blocks.len() {
            self.silence(channel);
        }
    }

    /// Gives one channel the same value in every frame, and says so.
    #[inline(always)]
    pub fn constant(&mut self, channel: usize, value: S) {
        if !self.is_heard(channel) {
            return;
        }
        if value == S::ZERO {
            return self.silence(channel);
        }
        self.channel(channel).fill(value);
        // A later piece of a span does not speak for the earlier ones.
        if let Some(flow) = self.flow(channel).filter(|_| self.window().is_first::<S>()) {
            flow.set(Flow::Constant);
        }
    }
}

impl Outputs<'_> {
    /// Whether every sample is a finite number.
    #[inline(always)]
    pub(crate) fn all_finite(&self) -> bool {
        if !self.window().is_whole() || self.heard != Heard::ALL {
            return pieces_are_finite(self.blocks, self.heard, self.ground);
        }
        // A loop of its own, which unlike `all` is always inlined.
        for block in &*self.blocks {
            if !is_finite(block) {
                return false;
            }
        }
        true
    }
}

// Apart, for the compiler would work the window out ahead of the question whether it is needed. By single arguments, for a reference
// to the outputs would keep them in memory.
#[inline(never)]
fn pieces_are_finite(blocks: &[Block], heard: Heard, ground: &Ground<'_>) -> bool {
    let mut blocks = blocks.iter().enumerate().filter(|(channel, _)| heard.has(*channel));
    blocks.all(|(_, block)| {
        let samples = ground.window.of(block);
        match heard.is_sparse() {
            true => control_frames(ground.span.frame, samples.len())
                .all(|frame| samples.get(frame).is_none_or(|sample| sample.is_finite())),
            false => all_finite(samples),
        }
    })
}

// By itself, for inlined the compiler gathers ahead of the loop what it might need for many channels, and there is mostly one. By
// single arguments, so that what a node was handed need not be copied to be passed on.
#[inline(never)]
fn map_channel_apart<S: Signal>(
    block: &mut Block<S>,
    flow: &Cell<Flow>,
    window: Window,
    inputs: &Inputs<'_, S>,
    port: usize,
    channel: usize,
    each: impl Fn(S) -> S + Copy,
) {
    map_channel(block, flow, window, inputs, port, channel, each);
}

// Of several signals side by side it has to become part of the caller, who may use instructions that not every machine has.
#[inline(always)]
fn map_channel<S: Signal>(
    block: &mut Block<S>,
    flow: &Cell<Flow>,
    window: Window,
    inputs: &Inputs<'_, S>,
    port: usize,
    channel: usize,
    each: impl Fn(S) -> S + Copy,
) {
    let Some(heard) = inputs.heard(port, channel) else { return window.silence(block, flow) };
    flow.set(Flow::Varying);
    if window.is_whole() {
        return block.update(heard, |out, x| *out = each(x));
    }
    each_frame(window.of_mut(block), window.of(heard), |out, x| *out = each(x));
}

/// The values of a node's parameters over a span.
#[derive(Clone, Copy)]
pub struct Params<'a, S: Signal = f32> {
    pub(crate) steady: &'a [S],
    /// Those that move, if any does.
    pub(crate) moving: Option<&'a Moving<'a, S>>,
}

/// The values of parameters that move.
#[derive(Clone, Copy)]
pub(crate) struct Moving<'a, S: Signal = f32> {
    pub written: Written,
    pub blocks: &'a [Block<S>],
    pub frames: usize,
}

impl<'a, S: Signal> Params<'a, S> {
    /// The value of a parameter, by its number in the shape. Of one that is not there: zero.
    #[inline(always)]
    pub fn get(&self, param: usize) -> Value<'a, S> {
        match self.moving {
            Some(moving) if moving.written.which >> param & 1 == 1 => moving.get(param),
            _ => Value::Steady(self.steady.get(param).copied().unwrap_or(S::ZERO)),
        }
    }

    /// The value at the first frame of the span: for switches and choices, which do not change within one unless driven.
    #[inline(always)]
    pub fn now(&self, param: usize) -> S {
        self.get(param).at(0)
    }

    /// Whether every parameter is steady over the span.
    pub fn all_steady(&self) -> bool {
        self.moving.is_none()
    }
}

impl<'a, S: Signal> Moving<'a, S> {
    #[inline(always)]
    fn get(&self, param: usize) -> Value<'a, S> {
        match self.blocks.get(param).and_then(|block| block.0.get(..self.frames)) {
            Some([value, ..]) if self.written.flat >> param & 1 == 1 => Value::Steady(*value),
            Some(values) => Value::Moving(values),
            None => Value::Steady(S::ZERO),
        }
    }
}
