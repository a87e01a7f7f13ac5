//! Every mode and every way to steal against a plain model of it, on random events.

mod support;

use proptest::prelude::*;
use sostenuto_voice::{Config, NoteId, Phase, Steal, Voices};
use std::cell::RefCell;
use support::model::Model;
use support::{Event, MODES, PRIORITIES, STEALS, happen, loudness, note};

fn config() -> impl Strategy<Value = Config> {
    let counts = (1..6u16, 0..4u16);
    let fades = prop_oneof![Just((0, 0)), Just((5, 9)), Just((240, 48)), Just((240, 0))];
    let choices =
        (prop::sample::select(&MODES), prop::sample::select(&PRIORITIES), prop::sample::select(&STEALS));
    (counts, fades, choices).prop_map(|((voices, spares), (fade, hurry), (mode, priority, steal))| Config {
        voices,
        spares,
        mode,
        priority,
        steal,
        fade,
        hurry,
    })
}

/// Pitches that are few, so that notes are alike; some are so close that they are the same note, some just not.
fn pitch() -> impl Strategy<Value = f32> {
    (0..7u8, 0..3u8)
        .prop_map(|(step, near)| 60.0 + f32::from(step) * 2.5 + [0.0, 0.0005, 0.0025][usize::from(near)])
}

/// An event, and how many frames it is after the one before.
fn event() -> impl Strategy<Value = (i64, Event)> {
    let on = (0..10u64, pitch(), 0..4u8)
        .prop_map(|(id, pitch, velocity)| Event::On(note(id, pitch, f32::from(velocity) / 4.0)));
    let event = prop_oneof![
        10 => on,
        5 => (0..10u64).prop_map(|id| Event::Off(NoteId(id))),
        2 => (0..14u16).prop_map(Event::Ended),
        1 => Just(Event::Advance),
        1 => prop::bool::weighted(0.2).prop_map(|all| if all { Event::AllOff } else { Event::Advance }),
    ];
    let step = prop_oneof![3 => Just(0i64), 6 => 1..60i64, 1 => 100..400i64, 1 => -30..0i64];
    (step, event)
}

/// The same events to both; the same answers, phases and counts.
fn compare(config: Config, events: Vec<(i64, Event)>) {
    let mut voices = Voices::new(&config);
    let mut model = Model::new(config);
    let mut frame = 0u64;
    for (step, event) in events {
        frame = frame.saturating_add_signed(step);
        let expected = model.happen(frame, event, |voice| loudness(frame, voice));
        let (asked, before) = (RefCell::new(vec![]), candidates(&voices));
        let answered = happen(&mut voices, frame, event, |voice| {
            asked.borrow_mut().push(voice);
            loudness(frame, voice)
        });
        assert_eq!(answered, expected, "{event:?} at {frame}: {model:?}");
        assert_eq!(voices.counts(), model.counts(), "{event:?} at {frame}");
        for (number, voice) in voices.all().iter().enumerate() {
            assert_eq!(voice.phase, model.phase(number as u16), "voice {number}");
        }
        for id in (0..10).map(NoteId) {
            assert_eq!(voices.voice_of(id), model.voice_of(id));
        }
        // Loudness is asked where it decides: of all that may be stolen, of each once.
        let asked = asked.into_inner();
        assert!(asked.is_empty() || (config.steal == Steal::Quietest && asked == before), "{asked:?}");
    }
}

/// The voices that may be stolen: those that ring on, or, if none does, those that are held.
fn candidates(voices: &Voices) -> Vec<u16> {
    let at = |phase: Phase| {
        let numbers = (0..).zip(voices.all());
        numbers.filter(|(_, voice)| voice.phase == phase).map(|(number, _)| number).collect::<Vec<u16>>()
    };
    let released = at(Phase::Released);
    if released.is_empty() { at(Phase::Held) } else { released }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_the_plain_model(
        config in config(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        compare(config, events);
    }

    #[test]
    fn so_it_is_with_more_keys_than_are_remembered(
        mode in 1..3usize,
        priority in 0..3usize,
        keys in prop::collection::vec((0..200u64, pitch(), prop::bool::weighted(0.2)), 80..300),
    ) {
        let config = Config { mode: MODES[mode], priority: PRIORITIES[priority], spares: 20, ..Config::default() };
        let events = keys.into_iter().map(|(id, pitch, off)| {
            (100, if off { Event::Off(NoteId(id)) } else { Event::On(note(id, pitch, 0.5)) })
        });
        compare(config, events.collect());
    }
}
