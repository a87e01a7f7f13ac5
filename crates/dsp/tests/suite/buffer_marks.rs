//! Places in a buffer are counted at the rate of its marks, wherever they are played.

use sostenuto_dsp::{Buffer, Interpolation, Player, PlayerParams, Region, Value};
use std::sync::Arc;

fn counted(frames: usize, rate: f64) -> Buffer {
    Buffer::from_interleaved((1..=frames).map(|n| n as f32).collect(), 1, rate).unwrap()
}

#[test]
fn a_place_is_the_nearest_frame() {
    let own = counted(4800, 48_000.0);
    assert_eq!([0, 1, 100, 4800, 9999].map(|mark| own.frame_at(mark)), [0, 1, 100, 4800, 4800]);
    // 4,410 frames of the file have become 4,800.
    let resampled = counted(4800, 48_000.0).with_marks_at(44_100.0);
    assert_eq!(
        [0, 1, 100, 441, 4410, 9999].map(|mark| resampled.frame_at(mark)),
        [0, 1, 109, 480, 4800, 4800]
    );
    // What is no rate changes nothing.
    for rate in [0.0, -1.0, 1e7, f64::NAN, f64::INFINITY] {
        assert_eq!(counted(4800, 48_000.0).with_marks_at(rate), own);
    }
    assert_ne!(resampled, own);
}

#[test]
fn a_player_loops_between_places_of_the_file() {
    let buffer = Arc::new(counted(4800, 48_000.0).with_marks_at(24_000.0));
    // Frames 10 to 15 of the file are 20 to 30 of the buffer.
    let region = Region { start: 10, end: 15 };
    let mut player = Player::<f32>::new(Interpolation::Linear, region, 48_000.0, |_| Some(buffer.clone()));
    let mut out = [0.0; 64];
    let params =
        PlayerParams { speed: Value::Steady(1.0), trigger: Value::Steady(0.0), looping: Value::Steady(1.0) };
    player.process(&params, &mut [&mut out]);
    for (at, heard) in out.iter().enumerate() {
        let frame = if at < 30 { at } else { 20 + (at - 20) % 10 };
        assert_eq!(*heard, (frame + 1) as f32, "{at}");
    }
}
