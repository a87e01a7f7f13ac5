//! Commands about notes and musical time: what they say, when, and what is wrong with them.

use crate::kinds;

use kinds::rounds;
use proptest::prelude::*;
use sostenuto_patch::command::{Command, Mark, Tail, Timed, When, edit, parse};
use sostenuto_units::{Beats, Frames, Pitch, Seconds, Span};

fn command(line: &str) -> Command {
    parse(line).unwrap_or_else(|e| panic!("{line}: {e}")).expect("it says something").command
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

#[test]
fn loops() {
    for what in ["record", "overdub", "play", "stop", "undo", "clear", "multiply 2", "multiply 64"] {
        let said = command(&format!("loop tape {what}"));
        assert!(said.plays() && !said.is_edit());
        assert_eq!(said.to_string(), format!("loop tape {what}"));
        assert_eq!(parse(&format!("at next bar {said}")).unwrap().unwrap().at, Some(When::NextBar));
    }
    for (line, wanted) in [
        ("loop tape jump", "record, overdub, play"),
        ("loop tape multiply 1", "2 to 64"),
        ("loop tape multiply", "how many times"),
        ("loop tape", "what to do"),
        ("loop tape record now", "loop NODE record"),
    ] {
        let error = parse(line).unwrap_err().to_string();
        assert!(error.contains(wanted), "{line}: {error}");
    }
}

#[test]
fn notes() {
    for (line, node, pitch, velocity, length) in [
        ("note C4", "", 60.0, 0.8, None),
        ("note 60.5", "", 60.5, 0.8, None),
        ("note 60 1", "", 60.0, 1.0, None),
        ("note A4+25c 0.5", "", 69.25, 0.5, None),
        ("note C4 0.8 for 500ms", "", 60.0, 0.8, Some(Span::Seconds(Seconds(0.5)))),
        ("note F#3 for 1beat", "", 54.0, 0.8, Some(Span::Beats(Beats(1.0)))),
        ("note F#3 for 2 beats", "", 54.0, 0.8, Some(Span::Beats(Beats(2.0)))),
        ("note lead C4", "lead", 60.0, 0.8, None),
        ("note lead 60 0.5 for 100f", "lead", 60.0, 0.5, Some(Span::Frames(Frames(100)))),
        // A word that is a pitch is one, unless another note's name follows, or it stands in quotes.
        ("note C4 E4", "C4", 64.0, 0.8, None),
        ("note 60 E4 0.1", "60", 64.0, 0.1, None),
        ("note \"C4\" 64", "C4", 64.0, 0.8, None),
        ("note for C4 for 1s", "for", 60.0, 0.8, Some(Span::Seconds(Seconds(1.0)))),
    ] {
        let expected = Command::Note { node: named(node), pitch: Pitch(pitch), velocity, length };
        assert_eq!(command(line), expected, "{line}");
    }
}

#[test]
fn what_is_done_to_notes() {
    let off = |node, pitch: Option<f64>| Command::Off { node: named(node), pitch: pitch.map(Pitch) };
    assert_eq!(command("off"), off("", None));
    assert_eq!(command("off C4"), off("", Some(60.0)));
    assert_eq!(command("off lead"), off("lead", None));
    assert_eq!(command("off \"C4\""), off("C4", None));
    assert_eq!(command("off lead 60.5"), off("lead", Some(60.5)));
    assert_eq!(command("off C4 E4"), off("C4", Some(64.0)));
    let bend = |node, semitones| Command::Bend { node: named(node), pitch: Pitch(60.0), semitones };
    assert_eq!(command("bend C4 2"), bend("", 2.0));
    assert_eq!(command("bend lead C4 -1.5"), bend("lead", -1.5));
    let press = |node, value| Command::Pressure { node: named(node), pitch: Pitch(60.0), value };
    assert_eq!(command("pressure C4 0.6"), press("", 0.6));
    assert_eq!(command("pressure lead 60 1"), press("lead", 1.0));
}

#[test]
fn musical_time() {
    let bar = |bar, beat| Command::Seek { to: Mark::Bar { bar, beat } };
    let beats = |beats| Command::Seek { to: Mark::Beats(beats) };
    for (line, expected) in [
        ("start", Command::Start),
        ("pause", Command::Pause),
        ("stop", Command::Stop),
        ("where", Command::Where),
        ("seek 5", bar(5, 1.0)),
        ("seek 5:3.5", bar(5, 3.5)),
        ("seek 16 beats", beats(16.0)),
        ("seek 2.5b", beats(2.5)),
        ("seek 0 beats", beats(0.0)),
        ("tempo 90", Command::Tempo { bpm: 90.0, over: None }),
        ("tempo 90.5 bpm over 4 beats", Command::Tempo { bpm: 90.5, over: Some(Span::Beats(Beats(4.0))) }),
        ("tempo 120bpm over 4s", Command::Tempo { bpm: 120.0, over: Some(Span::Seconds(Seconds(4.0))) }),
        ("meter 6/8", Command::Meter { numerator: 6, denominator: 8 }),
        ("undo", Command::Undo { steps: 1 }),
        ("undo 12", Command::Undo { steps: 12 }),
        ("redo 2", Command::Redo { steps: 2 }),
        ("remove a --tail", Command::Remove { node: "a".into(), tail: Some(Tail::Whole) }),
        ("remove --tail", Command::Remove { node: "--tail".into(), tail: None }),
        (
            "remove a --tail 2 s",
            Command::Remove { node: "a".into(), tail: Some(Tail::For(Span::Seconds(Seconds(2.0)))) },
        ),
        ("connect a to b.in", Command::Connect { from: "a".into(), to: "b.in".into(), gain: None }),
        ("connect a \"to\"", Command::Connect { from: "a".into(), to: "to".into(), gain: None }),
    ] {
        assert_eq!(command(line), expected, "{line}");
    }
}

#[test]
fn times_in_front() {
    for (line, when, printed) in [
        ("at bar 5 start", When::Bar(5), "at bar 5 start"),
        ("at beat 17.5 start", When::Beat(17.5), "at beat 17.5 start"),
        ("at next bar start", When::NextBar, "at next bar start"),
        ("at next beat start", When::NextBeat, "at next beat start"),
        ("at 3 beats start", When::Time(Span::Beats(Beats(3.0))), "@3b start"),
        ("at 2.5 start", When::Time(Span::Seconds(Seconds(2.5))), "@2.5s start"),
        ("@96000f start", When::Time(Span::Frames(Frames(96_000))), "@96000f start"),
    ] {
        let timed = parse(line).unwrap().unwrap();
        assert_eq!(timed, Timed { at: Some(when), command: Command::Start }, "{line}");
        assert_eq!(timed.to_string(), printed);
        assert_eq!(when.span().is_some(), printed.starts_with('@'));
    }
}

#[test]
fn what_they_are_printed_as() {
    for (line, printed) in [
        ("note 60 0.5 for 2 beats", "note C4 0.5 for 2b"),
        ("note lead A4+25c", "note lead 69.25 0.8"),
        ("note C4 E4", "note \"C4\" E4 0.8"),
        ("off 60", "off C4"),
        ("off \"60\"", "off \"60\""),
        ("bend lead C4 -0", "bend lead C4 0"),
        ("pressure C4 1", "pressure C4 1"),
        ("seek 5:1", "seek 5"),
        ("seek 5:2.5", "seek 5:2.5"),
        ("seek 16b", "seek 16 beats"),
        ("tempo 90bpm over 500ms", "tempo 90 over 0.5s"),
        ("meter 6/8", "meter 6/8"),
        ("undo 1", "undo"),
        ("redo 3", "redo 3"),
        ("remove a --tail 2s", "remove a --tail 2s"),
        ("connect a to b", "connect a b"),
    ] {
        assert_eq!(command(line).to_string(), printed);
        rounds::commanded(line);
    }
}

#[test]
fn refusals_say_what_would_be_right() {
    let note = "write note [NODE] PITCH [VELOCITY] [for TIME]";
    let at = "write at TIME COMMAND, with 2.5s, bar 5, beat 17, next bar or next beat for TIME";
    let meter = "is not a time signature; write 1 to 64, a slash, and 1, 2, 4, 8, 16 or 32, as in 6/8";
    let place = "is not a place; write a bar (5), a bar and its beat from 1 (5:3), or beats (16 beats)";
    for (line, message) in [
        ("note", format!("column 5: a pitch (C4, F#3, 60.5 or A4+25c) is missing; {note}")),
        ("note lead", format!("column 10: a pitch (C4, F#3, 60.5 or A4+25c) is missing; {note}")),
        ("note lead H4", "column 11: not a pitch: 'H4' is not a pitch; write a note or semitones, with cents if need be: C4, F#3, 60.5, A4+25c".into()),
        ("note lead 128", "column 11: not a pitch: the pitch '128' is out of range; write one from C-1 to G9, or from 0 to 127.99 semitones".into()),
        ("note 60 100", "column 9: `100` is not a velocity; write 0 to 1".into()),
        ("note C4 0.5 long", format!("column 13: `long` does not belong here; {note}")),
        ("note C4 for", format!("column 12: a time is missing; {note}")),
        ("bend C4", "column 8: a bend is missing; write bend [NODE] PITCH SEMITONES".into()),
        ("bend C4 97", "column 9: `97` is not a bend; write -96 to 96 semitones".into()),
        ("pressure C4 NaN", "column 13: `NaN` is not a pressure; write 0 to 1".into()),
        ("seek", "column 5: a bar or a number of beats is missing; write seek BAR[:BEAT] | N beats".into()),
        ("seek 0", format!("column 6: `0` {place}")),
        ("seek 5:0", format!("column 6: `5:0` {place}")),
        ("seek -4 beats", format!("column 6: `-4` {place}")),
        ("seek 5.5", format!("column 6: `5.5` {place}")),
        ("tempo 0", "column 7: `0` is not a tempo; write 1 to 1000 beats per minute".into()),
        ("tempo fast", "column 7: `fast` is not a tempo; write 1 to 1000 beats per minute".into()),
        ("meter 3", format!("column 7: `3` {meter}")),
        ("meter 3/5", format!("column 7: `3/5` {meter}")),
        ("meter 65/4", format!("column 7: `65/4` {meter}")),
        ("undo 0", "column 6: `0` is not a number of steps; write 1 or more".into()),
        ("at bar 0 start", "column 8: `0` is not a bar; write a number from 1 on".into()),
        ("at beat x start", "column 9: `x` is not a beat; write a number from 1 on".into()),
        ("at bar", format!("column 7: a number is missing; {at}")),
        ("at next", format!("column 8: bar or beat is missing; {at}")),
        ("at next note C4", format!("column 9: `note` does not belong here; {at}")),
        ("at next bar", "column 12: a time and no command; write for example 2.5s set filter.cutoff 400".into()),
    ] {
        assert_eq!(parse(line).unwrap_err().to_string(), message, "{line}");
    }
    let nothing = edit(&rounds::studio(), &kinds::catalogue(), &command("note C4")).unwrap_err();
    assert_eq!(nothing.to_string(), "`note C4 0.8` does not change the patch");
}

#[test]
fn what_plays_edits_nothing() {
    for info in sostenuto_patch::command::commands() {
        let command = command(info.example);
        assert!(!(command.plays() && command.is_edit()), "{}", info.name);
        let playing = [
            "note", "off", "bend", "pressure", "trigger", "tell", "loop", "start", "pause", "stop", "seek",
            "tempo", "meter",
        ];
        assert_eq!(command.plays(), playing.contains(&info.name), "{}", info.name);
    }
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        (0.0..1e6f64).prop_map(|s| Span::Seconds(Seconds(s))),
        (0.0..1e6f64).prop_map(|b| Span::Beats(Beats(b))),
        (0u64..1 << 53).prop_map(|f| Span::Frames(Frames(f))),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let node = || prop::option::of("[a-zA-Z0-9_.#-]{1,6}|[A-G][0-9]|for|to|at|a b");
    let pitch = || prop_oneof![(0..=127).prop_map(f64::from), 0.0..127.99f64].prop_map(Pitch);
    let over = || prop::option::of(span());
    let mark = prop_oneof![
        (1u64..1 << 30, prop_oneof![Just(1.0), 1.0..64.0f64]).prop_map(|(bar, beat)| Mark::Bar { bar, beat }),
        (0.0..1e9f64).prop_map(Mark::Beats),
    ];
    let tail = prop::option::of(prop_oneof![Just(Tail::Whole), span().prop_map(Tail::For)]);
    prop_oneof![
        (node(), pitch(), 0.0..=1.0f64, over()).prop_map(|(node, pitch, velocity, length)| Command::Note {
            node,
            pitch,
            velocity,
            length
        }),
        (node(), prop::option::of(pitch())).prop_map(|(node, pitch)| Command::Off { node, pitch }),
        (node(), pitch(), -96.0..=96.0f64).prop_map(|(node, pitch, semitones)| Command::Bend {
            node,
            pitch,
            semitones
        }),
        (node(), pitch(), 0.0..=1.0f64).prop_map(|(node, pitch, value)| Command::Pressure {
            node,
            pitch,
            value
        }),
        mark.prop_map(|to| Command::Seek { to }),
        (1.0..=1000.0f64, over()).prop_map(|(bpm, over)| Command::Tempo { bpm, over }),
        ("[a-z-]{1,6}|--tail|C4", tail).prop_map(|(node, tail)| Command::Remove { node, tail }),
        (1u32..).prop_map(|steps| Command::Undo { steps }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_as_the_same(
        command in any_command(),
        at in prop_oneof![
            Just(None),
            Just(Some(When::NextBar)),
            Just(Some(When::NextBeat)),
            (1u64..1 << 30).prop_map(|bar| Some(When::Bar(bar))),
            (1.0..1e9f64).prop_map(|beat| Some(When::Beat(beat))),
            span().prop_map(|span| Some(When::Time(span))),
        ],
    ) {
        let timed = Timed { at, command };
        let line = timed.to_string();
        prop_assert_eq!(parse(&line), Ok(Some(timed)), "{}", line);
    }
}
