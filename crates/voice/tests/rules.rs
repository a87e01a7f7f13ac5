//! The rules one by one, as a player meets them.

mod support;

use sostenuto_voice::{Action, Config, MAX_KEYS, MAX_SPARES, MAX_VOICES, Mode, NoteId, Phase, Priority};
use sostenuto_voice::{Steal, Voices};
use support::note;

const FADE: u32 = 240;
const HURRY: u32 = 48;

fn instrument(voices: u16, spares: u16, steal: Steal) -> Voices {
    Voices::new(&Config { voices, spares, steal, fade: FADE, hurry: HURRY, ..Config::default() })
}

fn one(mode: Mode, priority: Priority) -> Voices {
    Voices::new(&Config { mode, priority, ..Config::default() })
}

/// A note of velocity one half; all voices are equally loud.
fn on(voices: &mut Voices, frame: u64, id: u64, pitch: f32) -> Vec<Action> {
    voices.note_on(frame, note(id, pitch, 0.5), |_| 1.0).into_iter().collect()
}

fn off(voices: &mut Voices, frame: u64, id: u64) -> Option<Action> {
    voices.note_off(frame, NoteId(id))
}

/// The voice that a note starts, if it starts one.
fn started(actions: &[Action]) -> Option<u16> {
    actions.iter().find_map(|action| match action {
        Action::Start { voice, .. } => Some(*voice),
        _ => None,
    })
}

fn start(voice: u16, id: u64, pitch: f32, glide_from: Option<f32>) -> Action {
    Action::Start { voice, note: note(id, pitch, 0.5), glide_from }
}

fn retune(voice: u16, id: u64, pitch: f32) -> Action {
    Action::Retune { voice, note: note(id, pitch, 0.5) }
}

#[test]
fn when_all_spares_fade_the_shortest_fade_makes_room_and_then_notes_are_dropped() {
    let mut voices = instrument(1, 2, Steal::Oldest);
    assert_eq!(voices.len(), 5);
    assert_eq!(on(&mut voices, 0, 1, 60.0), [start(0, 1, 60.0, None)]);
    let fade = |voice| Action::Fade { voice, frames: FADE };
    assert_eq!(on(&mut voices, 10, 2, 61.0), [fade(0), start(1, 2, 61.0, Some(60.0))]);
    assert_eq!(on(&mut voices, 20, 3, 62.0), [fade(1), start(2, 3, 62.0, Some(61.0))]);
    // Both spares fade. The first has 220 frames left, which are too many.
    let hurry = |voice| Action::Fade { voice, frames: HURRY };
    assert_eq!(on(&mut voices, 30, 4, 63.0), [hurry(0), fade(2), start(3, 4, 63.0, Some(62.0))]);
    assert_eq!(voices.all()[0].phase, Phase::Hurried { ends: 78 });
    assert_eq!(on(&mut voices, 40, 5, 64.0), [hurry(1), fade(3), start(4, 5, 64.0, Some(63.0))]);
    // Two are hurried: no more until one of them is over.
    let (before, counts) = (voices.all().to_vec(), voices.counts());
    assert_eq!(on(&mut voices, 77, 6, 65.0), []);
    assert_eq!((voices.all(), voices.counts().dropped), (&before[..], counts.dropped + 1));
    assert_eq!(off(&mut voices, 77, 6), None);
    assert_eq!(voices.counts().unmatched, 1);
    // Voice 2 is told to hurry, and voice 0, which is over, takes the note.
    assert_eq!(on(&mut voices, 78, 7, 65.0), [hurry(2), fade(4), start(0, 7, 65.0, Some(64.0))]);
    voices.advance(40 + u64::from(FADE));
    assert_eq!(voices.counts().fading, 1);
    voices.advance(78 + u64::from(FADE));
    let counts = voices.counts();
    assert_eq!((counts.playing, counts.fading, counts.stolen, counts.dropped), (1, 0, 5, 1));
}

#[test]
fn a_fade_that_is_nearly_over_is_not_told_to_hurry() {
    let mut voices = instrument(1, 1, Steal::Oldest);
    on(&mut voices, 0, 1, 60.0);
    on(&mut voices, 10, 2, 61.0);
    // 40 frames are left to the first.
    let actions = on(&mut voices, 210, 3, 62.0);
    assert_eq!(actions, [Action::Fade { voice: 1, frames: FADE }, start(2, 3, 62.0, Some(61.0))]);
    assert_eq!(voices.all()[0].phase, Phase::Hurried { ends: 250 });
}

