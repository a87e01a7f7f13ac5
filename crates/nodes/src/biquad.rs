//! The filters of the Audio EQ Cookbook.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Biquad, BiquadParams, Shape as Response};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

pub(crate) const CUTOFF: ParamInfo = ParamInfo::new(
    "cutoff",
    Unit::Hertz,
    (10.0, 96_000.0),
    1000.0,
    "where the response bends; up to half the sample rate",
)
.log();
const CENTRE: ParamInfo =
    ParamInfo { name: "frequency", summary: "the centre; up to half the sample rate", ..CUTOFF };
pub(crate) const Q: ParamInfo = ParamInfo::new(
    "q",
    Unit::None,
    (0.1, 100.0),
    core::f32::consts::FRAC_1_SQRT_2,
    "how sharp; 0.707 has no peak",
)
.log();
const GAIN: ParamInfo = ParamInfo::new("gain", Unit::Decibels, (-48.0, 48.0), 0.0, "boost or cut");

pub(crate) const IN: &[PortInfo] = &[PortInfo::follow("in", "what to filter")];
pub(crate) const OUT: &[PortInfo] = &[PortInfo::follow("out", "the filtered signal")];

const PASS: &[ParamInfo] = &[CUTOFF, Q];
const BAND: &[ParamInfo] = &[CENTRE, Q];
const EQ: &[ParamInfo] = &[CENTRE, Q, GAIN];

const fn listing(
    name: &'static str,
    params: &'static [ParamInfo],
    summary: &'static str,
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    let kind = Kind {
        name,
        group: Group::Filter,
        summary,
        source: "Robert Bristow-Johnson, Audio EQ Cookbook; realised as a trapezoidal state-variable filter in double precision",
        inputs: IN,
        outputs: OUT,
        params,
        ..Kind::BLANK
    };
    Listing { kind, build }
}

macro_rules! listings {
    ($($name:literal $params:ident $response:ident $summary:literal,)*) => {
        pub(crate) const KINDS: &[Listing] = &[$(listing($name, $params, $summary, Node::family::<With<{ Response::$response as usize }>>)),*];
    };
}

listings! {
    "lowpass" PASS Lowpass "Lets low frequencies through; 12 dB an octave.",
    "highpass" PASS Highpass "Lets high frequencies through; 12 dB an octave.",
    "bandpass" BAND BandpassPeak "Lets a band through, 0 dB at its centre.",
    "bandpass_skirt" BAND BandpassSkirt "Lets a band through; the skirts stay, the peak is as high as q.",
    "notch" BAND Notch "Takes one frequency out.",
    "allpass" BAND Allpass "Turns the phase round, and leaves the level.",
    "peak" EQ Peaking "Boosts or cuts a band.",
    "lowshelf" EQ LowShelf "Boosts or cuts what is below.",
    "highshelf" EQ HighShelf "Boosts or cuts what is above.",
}

/// A second-order filter of the Audio EQ Cookbook: kinds `lowpass`, `highpass`, `bandpass`, `bandpass_skirt`, `notch`, `allpass`,
/// `peak`, `lowshelf` and `highshelf`.
pub type BiquadFilter = Node<Filters>;

/// The machine of a [`BiquadFilter`]: one filter for each channel.
#[derive(Debug)]
pub struct Filters<S: Signal = f32> {
    kernels: Channels<Biquad<S>>,
}

in_lanes!(Filters { kernels });

/// Filters of one response, by its number, alone and side by side.
struct With<const RESPONSE: usize>;

impl<const RESPONSE: usize> Family for With<RESPONSE> {
    type Of<S: Signal> = Filters<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Filters<S> {
        let response =
            Response::ALL.into_iter().find(|r| *r as usize == RESPONSE).unwrap_or(Response::Lowpass);
        Filters { kernels: setup.each(|_| Biquad::new(response, setup.sample_rate)) }
    }
}

macro_rules! constructors {
    ($($place:literal $name:ident $response:ident $what:literal,)*) => {
        impl BiquadFilter {
            $(
                #[doc = concat!($what, " for signals of so many channels.")]
                pub fn $name(channels: u16) -> Self {
                    let layout = Layout::of(channels);
                    Node::of::<With<{ Response::$response as usize }>>(&KINDS[$place].kind, layout)
                }
            )*
        }
    };
}

constructors! {
    0 lowpass Lowpass "A low-pass",
    1 highpass Highpass "A high-pass",
    2 bandpass BandpassPeak "A band-pass, 0 dB at its centre,",
    3 bandpass_skirt BandpassSkirt "A band-pass with steady skirts",
    4 notch Notch "A notch",
    5 allpass Allpass "An all-pass",
    6 peak Peaking "A peaking filter",
    7 lowshelf LowShelf "A low shelf",
    8 highshelf HighShelf "A high shelf",
}

impl<S: Signal> Machine<S> for Filters<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let [cutoff, q, gain] = [0, 1, 2].map(|param| io.params.get(param));
        let params = BiquadParams { cutoff, q, gain };
        let mut silent = true;
        for (channel, kernel) in self.kernels.iter_mut().enumerate() {
            let input = io.inputs.channel(0, channel);
            kernel.process(io.span.frame, input, &params, io.outputs.channel(channel));
            silent &= kernel.is_silent();
        }
        resting_if(silent)
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Biquad::reset);
    }
}
