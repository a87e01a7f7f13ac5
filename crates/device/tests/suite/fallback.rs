//! Without a device time goes on, and a change of clock is not a jump in time.

use crate::support;

use sostenuto_device::{Callback, Counters, FallbackClock};
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{engine, reference};

/// Waits for something that takes milliseconds, for so long that only a clock that has stopped fails it.
fn within_a_minute(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not happen: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn slot() -> Arc<OwnerSlot<Executor>> {
    Arc::new(OwnerSlot::new(engine(48_000).0))
}

#[test]
fn it_drives_the_engine_and_counts() {
    let slot = slot();
    let clock = FallbackClock::start(slot.clone(), 48_000).unwrap();
    within_a_minute("five callbacks", || clock.counters().callbacks >= 5);
    let counts = clock.stop();
    assert_eq!(counts.largest, 800, "a sixtieth of a second");
    assert_eq!(counts.frames, counts.callbacks * 800);
    // Nobody is in any more, and the engine has gone as far as the clock says.
    let engine = OwnerSlot::take(slot).expect("the clock has given back its share");
    assert_eq!(engine.frame(), counts.frames - counts.silent_frames);
    assert_eq!(counts.silent_frames, 0);
}

#[test]
fn it_can_be_started_and_stopped_any_number_of_times() {
    let slot = slot();
    let mut frames = 0;
    for _ in 0..20 {
        let clock = FallbackClock::start(slot.clone(), 48_000).unwrap();
        within_a_minute("a callback", || clock.counters().callbacks > 0);
        frames += clock.stop().frames;
        assert_eq!(slot.try_enter().unwrap().frame(), frames);
    }
    drop(FallbackClock::start(slot.clone(), 48_000));
    assert!(OwnerSlot::take(slot).is_ok());
}

#[test]
fn while_another_thread_is_in_it_waits_its_turn() {
    let slot = slot();
    let guard = slot.try_enter().unwrap();
    let clock = FallbackClock::start(slot.clone(), 48_000).unwrap();
    within_a_minute("three refusals", || clock.counters().refused >= 3);
    assert_eq!(guard.frame(), 0);
    drop(guard);
    within_a_minute("a callback that got in", || {
        let counts = clock.counters();
        counts.frames > counts.silent_frames
    });
}

#[test]
fn the_samples_of_two_clocks_join_without_a_gap() {
    let slot = slot();
    let counters = Arc::new(Counters::new());
    let mut device = Callback::new(slot.clone(), 2, 48_000, counters.clone());
    let mut before = vec![0.0_f32; 2 * 1000];
    device.fill(&mut before, 0);

    counters.set_engaged(false);
    let clock = FallbackClock::start(slot.clone(), 48_000).unwrap();
    let mut silence = vec![1.0_f32; 2 * 100];
    within_a_minute("three callbacks", || {
        device.fill(&mut silence, 0);
        clock.counters().callbacks >= 3
    });
    let between = clock.stop().frames as usize;
    counters.set_engaged(true);
    assert!(silence.iter().all(|sample| *sample == 0.0));
    assert_eq!(slot.refused(), 0, "a clock out of gear does not even try");

    let mut after = vec![0.0_f32; 2 * 1000];
    device.fill(&mut after, 0);
    let expected = reference(48_000, 2000 + between);
    assert_eq!(before, expected[..2000]);
    assert_eq!(after, expected[2 * (1000 + between)..]);
}