#[test]
fn without_spares_nothing_is_stolen() {
    let mut voices = instrument(2, 0, Steal::Quietest);
    assert!(
        started(&on(&mut voices, 0, 1, 60.0)).is_some() && started(&on(&mut voices, 0, 2, 61.0)).is_some()
    );
    assert_eq!(on(&mut voices, 5, 3, 62.0), []);
    assert!(voices.ended(6, 0));
    assert_eq!(started(&on(&mut voices, 6, 3, 62.0)), Some(0));
    assert_eq!((voices.counts().stolen, voices.counts().dropped), (0, 1));
}

#[test]
fn fades_of_no_length_are_over_at_once() {
    let mut voices = Voices::new(&Config { voices: 1, spares: 1, fade: 0, hurry: 0, ..Config::default() });
    for id in 0..100 {
        assert!(started(&on(&mut voices, 7, id, 60.0)).is_some());
    }
    assert_eq!((voices.counts().stolen, voices.counts().dropped), (99, 0));
}

#[test]
fn each_strategy_takes_the_voice_that_it_names() {
    // Pitch and velocity of four notes, how loud their voices are, and who goes.
    let notes = [(60.0, 0.9), (48.0, 0.2), (72.0, 0.7), (64.0, 0.4)];
    let loud = [0.8, 0.6, 0.1, 0.9];
    for (steal, goes) in [
        (Steal::Oldest, 0),
        (Steal::Quietest, 2),
        (Steal::LowestVelocity, 1),
        (Steal::Furthest, 1),
        (Steal::SameNote, 3),
    ] {
        let mut voices = instrument(4, 1, steal);
        for (id, (pitch, velocity)) in (0..).zip(notes) {
            voices.note_on(id, note(id, pitch, velocity), |_| 0.0);
        }
        let actions = voices.note_on(10, note(9, 64.0, 0.5), |voice| loud[usize::from(voice)]);
        assert_eq!(actions.as_slice()[0], Action::Fade { voice: goes, frames: FADE }, "{steal:?}");
    }
}

#[test]
fn of_those_alike_the_oldest_goes_and_then_the_lowest_id() {
    let mut voices = instrument(3, 4, Steal::LowestVelocity);
    on(&mut voices, 0, 7, 60.0);
    on(&mut voices, 5, 9, 61.0);
    on(&mut voices, 5, 8, 62.0);
    let mut stolen = || match on(&mut voices, 20, 100, 63.0).first() {
        Some(Action::Fade { voice, .. }) => *voice,
        other => panic!("{other:?}"),
    };
    assert_eq!(stolen(), 0);
    let mut voices = instrument(2, 4, Steal::LowestVelocity);
    on(&mut voices, 5, 9, 61.0);
    on(&mut voices, 5, 8, 62.0);
    assert_eq!(on(&mut voices, 20, 100, 63.0)[0], Action::Fade { voice: 1, frames: FADE });
}

#[test]
fn what_rings_on_goes_before_what_is_held() {
    for steal in support::STEALS {
        let mut voices = instrument(3, 1, steal);
        for id in 0..3 {
            voices.note_on(id, note(id, 60.0 + id as f32, 0.1 + 0.2 * id as f32), |_| 0.0);
        }
        assert_eq!(off(&mut voices, 10, 2), Some(Action::Release { voice: 2 }));
        // By its own measure each strategy but the furthest would take another.
        let actions = voices.note_on(20, note(9, 90.0, 0.5), f32::from);
        assert_eq!(actions.as_slice()[0], Action::Fade { voice: 2, frames: FADE }, "{steal:?}");
    }
}

#[test]
fn loudness_that_is_no_number_is_the_loudest_and_both_zeros_are_alike() {
    let mut voices = instrument(3, 1, Steal::Quietest);
    (0..3).for_each(|id| _ = on(&mut voices, id, id, 60.0 + id as f32));
    let levels = [f32::NAN, 5.0, -f32::NAN];
    let actions = voices.note_on(9, note(9, 70.0, 0.5), |voice| levels[usize::from(voice)]);
    assert_eq!(actions.as_slice()[0], Action::Fade { voice: 1, frames: FADE });
    let mut voices = instrument(2, 1, Steal::Quietest);
    (0..2).for_each(|id| _ = on(&mut voices, id, id, 60.0 + id as f32));
    let actions = voices.note_on(9, note(9, 70.0, 0.5), |voice| [0.0, -0.0][usize::from(voice)]);
    assert_eq!(actions.as_slice()[0], Action::Fade { voice: 0, frames: FADE });
}

