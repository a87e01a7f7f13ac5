//! Which voice plays which note?
//!
//! [`Voices`] books the voices of one instrument: it is told of notes at frames and answers with what each voice has to do. It
//! knows no audio, so the executor drives it on the audio thread, and a client whose voices run elsewhere books them with the
//! same rules.
//!
//! ```
//! use sostenuto_voice::{Action, Config, Note, NoteId, Steal, Voices};
//!
//! let mut voices = Voices::new(&Config { voices: 2, spares: 1, steal: Steal::Quietest, ..Config::default() });
//! let note = |id, pitch| Note { id: NoteId(id), pitch, velocity: 0.8 };
//! let loudness = |voice| [0.5, 0.1][usize::from(voice)];
//!
//! let chord = [voices.note_on(0, note(1, 60.0), loudness), voices.note_on(0, note(2, 64.0), loudness)];
//! assert!(chord.iter().all(|actions| matches!(actions.as_slice(), [Action::Start { .. }])));
//!
//! // Both voices are taken: the quieter one fades while the new note starts, at its frame, on a voice of its own.
//! let stolen = voices.note_on(100, note(3, 67.0), loudness);
//! let start = Action::Start { voice: 2, note: note(3, 67.0), glide_from: Some(64.0) };
//! assert_eq!(stolen.as_slice(), [Action::Fade { voice: 1, frames: 240 }, start]);
//!
//! assert_eq!(voices.note_off(200, NoteId(1)), Some(Action::Release { voice: 0 }));
//! // The voice has become silent; the fade is over by itself after its 240 frames.
//! assert!(voices.ended(340, 0));
//! assert_eq!((voices.counts().playing, voices.counts().fading), (1, 0));
//! ```
//!
//! # The life of a voice
//! 1. *Free* until a note starts on it.
//! 2. *Held* until the note is let go, then *released*; both are *playing*. At most [`Config::voices`] are playing.
//! 3. If its note is stolen it is *fading*, for [`Config::fade`] frames. At most [`Config::spares`] are.
//! 4. If one more is to fade, the one of them that would be over first is *hurried*: it has [`Config::hurry`] frames left. At
//!    most [`Config::spares`] are hurried. While as many are, a note that would have to steal is dropped and counted, and
//!    nothing else changes.
//! 5. It is free again when its fade is over, which is a matter of time alone, or when whoever runs it says that it
//!    [has ended](Voices::ended).
//!
//! So there are `voices + 2 * spares` of them ([`Voices::len`]), and a new note never waits.
//!
//! # Who is stolen
//! In this order:
//! 1. The voice that holds a note of the same id: an id is struck again. A released voice rings on.
//! 2. With [`Steal::SameNote`], the oldest voice that plays the same pitch, to a thousandth of a semitone.
//! 3. If as many play as may: of the released voices, or if there are none, of the held ones, the one that [`Steal`] names.
//!    Where it names several, the one that started at the earliest frame; of these the one with the lowest id; of these the
//!    one that started first.
//!
//! That released voices go first is what most synthesizers do: what the hands still hold is wanted more than what rings on.
//!
//! # One voice at a time
//! With [`Mode::Mono`] and [`Mode::Legato`] one voice plays, whatever [`Config::voices`] says, and the keys that are held
//! are remembered, at most [`MAX_KEYS`]. [`Priority`] says which of them is heard. A new key that is to be heard starts a voice and
//! steals the one that plays; with [`Mode::Legato`], while the voice is held, it is retuned instead. When the key that is heard
//! is let go and others are held, the voice is retuned to the one that is heard next, in both modes. A voice that has
//! ended by itself is not brought back by letting go of a key.
//!
//! # Real-time considerations
//! All memory is allocated by [`Voices::new`]. No other function allocates, locks or panics; the time of each is bounded by
//! the number of voices. The answers depend on the events and their frames only; where [`Voices::ended`] is called at frames that
//! depend on the signal alone, they are the same for every block size.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod action;
mod choice;
mod config;
mod keys;
mod numbers;
mod voice;
mod voices;

pub use action::{Action, Actions, Note, NoteId};
pub use config::{Config, MAX_KEYS, MAX_SPARES, MAX_VOICES, Mode, Priority, SAME_PITCH, Steal};
pub use numbers::Numbers;
pub use voice::{Phase, Voice};
pub use voices::{Counts, Voices};
