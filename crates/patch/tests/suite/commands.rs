//! The language of the prompt and of scripts.

use crate::kinds;

use kinds::rounds::studio;
use proptest::prelude::*;
use sostenuto_patch::command::{Command, Ramp, When, commands, complete, edit, help, parse, parse_script};
use sostenuto_patch::{Patch, diff, resolve};
use sostenuto_units::{Frames, Seconds, Span};

fn told(line: &str) -> String {
    match parse(line) {
        Ok(Some(timed)) => match edit(&studio(), &kinds::catalogue(), &timed.command) {
            Ok(_) => "done".to_owned(),
            Err(error) => error.to_string(),
        },
        Ok(None) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What a line changes of the studio patch.
fn changes(lines: &[&str]) -> Vec<String> {
    let catalogue = kinds::catalogue();
    let edited = lines.iter().fold(studio(), |patch: Patch, line| {
        let command = parse(line).unwrap().unwrap().command;
        edit(&patch, &catalogue, &command).unwrap_or_else(|e| panic!("{line}: {e}"))
    });
    let edits = diff(&resolve(&studio(), &catalogue).unwrap(), &resolve(&edited, &catalogue).unwrap());
    edits.iter().map(|e| e.to_string()).collect()
}

#[test]
fn times_and_ramps() {
    let set = |over, ramp| Command::Set {
        node: "filter".into(),
        param: "cutoff".into(),
        value: "400".into(),
        over,
        ramp,
    };
    let seconds = |s| Some(Span::Seconds(Seconds(s)));
    for (line, at, over, ramp) in [
        ("set filter.cutoff 400", None, None, None),
        ("set filter.cutoff 400 over 2s", None, seconds(2.0), None),
        (
            "  2.5s set filter.cutoff 400 over 500ms linear # slowly",
            seconds(2.5),
            seconds(0.5),
            Some(Ramp::Linear),
        ),
        ("at 2.5 set filter.cutoff 400 exponential", seconds(2.5), None, Some(Ramp::Exponential)),
        (
            "@96000f set filter.cutoff 400 glide over 2",
            Some(Span::Frames(Frames(96_000))),
            seconds(2.0),
            Some(Ramp::Glide),
        ),
    ] {
        let timed = parse(line).unwrap().unwrap();
        assert_eq!((timed.at, timed.command), (at.map(When::Time), set(over, ramp)), "{line}");
    }
    assert_eq!(parse("set a.b 2 kHz over 1s"), parse("set a.b 2kHz over 1s"));
    assert_eq!((parse(""), parse("   # nothing")), (Ok(None), Ok(None)));
}

#[test]
fn commands_do_what_they_say() {
    for (lines, edits) in [
        (&["set filter.cutoff 2 kHz"][..], &["set filter.cutoff 2 kHz (was 800 Hz)"][..]),
        (&["set sweep.shape square"], &["set sweep.shape square (was sine)"]),
        (&["set mix.mute1 on"], &["set mix.mute1 on (was off)"]),
        (&["set hiss.colour pink"], &["replace hiss noise"]),
        (&["add low sine frequency=55Hz to filter"], &["add low sine", "connect low.out filter.in"]),
        (&["add low sine to mix"], &["replace mix mixer", "add low sine", "connect low.out mix.in3"]),
        (
            &["add g gain gain=-3 from tone.out to filter.in mix.in2"],
            &["add g gain", "connect g.out filter.in", "connect g.out mix.in2", "connect tone.out g.in"],
        ),
        (&["remove sweep"], &["remove sweep"]),
        // The mixer keeps its width, so that it goes on as it is.
        (&["remove hiss"], &["remove hiss", "layout of mix, without a change of sound"]),
        (
            &["disconnect hiss mix"],
            &["disconnect hiss.out mix.in2", "layout of mix, without a change of sound"],
        ),
        (
            &["replace filter compressor"],
            &["undrive filter.cutoff sweep.out", "replace filter compressor (was lowpass)"],
        ),
        (&["replace tone sine phase=90"], &["replace tone sine (was saw)"]),
        (
            &["replace mix gain"],
            &[
                "disconnect echo.out mix.in1",
                "disconnect hiss.out mix.in2",
                "replace mix gain (was mixer)",
                "connect echo.out mix.in",
                "connect hiss.out mix.in",
            ],
        ),
        (&["connect tone to out"], &["connect tone.out out.in"]),
        (&["remove sweep --tail 2s"], &["remove sweep"]),
        (&["connect tone out gain=-6dB"], &["connect tone.out out.in at -6 dB"]),
        (&["connect tone filter gain=-6dB"], &["gain of tone.out filter.in -6 dB (was 0 dB)"]),
        (
            &["drive filter.cutoff from sweep depth 2kHz"],
            &["depth of sweep.out on filter.cutoff 2 kHz (was 500 Hz)"],
        ),
        (&["drive filter.q from tone depth 1"], &["drive filter.q from tone.out depth 1"]),
        (&["undrive filter.cutoff"], &["undrive filter.cutoff sweep.out"]),
        (&["bypass echo"], &["bypass echo on"]),
        (&["bypass echo on", "bypass echo"], &[]),
        (&["rename filter dark"], &["rename filter dark"]),
        (&["rename filter dark", "add filter gain"], &["rename filter dark", "add filter gain"]),
    ] {
        assert_eq!(changes(lines), edits, "{lines:?}");
    }
}

#[test]
fn refusals_say_what_would_be_right() {
    let usage = "set NODE.PARAM VALUE [over TIME] [linear|exponential|glide]";
    for (line, message) in [
        (
            "sett filter.cutoff 3",
            "column 1: there is no command `sett` (did you mean `set`?); `help` lists them",
        ),
        ("set", &format!("column 4: NODE.PARAM is missing; write {usage}")),
        ("set filter.cutoff", &format!("column 18: a value is missing; write {usage}")),
        (
            "set cutoff 3",
            "column 5: `cutoff` is not a parameter of a node; write NODE.PARAM, as in filter.cutoff",
        ),
        (
            "set filter.cutoff 400 slowly now",
            &format!("column 30: `now` does not belong here; write {usage}").replace("30", "30"),
        ),
        ("set filter.cutoff 400 over", &format!("column 27: a time is missing; write {usage}")),
        (
            "set filter.cutoff 400 over long",
            "column 28: not a time: 'long' is not a number; write for example 2s, 500ms, 3 beats or 48000f",
        ),
        ("-2s ping", "column 1: not a time: '-2s' is negative; write 0 or more"),
        ("2.5s", "column 5: a time and no command; write for example 2.5s set filter.cutoff 400"),
        (
            "at",
            "column 3: a time is missing; write at TIME COMMAND, with 2.5s, bar 5, beat 17, next bar or next beat for TIME",
        ),
        ("load \"a b", "column 6: the quote is not closed"),
        ("set filtr.cutoff 3", "there is no node `filtr` (did you mean `filter`?); `list` shows them"),
        (
            "set filter.cutof 3",
            "node `filter`: lowpass has no parameter or setting `cutof` (did you mean `cutoff`?); it has cutoff and q",
        ),
        (
            "set filter.cutoff 3",
            "node `filter`, `cutoff`: 3 Hz is out of range; it goes from 10 Hz to 24 kHz",
        ),
        (
            "set hiss.colour pink over 2s",
            "`colour` is fixed for the node's life and cannot go over a time; leave that out",
        ),
        ("add tone saw", "there is a node `tone` already; choose another name"),
        (
            "add x.y saw",
            "node `x.y`: `x.y` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
        ),
        ("add x swa", "node `x`, `kind`: there is no kind `swa` (did you mean `saw`?); `nodes` lists them"),
        (
            "add x gain gain=loud",
            "node `x`, `gain`: 'loud' is not a number; write for example -12, -12 dB or -inf dB",
        ),
        ("add x saw from tone", "node `x`: saw has no inputs; remove what goes into it"),
        ("connect echo filter", "done"),
        ("connect mix filter", "done"),
        (
            "add g gain from filter to filter",
            "node `filter`: these nodes feed each other with no delay in between: filter → g → filter; put a delay node into the loop",
        ),
        (
            "connect out filter",
            "node `filter`, `in`: node `out` (audio_out) has no outputs, so nothing can come from it",
        ),
        (
            "connect tone filter",
            "node `filter`, `in`: there are two cables from `tone.out` to `in`; remove one",
        ),
        (
            "connect tone filter.inn",
            "node `filter`, `inn`: lowpass has no input `inn` (did you mean `in`?); it has in",
        ),
        (
            "connect tone filter loudly",
            "column 21: `loudly` does not belong here; write connect NODE[.PORT] [to] NODE[.PORT] [gain=VALUE]",
        ),
        ("disconnect hiss filter", "no cable goes from `hiss` to `filter`"),
        (
            "drive filter.cutoff by sweep",
            "column 21: `by` does not belong here; write drive NODE.PARAM from NODE[.PORT] depth VALUE",
        ),
        (
            "drive hiss.colour from sweep depth 1",
            "node `hiss`, `colour`: a setting cannot be driven or ramped: it is fixed for the node's life; write a plain value",
        ),
        ("undrive filter.q", "nothing of that kind drives `filter.q`; `show` tells what does"),
        (
            "bypass tone",
            "node `tone`, `bypass`: saw cannot be bypassed: it needs both an input and an output for that",
        ),
        ("rename tone filter", "there is a node `filter` already; choose another name"),
        ("replace echo compressor", "done"),
        ("remove filter extra", "column 15: `extra` does not belong here; write remove NODE [--tail [TIME]]"),
        ("list", "`list` does not change the patch"),
    ] {
        assert_eq!(told(line), message, "{line}");
    }
    let line = "set filter.cutoff 400 over long";
    assert_eq!(parse(line).unwrap_err().excerpt(line), format!("{line}\n{}^^^^", " ".repeat(27)));
}

#[test]
fn a_script_tells_of_every_line_that_is_wrong() {
    let script = "# a script\n\n0s set filter.cutoff 400\n1s sett x\n2s quit\nat noon ping\n";
    let wrong: Vec<usize> = parse_script(script).unwrap_err().iter().map(|(line, _)| *line).collect();
    assert_eq!(wrong, [4, 6]);
    let lines = parse_script("# a script\n\n0s set filter.cutoff 400\n2s quit").unwrap();
    assert_eq!(
        lines.iter().map(|l| (l.line, l.timed.to_string())).collect::<Vec<_>>(),
        [(3, "@0s set filter.cutoff 400".into()), (4, "@2s quit".into())]
    );
}

#[test]
fn the_table_is_one() {
    let all = help(None).unwrap();
    for info in commands() {
        let timed = parse(info.example).unwrap_or_else(|e| panic!("{}: {e}", info.example)).unwrap();
        assert!(timed.command.to_string().starts_with(info.name) && info.usage.starts_with(info.name));
        assert!(all.contains(&format!("{}  ", info.name)) && all.contains(info.summary));
        assert!(help(Some(info.name)).unwrap().contains(info.example));
        if let Err(error) = parse(info.name) {
            assert!(error.to_string().ends_with(&format!("write {}", info.usage)), "{error}");
        }
        let edits = [
            "set",
            "add",
            "remove",
            "replace",
            "connect",
            "disconnect",
            "drive",
            "undrive",
            "bypass",
            "rename",
            "clock",
            "automate",
        ];
        assert_eq!(timed.command.is_edit(), edits.contains(&info.name));
    }
    assert_eq!(
        help(Some("sett")).unwrap_err().to_string(),
        "there is no command `sett` (did you mean `set`?); `help` lists them"
    );
}

#[test]
fn what_could_stand_at_the_cursor() {
    let catalogue = kinds::catalogue();
    for (line, texts) in [
        ("s", "set start stop seek show save stats"),
        ("2s se", "set seek"),
        ("set fi", "filter."),
        ("set filter.", "filter.cutoff filter.q"),
        ("set mix.gain", "mix.gain1 mix.gain2"),
        ("set filter.cutoff ", "800Hz"),
        ("set sweep.shape s", "sine saw square"),
        ("set filter.cutoff 400 ", "over linear exponential glide"),
        ("set filter.cutoff 400 over ", ""),
        ("add x lo", "lowpass"),
        ("add x lfo sh", "shape="),
        ("add x lfo shape=t", "shape=triangle"),
        ("add x lowpass f", "from"),
        ("add x lowpass from hi", "hiss"),
        ("add x lowpass from hiss to mix.", "mix.in1 mix.in2 mix.in3"),
        ("connect tone.", "tone.out"),
        ("connect tone mi", "mix"),
        ("connect tone mix g", "gain="),
        ("bypass echo o", "on off"),
        ("remove echo ", "--tail"),
        ("record take.wav ", "of depth overwrite"),
        ("record take.wav of ec", "echo"),
        ("note C4 f", "for"),
        ("off ti", ""),
        ("tempo 90 ", "over"),
        ("at ", "bar beat next"),
        ("at next b", "bar beat"),
        ("at bar ", ""),
        ("at bar 5 sh", "show"),
        ("at next bar sh", "show"),
        ("help und", "undrive undo"),
        ("off ech", "echo"),
        ("nodes aud", "audio_out"),
        ("drive filter.q ", "from depth"),
        ("drive filter.q from sw", "sweep"),
        ("nothing ", ""),
        ("list # se", ""),
    ] {
        let found = complete(line, line.len(), &studio(), &catalogue);
        assert_eq!(found.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(" "), texts, "{line}");
        let word = line.rsplit(' ').next().unwrap();
        assert!(found.iter().all(|c| c.replace == (line.len() - word.len()..line.len())), "{line}");
    }
    let cutoff = complete("set filter.c", 12, &studio(), &catalogue);
    assert_eq!(cutoff[0].hint, "10 Hz to 24 kHz");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_command_is_the_same_command(name in 0usize..commands().len(), words in prop::collection::vec("[a-z]{1,6}|[a-z]\\.[a-z]{1,3}|from|to|over|depth|stop|of|overwrite|16|32f|gain=-3|x=\"a b\"|'q w'|2s|at|\"from\"|#|@1|C4|60\\.5|E4\\+3c|0\\.25|-1|5:3|6/8|beats|--tail|for|next|bar", 0..6)) {
        kinds::rounds::commanded(&format!("{} {}", commands()[name].name, words.join(" ")));
    }
}
