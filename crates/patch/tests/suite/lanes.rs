//! Courses of parameters: what documents and commands say of them, and what is wrong with them.

use sostenuto_patch::command::{edit, parse};
use sostenuto_patch::{Catalogue, Document, LaneCurve, LaneUnit, Notation, Patch, read, to_toml};

const PATCH: &str = r#"
[nodes.tone]
kind = "saw"
[nodes.filter]
kind = "lowpass"
inputs = ["tone"]
[nodes.mix]
kind = "mixer"
inputs = ["filter"]
[nodes.out]
kind = "audio_out"
inputs = ["mix"]
"#;

const SWEEP: &str = r#"
[[sequence]]
name = "sweep"
to = "filter.cutoff"
length = 8.0
points = [
  { at = 0.0, value = "200 Hz", curve = "exponential" },
  { at = 4.0, value = "2 kHz", curve = 0.5 },
  { at = 6.0, value = 500.0 },
]
"#;

fn catalogue() -> Catalogue {
    Catalogue::new(sostenuto_nodes::catalogue())
}

fn patch(text: &str) -> Patch {
    let read = read(&format!("{PATCH}{text}"), Notation::Toml, &catalogue());
    read.unwrap_or_else(|problems| panic!("{problems:?}")).patch
}

#[test]
fn points_are_read_and_printed() {
    let patch = patch(SWEEP);
    let sweep = &patch.sequences["sweep"];
    let lane = sweep.lane.as_ref().unwrap();
    assert_eq!((sweep.to.as_str(), lane.param.as_str(), lane.unit), ("filter", "cutoff", LaneUnit::Beats));
    let points: Vec<_> = lane.points.iter().map(|p| (p.at, p.value, p.curve)).collect();
    let wanted = [
        (0.0, 200.0, LaneCurve::Exponential),
        (4.0, 2000.0, LaneCurve::Bend(0.5)),
        (6.0, 500.0, LaneCurve::Linear),
    ];
    assert_eq!(points, wanted);
    let again = read(&to_toml(&patch, &catalogue()), Notation::Toml, &catalogue()).unwrap().patch;
    assert_eq!(patch, again);
    let json = sostenuto_patch::to_json(&patch, &catalogue());
    assert_eq!(patch, read(&json, Notation::Json, &catalogue()).unwrap().patch);
}

#[test]
fn what_is_wrong_is_told_in_its_place() {
    for (text, wanted) in [
        ("to = \"filter\"\npoints = [{ at = 0, value = 1 }]", "`filter` is no parameter"),
        (
            "to = \"filtr.cutoff\"\npoints = [{ at = 0, value = 1 }]",
            "no node `filtr` to play it (did you mean `filter`?)",
        ),
        ("to = \"filter.cutof\"\npoints = [{ at = 0, value = 1 }]", "cutoff"),
        ("to = \"filter.cutoff\"\nloop = false\npoints = []", "no points"),
        ("to = \"filter.cutoff\"\npoints = [{ at = 0, value = 1 }, { at = 4, value = 100 }]", "10 Hz"),
        (
            "to = \"filter.cutoff\"\nlength = 8\npoints = [{ at = 4, value = 100 }, { at = 3, value = 100 }]",
            "before the one before it",
        ),
        ("to = \"filter.cutoff\"\nlength = 3\npoints = [{ at = 4, value = 100 }]", "the sequence ends at 3"),
        ("to = \"filter.cutoff\"\npoints = [{ at = 0, value = 100 }]", "cannot begin again"),
        (
            "to = \"filter.cutoff\"\nunit = \"bars\"\npoints = [{ at = 1, value = 100 }]",
            "beats, seconds or frames",
        ),
        (
            "to = \"filter.cutoff\"\npoints = [{ at = 1, value = 100, curve = \"wavy\" }]",
            "`wavy` is no curve",
        ),
        ("to = \"filter.cutoff\"\npoints = [{ at = 1, value = 100, curve = 1 }]", "0.999"),
        ("to = \"mix.gain2\"\npoints = [{ at = 1, value = 0 }]", "gain2"),
        ("to = \"mix.count\"\npoints = [{ at = 1, value = 2 }]", "a setting"),
        ("to = \"filter.cutoff\"\nsteps = [{}]\npoints = [{ at = 1, value = 100 }]", "not both"),
        ("to = \"filter\"\nunit = \"beats\"\nsteps = [{}]", "no points"),
    ] {
        let document = format!("{PATCH}[[sequence]]\n{text}\n");
        let problems = read(&document, Notation::Toml, &catalogue()).expect_err(text);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains(wanted)), "{text}: {told:#?}");
        assert!(problems.iter().all(|p| p.at.is_some()), "{told:#?}");
    }
    let twice = format!("{PATCH}{SWEEP}{}", SWEEP.replace("\"sweep\"", "\"again\""));
    let problems = read(&twice, Notation::Toml, &catalogue()).unwrap_err();
    assert!(problems[0].to_string().contains("sequence `sweep` already"), "{problems:?}");
}

#[test]
fn a_command_puts_points_and_takes_them_away() {
    let (plain, catalogue) = (patch(""), catalogue());
    let command = |line: &str| parse(line).unwrap().unwrap().command;
    let line = "automate filter.cutoff 0=200:exponential 4=2kHz:-0.25 6=500 loop=8";
    let said = command(line);
    assert_eq!(command(&said.to_string()), said);
    let edited = edit(&plain, &catalogue, &said).unwrap();
    let sequence = &edited.sequences["filter-cutoff"];
    assert_eq!((sequence.length, sequence.looped), (Some(8.0), true));
    let lane = sequence.lane.as_ref().unwrap();
    assert_eq!(lane.points[1].value, 2000.0);
    assert_eq!(lane.points[1].curve, LaneCurve::Bend(-0.25));
    // Said again it takes the place of the first, whatever that is called; a renamed node keeps it, a removed one takes it along.
    let named =
        edit(&patch(SWEEP), &catalogue, &command("automate filter.cutoff 0=100 1=300 unit=seconds")).unwrap();
    assert_eq!(named.sequences.keys().collect::<Vec<_>>(), ["sweep"]);
    assert!(!named.sequences["sweep"].looped);
    let renamed = edit(&edited, &catalogue, &command("rename filter tone2")).unwrap();
    assert_eq!(renamed.sequences["filter-cutoff"].to, "tone2");
    let off = edit(&edited, &catalogue, &command("automate filter.cutoff off")).unwrap();
    assert_eq!(off, plain);
    assert!(edit(&edited, &catalogue, &command("remove filter")).unwrap().sequences.is_empty());
    for (line, wanted) in [
        ("automate filter.cutoff off", "follows no points"),
        ("automate filter.cutoff 0=5 1=300", "10 Hz"),
        ("automate filter.cutoff x=500", "x"),
        ("automate filter.cutoff 0=500:loud", "no curve"),
    ] {
        let error = edit(&plain, &catalogue, &command(line)).unwrap_err().to_string();
        assert!(error.contains(wanted), "{line}: {error}");
    }
    assert!(parse("automate filter.cutoff 200").is_err());
}

#[test]
fn a_document_keeps_its_text() {
    let text = format!("{PATCH}{SWEEP}");
    let mut document = Document::parse(&text, &catalogue()).unwrap();
    let mut changed = document.patch().clone();
    changed.sequences["sweep"].lane.as_mut().unwrap().points[2].value = 400.0;
    document.update(&changed, &catalogue());
    assert_eq!(document.to_string(), text.replace("value = 500.0", "value = 400.0"));
}
