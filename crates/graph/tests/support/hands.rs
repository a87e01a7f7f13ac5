//! Threads that help an executor, late and in fits and starts, as the system may let them.

use super::Dice;
use sostenuto_graph::{Help, Helper};
use std::cell::Cell;
use std::thread::JoinHandle;
use std::time::Duration;

thread_local! {
    /// What is random of a thread that helps; none elsewhere.
    static HELPING: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Holds up a thread that helps, in the midst of its work, now and then.
pub fn perhaps_held_up() {
    let Some(seed) = HELPING.get() else { return };
    let mut dice = Dice(seed);
    match dice.below(400) {
        0 => std::thread::sleep(Duration::from_micros(dice.below(200) as u64)),
        1..8 => std::thread::yield_now(),
        8..30 => (0..dice.below(2_000)).for_each(|_| std::hint::spin_loop()),
        _ => {}
    }
    HELPING.set(Some(dice.0));
}

/// Threads that help, until their executor has done with them.
pub struct Hands(Vec<JoinHandle<usize>>);

impl Hands {
    pub fn new(helpers: Vec<Helper>, seed: u64) -> Self {
        let start = |(number, helper): (usize, Helper)| {
            let seed = seed ^ (number as u64 + 1) << 32;
            std::thread::spawn(move || help(helper, seed))
        };
        Hands(helpers.into_iter().enumerate().map(start).collect())
    }

    /// Waits until all have gone; how often they helped. The executor must have gone before.
    pub fn join(self) -> usize {
        self.0.into_iter().map(|thread| thread.join().expect("a helper panicked")).sum()
    }
}

fn help(mut helper: Helper, seed: u64) -> usize {
    HELPING.set(Some(seed));
    let (mut dice, mut helped) = (Dice(seed), 0);
    loop {
        match helper.help() {
            Help::Over => return helped,
            Help::Helped => helped += 1,
            Help::Nothing if dice.chance(10) => std::thread::yield_now(),
            Help::Nothing => std::hint::spin_loop(),
        }
        if dice.below(2_000) == 0 {
            std::thread::sleep(Duration::from_micros(dice.below(500) as u64));
        }
    }
}
