//! Does each engine really make the edits that are timed?

use super::patch::{Change, Subject, What};
use crate::{BLOCK, RATE};

/// The parts of the patch that is tried.
const PARTS: usize = 10;

/// Makes each edit in a small patch of the engine, and takes it back: the level of a second of sound has to change by more than half a per cent, and
/// to come back to within a thousandth.
pub fn prove(name: &str, make: fn(usize) -> Box<dyn Subject>) {
    let mut subject = make(PARTS);
    let before = level(subject.as_mut());
    assert!(before > 1e-3, "{name}: no sound");
    for what in What::ALL {
        for place in 0..what.places(PARTS) {
            // What a part with little level does is not heard.
            let is_heard = place % 4 != 3 && !(what == What::Cable && place > 0);
            subject.change(Change { what, back: false, place });
            let during = level(subject.as_mut());
            subject.change(Change { what, back: true, place });
            let after = level(subject.as_mut());
            let (change, rest) = (during / before - 1.0, after / before - 1.0);
            assert!(!is_heard || change.abs() > 0.005, "{name}, {what:?} at {place}: changed by {change}");
            assert!(rest.abs() < 1e-3, "{name}, {what:?} at {place}: not taken back, {rest}");
        }
    }
}

/// The root of the mean square of a second, after a tenth in which everything settles.
fn level(subject: &mut dyn Subject) -> f64 {
    let mut power = 0.0;
    let blocks = RATE as usize / BLOCK;
    for block in 0..blocks + blocks / 10 {
        let mut left = [0.0f32; BLOCK];
        subject.callback(&mut left);
        subject.free();
        subject.settle();
        if block >= blocks / 10 {
            power += left.iter().map(|x| f64::from(x * x)).sum::<f64>();
        }
    }
    (power / f64::from(RATE)).sqrt()
}
