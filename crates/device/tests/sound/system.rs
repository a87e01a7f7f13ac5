//! Streams of this machine through [`Host`]: a port from one sink's clock to another's, and its monitor recorded by an input stream.

use super::servers::{Running, are_there, float_sink, run, within};
use crate::sine::thd_n;
use sostenuto_device::{Change, Direction, Host, PortState, Setup, Stream, System, Vigour, Wish, port};
use std::f64::consts::TAU;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

const HERTZ: f64 = 1000.0;

fn wish(device: &str, inputs: u16, outputs: u16) -> Wish {
    Wish { device: Some(device.into()), inputs, outputs, block: Some(1024), ..Wish::default() }
}

#[test]
fn a_port_joins_two_sinks_and_a_monitor_hears_it() {
    if !are_there() {
        return;
    }
    let mut system = System::new();
    let _sinks = [float_sink("near", 48_000), float_sink("far", 44_100)];
    let setup = Setup { channels: 2, margin: Duration::from_millis(20), ..Setup::new(48_000, 44_100) };
    let (mut feed, mut drain) = port(&setup).unwrap();
    let meters = drain.meters();

    let (tell, told) = channel();
    let listen = move |input: &[f32], _: &mut [f32], _: u64| _ = tell.send(input.to_vec());
    let monitor = system.open(&wish("pulseaudio:far.monitor", 2, 0), Box::new(listen)).unwrap();
    assert_eq!((monitor.terms().inputs, monitor.terms().outputs, monitor.terms().rate), (2, 0, 44_100));

    let play = move |_: &[f32], output: &mut [f32], now: u64| drain.fill(output, now);
    let far = system.open(&wish("pulseaudio:far", 0, 2), Box::new(play)).unwrap();
    assert_eq!((far.terms().outputs, far.terms().rate), (2, 44_100));

    let mut frame = 0_u64;
    let tone = move |_: &[f32], output: &mut [f32], now: u64| {
        for pair in output.chunks_exact_mut(2) {
            pair.fill(((TAU * (frame as f64 * HERTZ / 48_000.0).fract()).sin() * 0.5) as f32);
            frame += 1;
        }
        feed.push(output, now);
    };
    let near = system.open(&wish("pulseaudio:near", 0, 2), Box::new(tone)).unwrap();

    within(30, "sound through the port", || meters.read().state != PortState::Priming);
    std::thread::sleep(Duration::from_secs(1));
    while told.try_recv().is_ok() {}
    let mut left: Vec<f32> = Vec::new();
    while left.len() < 5 * 44_100 {
        let block = told.recv_timeout(Duration::from_secs(10)).expect("the server runs");
        left.extend(block.iter().step_by(2));
    }
    println!("{:?}\n  near {:?}\n  far {:?}", meters.read(), near.counts(), far.counts());
    // A busy machine may be late now and then, which is heard; a third of a second without that will be among fifteen.
    let noise = left.chunks_exact(1 << 14).map(|part| thd_n(part, 44_100.0, HERTZ)).fold(f64::MAX, f64::min);
    println!("  noise {noise:.1} dB");
    assert!(noise < -60.0, "{noise} dB");
    assert_eq!(
        (near.vigour(), far.vigour(), monitor.vigour()),
        (Vigour::Alive, Vigour::Alive, Vigour::Alive)
    );
}

