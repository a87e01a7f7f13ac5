//! What the members of a team put out, added up where they stand: in the order of the terms, with the bits that [`mix`](crate::mix::mix) gives.

use super::{Here, MOST_LANES};
use crate::block::{Block, Signal};
use crate::io::Flow;
use crate::mix::drop_overflows;
use crate::plan::{Term, UNITY};
use crate::run::Stage;
use crate::signal::{Frame, Ground, Run};

/// The lanes that are added up, in order, and how much of each.
pub(super) struct Shares {
    list: [(u8, f32); MOST_LANES],
    count: usize,
}

impl Shares {
    /// Those of terms of which each is what a member puts out that runs in its lane, or is silent. Nothing if a gain is on its way.
    pub fn of(terms: &[Term], here: &Here<'_>, stage: &Stage<'_>) -> Option<Self> {
        let mut shares = Shares { list: [(0, 0.0); MOST_LANES], count: 0 };
        for (number, term) in terms.iter().enumerate() {
            let gain = match term.cable {
                UNITY => 1.0,
                cable => {
                    let cable = stage.cables.get(cable)?;
                    if !cable.rests_at(stage.frame) {
                        return None;
                    }
                    cable.target()
                }
            };
            let is_it =
                |step: &Option<&crate::plan::NodeStep>| step.is_some_and(|step| step.out == term.source);
            // Mostly they stand in the order of the lanes.
            let lane = match here.get(number).is_some_and(is_it) {
                true => Some(number),
                false => here.iter().position(is_it),
            };
            let Some(lane) = lane.filter(|_| gain != 0.0) else { continue };
            *shares.list.get_mut(shares.count)? = (lane as u8, gain);
            shares.count += 1;
        }
        Some(shares)
    }

    /// Adds up each channel of the team's output. Tells how many samples were too large for a number.
    pub fn add_up<S: Signal>(
        &self,
        (output, blocks, flow): (Run, &[Block<S>], &[Flow]),
        out: Run,
        frame: &mut Frame<'_>,
        ground: &Ground<'_>,
    ) -> u64 {
        let list = self.list.get(..self.count).unwrap_or_default();
        let mut overflows = 0;
        for channel in 0..u32::from(out.channels) {
            let only = Run { start: out.start + channel, channels: 1 };
            let Some((_, mut outputs)) = frame.part(only, ground) else { return overflows };
            let place = output.start.saturating_add(channel) as usize;
            let is_silent = flow.get(place).is_none_or(|flow| *flow == Flow::Silent) || list.is_empty();
            let Some(block) = blocks.get(place).filter(|_| !is_silent) else {
                outputs.silence(0);
                continue;
            };
            S::enter(
                #[inline(always)]
                || add_lanes(block, list, outputs.channel(0)),
            );
            if !outputs.all_finite() {
                overflows += drop_overflows(outputs.channel(0));
            }
        }
        overflows
    }
}

/// Adds lanes up, frame by frame: as many frames at a time as there are lanes, which make a square.
#[inline(always)]
fn add_lanes<S: Signal>(block: &Block<S>, list: &[(u8, f32)], sums: &mut [f32]) {
    for (frames, sums) in block.0.chunks_exact(S::LANES).zip(sums.chunks_exact_mut(S::LANES)) {
        let mut rows = [S::ZERO; MOST_LANES];
        S::transpose(frames, &mut rows);
        let mut sum = S::ZERO;
        for (lane, gain) in list {
            let row = rows.get(usize::from(*lane)).copied().unwrap_or(S::ZERO);
            sum += if *gain == 1.0 { row } else { row * S::splat(f64::from(*gain)) };
        }
        sum.store(sums);
    }
}
