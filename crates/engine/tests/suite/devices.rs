//! An engine that plays through several simulated devices: what each of them hears, and what becomes of it when they come and go.

use crate::stage;

use sostenuto_device::{FakeDevice, Mishap};
use sostenuto_engine::{Notice, PortCondition};
use stage::{Stage, TONE, TWO, greatest_step, hertz};
use std::time::Duration;

#[test]
fn the_device_that_gives_the_clock_plays_what_is_rendered_bit_for_bit() {
    for block in [64, 441, 480, 1024, 5000] {
        let mut stage = Stage::with(1, [FakeDevice::new("desk", 48_000, block)], TONE);
        stage.run(1.0);
        let heard = stage.heard("desk");
        let rendered = stage::rendered(TONE, 48_000, heard.len() / 2);
        assert_eq!(heard.len(), rendered.len());
        assert!(
            heard.iter().zip(&rendered).all(|(a, b)| a.to_bits() == b.to_bits() || a == b),
            "block {block}"
        );
        assert_eq!(stage.rig.clock().as_deref(), Some("desk"));
    }
}

#[test]
fn each_device_plays_at_its_own_clock() {
    let devices = [
        FakeDevice { ppm: 40.0, ..FakeDevice::new("desk", 48_000, 256) }.jittery(),
        FakeDevice { ppm: -70.0, ..FakeDevice::new("stage", 44_100, 441) }.jittery(),
    ];
    let mut stage = Stage::with(2, devices, TWO);
    stage.run(40.0);
    let ports = stage.rig.ports();
    assert_eq!(ports.iter().map(|p| p.device.as_deref()).collect::<Vec<_>>(), [Some("desk"), Some("stage")]);
    assert!(
        ports
            .iter()
            .all(|port| port.state == PortCondition::Locked && port.underruns == 0 && port.overruns == 0),
        "{ports:#?}"
    );
    assert!(ports[0].clock && !ports[0].follows && !ports[1].clock && ports[1].follows);
    let there = stage.heard("stage");
    let tail = &there[there.len() - 2 * 44_100..];
    // By the stage's own frames the tone is faster by as much as its clock is slower.
    let expected = 200.0 * (1.0 + 40e-6) / (1.0 - 70e-6);
    assert!((hertz(tail, 44_100.0) / expected - 1.0).abs() < 3e-5, "{}", hertz(tail, 44_100.0));
    assert!(greatest_step(&there) < 0.04);
}

#[test]
fn a_device_that_is_lost_comes_back_and_the_clock_goes_round() {
    let mut desk = FakeDevice::new("desk", 48_000, 256);
    desk.schedule = vec![(Duration::from_secs(3), Mishap::Remove), (Duration::from_secs(6), Mishap::Return)];
    let mut stage = Stage::with(3, [desk, FakeDevice::new("stage", 48_000, 480)], TWO);
    stage.run(5.0);
    assert_eq!(stage.rig.clock().as_deref(), Some("stage"));
    assert!(stage.has(|n| matches!(n, Notice::DeviceLost { device, .. } if device == "desk")));
    stage.run(10.0);
    assert!(stage.has(|n| matches!(n, Notice::DeviceReturned { device } if device == "desk")));
    let ports = stage.rig.ports();
    assert!(
        ports.iter().all(|port| port.device.is_some() && port.state != PortCondition::Priming),
        "{ports:#?}"
    );
    // While the desk is away, the stage is the default device, and plays both: a sine of twice the level.
    for device in ["desk", "stage"] {
        assert!(
            greatest_step(&stage.heard(device)) < 0.06,
            "{device}: {}",
            greatest_step(&stage.heard(device))
        );
    }
}

#[test]
fn without_any_device_time_goes_on() {
    let mut desk = FakeDevice::new("desk", 48_000, 256);
    desk.schedule = vec![(Duration::from_secs(2), Mishap::Remove), (Duration::from_secs(4), Mishap::Return)];
    let mut stage = Stage::with(4, [desk], TONE);
    stage.run(3.0);
    assert_eq!(stage.rig.clock(), None);
    let before = stage.frame();
    stage.run(1.0);
    assert!((47_000..49_000).contains(&(stage.frame() - before)), "{}", stage.frame() - before);
    stage.run(4.0);
    assert_eq!(stage.rig.clock().as_deref(), Some("desk"));
    assert!(greatest_step(&stage.heard("desk")) < 0.08);
}

#[test]
fn a_port_moves_to_another_device_without_a_step() {
    let devices = [FakeDevice::new("desk", 48_000, 256), FakeDevice::new("stage", 48_000, 512)];
    let mut stage = Stage::with(5, devices, TONE);
    stage.run(1.0);
    stage.command("set out.device stage");
    stage.run(6.0);
    let ports = stage.rig.ports();
    assert_eq!(ports[0].device.as_deref(), Some("stage"), "{ports:#?}");
    assert_eq!(stage.rig.clock().as_deref(), Some("stage"), "the other one is closed");
    for device in ["desk", "stage"] {
        assert!(
            greatest_step(&stage.heard(device)) < 0.05,
            "{device}: {}",
            greatest_step(&stage.heard(device))
        );
    }
    let heard = stage.heard("stage");
    assert!(heard[heard.len() - 4800..].iter().any(|x| x.abs() > 0.4));
}

#[test]
fn the_clock_goes_where_it_is_wanted() {
    let devices = [FakeDevice::new("desk", 48_000, 256), FakeDevice::new("stage", 48_000, 480)];
    let mut stage = Stage::with(6, devices, TWO);
    stage.run(3.0);
    stage.command("clock there");
    stage.run(8.0);
    assert_eq!(stage.rig.clock().as_deref(), Some("stage"));
    stage.command("clock internal");
    stage.run(8.0);
    assert_eq!(stage.rig.clock(), None);
    stage.command("clock auto");
    stage.run(8.0);
    assert_eq!(stage.rig.clock().as_deref(), Some("desk"));
    let ports = stage.rig.ports();
    assert_eq!(ports.iter().map(|p| p.underruns + p.overruns).sum::<u64>(), 0, "{ports:#?}");
    for device in ["desk", "stage"] {
        assert!(
            greatest_step(&stage.heard(device)) < 0.05,
            "{device}: {}",
            greatest_step(&stage.heard(device))
        );
    }
}
