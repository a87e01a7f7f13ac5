//! A state-variable filter with four outputs.

use crate::biquad::{CUTOFF, IN, Q};
use crate::catalogue::{Group, Kind, Layout, PortInfo};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::{Svf, SvfOutputs};
use sostenuto_graph::{Activity, Io, QUANTUM, Signal};

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

/// Filters, alone and side by side.
struct StateVariables;

impl Family for StateVariables {
    type Of<S: Signal> = StateVariable<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> StateVariable<S> {
        StateVariable { kernels: setup.each(|_| Svf::new(setup.sample_rate)) }
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
        let (start, frames, channels) = (io.span.frame, io.span.frames, self.kernels.len());
        let (cutoff, q) = (io.params.get(0), io.params.get(1));
        if let (1, [kernel]) = (channels, &mut *self.kernels.0) {
            if let Some([low, band, high, notch]) = io.outputs.first() {
                let outputs = SvfOutputs { low, band, high, notch };
                kernel.process(start, io.inputs.channel(0, 0), &cutoff, &q, outputs);
            }
            return resting_if(kernel.is_silent());
        }
        let mut rooms = [[S::ZERO; QUANTUM]; 4];
        let mut silent = true;
        for (channel, kernel) in self.kernels.iter_mut().enumerate() {
            let [low, band, high, notch] = rooms.each_mut().map(|room| &mut room[..frames]);
            let outputs = SvfOutputs { low, band, high, notch };
            kernel.process(start, io.inputs.channel(0, channel), &cutoff, &q, outputs);
            for (port, room) in rooms.iter().enumerate() {
                io.outputs.channel(port * channels + channel).copy_from_slice(&room[..frames]);
            }
            silent &= kernel.is_silent();
        }
        resting_if(silent)
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Svf::reset);
    }
}
