//! Patches come to sound, and change while they do.

use sostenuto_engine::{Conductor, EngineError, Notice};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::{Notation, Patch, read};

const SLOW: &str = r#"
title = "A tone through a filter"
[nodes.tone]
kind = "saw"
frequency = 110.0
[nodes.wobble]
kind = "sine"
frequency = 5.0
[nodes.filter]
kind = "lowpass"
inputs = ["tone"]
cutoff = { value = 800.0, from = "wobble", depth = 500.0 }
q = 4.0
[nodes.out]
kind = "audio_out"
inputs = ["filter"]
"#;

fn engine() -> (Conductor, Executor) {
    Conductor::new(48_000.0, 2, Limits::default(), None)
}

fn patch(text: &str) -> Patch {
    read(text, Notation::Toml, Conductor::catalogue()).unwrap().patch
}

fn render(executor: &mut Executor, frames: usize, block: usize) -> Vec<f32> {
    let mut samples = vec![0.0; frames * 2];
    for chunk in samples.chunks_mut(block * 2) {
        executor.render_interleaved(chunk, 2);
    }
    samples
}

/// The same performance in blocks of one size.
fn perform(block: usize) -> Vec<f32> {
    let (mut conductor, mut executor) = engine();
    conductor.apply(&patch(SLOW), None).unwrap();
    conductor.set("filter", "q", 10.0, None, Some(1000)).unwrap();
    let gained = SLOW.replace("inputs = [\"filter\"]", "inputs = [\"quiet\"]")
        + "[nodes.quiet]\nkind = \"gain\"\ngain = -12.0\ninputs = [\"filter\"]\n";
    conductor.apply(&patch(&gained), Some(2345)).unwrap();
    conductor.reset("filter", Some(3333)).unwrap();
    render(&mut executor, 9600, block)
}

#[test]
fn the_same_samples_for_any_block_size() {
    let whole = perform(9600);
    assert!(whole.iter().all(|s| s.is_finite()));
    assert!(whole.iter().any(|s| s.abs() > 0.1));
    for block in [1, 17, 64, 480, 4096] {
        let cut = perform(block);
        let first = whole.iter().zip(&cut).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(first, None, "block {block} differs at sample {first:?}");
    }
}

#[test]
fn edits_are_acknowledged_with_their_frame() {
    let (mut conductor, mut executor) = engine();
    let first = conductor.apply(&patch(SLOW), None).unwrap();
    render(&mut executor, 480, 480);
    let set = conductor.set("filter", "cutoff", 400.0, None, Some(1000)).unwrap();
    let second = conductor.apply(&patch(&SLOW.replace("110.0", "220.0")), Some(2000)).unwrap();
    assert_eq!(
        second.edits.len(),
        2,
        "the frequency, and the cutoff which the document has otherwise: {:?}",
        second.edits
    );
    render(&mut executor, 9600, 480);
    let expected = [
        Notice::Applied { ticket: first.ticket.unwrap(), frame: 0 },
        Notice::Set { ticket: set, frame: 1000 },
        Notice::Applied { ticket: second.ticket.unwrap(), frame: 2000 },
    ];
    assert_eq!(conductor.notices(), expected);
}

#[test]
fn the_same_patch_again_is_no_edit() {
    let (mut conductor, _executor) = engine();
    conductor.apply(&patch(SLOW), None).unwrap();
    let again = conductor.apply(&patch(SLOW), None).unwrap();
    assert_eq!((again.ticket, again.edits.len()), (None, 0));
}

#[test]
fn refusals_name_the_place_and_change_nothing() {
    let (mut conductor, mut executor) = engine();
    conductor.apply(&patch(SLOW), None).unwrap();
    let before = conductor.patch().clone();
    let error = |e: Result<_, EngineError>| e.unwrap_err().to_string();
    let set = |c: &mut Conductor, node: &str, param: &str, value: f32| {
        c.set(node, param, value, None, None).map(|_| ())
    };
    assert_eq!(
        error(set(&mut conductor, "filtre", "q", 1.0)),
        "there is no node `filtre`: did you mean `filter`?"
    );
    assert_eq!(
        error(set(&mut conductor, "filter", "cut", 1.0)),
        "`filter` has no parameter `cut`: it has cutoff, q"
    );
    assert_eq!(
        error(set(&mut conductor, "filter", "q", 1e9)),
        "`filter.q` = 1000000000 is out of range: give 0.1 to 100"
    );
    assert!(error(set(&mut conductor, "filter", "q", f32::NAN)).contains("out of range"));
    assert_eq!(conductor.patch(), &before);
    render(&mut executor, 480, 480);
    assert_eq!(conductor.notices().len(), 1);
}

#[test]
fn a_node_that_changes_kind_keeps_its_cables() {
    let (mut conductor, mut executor) = engine();
    conductor.apply(&patch(SLOW), None).unwrap();
    render(&mut executor, 4800, 480);
    let applied = conductor.apply(&patch(&SLOW.replace("\"lowpass\"", "\"highpass\"")), None).unwrap();
    assert_eq!(applied.edits.len(), 1, "{:?}", applied.edits);
    let sound = render(&mut executor, 9600, 480);
    assert!(sound[960..].iter().any(|s| s.abs() > 0.05));
    conductor.clear(None).unwrap();
    // What goes fades out over 5 ms, and is then taken away.
    let fading = render(&mut executor, 480, 480);
    assert!(fading[..400].iter().any(|s| s.abs() > 0.001) && fading[480..].iter().all(|s| *s == 0.0));
    conductor.notices();
    render(&mut executor, 480, 480);
    assert_eq!(executor.nodes(), 0);
}

#[test]
fn a_full_ring_is_an_error_and_loses_nothing() {
    let (mut conductor, mut executor) = engine();
    conductor.apply(&patch(SLOW), None).unwrap();
    // The patch, and the beginning of musical time.
    let mut sent = 2;
    let error = loop {
        match conductor.set("filter", "q", 2.0, None, None) {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(sent, 1024);
    assert!(matches!(error, EngineError::RingFull { waiting: 1024 }), "{error}");
    let edit = conductor.apply(&patch(&SLOW.replace("110.0", "220.0")), None);
    assert!(matches!(edit, Err(EngineError::RingFull { .. })));
    let mut notices = Vec::new();
    for _ in 0..10 {
        render(&mut executor, 64, 64);
        notices.extend(conductor.notices());
    }
    assert_eq!(notices.len(), sent - 1, "nobody asked for the beginning of musical time");
    assert_eq!(conductor.load().deferred(), 3);
    conductor.apply(&patch(&SLOW.replace("110.0", "220.0")), None).unwrap();
}
