//! A real graph around one node of the catalogue, with signals that are functions of the frame.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use sostenuto_graph::{
    Activity, AudioGraph, Command, Edit, Executor, Io, Limits, Motion, NodeId, NoteEvent, Port, Processor,
    ROOT, Remote, Shape, Sink, Stream, Ticket, When,
};
use sostenuto_nodes::{
    Buffer, Footage, Kind, Layout, LoopPoints, Mode, Recording, Slot, SlotSettings, Streamed, Threading,
    build,
};
use sostenuto_reel::{Lead, PAGE, Pages, Reel, Start};
use std::sync::Arc;

/// What a source puts out at a frame, in a channel.
pub type Signal = fn(u64, usize) -> f32;

/// White noise from a hash of frame and channel (the output function of SplitMix64).
pub fn noise(frame: u64, channel: usize) -> f32 {
    let mut z = (frame + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((channel as u64 + 7) << 40);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z >> 40) as f32 - 8_388_608.0) / 8_388_608.0
}

/// An impulse every 500 frames.
pub fn impulses(frame: u64, channel: usize) -> f32 {
    if frame % 500 == 3 + channel as u64 { 1.0 } else { 0.0 }
}

/// A loud sine of some 700 Hz.
pub fn sine(frame: u64, channel: usize) -> f32 {
    2.0 * (frame as f32 * 0.09 + channel as f32).sin()
}

/// Nothing.
pub fn silence(_: u64, _: usize) -> f32 {
    0.0
}

/// A source that puts out a signal.
pub struct Feed {
    pub signal: Signal,
    pub channels: u16,
    /// From this frame to that one, silence.
    pub pause: (u64, u64),
    /// Whether silence is said to be silence.
    pub flagged: bool,
}

impl Feed {
    pub fn steady(signal: Signal, channels: u16) -> Self {
        Feed { signal, channels, pause: (0, 0), flagged: true }
    }
}

