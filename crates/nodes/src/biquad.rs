//! The filters of the Audio EQ Cookbook.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Biquad, BiquadParams, Shape as Response, Value};
use sostenuto_graph::{Activity, Io, Processor, Shape, Stream};
use sostenuto_units::Unit;

const CUTOFF: ParamInfo = ParamInfo::new(
    "cutoff",
    Unit::Hertz,
    (10.0, 96_000.0),
    1000.0,
    "where the response bends; up to half the sample rate",
)
.log();
const CENTRE: ParamInfo =
    ParamInfo { name: "frequency", summary: "the centre; up to half the sample rate", ..CUTOFF };
const Q: ParamInfo = ParamInfo::new(
    "q",
    Unit::None,
    (0.1, 100.0),
    core::f32::consts::FRAC_1_SQRT_2,
    "how sharp; 0.707 has no peak",
)
.log();
const GAIN: ParamInfo = ParamInfo::new("gain", Unit::Decibels, (-48.0, 48.0), 0.0, "boost or cut");

const IN: &[PortInfo] = &[PortInfo::follow("in", "what to filter")];
const OUT: &[PortInfo] = &[PortInfo::follow("out", "the filtered signal")];

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
        pub(crate) const KINDS: &[Listing] = &[$(listing($name, $params, $summary, |kind, layout| {
            Built::plain(BiquadFilter { kind, layout, response: Response::$response, kernels: Vec::new() })
        })),*];
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
#[derive(Debug)]
pub struct BiquadFilter {
    kind: &'static Kind,
    layout: Layout,
    response: Response,
    kernels: Vec<Biquad<f32>>,
}

impl BiquadFilter {
    /// A low-pass for signals of so many channels.
    pub fn lowpass(channels: u16) -> Self {
        BiquadFilter::new(0, Response::Lowpass, channels)
    }

    /// A high-pass for signals of so many channels.
    pub fn highpass(channels: u16) -> Self {
        BiquadFilter::new(1, Response::Highpass, channels)
    }

    fn new(listing: usize, response: Response, channels: u16) -> Self {
        let layout = Layout { channels, ..Layout::default() };
        BiquadFilter { kind: &KINDS[listing].kind, layout, response, kernels: Vec::new() }
    }
}

impl Processor for BiquadFilter {
    fn shape(&self) -> Shape {
        self.kind.shape(&self.layout)
    }

    fn prepare(&mut self, stream: &Stream) {
        let kernel = Biquad::new(self.response, stream.sample_rate);
        self.kernels = vec![kernel; usize::from(self.layout.channels.max(1))];
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let gain = if self.kind.params.len() > 2 { io.params.get(2) } else { Value::Steady(0.0) };
        let params = BiquadParams { cutoff: io.params.get(0), q: io.params.get(1), gain };
        let mut silent = true;
        for (channel, kernel) in self.kernels.iter_mut().enumerate() {
            let input = io.inputs.channel(0, channel);
            kernel.process(io.span.frame, input, &params, io.outputs.channel(channel));
            silent &= kernel.is_silent();
        }
        if silent { Activity::Resting } else { Activity::Sounding }
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Biquad::reset);
    }
}
