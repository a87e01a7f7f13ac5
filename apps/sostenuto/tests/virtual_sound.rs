//! A live performance through a real stream, repeated by `render` from its journal: the same samples.
//!
//! Run by `make sound`, or `tools/virtual-sound.sh cargo test -p sostenuto --test virtual_sound`.

mod sound {
    mod ears;
    #[cfg(feature = "jack")]
    mod player;
    mod recorder;
    #[cfg(feature = "jack")]
    mod round_trip;
    #[cfg(feature = "jack")]
    mod three_devices;
    mod two_devices;
}

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PATCH: &str = r#"
[nodes.tone]
kind = "saw"
frequency = 110.0
[nodes.sweep]
kind = "lfo"
rate = 3.0
[nodes.filter]
kind = "lowpass"
inputs = ["tone"]
cutoff = { value = 800.0, from = "sweep", depth = 500.0 }
q = 4.0
[nodes.out]
kind = "audio_out"
inputs = ["filter"]
gain = -12.0
"#;

/// What is said while it plays, a third of a second apart.
const PERFORMANCE: &[&str] = &[
    "set filter.cutoff 2000 over 250ms",
    "add quiet gain gain=-6 from filter",
    "connect quiet out",
    "disconnect filter out",
    "set quiet.gain 0",
    "bypass filter on",
    "undo",
    "add echo echo time=120ms from quiet to out",
    "set sweep.rate 7",
    "remove echo",
];

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// How many samples of what was heard are the rendered ones, in order. Where the machine was late the sound server puts silence in
/// between, which is passed over; anything else that differs is returned as the place in the rendering.
fn compare(heard: &[f32], rendered: &[f32]) -> Result<usize, usize> {
    let begin = |samples: &[f32]| samples.iter().position(|s| *s != 0.0).unwrap_or(samples.len());
    let (mut at, mut place) = (begin(heard), begin(rendered));
    let from = place;
    while at < heard.len() && place < rendered.len() {
        if heard[at].to_bits() == rendered[place].to_bits() {
            (at, place) = (at + 1, place + 1);
            continue;
        }
        // Silence put in between comes in whole frames, and in more than a few of them.
        let gap = begin(&heard[at..]);
        if gap < 32 && at + gap < heard.len() {
            return Err(place);
        }
        at += gap;
    }
    Ok(place - from)
}

