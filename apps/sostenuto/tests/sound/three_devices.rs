//! One patch on three devices of two sound servers, each recorded by another program; each server ends, and comes back.

use super::ears::{Tape, gaps, share};
use super::player::{Player, hear_jack, seconds};
use std::f64::consts::TAU;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PATCH: &str = r#"
[nodes.low]
kind = "sine"
frequency = 300
[nodes.middle]
kind = "sine"
frequency = 500
[nodes.high]
kind = "sine"
frequency = 700
[nodes.jack]
kind = "audio_out"
device = "jack:output"
inputs = ["low"]
gain = -6
[nodes.one]
kind = "audio_out"
device = "pulseaudio:sink_44100"
inputs = ["middle"]
gain = -6
[nodes.two]
kind = "audio_out"
device = "pulseaudio:sink_48000"
inputs = ["high"]
gain = -6
"#;

const PORTS: [(&str, &str); 3] =
    [("jack ", "to jack:output"), ("one ", "to pulseaudio:sink_44100"), ("two ", "to pulseaudio:sink_48000")];

/// A sound server: how it was started, so that it can be ended and come back.
struct Server(Vec<String>, Option<Child>);

impl Server {
    fn of(name: &str) -> (Server, String) {
        let list = Command::new("pgrep").args(["-x", name]).output().unwrap();
        let words = |process: &&str| {
            let line =
                std::fs::read_to_string(Path::new("/proc").join(process).join("cmdline")).unwrap_or_default();
            line.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>()
        };
        let ours = std::env::var("JACK_DEFAULT_SERVER").unwrap();
        let room = std::env::var("XDG_RUNTIME_DIR").unwrap();
        let text = String::from_utf8_lossy(&list.stdout).into_owned();
        let mine = |process: &&str| words(process).iter().any(|word| *word == ours || word.contains(&room));
        let process = text.lines().find(mine).expect("the server runs").to_owned();
        (Server(words(&process.as_str()), None), process)
    }

    fn end(process: &str) {
        // Not -KILL: a JACK server that cannot say goodbye leaves its entry in JACK's register, which has room for eight.
        assert!(Command::new("kill").args(["-TERM", process]).status().unwrap().success());
    }

    fn start(&mut self) {
        let mut server = Command::new(&self.0[0]);
        server.args(&self.0[1..]).env("HOME", std::env::var("XDG_RUNTIME_DIR").unwrap());
        let server = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.1 = Some(server.unwrap());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(server) = &mut self.1 {
            _ = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
            _ = server.wait();
        }
    }
}

fn is_tone(what: &str, sound: &[f32], rate: usize, hertz: f64) {
    assert!(sound.len() > rate, "{what}: {} frames", sound.len());
    // Tenths of a second: what a recorder hears while it starts is not judged, nor where this machine was late and a piece is missing.
    let mut shares: Vec<f64> =
        sound.chunks_exact(rate / 10).map(|part| share(part, rate as f64, hertz)).collect();
    shares.sort_by(f64::total_cmp);
    // A sink's clock is off by as much as two parts in a thousand.
    assert!(shares[shares.len() / 2] > 0.9, "{what} is no sine of {hertz} Hz: {shares:?}");
}

/// How often something other than the sine begins, however short: a gap, its fades, a jump. A sine is foretold by its two last samples, whatever its phase and level are;
/// what is not lies this far from where it should be. What follows within two milliseconds counts as the same.
fn breaks(samples: &[f32], rate: u32, hertz: f64) -> usize {
    let turn = 2.0 * (TAU * hertz / f64::from(rate)).cos();
    let foretold = |past: &[f32]| turn * f64::from(past[1]) - f64::from(past[0]);
    // A sink whose clock is off by two parts in a thousand, and samples of 16 bits, stay within 1e-4; a fade of 5 ms does not.
    let is_off = samples.windows(3).map(|all| (f64::from(all[2]) - foretold(all)).abs() > 2e-4);
    let (mut since, mut count) = (usize::MAX, 0);
    for is_off in is_off {
        if is_off {
            count += usize::from(since > rate as usize / 500);
            since = 0;
        } else {
            since = since.saturating_add(1);
        }
    }
    count
}

