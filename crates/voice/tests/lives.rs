//! Ten thousand notes in every mode, judged by what the voices are told alone: no two notes on one voice, no more than may play or
//! fade, every start has its end, and nothing is allocated meanwhile.

mod support;

use sostenuto_trap::{TrapAllocator, forbidden};
use sostenuto_voice::{Action, Config, Counts, Mode, NoteId, Voices};
use support::{Dice, Event, configs, loudness, note};

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

/// What an onlooker knows of a voice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Free,
    Held(NoteId),
    Released,
    Fading(u64),
}

struct Onlooker {
    seen: Vec<Seen>,
    config: Config,
    starts: u64,
    ends: u64,
    fades: u64,
}

impl Onlooker {
    /// Fades that are over.
    fn pass(&mut self, frame: u64) {
        for seen in &mut self.seen {
            if matches!(seen, Seen::Fading(ends) if *ends <= frame) {
                (*seen, self.ends) = (Seen::Free, self.ends + 1);
            }
        }
    }

    fn see(&mut self, frame: u64, action: Action) {
        match action {
            Action::Start { voice, note, .. } => {
                let seen = &mut self.seen[usize::from(voice)];
                assert_eq!(*seen, Seen::Free, "a note starts where another is heard");
                (*seen, self.starts) = (Seen::Held(note.id), self.starts + 1);
            }
            Action::Release { voice } => {
                let seen = &mut self.seen[usize::from(voice)];
                assert!(matches!(seen, Seen::Held(_)), "{seen:?} is released");
                *seen = Seen::Released;
            }
            Action::Retune { voice, note } => {
                let seen = &mut self.seen[usize::from(voice)];
                assert!(
                    matches!(seen, Seen::Held(_)) && self.config.mode != Mode::Poly,
                    "{seen:?} is retuned"
                );
                *seen = Seen::Held(note.id);
            }
            Action::Fade { voice, frames } => {
                let ends = frame + u64::from(frames);
                let seen = &mut self.seen[usize::from(voice)];
                match *seen {
                    Seen::Free => panic!("a free voice fades"),
                    Seen::Fading(before) => assert!(ends < before, "a fade is made longer"),
                    Seen::Held(_) | Seen::Released => self.fades += 1,
                }
                *seen = Seen::Fading(ends);
            }
        }
    }

    fn check(&self, counts: Counts) {
        let fading = self.seen.iter().filter(|seen| matches!(seen, Seen::Fading(_))).count();
        let free = self.seen.iter().filter(|seen| **seen == Seen::Free).count();
        let playing = self.seen.len() - free - fading;
        let most = if self.config.mode == Mode::Poly { self.config.voices } else { 1 };
        assert!(playing <= usize::from(most) && fading <= 2 * usize::from(self.config.spares));
        assert_eq!((usize::from(counts.playing), usize::from(counts.fading)), (playing, fading));
        assert_eq!((counts.started, counts.stolen), (self.starts, self.fades));
    }
}

/// One event, under the trap.
fn happen(voices: &mut Voices, frame: u64, event: Event, actions: &mut Vec<Action>) {
    actions.clear();
    forbidden(|| match event {
        Event::On(note) => {
            let loudness = |voice| loudness(frame, voice);
            voices.note_on(frame, note, loudness).into_iter().for_each(|action| actions.push(action));
        }
        Event::Off(id) => voices.note_off(frame, id).into_iter().for_each(|action| actions.push(action)),
        Event::AllOff => voices.all_notes_off(frame, |action| actions.push(action)),
        Event::Ended(voice) => _ = voices.ended(frame, voice),
        Event::Advance => voices.advance(frame),
    });
}

