//! `record` takes what a device hears at the device's own rate, to the frame, and keeps what it has when it is ended.

use super::ears::Ended;
use sostenuto_media::Sound;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const SINK: &str = "pulseaudio:sink_44100";

fn program(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sostenuto"));
    command.current_dir(place).args(arguments).stdin(Stdio::null());
    command
}

/// Asks that half of full scale of 441 Hz is heard for a while. Where the machine is late, whoever plays puts in gaps.
fn assert_has_the_tone(sound: &Sound) {
    assert_eq!((sound.rate, sound.channels.len()), (44_100, 2));
    let heard = &sound.channels[0];
    // A period is 100 frames, a quarter of one 25; the squares of sine and cosine add up to one.
    let is_tone = |at: usize| {
        let power = heard[at].powi(2) + heard[at + 25].powi(2);
        (power - 0.25).abs() < 0.005 && (heard[at] - heard[at + 100]).abs() < 1e-3
    };
    let (mut longest, mut run) = (0, 0);
    for at in 0..heard.len() - 100 {
        run = if is_tone(at) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    assert!(longest > 500, "{longest} frames in a row of {}", heard.len());
}

#[test]
fn what_a_device_hears_is_recorded_to_the_frame() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorder");
    _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    let chain = ["play", "--chain", "sine frequency=441 ! gain gain=-6.0206", "--device", SINK];
    let playing = program(&place, &chain).stdout(Stdio::null()).spawn().unwrap();
    let playing = Ended(playing);
    sleep(Duration::from_millis(1500));
    let monitor = format!("{SINK}.monitor");
    let take = ["record", "take.wav", "--device", &monitor, "--seconds", "1.5", "--bits", "32f"];
    let said = program(&place, &take).output().unwrap();
    let told = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success() && told.contains("take.wav: 1.50 s"), "{told}");
    let sound = Sound::read_wav(place.join("take.wav")).unwrap();
    assert_eq!(sound.frames(), 66_150);
    assert_has_the_tone(&sound);
    // Killed, it keeps what it has.
    let file = place.join("killed.wav");
    let take = ["record", "killed.wav", "--device", &monitor, "--bits", "32f"];
    let recording = Ended(program(&place, &take).stdout(Stdio::null()).spawn().unwrap());
    let seconds = |bytes: u64| bytes as f64 / 352_800.0;
    while std::fs::metadata(&file).map_or(0.0, |about| seconds(about.len())) < 1.0 {
        sleep(Duration::from_millis(10));
    }
    drop(recording);
    drop(playing);
    assert_has_the_tone(&Sound::read_wav(&file).unwrap());
}
