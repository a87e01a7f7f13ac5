//! The callback renders the right samples in every format, and neither allocates nor frees nor calls the system.

use crate::support;

use sostenuto_device::{Callback, Counters, DeviceSample, monotonic_nanos};
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use sostenuto_trap::forbidden;
use std::fmt::Debug;
use std::sync::Arc;
use support::{engine, reference};

struct Stage {
    slot: Arc<OwnerSlot<Executor>>,
    counters: Arc<Counters>,
    callback: Callback,
}

fn stage(channels: u16) -> Stage {
    monotonic_nanos();
    let slot = Arc::new(OwnerSlot::new(engine(48_000).0));
    let counters = Arc::new(Counters::new());
    let callback = Callback::new(slot.clone(), channels, 48_000, counters.clone());
    Stage { slot, counters, callback }
}

/// Plays callbacks of several sizes, the largest several times the size of the pieces that are converted.
fn plays_in<S: DeviceSample + Debug + PartialEq>() {
    let sizes = [512, 1, 17, 5000, 0, 1024, 531];
    let total: usize = sizes.iter().sum();
    let expected: Vec<S> = reference(48_000, total).into_iter().map(S::convert).collect();
    let mut stage = stage(2);
    let mut played = vec![S::SILENCE; total * 2];
    let mut rest = played.as_mut_slice();
    for frames in sizes {
        let (block, later) = rest.split_at_mut(frames * 2);
        forbidden(|| stage.callback.fill(block, monotonic_nanos()));
        rest = later;
    }
    assert_eq!(played, expected, "{}", std::any::type_name::<S>());
    let counts = stage.counters.read();
    assert_eq!((counts.callbacks, counts.frames, counts.largest), (7, total as u64, 5000));
    assert_eq!((counts.silent_frames, counts.refused), (0, 0));
}

#[test]
fn every_format() {
    plays_in::<f32>();
    plays_in::<f64>();
    plays_in::<i8>();
    plays_in::<i16>();
    plays_in::<i32>();
    plays_in::<i64>();
    plays_in::<u8>();
    plays_in::<u16>();
    plays_in::<u32>();
    plays_in::<u64>();
    #[cfg(feature = "native")]
    {
        plays_in::<cpal::I24>();
        plays_in::<cpal::U24>();
    }
}

#[test]
fn while_another_thread_is_in_it_is_silent_and_time_stands_still() {
    let mut stage = stage(2);
    let mut block = [0_u16; 100];
    {
        let _guard = stage.slot.try_enter().unwrap();
        forbidden(|| stage.callback.fill(&mut block, 0));
    }
    assert_eq!(block, [32_768; 100]);
    forbidden(|| stage.callback.fill(&mut block, 1_041_667));
    let expected: Vec<u16> = reference(48_000, 50).into_iter().map(u16::convert).collect();
    assert_eq!(block.as_slice(), expected);
    let counts = stage.counters.read();
    assert_eq!((counts.refused, counts.silent_frames, counts.frames), (1, 50, 100));
}

#[test]
fn out_of_gear_it_leaves_the_engine_alone() {
    let mut stage = stage(2);
    stage.counters.set_engaged(false);
    let mut block = [1.0_f32; 128];
    forbidden(|| stage.callback.fill(&mut block, 0));
    assert_eq!(block, [0.0; 128]);
    assert_eq!(stage.slot.try_enter().unwrap().frame(), 0);
    stage.counters.set_engaged(true);
    forbidden(|| stage.callback.fill(&mut block, 0));
    assert_eq!(block.as_slice(), reference(48_000, 64));
    let counts = stage.counters.read();
    assert_eq!((counts.refused, counts.silent_frames, counts.callbacks), (0, 64, 2));
}

#[test]
fn a_block_that_ends_inside_a_frame_ends_in_silence() {
    for channels in [1, 3, 8] {
        let mut stage = stage(channels);
        let mut block = vec![7_i16; usize::from(channels) * 5000 + usize::from(channels) - 1];
        forbidden(|| stage.callback.fill(&mut block, 0));
        let expected = reference(48_000, 5000);
        for (frame, pair) in block.chunks(channels.into()).zip(expected.chunks(2)) {
            assert_eq!(frame[0], i16::convert(pair[0]), "{channels} channels");
            assert!(frame.iter().skip(2).all(|sample| *sample == 0));
        }
        assert!(block.iter().skip(usize::from(channels) * 5000).all(|sample| *sample == 0));
    }
}

#[test]
fn gaps_are_seen() {
    let mut stage = stage(2);
    let mut block = [0.0_f32; 960];
    for ms in [0, 10, 20, 90, 100] {
        stage.callback.fill(&mut block, ms * 1_000_000);
    }
    let counts = stage.counters.read();
    assert_eq!((counts.late, counts.longest_gap.as_millis()), (1, 70));
}
