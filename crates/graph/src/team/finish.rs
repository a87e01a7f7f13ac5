//! What is done to voices after they have run, done in their lanes: so that a team in which notes fade away can still be added up where it stands.

use super::known::Here;
use super::shares::Ends;
use super::workroom::Workroom;
use super::{Row, Team, cross};
use crate::block::{Block, QUANTUM, Signal};
use crate::instrument::{NOTHING, note_state};
use crate::io::{Flow, Outputs};
use crate::node::Care;
use crate::plan::Heard;
use crate::run::Stage;
use crate::signal::Ground;
use core::cell::Cell;

/// What is to be done with whom of a team.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    /// Lanes that are to run: those whose parts are there and not idle.
    pub awake: u32,
    /// Lanes to which something is to be done after they have run.
    pub unfinished: u32,
    /// Those of them that were let go, and of which nothing else is to be seen to as long as they sound.
    pub let_go: u32,
    /// Those that are led around.
    pub detours: u32,
    /// Lanes in which a note may be yet to begin, idle ones too.
    pub beginning: u32,
}

impl Watch {
    /// Looks at the lanes given. `[audio]`
    #[inline(always)]
    pub fn over(members: &Row, lanes: u32, stage: &Stage<'_>) -> Self {
        let mut watch = Watch::default();
        for (lane, slot) in members.iter().enumerate().filter(|(lane, _)| lanes >> lane & 1 == 1) {
            let Some(Some(node)) = stage.nodes.get(*slot) else { continue };
            let (care, bit) = (node.care, 1 << lane);
            if care.has(Care::STIRS) && !care.has(Care::LET_GO) {
                watch.beginning |= bit;
            }
            if care.has(Care::IDLE) {
                continue;
            }
            watch.awake |= bit;
            if care.has(Care::AFTERWARDS) {
                watch.unfinished |= bit;
                if care.has(Care::LET_GO) && !care.has(Care::DUE) {
                    watch.let_go |= bit;
                }
                if care.has(Care::DETOUR) {
                    watch.detours |= bit;
                }
            }
        }
        watch
    }
}

impl<S: Signal> Team<S> {
    /// The lanes that are heard in the last frame of what the team puts out.
    #[inline(always)]
    pub(super) fn sounding(&self, ends: &Ends, room: &Workroom<S>, ground: &Ground<'_>) -> u32 {
        let mut loud = 0;
        for channel in 0..usize::from(self.output.channels) {
            let (place, factor) = ends.of(channel, &self.seats);
            let is_silent = room.flow.get(place).is_none_or(|flow| *flow == Flow::Silent);
            if let Some(block) = room.blocks.get(place).filter(|_| !is_silent)
                && let Some(last) = ground.window.of(block).last()
            {
                let last = factor.map_or(*last, |factor| *last * *factor);
                let nothing = S::splat(f64::from(NOTHING));
                loud |= S::bits(nothing.lt(last)) | S::bits(last.lt(-nothing));
            }
        }
        loud
    }

    /// Works out how those of the lanes fade to which nothing else is to be done: what they are multiplied by as they are added up. Tells which those are. `[audio]`
    #[inline(never)]
    pub(super) fn fade(
        lanes: u32,
        room: &mut Workroom<S>,
        here: &Here<'_>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) -> u32 {
        let mut fading = 0;
        cross::each_lane(lanes, |lane| {
            let node = here.at(lane).and_then(|step| stage.nodes.get_mut(step.slot)?.as_mut());
            let Some(node) = node.filter(|node| !node.care.has(Care::DUE)) else { return };
            let Some(voice) = node.upkeep.voice.as_deref_mut().filter(|v| v.only_fades(ground.span)) else {
                return;
            };
            let Some(gains) = room.fades.get_mut(lane) else { return };
            let gains = ground.window.of_mut(gains);
            S::enter(
                #[inline(always)]
                || {
                    gains.fill(1.0);
                    voice.fade(gains, ground.span);
                },
            );
            note_state(node);
            fading |= 1 << lane;
        });
        fading
    }

    /// Does to voices in their lanes what [`finish_part`](crate::care::finish_part) does to those that run by themselves: one by one, on copies of what they put out. `[audio]`
    #[inline(never)]
    pub(super) fn follow(
        &self,
        lanes: u32,
        room: &mut Workroom<S>,
        here: &Here<'_>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) {
        let Workroom { blocks, flow, aside, .. } = room;
        let window = ground.window;
        let channels = usize::from(self.output.channels);
        let Some(copies) = aside.blocks.get_mut(..channels) else { return };
        let Some(known) = aside.flow.get_mut(..channels) else { return };
        let known = Cell::from_mut(known).as_slice_of_cells();
        let ground = Ground { flow: known, ..*ground };
        cross::each_lane(lanes, |lane| {
            let Some(Some(node)) = here.at(lane).and_then(|step| stage.nodes.get_mut(step.slot)) else {
                return;
            };
            if node.care.has(Care::DUE) && node.upkeep.instrument.is_none() {
                stage.dues.settle(node);
            }
            let Some(voice) = node.upkeep.voice.as_deref_mut().filter(|_| node.care.has(Care::STIRS)) else {
                return;
            };
            let places = self.output.start as usize..self.output.end();
            if voice.only_fades(ground.span) {
                let mut gains = [1.0; QUANTUM];
                voice.fade(&mut gains, ground.span);
                for place in places {
                    // Silence stays silent.
                    let is_silent = flow.get(place).is_none_or(|flow| *flow == Flow::Silent);
                    if let Some(block) = blocks.get_mut(place).filter(|_| !is_silent) {
                        cross::scale_lane(lane, &gains, window.of_mut(block));
                    }
                }
                note_state(node);
                return;
            }
            for ((copy, known), place) in copies.iter_mut().zip(known).zip(places.clone()) {
                let is_silent = flow.get(place).is_none_or(|flow| *flow == Flow::Silent);
                match blocks.get(place).filter(|_| !is_silent) {
                    Some(block) => {
                        cross::take_lane(lane, window.of(block), window.of_mut(copy));
                        known.set(Flow::Varying);
                    }
                    None => {
                        *copy = Block::SILENT;
                        known.set(Flow::Silent);
                    }
                }
            }
            let mut outputs = Outputs { blocks: &mut *copies, start: 0, heard: Heard::ALL, ground: &ground };
            let is_changed = voice.follow(&mut outputs, ground.span);
            note_state(node);
            if !is_changed {
                return;
            }
            for (copy, place) in copies.iter().zip(places) {
                // Of what is silent nothing can have changed.
                let is_silent = flow.get(place).is_none_or(|flow| *flow == Flow::Silent);
                if let Some(block) = blocks.get_mut(place).filter(|_| !is_silent) {
                    cross::put_lane(lane, window.of(copy), window.of_mut(block));
                }
            }
        });
    }
}