impl Processor for Feed {
    fn shape(&self) -> Shape {
        let port = Port { name: "out".into(), channels: self.channels };
        Shape { outputs: [port].into(), ..Shape::default() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let frames = io.span.frame..io.span.frame + io.span.frames as u64;
        let paused = |frame: u64| (self.pause.0..self.pause.1).contains(&frame);
        if self.flagged && frames.clone().all(paused) {
            io.outputs.silence_all();
            return Activity::Sounding;
        }
        for (channel, out) in io.outputs.iter_mut().enumerate() {
            for (to, frame) in out.iter_mut().zip(frames.clone()) {
                *to = if paused(frame) { 0.0 } else { (self.signal)(frame, channel) };
            }
        }
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

/// A graph that runs.
pub struct Rig {
    pub graph: AudioGraph,
    pub executor: Executor,
    pub remote: Remote,
    pub channels: usize,
    ticket: u64,
}

impl Rig {
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        let stream = Stream { sample_rate };
        // All that a test sends is taken before the first frame.
        let limits = Limits { messages: 4096, commands_per_callback: 4096, ..Limits::default() };
        let (executor, remote) = Executor::new(stream, limits, None);
        Rig { graph: AudioGraph::new(stream, channels as u16), executor, remote, channels, ticket: 1 << 40 }
    }

    /// A graph in which every input of a node is fed, every parameter may be driven, and all outputs are heard side by side.
    pub fn around(
        node: Box<dyn Processor>,
        sample_rate: f64,
        feed: impl Fn(usize, u16) -> Feed,
        driven: bool,
    ) -> (Self, NodeId) {
        let outputs = node.shape().outputs.to_vec();
        let (mut rig, node) = Rig::unheard(node, sample_rate, feed, driven);
        rig.edit(|edit| (0..outputs.len()).for_each(|port| hear(edit, node, &outputs, port)));
        (rig, node)
    }

    /// The same, but nothing hears the node.
    pub fn unheard(
        node: Box<dyn Processor>,
        sample_rate: f64,
        feed: impl Fn(usize, u16) -> Feed,
        driven: bool,
    ) -> (Self, NodeId) {
        let shape = node.shape();
        let channels: u16 = shape.outputs.iter().map(|port| port.channels).sum();
        let mut rig = Rig::new(sample_rate, usize::from(channels));
        let node = rig.edit(|edit| {
            let node = edit.add("node", node).unwrap();
            for (port, info) in shape.inputs.iter().enumerate() {
                let source = edit.add("source", Box::new(feed(port, info.channels))).unwrap();
                edit.connect(source.output(0), node.input(port as u16), 1.0).unwrap();
            }
            for (param, info) in shape.params.iter().enumerate().filter(|_| driven) {
                let source = edit.add("drive", Box::new(Feed::steady(sine, 1))).unwrap();
                let depth = (info.max - info.min) * 0.37;
                edit.connect(source.output(0), node.param(param as u16), depth).unwrap();
            }
            node
        });
        (rig, node)
    }

    /// Makes an edit and sends it.
    pub fn edit<T>(&mut self, work: impl FnOnce(&mut Edit<'_>) -> T) -> T {
        let mut edit = self.graph.edit();
        let result = work(&mut edit);
        let batch = edit.commit().unwrap();
        self.remote.commands.send(Command::Apply(batch)).unwrap();
        result
    }

    pub fn ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }

    /// Sets a parameter at a frame.
    pub fn set(&mut self, node: NodeId, param: usize, value: f32, motion: Option<Motion>, at: u64) {
        let set = self.graph.set(node, param as u16, value, motion).unwrap();
        let ticket = self.ticket();
        self.remote.commands.send(Command::Set { ticket, set, at: Some(at) }).unwrap();
    }

    /// Tells a node of a note at a frame.
    pub fn note(&mut self, node: NodeId, note: NoteEvent, at: u64) {
        let (ticket, instrument) = (self.ticket(), self.graph.address(node).unwrap());
        let at = When::Frame(at);
        self.remote.commands.send(Command::Note { ticket, instrument, note, at }).unwrap();
    }

    /// Makes a node forget, before the next frame.
    pub fn reset(&mut self, node: NodeId) {
        let (ticket, node) = (self.ticket(), self.graph.address(node).unwrap());
        self.remote.commands.send(Command::Reset { ticket, node }).unwrap();
    }

    /// Renders so many frames in callbacks of the sizes that `cuts` gives, each under `guard`.
    pub fn render(
        &mut self,
        frames: usize,
        cuts: &mut dyn FnMut() -> usize,
        guard: impl Fn(&mut dyn FnMut()),
    ) -> Vec<Vec<f32>> {
        let mut out = vec![vec![0.0; frames]; self.channels];
        let mut at = 0;
        while at < frames {
            let end = (at + cuts().max(1)).min(frames);
            let mut channels: Vec<&mut [f32]> = out.iter_mut().map(|channel| &mut channel[at..end]).collect();
            guard(&mut || self.executor.render(&mut channels));
            at = end;
        }
        while let Some(event) = self.remote.events.receive() {
            use sostenuto_graph::Event::{Muted, Refused, SetRefused};
            assert!(!matches!(event, Muted { .. } | Refused { .. } | SetRefused { .. }), "{event:?}");
        }
        out
    }

    /// Renders in callbacks of 64 frames.
    pub fn play(&mut self, frames: usize) -> Vec<Vec<f32>> {
        self.render(frames, &mut || 64, |render| render())
    }
}

/// Lets one of a node's output ports be heard, behind the channels of those before it.
pub fn hear(edit: &mut Edit<'_>, node: NodeId, outputs: &[Port], port: usize) {
    let width = |ports: &[Port]| ports.iter().map(|port| port.channels).sum();
    // A cable feeds channel for channel; the place of a port is shifted by a node that does only that.
    let shift = Shift { from: outputs[port].channels, first: width(&outputs[..port]), to: width(outputs) };
    let shift = edit.add("shift", Box::new(shift)).unwrap();
    edit.connect(node.output(port as u16), shift.input(0), 1.0).unwrap();
    edit.connect(shift.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
}

/// Moves channels to another place.
struct Shift {
    from: u16,
    first: u16,
    to: u16,
}

impl Processor for Shift {
    fn shape(&self) -> Shape {
        let port = |name: &'static str, channels| [Port { name: name.into(), channels }].into();
        Shape { inputs: port("in", self.from), outputs: port("out", self.to), ..Shape::default() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for channel in 0..usize::from(self.to) {
            let from = channel.wrapping_sub(usize::from(self.first));
            io.outputs.channel(channel).copy_from_slice(io.inputs.channel(0, from));
        }
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

/// The layouts that a kind is tried in: 1, 2 and 5 channels, every setting at its lowest, default and highest.
pub fn layouts(kind: &Kind) -> Vec<Layout> {
    let choices: &[fn(&sostenuto_nodes::SettingInfo) -> f64] =
        &[|s| s.default(), |s| s.limits().0, |s| s.limits().1];
    let choices = if kind.settings.is_empty() { &choices[..1] } else { choices };
    let mut layouts = Vec::new();
    for channels in [1, 2, 5] {
        for choice in choices {
            let settings = kind.settings.iter().map(|s| (s.name.to_owned(), choice(s))).collect();
            layouts.push(Layout { channels, settings, seed: 42, ..Layout::default() });
        }
    }
    layouts
}

/// A node of a kind; one that plays has a short recording of noise in stereo.
pub fn node(kind: &Kind, layout: &Layout) -> Box<dyn Processor> {
    let layout = layout.clone();
    let layout = match kind.name {
        "stream" => layout.streaming("noise", on_disk(700, 2)),
        _ if kind.plays => layout.playing("noise", recording(700, 2)),
        _ => layout,
    };
    let layout = if kind.samples { with_slots(layout) } else { layout };
    build(kind.name, layout).unwrap().processor
}

/// The same with noise in the first two slots, once and over and over.
fn with_slots(layout: Layout) -> Layout {
    let slot = |frames, channels, mode| Slot {
        recording: Recording {
            name: "noise".into(),
            buffer: Some(recording(frames, channels)),
            footage: None,
        },
        settings: SlotSettings {
            mode,
            looped: LoopPoints { start: 100, end: 0, crossfade: 50 },
            gain: 0.2,
            ..SlotSettings::default()
        },
    };
    Layout { slots: vec![slot(900, 2, Mode::Once), slot(700, 1, Mode::Loop)], ..layout }
}

/// Noise in so many channels, at a rate of its own.
pub fn recording(frames: u64, channels: usize) -> Arc<Buffer> {
    let sample = |place: u64| noise(place / channels as u64, place as usize % channels);
    let samples = (0..frames * channels as u64).map(sample).collect();
    Arc::new(Buffer::from_interleaved(samples, channels, 44_100.0).unwrap())
}

/// Noise in so many channels that is streamed, and read in place.
pub fn on_disk(frames: u64, channels: u16) -> Streamed {
    Streamed(Arc::new(Noise { frames, channels }))
}

#[derive(Clone, Debug)]
struct Noise {
    frames: u64,
    channels: u16,
}

impl Footage for Noise {
    fn channels(&self) -> u16 {
        self.channels
    }

    fn identity(&self) -> &str {
        "noise"
    }

    fn thread(&self, how: &Threading) -> Result<Reel, String> {
        let Threading { rate, begin, around, ref progress } = *how;
        let start = Start { channels: self.channels, rate, begin, around, ..Start::default() };
        let lead = Lead::new(0, self.channels, Vec::new());
        Ok(Reel::reading(start, lead, Box::new(self.clone()), progress))
    }
}

impl Pages for Noise {
    fn read(&mut self, page: u64, samples: &mut [f32]) -> bool {
        for (number, to) in samples.iter_mut().enumerate() {
            let (channel, frame) = (number / PAGE, page * PAGE as u64 + (number % PAGE) as u64);
            *to = if frame < self.frames { noise(frame, channel) } else { 0.0 };
        }
        true
    }

    fn length(&self) -> Option<u64> {
        Some(self.frames)
    }
}

/// Whether two renderings are the same, bit for bit; else where they part.
pub fn first_difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> Option<(usize, usize, f32, f32)> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).enumerate().find_map(|(channel, (a, b))| {
        assert_eq!(a.len(), b.len());
        let frame = (0..a.len()).find(|i| a[*i].to_bits() != b[*i].to_bits())?;
        Some((channel, frame, a[frame], b[frame]))
    })
}