#[test]
fn an_id_that_is_held_is_struck_again_and_one_that_rings_on_is_let_ring() {
    let mut voices = instrument(8, 2, Steal::Oldest);
    on(&mut voices, 0, 5, 60.0);
    let again = on(&mut voices, 10, 5, 67.0);
    assert_eq!(again, [Action::Fade { voice: 0, frames: FADE }, start(1, 5, 67.0, Some(60.0))]);
    assert_eq!(off(&mut voices, 20, 5), Some(Action::Release { voice: 1 }));
    assert_eq!(voices.voice_of(NoteId(5)), Some(1));
    assert_eq!(on(&mut voices, 30, 5, 72.0), [start(2, 5, 72.0, Some(67.0))]);
    assert_eq!((voices.voice_of(NoteId(5)), voices.counts().playing), (Some(2), 2));
    assert_eq!(off(&mut voices, 40, 6), None);
    assert_eq!(voices.counts().unmatched, 1);
}

#[test]
fn the_same_note_takes_over_though_voices_are_free() {
    let mut voices = instrument(8, 2, Steal::SameNote);
    on(&mut voices, 0, 1, 60.0);
    assert_eq!(on(&mut voices, 5, 2, 60.002).len(), 1);
    assert_eq!(on(&mut voices, 10, 3, 60.0005)[0], Action::Fade { voice: 0, frames: FADE });
    assert_eq!(voices.counts().playing, 2);
}

#[test]
fn mono_starts_each_note_and_goes_back_to_what_is_held() {
    let mut voices = one(Mode::Mono, Priority::Last);
    assert_eq!(on(&mut voices, 0, 1, 60.0), [start(0, 1, 60.0, None)]);
    let fade = Action::Fade { voice: 0, frames: FADE };
    assert_eq!(on(&mut voices, 10, 2, 64.0), [fade, start(1, 2, 64.0, Some(60.0))]);
    assert_eq!(off(&mut voices, 20, 2), Some(retune(1, 1, 60.0)));
    assert_eq!(voices.voice_of(NoteId(1)), Some(1));
    assert_eq!(off(&mut voices, 30, 1), Some(Action::Release { voice: 1 }));
    // What rings on is stolen by the next note.
    assert_eq!(on(&mut voices, 40, 3, 62.0)[0], Action::Fade { voice: 1, frames: FADE });
    let counts = voices.counts();
    assert_eq!((counts.started, counts.retuned, counts.stolen, counts.playing), (3, 1, 2, 1));
}

#[test]
fn legato_ties_notes_that_overlap_and_starts_those_that_do_not() {
    let mut voices = one(Mode::Legato, Priority::Last);
    assert_eq!(on(&mut voices, 0, 1, 60.0), [start(0, 1, 60.0, None)]);
    assert_eq!(on(&mut voices, 10, 2, 64.0), [retune(0, 2, 64.0)]);
    assert_eq!(off(&mut voices, 15, 1), None);
    assert_eq!(off(&mut voices, 20, 2), Some(Action::Release { voice: 0 }));
    let fade = Action::Fade { voice: 0, frames: FADE };
    assert_eq!(on(&mut voices, 30, 3, 67.0), [fade, start(1, 3, 67.0, None)]);
    // A held voice that has ended by itself stays so until the next key.
    assert!(voices.ended(40, 1));
    assert_eq!(on(&mut voices, 50, 4, 69.0), [start(1, 4, 69.0, None)]);
    assert!(voices.ended(60, 1));
    assert_eq!((off(&mut voices, 70, 4), off(&mut voices, 80, 3)), (None, None));
    assert_eq!(voices.counts().unmatched, 0);
}

