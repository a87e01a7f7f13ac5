//! How much time rendering takes: counted on the audio thread in plain words, read anywhere without locks.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use sostenuto_transport::{Meter, Position};
use sostenuto_voice::Counts;

// Each figure is a word of its own that only one thread writes; readers want the latest value of each and no order between
// them, so relaxed is enough everywhere in this file.

/// How much time one node takes.
#[derive(Debug, Default)]
pub struct NodeLoad {
    /// Nanoseconds per quantum, averaged, as f32 bits.
    average: AtomicU32,
    peak: AtomicU32,
    measured: AtomicU32,
    /// Spans that are not yet a quantum together: nanoseconds and frames.
    pending: AtomicU64,
    frames: AtomicU32,
}

impl NodeLoad {
    /// Nanoseconds that the node takes for a quantum of 64 frames, a running average over the measured ones. 0 before the first.
    pub fn average_ns(&self) -> f32 {
        f32::from_bits(self.average.load(Relaxed))
    }

    /// The most nanoseconds that it has taken for a quantum since the last [`reset_peak`](Self::reset_peak). What is shorter, as where a note begins, counts
    /// together with the next.
    pub fn peak_ns(&self) -> u32 {
        self.peak.load(Relaxed)
    }

    /// How many quanta were measured. Nodes take turns, so that measuring costs the same however many there are.
    pub fn measured(&self) -> u32 {
        self.measured.load(Relaxed)
    }

    /// Starts the peak anew.
    pub fn reset_peak(&self) {
        self.peak.store(0, Relaxed);
    }

    pub(crate) fn note(&self, ns: u64, frames: usize) {
        let ns = self.pending.load(Relaxed).saturating_add(ns);
        let frames = self.frames.load(Relaxed) as usize + frames;
        // A frame or two would tell what it takes to begin, not what it takes to go on.
        let is_whole = frames >= crate::QUANTUM;
        self.pending.store(if is_whole { 0 } else { ns }, Relaxed);
        self.frames.store(if is_whole { 0 } else { frames as u32 }, Relaxed);
        if !is_whole {
            return;
        }
        let whole = ns as f32 * (crate::QUANTUM as f32 / frames as f32);
        let count = self.measured.load(Relaxed);
        let old = self.average_ns();
        let average = if count == 0 { whole } else { old + (whole - old) * 0.125 };
        self.average.store(average.to_bits(), Relaxed);
        self.peak.store(self.peak.load(Relaxed).max(whole as u32), Relaxed);
        self.measured.store(count.wrapping_add(1), Relaxed);
    }
}

/// How the voices of one instrument fare.
#[derive(Debug, Default)]
pub struct VoiceLoad {
    playing: AtomicU32,
    fading: AtomicU32,
    started: AtomicU64,
    retuned: AtomicU64,
    stolen: AtomicU64,
    dropped: AtomicU64,
    unmatched: AtomicU64,
    forgotten: AtomicU64,
}

impl VoiceLoad {
    /// How many voices are at what, and what has happened since the instrument was added.
    pub fn counts(&self) -> Counts {
        Counts {
            playing: self.playing.load(Relaxed) as u16,
            fading: self.fading.load(Relaxed) as u16,
            started: self.started.load(Relaxed),
            retuned: self.retuned.load(Relaxed),
            stolen: self.stolen.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            unmatched: self.unmatched.load(Relaxed),
            forgotten: self.forgotten.load(Relaxed),
        }
    }

    pub(crate) fn note(&self, counts: &Counts) {
        self.playing.store(counts.playing.into(), Relaxed);
        self.fading.store(counts.fading.into(), Relaxed);
        self.started.store(counts.started, Relaxed);
        self.retuned.store(counts.retuned, Relaxed);
        self.stolen.store(counts.stolen, Relaxed);
        self.dropped.store(counts.dropped, Relaxed);
        self.unmatched.store(counts.unmatched, Relaxed);
        self.forgotten.store(counts.forgotten, Relaxed);
    }
}

/// How the engine as a whole fares.
#[derive(Debug, Default)]
pub struct EngineLoad {
    frame: AtomicU64,
    callbacks: AtomicU64,
    load: AtomicU32,
    peak: AtomicU32,
    over: AtomicU64,
    deferred: AtomicU64,
    muted: AtomicU64,
    untold: AtomicU64,
    overflows: AtomicU64,
    lost_notes: AtomicU64,
    bar: AtomicU64,
    /// As the bits of an f64, like the next two.
    beat: AtomicU64,
    beats: AtomicU64,
    tempo: AtomicU64,
    /// Numerator and denominator.
    meter: AtomicU64,
    playing: AtomicBool,
}

