//! A node as the audio thread holds it: the processor, where its parameters are, and how it fares.

use crate::message::NodeId;
use crate::plan::CompiledGraph;
use crate::processor::{Processor, Stream};
use crate::shape::{Approach, MAX_PARAMS, Shape};
use crate::stats::NodeLoad;
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::sync::Arc;

/// No entry in the agenda.
pub(crate) const NONE: u32 = u32::MAX;

pub(crate) enum Body {
    Processor(Box<dyn Processor>),
    Part(Box<CompiledGraph>),
    /// A part's plan is out of its slot only while it runs.
    Running,
}

impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Body::Processor(_) => "Processor",
            Body::Part(_) => "Part",
            Body::Running => "Running",
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

#[derive(Debug)]
pub(crate) struct Node {
    pub body: Body,
    /// Where each parameter is at rest; what the processor reads unless the parameter moves.
    pub steady: Box<[f32]>,
    /// A bit for each parameter that is on its way.
    pub moving: u64,
    /// First and last entry of the agenda for this node.
    pub first_due: u32,
    pub last_due: u32,
    pub tenant: u32,
    pub muted: bool,
    /// Muted, but not yet told.
    pub untold: bool,
    /// When it was muted.
    pub fault_frame: u64,
    /// Nothing to hear while its inputs are silent.
    pub resting: bool,
    /// Whether it is bypassed, or on the way there or back.
    pub on_detour: bool,
    /// From 0, through the node, to 1, around it.
    pub detour: Trajectory,
    pub dials: Box<[Dial]>,
    pub id: NodeId,
    pub load: Arc<NodeLoad>,
}

impl Node {
    /// `[control]`
    pub fn new(body: Body, shape: &Shape, id: NodeId, tenant: u32, load: Arc<NodeLoad>) -> Self {
        debug_assert!(shape.params.len() <= MAX_PARAMS);
        Node {
            body,
            steady: shape.params.iter().map(|p| p.default).collect(),
            moving: 0,
            first_due: NONE,
            last_due: NONE,
            tenant,
            muted: false,
            untold: false,
            fault_frame: 0,
            resting: false,
            on_detour: false,
            detour: Trajectory::hold(0.0),
            dials: shape
                .params
                .iter()
                .map(|p| Dial { motion: Trajectory::hold(p.default), min: p.min, max: p.max })
                .collect(),
            id,
            load,
        }
    }

    /// Sets off around the processor, or back through it. `[audio]`
    pub fn bypass(&mut self, frame: u64, on: bool, motion: Motion) {
        self.detour.depart(frame, if on { 1.0 } else { 0.0 }, motion);
        self.on_detour = true;
    }

    /// Sets a parameter off. `[audio]`; a number that the node does not have is left alone.
    #[inline]
    pub fn set(&mut self, frame: u64, param: u16, value: f32, motion: Motion) {
        let Some(dial) = self.dials.get_mut(usize::from(param)) else { return };
        dial.motion.depart(frame, value.clamp(dial.min, dial.max), motion);
        self.resting = false;
        if dial.motion.rests_at(frame) {
            self.moving &= !(1 << param);
            if let Some(steady) = self.steady.get_mut(usize::from(param)) {
                *steady = dial.motion.target();
            }
        } else {
            self.moving |= 1 << param;
        }
    }
}

/// How a parameter gets to a value set with no ramp given, at a sample rate.
pub(crate) fn approach(approach: Approach, stream: &Stream) -> Motion {
    match approach {
        Approach::Step => Motion::Jump,
        Approach::Glide(seconds) => Motion::Glide((f64::from(seconds) * stream.sample_rate + 0.5) as u32),
    }
}
