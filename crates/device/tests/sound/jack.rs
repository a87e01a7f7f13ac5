//! JACK: what another client hears.
#![cfg(feature = "jack")]

use super::marks::listen;
use super::servers::{are_there, play, run, within};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, HostId, StreamConfig};
use sostenuto_device::{DeviceError, Request, Stopped, prepare};
use std::sync::mpsc::{Receiver, channel};

/// A JACK client with two inputs, and what it hears.
fn recorder(rate: u32, block: u32) -> (cpal::Stream, Receiver<Vec<f32>>) {
    let host = cpal::host_from_id(HostId::Jack).unwrap();
    let device = host.default_input_device().expect("the server is there");
    let config = StreamConfig { channels: 2, sample_rate: rate, buffer_size: BufferSize::Fixed(block) };
    let (tell, told) = channel();
    let stream = device.build_input_stream(
        config,
        move |block: &[f32], _| {
            let _ = tell.send(block.to_vec());
        },
        |error| println!("recorder: {error}"),
        None,
    );
    let stream = stream.unwrap();
    stream.play().unwrap();
    (stream, told)
}

fn port(ending: &str) -> String {
    let own = format!("cpal_client_{}", std::process::id());
    let ports = run("jack_lsp", &[]);
    let mut found = ports.lines().filter(|port| port.starts_with(&own) && port.ends_with(ending));
    let port = found.next().unwrap_or_else(|| panic!("no port {ending} in {ports}"));
    assert_eq!(found.next(), None);
    port.into()
}

#[test]
fn another_client_hears_what_was_rendered_bit_for_bit() {
    if !are_there() {
        return;
    }
    let playing = play("jack:output");
    let (rate, block) = (playing.output.rate(), playing.output.block());
    let (stream, told) = recorder(rate, block);
    for channel in ["0", "1"] {
        run("jack_connect", &[&port(&format!("_out:out_{channel}")), &port(&format!("_in:in_{channel}"))]);
    }
    // What was heard while one channel was connected and the other was not.
    while told.try_recv().is_ok() {}
    let mut recording = Vec::new();
    while recording.len() < 2 * 2 * rate as usize {
        recording.extend(told.recv_timeout(std::time::Duration::from_secs(10)).expect("the server runs"));
    }
    drop(stream);
    let heard = listen(&recording, rate, true);
    let counts = playing.output.counters();
    println!("jack: {heard:?}\n  {counts:?}");
    // Where the machine was late, periods may be missing, but whole ones only.
    assert_eq!((heard.wrong, heard.left_out % block as usize), (0, 0), "{heard:?}");
    assert!(heard.exact > rate as usize, "{heard:?}");
    assert_eq!(counts.largest, block.into(), "JACK keeps to its block size");
    assert_eq!(playing.output.stop(), Stopped::Clean);
}

#[test]
fn its_rate_and_block_are_the_servers() {
    if !are_there() {
        return;
    }
    let jack =
        |rate, block| prepare(&Request { host: Some("JACK".into()), rate, block, ..Request::default() });
    let prepared = jack(None, None).unwrap();
    let (rate, block) = (prepared.rate(), prepared.block());
    assert!(matches!(jack(Some(rate + 1), None), Err(DeviceError::UnsupportedRate { .. })));
    let refusal = jack(None, Some(block * 2)).unwrap_err().to_string();
    assert!(refusal.contains("JACK's block is set where its server is started"), "{refusal}");
    assert!(jack(Some(rate), Some(block)).is_ok());
}

#[test]
fn together_with_another_system() {
    if !are_there() {
        return;
    }
    let (jack, pulse) = (play("jack:output"), play("pulseaudio:sink_44100"));
    within(10, "a second of both", || {
        jack.output.counters().frames > 48_000 && pulse.output.counters().frames > 44_100
    });
    assert_eq!((jack.output.stop(), pulse.output.stop()), (Stopped::Clean, Stopped::Clean));
}
