//! Frames to beats and back: first frames, ramps, bars, and what operations leave behind.

use proptest::prelude::*;
use sostenuto_transport::{Change, Meter, MeterError, State, Transport};

fn playing(rate: f64, bpm: f64) -> Transport {
    let mut transport = Transport::new(rate, bpm, Meter::COMMON);
    transport.play(0);
    transport
}

/// Some operation, with times that fit a rate of some hundred frames per second.
fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => Just(Change::Play),
        1 => Just(Change::Pause),
        1 => Just(Change::Stop),
        1 => (-1.0..40.0f64).prop_map(|beats| Change::Seek { beats }),
        1 => (0u64..9, 1.0..5.0f64).prop_map(|(bar, beat)| Change::SeekBar { bar, beat }),
        3 => (0.5..1200.0f64, 0u64..900).prop_map(|(bpm, over)| Change::Tempo { bpm, over }),
        1 => (1u32..=64, 0u32..6).prop_map(|(n, d)| Change::Meter(Meter::new(n, 1 << d).unwrap())),
    ]
}

#[test]
fn a_beat_that_falls_on_a_frame_is_found_there() {
    for (rate, bpm, beats, frame) in [
        (48_000.0, 120.0, 1.0, 24_000),
        (48_000.0, 120.0, 0.1, 2_400),
        (44_100.0, 90.0, 0.5, 14_700),
        (48_000.0, 120.0, 1.0 / 3.0, 8_000),
        (44_100.0, 100.0, 0.7, 18_522),
        (44_100.0, 97.0, 97.0, 60 * 44_100),
    ] {
        assert_eq!(playing(rate, bpm).frame_at(beats, 0), Some(frame), "{beats} at {bpm}");
    }
}

#[test]
fn it_stands_until_it_plays_and_goes_on_where_it_was_paused() {
    let mut t = Transport::new(1000.0, 60.0, Meter::COMMON);
    assert_eq!((t.state(), t.frame_at(1.0, 0), t.beats_at(500)), (State::Stopped, None, 0.0));
    t.play(500);
    assert_eq!((t.beats_at(500), t.beats_at(1500), t.frame_at(2.0, 0)), (0.0, 1.0, Some(2500)));
    t.pause(1250);
    assert_eq!((t.state(), t.beats_at(9999), t.frame_at(2.0, 0)), (State::Paused, 0.75, None));
    t.pause(1400);
    t.play(2000);
    assert_eq!((t.state(), t.beats_at(2250), t.frame_at(2.0, 0)), (State::Playing, 1.0, Some(3250)));
    t.seek(7.5, 3000);
    assert_eq!(
        (t.beats_at(3000), t.frame_at(8.0, 3200), t.frame_at(1.0, 3200)),
        (7.5, Some(3500), Some(3200))
    );
    t.stop(4000);
    assert_eq!((t.state(), t.beats_at(5000), t.is_playing()), (State::Stopped, 0.0, false));
}

#[test]
fn what_is_out_of_range_is_taken_for_the_nearest() {
    let mut t = playing(1000.0, 1e9);
    assert_eq!(t.position(0).tempo, 1000.0);
    t.set_tempo(f64::NAN, 0, 0);
    t.seek(f64::NAN, 0);
    assert_eq!((t.position(0).tempo, t.beats_at(0)), (1000.0, 0.0));
    t.set_tempo(-5.0, 0, 0);
    t.seek(-5.0, 0);
    assert_eq!((t.position(0).tempo, t.beats_at(0)), (1.0, 0.0));
    t.seek(f64::INFINITY, 0);
    assert_eq!(t.beats_at(0), sostenuto_transport::MAX_BEATS);
    assert_eq!((t.frame_at(f64::INFINITY, 0), t.frame_at(f64::NAN, 0)), (None, None));
    // An operation too early takes effect with the one before it.
    let mut t = playing(1000.0, 60.0);
    t.set_tempo(120.0, 0, 2000);
    t.pause(1000);
    assert_eq!(t.beats_at(5000), 2.0);
    assert!(Transport::new(f64::NAN, f64::NAN, Meter::COMMON).beats_at(7).is_finite());
}

#[test]
fn a_ramp_takes_the_mean_of_its_tempos() {
    for (from, to) in [(60.0, 180.0), (180.0, 60.0), (1.0, 1000.0), (120.0, 120.0)] {
        let mut t = playing(1000.0, from);
        t.set_tempo(to, 4000, 1000);
        let start = from / 60.0;
        let mean = (from + to) / 2.0;
        assert_eq!(t.position(1000).tempo, from);
        assert_eq!(t.position(3000).tempo, mean);
        assert_eq!(t.position(5000).tempo, to);
        assert!((t.beats_at(5000) - (start + 4.0 * mean / 60.0)).abs() < 1e-12);
        assert!((t.beats_at(3000) - (start + 2.0 * (from + mean) / 120.0)).abs() < 1e-12);
        assert!((t.beats_at(8000) - (start + (4.0 * mean + 3.0 * to) / 60.0)).abs() < 1e-12);
        // Another tempo on the way begins at the present one.
        t.set_tempo(100.0, 500, 3000);
        assert_eq!((t.position(3000).tempo, t.position(3500).tempo), (mean, 100.0));
        // And standing makes no difference to the tempo.
        t.set_tempo(200.0, 1000, 4000);
        t.pause(4200);
        assert!((t.position(4500).tempo - 150.0).abs() < 1e-9);
    }
}

