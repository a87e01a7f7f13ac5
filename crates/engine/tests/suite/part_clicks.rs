//! Edits of parts and stolen voices do not click: the detector of `clicks.rs` before a sine of 200 Hz.

use crate::clicks::detector;

use detector::{CLICK, Fades, bend, treble};
use sostenuto_engine::{Conductor, Notice};
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{Executor, Limits, NoteEvent, When};
use sostenuto_patch::{Notation, Patch, read};

/// What is done at a frame.
type Deed = (usize, Box<dyn FnMut(&mut Conductor)>);

/// The frame of the edit: a sine of 200 Hz that began at frame 0 is at its peak.
const EDIT: usize = 9_660;
const FRAMES: usize = 16_000;

const STRIP: &str = "
[parts.strip.params]
level = 'gain.gain'
[parts.strip.nodes]
in = { kind = 'inlet' }
gain = { kind = 'gain', gain = -3.0, inputs = ['in'] }
out = { kind = 'outlet', inputs = ['gain'] }
[nodes]
src = { kind = 'sine', frequency = 200.0 }
fx = { kind = 'strip', inputs = ['src'] }
out = { kind = 'audio_out', inputs = ['fx'] }
";

fn patch(text: &str) -> Patch {
    match read(text, Notation::Toml, Conductor::catalogue()) {
        Ok(checked) => checked.patch,
        Err(problems) => panic!("{problems:?}\n{text}"),
    }
}

