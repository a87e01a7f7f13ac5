//! What is refused names what there is instead. Devices of ALSA's are made for it by a configuration file, in a process of its own.

use super::servers::{apart_with, are_there, within};
use sostenuto_device::{Devices, Direction, Host, OpenError, Stream, System, SystemStream, Terms, Wish};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Nobody may read it, not even root. It is named below.
const NOT_TO_BE_READ: &str = "/sys/bus/platform/drivers_probe";

/// One device that has two channels, no more and no less, and one that records from a file that nobody may read.
const DEVICES: &str = r#"
</usr/share/alsa/alsa.conf>
pcm.pair {
    type multi
    slaves.a { pcm null channels 2 }
    bindings.0 { slave a channel 0 }
    bindings.1 { slave a channel 1 }
    hint { show on description "Pair" }
}
pcm.forbidden {
    type file file "/dev/null" infile "/sys/bus/platform/drivers_probe" format "raw" slave.pcm null
    hint { show on description "Forbidden" }
}
"#;

fn wish(device: &str, outputs: u16) -> Wish {
    Wish { device: Some(device.into()), outputs, ..Wish::default() }
}

fn open(system: &mut System, wish: &Wish) -> Result<SystemStream, OpenError> {
    system.open(wish, Box::new(|_: &[f32], output: &mut [f32], _: u64| output.fill(0.0)))
}

/// It is refused, in the same way whether it is asked about or opened, with this in the text.
#[track_caller]
fn is_refused(system: &mut System, wish: &Wish, text: &str) -> OpenError {
    let error = system.terms(wish).unwrap_err();
    println!("{error}");
    assert!(error.to_string().contains(text), "{error}");
    assert_eq!(open(system, wish).unwrap_err(), error);
    error
}

#[test]
fn what_a_server_does_not_have() {
    if !are_there() {
        return;
    }
    let mut system = System::new();
    let sink = "pulseaudio:sink_44100";
    let error =
        is_refused(&mut system, &wish("pulseaudio:sink_4410", 2), "pulseaudio:sink_44100 (Null Output)");
    assert!(matches!(error, OpenError::DeviceNotFound { .. }));
    let error = is_refused(&mut system, &wish("Null", 2), "pulseaudio:sink_48000 (Null Output)");
    assert!(matches!(error, OpenError::DeviceAmbiguous { matches, .. } if matches.len() == 2));
    let error = is_refused(&mut system, &wish(sink, 3), "has 0 inputs and 2 outputs");
    assert!(matches!(error, OpenError::TooManyChannels { inputs: 0, outputs: 2, .. }));
    let monitor = Wish { inputs: 3, ..wish("pulseaudio:sink_44100.monitor", 0) };
    assert!(matches!(is_refused(&mut system, &monitor, "2 inputs and 0"), OpenError::TooManyChannels { .. }));
    let error = is_refused(&mut system, &Wish { rate: Some(1_000_000), ..wish(sink, 2) }, "it runs at 1 to ");
    assert!(matches!(error, OpenError::UnsupportedRate { asked: 1_000_000, .. }));
    let error = is_refused(&mut system, &Wish { block: Some(0), ..wish(sink, 2) }, "ask for 1 to ");
    assert!(matches!(error, OpenError::UnsupportedBlock { asked: 0, .. }));

    // A part of a name, one channel, the default.
    let terms = system.terms(&wish("44100", 1)).unwrap();
    assert_eq!(terms, Terms { device: sink.into(), inputs: 0, outputs: 1, rate: 44_100, block: 512 });
    let default = system.offers().into_iter().find(|offer| offer.default).unwrap();
    for named in [wish("default", 2), Wish { device: None, ..wish("", 2) }] {
        assert_eq!(system.terms(&named).unwrap().device, default.id);
    }
    let default = system.offers().into_iter().find(|offer| offer.default_input).unwrap();
    let named = Wish { inputs: 1, ..wish("default", 0) };
    assert_eq!(system.terms(&named).unwrap().device, default.id);
}

#[test]
#[cfg(target_os = "linux")]
fn what_alsa_does_not_have() {
    let file =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("alsa-{}.conf", std::process::id()));
    std::fs::write(&file, DEVICES).unwrap();
    let path = file.to_str().unwrap();
    apart_with("sound::refusals::among_devices_of_alsa", &[("ALSA_CONFIG_PATH", path)]);
    std::fs::remove_file(&file).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs a configuration of ALSA's: run by what_alsa_does_not_have"]
fn among_devices_of_alsa() {
    let mut system = System::new();
    let pair = |channels| Wish { block: Some(512), ..wish("alsa:pair", channels) };
    let error = is_refused(&mut system, &pair(3), "alsa:pair (Pair) has 2 inputs and 2 outputs");
    assert!(matches!(error, OpenError::TooManyChannels { .. }));
    let error =
        is_refused(&mut system, &Wish { rate: Some(1_000_000), ..wish("alsa:pulse", 2) }, "it runs at ");
    assert!(matches!(error, OpenError::UnsupportedRate { .. }));
    // It opens with two channels, of which the work has one. Its clock is none: it calls as fast as it can.
    let wide = pair(1);
    assert_eq!(system.terms(&wide).unwrap().outputs, 1);
    let (tell, told) = channel();
    let work = move |_: &[f32], output: &mut [f32], _: u64| _ = tell.send(output.len());
    let stream = system.open(&wide, Box::new(work)).unwrap();
    assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), 512);
    assert_eq!(stream.terms(), system.terms(&wide).unwrap());
    drop(stream);

    let forbidden = Wish { inputs: 2, ..wish("alsa:forbidden", 0) };
    if std::path::Path::new(NOT_TO_BE_READ).exists() {
        let error =
            is_refused(&mut system, &forbidden, "group audio), or choose another device: pulseaudio:");
        assert!(matches!(error, OpenError::NoPermission { .. }));
        // It is in the list all the same.
        let listed = Devices::list_on(Some("alsa"), Direction::Record).unwrap();
        let forbidden = listed.iter().find(|device| device.id == "alsa:forbidden").expect("it is there");
        assert!(forbidden.refusal.is_some() && forbidden.channels.is_empty(), "{forbidden:?}");
        let pair = listed.iter().find(|device| device.id == "alsa:pair").expect("it is there");
        assert_eq!((&pair.refusal, pair.most_channels()), (&None, 2));
    }
    within(10, "nothing hangs", || System::hanging() == 0);
}
