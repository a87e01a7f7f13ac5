//! A node as the audio thread holds it: the processor, where its parameters are, and how it fares.

use crate::automation::Overlay;
use crate::instrument::{Instrument, VoiceCare};
use crate::message::{Deed, NodeId};
use crate::plan::Inner;
use crate::processor::{Processor, Stream};
use crate::shape::{Approach, MAX_PARAMS, Parameter, Shape};
use crate::stats::NodeLoad;
use crate::team::{Bell, Place};
use crate::tell::Told;
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::sync::Arc;
use sostenuto_rt::{Commons, Hand};

/// All nodes, by their slots; and as many of them as one who renders has.
pub(crate) type Nodes = Commons<Option<Node>>;
pub(crate) type OwnNodes<'a> = Hand<'a, Option<Node>>;

/// No entry in the agenda.
pub(crate) const NONE: u32 = u32::MAX;

pub(crate) enum Body {
    Processor(Box<dyn Processor>),
    Part(Inner),
}

impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Body::Processor(_) => "Processor",
            Body::Part(_) => "Part",
        })
    }
}

/// What the audio thread knows of a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dial {
    pub motion: Trajectory,
    pub min: f32,
    pub max: f32,
}

/// Why a node cannot simply be run: a bit for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Care(u8);

impl Care {
    /// It is a part.
    pub const PART: Care = Care(1);
    /// A parameter is on its way.
    pub const MOVING: Care = Care(2);
    /// A change is due.
    pub const DUE: Care = Care(4);
    /// It is bypassed, or on the way there or back.
    pub const DETOUR: Care = Care(8);
    /// It is muted for a fault.
    pub const MUTED: Care = Care(16);
    /// It is a voice that plays nothing.
    pub const IDLE: Care = Care(32);
    /// It is a voice of which something is to be seen to: a note that is yet to begin, a fade, its level, or its end.
    pub const STIRS: Care = Care(64);
    /// It is a voice of which only the end is to be seen to, and which was heard in the last frame that it ran.
    pub const LET_GO: Care = Care(128);

    /// What is seen to after a part has run.
    pub const AFTERWARDS: Care = Care(Care::DUE.0 | Care::DETOUR.0 | Care::STIRS.0);

    #[inline(always)]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    #[inline(always)]
    pub fn has(self, reason: Care) -> bool {
        self.0 & reason.0 != 0
    }

    /// Whether it is a voice that plays nothing, and nothing else.
    pub fn only_idles(self) -> bool {
        self == Care(Care::PART.0 | Care::IDLE.0)
    }

    pub fn put(&mut self, reason: Care, there: bool) {
        self.0 = if there { self.0 | reason.0 } else { self.0 & !reason.0 };
    }
}

/// Resting values of parameters that lie in the node itself.
const NEAR: usize = 6;

/// A node. What every span needs is in its one cache line; the rest is in its upkeep.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Node {
    pub body: Body,
    pub care: Care,
    /// Nothing to hear while its inputs are silent.
    pub resting: bool,
    /// How many parameters there are.
    params: u8,
    /// Where each parameter is at rest, if there are no more than these; otherwise that is in the upkeep.
    near: [f32; NEAR],
    pub upkeep: Box<Upkeep>,
}

/// What a node that simply runs does not need.
#[derive(Debug)]
pub(crate) struct Upkeep {
    /// A bit for each parameter that is on its way.
    moving: u64,
    /// A bit for each parameter that follows a lane: where it is set is kept in its dial and not heard.
    pub automated: u64,
    /// Where those are over the present span.
    pub overlay: Option<Box<Overlay>>,
    /// First and last entry of the agenda for this node.
    first_due: u32,
    pub last_due: u32,
    pub tenant: u32,
    /// Muted, but not yet told.
    pub untold: bool,
    /// When it was muted.
    pub fault_frame: u64,
    /// From 0, through the node, to 1, around it.
    pub detour: Trajectory,
    pub dials: Box<[Dial]>,
    /// Where each parameter is at rest, if there are many.
    far: Box<[f32]>,
    pub id: NodeId,
    pub load: Arc<NodeLoad>,
    /// What makes a part an instrument.
    pub instrument: Option<Box<Instrument>>,
    /// What makes a part a voice of one.
    pub voice: Option<Box<VoiceCare>>,
    /// Where it is in a team or a chain.
    pub place: Option<Place>,
    /// Whether it has something to tell at times, and the slot of the next node that has.
    pub talks: bool,
    pub next_talker: u32,
}

