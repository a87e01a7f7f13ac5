//! Feeds: what is written is heard bit for bit, in any blocks; under-runs fade, are counted and end; ends are none; nothing infinite
//! gets in; and a program may write from another thread.

use crate::support;

use sostenuto_graph::NodeId;
use sostenuto_nodes::{Feed, Layout, Tap, build};
use sostenuto_trap::forbidden;
use support::{Rig, noise, silence};

const RATE: f64 = 48_000.0;
const FADE: usize = 240;
const PRIME: usize = 960;

fn rig(channels: u16, settings: &[(&str, f64)]) -> (Rig, NodeId, Feed) {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let built = build("feed", Layout { settings, ..Layout::of(channels) }).unwrap();
    let Some(Tap::Feed(feed)) = built.tap else { panic!("nowhere to write") };
    let source = |_, channels| support::Feed::steady(silence, channels);
    let (rig, id) = Rig::around(built.processor, RATE, source, false);
    (rig, id, feed)
}

/// So many frames of noise, from one on, channel after channel within each.
fn frames(from: usize, count: usize, channels: usize) -> Vec<f32> {
    (from..from + count).flat_map(|n| (0..channels).map(move |channel| noise(n as u64, channel))).collect()
}

fn heard(rig: &mut Rig, frames: usize, block: usize) -> Vec<Vec<f32>> {
    rig.render(frames, &mut || block, |render| forbidden(render))
}

/// The path of least jerk from 0 to 1, in as many steps as a fade has frames and one.
fn fade(step: usize) -> f64 {
    let x = step as f64 / (FADE + 1) as f64;
    x * x * x * (10.0 + x * (6.0 * x - 15.0))
}

#[test]
fn what_is_written_is_heard_bit_for_bit_to_its_end() {
    for channels in [1, 2, 5] {
        for block in [1, 17, 64, 480] {
            let (mut rig, _, feed) = rig(channels, &[]);
            let channels = usize::from(channels);
            let written = frames(0, 5000, channels);
            assert_eq!(feed.write(&written), 5000);
            feed.end();
            let out = heard(&mut rig, 6000, block);
            for (channel, out) in out.iter().enumerate() {
                let wanted = |n: usize| if n < 5000 { noise(n as u64, channel) } else { 0.0 };
                assert!(out.iter().enumerate().all(|(n, x)| *x == wanted(n)), "{channels}, {block}");
            }
            assert_eq!((feed.played(), feed.waiting(), feed.underruns(), feed.silent()), (5000, 0, 0, 0));
        }
    }
}

/// What is late: a piece that runs short, a piece that comes too late, and the end.
fn late(block: usize) -> (Vec<Vec<f32>>, Feed) {
    let (mut rig, _, feed) = rig(2, &[]);
    let mut out = vec![Vec::new(); 2];
    let mut play = |rig: &mut Rig, frames| {
        out.iter_mut().zip(heard(rig, frames, block)).for_each(|(all, out)| all.extend(out));
    };
    feed.write(&frames(0, 3000, 2));
    play(&mut rig, 4000);
    // Not enough to begin.
    feed.write(&frames(3000, PRIME - 1, 2));
    play(&mut rig, 1000);
    feed.write(&frames(3000 + PRIME - 1, 1001, 2));
    play(&mut rig, 1000);
    // In time, while the fade out is still to come.
    feed.write(&frames(3000 + PRIME + 1000, 1000, 2));
    feed.end();
    play(&mut rig, 3000);
    (out, feed)
}

#[test]
fn an_underrun_fades_and_is_counted_and_ends() {
    let (out, feed) = late(64);
    assert_eq!((feed.underruns(), feed.silent(), feed.waiting()), (1, 2000, 0));
    for (channel, out) in out.iter().enumerate() {
        for (n, x) in out.iter().enumerate() {
            let (place, gain) = match n {
                0..2760 => (n, 1.0),
                2760..3000 => (n, fade(3000 - n)),
                3000..5000 => (n, 0.0),
                5000..5240 => (n - 2000, fade(n - 4999)),
                5240..7960 => (n - 2000, 1.0),
                _ => (n, 0.0),
            };
            let wanted = f64::from(noise(place as u64, channel)) * gain;
            assert!((f64::from(*x) - wanted).abs() <= 1e-6 * gain.fract(), "frame {n}: {x} for {wanted}");
        }
    }
    for block in [1, 17, 200] {
        assert!(late(block).0 == out, "blocks of {block}");
    }
}

