//! What a voice is told to do.

/// What a note is called from its beginning to its end. Whoever sends notes chooses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(pub u64);

/// A note.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Note {
    /// What it is called.
    pub id: NoteId,
    /// In semitones with fractions; 69 is the A of 440 Hz.
    pub pitch: f32,
    /// How hard it is struck, from 0 to 1.
    pub velocity: f32,
}

/// What a voice is told to do, at the frame of the event that it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Begin a note, as new.
    Start {
        /// The voice; it was free.
        voice: u16,
        /// Its note.
        note: Note,
        /// The pitch to glide from, if glides are wanted: that of the note that was heard last. `None` for the first note, and
        /// with [`Mode::Legato`](crate::Mode::Legato), where only notes that overlap are tied.
        glide_from: Option<f32>,
    },
    /// Let the note go; the voice rings until it has [ended](crate::Voices::ended).
    Release {
        /// The voice; it was held.
        voice: u16,
    },
    /// Go on with another note, from the pitch that the voice has by now.
    Retune {
        /// The voice; it is and stays held.
        voice: u16,
        /// Its note from now on.
        note: Note,
    },
    /// Become silent within so many frames, and be over then. A second one for the same voice leaves it fewer frames than were left.
    Fade {
        /// The voice.
        voice: u16,
        /// The frames left; 0 is at once.
        frames: u32,
    },
}

/// Up to three actions, in the order in which they are to be done.
#[derive(Clone, Copy, Debug)]
pub struct Actions {
    list: [Action; 3],
    count: usize,
}

impl Actions {
    /// Nothing to do.
    pub(crate) fn none() -> Self {
        Actions { list: [Action::Release { voice: 0 }; 3], count: 0 }
    }

    /// One thing to do.
    pub(crate) fn one(action: Action) -> Self {
        let mut actions = Actions::none();
        actions.push(action);
        actions
    }

    /// One more; at most three.
    pub(crate) fn push(&mut self, action: Action) {
        if let Some(place) = self.list.get_mut(self.count) {
            *place = action;
            self.count += 1;
        }
    }

    /// The actions.
    pub fn as_slice(&self) -> &[Action] {
        self.list.get(..self.count).unwrap_or(&[])
    }

    /// Whether there is nothing to do: the note was dropped, or is held behind another.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl IntoIterator for Actions {
    type Item = Action;
    type IntoIter = core::iter::Take<core::array::IntoIter<Action, 3>>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter().take(self.count)
    }
}