#[test]
fn priority_says_which_held_key_is_heard() {
    for (priority, heard) in [(Priority::Low, [57.0, 57.0, 60.0]), (Priority::High, [64.0, 64.0, 64.0])] {
        let mut voices = one(Mode::Legato, priority);
        on(&mut voices, 0, 1, 60.0);
        let now = |voices: &Voices| voices.all()[0].note.pitch;
        on(&mut voices, 1, 2, 64.0);
        on(&mut voices, 2, 3, 57.0);
        assert_eq!(now(&voices), heard[0]);
        // Held behind another: nothing to do when it comes and goes.
        let behind = if priority == Priority::Low { 62.0 } else { 58.0 };
        assert_eq!((on(&mut voices, 3, 4, behind), off(&mut voices, 4, 4)), (vec![], None));
        assert_eq!(now(&voices), heard[1]);
        off(&mut voices, 5, 3);
        assert_eq!(now(&voices), heard[2]);
    }
}

#[test]
fn a_key_pressed_again_may_hand_over_to_another() {
    let mut voices = one(Mode::Mono, Priority::Low);
    on(&mut voices, 0, 1, 60.0);
    on(&mut voices, 1, 2, 64.0);
    assert_eq!(on(&mut voices, 2, 1, 70.0), [retune(0, 2, 64.0)]);
    assert_eq!(off(&mut voices, 3, 2), Some(retune(0, 1, 70.0)));
}

#[test]
fn of_too_many_keys_the_first_that_is_not_heard_is_forgotten() {
    let mut voices = one(Mode::Legato, Priority::Low);
    let keys = MAX_KEYS as u64;
    (0..=keys).for_each(|id| _ = on(&mut voices, id, id, 40.0 + id as f32));
    assert_eq!(voices.counts().forgotten, 1);
    // The lowest is heard, so it is the second that was forgotten: the third comes next.
    assert_eq!(off(&mut voices, 1000, 0), Some(retune(0, 2, 42.0)));
    assert_eq!(off(&mut voices, 1001, 1), None);
    assert_eq!(voices.counts().unmatched, 1);
}

#[test]
fn all_notes_off_lets_go_of_what_is_held_and_of_the_keys() {
    for mode in support::MODES {
        let mut voices = one(mode, Priority::Last);
        (0..3).for_each(|id| _ = on(&mut voices, id, id, 60.0 + id as f32));
        let mut released = 0;
        voices.all_notes_off(10, |action| released += u16::from(matches!(action, Action::Release { .. })));
        assert_eq!(released, if mode == Mode::Poly { 3 } else { 1 });
        assert_eq!(voices.counts().playing, released);
        assert_eq!((0..3).filter_map(|id| off(&mut voices, 20, id)).count(), 0);
    }
}

#[test]
fn numbers_out_of_range_count_as_the_nearest() {
    let len = |voices, spares| Voices::new(&Config { voices, spares, ..Config::default() }).len();
    assert_eq!(
        (len(0, 0), len(u16::MAX, u16::MAX)),
        (1, usize::from(MAX_VOICES) + 2 * usize::from(MAX_SPARES))
    );
}

#[test]
fn the_rules_can_change_while_notes_play() {
    let mut voices = instrument(2, 1, Steal::Oldest);
    voices.note_on(0, note(1, 60.0, 0.9), |_| 0.0);
    voices.note_on(1, note(2, 61.0, 0.1), |_| 0.0);
    voices.set_steal(Steal::LowestVelocity);
    voices.set_fades(10, 2);
    assert_eq!(on(&mut voices, 5, 3, 62.0)[0], Action::Fade { voice: 1, frames: 10 });
    let mut voices = one(Mode::Legato, Priority::Last);
    on(&mut voices, 0, 1, 60.0);
    on(&mut voices, 1, 2, 64.0);
    voices.set_priority(Priority::High);
    assert_eq!(on(&mut voices, 2, 3, 62.0), []);
}

#[test]
fn a_reset_forgets_all_but_the_counts() {
    for mode in support::MODES {
        let mut voices = one(mode, Priority::Low);
        (0..20).for_each(|id| _ = on(&mut voices, id, id, 80.0 - id as f32));
        voices.reset();
        let counts = voices.counts();
        assert_eq!((counts.playing, counts.fading), (0, 0));
        assert_eq!(counts.started + counts.retuned + counts.dropped, 20);
        assert!(voices.all().iter().all(|voice| voice.phase == Phase::Free));
        // As with new ones: no key, no pitch, nothing that fades.
        assert_eq!(on(&mut voices, 30, 100, 90.0), [start(0, 100, 90.0, None)]);
        assert_eq!(off(&mut voices, 31, 100), Some(Action::Release { voice: 0 }));
    }
}
