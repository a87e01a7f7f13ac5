//! Feedback through a graph, down to one frame: a plucked string that is in tune.

use crate::support;

use sostenuto_graph::{Motion, NodeId, ROOT, Sink};
use sostenuto_nodes::{Layout, find};
use std::f64::consts::PI;
use support::{Feed, Rig, Signal, noise};

/// The string of K. Karplus and A. Strong (Computer Music Journal 7(2), 1983): a burst goes round a delay, a gentle low-pass and a
/// loss, all of them nodes.
fn string(rate: f64, excitation: Signal, delay_ms: f32, cutoff: f32, loss_db: f32) -> Rig {
    let mut rig = Rig::new(rate, 1);
    let set = |edit: &mut sostenuto_graph::Edit<'_>, node: NodeId, name: &str, value: f32| {
        let param = edit.graph().shape(node).unwrap().param(name).unwrap();
        edit.set(node, param, value, Some(Motion::Jump)).unwrap();
    };
    rig.edit(|edit| {
        let node = |kind: &str| support::node(find(kind).unwrap(), &Layout::of(1));
        let burst = edit.add("burst", Box::new(Feed::steady(excitation, 1))).unwrap();
        let delay = edit.add("delay", node("delay")).unwrap();
        let damper = edit.add("damper", node("onepole_low")).unwrap();
        let loss = edit.add("loss", node("gain")).unwrap();
        set(edit, delay, "time", delay_ms);
        set(edit, damper, "cutoff", cutoff);
        set(edit, loss, "gain", loss_db);
        edit.connect(burst.output(0), delay.input(0), 1.0).unwrap();
        edit.connect(delay.output(0), damper.input(0), 1.0).unwrap();
        edit.connect(damper.output(0), loss.input(0), 1.0).unwrap();
        edit.connect(loss.output(0), delay.input(0), 1.0).unwrap();
        edit.connect(delay.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    });
    rig
}

/// The frames by which a bilinear one-pole low-pass is late at a frequency.
fn phase_delay(cutoff: f64, hertz: f64, rate: f64) -> f64 {
    ((PI * hertz / rate).tan() / (PI * cutoff / rate).tan()).atan() / (2.0 * PI * hertz / rate)
}

/// The frequency of the partial near `hertz`: by how much its phase moves between two windows (Hann), a twentieth of a second apart.
fn pitch(samples: &[f32], hertz: f64, rate: f64) -> f64 {
    let length = (rate / 8.0) as usize;
    let phase = |start: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..length {
            let window = 0.5 - 0.5 * (2.0 * PI * n as f64 / length as f64).cos();
            let angle = 2.0 * PI * hertz * (start + n) as f64 / rate;
            let x = f64::from(samples[start + n]) * window;
            re += x * angle.cos();
            im -= x * angle.sin();
        }
        f64::atan2(im, re)
    };
    let (first, apart) = ((rate / 20.0) as usize, (rate / 20.0) as usize);
    let turned = phase(first + apart) - phase(first);
    let turned = turned - (turned / (2.0 * PI)).round() * 2.0 * PI;
    hertz + turned / (2.0 * PI) * rate / apart as f64
}

/// A burst of noise as long as one period.
fn burst(frame: u64, channel: usize) -> f32 {
    if frame < 24 { noise(frame, channel) } else { 0.0 }
}

#[test]
fn a_string_of_2_khz_is_in_tune_within_a_cent() {
    for (rate, hertz, cutoff) in
        [(48_000.0, 2000.0, 12_000.0), (48_000.0, 1975.53, 9000.0), (44_100.0, 2093.0, 10_000.0)]
    {
        let delay = rate / hertz - phase_delay(cutoff, hertz, rate);
        let mut rig = string(rate, burst, (delay * 1000.0 / rate) as f32, cutoff as f32, -0.02);
        let out = rig.play(rate as usize);
        let end = rate as usize / 5;
        let tail = out[0][end..end + 500].iter().fold(0.0, |most: f32, x| most.max(x.abs()));
        assert!(tail > 1e-3, "it dies away too soon to be measured: {tail}");
        let heard = pitch(&out[0], hertz, rate);
        let cents = 1200.0 * (heard / hertz).log2();
        println!("{hertz} Hz at {rate}: {cents:+.3} cents");
        assert!(cents.abs() < 1.0, "{hertz} Hz at {rate} sounds at {heard}: {cents} cents");
    }
}

#[test]
fn the_string_is_the_same_for_any_callback_size() {
    let render =
        |size: usize| string(48_000.0, burst, 0.4793, 11_000.0, -0.1).render(3000, &mut || size, |r| r());
    let whole = render(64);
    assert!(whole[0].iter().any(|x| *x != 0.0));
    for size in [1, 17, 480] {
        assert_eq!(support::first_difference(&whole, &render(size)), None, "{size}");
    }
}

#[test]
fn a_loop_can_be_one_frame_short() {
    // delay 1 frame, no damping to speak of: y[n] = x[n - 1] + g y[n - 1].
    let click: Signal = |frame, _| if frame == 0 { 1.0 } else { 0.0 };
    let mut rig = Rig::new(48_000.0, 1);
    rig.edit(|edit| {
        let node = |kind: &str| support::node(find(kind).unwrap(), &Layout::of(1));
        let source = edit.add("source", Box::new(Feed::steady(click, 1))).unwrap();
        let delay = edit.add("delay", node("delay")).unwrap();
        let loss = edit.add("loss", node("gain")).unwrap();
        edit.set(delay, 0, 0.0, Some(Motion::Jump)).unwrap();
        edit.set(loss, 0, -1.0, Some(Motion::Jump)).unwrap();
        edit.connect(source.output(0), delay.input(0), 1.0).unwrap();
        edit.connect(delay.output(0), loss.input(0), 1.0).unwrap();
        edit.connect(loss.output(0), delay.input(0), 1.0).unwrap();
        edit.connect(delay.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    });
    let out = rig.play(300);
    let gain = 10f64.powf(-1.0 / 20.0);
    assert_eq!(out[0][0], 0.0);
    for (frame, got) in out[0].iter().enumerate().skip(1) {
        let exact = gain.powi(frame as i32 - 1);
        assert!((f64::from(*got) - exact).abs() < 1e-6, "{frame}: {got} is not {exact}");
    }
}

#[test]
fn a_delay_in_a_loop_does_what_it_does_outside() {
    // The loop carries nothing, so that the delay hears the same in both graphs, but is run in two halves in one of them.
    let render = |in_a_loop: bool| {
        let mut rig = Rig::new(48_000.0, 2);
        rig.edit(|edit| {
            let node = |kind: &str| support::node(find(kind).unwrap(), &Layout::of(2));
            let source = edit.add("source", Box::new(Feed::steady(noise, 2))).unwrap();
            let delay = edit.add("delay", node("delay")).unwrap();
            let loss = edit.add("loss", node("gain")).unwrap();
            for (param, value) in [(0, 0.77), (1, 0.7), (2, 5000.0)] {
                edit.set(delay, param, value, Some(Motion::Jump)).unwrap();
            }
            edit.set(loss, 0, -120.0, Some(Motion::Jump)).unwrap();
            edit.connect(source.output(0), delay.input(0), 1.0).unwrap();
            edit.connect(delay.output(0), loss.input(0), 1.0).unwrap();
            if in_a_loop {
                edit.connect(loss.output(0), delay.input(0), 1.0).unwrap();
            }
            edit.connect(delay.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        });
        rig.play(3000)
    };
    assert_eq!(support::first_difference(&render(false), &render(true)), None);
}
