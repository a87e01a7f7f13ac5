//! Holding a signal back so that it meets others that come late.

use crate::io::Io;
use crate::processor::{Activity, Processor, Stream};
use crate::shape::{Approach, Curve, Parameter, Port, Shape};
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use sostenuto_units::Unit;

/// Frames that a line can hold back unless it is made for more.
const ROOM: u32 = 8_192;

/// A delay of whole frames, for one cable. When it is to be another, it fades from the one to the other, once it has heard for as long as the
/// longer one takes: so there is neither a gap nor an edge.
#[derive(Debug)]
pub(crate) struct AlignDelay {
    channels: u16,
    /// What was heard, channel by channel; a power of two of frames each.
    lines: Box<[f32]>,
    mask: u64,
    heard: u64,
    begin: u32,
    /// How many frames back it reads, and how many it fades to.
    from: u32,
    to: u32,
    fade: Trajectory,
    fade_frames: u32,
}

impl AlignDelay {
    /// `[control]`; begins with a delay of `begin` frames.
    pub fn new(channels: u16, begin: u32, most: u32) -> Self {
        let room = most.max(begin).max(ROOM - 1).saturating_add(1).next_power_of_two();
        AlignDelay {
            channels,
            lines: vec![0.0; room as usize * usize::from(channels)].into(),
            mask: u64::from(room - 1),
            heard: 0,
            begin,
            from: begin,
            to: begin,
            fade: Trajectory::hold(1.0),
            fade_frames: 0,
        }
    }

    /// The longest delay that it can be set to.
    pub fn most(&self) -> u32 {
        self.mask as u32
    }

    /// Sets off to another delay if it is asked for, if none is under way, and if it has heard enough.
    fn turn(&mut self, frame: u64, wanted: u32) {
        if frame == 0 {
            // Nothing sounded before.
            (self.from, self.to) = (wanted, wanted);
        }
        if self.from != self.to && self.fade.rests_at(frame) {
            self.from = self.to;
        }
        if self.from == self.to && wanted != self.to && self.heard >= u64::from(wanted) {
            self.to = wanted;
            self.fade = Trajectory::hold(0.0);
            self.fade.depart(frame, 1.0, Motion::Glide(self.fade_frames));
        }
    }
}

impl Processor for AlignDelay {
    fn shape(&self) -> Shape {
        let port = || Vec::from([Port { name: "signal".into(), channels: self.channels }]);
        let delay = Parameter {
            name: "delay".into(),
            unit: Unit::None,
            min: 0.0,
            max: self.most() as f32,
            default: self.begin as f32,
            curve: Curve::Linear,
            approach: Approach::Step,
            choices: [].as_slice().into(),
        };
        Shape { inputs: port(), outputs: port(), params: Vec::from([delay]) }
    }

    fn prepare(&mut self, stream: &Stream) {
        self.fade_frames = (0.005 * stream.sample_rate + 0.5) as u32;
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let room = self.mask as usize + 1;
        let wanted = io.params.get(0);
        for frame in 0..io.span.frames {
            let now = io.span.frame + frame as u64;
            let place = (self.heard & self.mask) as usize;
            for channel in 0..usize::from(self.channels) {
                let x = io.inputs.channel(0, channel).get(frame).copied().unwrap_or(0.0);
                if let Some(there) = self.lines.get_mut(channel * room + place) {
                    *there = x;
                }
            }
            self.turn(now, wanted.at(frame) as u32);
            let way = self.fade.at(now);
            for channel in 0..usize::from(self.channels) {
                let back = |frames: u32| {
                    let place = (self.heard.wrapping_sub(u64::from(frames)) & self.mask) as usize;
                    self.lines.get(channel * room + place).copied().unwrap_or(0.0)
                };
                let (from, to) = (back(self.from), back(self.to));
                let y = if way == 1.0 { to } else { from + (to - from) * way };
                if let Some(out) = io.outputs.channel(channel).get_mut(frame) {
                    *out = y;
                }
            }
            self.heard += 1;
        }
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.lines.fill(0.0);
        (self.heard, self.from, self.to) = (0, self.begin, self.begin);
        self.fade = Trajectory::hold(1.0);
    }
}
