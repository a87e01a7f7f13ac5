//! How is an edit measured in one patch of one engine?

use super::figures::{Time, row};
use super::patch::{Change, Subject, What};
use super::watch::{Recent, Watch};
use crate::BLOCK;
use std::time::Instant;

/// Before an edit, so many blocks are rendered, or blocks for so many seconds: then what is rendered is in the caches again, as far as it fits.
const WARMING: (usize, f64) = (4, 0.001);
/// More than the caches of a processor hold, in words of eight bytes: 48 MB.
const MORE_THAN_CACHES: usize = 6_000_000;
/// Blocks after the one that takes an edit over, in which fades of 5 ms end.
const FADE_BLOCKS: usize = 4;
/// Edits, each made and taken back, in one go.
const IN_ONE_GO: usize = 10;
/// The least number of repetitions of an edit, however long they take.
const LEAST: usize = 5;

/// One patch of one engine.
pub struct Seat {
    parts: usize,
    subject: Box<dyn Subject>,
    idle: Recent,
    steady: Recent,
    /// Read through before an edit, so that nothing else is left in the caches.
    elsewhere: Vec<u64>,
    /// What was measured since it was last taken: row, time, microseconds.
    pub records: Vec<(usize, Time, f64)>,
    /// Seconds spent on each kind of edit, in play and in repetition.
    spent: [[f64; 2]; 5],
    /// The edits that have had their time in play.
    over: [bool; 5],
}

/// Makes a change and hands it over. Not inlined, so that its instructions can be counted.
#[inline(never)]
pub fn handed_over(subject: &mut dyn Subject, change: Change) {
    subject.change(change);
}

/// A callback without a frame: it only takes over what was handed over.
#[inline(never)]
pub fn taken_over(subject: &mut dyn Subject) {
    subject.callback(&mut []);
}

/// Frees what came back.
#[inline(never)]
pub fn freed(subject: &mut dyn Subject) {
    subject.free();
}

/// A callback of a block.
fn block(subject: &mut dyn Subject) {
    let mut left = [0.0; BLOCK];
    subject.callback(&mut left);
    assert!(left.iter().all(|x| x.is_finite()) && left.iter().any(|x| *x != 0.0), "no sound");
}

impl Seat {
    pub fn new(parts: usize, mut subject: Box<dyn Subject>) -> Self {
        taken_over(subject.as_mut());
        freed(subject.as_mut());
        let (idle, steady) = (Recent::default(), Recent::default());
        let elsewhere = (0..MORE_THAN_CACHES as u64).collect();
        let mut seat = Seat {
            elsewhere,
            parts,
            subject,
            idle,
            steady,
            records: Vec::new(),
            spent: [[0.0; 2]; 5],
            over: [false; 5],
        };
        seat.blocks(10);
        seat
    }

    /// What a block takes, in microseconds.
    pub fn usual_block(&self) -> f64 {
        self.steady.usual()
    }

    /// One edit while the patch plays: in even rounds it is made, each time at another place, and in the next taken back. Before it, the
    /// caches are filled with other things, and some blocks are rendered: however small the patch, nothing of the control side is left there, as when a user edits.
    pub fn play(&mut self, watch: &mut Watch, what: What, round: usize, seconds: f64) {
        let (pair, back) = (round / 2, round % 2 == 1);
        if self.is_over(what, pair, back, seconds) {
            return;
        }
        self.subject.fading(true);
        let place = (pair * 7_919 + 3) % what.places(self.parts);
        self.go_elsewhere();
        let begun = Instant::now();
        let mut warming = 0;
        while warming < WARMING.0 && (warming == 0 || begun.elapsed().as_secs_f64() < WARMING.1) {
            self.blocks(1);
            warming += 1;
        }
        self.idle.put(watch.time(|| taken_over(self.subject.as_mut())));
        self.steady.put(watch.time(|| block(self.subject.as_mut())));
        let control = watch.time(|| handed_over(self.subject.as_mut(), Change { what, back, place }));
        let swap = watch.time(|| taken_over(self.subject.as_mut())).map(|t| t - self.idle.usual());
        let free = watch.time(|| freed(self.subject.as_mut()));
        let first = watch.time(|| block(self.subject.as_mut()));
        self.blocks(FADE_BLOCKS);
        self.go_elsewhere();
        self.blocks(1);
        let mut settled = false;
        let settle = watch.time(|| settled = self.subject.settle());
        if settled {
            let swap = watch.time(|| taken_over(self.subject.as_mut())).map(|t| t - self.idle.usual());
            freed(self.subject.as_mut());
            self.note(row(what, back), &[(Time::Settle, settle), (Time::SettleSwap, swap)]);
        }
        self.steady.put(watch.time(|| block(self.subject.as_mut())));
        let usual = self.steady.usual();
        let first = swap.zip(first).map(|(swap, first)| swap + first - usual);
        let times = [(Time::Control, control), (Time::Swap, swap), (Time::Block, first), (Time::Free, free)];
        self.note(row(what, back), &times);
        self.spent[what as usize][0] += begun.elapsed().as_secs_f64();
    }

    /// Drives everything else out of the caches.
    fn go_elsewhere(&self) {
        std::hint::black_box(self.elsewhere.iter().sum::<u64>());
    }

    fn blocks(&mut self, number: usize) {
        (0..number).for_each(|_| block(self.subject.as_mut()));
    }

    /// The same edit again and again at one place, with nothing rendered in between: all is in the caches.
    pub fn repeat(&mut self, watch: &mut Watch, what: What, seconds: f64) {
        if self.spent[what as usize][1] > seconds {
            return;
        }
        let begun = Instant::now();
        self.subject.fading(false);
        let place = what.places(self.parts) / 2;
        for pair in 0..=IN_ONE_GO {
            if pair > LEAST && begun.elapsed().as_secs_f64() > seconds {
                break;
            }
            for back in [false, true] {
                self.idle.put(watch.time(|| taken_over(self.subject.as_mut())));
                let control = watch.time(|| handed_over(self.subject.as_mut(), Change { what, back, place }));
                let swap = watch.time(|| taken_over(self.subject.as_mut())).map(|t| t - self.idle.usual());
                let free = watch.time(|| {
                    freed(self.subject.as_mut());
                    if self.subject.settle() {
                        taken_over(self.subject.as_mut());
                        freed(self.subject.as_mut());
                    }
                });
                // The first pair fetches everything into the caches.
                if pair > 0 {
                    let times =
                        [(Time::AgainControl, control), (Time::AgainSwap, swap), (Time::AgainFree, free)];
                    self.note(row(what, back), &times);
                }
            }
        }
        self.spent[what as usize][1] += begun.elapsed().as_secs_f64();
    }

    fn note(&mut self, row: usize, times: &[(Time, Option<f64>)]) {
        self.records.extend(times.iter().filter_map(|(time, us)| us.map(|us| (row, *time, us))));
    }

    /// Whether an edit has had its time. One that was made is always taken back.
    fn is_over(&mut self, what: What, pair: usize, back: bool, seconds: f64) -> bool {
        if !back && pair >= LEAST && self.spent[what as usize][0] > seconds {
            self.over[what as usize] = true;
        }
        self.over[what as usize]
    }
}
