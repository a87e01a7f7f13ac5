//! What the test processors do to one frame, so that the executor and the interpreter do the same arithmetic.

use sostenuto_graph::{Approach, Curve, Parameter, Port, Shape};
use sostenuto_units::Unit;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Counts frames modulo 100.
    Counter,
    /// A 1 every so many frames.
    Impulse(u64),
    Noise(u64),
    /// The value of its parameter.
    Level,
    /// Mono, one smoothed parameter.
    Gain,
    /// y += a (x - y).
    OnePole,
    /// A delay of whole frames, from 1 to 200; may close a loop.
    Delay,
    /// Two mono inputs: a - b.
    Difference,
    /// Stereo with a width.
    Width,
    /// So many channels in and out, turned round by one.
    Turn(u16),
    /// One stereo input, two mono outputs.
    Split,
    /// Passes on what it hears; while its parameter is above 0.5, what is not a number.
    Faulty,
    /// Halves what it holds in each frame, and rests when that is nothing.
    Fading,
    /// Late by so many frames, and says so.
    Late(usize),
}

pub const MAX_DELAY: usize = 200;
const RING: usize = 256;

#[derive(Clone, Debug)]
pub struct Cell {
    pub kind: Kind,
    held: f32,
    count: u64,
    ring: Vec<f32>,
    written: usize,
    read: usize,
}

impl Cell {
    pub fn new(kind: Kind) -> Self {
        let seed = if let Kind::Noise(seed) = kind { seed } else { 0 };
        Cell { kind, held: 0.0, count: seed, ring: vec![0.0; RING], written: 0, read: 0 }
    }

    /// As new. Does not allocate.
    pub fn reset(&mut self) {
        self.ring.fill(0.0);
        let seed = if let Kind::Noise(seed) = self.kind { seed } else { 0 };
        (self.held, self.count, self.written, self.read) = (0.0, seed, 0, 0);
    }

    pub fn shape(&self) -> Shape {
        let port = |channels| Port { name: "port".into(), channels };
        let (inputs, outputs): (&[u16], &[u16]) = match self.kind {
            Kind::Counter | Kind::Impulse(_) | Kind::Noise(_) | Kind::Level => (&[], &[1]),
            Kind::Gain | Kind::OnePole | Kind::Delay | Kind::Faulty | Kind::Fading | Kind::Late(_) => {
                (&[1], &[1])
            }
            Kind::Difference => (&[1, 1], &[1]),
            Kind::Width => (&[2], &[2]),
            Kind::Turn(1) => (&[1], &[1]),
            Kind::Turn(3) => (&[3], &[3]),
            Kind::Turn(_) => (&[4], &[4]),
            Kind::Split => (&[2], &[1, 1]),
        };
        let inputs = inputs.iter().copied().map(port).collect();
        let outputs = outputs.iter().copied().map(port).collect();
        Shape { inputs, outputs, params: self.params() }
    }

    fn params(&self) -> Vec<Parameter> {
        let (min, max, default, approach) = match self.kind {
            Kind::Level => (-1.0, 1.0, 0.25, Approach::Step),
            Kind::Gain => (-2.0, 2.0, 1.0, Approach::Glide(0.001)),
            Kind::OnePole => (0.0, 1.0, 0.5, Approach::Glide(0.002)),
            Kind::Delay => (1.0, MAX_DELAY as f32, 10.0, Approach::Step),
            Kind::Width => (0.0, 2.0, 1.0, Approach::Glide(0.001)),
            Kind::Faulty => (0.0, 1.0, 0.0, Approach::Step),
            _ => return Vec::new(),
        };
        let (name, unit, curve, choices) = ("amount".into(), Unit::None, Curve::Linear, [].as_slice().into());
        vec![Parameter { name, unit, min, max, default, curve, approach, choices }]
    }

    pub fn delays(&self) -> bool {
        self.kind == Kind::Delay
    }

    /// One frame: the input channels of all ports, the parameter, the output channels of all ports.
    pub fn tick(&mut self, x: &[f32], p: f32, y: &mut [f32]) {
        match self.kind {
            Kind::Counter => y[0] = (self.counted() % 100) as f32 * 0.01,
            Kind::Impulse(every) => y[0] = if self.counted().is_multiple_of(every) { 1.0 } else { 0.0 },
            Kind::Noise(_) => {
                self.count = self
                    .count
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                y[0] = (self.count >> 40) as f32 / (1 << 23) as f32 - 1.0;
            }
            Kind::Level => y[0] = p,
            Kind::Gain => y[0] = x[0] * p + 0.0,
            Kind::OnePole => {
                self.held += p * (x[0] - self.held);
                y[0] = self.held;
            }
            Kind::Delay => {
                self.emit(p, y);
                self.absorb(x);
            }
            Kind::Difference => y[0] = x[0] - x[1],
            Kind::Width => {
                let (mid, side) = (0.5 * (x[0] + x[1]), 0.5 * p * (x[0] - x[1]));
                (y[0], y[1]) = (mid + side, mid - side);
            }
            Kind::Turn(_) => {
                y[1..].copy_from_slice(&x[..x.len() - 1]);
                y[0] = x[x.len() - 1];
            }
            Kind::Split => y.copy_from_slice(x),
            Kind::Faulty => y[0] = if p > 0.5 { f32::NAN } else { x[0] },
            Kind::Fading => {
                self.held = self.held * 0.5 + x[0];
                if self.held.abs() < 1e-6 {
                    self.held = 0.0;
                }
                y[0] = self.held;
            }
            Kind::Late(frames) => {
                self.ring[self.written % RING] = x[0];
                y[0] = self.ring[(self.written + RING - frames) % RING];
                self.written += 1;
            }
        }
    }

    /// Leaves so many frames out.
    pub fn skip(&mut self, frames: u64) {
        self.count += frames;
    }

    fn counted(&mut self) -> u64 {
        self.count += 1;
        self.count - 1
    }

    /// The half of a delay that puts out one frame.
    pub fn emit(&mut self, p: f32, y: &mut [f32]) {
        let late = (p + 0.5) as usize;
        y[0] = if self.read < late { 0.0 } else { self.ring[(self.read - late) % RING] };
        self.read += 1;
    }

    /// The half of a delay that takes in one frame.
    pub fn absorb(&mut self, x: &[f32]) {
        // Every loop leads through here: what is limited here keeps a loop with too much gain from growing without end.
        self.ring[self.written % RING] = x[0].clamp(-4.0, 4.0);
        self.written += 1;
    }

    /// How many frames a delay can put out before it takes in.
    pub fn ahead(p: f32) -> usize {
        (p + 0.5) as usize
    }

    pub fn is_at_rest(&self) -> bool {
        match self.kind {
            Kind::Fading => self.held == 0.0,
            Kind::Gain | Kind::Difference | Kind::Width | Kind::Turn(_) | Kind::Split => true,
            _ => false,
        }
    }

    pub fn latency(&self) -> u32 {
        if let Kind::Late(frames) = self.kind { frames as u32 } else { 0 }
    }
}