#[test]
fn a_recorded_performance_is_the_rendered_journal() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let run = |arguments: &[&str]| {
        Command::new("pactl").args(arguments).output().expect("pactl is installed with the servers")
    };
    let sink = ["sink_name=stage", "rate=48000", "channels=2", "format=float32le", "norewinds=1"];
    let module = run(&[&["load-module", "module-null-sink"][..], &sink].concat());
    assert!(module.status.success());
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("performance-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    std::fs::write(path("patch.toml"), PATCH).unwrap();

    let recorder = [
        "--device=stage.monitor",
        "--rate=48000",
        "--raw",
        "--format=float32le",
        "--channels=2",
        "--latency-msec=20",
    ];
    let mut recorder = Ended(Command::new("parec").args(recorder).stdout(Stdio::piped()).spawn().unwrap());
    let mut tape = recorder.0.stdout.take().unwrap();
    let mut bytes = vec![0; 800];
    tape.read_exact(&mut bytes).unwrap();
    let listener = std::thread::spawn(move || {
        // Until the recorder is ended.
        _ = tape.read_to_end(&mut bytes);
        bytes
    });

    let program = env!("CARGO_BIN_EXE_sostenuto");
    let (patch, journal, wav) = (path("patch.toml"), path("journal.txt"), path("again.wav"));
    let mut player = Command::new(program)
        .args(["play", &patch, "--device", "pulseaudio:stage", "--journal", &journal, "--no-watch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut prompt = player.stdin.take().unwrap();
    for line in PERFORMANCE {
        std::thread::sleep(Duration::from_millis(333));
        writeln!(prompt, "{line}").unwrap();
    }
    std::thread::sleep(Duration::from_millis(700));
    writeln!(prompt, "quit").unwrap();
    let said = player.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    drop(recorder);
    let heard = floats(&listener.join().unwrap());

    let journal = std::fs::read_to_string(&journal).unwrap();
    assert_eq!(
        journal.lines().count(),
        1 + PERFORMANCE.len(),
        "every command is in the journal:\n{journal}\n{said}"
    );
    let render =
        ["render", &patch, "-o", &wav, "--seconds", "6", "--bits", "32f", "--script", &path("journal.txt")];
    let render = Command::new(program).args(render).output().unwrap();
    assert!(render.status.success(), "{}", String::from_utf8_lossy(&render.stderr));
    let rendered = sostenuto_media::Sound::read_wav(&wav).unwrap().interleaved();
    match compare(&heard, &rendered) {
        Ok(same) => {
            println!("{:.2} s heard are those rendered, bit for bit", same as f64 / 96_000.0);
            assert!(same > 2 * 96_000, "only {same} samples were heard");
        }
        Err(place) => panic!("what was heard is another sound from frame {} on\n{journal}", place / 2),
    }
    run(&["unload-module", String::from_utf8_lossy(&module.stdout).trim()]);
    _ = std::fs::remove_dir_all(&folder);
}

/// A null sink of this name, there for as long as this lives.
struct Sink(String);

impl Sink {
    fn new(name: &str) -> Sink {
        let name = format!("sink_name={name}");
        let loaded =
            Command::new("pactl").args(["load-module", "module-null-sink", &name, "rate=44100"]).output();
        let loaded = loaded.expect("pactl is installed with the servers");
        assert!(loaded.status.success());
        Sink(String::from_utf8_lossy(&loaded.stdout).trim().into())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        _ = Command::new("pactl").args(["unload-module", &self.0]).status();
    }
}

fn devices(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_sostenuto");
    let said = Command::new(program).arg("devices").args(arguments).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn devices_are_listed_for_people_and_for_programs() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let table = devices(&[]);
    println!("{table}");
    let row = |id: &str| -> Vec<&str> {
        let line = table.lines().find(|line| line.split_whitespace().any(|word| word == id));
        line.unwrap_or_else(|| panic!("{id} in {table}"))
            .split("  ")
            .filter(|cell| !cell.is_empty())
            .collect()
    };
    let sink: Vec<&str> = row("pulseaudio:sink_44100").into_iter().map(str::trim).collect();
    assert!(sink.contains(&"Null Output") && sink.contains(&"2"), "{sink:?}");
    assert!(sink.iter().any(|cell| cell.starts_with("44100 of 1-")), "{sink:?}");
    assert!(devices(&["--host", "alsa"]).lines().skip(1).all(|line| !line.contains("pulseaudio:")));

    let json: serde_json::Value = serde_json::from_str(&devices(&["--json"])).unwrap();
    let find = |id: &str| json.as_array().unwrap().iter().find(|device| device["id"] == id).unwrap().clone();
    let first =
        |side: &str| json.as_array().unwrap().iter().find(|device| device[side]["default"] == true).unwrap();
    assert_eq!(
        (&first("output")["host"], &first("input")["host"]),
        (&"pulseaudio".into(), &"pulseaudio".into())
    );
    let (sink, monitor) = (find("pulseaudio:sink_48000"), find("pulseaudio:sink_48000.monitor"));
    assert_eq!((&sink["host"], &sink["name"]), (&"pulseaudio".into(), &"Null Output".into()));
    assert_eq!((&sink["input"], &monitor["output"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    for side in [&sink["output"], &monitor["input"]] {
        assert_eq!((side["channels"].as_u64(), side["rate"].as_u64()), (Some(2), Some(48_000)));
        assert!(side["rates"]["common"].as_array().unwrap().contains(&44_100.into()));
        assert!(side["formats"].as_array().unwrap().contains(&"f32".into()) && side["refusal"].is_null());
        assert!(
            side["blocks"]["least"].as_u64() <= Some(512) && side["blocks"]["most"].as_u64() >= Some(512)
        );
    }
}

#[test]
fn devices_that_come_and_go_are_told() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let program = env!("CARGO_BIN_EXE_sostenuto");
    let arguments = ["devices", "--watch", "--json", "--host", "pulseaudio"];
    let mut child = Ended(Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap());
    let output = std::io::BufReader::new(child.0.stdout.take().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::BufRead::lines(output).map_while(Result::ok) {
            if tell.send(serde_json::from_str::<serde_json::Value>(&line).expect("an object a line")).is_err()
            {
                return;
            }
        }
    });
    let until = |event: &str, id: &str| loop {
        let said = told.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{event} {id}"));
        println!("{said}");
        assert!(said["id"].as_str().is_some_and(|id| id.starts_with("pulseaudio:")), "{said}");
        if said["event"] == event && said["id"] == id {
            return said;
        }
    };
    until("appeared", "pulseaudio:sink_44100");
    // Until the first look has been taken.
    std::thread::sleep(Duration::from_secs(1));
    let sink = Sink::new("visitor");
    let visitor = until("appeared", "pulseaudio:visitor");
    assert_eq!((visitor["outputs"].as_u64(), visitor["rate"].as_u64()), (Some(2), Some(44_100)));
    assert!(Command::new("pactl").args(["set-default-sink", "visitor"]).status().unwrap().success());
    assert_eq!(until("default", "pulseaudio:visitor")["direction"], "output");
    drop(sink);
    until("gone", "pulseaudio:visitor");
}

#[test]
fn the_comparison_tells_a_wrong_sample_and_forgives_a_gap() {
    let rendered: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.01).sin()).collect();
    assert_eq!(compare(&rendered, &rendered), Ok(999));
    let mut gap = rendered.clone();
    gap.splice(500..500, [0.0; 64]);
    assert_eq!(compare(&gap, &rendered), Ok(999));
    let mut wrong = rendered.clone();
    wrong[700] += 1e-6;
    assert_eq!(compare(&wrong, &rendered), Err(700));
    let mut lost = rendered.clone();
    lost.remove(700);
    assert_eq!(compare(&lost, &rendered), Err(700));
}
