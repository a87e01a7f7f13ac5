//! Commands, undo, and files that change while commands do too.

use sostenuto_engine::{Conductor, Desk, Notice, Reply};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::command::parse;

const FILE: &str = r#"# A tone.
title = "Tone"

[nodes.tone]
kind = "saw"       # bright
frequency = 110.0

[nodes.filter]
kind = "lowpass"
inputs = ["tone"]
cutoff = 800.0

[nodes.out]
kind = "audio_out"
inputs = ["filter"]
"#;

fn desk() -> (Desk, Executor) {
    let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    let mut desk = Desk::new(conductor);
    desk.open(FILE, None).unwrap();
    (desk, executor)
}

fn say(desk: &mut Desk, line: &str) -> Result<Reply, String> {
    let timed = parse(line).map_err(|e| e.to_string())?.unwrap();
    let at = timed.at.and_then(|when| when.span()).map(|span| desk.frames(span));
    desk.carry_out(&timed.command, at).map_err(|e| e.to_string())
}

fn render(executor: &mut Executor, frames: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    executor.render(&mut [&mut left, &mut right]);
    left
}

/// Where a parameter rests in the running engine.
fn running(desk: &Desk, executor: &Executor, label: &str, param: &str) -> f32 {
    let number = desk
        .conductor()
        .resolved()
        .nodes
        .iter()
        .find(|n| n.label == label)
        .unwrap()
        .shape
        .param(param)
        .unwrap();
    let place = desk.conductor().resolved().nodes.iter().position(|n| n.label == label).unwrap();
    executor.positions().nth(place).unwrap().1.nth(usize::from(number)).unwrap()
}

#[test]
fn a_ramp_arrives_when_it_should() {
    let (mut desk, mut executor) = desk();
    render(&mut executor, 64);
    say(&mut desk, "set filter.cutoff 400 over 100ms").unwrap();
    render(&mut executor, 2400);
    // Half way in equal ratios.
    assert!((running(&desk, &executor, "filter", "cutoff") - 565.685).abs() < 0.01);
    render(&mut executor, 2399);
    assert!(running(&desk, &executor, "filter", "cutoff") > 400.0);
    render(&mut executor, 1);
    assert_eq!(running(&desk, &executor, "filter", "cutoff"), 400.0);
}

#[test]
fn several_steps_are_undone_as_one_change() {
    let (mut desk, _executor) = desk();
    for cutoff in [500, 600, 700] {
        say(&mut desk, &format!("set filter.cutoff {cutoff}")).unwrap();
    }
    let Ok(Reply::Edited(applied)) = say(&mut desk, "undo 2") else { panic!("two steps are there") };
    assert_eq!(applied.edits.len(), 1);
    assert_eq!(
        (applied.edits[0].to_string(), desk.steps()),
        ("set filter.cutoff 500 Hz (was 700 Hz)".into(), (1, 2))
    );
    // More than there are: all.
    say(&mut desk, "redo 9").unwrap();
    assert_eq!(desk.steps(), (3, 0));
    assert_eq!(say(&mut desk, "redo 9"), Ok(Reply::Nothing("there is nothing to redo")));
}

#[test]
fn what_a_desk_does_not_do_it_hands_back() {
    let (mut desk, _executor) = desk();
    let before = desk.conductor().patch().clone();
    for line in ["where", "list", "save"] {
        let command = parse(line).unwrap().unwrap().command;
        assert_eq!(desk.carry_out(&command, None).unwrap(), Reply::Yours(command), "{line}");
    }
    assert_eq!(*desk.conductor().patch(), before);
}

#[test]
fn commands_at_a_time_are_acknowledged_with_their_frame() {
    let (mut desk, mut executor) = desk();
    let Reply::Edited(applied) = say(&mut desk, "@0.5s add quiet gain gain=-20 from filter").unwrap() else {
        panic!()
    };
    render(&mut executor, 48_000);
    let notices = desk.conductor_mut().notices();
    assert!(
        notices.contains(&Notice::Applied { ticket: applied.ticket.unwrap(), frame: 24_000 }),
        "{notices:?}"
    );
}