impl EngineLoad {
    /// The frame that will be rendered next.
    pub fn frame(&self) -> u64 {
        self.frame.load(Relaxed)
    }
    /// How many callbacks were rendered.
    pub fn callbacks(&self) -> u64 {
        self.callbacks.load(Relaxed)
    }
    /// The part of the time that rendering takes, from 0 to 1 and, if too slow, above: a running average over callbacks.
    pub fn load(&self) -> f32 {
        f32::from_bits(self.load.load(Relaxed))
    }
    /// The largest such part of one callback since the last [`reset_peak`](Self::reset_peak).
    pub fn peak(&self) -> f32 {
        f32::from_bits(self.peak.load(Relaxed))
    }
    /// How many callbacks took longer than the time that they rendered.
    pub fn over(&self) -> u64 {
        self.over.load(Relaxed)
    }
    /// How many callbacks left commands for the next one, having drained as many as one may.
    pub fn deferred(&self) -> u64 {
        self.deferred.load(Relaxed)
    }
    /// How many times a node was muted for putting out what is not a finite number.
    pub fn muted(&self) -> u64 {
        self.muted.load(Relaxed)
    }
    /// How many events (never one with a batch), and reports of nodes, were dropped because nobody took the earlier ones.
    pub fn untold(&self) -> u64 {
        self.untold.load(Relaxed)
    }
    /// How many samples of sums were too large for a number, and were replaced by silence.
    pub fn overflows(&self) -> u64 {
        self.overflows.load(Relaxed)
    }
    /// How many notes of sequences were left out because too much was waiting for its frame.
    pub fn lost_notes(&self) -> u64 {
        self.lost_notes.load(Relaxed)
    }
    /// Where the transport was at the end of the last callback. The figures are stored one by one: while the transport moves, one may be newer
    /// than another.
    pub fn position(&self) -> Position {
        let (meter, float) =
            (self.meter.load(Relaxed), |word: &AtomicU64| f64::from_bits(word.load(Relaxed)));
        Position {
            bar: self.bar.load(Relaxed),
            beat: float(&self.beat),
            beats: float(&self.beats),
            tempo: float(&self.tempo),
            meter: Meter::new((meter >> 32) as u32, meter as u32).unwrap_or(Meter::COMMON),
            playing: self.playing.load(Relaxed),
        }
    }
    /// Starts the peak anew.
    pub fn reset_peak(&self) {
        self.peak.store(0, Relaxed);
    }

    pub(crate) fn note_position(&self, position: &Position) {
        self.bar.store(position.bar, Relaxed);
        self.beat.store(position.beat.to_bits(), Relaxed);
        self.beats.store(position.beats.to_bits(), Relaxed);
        self.tempo.store(position.tempo.to_bits(), Relaxed);
        let (numerator, denominator) = (position.meter.numerator(), position.meter.denominator());
        self.meter.store(u64::from(numerator) << 32 | u64::from(denominator), Relaxed);
        self.playing.store(position.playing, Relaxed);
    }
    pub(crate) fn note_lost_note(&self) {
        self.lost_notes.store(self.lost_notes() + 1, Relaxed);
    }
    pub(crate) fn note_frame(&self, frame: u64) {
        self.frame.store(frame, Relaxed);
    }
    pub(crate) fn note_callback(&self, frame: u64, ns: Option<u64>, frames: usize, sample_rate: f64) {
        self.frame.store(frame, Relaxed);
        self.callbacks.store(self.callbacks() + 1, Relaxed);
        let Some(ns) = ns.filter(|_| frames > 0) else { return };
        let part = (ns as f64 * 1e-9 * sample_rate / frames as f64) as f32;
        self.load.store((self.load() + (part - self.load()) * 0.05).to_bits(), Relaxed);
        self.peak.store(self.peak().max(part).to_bits(), Relaxed);
        if part > 1.0 {
            self.over.store(self.over() + 1, Relaxed);
        }
    }
    pub(crate) fn note_deferred(&self) {
        self.deferred.store(self.deferred() + 1, Relaxed);
    }
    pub(crate) fn note_untold(&self) {
        self.untold.store(self.untold() + 1, Relaxed);
    }
    pub(crate) fn note_lost_reports(&self, reports: u32) {
        self.untold.store(self.untold() + u64::from(reports), Relaxed);
    }
    pub(crate) fn note_overflows(&self, samples: u64) {
        self.overflows.store(self.overflows() + samples, Relaxed);
    }
    pub(crate) fn note_muted(&self) {
        self.muted.store(self.muted() + 1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_spans_count_together() {
        let load = NodeLoad::default();
        // A note cuts every other quantum: what it takes to begin comes once more.
        for _ in 0..100 {
            load.note(600, 64);
            load.note(300, 1);
            load.note(600, 63);
        }
        assert_eq!((load.peak_ns(), load.measured()), (900, 200));
        assert!((600.0..=900.0).contains(&load.average_ns()), "{}", load.average_ns());
        let piecewise = NodeLoad::default();
        (0..640).for_each(|_| piecewise.note(10, 1));
        assert_eq!((piecewise.average_ns(), piecewise.peak_ns(), piecewise.measured()), (640.0, 640, 10));
    }
}
