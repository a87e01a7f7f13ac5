//! The voices of one instrument, and what each event makes of them.

use crate::action::{Action, Actions, Note, NoteId};
use crate::choice::{over_first, same_note, stolen};
use crate::config::{Config, Mode, Priority, Steal};
use crate::keys::Keys;
use crate::numbers::Numbers;
use crate::voice::{Phase, Voice};
use alloc::boxed::Box;
use alloc::vec;

/// How many voices are at what, and what has happened since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Voices that play: held or released.
    pub playing: u16,
    /// Stolen voices whose fade is not over, hurried or not.
    pub fading: u16,
    /// Notes that have started a voice.
    pub started: u64,
    /// Notes that have taken over the voice of another, which was retuned.
    pub retuned: u64,
    /// Voices that were stolen.
    pub stolen: u64,
    /// Notes that found no voice because all spares were fading in a hurry.
    pub dropped: u64,
    /// Notes let go that were not held: not known, ended, stolen or dropped.
    pub unmatched: u64,
    /// Held keys that were forgotten because there were too many.
    pub forgotten: u64,
}

/// The voices of one instrument.
///
/// Frames do not run backwards: one that lies before that of an earlier call counts as that.
#[derive(Debug)]
pub struct Voices {
    config: Config,
    voices: Box<[Voice]>,
    /// The id of the note of each, side by side: for most events ask who has one.
    ids: Box<[NoteId]>,
    /// Those that are free, those that were let go and ring on, and those that fade, hurried or not.
    free: Numbers,
    released: Numbers,
    fading: Numbers,
    keys: Keys,
    /// The latest frame of which it was told.
    now: u64,
    /// The pitch that was heard last.
    last: Option<f32>,
    /// How many of those that fade are hurried.
    hurried: u16,
    /// No fade is over before this frame.
    over: u64,
    /// The one that started last.
    latest: usize,
    counts: Counts,
}

/// Where a stolen voice can fade.
enum Room {
    /// On a spare.
    Spare,
    /// On that of a fading voice, which is hurried; it would be over at a frame.
    Hurry(usize, u64),
}

impl Voices {
    /// Voices that are all free. `[control]`; numbers out of range count as the nearest in it.
    pub fn new(config: &Config) -> Self {
        let config = config.in_range();
        let len = usize::from(config.voices) + 2 * usize::from(config.spares);
        let mut free = Numbers::new(len);
        (0..len).for_each(|number| free.put(number));
        Voices {
            config,
            voices: vec![Voice::default(); len].into(),
            ids: vec![Note::default().id; len].into(),
            free,
            released: Numbers::new(len),
            fading: Numbers::new(len),
            keys: Keys::new(),
            now: 0,
            last: None,
            hurried: 0,
            over: u64::MAX,
            latest: 0,
            counts: Counts::default(),
        }
    }

