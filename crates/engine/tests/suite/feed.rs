//! What programs feed into patches: it is heard, under-runs do not click and are told, the engine keeps its rate, and edits elsewhere leave it alone.

use crate::clicks::detector::{CLICK, Fades, bend, treble};
use sostenuto_engine::{Conductor, Feed, Notice};
use sostenuto_graph::{Executor, Limits};
use sostenuto_nodes::Tap;
use sostenuto_trap::forbidden;

const PATCH: &str = r#"
    nodes.mine = { kind = "feed", frames = 4000 }
    nodes.soft = { kind = "gain", inputs = ["mine"] }
    nodes.out = { kind = "audio_out", inputs = ["soft"] }
"#;

struct Rig {
    conductor: Conductor,
    executor: Executor,
    heard: Vec<f64>,
    notices: Vec<Notice>,
}

impl Rig {
    fn new(patch: &str) -> Rig {
        let (mut conductor, executor) = Conductor::new(48_000.0, 1, Limits::default(), None);
        conductor.play_toml(patch).unwrap();
        Rig { conductor, executor, heard: Vec::new(), notices: Vec::new() }
    }

    fn feed(&self) -> Feed {
        match self.conductor.tap("mine") {
            Some(Tap::Feed(feed)) => feed.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn render(&mut self, frames: usize) {
        let mut out = vec![0.0; frames];
        out.chunks_mut(100).for_each(|out| forbidden(|| self.executor.render(&mut [out])));
        self.heard.extend(out.into_iter().map(f64::from));
        self.notices.extend(self.conductor.notices());
    }
}

/// A sine of 200 Hz from a frame on.
fn sine(from: usize, frames: usize) -> Vec<f32> {
    let sample = |n: usize| (std::f64::consts::TAU * 200.0 * n as f64 / 48_000.0).cos() as f32;
    (from..from + frames).map(sample).collect()
}

/// The worse of bend and treble, in dB.
fn click(heard: &[f64]) -> f64 {
    let steady: Vec<f64> = sine(0, 2400).into_iter().map(f64::from).collect();
    let steady = &[&steady[..]];
    bend(heard, steady, Fades::ONE).max(treble(heard, steady))
}

#[test]
fn a_program_that_is_late_does_not_click() {
    let mut rig = Rig::new(PATCH);
    let feed = rig.feed();
    let (mut written, mut rest) = (0, 7_u64);
    // The beginning is heard as it is written.
    written += feed.write(&sine(written, 1500));
    rig.render(960);
    for _ in 0..200 {
        rest = rest.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (more, time) = ((rest >> 33) as usize % 1200, (rest >> 45) as usize % 1400);
        written += feed.write(&sine(written, more));
        rig.render(time + 1);
    }
    let underruns = feed.underruns();
    assert!(underruns > 30, "{underruns}");
    let found = click(&rig.heard[480..]);
    assert!(found < CLICK, "{found} dB");
    // Cut off at the same places, it would.
    let mut cut = rig.heard.clone();
    let last = cut.windows(2).position(|pair| pair[0] != 0.0 && pair[1] == 0.0).unwrap();
    cut[last - 120..=last].fill(0.0);
    assert!(click(&cut[480..]) > CLICK);
    let told: u64 = rig
        .notices
        .iter()
        .map(|notice| match notice {
            Notice::Unfed { node, underruns, .. } => u64::from(node == "mine") * underruns,
            _ => 0,
        })
        .sum();
    assert_eq!(told, underruns);
}

#[test]
fn what_is_fed_goes_on_through_edits_elsewhere_and_ends_with_its_node() {
    let mut rig = Rig::new(PATCH);
    let feed = rig.feed();
    feed.write(&sine(0, 4000));
    rig.render(1000);
    rig.conductor.set("soft", "gain", -6.0, None, None).unwrap();
    let renamed = PATCH.replace("soft", "loud");
    rig.conductor.play_toml(&renamed).unwrap();
    rig.render(1000);
    assert_eq!((feed.played(), feed.waiting(), feed.is_over()), (2000, 2000, false));
    // Another ring is another node.
    rig.conductor.play_toml(&renamed.replace("4000", "5000")).unwrap();
    // It fades, is taken away, and comes back.
    (0..3).for_each(|_| rig.render(1000));
    assert!(feed.is_over());
    let other = rig.feed();
    assert_eq!((other.frames(), other.waiting(), other.is_over()), (5000, 0, false));
}

#[test]
fn one_that_nobody_feeds_is_silent_and_told_of_nothing() {
    let mut rig = Rig::new(PATCH);
    rig.render(20_000);
    assert!(rig.heard.iter().all(|x| *x == 0.0));
    assert!(!rig.notices.iter().any(|notice| matches!(notice, Notice::Unfed { .. })));
    assert_eq!((rig.feed().underruns(), rig.feed().silent()), (0, 0));
}
