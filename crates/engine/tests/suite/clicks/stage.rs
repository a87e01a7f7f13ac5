//! A performance: patches that follow on one another at given frames, rendered.

use sostenuto_engine::{Conductor, Notice};
use sostenuto_graph::Limits;
use sostenuto_patch::{Notation, Patch, read};

/// The frame of the first edit: a sine of 200 Hz that began at frame 0 is at its peak.
pub const FIRST: u64 = 9_660;
/// Where measuring begins: what a patch does as it starts is over.
const FROM: usize = 8_400;
/// Where it ends: what was put into a delay at the edit has come out.
const TO: usize = 14_400;

/// What is asked for.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
pub enum Deed {
    /// Another patch.
    Play(Patch),
    /// A parameter of a node.
    Set(&'static str, &'static str, f32),
}

/// What is asked for, and for which frame.
pub type Cue = (u64, Deed);

/// Both channels of what is measured.
pub type Heard = [Vec<f64>; 2];

/// When the control side asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// Before the callback in which the frame lies, naming the frame.
    InTime,
    /// All before the first callback, naming the frame.
    Ahead,
    /// As in time, of an engine that fades nothing.
    Cut,
}

/// Reads a patch of which only the lines under `[nodes]` are given.
pub fn patch(nodes: &str) -> Patch {
    let text = format!("[nodes]\n{nodes}");
    match read(&text, Notation::Toml, Conductor::catalogue()) {
        Ok(checked) => checked.patch,
        Err(problems) => panic!("{problems:?}\n{text}"),
    }
}

/// Asks for it; a patch without nodes is silence.
fn ask(conductor: &mut Conductor, deed: &Deed, at: Option<u64>) {
    match deed {
        Deed::Play(patch) if patch.nodes.is_empty() => conductor.clear(at).map(drop).unwrap(),
        Deed::Play(patch) => conductor.apply(patch, at).map(drop).unwrap(),
        Deed::Set(node, param, value) => conductor.set(node, param, *value, None, at).map(drop).unwrap(),
    }
}

/// Plays a patch from frame 0 on, and what is cued after it, in callbacks of so many frames.
pub fn perform(first: &Patch, cues: &[Cue], block: usize, asked: Asked) -> Heard {
    let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    if asked == Asked::Cut {
        conductor.set_fade(0.0);
    }
    ask(&mut conductor, &Deed::Play(first.clone()), None);
    let mut left = cues.iter().peekable();
    let (mut channels, mut frame) = ([vec![0.0f32; TO], vec![0.0f32; TO]], 0);
    while frame < TO {
        let end = (frame + block).min(TO);
        while let Some((at, deed)) = left.next_if(|(at, _)| asked == Asked::Ahead || *at < end as u64) {
            ask(&mut conductor, deed, Some(*at));
        }
        let [a, b] = &mut channels;
        executor.render(&mut [&mut a[frame..end], &mut b[frame..end]]);
        for notice in conductor.notices() {
            assert!(!matches!(notice, Notice::Refused { .. } | Notice::Muted { .. }), "{notice:?}");
        }
        frame = end;
    }
    channels.map(|channel| channel[FROM..].iter().map(|x| f64::from(*x)).collect())
}

/// The frame of an edit, counted from where measuring begins.
pub fn place(frame: u64) -> usize {
    frame as usize - FROM
}

/// What a patch sounds like that nobody touches.
pub fn undisturbed(patch: &Patch) -> Heard {
    perform(patch, &[], 480, Asked::InTime)
}

/// The patch as it is after the deed.
pub fn after(patch: &Patch, deed: &Deed) -> Patch {
    match deed {
        Deed::Play(next) => next.clone(),
        Deed::Set(node, param, value) => {
            let mut next = patch.clone();
            let node = next.nodes.get_mut(node).unwrap();
            node.params.entry((*param).into()).or_default().value = Some(*value);
            next
        }
    }
}
