//! The offline host gives the same samples whatever the sizes of its callbacks are.

use crate::support;

use proptest::prelude::{prop, proptest};
use sostenuto_device::{Blocks, Offline};
use std::num::NonZeroUsize;
use support::{engine, left, reference};

fn rendered(blocks: Blocks, frames: u64) -> Vec<f32> {
    let mut host = Offline::new(engine(48_000).0, 2).with_blocks(blocks);
    let mut samples = Vec::new();
    host.render(frames, |block| samples.extend_from_slice(block));
    assert_eq!(host.frame(), frames);
    samples
}

fn size(frames: usize) -> NonZeroUsize {
    NonZeroUsize::new(frames).unwrap()
}

#[test]
fn the_marks_are_what_they_should_be() {
    let samples = reference(48_000, 1000);
    let mut lowpass = 0.0_f32;
    for (frame, pair) in samples.chunks(2).enumerate() {
        lowpass += 0.1 * (left(frame as u64) - lowpass);
        assert_eq!(pair, [left(frame as u64), lowpass]);
    }
}

#[test]
fn fixed_sizes() {
    let expected = reference(48_000, 10_000);
    for frames in [1, 17, 64, 480, 4096, 20_000] {
        assert_eq!(rendered(Blocks::Fixed(size(frames)), 10_000), expected, "{frames} frames at a time");
    }
    assert_eq!(rendered(Blocks::Cycle(vec![]), 10_000), expected);
    assert_eq!(rendered(Blocks::default(), 10_000), expected);
}

proptest! {
    #[test]
    fn any_sizes(sizes in prop::collection::vec(1_usize..700, 1..40), frames in 1_u64..5000) {
        let blocks = Blocks::Cycle(sizes.into_iter().map(size).collect());
        assert_eq!(rendered(blocks, frames), reference(48_000, frames as usize));
    }
}

#[test]
fn the_callbacks_have_the_sizes_asked_for() {
    let mut host =
        Offline::new(engine(48_000).0, 2).with_blocks(Blocks::Cycle(vec![size(3), size(100), size(1)]));
    let mut sizes = Vec::new();
    host.render(250, |block| sizes.push(block.len() / 2));
    assert_eq!(sizes, [3, 100, 1, 3, 100, 1, 3, 39]);
    // It goes on where the sequence was.
    sizes.clear();
    host.render(4, |block| sizes.push(block.len() / 2));
    assert_eq!(sizes, [1, 3]);
}

#[test]
fn a_borrowed_engine_goes_on_afterwards() {
    let (mut executor, _remote) = engine(48_000);
    let mut samples = vec![0.0; 401];
    Offline::new(&mut executor, 2).fill(&mut samples);
    assert_eq!(samples.pop(), Some(0.0), "past the last whole frame");
    let mut rest = vec![0.0; 400];
    Offline::new(&mut executor, 2).with_blocks(Blocks::Fixed(size(7))).fill(&mut rest);
    samples.extend(rest);
    assert_eq!(samples, reference(48_000, 400));
}

#[test]
fn more_and_fewer_channels_than_the_graph_has() {
    let expected = reference(48_000, 100);
    let mut wide = vec![1.0; 300];
    Offline::new(engine(48_000).0, 3).fill(&mut wide);
    for (frame, pair) in wide.chunks(3).zip(expected.chunks(2)) {
        assert_eq!(frame, [pair[0], pair[1], 0.0]);
    }
    let mut mono = vec![1.0; 100];
    Offline::new(engine(48_000).0, 1).fill(&mut mono);
    assert!(mono.iter().zip(expected.chunks(2)).all(|(sample, pair)| *sample == pair[0]));
}

#[test]
fn a_sink_that_fails_ends_it_there() {
    let mut host = Offline::new(engine(48_000).0, 2).with_blocks(Blocks::Fixed(size(100)));
    let mut calls = 0;
    let outcome = host.try_render(1000, |_| {
        calls += 1;
        if calls == 3 { Err("disk full") } else { Ok(()) }
    });
    assert_eq!((outcome, host.frame()), (Err("disk full"), 300));
}
