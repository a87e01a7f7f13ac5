//! fundsp: static graphs, its fastest form, for voices and strips; its dynamic `Net` for chains.

use super::{Block, Engine};
use crate::spec::*;
use crate::workload::Workload;
use fundsp::prelude32::*;
use fundsp::typenum::{U64, U256, U500};
use std::sync::Arc;

struct Fundsp {
    unit: Box<dyn AudioUnit>,
    out: BufferVec,
    /// Opens the envelopes, which begin with the step from 0 to 1.
    gate: Shared,
    blocks: usize,
}

/// Blocks after which the envelopes open.
const OPENING: usize = 8;

impl Engine for Fundsp {
    fn block(&mut self, out: &mut Block) {
        if self.blocks == OPENING {
            self.gate.set_value(1.0);
        }
        self.blocks += 1;
        self.unit.process(BLOCK, &BufferRef::empty(), &mut self.out.buffer_mut());
        for (channel, samples) in out.iter_mut().enumerate() {
            samples.copy_from_slice(&self.out.channel_f32(channel)[..BLOCK]);
        }
    }
}

pub fn make(workload: Workload) -> Option<Box<dyn Engine>> {
    let gate = shared(0.0);
    let mut unit: Box<dyn AudioUnit> = match workload {
        Workload::Voices => voices(&gate),
        Workload::Strips => Box::new(busi::<U64, _, _>(|number| strip(number as usize))),
        Workload::Chains => Box::new(chains(|place| Box::new(mul(factor(place) as f32)))),
        Workload::Mixed => Box::new(chains(mixed)),
        Workload::Cubic => players(),
        Workload::Linear | Workload::Notes => return None,
    };
    unit.set_sample_rate(f64::from(RATE));
    unit.allocate();
    Some(Box::new(Fundsp { unit, out: BufferVec::new(2), gate, blocks: 0 }))
}

/// A saw by polyBLEP into its state-variable filter, whose cutoff moves in steps of 64 frames: with a cutoff that moves at every frame it
/// computes a tangent for each.
fn voices(gate: &Shared) -> Box<dyn AudioUnit> {
    let steps = f64::from(RATE) as f32 / BLOCK as f32;
    let (attack, decay, sustain, release) = ENVELOPE;
    let (cutoff, depth) = (CUTOFF.0 as f32, CUTOFF.1 as f32);
    let voice = |number: u64| {
        let voice = Voice::new(number as usize);
        let rate = voice.rate as f32;
        let sweep = lfo(move |t: f32| cutoff + depth * sin_hz(rate, t)) >> hold_hz(steps, 0.0);
        let envelope = var(gate) >> adsr_live(attack as f32, decay as f32, sustain as f32, release as f32);
        let tone = (poly_saw_hz(voice.frequency as f32) | sweep | dc(Q as f32)) >> lowpass();
        (tone * envelope) >> pan(voice.pan as f32)
    };
    Box::new(busi::<U500, _, _>(voice) * VOICE_LEVEL as f32)
}

/// One channel of a strip after its noise.
macro_rules! effects {
    ($number:expr) => {{
        let [low, peak, other, high] =
            FILTERS.map(|f| (f.frequency as f32, f.q as f32, 10f64.powf(f.gain / 20.0) as f32));
        let time = echo_time($number) as f32;
        lowshelf_hz(low.0, low.1, low.2)
            >> bell_hz(peak.0, peak.1, peak.2)
            >> bell_hz(other.0, other.1, other.2)
            >> highshelf_hz(high.0, high.1, high.2)
            >> (pass() & WET as f32 * feedback(delay(time) * FEEDBACK as f32))
    }};
}

fn strip(number: usize) -> An<impl AudioNode<Inputs = fundsp::typenum::U0, Outputs = fundsp::typenum::U2>> {
    ((noise() >> effects!(number)) | (noise() >> effects!(number))) * STRIP_LEVEL as f32
}

/// Samples resampled by cubics.
fn players() -> Box<dyn AudioUnit> {
    let frames = sample();
    let mut wave = Wave::new(0, f64::from(RATE));
    for side in 0..2 {
        let samples: Vec<f32> = frames.iter().map(|frame| frame[side]).collect();
        wave.push_channel(&samples);
    }
    let wave = Arc::new(wave);
    let player = |number: u64| {
        let both = playwave(&wave, 0, Some(0)) | playwave(&wave, 1, Some(0));
        (dc(speed(number as usize) as f32) >> resample(both)) * PLAYER_LEVEL as f32
    };
    Box::new(busi::<U256, _, _>(player))
}

fn mixed(place: usize) -> Box<dyn AudioUnit> {
    match link(place) {
        Link::Gain => Box::new(mul(factor(place / 5) as f32)),
        Link::Up => Box::new(mul(1.002) + 0.001),
        Link::Down => Box::new(mul(1.0 / 1.002) - 0.001 / 1.002),
        Link::LowPass => Box::new(lowpole_hz(LINK_CUTOFF as f32)),
        Link::Multiply => Box::new(pass() * dc(1.0)),
    }
}

fn chains(link: impl Fn(usize) -> Box<dyn AudioUnit>) -> Net {
    let mut net = Net::new(0, 2);
    let noise = net.push(Box::new(noise()));
    let ends: Vec<NodeId> = (0..CHAINS)
        .map(|_| {
            let mut last = noise;
            for place in 0..LENGTH {
                let next = net.push(link(place));
                net.connect(last, 0, next, 0);
                last = next;
            }
            last
        })
        .collect();
    let mut sum = ends[0];
    for end in &ends[1..] {
        let add = net.push(Box::new(pass() + pass()));
        net.connect(sum, 0, add, 0);
        net.connect(*end, 0, add, 1);
        sum = add;
    }
    let out = net.push(Box::new(mul(CHAIN_LEVEL as f32) >> split::<U2>()));
    net.connect(sum, 0, out, 0);
    net.pipe_output(out);
    net
}
