//! What is to be seen of the engine at a moment, and which peaks has each client not been told yet?

use crate::answer::play::position;
use crate::messages::{Clock, Instrument, Level, Load, Meter, PortStatus, Status, Steps};
use sostenuto_device::Counts;
use sostenuto_engine::{Conductor, Desk, Levels};
use sostenuto_patch::OUTPUT_KIND;
use std::collections::{BTreeMap, HashMap};

/// Everything that is shown, with the peaks since anybody looked last.
pub(crate) fn status(desk: &Desk, counts: &Counts, ports: Vec<PortStatus>, meters: bool) -> Status {
    let conductor = desk.conductor();
    let (undo, redo) = desk.steps();
    let mut output: Vec<Level> = conductor.output_levels().into_iter().map(level).collect();
    let shown = if meters { self::meters(conductor, &mut output) } else { Vec::new() };
    Status {
        frame: conductor.load().frame(),
        rate: conductor.sample_rate(),
        position: position(&conductor.position()),
        load: load(conductor),
        clock: Clock {
            frames: counts.frames,
            largest: counts.largest,
            xruns: counts.xruns,
            late: counts.late,
            refused: counts.refused,
            faults: counts.faults,
            skipped: counts.skipped,
        },
        steps: Steps { undo, redo },
        output,
        meters: meters.then_some(shown),
        instruments: conductor.instruments().filter_map(|label| instrument(conductor, label)).collect(),
        ports,
    }
}

fn load(conductor: &Conductor) -> Load {
    let load = conductor.load();
    Load {
        now: load.load(),
        peak: load.peak(),
        callbacks: load.callbacks(),
        over: load.over(),
        muted: load.muted(),
        deferred: load.deferred(),
        lost_notes: load.lost_notes(),
    }
}

fn instrument(conductor: &Conductor, label: &str) -> Option<Instrument> {
    let counts = conductor.voices(label)?.counts();
    Some(Instrument {
        node: label.into(),
        playing: counts.playing,
        fading: counts.fading,
        started: counts.started,
        stolen: counts.stolen,
        dropped: counts.dropped,
    })
}

/// The meters without the one of the output. That was looked at a moment ago, so what it shows now belongs to what it showed then.
fn meters(conductor: &Conductor, output: &mut [Level]) -> Vec<Meter> {
    let out = conductor.resolved().of_kind(OUTPUT_KIND).next().map(|node| node.label.clone());
    let mut meters = Vec::new();
    for node in conductor.nodes().into_iter().filter(|node| !node.levels.is_empty()) {
        if Some(&node.label) == out.as_ref() {
            output.iter_mut().zip(node.levels).for_each(|(o, l)| o.peak = o.peak.max(l.peak));
        } else {
            meters.push(Meter { node: node.label, levels: node.levels.into_iter().map(level).collect() });
        }
    }
    meters
}

fn level(levels: Levels) -> Level {
    Level { peak: levels.peak, rms: levels.rms }
}

/// The peaks that one client was not told yet. To look at a meter makes its peak begin anew, whoever looks; so each client keeps what others saw.
#[derive(Debug, Default)]
pub(crate) struct Peaks {
    output: Vec<f32>,
    /// By label; of voices, which share one, by their order.
    meters: BTreeMap<(String, usize), Vec<f32>>,
}

/// Meters whose peaks are kept for a client that does not ask for them.
const KEPT: usize = 65_536;

impl Peaks {
    /// Takes note of what somebody saw.
    pub fn note(&mut self, seen: &Status) {
        raise(&mut self.output, &seen.output);
        for (key, meter) in numbered(seen.meters.as_deref().unwrap_or_default()) {
            if self.meters.len() < KEPT || self.meters.contains_key(&key) {
                raise(self.meters.entry(key).or_default(), &meter.levels);
            }
        }
    }

    /// Puts into a status the peaks since this was done last.
    pub fn tell(&mut self, status: &mut Status) {
        lower(&mut self.output, &mut status.output);
        let Some(meters) = &mut status.meters else { return };
        let keys: Vec<_> = numbered(meters).map(|(key, _)| key).collect();
        for (key, meter) in keys.iter().zip(meters) {
            self.meters.get_mut(key).into_iter().for_each(|kept| lower(kept, &mut meter.levels));
        }
        // Of meters that are gone nothing is to be told any more.
        self.meters.clear();
    }
}

/// The meters, each with its label and its number among those of the same label.
fn numbered(meters: &[Meter]) -> impl Iterator<Item = ((String, usize), &Meter)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    meters.iter().map(move |meter| {
        let next = seen.entry(&meter.node).or_default();
        let number = *next;
        *next += 1;
        ((meter.node.clone(), number), meter)
    })
}

fn raise(kept: &mut Vec<f32>, seen: &[Level]) {
    kept.resize(seen.len(), 0.0);
    kept.iter_mut().zip(seen).for_each(|(kept, seen)| *kept = kept.max(seen.peak));
}

fn lower(kept: &mut [f32], shown: &mut [Level]) {
    for (kept, shown) in kept.iter_mut().zip(shown) {
        shown.peak = shown.peak.max(*kept);
        *kept = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(output: f32, meters: &[(&str, f32)]) -> Status {
        let level = |peak| Level { peak, rms: 0.1 };
        let meter = |(node, peak): &(&str, f32)| Meter { node: (*node).into(), levels: vec![level(*peak)] };
        Status {
            frame: 0,
            rate: 48_000.0,
            position: position(&sostenuto_graph::transport::Position {
                bar: 1,
                beat: 1.0,
                beats: 0.0,
                tempo: 120.0,
                meter: sostenuto_graph::transport::Meter::COMMON,
                playing: true,
            }),
            load: Load::default(),
            clock: Clock::default(),
            steps: Steps::default(),
            output: vec![level(output)],
            meters: Some(meters.iter().map(meter).collect()),
            instruments: Vec::new(),
            ports: Vec::new(),
        }
    }

    #[test]
    fn each_client_is_told_the_peaks_that_others_saw() {
        let mut peaks = Peaks::default();
        peaks.note(&status(0.9, &[("in/a", 0.5), ("in/b", 0.1), ("in/a", 0.2)]));
        peaks.note(&status(0.3, &[("in/a", 0.4), ("in/b", 0.6), ("in/a", 0.7), ("gone", 1.0)]));
        let mut shown = status(0.2, &[("in/a", 0.0), ("in/b", 0.0), ("in/a", 0.8)]);
        peaks.tell(&mut shown);
        assert_eq!(shown, status(0.9, &[("in/a", 0.5), ("in/b", 0.6), ("in/a", 0.8)]));
        // From here on they begin anew; without meters, those of the meters are kept.
        peaks.note(&status(0.1, &[("in/a", 0.3)]));
        let mut bare = Status { meters: None, ..status(0.2, &[]) };
        peaks.tell(&mut bare);
        assert_eq!(bare.output[0].peak, 0.2);
        let mut shown = status(0.0, &[("in/a", 0.0), ("gone", 0.0)]);
        peaks.tell(&mut shown);
        assert_eq!(shown, status(0.0, &[("in/a", 0.3), ("gone", 0.0)]));
    }
}
