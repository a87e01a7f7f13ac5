//! Twenty patches that have little in common, 1 ms apart.

use super::detector::Fades;
use super::measure::{Finding, finding};
use super::scenes::{Scene, Signal};
use super::stage::{Asked, Cue, Deed, FIRST, perform};
use sostenuto_patch::Patch;

/// So many patches follow on the first one.
const STEPS: usize = 20;

/// Goes through the patches of scenes, from the one of this number on, taking every third.
pub fn walk(scenes: &[Scene], from: usize, signal: Signal) -> Finding {
    let patches: Vec<Patch> =
        (0..=STEPS).map(|step| scenes[(from + 3 * step) % scenes.len()].start(signal)).collect();
    let later = patches.iter().skip(1).enumerate();
    let cues: Vec<Cue> = later.map(|(n, p)| (FIRST + 48 * n as u64, Deed::Play(p.clone()))).collect();
    let heard = perform(&patches[0], &cues, 480, Asked::InTime);
    for (block, asked) in [(64, Asked::InTime), (37, Asked::InTime), (1_001, Asked::Ahead)] {
        let other = perform(&patches[0], &cues, block, asked);
        assert!(heard == other, "walk {from} on {signal:?}: not the same in callbacks of {block}, {asked:?}");
    }
    let fades = Fades { at_once: 5, turned: true };
    finding(format!("{signal:?}, Walk: from {}", scenes[from].name), &heard, &patches, signal, fades)
}