#[test]
fn it_begins_once_enough_waits_or_all_there_is() {
    let (mut rig, _, feed) = rig(1, &[("prime", 2000.0)]);
    feed.write(&frames(0, 1999, 1));
    assert!(heard(&mut rig, 500, 64)[0].iter().all(|x| *x == 0.0));
    assert_eq!((feed.underruns(), feed.silent(), feed.waiting()), (0, 0, 1999));
    feed.write(&frames(1999, 1, 1));
    assert!(heard(&mut rig, 10, 64)[0] == frames(0, 10, 1));
    // What is whole begins however short it is, and what follows on it has no gap.
    let (mut rig, _, feed) = rig_of_one();
    feed.write(&frames(0, 30, 1));
    feed.end();
    feed.write(&frames(30, PRIME, 1));
    feed.end();
    assert!(heard(&mut rig, 30 + PRIME, 100)[0] == frames(0, 30 + PRIME, 1));
    assert!(heard(&mut rig, 1000, 64)[0].iter().all(|x| *x == 0.0));
    // And an end that comes after an under-run ends what is counted.
    feed.write(&frames(0, PRIME, 1));
    heard(&mut rig, 2000, 64);
    feed.end();
    heard(&mut rig, 2000, 64);
    assert_eq!((feed.underruns(), feed.silent()), (1, 2000 - PRIME as u64));
}

fn rig_of_one() -> (Rig, NodeId, Feed) {
    rig(1, &[])
}

#[test]
fn an_end_in_a_fade_out_leaves_what_follows_whole() {
    let (mut rig, _, feed) = rig_of_one();
    feed.write(&frames(0, PRIME, 1));
    // A hundred frames into the fade.
    heard(&mut rig, PRIME - FADE + 100, 64);
    feed.end();
    feed.write(&frames(5000, PRIME, 1));
    let out = heard(&mut rig, 140 + PRIME - FADE, 37).remove(0);
    assert!(out[140..] == frames(5000, PRIME - FADE, 1));
    assert_eq!((feed.underruns(), feed.silent()), (1, 0));
}

#[test]
fn what_is_not_finite_is_silent_and_what_has_no_room_is_left() {
    let (mut rig, _, feed) = rig(2, &[("frames", 1024.0), ("prime", 5000.0)]);
    assert_eq!((feed.channels(), feed.frames(), feed.room()), (2, 1024, 1024));
    // The last frame is not whole.
    assert_eq!(feed.write(&[f32::NAN, 0.5, 0.25, f32::NEG_INFINITY, 1.0]), 2);
    assert_eq!((feed.replaced(), feed.waiting(), feed.room()), (2, 2, 1022));
    assert_eq!(feed.write(&frames(0, 2000, 2)), 1022);
    assert_eq!((feed.write(&frames(0, 1, 2)), feed.room()), (0, 0));
    let out = heard(&mut rig, 3, 64);
    assert_eq!((&out[0][..2], &out[1][..2]), (&[0.0, 0.25][..], &[0.5, 0.0][..]));
    assert_eq!((out[0][2], feed.room()), (noise(0, 0), 3));
}

#[test]
fn a_reset_drops_what_waits_and_a_feed_without_a_node_is_over() {
    let (mut rig, id, feed) = rig_of_one();
    feed.write(&frames(0, 5000, 1));
    heard(&mut rig, 1000, 64);
    rig.reset(id);
    assert!(heard(&mut rig, 100, 64)[0].iter().all(|x| *x == 0.0));
    assert_eq!((feed.waiting(), feed.underruns()), (0, 0));
    feed.write(&frames(7000, 2000, 1));
    assert!(heard(&mut rig, 100, 64)[0] == frames(7000, 100, 1));
    assert!(!feed.is_over());
    rig.edit(|edit| edit.remove(id).unwrap());
    heard(&mut rig, 1000, 64);
    drop(rig);
    assert!(feed.is_over());
    assert_eq!((feed.write(&[1.0]), feed.room()), (0, 0));
}

#[test]
fn a_program_writes_from_another_thread() {
    const COUNT: usize = 300_000;
    let (mut rig, _, feed) = rig(1, &[("frames", 2000.0)]);
    let writer = std::thread::spawn(move || {
        let samples: Vec<f32> = (1..=COUNT).map(|n| n as f32).collect();
        let mut from = 0;
        while from < COUNT {
            let to = COUNT.min(from + 1 + from % 700);
            from += feed.write(&samples[from..to]);
            std::thread::yield_now();
        }
        feed.end();
        feed
    });
    // Each frame that is heard is the next that was written, at full level or fading.
    let (mut place, mut whole, mut silent) = (0, 0, 0);
    while place < COUNT {
        for x in heard(&mut rig, 480, 100).remove(0) {
            let part = x / (place + 1) as f32;
            assert!((0.0..=1.0).contains(&part), "{x} behind {place}");
            place += usize::from(part > 0.0);
            whole += usize::from(part == 1.0);
            silent += u64::from(part == 0.0);
        }
    }
    let feed = writer.join().unwrap();
    let fading = 2 * FADE as u64 * feed.underruns();
    assert!(whole as u64 + fading >= COUNT as u64 && feed.silent() <= silent);
}
