//! An executor that renders on a thread of its own, as in a program: what the control side touches is not in the cache of the audio thread, and the other way round.

use super::timed;
use crate::engine::Block;
use crate::spec::BLOCK;
use sostenuto_graph::Executor;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The thread, which waits for its turns.
pub struct Apart {
    turns: Arc<Turns>,
    thread: Option<JoinHandle<()>>,
}

/// What both threads see. They take turns, as before, so that each has a processor for itself.
#[derive(Default)]
struct Turns {
    /// Blocks that were asked for, and those that are rendered.
    asked: AtomicU64,
    done: AtomicU64,
    over: AtomicBool,
    /// The block that was rendered last, and how long it took.
    last: Mutex<Option<(Block, f64)>>,
}

impl Apart {
    pub fn new(executor: Executor) -> Apart {
        let turns = Arc::new(Turns::default());
        let there = Arc::clone(&turns);
        Apart { turns, thread: Some(std::thread::spawn(move || there.render(executor))) }
    }

    /// The next block; gives the processor time that it took.
    pub fn block(&mut self, out: &mut Block) -> f64 {
        let number = self.turns.asked.fetch_add(1, Ordering::Release) + 1;
        while self.turns.done.load(Ordering::Acquire) < number {
            spin_loop();
        }
        let last = self.turns.last.lock().expect("the other thread renders").take();
        let (block, time) = last.expect("a block that was rendered");
        *out = block;
        time
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.turns.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Turns {
    fn render(&self, mut executor: Executor) {
        let mut out: Block = [[0.0; BLOCK]; 2];
        let mut done = 0;
        while !self.over.load(Ordering::Acquire) {
            if self.asked.load(Ordering::Acquire) == done {
                spin_loop();
                continue;
            }
            let time = timed(|| {
                let [left, right] = &mut out;
                executor.render(&mut [left, right]);
            });
            *self.last.lock().expect("the other thread waits") = Some((out, time));
            done += 1;
            self.done.store(done, Ordering::Release);
        }
    }
}