#[test]
fn undo_and_redo_are_edits_like_any_other() {
    let (mut desk, mut executor) = desk();
    let start = desk.conductor().patch().clone();
    for line in [
        "set filter.cutoff 400",
        "add echo delay time=100ms from filter",
        "connect echo out",
        "bypass filter on",
    ] {
        assert!(matches!(say(&mut desk, line), Ok(Reply::Edited(_))), "{line}");
        render(&mut executor, 480);
    }
    let end = desk.conductor().patch().clone();
    for _ in 0..4 {
        assert!(matches!(say(&mut desk, "undo"), Ok(Reply::Edited(_))));
        render(&mut executor, 480);
    }
    assert_eq!(desk.conductor().patch(), &start);
    for _ in 0..4 {
        assert!(matches!(say(&mut desk, "redo"), Ok(Reply::Edited(_))));
        render(&mut executor, 480);
    }
    assert_eq!(desk.conductor().patch(), &end);
    assert_eq!(say(&mut desk, "redo"), Ok(Reply::Nothing("there is nothing to redo")));
    // What was undone has faded out, and is taken away once notices are taken.
    desk.conductor_mut().notices();
    render(&mut executor, 480);
    assert_eq!(executor.nodes(), end.nodes.len());
    // The history begins with the file: before it there was nothing to go back to.
    for _ in 0..4 {
        say(&mut desk, "undo").unwrap();
        render(&mut executor, 480);
    }
    assert_eq!(desk.conductor().patch(), &start);
    assert_eq!(say(&mut desk, "undo"), Ok(Reply::Nothing("there is nothing to undo")));
}

#[test]
fn the_file_wins_for_what_it_names_and_the_rest_stays() {
    let (mut desk, mut executor) = desk();
    for line in ["set filter.cutoff 400", "set filter.q 3", "add hiss white_noise", "set tone.frequency 220"]
    {
        if let Err(error) = say(&mut desk, line) {
            panic!("{line}: {error}");
        }
    }
    let reloaded = desk.reload(&FILE.replace("110.0", "55.0")).unwrap();
    let patch = desk.conductor().patch().clone();
    let value = |node: &str, param: &str| patch.nodes[node].params.get(param).and_then(|p| p.value);
    assert_eq!(value("tone", "frequency"), Some(55.0), "the file names it");
    assert_eq!(value("filter", "cutoff"), Some(800.0), "the file names it");
    assert_eq!(value("filter", "q"), Some(3.0), "the file does not");
    assert!(patch.nodes.contains_key("hiss"), "the file does not know it");
    let overrode: Vec<String> = reloaded.overrode.iter().map(ToString::to_string).collect();
    assert_eq!(overrode.len(), 2, "{overrode:?}");
    assert!(
        overrode.iter().any(|o| o.contains("filter.cutoff"))
            && overrode.iter().any(|o| o.contains("tone.frequency"))
    );
    render(&mut executor, 4800);
    assert_eq!(desk.reload("[nodes.x]\nkind = \"nonsense\"\n").unwrap_err().to_string().lines().count(), 1);
    assert_eq!(desk.conductor().patch(), &patch);
}

#[test]
fn saving_keeps_comments_and_order() {
    let (mut desk, _executor) = desk();
    say(&mut desk, "set filter.cutoff 400").unwrap();
    assert_eq!(desk.text(), FILE.replace("800.0", "400.0"));
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let (mut desk, mut executor) = desk();
    let before = desk.conductor().patch().clone();
    for line in [
        "set filter.cutof 400",
        "set filtre.cutoff 400",
        "set filter.cutoff 4 parsecs",
        "set filter.cutoff 1e9",
        "add filter gain",
        "add x nonsense",
        "remove nothing",
        "connect filter tone",
        "connect filter filter",
        "disconnect out tone",
        "bypass tone",
        "drive filter.cutoff from nothing depth 3",
    ] {
        let said = say(&mut desk, line);
        assert!(said.is_err(), "{line}: {said:?}");
        assert_eq!(desk.conductor().patch(), &before, "{line}");
    }
    render(&mut executor, 480);
    assert_eq!(desk.conductor_mut().notices().len(), 1);
}
