//! fundsp: shared variables, and a net that is changed and committed.

use super::{Call, Live, edit_of, timed};
use crate::engine::Block;
use crate::spec::*;
use fundsp::prelude32::*;
use fundsp::typenum::{U2, U1000};
use std::collections::VecDeque;
use std::time::Duration;

/// Adds up the voices: 500 inputs on the left and as many on the right in turn.
#[derive(Clone)]
struct Sum;

impl AudioNode for Sum {
    const ID: u64 = 77_001;
    type Inputs = U1000;
    type Outputs = U2;

    fn tick(&mut self, input: &Frame<f32, U1000>) -> Frame<f32, U2> {
        let side = |side: usize| (0..VOICES).map(|voice| input[2 * voice + side]).sum::<f32>();
        [side(0) * VOICE_LEVEL as f32, side(1) * VOICE_LEVEL as f32].into()
    }

    fn process(&mut self, size: usize, input: &BufferRef, output: &mut BufferMut) {
        for side in 0..2 {
            for group in 0..size.div_ceil(8) {
                let sum = (1..VOICES)
                    .fold(input.at(side, group), |sum, voice| sum + input.at(2 * voice + side, group));
                output.set(side, group, sum * F32x::splat(VOICE_LEVEL as f32));
            }
        }
    }
}

struct Fundsp {
    net: Net,
    backend: NetBackend,
    out: BufferVec,
    sum: NodeId,
    voices: Vec<(NodeId, Shared)>,
    /// Gates that are to open after so many blocks.
    closed: VecDeque<(usize, Shared)>,
    blocks: usize,
    /// The insert that was added, and the voice that it is after.
    insert: Option<NodeId>,
}

/// A voice, the middle of its cutoff and its gate.
fn voice(number: usize) -> (Box<dyn AudioUnit>, Shared, Shared) {
    let (middle, gate) = (shared(CUTOFF.0 as f32), shared(0.0));
    let (attack, decay, sustain, release) = ENVELOPE;
    let voice = Voice::new(number);
    let (rate, depth) = (voice.rate as f32, CUTOFF.1 as f32);
    let sweep = (lfo(move |t: f32| depth * sin_hz(rate, t)) + var(&middle))
        >> hold_hz(RATE as f32 / BLOCK as f32, 0.0);
    let envelope = var(&gate) >> adsr_live(attack as f32, decay as f32, sustain as f32, release as f32);
    let tone = (poly_saw_hz(voice.frequency as f32) | sweep | dc(Q as f32)) >> lowpass();
    (Box::new((tone * envelope) >> pan(voice.pan as f32)), middle, gate)
}

pub fn make() -> Box<dyn Live> {
    let mut net = Net::new(0, 2);
    let sum = net.push(Box::new(An(Sum)));
    let (mut voices, mut closed) = (Vec::new(), VecDeque::new());
    for number in 0..VOICES {
        let (unit, middle, gate) = voice(number);
        let id = net.push(unit);
        net.connect(id, 0, sum, 2 * number);
        net.connect(id, 1, sum, 2 * number + 1);
        voices.push((id, middle));
        closed.push_back((OPENING, gate));
    }
    net.pipe_output(sum);
    net.set_sample_rate(f64::from(RATE));
    net.allocate();
    let mut backend = net.backend();
    backend.set_sample_rate(f64::from(RATE));
    backend.allocate();
    let out = BufferVec::new(2);
    Box::new(Fundsp { net, backend, out, sum, voices, closed, blocks: 0, insert: None })
}

/// Blocks after which a gate opens.
const OPENING: usize = 8;

impl Fundsp {
    fn connect(&mut self, from: NodeId, number: usize) {
        self.net.connect(from, 0, self.sum, 2 * number);
        self.net.connect(from, 1, self.sum, 2 * number + 1);
    }
}

impl Live for Fundsp {
    fn block(&mut self, out: &mut Block) -> f64 {
        timed(|| {
            self.backend.process(BLOCK, &BufferRef::empty(), &mut self.out.buffer_mut());
            for (channel, samples) in out.iter_mut().enumerate() {
                samples.copy_from_slice(&self.out.channel_f32(channel)[..BLOCK]);
            }
        })
    }

    fn set(&mut self, number: usize) -> Call {
        let share = (number % 100) as f32 * 0.01;
        self.voices[number % VOICES].1.set_value(CUTOFF.0 as f32 * (0.9 + 0.2 * share));
        Call::Set
    }

    /// A voice is taken away and put back at once, since an input of the sum has to hear something; that is half of the edits.
    fn edit(&mut self, number: usize) -> Call {
        let place = number / 4 * 7 % VOICES;
        match number % 4 {
            0 | 1 => {
                let (mut unit, middle, gate) = voice(place);
                unit.set_sample_rate(f64::from(RATE));
                unit.allocate();
                self.net.remove(self.voices[place].0);
                let id = self.net.push(unit);
                self.connect(id, place);
                self.voices[place] = (id, middle);
                self.closed.push_back((self.blocks + OPENING, gate));
            }
            2 => {
                let insert = self.net.push(Box::new(lowpole_hz(1000.0) | lowpole_hz(1000.0)));
                self.net.pipe_all(self.voices[place].0, insert);
                self.connect(insert, place);
                self.insert = Some(insert);
            }
            _ => {
                let insert = self.insert.take().expect("an insert");
                self.net.remove(insert);
                self.connect(self.voices[place].0, place);
            }
        }
        self.net.commit();
        edit_of(number)
    }

    fn notes(&mut self) -> Vec<Duration> {
        Vec::new()
    }

    fn after(&mut self) {
        self.blocks += 1;
        while self.closed.front().is_some_and(|(block, _)| *block <= self.blocks) {
            if let Some((_, gate)) = self.closed.pop_front() {
                gate.set_value(1.0);
            }
        }
    }
}
