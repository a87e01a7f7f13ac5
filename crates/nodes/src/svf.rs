//! A state-variable filter with four outputs.

use crate::biquad::{CUTOFF, IN, Q};
use crate::catalogue::{Group, Kind, Layout, PortInfo, SettingInfo, SettingRange};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::{Accuracy, Svf, SvfOutputs};
use sostenuto_graph::{Activity, Io, Signal};

const ACCURACY: SettingInfo = SettingInfo {
    name: "accuracy",
    range: SettingRange::Choice(&["sample", "control"]),
    summary: "how closely it follows what moves: every frame, or every 16th with straight lines between, cheaper and 16 frames late",
};

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "svf",
        group: Group::Filter,
        summary: "A filter with all its outputs at once, made to be swept fast.",
        source: "trapezoidal state-variable filter (V. Zavalishin, The Art of VA Filter Design, ch. 4), in single precision: within -86 dB of the exact response, from 200 Hz and q up to 5 within -99 dB",
        inputs: IN,
        outputs: &[
            PortInfo::follow("low", "what lies below; 12 dB an octave"),
            PortInfo::follow("band", "the band, 0 dB at its centre"),
            PortInfo::follow("high", "what lies above; 12 dB an octave"),
            PortInfo::follow("notch", "all but the band"),
        ],
        params: &[CUTOFF, Q],
        settings: &[ACCURACY],
        ..Kind::BLANK
    },
    build: Node::family::<StateVariables>,
}];

/// A filter with four outputs: kind `svf`.
pub type StateVariableFilter = Node<StateVariable>;

/// The machine of a [`StateVariableFilter`]: one filter for each channel.
#[derive(Debug)]
pub struct StateVariable<S: Signal = f32> {
    kernels: Channels<Svf<S>>,
}

in_lanes!(StateVariable { kernels });

fn accuracy(setup: &Setup<'_>) -> Accuracy {
    match setup.setting(ACCURACY.name) as usize {
        0 => Accuracy::Sample,
        _ => Accuracy::Control,
    }
}

/// Filters, alone and side by side.
struct StateVariables;

impl Family for StateVariables {
    type Of<S: Signal> = StateVariable<S>;

    const LEAN: bool = true;

    /// Cutoff and q.
    fn sparse(setup: &Setup<'_>) -> u64 {
        match accuracy(setup) {
            Accuracy::Sample => 0,
            Accuracy::Control => 0b11,
        }
    }

    fn make<S: Signal>(setup: &Setup<'_>) -> StateVariable<S> {
        let filter = || Svf::new(setup.sample_rate).with_accuracy(accuracy(setup));
        StateVariable { kernels: setup.each(|_| filter()) }
    }
}

impl StateVariableFilter {
    /// For signals of so many channels.
    pub fn new(channels: u16) -> Self {
        Node::of::<StateVariables>(&KINDS[0].kind, Layout::of(channels))
    }
}

impl<S: Signal> Machine<S> for StateVariable<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (start, channels) = (io.span.frame, self.kernels.len());
        let (cutoff, q) = (io.params.get(0), io.params.get(1));
        let mut silent = true;
        for (channel, kernel) in self.kernels.iter_mut().enumerate() {
            let places = std::array::from_fn(|port| port * channels + channel);
            if let Some([low, band, high, notch]) = io.outputs.heard(places) {
                let outputs = SvfOutputs { low, band, high, notch };
                kernel.process(start, io.inputs.channel(0, channel), &cutoff, &q, outputs);
            }
            silent &= kernel.is_silent();
        }
        resting_if(silent)
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Svf::reset);
    }
}