#[test]
fn bars_and_beats_are_counted_from_one() {
    let mut t = playing(1000.0, 60.0);
    let place = |t: &Transport, frame| (t.position(frame).bar, t.position(frame).beat);
    assert_eq!((place(&t, 0), place(&t, 3500), place(&t, 4000)), ((1, 1.0), (1, 4.5), (2, 1.0)));
    // In the second bar, at its third beat, six eighths come: the bar keeps its line.
    t.set_meter(Meter::new(6, 8).unwrap(), 6000);
    assert_eq!((place(&t, 6000), place(&t, 7000), place(&t, 8500)), ((2, 5.0), (3, 1.0), (3, 4.0)));
    assert_eq!((t.bar_line(3), t.bar_line(4), t.bar_line(2)), (7.0, 10.0, 4.0));
    // Where the new bar is shorter than the position is far into it, the position is in the next.
    t.set_meter(Meter::new(1, 4).unwrap(), 9500);
    assert_eq!((place(&t, 9500), t.next_bar(9500), t.next_beat(9500)), ((5, 1.5), 10.0, 10.0));
    // After a jump, all of it is counted in the present meter.
    t.set_meter(Meter::new(3, 4).unwrap(), 9500);
    t.seek(7.0, 9600);
    assert_eq!((place(&t, 9600), t.bar_line(3)), ((3, 2.0), 6.0));
    t.seek_bar(5, 2.5, 9700);
    assert_eq!((place(&t, 9700), t.beats_at(9700)), ((5, 2.5), 13.5));
    assert_eq!(Meter::new(7, 8).unwrap().to_string(), "7/8");
}

#[test]
fn a_line_on_the_frame_itself_is_the_next_one() {
    let mut t = Transport::new(1000.0, 60.0, Meter::COMMON);
    assert_eq!((t.next_bar(0), t.next_beat(0)), (0.0, 0.0));
    t.play(100);
    assert_eq!((t.next_bar(100), t.next_bar(101), t.next_beat(101)), (0.0, 4.0, 1.0));
    assert_eq!((t.next_bar(4099), t.next_bar(4100), t.next_bar(4101)), (4.0, 4.0, 8.0));
    t.seek(8.0, 5000);
    assert_eq!((t.next_bar(5000), t.frame_at(t.next_bar(5000), 5000)), (8.0, Some(5000)));
    t.set_meter(Meter::new(3, 8).unwrap(), 5000);
    assert_eq!((t.next_bar(5001), t.next_beat(5001)), (9.5, 8.5));
}

#[test]
fn meters_that_are_none() {
    assert_eq!(Meter::new(0, 4), Err(MeterError::Numerator { numerator: 0 }));
    assert_eq!(Meter::new(65, 4), Err(MeterError::Numerator { numerator: 65 }));
    assert_eq!(Meter::new(1 << 20, 4), Err(MeterError::Numerator { numerator: 1 << 20 }));
    for denominator in [0, 3, 64, 256] {
        assert_eq!(Meter::new(4, denominator), Err(MeterError::Denominator { denominator }));
    }
}

/// Where the frames of musical time are, in whole numbers: beats = frames · bpm / (60 · rate).
#[test]
fn a_day_at_the_highest_rate_is_exact() {
    let rate = 192_000u128;
    let day = 24 * 3600 * rate;
    for bpm in [1u128, 59, 97, 120, 173, 999, 1000] {
        let mut t = Transport::new(rate as f64, bpm as f64, Meter::COMMON);
        t.play(0);
        let last = day * bpm / (60 * rate);
        for beat in (0..last.min(2000)).map(|i| last - i) {
            let exact = (beat * 60 * rate).div_ceil(bpm);
            assert_eq!(t.frame_at(beat as f64, 0), Some(exact as u64), "beat {beat} at {bpm}");
        }
        for frame in (0..2000).map(|i| day - 7919 * i) {
            let (whole, rest) = (frame * bpm / (60 * rate), frame * bpm % (60 * rate));
            let error = (t.beats_at(frame as u64) - whole as f64) - rest as f64 / (60 * rate) as f64;
            assert!(error.abs() < 2e-9, "{error} at frame {frame}, {bpm} bpm");
        }
    }
}

