//! Sounds that are played from the disk.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use crate::tap::{StreamTap, Tap};
use crate::values::{channels_out, either};
use sostenuto_dsp::Value;
use sostenuto_graph::{Activity, Io};
use sostenuto_reel::{Progress, Reel, Threading};
use sostenuto_units::Unit;

/// The last frame that can be named: 24 hours at 48 kHz.
const LAST: u32 = u32::MAX;
const BEGIN: SettingInfo = SettingInfo::whole(
    "begin",
    (0, LAST),
    0,
    "the frame of the file at which it begins, and begins anew; what follows on it is kept in memory",
);
const LOOP_START: SettingInfo =
    SettingInfo::whole("loop_start", (0, LAST), 0, "the first frame of what is played over and over");
const LOOP_END: SettingInfo =
    SettingInfo::whole("loop_end", (0, LAST), 0, "the frame behind the last of it; 0 is the end of the file");

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "stream",
        group: Group::Source,
        summary: "Plays a sound file from the disk: once or over and over, as fast as it was recorded.",
        source: "pages of 2048 frames, asked for a second ahead; 5 ms fades around what comes late",
        inputs: &[PortInfo::mono("trigger", "begins anew each time it goes above 0.5")],
        outputs: &[PortInfo::follow(
            "out",
            "what is played, with the channels of the file; a file of one channel is heard on all",
        )],
        params: &[
            ParamInfo::switch("trigger", "begins anew each time it is switched on, in that very frame"),
            ParamInfo::switch("loop", "over and over, or once"),
            ParamInfo::new(
                "seek",
                Unit::Seconds,
                (0.0, 86_400.0),
                0.0,
                "goes on there, in the very frame in which it is set; exact to the frame up to 4 min, to 2 ms in 12 hours",
            )
            .step(),
        ],
        settings: &[BEGIN, LOOP_START, LOOP_END],
        sounds_alone: true,
        plays: true,
        ..Kind::BLANK
    },
    build,
}];

fn build(kind: &'static Kind, layout: Layout) -> Built {
    let progress = Progress::new();
    let footage = layout.buffer.as_ref().and_then(|recording| recording.footage.clone());
    let shown = Tap::Stream(StreamTap { progress: progress.clone(), footage });
    Node::built_showing(kind, layout, shown, move |setup| FromDisk::new(setup, &progress))
}

/// Plays a stream: kind `stream`.
struct FromDisk {
    /// Silence if there is nothing to play.
    reel: Option<Reel>,
    rate: f64,
    /// Whether it is triggered, and where it was sent, as of the frame before.
    trigger: bool,
    seek: f32,
}

/// What is told of a frame.
#[derive(Clone, Copy, PartialEq)]
struct Told {
    trigger: bool,
    looping: bool,
    seek: f32,
}

impl FromDisk {
    fn new(setup: &Setup<'_>, progress: &Progress) -> Self {
        let [begin, start, end] = [BEGIN, LOOP_START, LOOP_END].map(|info| setup.setting(info.name) as u64);
        let how =
            Threading { rate: setup.sample_rate, begin, around: (start, end), progress: progress.clone() };
        let footage = setup.layout.buffer.as_ref().and_then(|recording| recording.footage.as_ref());
        let reel = footage.and_then(|footage| footage.0.thread(&how).map_err(|_| progress.fail()).ok());
        FromDisk { reel, rate: setup.sample_rate, trigger: false, seek: 0.0 }
    }

    /// Does what is told, as far as it is news.
    fn heed(&mut self, told: Told) {
        let Some(reel) = &mut self.reel else { return };
        reel.set_looping(told.looping);
        if told.seek != self.seek {
            reel.seek((f64::from(told.seek) * self.rate + 0.5) as u64);
        }
        if told.trigger && !self.trigger {
            reel.begin();
        }
        (self.trigger, self.seek) = (told.trigger, told.seek);
    }
}

impl Machine for FromDisk {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let frames = io.span.frames;
        let mut room = None;
        let known = io.inputs.flow(0, 0);
        let trigger = either(io.inputs.channel(0, 0), known, io.params.get(0), &mut room);
        let (looping, seek) = (io.params.get(1), io.params.get(2));
        let told = |frame: usize| Told {
            trigger: trigger.at(frame) > 0.5,
            looping: looping.at(frame) > 0.5,
            seek: seek.at(frame),
        };
        let is_steady = [trigger, looping, seek].iter().all(|value| matches!(value, Value::Steady(_)));
        let channels = io.outputs.channels();
        let mut from = 0;
        while from < frames {
            let now = told(from);
            let news = |frame: &usize| told(*frame) != now;
            let to = if is_steady { frames } else { (from + 1..frames).find(news).unwrap_or(frames) };
            self.heed(now);
            if let Some(reel) = &mut self.reel {
                let mut out = channels_out(&mut io.outputs);
                let mut out = out.each_mut().map(|block| block.get_mut(from..to).unwrap_or_default());
                reel.play(out.get_mut(..channels).unwrap_or_default());
            }
            from = to;
        }
        if self.reel.is_none() {
            io.outputs.silence_all();
        }
        let has_ended = self.reel.as_ref().is_none_or(Reel::has_ended);
        // While it is held, it is to be seen when it goes off.
        resting_if(has_ended && !self.trigger)
    }

    fn reset(&mut self) {
        (self.trigger, self.seek) = (false, 0.0);
        if let Some(reel) = &mut self.reel {
            reel.reset();
        }
    }
}
