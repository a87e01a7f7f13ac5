//! Where a signal is between left and right: pan, balance and width.

use crate::catalogue::Layout;
use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::{Family, stateless};
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Value, amplitude};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const OUT: &[PortInfo] = &[PortInfo::stereo("out", "left and right")];
const IN: &[PortInfo] = &[PortInfo::stereo("in", "left and right")];

const fn listing(
    (name, summary, source): (&'static str, &'static str, &'static str),
    inputs: &'static [PortInfo],
    params: &'static [ParamInfo],
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    let group = Group::Level;
    Listing {
        kind: Kind { name, group, summary, source, inputs, outputs: OUT, params, ..Kind::BLANK },
        build,
    }
}

const fn position(summary: &'static str) -> ParamInfo {
    ParamInfo::new("position", Unit::Pan, (-1.0, 1.0), 0.0, summary)
}

pub(crate) const KINDS: &[Listing] = &[
    listing(
        (
            "pan",
            "Places a mono signal between left and right.",
            "equal power: left = cos, right = sin of a quarter turn; -3.01 dB on both sides in the middle",
        ),
        &[PortInfo::mono("in", "what to place")],
        &[position("from -1, left, to 1, right")],
        Node::family::<Pans>,
    ),
    listing(
        (
            "balance",
            "Turns a stereo signal towards one side, moving nothing across.",
            "the side turned away from falls along a quarter of a cosine",
        ),
        IN,
        &[position("from -1, left only, to 1, right only")],
        Node::family::<Balances>,
    ),
    listing(
        (
            "width",
            "Makes a stereo signal narrower or wider.",
            "middle = (left + right) / 2, side = (left - right) / 2; the side is scaled",
        ),
        IN,
        &[ParamInfo::new("width", Unit::Ratio, (0.0, 2.0), 1.0, "0 is mono, 1 as it was, 2 twice as wide")],
        Node::family::<Widths>,
    ),
];

/// Places a mono signal: kind `pan`.
pub type Panner = Node<Pan>;

/// The machine of a [`Panner`].
#[derive(Debug)]
pub struct Pan;

impl Panner {
    /// A panner in the middle.
    pub fn new() -> Self {
        Node::of::<Pans>(&KINDS[0].kind, Layout::default())
    }
}

impl Default for Panner {
    fn default() -> Self {
        Panner::new()
    }
}

stateless!(Pan);

/// Panners, alone and side by side.
struct Pans;

impl Family for Pans {
    type Of<S: Signal> = Pan;

    /// Neither factor is larger than 1.
    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(_: &Setup<'_>) -> Pan {
        Pan
    }
}

impl<S: Signal> Machine<S> for Pan {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        if io.inputs.is_silent(0) {
            io.outputs.silence_all();
        } else if let Some([left, right]) = io.outputs.first() {
            amplitude::pan(io.params.get(0), io.inputs.channel(0, 0), left, right);
        }
        Activity::Resting
    }

    #[inline(always)]
    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        let (left, right) = amplitude::pan_law(*steady.first()?);
        Some((0, if channel == 0 { left } else { right }))
    }

    fn reset(&mut self) {}
}

/// Works on two sides in place. `[audio]`
#[inline(always)]
fn in_place<S: Signal>(mut io: Io<'_, S>, change: impl Fn(Value<'_, S>, &mut [S], &mut [S])) -> Activity {
    if io.inputs.is_silent(0) {
        io.outputs.silence_all();
    } else if let Some([left, right]) = io.outputs.first() {
        left.copy_from_slice(io.inputs.channel(0, 0));
        right.copy_from_slice(io.inputs.channel(0, 1));
        change(io.params.get(0), left, right);
    }
    Activity::Resting
}

macro_rules! in_place {
    ($($machine:ident $family:ident $law:ident $name:literal,)*) => {$(
        #[doc = concat!("What works on two sides in place: kind `", $name, "`.")]
        struct $machine;

        stateless!($machine);

        #[doc = concat!("The same, alone and side by side: kind `", $name, "`.")]
        struct $family;

        impl Family for $family {
            type Of<S: Signal> = $machine;

            fn make<S: Signal>(_: &Setup<'_>) -> $machine {
                $machine
            }
        }

        impl<S: Signal> Machine<S> for $machine {
            #[inline(always)]
            fn process(&mut self, io: Io<'_, S>) -> Activity {
                in_place(
                    io,
                    #[inline(always)]
                    |value, left, right| amplitude::$law(value, left, right),
                )
            }

            fn reset(&mut self) {}
        }
    )*};
}

in_place! {
    Balance Balances balance "balance",
    Sides Widths width "width",
}
