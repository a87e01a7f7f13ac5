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
    /// Of each: its id, then the slot that it plays, then its state in the lowest byte.
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

    /// An id for a trigger of a slot, which is on its way from here on.
    pub fn begin(&self, slot: u32) -> u32 {
        // There are far more places than voices, so a free one is near. If none is, the oldest is forgotten.
        for tries in 0.. {
            let id = self.next.fetch_add(1, Ordering::Relaxed) % IDS;
            let Some(place) = self.place(id).filter(|_| id != 0) else { continue };
            let before = place.load(Ordering::Relaxed);
            let is_over = State::of(before as u8).is_none_or(State::is_over);
            let after = u64::from(id) << 16 | u64::from(slot & 0xff) << 8 | State::Waiting as u64;
            if (is_over || tries > 256)
                && place.compare_exchange(before, after, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                return id;
            }
        }
        0
    }

    /// Notes what has become of a trigger. What is over stays as it is.
    pub fn note(&self, id: u32, state: State) {
        let Some(place) = self.place(id) else { return };
        _ = place.fetch_update(Ordering::Release, Ordering::Relaxed, |before| {
            let goes_on = State::of(before as u8).is_some_and(|state| !state.is_over());
            (before >> 16 == u64::from(id) && goes_on).then_some(before & !0xff | state as u64)
        });
    }

    /// What has become of a trigger; one that is too long ago is over.
    pub fn state(&self, id: u32) -> State {
        let Some(place) = self.place(id) else { return State::Finished };
        let now = place.load(Ordering::Acquire);
        State::of(now as u8).filter(|_| now >> 16 == u64::from(id)).unwrap_or(State::Finished)
    }

    /// The slot that a trigger is of, if it is known.
    pub fn slot(&self, id: u32) -> Option<u32> {
        let now = self.place(id)?.load(Ordering::Acquire);
        (now >> 16 == u64::from(id)).then_some((now >> 8 & 0xff) as u32)
    }

    /// Those that play or are on their way.
    pub fn active(&self) -> impl Iterator<Item = u32> {
        let active = |place: &AtomicU64| {
            let now = place.load(Ordering::Acquire);
            State::of(now as u8).filter(|state| !state.is_over()).map(|_| (now >> 16) as u32)
        };
        self.table.iter().filter_map(active)
    }
}
