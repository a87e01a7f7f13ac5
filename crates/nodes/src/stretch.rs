//! Speed and pitch apart from each other: of recordings, and of what comes in.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{channels_out, either};
use sostenuto_dsp::{PitchShift, StretchParams, StretchPlayer, WindowLength};
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;

const WINDOW: SettingInfo = SettingInfo {
    name: "window",
    range: SettingRange::Choice(&["long", "short"]),
    summary: "how much is looked at together: 43 ms, which tells low notes apart, or 21 ms, which is sooner",
};
const BEGINNINGS: SettingInfo = SettingInfo {
    name: "beginnings",
    range: SettingRange::Choice(&["keep", "smooth"]),
    summary: "beginnings of sounds at least 46 ms apart (of short windows 23) are copied as they are, or are smoothed over a window like all else",
};
const METHOD: &str = "phase vocoder (Puckette 1995) with identity phase locking (Laroche and Dolson 1999), beginnings copied in time (after Röbel 2003), \
    read through a windowed sinc of 32 crossings";

pub(crate) const KINDS: &[Listing] = &[
    Listing {
        kind: Kind {
            name: "stretch",
            group: Group::Source,
            summary: "Plays a buffer at a speed and a pitch that do not hang on each other.",
            source: METHOD,
            inputs: &[PortInfo::mono("trigger", "begins anew each time it goes above 0.5")],
            outputs: &[PortInfo::follow(
                "out",
                "what is played, with the channels of the buffer; a buffer of one channel is heard on all",
            )],
            params: &[
                ParamInfo::new(
                    "speed",
                    Unit::Ratio,
                    (-4.0, 4.0),
                    1.0,
                    "how fast; 0.5 is twice as long, 0 stands still, below 0 goes backwards, where beginnings are smoothed",
                ),
                ParamInfo::new("pitch", Unit::Semitones, (-24.0, 24.0), 0.0, "how much higher"),
                ParamInfo::switch(
                    "trigger",
                    "begins anew each time it is switched on, in that very frame: at the start, or backwards at the end",
                ),
                ParamInfo { default: 1.0, ..ParamInfo::switch("loop", "over and over, or once") },
            ],
            settings: &[WINDOW, BEGINNINGS],
            sounds_alone: true,
            plays: true,
            ..Kind::BLANK
        },
        build: |kind, layout| Node::built(kind, layout, Stretched::new),
    },
    Listing {
        kind: Kind {
            name: "pitch_shift",
            group: Group::Space,
            summary: "Moves the pitch of what it hears, and not its pace; late by 88 ms, with a short window 45.",
            source: METHOD,
            inputs: &[PortInfo::follow("in", "what to move")],
            outputs: &[PortInfo::follow("out", "the same, higher or lower")],
            params: &[ParamInfo::new("pitch", Unit::Semitones, (-12.0, 12.0), 0.0, "how much higher")],
            settings: &[WINDOW, BEGINNINGS],
            ..Kind::BLANK
        },
        build: |kind, layout| Node::built(kind, layout, Shifted::new),
    },
];

fn window(setup: &Setup<'_>) -> WindowLength {
    if setup.setting(WINDOW.name) == 0.0 { WindowLength::Long } else { WindowLength::Short }
}

fn keeps(setup: &Setup<'_>) -> bool {
    setup.setting(BEGINNINGS.name) == 0.0
}

/// The machine of kind `stretch`.
struct Stretched {
    kernel: StretchPlayer,
}

impl Stretched {
    fn new(setup: &Setup<'_>) -> Self {
        let buffer = setup.layout.buffer.as_ref().and_then(|recording| recording.buffer.clone());
        let kernel =
            StretchPlayer::new(buffer, setup.channels(), setup.sample_rate, window(setup), keeps(setup));
        Stretched { kernel }
    }
}

impl Machine for Stretched {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let mut room = None;
        let known = io.inputs.flow(0, 0);
        let trigger = either(io.inputs.channel(0, 0), known, io.params.get(2), &mut room);
        let (speed, pitch, looping) = (io.params.get(0), io.params.get(1), io.params.get(3));
        let params = StretchParams { speed, pitch, trigger, looping };
        let channels = io.outputs.channels();
        let mut out = channels_out(&mut io.outputs);
        self.kernel.process(&params, out.get_mut(..channels).unwrap_or_default());
        resting_if(self.kernel.has_ended() && trigger.last(io.span.frames) <= 0.5)
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }
}

/// The machine of kind `pitch_shift`.
struct Shifted {
    kernel: PitchShift,
}

impl Shifted {
    fn new(setup: &Setup<'_>) -> Self {
        Shifted { kernel: PitchShift::new(setup.channels(), setup.sample_rate, window(setup), keeps(setup)) }
    }
}

impl Machine for Shifted {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let (inputs, pitch) = (io.inputs, io.params.get(0));
        let channels = io.outputs.channels();
        let heard =
            |channel: usize, frame: usize| inputs.channel(0, channel).get(frame).copied().unwrap_or(0.0);
        let mut out = channels_out(&mut io.outputs);
        self.kernel.process(pitch, heard, out.get_mut(..channels).unwrap_or_default());
        resting_if(self.kernel.is_silent())
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }

    fn latency(&self) -> u32 {
        self.kernel.latency() as u32
    }
}
