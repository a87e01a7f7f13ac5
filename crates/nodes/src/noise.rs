//! White and pink noise.

use crate::catalogue::{Group, Kind, Layout, PortInfo};
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Pink, White};
use sostenuto_graph::{Activity, Io};

const OUT: &[PortInfo] = &[PortInfo::follow("out", "the noise, another one on every channel")];

const fn listing(
    name: &'static str,
    summary: &'static str,
    source: &'static str,
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    Listing {
        kind: Kind {
            name,
            group: Group::Source,
            summary,
            source,
            outputs: OUT,
            sounds_alone: true,
            ..Kind::BLANK
        },
        build,
    }
}

pub(crate) const KINDS: &[Listing] = &[
    listing(
        "white_noise",
        "Noise with equal power at every frequency: bright, as rain.",
        "SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), uniform from -1 to 1",
        |kind, layout| Node::built(kind, layout, white),
    ),
    listing(
        "pink_noise",
        "Noise with equal power in every octave: balanced, as surf.",
        "white noise through a spectral tilt filter (J. O. Smith, Spectral Audio Signal Processing), -3.01 dB an octave",
        |kind, layout| Node::built(kind, layout, pink),
    ),
];

/// Noise: kinds `white_noise` and `pink_noise`.
pub struct Noise<K> {
    channels: Box<[K]>,
}

/// A seed for each channel, from that of the node.
fn seed(setup: &Setup<'_>, channel: usize) -> u64 {
    setup.layout.seed.wrapping_add(channel as u64)
}

fn white(setup: &Setup<'_>) -> Noise<White<f32>> {
    Noise { channels: setup.each(|channel| White::new(|_| seed(setup, channel))) }
}

fn pink(setup: &Setup<'_>) -> Noise<Pink<f32>> {
    Noise { channels: setup.each(|channel| Pink::new(setup.sample_rate, |_| seed(setup, channel))) }
}

impl Machine for Noise<White<f32>> {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        self.channels.iter_mut().zip(io.outputs.iter_mut()).for_each(|(noise, out)| noise.process(out));
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.channels.iter_mut().for_each(White::reset);
    }
}

impl Machine for Noise<Pink<f32>> {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        self.channels.iter_mut().zip(io.outputs.iter_mut()).for_each(|(noise, out)| noise.process(out));
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.channels.iter_mut().for_each(Pink::reset);
    }
}