/// One channel, of the only device that records and has this in its name; the tone is another program's.
#[test]
fn an_input_hears_what_another_program_plays() {
    if !are_there() {
        return;
    }
    let _sink = float_sink("stage", 48_000);
    let tone = |frame: u32| (TAU * (f64::from(frame) * HERTZ / 48_000.0).fract()).sin() as f32 * 0.5;
    let bytes: Vec<u8> =
        (0..20 * 48_000).flat_map(|frame| [tone(frame); 2]).flat_map(f32::to_le_bytes).collect();
    let file =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tone-{}.raw", std::process::id()));
    std::fs::write(&file, bytes).unwrap();
    let format = ["--raw", "--format=float32le", "--rate=48000", "--channels=2", "--device=stage"];
    let _player = Running::new("pacat", &[&format[..], &[file.to_str().unwrap()]].concat());

    let mut system = System::new();
    let wish = wish("stage", 1, 0);
    let terms = system.terms(&wish).unwrap();
    let (tell, told) = channel();
    let listen = move |input: &[f32], output: &mut [f32], _: u64| {
        assert!(output.is_empty());
        _ = tell.send(input.to_vec());
    };
    let stream = system.open(&wish, Box::new(listen)).unwrap();
    assert_eq!((stream.terms(), terms.inputs, terms.outputs), (terms.clone(), 1, 0));
    assert_eq!(terms.device, "pulseaudio:stage.monitor");
    let mut heard: Vec<f32> = Vec::new();
    while heard.len() < 5 * 48_000 {
        let block = told.recv_timeout(Duration::from_secs(10)).expect("the server runs");
        // From where the tone begins.
        if !heard.is_empty() || block.iter().any(|sample| sample.abs() > 0.1) {
            heard.extend(block);
        }
    }
    let noise = heard.chunks_exact(1 << 14).map(|part| thd_n(part, 48_000.0, HERTZ)).fold(f64::MAX, f64::min);
    println!("noise {noise:.1} dB, {:?}", stream.counts());
    assert!(noise < -100.0, "{noise} dB");
    assert_eq!((stream.vigour(), stream.why()), (Vigour::Alive, None));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn what_the_system_offers_and_refuses() {
    if !are_there() {
        return;
    }
    let mut system = System::new();
    let offers = system.offers();
    let sink = offers.iter().find(|offer| offer.id == "pulseaudio:sink_44100").expect("it is there");
    assert_eq!((sink.outputs > 0, sink.rate), (true, 44_100));
    let monitor =
        offers.iter().find(|offer| offer.id == "pulseaudio:sink_44100.monitor").expect("it is there");
    assert_eq!((monitor.inputs > 0, monitor.outputs, monitor.rate), (true, 0, 44_100));
    let nothing = || Box::new(|_: &[f32], _: &mut [f32], _: u64| ());
    for (wish, text) in [
        (wish("pulseaudio:no such", 0, 2), "sink_44100"),
        (wish("pulseaudio:no such", 2, 0), "sink_44100.monitor"),
        (wish("pulseaudio:sink_44100", 2, 2), "open one for each"),
    ] {
        let error = system.open(&wish, nothing()).unwrap_err();
        assert_eq!(system.terms(&wish).unwrap_err(), error);
        assert!(error.to_string().contains(text), "{error}");
    }
}

/// What a connection that is never closed takes of a server is gone until the program ends; a server has 64.
#[test]
fn a_server_that_is_asked_again_and_again_has_few_connections() {
    if !are_there() {
        return;
    }
    let own = format!("cpal-pulseaudio-{}", std::process::id());
    let connections = || {
        let clients = Command::new("pactl").args(["list", "clients"]).output().expect("pactl runs");
        String::from_utf8_lossy(&clients.stdout).matches(&own).count()
    };
    let mut system = System::new();
    let play = || Box::new(|_: &[f32], out: &mut [f32], _: u64| out.fill(0.0));
    let before = connections();
    for _ in 0..20 {
        assert!(system.offers().iter().any(|offer| offer.id == "pulseaudio:sink_44100.monitor"));
        assert!(system.terms(&wish("pulseaudio:no such", 0, 2)).is_err());
        let stream = system.open(&wish("pulseaudio:sink_44100", 0, 2), play()).unwrap();
        within(10, "it opens", || stream.vigour() == Vigour::Alive);
        drop(stream);
        within(10, "it is let go of", || System::hanging() == 0);
    }
    let after = connections();
    println!("{before} connections before, {after} after");
    assert!(after > 0 && after <= before + 4, "{before} connections have become {after}");
}

#[test]
fn what_comes_and_goes_is_told() {
    if !are_there() {
        return;
    }
    let mut system = System::new();
    assert_eq!(system.changes(), []);
    // Until the first look has been taken.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(system.changes(), []);
    let mut seen = Vec::new();
    let mut until = |what: &str, holds: &dyn Fn(&Change) -> bool| {
        within(20, what, || {
            let new = system.changes();
            seen.extend(new.iter().cloned());
            new.iter().any(holds)
        });
    };
    let sink = float_sink("guest", 44_100);
    let appears = |change: &Change| matches!(change, Change::Appeared { offer } if offer.id == "pulseaudio:guest" && offer.rate == 44_100 && offer.outputs == 2);
    until("the sink appears", &appears);
    run("pactl", &["set-default-sink", "guest"]);
    let id = "pulseaudio:guest".to_owned();
    let default = Change::DefaultChanged { id: id.clone(), direction: Direction::Play };
    until("it is the default", &|change| *change == default);
    drop(sink);
    until("the sink is gone", &|change| *change == Change::Gone { id: id.clone() });
    println!("{seen:?}");
    let about_others = |change: &&Change| {
        matches!(change, Change::Appeared { offer } if !offer.id.starts_with("pulseaudio:guest"))
            || matches!(change, Change::Gone { id } if !id.starts_with("pulseaudio:guest"))
    };
    assert_eq!(seen.iter().find(about_others), None, "{seen:?}");
}
