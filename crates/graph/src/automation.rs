//! Parameters that follow lanes: where each is to be at every frame of a span, as the transport goes.

use crate::block::{Block, QUANTUM};
use crate::message::Address;
use crate::node::{Node, Nodes};
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use sostenuto_transport::{Clock, Lane, LanePlace, Transport};

/// Values of the parameters of a node that follow lanes, over the present span.
#[derive(Debug)]
pub(crate) struct Overlay {
    /// The parameters, in the order of their numbers, and their values at the frames of the span.
    values: Box<[(u16, Block)]>,
}

impl Overlay {
    /// `[control]`
    pub fn new(mut params: Vec<u16>) -> Self {
        params.sort_unstable();
        params.dedup();
        Overlay { values: params.into_iter().map(|param| (param, Block::SILENT)).collect() }
    }

    /// The values of a parameter, from the first frame of the span on.
    pub fn of(&self, param: usize) -> Option<&[f32; QUANTUM]> {
        self.values.iter().find(|(number, _)| usize::from(*number) == param).map(|(_, block)| &block.0)
    }

    fn of_mut(&mut self, param: u16) -> Option<&mut [f32; QUANTUM]> {
        self.values.iter_mut().find(|(number, _)| *number == param).map(|(_, block)| &mut block.0)
    }
}

/// A parameter that follows a lane.
#[derive(Debug)]
pub(crate) struct Track {
    lane: Arc<Lane>,
    node: Address,
    param: u16,
    /// How the parameter gets over a jump.
    approach: Motion,
    /// Whether the node is new with the lane, so that the parameter begins on it.
    fresh: bool,
    state: State,
}

/// How it fares.
#[derive(Clone, Copy, Debug)]
struct State {
    place: LanePlace,
    /// What the lane said at the frame before, with its jumps, and how often the transport had been moved; nothing before the first.
    before: Option<(f32, u64, u64)>,
    /// What is added to the lane: what is left of a jump.
    rest: Trajectory,
    /// Where the parameter was at the frame before.
    value: f32,
    /// The transport stands, and the parameter with it.
    settled: bool,
}

impl Track {
    /// `[control]`
    pub fn new(lane: Arc<Lane>, node: Address, param: u16, approach: Motion, fresh: bool) -> Self {
        let state = State {
            place: LanePlace::default(),
            before: None,
            rest: Trajectory::hold(0.0),
            value: 0.0,
            settled: false,
        };
        Track { lane, node, param, approach, fresh, state }
    }

    /// Takes what the lane says at a frame, and gives the value there, not yet within the parameter's limits.
    fn step(&mut self, frame: u64, position: f64, seeks: u64, set: f32) -> f32 {
        let state = &mut self.state;
        let said = self.lane.at(position, &mut state.place);
        let from = match state.before {
            Some((value, jumps, moved)) if (jumps, moved) != (said.jumps, seeks) => value,
            None if !self.fresh => set,
            _ => said.value,
        };
        state.before = Some((said.value, said.jumps, seeks));
        if from != said.value {
            let left = state.rest.at(frame) + (from - said.value);
            match self.approach {
                _ if frame == 0 => state.rest = Trajectory::hold(0.0),
                Motion::Jump => state.rest = Trajectory::hold(0.0),
                approach => state.rest.depart_from(frame, left, 0.0, approach),
            }
        }
        if state.rest.rests_at(frame) { said.value } else { said.value + state.rest.at(frame) }
    }
}

/// All parameters that follow lanes.
#[derive(Debug, Default)]
pub(crate) struct Automation {
    tracks: Vec<Track>,
}

/// What a batch brings: every parameter that follows a lane from now on, and room for their values in their nodes.
#[derive(Debug)]
pub(crate) struct Tracks {
    pub tracks: Vec<Track>,
    pub overlays: Vec<(Address, Option<Box<Overlay>>)>,
}

fn find(nodes: &mut Nodes, address: Address) -> Option<&mut Node> {
    nodes.get_mut(address.slot)?.as_mut().filter(|node| node.upkeep.tenant == address.tenant)
}

impl Automation {
    /// Takes other lanes over. A parameter that followed one before goes over to the new one as over a jump; one that follows none any more goes
    /// where it was set. What was there before comes back in the batch. `[audio]`
    pub fn take_over(&mut self, new: &mut Tracks, frame: u64, nodes: &mut Nodes) {
        for (address, overlay) in &mut new.overlays {
            if let Some(node) = find(nodes, *address) {
                core::mem::swap(&mut node.upkeep.overlay, overlay);
            }
        }
        for old in &self.tracks {
            if let Some(node) = find(nodes, old.node) {
                node.upkeep.automated &= !(1 << (old.param & 63));
            }
        }
        for track in &mut new.tracks {
            let same = |old: &&Track| (old.node, old.param) == (track.node, track.param);
            if let Some(old) = self.tracks.iter().find(same) {
                // Another lane has other jumps: the number of none is that of all, so that the first frame counts as one.
                let before = old.state.before.map(|(value, _, seeks)| (value, u64::MAX, seeks));
                track.state = State { before, place: LanePlace::default(), settled: false, ..old.state };
            }
            if let Some(node) = find(nodes, track.node) {
                node.upkeep.automated |= 1 << (track.param & 63);
            }
        }
        for old in &self.tracks {
            let param = usize::from(old.param);
            let Some(node) = find(nodes, old.node) else { continue };
            if node.is_automated(param) {
                continue;
            }
            match old.state.before {
                Some(_) if frame > 0 => node.release(frame, param, old.state.value, old.approach),
                _ => node.take_up(frame, param),
            }
        }
        core::mem::swap(&mut self.tracks, &mut new.tracks);
    }

    /// Works out where the parameters are at the frames from `frame` on: one that stays over all of them is at rest there, the others have
    /// a value at each. `[audio]`
    pub fn follow(&mut self, transport: &Transport, frame: u64, frames: usize, nodes: &mut Nodes) {
        if self.tracks.is_empty() {
            return;
        }
        let frames = frames.min(QUANTUM);
        let (seeks, plays) = (transport.seeks(), transport.is_playing());
        let mut beats = None;
        for track in &mut self.tracks {
            let moved = track.state.before.is_none_or(|(_, _, before)| before != seeks);
            if track.state.settled && !plays && !moved {
                continue;
            }
            let Some(node) = find(nodes, track.node) else { continue };
            let param = usize::from(track.param);
            let Some(dial) = node.upkeep.dials.get(param).copied() else { continue };
            let Some(overlay) = &mut node.upkeep.overlay else { continue };
            let Some(values) = overlay.of_mut(track.param).and_then(|values| values.get_mut(..frames)) else {
                continue;
            };
            let set = dial.motion.at(frame);
            let position = |n: usize| transport.frames_at(frame + n as u64);
            let beats = match track.lane.clock() {
                Clock::Frames => None,
                Clock::Beats => Some(&*beats.get_or_insert_with(|| {
                    core::array::from_fn::<f64, QUANTUM, _>(|n| transport.beats_at(frame + n as u64))
                })),
            };
            for (n, value) in values.iter_mut().enumerate() {
                let at = beats.map_or_else(|| position(n), |beats| beats.get(n).copied().unwrap_or(0.0));
                *value = track.step(frame + n as u64, at, seeks, set).clamp(dial.min, dial.max);
            }
            let (Some(first), Some(last)) = (values.first().copied(), values.last().copied()) else { return };
            let stays = values.iter().all(|value| *value == first);
            track.state.value = last;
            track.state.settled = !plays && stays && track.state.rest.rests_at(frame);
            node.go_along(param, stays.then_some(first));
        }
    }
}
