//! What the engine has to tell, until Python asks for it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Letters that wait at most; beyond, the oldest go, and are counted.
const ROOM: usize = 1 << 16;

/// One thing that the engine tells. The classes of `sostenuto.messages` have the same names and fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Letter {
    Pong { frame: u64 },
    SampleLoaded { id: u32 },
    VoiceStarted { voice: u32, id: u32, frame: u64 },
    VoiceFinished { voice: u32, id: u32, frame: u64 },
    VoiceLooped { voice: u32, id: u32, frame: u64 },
    VoiceStolen { voice: u32, id: u32, frame: u64 },
    VoiceChoked { voice: u32, id: u32, frame: u64 },
    TriggerDropped { voice: u32, id: u32, frame: Option<u64>, why: String },
    DeviceLost { device: String, why: String },
    DeviceReturned { device: String },
    DeviceMissing { device: String, why: String, instead: Option<String> },
    ClockMoved { device: Option<String>, why: String },
    Underrun { port: String, count: u64, total: u64 },
    Overrun { port: String, count: u64, total: u64 },
    Position { frame: u64, beats: f64, bar: u64, beat: f64, tempo: f64, playing: bool },
    Levels { frame: u64, peak: Vec<f32>, rms: Vec<f32> },
    Refused { ticket: u64, why: String },
    NodeMuted { node: String, frame: u64 },
    NodeTold { node: String, what: String, place: u32, voice: u32, frame: u64, value: f32 },
    StreamStarved { node: String, underruns: u64, why: Option<String> },
    ReportsLost { node: String, count: u64 },
    MessagesLost { count: u64 },
}

/// The letters that wait.
#[derive(Default)]
pub struct Mail {
    box_: Mutex<Letters>,
    bell: Condvar,
}

#[derive(Default)]
struct Letters {
    waiting: VecDeque<Letter>,
    lost: u64,
    /// Nothing comes any more.
    closed: bool,
}

impl Mail {
    fn open(&self) -> MutexGuard<'_, Letters> {
        self.box_.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn post(&self, letter: Letter) {
        let mut letters = self.open();
        if letters.waiting.len() >= ROOM {
            letters.waiting.pop_front();
            letters.lost += 1;
        }
        letters.waiting.push_back(letter);
        drop(letters);
        self.bell.notify_one();
    }

    /// Puts a letter back that nobody could be given.
    pub fn put_back(&self, letter: Letter) {
        self.open().waiting.push_front(letter);
    }

    /// Lets those go who wait.
    pub fn close(&self) {
        self.open().closed = true;
        self.bell.notify_all();
    }

    /// The next letter, if one comes in time.
    pub fn take(&self, patience: Duration) -> Option<Letter> {
        let until = Instant::now() + patience;
        let mut letters = self.open();
        loop {
            if letters.lost > 0 {
                return Some(Letter::MessagesLost { count: std::mem::take(&mut letters.lost) });
            }
            if let Some(letter) = letters.waiting.pop_front() {
                return Some(letter);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || letters.closed {
                return None;
            }
            letters = self.bell.wait_timeout(letters, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether nothing waits and nothing will come.
    pub fn is_over(&self) -> bool {
        let letters = self.open();
        letters.closed && letters.waiting.is_empty() && letters.lost == 0
    }
}
