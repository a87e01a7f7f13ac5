//! What has become of each trigger? A table that any thread reads and writes without locks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What a trigger has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// It is on its way, or waits for its time.
    Waiting = 1,
    Playing = 2,
    Finished = 3,
    Dropped = 4,
    Stolen = 5,
    Choked = 6,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Playing => "playing",
            State::Finished => "finished",
            State::Dropped => "dropped",
            State::Stolen => "stolen",
            State::Choked => "choked",
        }
    }

    fn of(byte: u8) -> Option<State> {
        [State::Waiting, State::Playing, State::Finished, State::Dropped, State::Stolen, State::Choked]
            .into_iter()
            .find(|state| *state as u8 == byte)
    }

    fn is_over(self) -> bool {
        !matches!(self, State::Waiting | State::Playing)
    }
}

/// The latest 131,072 triggers, and those before them that still sound, by their ids.
pub struct Voices {
    /// Of each: its id, then its state in the lowest byte.
    table: Box<[AtomicU64]>,
    next: AtomicU32,
}

const ROOM: u32 = 1 << 17;
/// Ids that a program may give end here.
const IDS: u32 = 1 << 31;

impl Voices {
    pub fn new() -> Voices {
        Voices { table: (0..ROOM).map(|_| AtomicU64::new(0)).collect(), next: AtomicU32::new(1) }
    }

    fn place(&self, id: u32) -> Option<&AtomicU64> {
        self.table.get((id % ROOM) as usize)
    }

    /// An id for a trigger, which is on its way from here on.
    pub fn begin(&self) -> u32 {
        // There are far more places than voices, so a free one is near.
        loop {
            let id = self.next.fetch_add(1, Ordering::Relaxed) % IDS;
            let Some(place) = self.place(id).filter(|_| id != 0) else { continue };
            let before = place.load(Ordering::Relaxed);
            let is_over = State::of(before as u8).is_none_or(State::is_over);
            let after = u64::from(id) << 8 | State::Waiting as u64;
            if is_over && place.compare_exchange(before, after, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                return id;
            }
        }
    }

    /// Notes what has become of a trigger. What is over stays as it is.
    pub fn note(&self, id: u32, state: State) {
        let Some(place) = self.place(id) else { return };
        let after = u64::from(id) << 8 | state as u64;
        _ = place.fetch_update(Ordering::Release, Ordering::Relaxed, |before| {
            let goes_on = State::of(before as u8).is_some_and(|state| !state.is_over());
            (before >> 8 == u64::from(id) && goes_on).then_some(after)
        });
    }

    /// What has become of a trigger; one that is too long ago is over.
    pub fn state(&self, id: u32) -> State {
        let Some(place) = self.place(id) else { return State::Finished };
        let now = place.load(Ordering::Acquire);
        State::of(now as u8).filter(|_| now >> 8 == u64::from(id)).unwrap_or(State::Finished)
    }
}
