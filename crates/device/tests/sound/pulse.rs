//! PulseAudio: what a null sink hears.

use super::marks::{Heard, listen};
use super::servers::{Playing, Running, are_there, float_sink, play, run, within};
use sostenuto_device::{DeviceError, Devices, FallbackClock, Health, Request, Stopped, prepare};
use std::io::Read;

/// Records the monitor of a sink for so many frames, from before anything plays.
struct Recorder(Running);

impl Recorder {
    fn new(sink: &str, rate: u32) -> Self {
        let (device, rate) = (format!("--device={sink}.monitor"), format!("--rate={rate}"));
        let format = ["--raw", "--format=float32le", "--channels=2", "--latency-msec=20"];
        let arguments: Vec<&str> = [device.as_str(), rate.as_str()].into_iter().chain(format).collect();
        Recorder(Running::new("parec", &arguments))
    }

    fn take(&mut self, frames: usize) -> Vec<f32> {
        let mut bytes = vec![0; frames * 8];
        self.0.0.stdout.as_mut().unwrap().read_exact(&mut bytes).unwrap();
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
    }
}

/// Plays two seconds into a sink and returns what was heard.
fn heard_in(sink: &str, rate: u32, both: bool) -> (Heard, Playing) {
    let mut recorder = Recorder::new(sink, rate);
    // Until the recorder runs.
    let _ = recorder.take(100);
    let playing = play(&format!("pulseaudio:{sink}"));
    assert_eq!(playing.output.rate(), rate);
    let recording = recorder.take(2 * rate as usize);
    let heard = listen(&recording, rate, both);
    println!("{sink}: {heard:?}\n  {:?}", playing.output.counters());
    (heard, playing)
}

/// Every frame of the engine from the first on, once, unchanged and in its order. Where this process or the server was late the
/// server puts silence in between, which a busy machine may be forgiven.
#[track_caller]
fn assert_exact(heard: &Heard, rate: u32) {
    assert_eq!((heard.wrong, heard.first, heard.left_out), (0, Some(0), 0), "{heard:?}");
    assert!(heard.exact > rate as usize, "{heard:?}");
}

#[test]
fn devices_are_listed_and_chosen_by_name() {
    if !are_there() {
        return;
    }
    let all = Devices::list().unwrap();
    for (id, rate) in [("pulseaudio:sink_44100", 44_100), ("pulseaudio:sink_48000", 48_000)] {
        let device = all.iter().find(|device| device.id == id).expect("it is there");
        assert_eq!((device.preferred_rate, device.preferred_channels), (Some(rate), Some(2)));
        let wants = |device: &str| Request { device: Some(device.into()), ..Request::default() };
        for asked in [id, &id[11..], &id.to_uppercase(), &rate.to_string()] {
            assert_eq!(prepare(&wants(asked)).unwrap().device().id, id, "{asked}");
        }
    }
    assert!(all.iter().all(|device| !device.id.ends_with(".monitor") && device.id != "jack:input"));
    let request = |device: &str| prepare(&Request { device: Some(device.into()), ..Request::default() });
    assert!(
        matches!(request("Null Output"), Err(DeviceError::DeviceAmbiguous { matches, .. }) if matches.len() == 2)
    );
    assert!(
        matches!(request("no such"), Err(DeviceError::DeviceNotFound { available, .. }) if available.len() >= 2)
    );
    let default = prepare(&Request::default()).unwrap();
    assert!(default.device().default && default.device().id.starts_with("pulseaudio:"), "{default:?}");
    let nonsense = Request { host: Some("gramophone".into()), ..Request::default() };
    assert!(matches!(prepare(&nonsense), Err(DeviceError::HostNotFound { .. })));
    let rate = Request { device: Some(all[0].id.clone()), rate: Some(10_000_000), ..Request::default() };
    assert!(matches!(prepare(&rate), Err(DeviceError::UnsupportedRate { .. })));
}

#[test]
fn a_float_sink_hears_what_was_rendered_bit_for_bit() {
    if !are_there() {
        return;
    }
    let _sink = float_sink("exact", 48_000);
    let (heard, playing) = heard_in("exact", 48_000, true);
    assert_exact(&heard, 48_000);
    assert_eq!(playing.output.stop(), Stopped::Clean);
    assert!(sostenuto_rt::OwnerSlot::take(playing.slot).is_ok(), "the stream has given back its share");
}

#[test]
fn a_sixteen_bit_sink_hears_every_step_of_sixteen_bits() {
    if !are_there() {
        return;
    }
    let (heard, playing) = heard_in("sink_44100", 44_100, false);
    assert_exact(&heard, 44_100);
    assert_eq!(playing.output.stop(), Stopped::Clean);
}

#[test]
fn two_at_once() {
    if !are_there() {
        return;
    }
    let _sinks = [float_sink("one", 48_000), float_sink("two", 44_100)];
    let other = std::thread::spawn(|| heard_in("two", 44_100, true));
    let (one, first) = heard_in("one", 48_000, true);
    let (two, second) = other.join().unwrap();
    assert_exact(&one, 48_000);
    assert_exact(&two, 44_100);
    assert_eq!((first.output.stop(), second.output.stop()), (Stopped::Clean, Stopped::Clean));
}

#[test]
fn pause_and_resume() {
    if !are_there() {
        return;
    }
    let mut playing = play("pulseaudio:sink_48000");
    playing.output.pause().unwrap();
    assert_eq!(playing.output.health(), Health::Paused);
    let settled = || {
        let before = playing.output.counters().callbacks;
        std::thread::sleep(std::time::Duration::from_millis(300));
        playing.output.counters().callbacks == before
    };
    within(10, "callbacks end", settled);
    let before = playing.output.counters().callbacks;
    playing.output.resume().unwrap();
    within(10, "callbacks come again", || playing.output.counters().callbacks > before + 3);
    assert_eq!(playing.output.health(), Health::Playing);
}

#[test]
fn a_suspended_sink_is_noticed_and_time_goes_on_without_it() {
    if !are_there() {
        return;
    }
    let _sink = float_sink("sleepy", 48_000);
    let playing = play("pulseaudio:sleepy");
    run("pactl", &["suspend-sink", "sleepy", "1"]);
    within(10, "a stall", || matches!(playing.output.health(), Health::Stalled(_)));
    playing.output.disengage();
    let at = playing.slot.try_enter().expect("nobody is in").frame();
    assert_eq!(at, playing.output.counters().frames, "up to here the device was the clock");

    let clock = FallbackClock::start(playing.slot.clone(), 48_000).unwrap();
    within(10, "ten callbacks", || clock.counters().callbacks >= 10);
    run("pactl", &["suspend-sink", "sleepy", "0"]);
    within(10, "callbacks again", || playing.output.health() == Health::Playing);
    let without = clock.stop();
    assert_eq!((without.refused, playing.output.counters().refused), (0, 0));
    let silent = playing.output.counters().silent_frames;
    assert!(silent > 0, "out of gear it plays silence");

    playing.output.engage();
    within(10, "frames from the engine", || {
        let counts = playing.output.counters();
        counts.frames - counts.silent_frames > at
    });
    assert_eq!(playing.output.stop(), Stopped::Clean);
    let frame = sostenuto_rt::OwnerSlot::take(playing.slot).unwrap().frame();
    assert!(frame > at + without.frames, "{frame} frames, {at} before, {} without", without.frames);
}
