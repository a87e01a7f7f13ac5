//! Adding signals up in all lanes at once, by the same rule and with the same bits as alone.

use super::known::Cables;
use super::{MOST_LANES, Row, cross};
use crate::block::{QUANTUM, Signal};
use crate::gain::Gain;
use crate::io::Flow;
use crate::mix::{Feed, feed};
use crate::plan::{Term, UNITY};
use crate::run::Stage;
use crate::signal::{Frame, Ground, Run};
use crate::table::Table;

/// Adds the terms up into a run, as [`mix`](crate::mix::mix) does. Tells how many samples were too large for a number.
#[inline(always)]
pub(super) fn mix<S: Signal>(
    out: Run,
    terms: &[Term],
    frame: &mut Frame<'_, S>,
    known: Cables<'_, S>,
    cables: &Table<Gain>,
    lanes: u32,
    ground: &Ground<'_>,
) -> u64 {
    let window = ground.window;
    let mut overflows = 0;
    for channel in 0..usize::from(out.channels) {
        let only = Run { start: out.start + channel as u32, channels: 1 };
        let Some((around, mut outputs)) = frame.part(only, ground) else { return overflows };
        let Some(block) = outputs.blocks.first_mut() else { return overflows };
        let mut heard = false;
        for term in terms {
            let (from, share) =
                match feed(usize::from(term.source.channels), usize::from(out.channels), channel) {
                    Feed::One(from) => (from..from + 1, 1.0),
                    Feed::MeanOf(n) => (0..n, 1.0 / n as f32),
                    Feed::Nothing => continue,
                };
            let gains = Gains::of(term.cable, known.gains);
            for from in from {
                let source = term.source.start as usize + from;
                let Some(input) = around.block(source).filter(|_| around.flow(source) != Flow::Silent) else {
                    continue;
                };
                let (sums, input) = (window.of_mut(block), window.of(input));
                if !core::mem::replace(&mut heard, true) {
                    sums.fill(S::ZERO);
                }
                match gains {
                    Gains::Steady(gains) => {
                        let scale = S::splat(f64::from(share)) * gains;
                        for (sum, x) in sums.iter_mut().zip(input) {
                            *sum += *x * scale;
                        }
                    }
                    Gains::Moving => {
                        let gains = moving_gains::<S>(term.cable, known.rows, cables, lanes, ground);
                        let share = S::splat(f64::from(share));
                        for ((sum, x), gain) in sums.iter_mut().zip(input).zip(&gains) {
                            *sum += *x * (share * *gain);
                        }
                    }
                }
            }
        }
        if !heard {
            outputs.silence(0);
            continue;
        }
        outputs.tell_all(Flow::Varying);
        if !is_finite(outputs.read(0)) {
            overflows += drop_overflows(outputs.channel(0), lanes);
        }
    }
    overflows
}

pub(super) enum Gains<S> {
    Steady(S),
    Moving,
}

impl<S: Signal> Gains<S> {
    #[inline(always)]
    pub fn of(cable: u32, known: &[Option<S>]) -> Self {
        match known.get(cable as usize).filter(|_| cable != UNITY) {
            Some(Some(gains)) => Gains::Steady(*gains),
            Some(None) => Gains::Moving,
            None => Gains::Steady(S::one()),
        }
    }
}

/// The gains of a cable in all lanes, if it is at rest in each, which the team counts on from then on; of one that is not there: zero.
pub(super) fn steady_gains<S: Signal>(row: &Row, team: u32, stage: &Stage<'_>) -> Option<S> {
    let mut gains = [0.0f32; MOST_LANES];
    let there = row.iter().map(|slot| stage.cables.get(*slot));
    for (gain, cable) in gains.iter_mut().zip(there).filter_map(|(gain, cable)| Some((gain, cable?))) {
        if !cable.rests_at(stage.frame) {
            return None;
        }
        cable.watch(team);
        *gain = cable.target();
    }
    Some(S::from_lanes(|lane| gains.get(lane).copied().map_or(0.0, f64::from)))
}

/// The gain of each frame in each lane.
#[inline(never)]
pub(super) fn moving_gains<S: Signal>(
    cable: u32,
    rows: &[Row],
    cables: &Table<Gain>,
    lanes: u32,
    ground: &Ground<'_>,
) -> [S; QUANTUM] {
    let mut all = [S::ZERO; QUANTUM];
    let Some(row) = rows.get(cable as usize) else { return all };
    cross::each_lane(lanes, |lane| {
        let Some(cable) = row.get(lane).and_then(|slot| cables.get(*slot)) else { return };
        let mut gains = [0.0; QUANTUM];
        let gains = gains.get_mut(..ground.window.frames()).unwrap_or_default();
        if cable.rests_at(ground.span.frame) {
            gains.fill(cable.target());
        } else {
            cable.render(ground.span.frame, gains);
        }
        cross::put_lane(lane, gains, &mut all);
    });
    all
}

/// Whether every sample in every lane is surely a finite number; `false` may also mean that their sum is too large.
#[inline(always)]
pub(super) fn is_finite<S: Signal>(samples: &[S]) -> bool {
    let mut sums = [S::ZERO; 4];
    let (rows, rest) = samples.as_chunks::<4>();
    for row in rows {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += *x;
        }
    }
    let mut all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for x in rest {
        all += *x;
    }
    // What is not finite, taken from itself, is not a number.
    all + -all == S::ZERO
}

#[cold]
fn drop_overflows<S: Signal>(sum: &mut [S], lanes: u32) -> u64 {
    let mut count = 0;
    for sample in sum {
        cross::each_lane(lanes, |lane| {
            if !sample.in_lane(lane).is_finite() {
                sample.put_lane(lane, 0.0);
                count += 1;
            }
        });
    }
    count
}