impl Node {
    /// `[control]`
    pub fn new(mut body: Body, shape: &Shape, id: NodeId, tenant: u32, load: Arc<NodeLoad>) -> Self {
        debug_assert!(shape.params.len() <= MAX_PARAMS);
        let dial = |p: &Parameter| Dial { motion: Trajectory::hold(p.default), min: p.min, max: p.max };
        let talks = match &mut body {
            Body::Processor(processor) => processor.reports().is_some(),
            Body::Part(_) => false,
        };
        let mut upkeep = Upkeep {
            moving: 0,
            automated: 0,
            overlay: None,
            first_due: NONE,
            last_due: NONE,
            tenant,
            untold: false,
            fault_frame: 0,
            detour: Trajectory::hold(0.0),
            dials: shape.params.iter().map(dial).collect(),
            far: Box::default(),
            id,
            load,
            instrument: None,
            voice: None,
            place: None,
            talks,
            next_talker: NONE,
        };
        let mut near = [0.0; NEAR];
        if shape.params.len() > NEAR {
            upkeep.far = shape.params.iter().map(|p| p.default).collect();
        } else {
            near.iter_mut().zip(&shape.params).for_each(|(near, p)| *near = p.default);
        }
        let mut care = Care::default();
        care.put(Care::PART, !matches!(body, Body::Processor(_)));
        let params = shape.params.len() as u8;
        Node { body, care, resting: false, params, near, upkeep: Box::new(upkeep) }
    }

    /// What the processor reads unless a parameter moves, apart from what it is itself.
    #[inline(always)]
    pub fn steady_and_body(&mut self) -> (&[f32], &mut Body) {
        let near = self.near.get(..usize::from(self.params));
        (near.unwrap_or(&self.upkeep.far), &mut self.body)
    }

    /// Where each parameter is at rest; what the processor reads unless the parameter moves.
    pub fn steady(&self) -> &[f32] {
        self.near.get(..usize::from(self.params)).unwrap_or(&self.upkeep.far)
    }

    /// Where one parameter is at rest.
    pub fn steady_at(&self, param: usize) -> f32 {
        self.steady().get(param).copied().unwrap_or(0.0)
    }

    /// A bit for each parameter that is on its way.
    pub fn moving(&self) -> u64 {
        self.upkeep.moving
    }

    /// Tells the team or chain that there is something to look at. `[audio]`
    #[inline]
    pub fn ring(&self) {
        if let Some(place) = &self.upkeep.place {
            place.bell.ring(place.node, place.lane);
        }
    }

    /// From now on another is told. Who was told so far hears of that. `[audio]`
    pub fn move_to(&mut self, place: Place) {
        self.ring();
        self.upkeep.place = Some(place);
    }

    /// Tells nobody any more, if it is this bell that it rings. `[audio]`
    pub fn leave(&mut self, bell: &Bell) {
        if self.upkeep.place.as_ref().is_some_and(|place| place.bell.is(bell)) {
            self.upkeep.place = None;
        }
    }

    /// Sends a parameter off. `[audio]`
    fn set_moving(&mut self, param: usize) {
        self.ring();
        self.upkeep.moving |= 1 << param;
        self.care.put(Care::MOVING, true);
    }

    /// A parameter has come to rest. `[audio]`
    pub fn rest(&mut self, param: usize, value: f32) {
        self.ring();
        self.upkeep.moving &= !(1 << param);
        self.care.put(Care::MOVING, self.upkeep.moving != 0);
        let near = self.near.get_mut(..usize::from(self.params));
        if let Some(steady) = near.unwrap_or(&mut self.upkeep.far).get_mut(param) {
            *steady = value;
        }
    }

    /// Whether a parameter rests at a value and nothing is due that could move it.
    pub fn stays_at(&self, param: usize, value: f32) -> bool {
        let rests = !self.care.has(Care::MOVING) && !self.care.has(Care::DUE);
        rests && self.steady_at(param).to_bits() == value.to_bits() && !self.is_automated(param)
    }

    /// Whether a parameter follows a lane.
    pub fn is_automated(&self, param: usize) -> bool {
        self.upkeep.automated >> (param & 63) & 1 == 1
    }

    /// A parameter that follows a lane stays at a value over the span, or has values of its own. `[audio]`
    pub fn go_along(&mut self, param: usize, stays: Option<f32>) {
        match stays {
            Some(value) => {
                let rests = self.upkeep.moving >> (param & 63) & 1 == 0;
                if !rests || self.steady_at(param).to_bits() != value.to_bits() {
                    self.resting = false;
                    self.rest(param, value);
                }
            }
            None => {
                self.resting = false;
                self.set_moving(param);
            }
        }
    }