fn play(config: Config, notes: u64, dice: &mut Dice) -> Counts {
    let mut voices = Voices::new(&config);
    let mut actions = Vec::with_capacity(voices.len());
    let seen = vec![Seen::Free; voices.len()];
    let mut onlooker = Onlooker { seen, config, starts: 0, ends: 0, fades: 0 };
    let (mut frame, mut id) = (0, 0);
    while id < notes {
        frame += dice.below(70) * dice.below(3);
        let event = match dice.below(16) {
            0..8 => {
                id += 1;
                // Now and then a key is struck again.
                let id = if dice.below(8) == 0 { id - dice.below(id.min(6)) } else { id };
                Event::On(note(id, dice.below(40) as f32 * 0.5 + 40.0, dice.below(9) as f32 / 8.0))
            }
            8..13 => Event::Off(NoteId(id - dice.below(12).min(id))),
            13 if dice.below(20) == 0 => Event::AllOff,
            13 => Event::Advance,
            _ => Event::Ended(dice.below(voices.len() as u64 + 2) as u16),
        };
        let before = (voices.all().to_vec(), voices.counts());
        onlooker.pass(frame);
        if let Event::Ended(voice) = event {
            // Only what rings on ends by itself here, so that no hanging note goes unseen.
            match onlooker.seen.get_mut(usize::from(voice)) {
                Some(seen @ Seen::Released) => (*seen, onlooker.ends) = (Seen::Free, onlooker.ends + 1),
                Some(Seen::Held(_) | Seen::Fading(_)) => continue,
                Some(Seen::Free) | None => {}
            }
        }
        happen(&mut voices, frame, event, &mut actions);
        actions.iter().for_each(|action| onlooker.see(frame, *action));
        onlooker.check(voices.counts());
        assert_changes_nothing_if_dropped(&voices, &before, &actions, frame);
    }
    // All are let go, each that rings is over, and so are the fades in time: nothing hangs.
    happen(&mut voices, frame, Event::AllOff, &mut actions);
    actions.iter().for_each(|action| onlooker.see(frame, *action));
    assert!(!onlooker.seen.iter().any(|seen| matches!(seen, Seen::Held(_))), "a note hangs");
    for number in 0..voices.len() {
        if onlooker.seen[number] == Seen::Released {
            happen(&mut voices, frame, Event::Ended(number as u16), &mut actions);
            (onlooker.seen[number], onlooker.ends) = (Seen::Free, onlooker.ends + 1);
        }
    }
    frame += u64::from(config.fade);
    onlooker.pass(frame);
    happen(&mut voices, frame, Event::Advance, &mut actions);
    onlooker.check(voices.counts());
    assert!(onlooker.seen.iter().all(|seen| *seen == Seen::Free), "{config:?}");
    assert_eq!(onlooker.starts, onlooker.ends);
    voices.counts()
}

/// A note that is dropped is counted, and changes nothing but what time does.
fn assert_changes_nothing_if_dropped(
    voices: &Voices,
    (before, counts): &(Vec<sostenuto_voice::Voice>, Counts),
    actions: &[Action],
    frame: u64,
) {
    let now = voices.counts();
    if now.dropped == counts.dropped {
        return;
    }
    assert!(actions.is_empty());
    let over = |voice: &sostenuto_voice::Voice| voice.phase.ends().is_some_and(|ends| ends <= frame);
    let over = before.iter().filter(|voice| over(voice)).count() as u16;
    let same = Counts { dropped: counts.dropped + 1, fading: counts.fading - over, ..*counts };
    assert_eq!(now, same);
    for (old, new) in before.iter().zip(voices.all()).filter(|(_, new)| new.phase.ends().is_some()) {
        assert_eq!(old, new);
    }
}

#[test]
fn ten_thousand_notes_in_every_mode_have_their_ends_and_allocate_nothing() {
    let mut dice = Dice(1);
    let mut all = Counts::default();
    for (voices, spares) in [(1, 1), (8, 2), (64, 4), (3, 0)] {
        let base = Config { voices, spares, ..Config::default() };
        for config in configs(base) {
            let counts = play(config, 10_000, &mut dice);
            all.started += counts.started;
            all.retuned += counts.retuned;
            all.stolen += counts.stolen;
            all.dropped += counts.dropped;
            assert_eq!(counts.stolen > 0, spares > 0, "{config:?}");
        }
    }
    println!("{all:?}");
    // Nothing that could happen is missing.
    assert!(all.started > 100_000 && all.retuned > 10_000 && all.stolen > 10_000 && all.dropped > 1000);
}
