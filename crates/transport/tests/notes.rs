//! Notes of sequences at their frames, against a player that looks at every frame and every note.

mod support;

use proptest::prelude::*;
use sostenuto_transport::{
    Change, MAX_SOUNDING, Meter, NoteEvent, Player, Sequence, SequenceError, SequencedEvent, Step, Transport,
};
use std::sync::Arc;
use support::{Naive, Operations, RATE, none_hangs, operations, played, sequence, settled};

const FRAMES: u64 = 2_500;

/// Frame by frame, with the positions of a transport that is asked at every frame.
fn looked_at(sequence: &Sequence, operations: &Operations) -> Vec<SequencedEvent> {
    let mut transport = Transport::new(RATE, 120.0, Meter::COMMON);
    let mut naive = Naive::new();
    for frame in 0..FRAMES {
        for (_, change) in operations.iter().filter(|(at, _)| *at == frame) {
            transport.apply(*change, frame);
            match change {
                Change::Seek { .. } | Change::Stop => naive.jump(frame, Some(transport.beats_at(frame))),
                Change::Pause => naive.jump(frame, None),
                _ => {}
            }
        }
        if transport.is_playing() {
            naive.frame(sequence, frame, transport.beats_at(frame));
        }
    }
    naive.jump(FRAMES, None);
    naive.events
}

/// The same without a transport: the tempo stepped from frame to frame, and the position summed up. The mean of the tempos at both
/// ends of a frame is the exact integral of a straight line.
fn summed_up(sequence: &Sequence, operations: &Operations) -> Vec<SequencedEvent> {
    let (mut position, mut playing) = (0.0, false);
    let (mut tempo, mut ramp) = (120.0f64, Vec::new());
    let mut naive = Naive::new();
    for frame in 0..FRAMES {
        for (_, change) in operations.iter().filter(|(at, _)| *at == frame) {
            match *change {
                Change::Play => playing = true,
                Change::Pause => {
                    playing = false;
                    naive.jump(frame, None);
                }
                Change::Stop => (position, playing) = (0.0, false),
                Change::Seek { beats } => position = beats,
                Change::Tempo { bpm, over } => {
                    let step = (bpm - tempo) / over as f64;
                    ramp = (0..over).map(|left| bpm - step * left as f64).collect();
                    tempo = if over == 0 { bpm } else { tempo };
                }
                _ => {}
            }
            if matches!(change, Change::Stop | Change::Seek { .. }) {
                naive.jump(frame, Some(position));
            }
        }
        if playing {
            naive.frame(sequence, frame, position);
        }
        let next = ramp.pop().unwrap_or(tempo);
        if playing {
            position += (tempo + next) / 2.0 / 60.0 / RATE;
        }
        tempo = next;
    }
    naive.jump(FRAMES, None);
    naive.events
}

fn step(beat: f64, length: f64) -> Step {
    Step { beat, length, pitch: 60.0, velocity: 0.8 }
}

fn transport() -> Transport {
    let mut transport = Transport::new(1000.0, 60.0, Meter::COMMON);
    transport.play(0);
    transport
}

/// Frames of beginnings (positive) and ends (negative).
fn frames(player: &mut Player, transport: &Transport, from: u64, to: u64) -> Vec<i64> {
    let mut all = Vec::new();
    player.advance(transport, from, to, |e| {
        all.push(if e.is_on() { e.frame as i64 } else { -(e.frame as i64) })
    });
    all
}

