//! kira: static sounds on the main track, cubic between frames.

use crate::spec::*;
use kira::backend::{Backend, Renderer};
use kira::sound::static_sound::{StaticSoundData, StaticSoundHandle, StaticSoundSettings};
use kira::track::MainTrackBuilder;
use kira::{AudioManager, AudioManagerSettings, Decibels, Frame};
use std::sync::{Arc, Mutex};

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
    _manager: AudioManager<Offline>,
    _sounds: Vec<StaticSoundHandle>,
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

/// The factor of a sound: what is below -60 dB is nothing to kira. The rest is made up for by the main track.
const VOICE: f32 = 0.01;

fn decibels(factor: f32) -> Decibels {
    Decibels(20.0 * factor.log10())
}

pub fn make(speed: f64) -> Box<dyn Engine> {
    let seat = Seat::default();
    let settings = AudioManagerSettings {
        main_track_builder: MainTrackBuilder::new().sound_capacity(2048).volume(decibels(LEVEL / VOICE)),
        internal_buffer_size: BLOCK,
        backend_settings: seat.clone(),
        ..Default::default()
    };
    let mut manager = AudioManager::<Offline>::new(settings).expect("a manager");
    let frames: Vec<Frame> = sample().into_iter().map(|[left, right]| Frame { left, right }).collect();
    let settings = StaticSoundSettings::new().loop_region(..).playback_rate(speed);
    let data = StaticSoundData { sample_rate: RATE, frames: frames.into(), settings, slice: None };
    let data = data.volume(decibels(VOICE));
    let sounds = (0..VOICES).map(|_| manager.play(data.clone()).expect("room")).collect();
    let renderer = seat.lock().expect("nobody else").take().expect("a renderer");
    Box::new(Kira { renderer, interleaved: [0.0; 2 * BLOCK], _manager: manager, _sounds: sounds })
}
