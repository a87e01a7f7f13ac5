//! oddio: a mixer of looped frames, each with a speed and a gain.

use super::{Block, Engine};
use crate::spec::*;
use crate::workload::Workload;
use oddio::{Cycle, FixedGain, Frames, Mixer, MixerControl, Speed, run};

struct Oddio {
    mixer: Mixer<[f32; 2]>,
    _control: MixerControl<[f32; 2]>,
    frames: Vec<[f32; 2]>,
}

impl Engine for Oddio {
    fn block(&mut self, out: &mut Block) {
        run(&mut self.mixer, RATE, &mut self.frames);
        let [left, right] = out;
        for ((left, right), frame) in left.iter_mut().zip(right).zip(&self.frames) {
            [*left, *right] = *frame;
        }
    }
}

pub fn make(workload: Workload) -> Option<Box<dyn Engine>> {
    if workload != Workload::Linear {
        return None;
    }
    let sample = Frames::from_iter(RATE, sample());
    let (mut control, mixer) = Mixer::new();
    for player in 0..PLAYERS {
        let level = decibels(PLAYER_LEVEL) as f32;
        let (mut rate, signal) = Speed::new(FixedGain::new(Cycle::new(sample.clone()), level));
        rate.set_speed(speed(player) as f32);
        control.play(signal);
    }
    Some(Box::new(Oddio { mixer, _control: control, frames: vec![[0.0; 2]; BLOCK] }))
}