fn looped(steps: &[Step], length: f64) -> Player {
    Player::new(Arc::new(Sequence::new(1, 2, steps.into(), length, true).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn notes_are_where_a_look_at_every_frame_finds_them(
        sequence in sequence(),
        operations in operations(FRAMES),
        cuts in prop::collection::vec(0..FRAMES, 0..40),
    ) {
        let whole = played(&sequence, &operations, &[], FRAMES);
        none_hangs(&whole);
        prop_assert_eq!(&whole, &played(&sequence, &operations, &cuts, FRAMES), "cuts make a difference");
        prop_assert_eq!(settled(whole.clone()), settled(looked_at(&sequence, &operations)));
        prop_assert_eq!(settled(whole), settled(summed_up(&sequence, &operations)));
    }

    /// Any sequence may take another's place at any frame: nothing hangs, and frames keep their order.
    #[test]
    fn a_replaced_sequence_leaves_nothing_behind(
        sequences in prop::collection::vec((sequence(), 0u64..300), 1..8),
        operations in operations(FRAMES),
        room in 1usize..8,
    ) {
        let mut transport = Transport::new(RATE, 120.0, Meter::COMMON);
        transport.play(0);
        let mut player = Player::with_room(Arc::new(sequences[0].0.clone()), room);
        let (mut events, mut frame) = (Vec::new(), 0);
        for (sequence, frames) in sequences {
            _ = player.replace(Arc::new(sequence));
            for (_, change) in operations.iter().filter(|(at, _)| (frame..frame + frames).contains(at)) {
                transport.apply(*change, frame);
            }
            player.advance(&transport, frame, frame + frames, |e| events.push(e));
            frame += frames;
        }
        player.release(frame, |e| events.push(e));
        prop_assert_eq!(player.sounding(), 0);
        let ons = events.iter().filter(|e| e.is_on()).count();
        prop_assert_eq!(ons * 2, events.len());
        prop_assert!(events.windows(2).all(|e| e[0].frame <= e[1].frame));
    }

    /// As many notes sound at once as the sequence says, and no more, in beats; so a player has room for all.
    #[test]
    fn the_overlap_is_that_of_the_notes(sequence in sequence()) {
        let ends: Vec<(f64, f64)> = (0..if sequence.is_looped() { 40 } else { 1 })
            .flat_map(|round| sequence.steps().iter().map(move |s| (round, s)))
            .map(|(round, s)| (f64::from(round) * sequence.length() + s.beat, s.length))
            .map(|(beat, length)| (beat, beat + length))
            .collect();
        // Far enough from both ends of what was laid out.
        let at = |beat: f64| ends.iter().filter(|(from, to)| *from <= beat && beat + 1e-9 < *to).count();
        let most = ends.iter().map(|(beat, _)| at(*beat)).max().unwrap_or(0);
        prop_assert_eq!(most, sequence.overlap());
    }

    /// A note at the last number before its round's end is played, and once, wherever playing begins around it.
    #[test]
    fn no_note_is_lost_where_rounds_meet(length in 0.3..6.0f64, round in 2u64..1 << 24, away in -4i32..4) {
        let steps = [step(0.0, 0.1), step(length.next_down(), 0.1)];
        let mut player = looped(&steps, length);
        let line = round as f64 * length;
        let from = (0..away.abs()).fold(line, |b, _| if away < 0 { b.next_down() } else { b.next_up() });
        let mut t = transport();
        t.seek(from, 0);
        // Cut behind the frame that is at that very number.
        let (first, rest) = (frames(&mut player, &t, 0, 1), frames(&mut player, &t, 1, 100));
        let heard = first.into_iter().chain(rest).filter(|f| *f >= 0).count();
        let beat = |round: u64, s: &Step| (round as f64 * length + s.beat).min((round + 1) as f64 * length);
        let all = (round - 2..round + 2).flat_map(|r| steps.iter().map(move |s| beat(r, s)));
        prop_assert_eq!(heard, all.filter(|b| *b >= from && *b <= t.beats_at(99)).count());
    }
}

#[test]
fn ends_come_before_beginnings_and_a_note_may_outlast_its_round() {
    let mut player = looped(&[step(0.0, 1.0), step(1.0, 1.5)], 2.0);
    assert_eq!(player.sequence().overlap(), 2);
    assert_eq!(
        frames(&mut player, &transport(), 0, 4001),
        [0, -1000, 1000, 2000, -2500, -3000, 3000, 4000],
        "beats 0 and 1 of rounds 0, 1 and 2"
    );
    assert_eq!(player.sounding(), 2);
    let mut once = Player::new(Arc::new(Sequence::new(1, 2, vec![step(0.5, 9.0)], 1.0, false).unwrap()));
    assert_eq!(frames(&mut once, &transport(), 0, 20_000), [500, -9500]);
}

#[test]
fn a_note_lasts_a_frame_at_least() {
    let mut player = looped(&[step(0.0, 1e-9), step(1e-6, 1e-9)], 1.0);
    assert_eq!(frames(&mut player, &transport(), 0, 1000), [0, -1, 1, -2]);
}

#[test]
fn it_goes_on_with_what_a_pause_held_back_and_begins_anew_after_a_jump() {
    let (mut player, mut t) = (looped(&[step(0.0, 0.4), step(0.5, 0.4)], 1.0), transport());
    assert_eq!(frames(&mut player, &t, 0, 500), [0, -400]);
    // The note at 500 would have begun in the frame of the pause.
    t.pause(500);
    assert_eq!(frames(&mut player, &t, 500, 2000), []);
    t.play(2000);
    assert_eq!(frames(&mut player, &t, 2000, 2100), [2000]);
    t.pause(2100);
    assert_eq!(frames(&mut player, &t, 2100, 3000), [-2100], "let go in the frame of the pause");
    t.play(3000);
    assert_eq!(frames(&mut player, &t, 3000, 3450), [3400], "what sounded before does not begin again");
    t.seek(7.25, 3450);
    assert_eq!(frames(&mut player, &t, 3450, 4300), [-3450, 3700, -4100, 4200]);
    t.stop(4300);
    t.play(4300);
    assert_eq!(frames(&mut player, &t, 4300, 4400), [-4300, 4300]);
    // A pause of no frames lets go as well.
    t.pause(4400);
    t.play(4400);
    assert_eq!(frames(&mut player, &t, 4400, 4801), [-4400, 4800]);
}

#[test]
fn another_tempo_moves_ends_to_come() {
    let (mut player, mut t) = (looped(&[step(0.0, 2.0)], 4.0), transport());
    assert_eq!(frames(&mut player, &t, 0, 1000), [0]);
    t.set_tempo(120.0, 0, 1000);
    assert_eq!(frames(&mut player, &t, 1000, 2501), [-1500, 2500]);
    t.set_tempo(60.0, 0, 2501);
    assert_eq!(frames(&mut player, &t, 2501, 5000), [-4499]);
}

#[test]
fn what_takes_a_place_begins_there_and_what_sounds_ends_as_it_was_to() {
    let (mut player, t) = (looped(&[step(0.0, 3.0)], 4.0), transport());
    assert_eq!(frames(&mut player, &t, 0, 1500), [0]);
    let other = Sequence::new(7, 5, vec![step(0.0, 0.25), step(0.5, 0.25)], 1.0, true).unwrap();
    let old = player.replace(Arc::new(other));
    assert_eq!((old.id(), player.sequence().id()), (1, 7));
    let mut events = Vec::new();
    player.advance(&t, 1500, 3001, |e| events.push((e.frame, e.target, e.is_on())));
    let new = |frame, on| (frame, 5, on);
    let expected = [
        new(1500, true),
        new(1750, false),
        new(2000, true),
        new(2250, false),
        new(2500, true),
        new(2750, false),
        (3000, 2, false),
        new(3000, true),
    ];
    assert_eq!(events, expected);
}

#[test]
fn without_room_the_note_that_would_end_first_ends_now() {
    let one = Arc::new(Sequence::new(1, 0, vec![step(0.0, 0.9)], 1.0, true).unwrap());
    let mut player = Player::with_room(one, 0);
    assert_eq!(frames(&mut player, &transport(), 0, 10), [0]);
    let many = [step(0.5, 0.1), step(0.5, 0.2)];
    _ = player.replace(Arc::new(Sequence::new(2, 0, many.into(), 1.0, true).unwrap()));
    assert_eq!(frames(&mut player, &transport(), 10, 1000), [-500, 500, -500, 500, -700]);
    assert_eq!(player.cut(), 2);
}

#[test]
fn a_sequence_begins_where_it_is_told_to() {
    let sequence = Sequence::new(1, 2, vec![step(0.0, 0.5)], 1.0, true).unwrap().starting_at(2.5).unwrap();
    let mut player = Player::new(Arc::new(sequence));
    assert_eq!(frames(&mut player, &transport(), 0, 4000), [2500, -3000, 3500]);
}

#[test]
fn ids_tell_sequence_and_note() {
    let mut player = looped(&[step(0.0, 0.5), step(0.0, 0.5)], 1.0);
    let mut ids = Vec::new();
    player.advance(&transport(), 0, 1001, |e| {
        if let NoteEvent::On { id, .. } = e.note {
            ids.push(id);
        }
    });
    let first = 1 << 32;
    assert_eq!(ids, [first, first + 1, first + 2, first + 3]);
}

#[test]
fn refusals_say_what_would_be_right() {
    let new = |steps: Vec<Step>, length| Sequence::new(0, 0, steps, length, true).unwrap_err();
    assert_eq!(new(vec![], 0.01), SequenceError::Length { length: 0.01 });
    assert!(matches!(new(vec![], f64::NAN), SequenceError::Length { .. }));
    assert_eq!(new(vec![step(4.0, 1.0)], 4.0), SequenceError::Beat { index: 0, beat: 4.0, end: 4.0 });
    let wrong = [
        (
            step(-0.5, 1.0),
            "note 1 begins at beat -0.5; it begins from 0 on and before the sequence ends, at 4",
        ),
        (step(0.0, 0.0), "note 1 lasts 0 beats; choose a length above 0, up to 1,073,741,824"),
        (
            Step { pitch: 128.0, ..step(0.0, 1.0) },
            "note 1 has the pitch 128; choose 0 to below 128 semitones (60 is C4)",
        ),
        (Step { velocity: 1.5, ..step(0.0, 1.0) }, "note 1 has the velocity 1.5; choose 0 to 1"),
    ];
    for (wrong, message) in wrong {
        assert_eq!(new(vec![step(0.0, 1.0), wrong], 4.0).to_string(), message);
    }
    assert_eq!(new(vec![step(0.0, 1e4)], 1.0), SequenceError::TooManyAtOnce { count: 10_000 });
    let good = Sequence::new(0, 0, vec![step(0.0, MAX_SOUNDING as f64)], 1.0, true).unwrap();
    assert_eq!(good.overlap(), MAX_SOUNDING);
    assert!(matches!(good.starting_at(-1.0), Err(SequenceError::Start { .. })));
    let many = vec![step(0.0, 1e-6); sostenuto_transport::MAX_STEPS + 1];
    assert_eq!(new(many, 4.0), SequenceError::TooMany { count: 65_537 });
}

proptest! {
    #[test]
    fn what_sounds_is_taken_up_by_another_player(sequence in sequence(), at in 1u64..FRAMES, tempo in 30.0..400.0f64) {
        let sequence = Arc::new(sequence);
        let mut transport = Transport::new(RATE, tempo, Meter::COMMON);
        transport.play(0);
        let mut first = Player::new(sequence.clone());
        let mut sounding = std::collections::BTreeMap::new();
        first.advance(&transport, 0, at, |event| match event.note {
            NoteEvent::On { id, pitch, velocity } => drop(sounding.insert(id, (pitch, velocity))),
            NoteEvent::Off { id } => drop(sounding.remove(&id)),
        });
        let mut second = Player::new(sequence);
        let mut begun = Vec::new();
        second.chase(&transport, at, |event| {
            assert!(event.frame == at && event.is_on());
            if let NoteEvent::On { pitch, velocity, .. } = event.note {
                begun.push((pitch, velocity));
            }
        });
        // Those that end in this very frame are not worth beginning; those of one frame, whose end is rounded up, have ended.
        let mut ends = Vec::new();
        first.advance(&transport, at, at + 2, |event| if let NoteEvent::Off { id } = event.note { ends.push(id) });
        let lasting: Vec<_> = sounding.iter().filter(|(id, _)| !ends.contains(id)).map(|(_, note)| *note).collect();
        let mut left = begun.clone();
        for note in &lasting {
            let place = left.iter().position(|other| other == note);
            prop_assert!(place.is_some(), "{:?} of {:?} in {:?}", note, lasting, begun);
            left.swap_remove(place.unwrap());
        }
        prop_assert!(left.len() <= ends.len(), "{:?} besides {:?}", left, lasting);
        // From there on both do the same.
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let told = |event: SequencedEvent| match event.note {
            NoteEvent::On { pitch, .. } => Some((event.frame, pitch)),
            NoteEvent::Off { .. } => None,
        };
        first.advance(&transport, at + 2, at + 500, |event| a.extend(told(event)));
        second.advance(&transport, at, at + 2, |_| {});
        second.advance(&transport, at + 2, at + 500, |event| b.extend(told(event)));
        prop_assert_eq!(a, b);
    }
}
