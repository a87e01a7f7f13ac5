//! Streams: what is heard, when it begins anew, where it goes when it is sent, and that it rests once it has ended.

use crate::support;

use sostenuto_graph::{Motion, NodeId};
use sostenuto_nodes::{Layout, Tap, build};
use sostenuto_trap::forbidden;
use support::{Feed, Rig, noise, on_disk, silence};

const RATE: f64 = 48_000.0;
const FRAMES: u64 = 20_000;
const FADE: usize = 240;

fn rig(settings: &[(&str, f64)], params: &[(&str, f32)]) -> (Rig, NodeId) {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let layout = Layout { settings, ..Layout::of(2).streaming("noise", on_disk(FRAMES, 2)) };
    let built = build("stream", layout).unwrap();
    let (mut rig, id) = Rig::around(built.processor, RATE, |_, c| Feed::steady(silence, c), false);
    for (name, value) in params {
        set(&mut rig, id, name, *value, 0);
    }
    (rig, id)
}

fn set(rig: &mut Rig, id: NodeId, name: &str, value: f32, at: u64) {
    let param = rig.graph.shape(id).unwrap().param(name).unwrap();
    rig.set(id, usize::from(param), value, Some(Motion::Jump), at);
}

fn heard(rig: &mut Rig, frames: usize, block: usize) -> Vec<Vec<f32>> {
    let guard = |render: &mut dyn FnMut()| forbidden(render);
    rig.render(frames, &mut || block, guard)
}

#[test]
fn it_plays_once_and_rests() {
    let (mut rig, _) = rig(&[], &[]);
    let out = heard(&mut rig, 21_000, 100);
    for (channel, out) in out.iter().enumerate() {
        let wanted = |n: usize| if n < FRAMES as usize { noise(n as u64, channel) } else { 0.0 };
        assert!(out.iter().enumerate().all(|(n, x)| *x == wanted(n)));
    }
}

#[test]
fn loops_seeks_and_triggers_are_exact_to_the_frame_in_any_blocks() {
    let settings = [("loop_start", 5000.0), ("loop_end", 7001.0), ("begin", 100.0)];
    let all = |block: usize| {
        let (mut rig, id) = rig(&settings, &[("loop", 1.0)]);
        set(&mut rig, id, "trigger", 1.0, 12_345);
        set(&mut rig, id, "trigger", 0.0, 12_400);
        set(&mut rig, id, "seek", 0.25, 15_011);
        set(&mut rig, id, "loop", 0.0, 17_000);
        heard(&mut rig, 30_000, block)
    };
    let reference = all(64);
    let at = |n: usize| match n {
        0..6901 => Some(n + 100),
        6901..12_345 => Some(5000 + (n - 6901) % 2001),
        12_345..15_011 => Some(n - 12_345 + 100),
        // A quarter of a second, behind the loop: on to the end.
        15_011..23_011 => Some(n - 15_011 + 12_000),
        _ => None,
    };
    for (n, x) in reference[0].iter().enumerate() {
        let fades = (12_345..12_345 + FADE).contains(&n) || (15_011..15_011 + FADE).contains(&n);
        let wanted = at(n).map_or(0.0, |place| noise(place as u64, 0));
        assert!(fades || *x == wanted, "frame {n}: {x} for {wanted}");
    }
    for block in [1, 17, 480] {
        assert!(all(block) == reference, "blocks of {block}");
    }
}

#[test]
fn what_has_nothing_to_play_or_cannot_be_opened_is_silent() {
    let built = build("stream", Layout::of(2)).unwrap();
    let (mut rig, _) = Rig::around(built.processor, RATE, |_, c| Feed::steady(silence, c), false);
    assert!(heard(&mut rig, 1000, 64).iter().flatten().all(|x| *x == 0.0));
    assert!(matches!(built.tap, Some(Tap::Stream(tap)) if tap.footage.is_none()));
}
