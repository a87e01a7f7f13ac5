//! How an instrument deals with its voices.

/// The most voices that may play at once.
pub const MAX_VOICES: u16 = 256;
/// The most spare voices.
pub const MAX_SPARES: u16 = 256;
/// The most held keys that are remembered where one voice plays at a time. Of more, the one pressed first that is not heard is
/// forgotten, and counted.
pub const MAX_KEYS: usize = 64;
/// Pitches no further apart than this are the same note, in semitones.
pub const SAME_PITCH: f32 = 1e-3;

/// How many voices may play at once, and when a note starts one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Every note has a voice of its own.
    #[default]
    Poly,
    /// One voice plays; each new note starts anew.
    Mono,
    /// One voice plays; a new note while one is held goes on in the same voice.
    Legato,
}

/// Which of several held keys is heard where one voice plays at a time. Of equal pitches, the one pressed last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// The one pressed last.
    #[default]
    Last,
    /// The lowest.
    Low,
    /// The highest.
    High,
}

/// Which voice is taken when no more may play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steal {
    /// The one that started first.
    #[default]
    Oldest,
    /// The one that is quietest at the frame of the new note.
    Quietest,
    /// The one that was struck most softly.
    LowestVelocity,
    /// The one whose pitch is furthest from that of the note that started last before the new one.
    Furthest,
    /// The one that plays the new note's pitch, even while voices are free; if none does, as [`Steal::Oldest`].
    SameNote,
}

/// How an instrument deals with its voices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How many voices may play at once: 1 to [`MAX_VOICES`]. Counts as 1 except with [`Mode::Poly`].
    pub voices: u16,
    /// How many stolen voices may fade beside them, and how many more may be hurried: up to [`MAX_SPARES`]. With 0 no voice is
    /// ever stolen: a note that finds none free is dropped.
    pub spares: u16,
    /// How many voices may play at once, and when a note starts one.
    pub mode: Mode,
    /// Which of several held keys is heard where one voice plays at a time.
    pub priority: Priority,
    /// Which voice is taken when no more may play.
    pub steal: Steal,
    /// The frames in which a stolen voice fades.
    pub fade: u32,
    /// The frames that are left to a fade that makes room for another.
    pub hurry: u32,
}

impl Config {
    /// How many voices may play at once.
    pub(crate) fn most_playing(&self) -> u16 {
        match self.mode {
            Mode::Poly => self.voices.clamp(1, MAX_VOICES),
            Mode::Mono | Mode::Legato => 1,
        }
    }

    /// The same, with every number in its range.
    pub(crate) fn in_range(&self) -> Self {
        Config { voices: self.most_playing(), spares: self.spares.min(MAX_SPARES), ..*self }
    }
}

impl Default for Config {
    /// Eight voices and four spares that fade in 5 ms, or are hurried in 1 ms, at 48 kHz.
    fn default() -> Self {
        Config {
            voices: 8,
            spares: 4,
            mode: Mode::Poly,
            priority: Priority::Last,
            steal: Steal::Oldest,
            fade: 240,
            hurry: 48,
        }
    }
}
