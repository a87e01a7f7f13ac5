//! The keys that are held where one voice plays at a time.

use crate::action::{Note, NoteId};
use crate::config::{MAX_KEYS, Priority};
use alloc::vec::Vec;

/// The held keys, in the order in which they were pressed; at most [`MAX_KEYS`], each id once.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Note>);

impl Keys {
    /// No keys, and room for all that there may be.
    pub fn new() -> Self {
        Keys(Vec::with_capacity(MAX_KEYS))
    }

    /// The key to be heard, `but` one.
    pub fn first(&self, priority: Priority, but: Option<NoteId>) -> Option<Note> {
        let others = self.0.iter().filter(|key| Some(key.id) != but).copied();
        others.reduce(|first, later| if goes_before(&later, &first, priority) { later } else { first })
    }

    /// Whether a key that is pressed now is to be heard.
    pub fn would_be_heard(&self, key: &Note, priority: Priority) -> bool {
        self.first(priority, Some(key.id)).is_none_or(|other| goes_before(key, &other, priority))
    }

    /// Takes a key up as the one pressed last. If there are too many, the one pressed first is forgotten, but not the one that is
    /// `heard`. Whether one was.
    pub fn press(&mut self, key: Note, heard: Option<NoteId>) -> bool {
        self.let_go(key.id);
        let full = self.0.len() >= MAX_KEYS;
        if full {
            let place = self.0.iter().position(|key| Some(key.id) != heard);
            self.0.remove(place.unwrap_or(0));
        }
        self.0.push(key);
        full
    }

    /// Whether that key was held.
    pub fn let_go(&mut self, id: NoteId) -> bool {
        let place = self.0.iter().position(|key| key.id == id);
        place.inspect(|place| _ = self.0.remove(*place)).is_some()
    }

    /// None is held any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether a key is heard rather than one that was pressed earlier.
fn goes_before(later: &Note, earlier: &Note, priority: Priority) -> bool {
    match priority {
        Priority::Last => true,
        Priority::Low => later.pitch <= earlier.pitch,
        Priority::High => later.pitch >= earlier.pitch,
    }
}
