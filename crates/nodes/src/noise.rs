//! White and pink noise.

use crate::catalogue::{Group, Kind, Layout, PortInfo};
use crate::lanes::{Channels, Family};
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{LaneState, Pink, White};
use sostenuto_graph::{Activity, Io, Signal};

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
        Node::family::<Whites>,
    ),
    listing(
        "pink_noise",
        "Noise with equal power in every octave: balanced, as surf.",
        "white noise through a spectral tilt filter (J. O. Smith, Spectral Audio Signal Processing), -3.01 dB an octave",
        Node::family::<Pinks>,
    ),
];

/// Noise: kinds `white_noise` and `pink_noise`.
pub struct Noise<K> {
    channels: Channels<K>,
}

impl<K: LaneState<Alone = A>, A> LaneState for Noise<K> {
    type Alone = Noise<A>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Noise<A>) {
        self.channels.swap_lane(lane, &mut alone.channels);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.channels.reset_lane(lane);
    }
}

/// The seed of each channel.
fn seed(setup: &Setup<'_>, channel: usize) -> u64 {
    setup.layout.seed.wrapping_add(channel as u64)
}

/// White noise, alone and side by side.
struct Whites;

impl Family for Whites {
    type Of<S: Signal> = Noise<White<S>>;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(setup: &Setup<'_>) -> Noise<White<S>> {
        Noise { channels: setup.each(|channel| White::new(|_| seed(setup, channel))) }
    }
}

/// Pink noise, alone and side by side.
struct Pinks;

impl Family for Pinks {
    type Of<S: Signal> = Noise<Pink<S>>;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(setup: &Setup<'_>) -> Noise<Pink<S>> {
        Noise { channels: setup.each(|channel| Pink::new(setup.sample_rate, |_| seed(setup, channel))) }
    }
}

impl<S: Signal> Machine<S> for Noise<White<S>> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        self.channels.iter_mut().zip(io.outputs.iter_mut()).for_each(|(noise, out)| noise.process(out));
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.channels.iter_mut().for_each(White::reset);
    }
}

impl<S: Signal> Machine<S> for Noise<Pink<S>> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        self.channels.iter_mut().zip(io.outputs.iter_mut()).for_each(|(noise, out)| noise.process(out));
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.channels.iter_mut().for_each(Pink::reset);
    }
}