    /// A parameter that followed a lane sets off from where that left it to where it was set. `[audio]`
    pub fn release(&mut self, frame: u64, param: usize, value: f32, motion: Motion) {
        let Some(dial) = self.upkeep.dials.get_mut(param) else { return };
        let target = dial.motion.target();
        dial.motion = Trajectory::hold(value);
        dial.motion.depart(frame, target, motion);
        self.take_up(frame, param);
    }

    /// The first entry of the agenda for this node.
    pub fn first_due(&self) -> u32 {
        self.upkeep.first_due
    }

    /// `[audio]`
    pub fn set_first_due(&mut self, index: u32) {
        self.upkeep.first_due = index;
        self.ring();
        self.care.put(Care::DUE, index != NONE);
    }

    /// Makes it silent from a frame on, which is yet to be told. `[audio]`
    pub fn mute(&mut self, frame: u64) {
        self.care.put(Care::MUTED, true);
        self.ring();
        (self.upkeep.untold, self.upkeep.fault_frame) = (true, frame);
    }

    /// Forgets why it was muted, and that it rested. `[audio]`
    pub fn awake(&mut self) {
        self.resting = false;
        self.care.put(Care::MUTED, false);
    }

    /// Forgets what it has heard, and why it was muted; not what is inside of a part. `[audio]`
    pub fn forget(&mut self) {
        self.awake();
        if let Body::Processor(processor) = &mut self.body {
            processor.reset();
        }
    }

    /// Sets off around the processor, or back through it. `[audio]`
    pub fn bypass(&mut self, frame: u64, on: bool, motion: Motion) {
        self.upkeep.detour.depart(frame, if on { 1.0 } else { 0.0 }, motion);
        self.care.put(Care::DETOUR, true);
        self.ring();
    }

    /// Whether it can do what waits for its frame. `[audio]`
    pub fn hears(&self, deed: &Deed) -> bool {
        let told = match *deed {
            Deed::Set { .. } => return true,
            Deed::Note(_) if self.upkeep.instrument.is_some() => return true,
            Deed::Note(note) => Told::Note(note),
            Deed::Tell(message) => Told::Message(message),
        };
        matches!(&self.body, Body::Processor(processor) if processor.hears(&told))
    }

    /// Does at once what waited for its frame; what is for an instrument is none of a node's. `[audio]`
    pub fn heed(&mut self, frame: u64, deed: Deed) {
        let told = match deed {
            Deed::Set { param, value, motion } => return self.set(frame, param, value, motion),
            Deed::Note(note) => Told::Note(note),
            Deed::Tell(message) => Told::Message(message),
        };
        if let Body::Processor(processor) = &mut self.body {
            processor.tell(told, frame);
            self.resting = false;
        }
    }

    /// Sets a parameter off. `[audio]`; a number that the node does not have is left alone.
    pub fn set(&mut self, frame: u64, param: u16, value: f32, motion: Motion) {
        let param = usize::from(param);
        let Some(dial) = self.upkeep.dials.get_mut(param) else { return };
        let value = value.clamp(dial.min, dial.max);
        if motion.frames() == 0 {
            // Where it was does not matter, and may have to come from far.
            dial.motion = Trajectory::hold(value);
            if !self.is_automated(param) {
                self.resting = false;
                self.rest(param, value);
            }
            return;
        }
        dial.motion.depart(frame, value, motion);
        if !self.is_automated(param) {
            self.take_up(frame, param);
        }
    }

    /// Goes on as the dial of a parameter does. `[audio]`
    pub fn take_up(&mut self, frame: u64, param: usize) {
        let Some(dial) = self.upkeep.dials.get(param) else { return };
        let (rests, target) = (dial.motion.rests_at(frame), dial.motion.target());
        self.resting = false;
        if rests {
            self.rest(param, target);
        } else {
            self.set_moving(param);
        }
    }
}

// A node is one cache line, in its slot too.
const _: () = assert!(size_of::<Option<Node>>() == 64);

/// How a parameter gets to a value set with no ramp given, at a sample rate.
pub(crate) fn approach(approach: Approach, stream: &Stream) -> Motion {
    match approach {
        Approach::Step => Motion::Jump,
        Approach::Glide(seconds) => Motion::Glide((f64::from(seconds) * stream.sample_rate + 0.5) as u32),
    }
}
