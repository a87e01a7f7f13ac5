//! kira: static sounds, and for strips a track of effects each. It has no generator, so that strips hear a looped recording of noise.

use super::{Block, Engine};
use crate::spec::*;
use crate::workload::Workload;
use kira::backend::{Backend, Renderer};
use kira::effect::delay::DelayBuilder;
use kira::effect::eq_filter::{EqFilterBuilder, EqFilterKind};
use kira::sound::static_sound::{StaticSoundData, StaticSoundSettings};
use kira::track::{MainTrackBuilder, TrackBuilder};
use kira::{AudioManager, AudioManagerSettings, Capacities, Decibels, Frame, Mix};
use std::any::Any;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where the renderer is left, instead of with a device.
type Seat = Arc<Mutex<Option<Renderer>>>;

struct Offline(Seat);

impl Backend for Offline {
    type Settings = Seat;
    type Error = ();

    fn setup(seat: Seat, _block: usize) -> Result<(Self, u32), ()> {
        Ok((Offline(seat), RATE))
    }

    fn start(&mut self, renderer: Renderer) -> Result<(), ()> {
        *self.0.lock().expect("nobody else") = Some(renderer);
        Ok(())
    }
}

struct Kira {
    renderer: Renderer,
    interleaved: [f32; 2 * BLOCK],
    /// What sounds as long as it is held.
    _held: Vec<Box<dyn Any>>,
}

impl Engine for Kira {
    fn block(&mut self, out: &mut Block) {
        self.renderer.on_start_processing();
        self.renderer.process(&mut self.interleaved, 2);
        let [left, right] = out;
        for ((left, right), pair) in left.iter_mut().zip(right).zip(self.interleaved.as_chunks::<2>().0) {
            [*left, *right] = *pair;
        }
    }
}

fn level(factor: f64) -> Decibels {
    Decibels(decibels(factor) as f32)
}

fn looped(frames: impl Iterator<Item = [f32; 2]>) -> StaticSoundData {
    let frames: Vec<Frame> = frames.map(|[left, right]| Frame { left, right }).collect();
    let settings = StaticSoundSettings::new().loop_region(..);
    StaticSoundData { sample_rate: RATE, frames: frames.into(), settings, slice: None }
}

pub fn make(workload: Workload) -> Option<Box<dyn Engine>> {
    let seat = Seat::default();
    let settings = AudioManagerSettings {
        capacities: Capacities { sub_track_capacity: 1024, ..Default::default() },
        main_track_builder: MainTrackBuilder::new().sound_capacity(2048),
        internal_buffer_size: BLOCK,
        backend_settings: seat.clone(),
    };
    let mut manager = AudioManager::<Offline>::new(settings).expect("a manager");
    let mut held: Vec<Box<dyn Any>> = match workload {
        Workload::Cubic => players(&mut manager),
        Workload::Strips => (0..STRIPS).map(|number| strip(&mut manager, number)).collect(),
        _ => return None,
    };
    let renderer = seat.lock().expect("nobody else").take().expect("a renderer");
    held.push(Box::new(manager));
    Some(Box::new(Kira { renderer, interleaved: [0.0; 2 * BLOCK], _held: held }))
}

fn players(manager: &mut AudioManager<Offline>) -> Vec<Box<dyn Any>> {
    let sound = looped(sample().into_iter()).volume(level(PLAYER_LEVEL));
    (0..PLAYERS)
        .map(|player| {
            let sound = sound.clone().playback_rate(speed(player));
            Box::new(manager.play(sound).expect("room")) as Box<dyn Any>
        })
        .collect()
}

fn strip(manager: &mut AudioManager<Offline>, number: usize) -> Box<dyn Any> {
    // Ten seconds of noise for each strip.
    let mut random = Random::from(number as u64 + 1);
    let mut sample = || random.below(1 << 24) as f32 / (1 << 23) as f32 - 1.0;
    let noise = looped((0..10 * RATE).map(|_| [sample(), sample()]));
    let mut track = TrackBuilder::new().volume(level(STRIP_LEVEL * (1.0 + WET)));
    for Filter { kind, frequency, q, gain } in FILTERS {
        let kind = match kind {
            FilterKind::LowShelf => EqFilterKind::LowShelf,
            FilterKind::Peak => EqFilterKind::Bell,
            FilterKind::HighShelf => EqFilterKind::HighShelf,
        };
        track = track.with_effect(EqFilterBuilder::new(kind, frequency, gain as f32, q));
    }
    // It mixes dry and wet as 1 to 0.3.
    let delay = DelayBuilder::new()
        .delay_time(Duration::from_secs_f64(echo_time(number)))
        .feedback(level(FEEDBACK))
        .mix(Mix((WET / (1.0 + WET)) as f32));
    let mut track = manager.add_sub_track(track.with_effect(delay)).expect("room");
    let sound = track.play(noise).expect("room");
    Box::new((track, sound))
}
