//! Outputs that nothing hears, and frames that nothing looks at: a node may leave them out, and goes on as if they were heard.

use crate::support;

use sostenuto_graph::{ROOT, Sink};
use sostenuto_nodes::{Layout, build, catalogue};
use support::{Feed, Rig, Signal, first_difference, hear, layouts, node, noise};

const RATE: f64 = 48_000.0;
/// When all is heard: on no multiple of anything.
const LATER: usize = 1011;
const FRAMES: usize = 3000;

/// Every kind with several outputs, in every layout: the samples of each output do not hang on which others are heard, nor on since when.
#[test]
fn what_is_heard_does_not_hang_on_what_else_is() {
    let mut tried = 0;
    for kind in catalogue() {
        for layout in layouts(kind) {
            let outputs = node(kind, &layout).shape().outputs.to_vec();
            if outputs.len() < 2 {
                continue;
            }
            tried += 1;
            let feed = |_, channels| Feed::steady(noise, channels);
            let rig = |driven| Rig::unheard(node(kind, &layout), RATE, feed, driven);
            for driven in [false, true] {
                let all = Rig::around(node(kind, &layout), RATE, feed, driven).0.play(FRAMES);
                for port in 0..outputs.len() {
                    let (mut alone, node) = rig(driven);
                    alone.edit(|edit| hear(edit, node, &outputs, port));
                    let first: u16 = outputs[..port].iter().map(|port| port.channels).sum();
                    let channels = usize::from(first)..usize::from(first + outputs[port].channels);
                    let (alone, all) = (&alone.play(FRAMES)[channels.clone()], &all[channels]);
                    let name = (kind.name, &layout, driven, port);
                    assert_eq!(first_difference(alone, all), None, "{name:?}");
                }
                let (mut late, node) = rig(driven);
                late.play(LATER);
                late.edit(|edit| {
                    edit.fade(0);
                    (0..outputs.len()).for_each(|port| hear(edit, node, &outputs, port));
                });
                let late = late.play(FRAMES - LATER);
                let all: Vec<Vec<f32>> = all.iter().map(|channel| channel[LATER..].to_vec()).collect();
                assert_eq!(first_difference(&late, &all), None, "{:?}", (kind.name, &layout, driven));
            }
        }
    }
    assert!(tried > 0, "no kind has several outputs");
}

/// An LFO that moves the cutoff of a filter which looks at it now and then: the filter's sound does not hang on whether anything else hears the LFO,
/// nor on callbacks.
#[test]
fn frames_that_nothing_looks_at_are_not_missed() {
    let render = |heard: bool, sizes: &[usize]| {
        let mut rig = Rig::new(RATE, 2);
        let of = |kind: &str, settings: &[(&str, f64)]| {
            let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            build(kind, Layout { settings, seed: 7, ..Layout::of(1) }).unwrap().processor
        };
        let lfo = rig.edit(|edit| {
            let source = edit.add("source", Box::new(Feed::steady(noise, 1))).unwrap();
            let lfo = edit.add("lfo", of("lfo", &[])).unwrap();
            let filter = edit.add("filter", of("svf", &[("accuracy", 1.0)])).unwrap();
            edit.connect(source.output(0), filter.input(0), 1.0).unwrap();
            edit.connect(lfo.output(0), filter.param(0), 900.0).unwrap();
            edit.connect(filter.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
            if heard {
                let other = edit.add("other", of("gain", &[])).unwrap();
                edit.connect(lfo.output(0), other.input(0), 1.0).unwrap();
            }
            lfo
        });
        // The rate moves, another shape fades in, the cycle begins anew, and all of it rests again.
        for (param, value, at) in
            [(0, 7.0, 1000), (1, 3.0, 2100), (6, 1.0, 3333), (0, 0.3, 4100), (2, 77.0, 5001)]
        {
            rig.set(lfo, param, value, None, at);
        }
        let mut next = sizes.iter().copied().cycle();
        let mut out = rig.render(8000, &mut || next.next().unwrap_or(64), |render| render());
        out.truncate(1);
        out
    };
    let plain = render(true, &[64]);
    assert!(plain[0].iter().any(|x| x.abs() > 0.01));
    for sizes in [&[64][..], &[1], &[7, 130, 5], &[256], &[48, 16, 1]] {
        assert_eq!(first_difference(&plain, &render(false, sizes)), None, "{sizes:?}");
    }
}

/// Kinds of which nobody looks in lanes whether what they put out is a number: it is one, whatever they hear and whatever moves their parameters.
#[test]
fn what_is_not_looked_at_is_finite() {
    let huge: Signal = |frame, channel| match (frame as usize / 3 + channel) % 4 {
        0 => f32::MAX,
        1 => -f32::MAX,
        2 => f32::MIN_POSITIVE,
        _ => 0.0,
    };
    for name in ["saw", "square", "triangle", "sine", "lfo", "adsr", "white_noise", "pink_noise", "note"] {
        let Some(kind) = catalogue().find(|kind| kind.name == name) else {
            panic!("there is no kind {name}");
        };
        for layout in layouts(kind) {
            for driven in [false, true] {
                let feed = |_, channels| Feed::steady(huge, channels);
                // A node that puts out what is not a number is muted, and the rig fails.
                let out = Rig::around(node(kind, &layout), RATE, feed, driven).0.play(FRAMES);
                assert!(out.iter().flatten().all(|x| x.is_finite()), "{name} {layout:?}");
            }
        }
    }
}