    /// How many voices there are: those that may play and twice the spares. Actions number them from 0.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.voices.len()
    }

    /// The voice that the next note will begin on, if it begins a voice and there is room for it. `[audio]`
    pub fn next(&self) -> Option<u16> {
        self.free.iter().next().map(|number| number as u16)
    }

    /// Whether the next note may steal a voice: no more may play, or it is stolen for another reason. `[audio]`
    pub fn may_steal(&self) -> bool {
        self.config.steal == Steal::SameNote
            || self.config.mode != Mode::Poly
            || self.counts.playing >= self.config.voices
    }

    /// Whether it hangs on how loud voices are who is stolen. `[any]`
    pub fn listens(&self) -> bool {
        self.config.steal == Steal::Quietest
    }

    /// All voices, in the order of their numbers. Fades that were over at the latest event or [`advance`](Self::advance) are free.
    pub fn all(&self) -> &[Voice] {
        &self.voices
    }

    /// How many voices are at what, and what has happened since the beginning. `[audio]`
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The voice that plays a note, held or released; of several the one that started last. For bends, pressure and parameters of
    /// single notes. `[audio]`
    pub fn voice_of(&self, id: NoteId) -> Option<u16> {
        let plays = |voice: &Voice| voice.phase.is_playing() && voice.note.id == id;
        if self.voices.get(self.latest).is_some_and(plays) {
            return Some(self.latest as u16);
        }
        let playing = self.with_id(id).filter(|(_, voice)| plays(voice));
        playing.max_by_key(|(_, voice)| voice.order).map(|(number, _)| number as u16)
    }

    /// The voices whose last note has an id.
    fn with_id(&self, id: NoteId) -> impl Iterator<Item = (usize, &Voice)> {
        // Many are compared at once, and mostly none of them has it.
        const MANY: usize = 16;
        let has_one = move |ids: &[NoteId]| ids.iter().fold(false, |any, there| any | (*there == id));
        let parts = self.ids.chunks(MANY).enumerate().filter(move |(_, ids)| has_one(ids));
        let each = |(part, ids)| (part * MANY..).zip(ids);
        let same = parts.flat_map(each).filter(move |(_, there): &(usize, &NoteId)| **there == id);
        same.filter_map(|(number, _)| Some((number, self.voices.get(number)?)))
    }

    /// The voice that holds a note.
    fn holder(&self, id: NoteId) -> Option<usize> {
        self.with_id(id).find(|(_, voice)| voice.phase == Phase::Held).map(|(number, _)| number)
    }

    /// Which voice is taken from now on when no more may play. `[audio]`
    pub fn set_steal(&mut self, steal: Steal) {
        self.config.steal = steal;
    }

    /// Which of several held keys is heard, from the next event on. `[audio]`
    pub fn set_priority(&mut self, priority: Priority) {
        self.config.priority = priority;
    }

    /// The frames of fades that begin from now on, as [`Config::fade`] and [`Config::hurry`]. `[audio]`
    pub fn set_fades(&mut self, fade: u32, hurry: u32) {
        (self.config.fade, self.config.hurry) = (fade, hurry);
    }

    /// A note begins. `[audio]`
    ///
    /// `loudness` tells how loud a voice is at this frame, in any measure that grows with it; it is asked only where the quietest
    /// is to be stolen, and only of voices that may be it: those that were let go if there are any, else those that are held.
    /// There is nothing to do if the note is dropped, or held behind
    /// another.
    pub fn note_on(&mut self, frame: u64, note: Note, loudness: impl Fn(u16) -> f32) -> Actions {
        self.advance(frame);
        if self.config.mode != Mode::Poly {
            return self.press(note);
        }
        let full = self.counts.playing >= self.config.voices;
        let steal = self.config.steal;
        // Whether or not others are free, it takes over the voice that holds its id, or plays the same note.
        let taken_over = self.holder(note.id).or_else(|| match steal {
            Steal::SameNote => same_note(&self.voices, &note),
            _ => None,
        });
        let last = self.last.unwrap_or(note.pitch);
        let victim = match taken_over {
            None if full => stolen(&self.voices, &self.released, steal, last, loudness),
            taken_over => taken_over,
        };
        self.start(note, victim).unwrap_or(Actions::none())
    }

    /// A note is let go. `[audio]`; one that is not held is counted, and nothing else happens.
    pub fn note_off(&mut self, frame: u64, id: NoteId) -> Option<Action> {
        self.advance(frame);
        let voice = self.holder(id);
        let known = if self.config.mode == Mode::Poly { voice.is_some() } else { self.keys.let_go(id) };
        self.counts.unmatched += u64::from(!known);
        let number = voice?;
        if let Some(next) = self.keys.first(self.config.priority, None) {
            return self.retune(number, next);
        }
        self.release(number)
    }

    /// All notes are let go, as one event. `[audio]`
    pub fn all_notes_off(&mut self, frame: u64, out: impl FnMut(Action)) {
        self.advance(frame);
        self.keys.clear();
        (0..self.voices.len()).filter_map(|number| self.release(number)).for_each(out);
    }

    /// A voice is over: it has gone silent, or its fade is over. `[audio]`; whether it was not free already.
    pub fn ended(&mut self, frame: u64, voice: u16) -> bool {
        self.advance(frame);
        self.free(usize::from(voice))
    }

    /// Fades that are over by that frame are over. `[audio]`; every event does this first.
    pub fn advance(&mut self, frame: u64) {
        self.now = self.now.max(frame);
        if self.now < self.over {
            return;
        }
        self.over = u64::MAX;
        for place in 0..self.fading.words() {
            for number in self.fading.of_word(place) {
                match self.voices.get(number).and_then(|voice| voice.phase.ends()) {
                    Some(ends) if ends <= self.now => _ = self.free(number),
                    Some(ends) => self.over = self.over.min(ends),
                    None => {}
                }
            }
        }
    }

    /// All voices are free, no key is held and no note was heard, as if new; what has been counted stays. `[audio]`
    pub fn reset(&mut self) {
        (0..self.voices.len()).for_each(|number| _ = self.pass_to(number, Phase::Free));
        self.keys.clear();
        self.last = None;
        (self.hurried, self.over) = (0, u64::MAX);
        (self.counts.playing, self.counts.fading) = (0, 0);
    }

    /// A key is pressed where one voice plays at a time.
    fn press(&mut self, key: Note) -> Actions {
        let playing = self.voices.iter().position(|voice| voice.phase.is_playing());
        let tied = playing.filter(|voice| self.voices.get(*voice).is_some_and(|v| v.phase == Phase::Held));
        let heard = tied.and_then(|voice| self.voices.get(voice)).map(|voice| voice.note.id);
        let priority = self.config.priority;
        let actions = if self.keys.would_be_heard(&key, priority) {
            match tied.filter(|_| self.config.mode == Mode::Legato) {
                Some(voice) => self.retune(voice, key).map(Actions::one),
                None => self.start(key, playing),
            }
        } else {
            // The key that is heard is pressed again, at a pitch at which another goes before it.
            let again = tied.filter(|_| heard == Some(key.id)).zip(self.keys.first(priority, Some(key.id)));
            let back = again.and_then(|(voice, other)| self.retune(voice, other));
            Some(back.map_or(Actions::none(), Actions::one))
        };
        // A key that was dropped is not held.
        let Some(actions) = actions else { return Actions::none() };
        let heard = self.voices.iter().find(|voice| voice.phase == Phase::Held).map(|voice| voice.note.id);
        self.counts.forgotten += u64::from(self.keys.press(key, heard));
        actions
    }

    /// Starts a note, and steals the `victim`'s voice for it; `None` if there is no room for one more to fade.
    fn start(&mut self, note: Note, victim: Option<usize>) -> Option<Actions> {
        let mut actions = Actions::none();
        let voice = self.free.iter().next();
        let room = if victim.is_some() { self.room() } else { Some(Room::Spare) };
        let (Some(number), Some(room)) = (voice, room) else {
            self.counts.dropped += 1;
            return None;
        };
        if let Room::Hurry(fading, ends) = room {
            self.hurry(fading, ends).into_iter().for_each(|action| actions.push(action));
        }
        if let Some(victim) = victim {
            actions.push(self.fade(victim));
        }
        self.pass_to(number, Phase::Held)?;
        let voice = self.voices.get_mut(number)?;
        *voice = Voice { phase: Phase::Held, note, started: self.now, order: self.counts.started };
        self.note_id(number, note.id);
        self.latest = number;
        let glide_from = self.last.filter(|_| self.config.mode != Mode::Legato);
        actions.push(Action::Start { voice: number as u16, note, glide_from });
        self.last = Some(note.pitch);
        self.counts.playing += 1;
        self.counts.started += 1;
        Some(actions)
    }

    /// Where one more voice can fade.
    fn room(&self) -> Option<Room> {
        if self.counts.fading - self.hurried < self.config.spares {
            return Some(Room::Spare);
        }
        let (number, ends) =
            over_first(&self.voices, &self.fading).filter(|_| self.hurried < self.config.spares)?;
        Some(Room::Hurry(number, ends))
    }

    /// Hurries a fading voice that would be over at a frame; nothing to do if that is soon enough.
    fn hurry(&mut self, number: usize, ends: u64) -> Option<Action> {
        let soon = self.now.saturating_add(u64::from(self.config.hurry));
        self.pass_to(number, Phase::Hurried { ends: ends.min(soon) })?;
        self.over = self.over.min(soon);
        self.hurried += 1;
        (soon < ends).then_some(Action::Fade { voice: number as u16, frames: self.config.hurry })
    }

    /// Lets a voice that plays fade.
    fn fade(&mut self, number: usize) -> Action {
        let frames = self.config.fade;
        let ends = self.now.saturating_add(u64::from(frames));
        if self.pass_to(number, Phase::Fading { ends }).is_some() {
            self.over = self.over.min(ends);
            self.counts.playing -= 1;
            self.counts.fading += 1;
            self.counts.stolen += 1;
        }
        Action::Fade { voice: number as u16, frames }
    }

    /// Gives a voice that is held another note.
    fn retune(&mut self, number: usize, note: Note) -> Option<Action> {
        self.voices.get_mut(number)?.note = note;
        self.note_id(number, note.id);
        self.last = Some(note.pitch);
        self.counts.retuned += 1;
        Some(Action::Retune { voice: number as u16, note })
    }

    /// Lets the note of a voice go, if it is held.
    fn release(&mut self, number: usize) -> Option<Action> {
        self.voices.get(number).filter(|voice| voice.phase == Phase::Held)?;
        self.pass_to(number, Phase::Released)?;
        Some(Action::Release { voice: number as u16 })
    }

    fn note_id(&mut self, number: usize, id: NoteId) {
        if let Some(place) = self.ids.get_mut(number) {
            *place = id;
        }
    }

    /// Makes a voice free; whether it was not.
    fn free(&mut self, number: usize) -> bool {
        match self.pass_to(number, Phase::Free) {
            None | Some(Phase::Free) => return false,
            Some(Phase::Held | Phase::Released) => self.counts.playing -= 1,
            Some(Phase::Fading { .. }) => self.counts.fading -= 1,
            Some(Phase::Hurried { .. }) => {
                self.counts.fading -= 1;
                self.hurried -= 1;
            }
        }
        true
    }

    /// Brings a voice to another place in its life, from the one that it gives.
    fn pass_to(&mut self, number: usize, phase: Phase) -> Option<Phase> {
        let voice = self.voices.get_mut(number)?;
        let before = core::mem::replace(&mut voice.phase, phase);
        if let Some(numbers) = self.those_at(before) {
            numbers.take(number);
        }
        if let Some(numbers) = self.those_at(phase) {
            numbers.put(number);
        }
        Some(before)
    }

    /// The numbers of the voices that are at the same place in their lives; there is no list of those that are held.
    fn those_at(&mut self, phase: Phase) -> Option<&mut Numbers> {
        match phase {
            Phase::Free => Some(&mut self.free),
            Phase::Held => None,
            Phase::Released => Some(&mut self.released),
            Phase::Fading { .. } | Phase::Hurried { .. } => Some(&mut self.fading),
        }
    }
}