fn start(text: &str) -> (Conductor, Executor) {
    let (mut conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    conductor.apply(&patch(text), When::Now).unwrap();
    (conductor, executor)
}

/// What is heard on the left, with the deeds at their frames.
fn perform(text: &str, fade: Option<f64>, deeds: &mut [Deed]) -> Vec<f64> {
    let (mut conductor, mut executor) = start(text);
    if let Some(seconds) = fade {
        conductor.set_fade(seconds);
    }
    let (mut left, mut right) = (vec![0.0f32; FRAMES], vec![0.0f32; FRAMES]);
    let mut frame = 0;
    while frame < FRAMES {
        let end =
            deeds.iter().map(|(at, _)| *at).filter(|at| *at > frame).min().unwrap_or(FRAMES).min(frame + 480);
        deeds.iter_mut().filter(|(at, _)| *at == frame).for_each(|(_, deed)| deed(&mut conductor));
        executor.render(&mut [&mut left[frame..end], &mut right[frame..end]]);
        for notice in conductor.notices() {
            assert!(!matches!(notice, Notice::Refused { .. } | Notice::Muted { .. }), "{notice:?}");
        }
        frame = end;
    }
    left.into_iter().map(f64::from).collect()
}

fn to(text: String) -> Box<dyn FnMut(&mut Conductor)> {
    let patch = patch(&text);
    Box::new(move |conductor| drop(conductor.apply(&patch, When::Now).unwrap()))
}

/// The worse of bend and treble around the edit, in dB.
fn click(heard: &[f64], fades: Fades) -> f64 {
    let (before, around, after) =
        (&heard[EDIT - 2_400..EDIT - 480], &heard[EDIT - 480..EDIT + 3_000], &heard[FRAMES - 2_400..]);
    bend(around, &[before, after], fades).max(treble(around, &[before, after]))
}

/// Documents that follow on the strip, by what they change.
fn edits() -> Vec<(&'static str, String)> {
    let other = STRIP.replace("kind = 'strip'", "kind = 'other'").replace(
        "[nodes]\nsrc",
        "
[parts.other.nodes]
in = { kind = 'inlet' }
low = { kind = 'lowpass', cutoff = 150.0, inputs = ['in'] }
out = { kind = 'outlet', inputs = ['low'] }
[nodes]\nsrc",
    );
    vec![
        ("another part", other),
        (
            "a node put into the part",
            STRIP.replace(
                "inputs = ['gain'] }\n[",
                "inputs = ['low'] }\nlow = { kind = 'lowpass', cutoff = 300.0, inputs = ['gain'] }\n[",
            ),
        ),
        (
            "a delay put into the part",
            STRIP.replace(
                "inputs = ['gain'] }\n[",
                "inputs = ['late'] }\nlate = { kind = 'delay', time = 31.0, inputs = ['gain'] }\n[",
            ),
        ),
        (
            "the node in the part left out",
            STRIP.replace("outlet', inputs = ['gain']", "outlet', inputs = ['in']"),
        ),
        (
            "another kind in the part",
            STRIP
                .replace("kind = 'gain', gain = -3.0", "kind = 'highpass', cutoff = 400.0")
                .replace("level = 'gain.gain'", ""),
        ),
        ("a mapped parameter", STRIP.replace("inputs = ['src'] }", "inputs = ['src'], level = -20.0 }")),
        ("a value in the part", STRIP.replace("gain = -3.0", "gain = -30.0")),
        (
            "one more port",
            STRIP.replace("in = { kind = 'inlet' }", "in = { kind = 'inlet' }\nside = { kind = 'inlet' }"),
        ),
        ("the part bypassed", STRIP.replace("inputs = ['src'] }", "inputs = ['src'], bypass = true }")),
        ("the part left out", STRIP.replace("inputs = ['fx']", "inputs = ['src']")),
        (
            "a second one beside it",
            STRIP.replace(
                "inputs = ['fx'] }",
                "inputs = ['fx', 'two'] }\ntwo = { kind = 'strip', inputs = ['src'] }",
            ),
        ),
    ]
}

#[test]
fn edits_of_parts_do_not_click() {
    for (name, text) in edits() {
        let there = perform(STRIP, None, &mut [(EDIT, to(text.clone()))]);
        let found = click(&there, Fades::ONE);
        assert!(found < CLICK, "{name}: {found:.1} dB");
        let back = perform(STRIP, None, &mut [(EDIT, to(text)), (EDIT + 96, to(STRIP.into()))]);
        let found = click(&back, Fades { at_once: 2, turned: true });
        assert!(found < CLICK, "{name}, taken back after 2 ms: {found:.1} dB");
    }
}

#[test]
fn edits_of_parts_without_a_fade_are_found() {
    for (name, text) in edits() {
        // Values of parameters glide by themselves.
        if name.contains("parameter") || name.contains("value") || name == "one more port" {
            continue;
        }
        let cut = perform(STRIP, Some(0.0), &mut [(EDIT, to(text))]);
        let found = click(&cut, Fades::ONE);
        assert!(found > CLICK, "{name}: {found:.1} dB");
    }
}

const LEAD: &str = "
[parts.lead]
voices = 1
spares = 3
STEAL
[parts.lead.nodes]
note = { kind = 'note' }
osc = { kind = 'sine', frequency = { from = 'note' } }
env = { kind = 'adsr', attack = 400.0, sustain = 1.0, inputs = ['note.gate'] }
amp = { kind = 'multiply', inputs = { a = 'osc', b = 'env' } }
out = { kind = 'outlet', inputs = ['amp'] }
[nodes]
lead = { kind = 'lead' }
out = { kind = 'audio_out', inputs = ['lead'] }
";

/// The pitch of 200 Hz: 69 + 12 log2(200 / 440).
const PITCH: f32 = 55.349_58;

fn note(id: u64) -> Box<dyn FnMut(&mut Conductor)> {
    Box::new(move |conductor| {
        let note = NoteEvent::On(Note { id: NoteId(id), pitch: PITCH, velocity: 1.0 });
        conductor.note("lead", note, When::Now).unwrap();
    })
}

#[test]
fn stolen_voices_do_not_click() {
    // The second and later notes begin slowly, at the zero of their sine: what could click is the end of those before.
    let heard = |text: &str, notes: &[usize]| {
        let mut deeds: Vec<Deed> = notes.iter().enumerate().map(|(id, at)| (*at, note(id as u64))).collect();
        let heard = perform(text, None, &mut deeds);
        treble(&heard[EDIT - 480..EDIT + 3_000], &[&heard[EDIT - 2_400..EDIT - 480]])
    };
    let faded = LEAD.replace("STEAL", "");
    for (name, notes) in [
        ("one", vec![60, EDIT]),
        ("one while another fades", vec![60, EDIT, EDIT + 96]),
        ("so many that some are hurried", vec![60, EDIT, EDIT + 20, EDIT + 40, EDIT + 60, EDIT + 80]),
    ] {
        let found = heard(&faded, &notes);
        assert!(found < CLICK, "{name}: {found:.1} dB");
    }
    let cut = heard(&LEAD.replace("STEAL", "fade = '0 ms'"), &[60, EDIT]);
    assert!(cut > CLICK, "a voice that is cut off: {cut:.1} dB");
}