#[test]
fn each_of_three_devices_plays_on_while_the_others_servers_end_and_come_back() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    // It ends its servers: they are its own.
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/virtual-sound.sh");
    let name = "sound::three_devices::three_devices_with_servers_of_their_own";
    let output = Command::new("timeout")
        .args(["-k", "5", "170", script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"));
}

/// The program stands still for a moment, again and again, so that both sinks lack what it would have played: what is missing is counted, and what is counted is missing.
fn what_is_counted_is_heard(player: &mut Player) {
    const STALLS: usize = 3;
    let program = player.program.0.id().to_string();
    let before = ["one ", "two "].map(|port| player.counted(port));
    let tapes = [Tape::of("sink_44100", 44_100), Tape::of("sink_48000", 48_000)];
    // Until the recorders have begun: what is counted from then on is to be heard.
    seconds(1.0);
    let begun = ["one ", "two "].map(|port| player.counted(port));
    for _ in 0..STALLS {
        for signal in ["-STOP", "-CONT"] {
            assert!(Command::new("kill").args([signal, &program]).status().unwrap().success());
            seconds(if signal == "-STOP" { 0.25 } else { 1.5 });
        }
    }
    player.settle(&PORTS);
    let ended = ["one ", "two "].map(|port| player.counted(port));
    seconds(1.0);
    let sounds = tapes.map(Tape::stop);
    let ports = [("one ", 44_100, 500.0), ("two ", 48_000, 700.0)];
    for (at, (port, rate, hertz)) in ports.into_iter().enumerate() {
        let (gaps, breaks) = (gaps(&sounds[at], rate), breaks(&sounds[at], rate, hertz));
        let (all, certain) = (player.counted(port).since(before[at]), ended[at].runs - begun[at].runs);
        println!("{port}: {gaps} gaps and {breaks} breaks; {all} counted, {certain} of them certainly heard");
        // A recorder that starts, or is late itself, may leave out a piece.
        assert!(gaps <= all + 1, "{gaps} gaps at {port}, which has counted {all}\n{}", player.said());
        assert!(breaks >= certain, "{port} has counted {certain}, and {breaks} are heard\n{}", player.said());
        assert!(all > 0, "{port} has counted none of {STALLS} stalls\n{}", player.said());
    }
}

#[test]
#[ignore = "ends its servers: run by the test above"]
fn three_devices_with_servers_of_their_own() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("three-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let patch = folder.join("patch.toml");
    std::fs::write(&patch, PATCH).unwrap();
    let mut player = Player::of(&patch.display().to_string());
    let program = player.program.0.id();
    player.settle(&PORTS);
    what_is_counted_is_heard(&mut player);
    player.settle(&PORTS);
    let before = ["one ", "two "].map(|port| player.counted(port));
    let (one, two) = (Tape::of("sink_44100", 44_100), Tape::of("sink_48000", 48_000));
    is_tone("the first", &hear_jack(&folder, program, &["out_0"], 3)[0], 48_000, 300.0);
    // JACK ends; the sound of both others goes on.
    let (mut jack, process) = Server::of("jackd");
    Server::end(&process);
    seconds(3.0);
    let (one, two) = (one.stop(), two.stop());
    is_tone("the second", &one, 44_100, 500.0);
    is_tone("the third", &two, 48_000, 700.0);
    for ((port, sound, rate), before) in
        [("one ", &one, 44_100), ("two ", &two, 48_000)].into_iter().zip(before)
    {
        let gaps = gaps(sound, rate);
        let counted = player.counted(port).since(before);
        // A recorder that starts, or is late itself, may leave out a piece.
        assert!(gaps <= counted + 1, "{gaps} gaps at {port}, which has counted {counted}\n{}", player.said());
    }
    jack.start();
    player.settle(&PORTS);
    is_tone("the first, back again,", &hear_jack(&folder, program, &["out_0"], 3)[0], 48_000, 300.0);
    // PulseAudio ends, and the clock with it; the sound of JACK goes on.
    let (mut pulse, process) = Server::of("pulseaudio");
    Server::end(&process);
    is_tone("the first, alone,", &hear_jack(&folder, program, &["out_0"], 4)[0], 48_000, 300.0);
    pulse.start();
    player.settle(&PORTS);
    let (one, two) = (Tape::of("sink_44100", 44_100), Tape::of("sink_48000", 48_000));
    seconds(3.0);
    is_tone("the second, back again,", &one.stop(), 44_100, 500.0);
    is_tone("the third, back again,", &two.stop(), 48_000, 700.0);
    let said = player.said();
    println!("{said}");
    // Twice where a server that is starting is found before it can play.
    assert!(said.matches(" is gone").count() >= 3, "{said}");
    assert!(said.matches(" is back").count() >= 3, "{said}");
    _ = std::fs::remove_dir_all(&folder);
}