/// A ramp that lasts a day, against whole numbers: beats = n · (2 N v₀ + (v₁ − v₀) n) / (2 N · 60 · rate).
#[test]
fn a_ramp_of_a_day_is_exact() {
    let (rate, ramp) = (192_000i128, 24 * 3600 * 192_000i128);
    for (from, to) in [(1i128, 1000i128), (1000, 1), (90, 170), (170, 90)] {
        let mut t = Transport::new(rate as f64, from as f64, Meter::COMMON);
        t.set_tempo(to as f64, ramp as u64, 0);
        t.play(0);
        let below = 2 * ramp * 60 * rate;
        for n in (0..4000).map(|i| i * 4_147_201).filter(|n| *n <= ramp) {
            let above = n * (2 * ramp * from + (to - from) * n);
            let error =
                (t.beats_at(n as u64) - (above / below) as f64) - (above % below) as f64 / below as f64;
            assert!(error.abs() < 2e-9, "{error} at frame {n}, {from} to {to}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// After any operations: positions never fall, and the frame of a beat is the first that has it.
    #[test]
    fn a_frame_of_a_beat_is_the_first(
        changes in prop::collection::vec((change(), 0u64..400), 1..12),
        rate in 100.0..900.0f64,
        beats in prop::collection::vec(0.0..60.0f64, 8),
        far in 0u32..64,
    ) {
        let mut t = Transport::new(rate, 120.0, Meter::COMMON);
        let mut frame = 0;
        for (change, wait) in changes {
            frame += wait;
            t.apply(change, frame);
        }
        t.play(frame);
        let positions: Vec<f64> = (frame..frame + 2000).map(|f| t.beats_at(f)).collect();
        prop_assert!(positions.windows(2).all(|p| p[0] <= p[1]));
        for beats in beats {
            let naive = positions.iter().position(|p| *p >= beats).map(|n| frame + n as u64);
            let found = t.frame_at(beats, frame);
            prop_assert_eq!(found.filter(|f| *f < frame + 2000), naive);
            prop_assert_eq!(t.frame_at(beats, frame + 100), found.map(|f| f.max(frame + 100)));
        }
        // Far out, where frames outnumber what a float can tell apart, the first is still the first.
        let there = frame + (1u64 << far) - 1;
        if let Some(found) = t.frame_at(t.beats_at(there), frame) {
            prop_assert!(found <= there && t.beats_at(found) >= t.beats_at(there));
            prop_assert!(found == frame || t.beats_at(found - 1) < t.beats_at(there));
        } else {
            prop_assert!(false, "a position that is reached has a frame");
        }
        // Bars and positions say the same.
        let p = t.position(frame + 777);
        let length = t.meter().bar_length();
        let within = (p.beat - 1.0) * t.meter().beat_length();
        prop_assert!(p.beat >= 1.0 && within < length + 1e-9);
        prop_assert!((t.bar_line(p.bar) + within - p.beats).abs() < 1e-9);
        let next = t.next_bar(frame + 777);
        prop_assert!(next > t.reached(frame + 777) && next - length <= t.reached(frame + 777));
    }

    /// At a line, and as close to it as numbers lie, the bar is the one that holds the position.
    #[test]
    fn a_bar_ends_at_the_last_number_before_its_line(
        numerator in 1u32..=64, denominator in 0u32..6, bar in 1u64..1 << 22, step in 0usize..3,
    ) {
        let meter = Meter::new(numerator, 1 << denominator).unwrap();
        let mut t = Transport::new(1000.0, 60.0, meter);
        let line = t.bar_line(bar + 1);
        let beats = [line.next_down(), line, line.next_up()][step];
        t.seek(beats, 0);
        let p = t.position(0);
        prop_assert_eq!((p.beats, p.bar), (beats, if step == 0 { bar } else { bar + 1 }));
        prop_assert_eq!(t.next_bar(0), t.bar_line(if step == 2 { bar + 2 } else { bar + 1 }));
        prop_assert_eq!(t.next_beat(0), if step == 2 { line + meter.beat_length() } else { line });
    }
}

proptest! {
    #[test]
    fn another_clock_has_the_same_musical_time(
        changes in prop::collection::vec((0u64..400, change()), 0..8),
        frame in 0u64..3_000,
        there in 0u64..5_000,
        rate in 50.0..900.0f64,
    ) {
        let mut transport = playing(300.0, 120.0);
        let mut changes = changes;
        changes.sort_by_key(|(at, _)| *at);
        for (at, change) in changes {
            transport.apply(change, at);
        }
        let frame = frame.max(400);
        let other = transport.on_clock(frame, rate, there);
        let (here, then) = (transport.position(frame), other.position(there));
        prop_assert!((here.beats - then.beats).abs() < 1e-9 && (here.tempo - then.tempo).abs() < 1e-9);
        prop_assert_eq!((here.bar, here.meter, here.playing), (then.bar, then.meter, then.playing));
        prop_assert_eq!(transport.reached(frame), other.reached(there));
        // And as many seconds later still, but for where a ramp of the tempo ends, which is at a frame of each.
        for seconds in [0.5, 2.0, 60.0] {
            let later = transport.beats_at(frame + (seconds * 300.0) as u64);
            let theirs = other.beats_at(there + (seconds * rate) as u64);
            let frames_of_a_second = 1000.0 / 60.0 * (2.0 / rate + 2.0 / 300.0);
            prop_assert!((later - theirs).abs() < frames_of_a_second, "{} and {}", later, theirs);
        }
    }
}
