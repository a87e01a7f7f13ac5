//! What is edited: pairs of patches, on a sine, on noise and on music.

use super::stage::{Deed, patch};
use sostenuto_patch::Patch;

/// What the edits are made on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signal {
    Sine,
    Noise,
    Music,
}

impl Signal {
    pub const ALL: [Signal; 3] = [Signal::Sine, Signal::Noise, Signal::Music];

    /// The nodes that make it; the last is called `src`. `alt` is the same with its phases turned.
    fn nodes(self) -> &'static str {
        match self {
            Signal::Sine => {
                "src = { kind = 'sine', frequency = 200.0 }
                alt = { kind = 'allpass', inputs = ['src'], frequency = 400.0 }"
            }
            Signal::Noise => {
                "src = { kind = 'pink_noise' }
                alt = { kind = 'allpass', inputs = ['src'], frequency = 400.0 }"
            }
            Signal::Music => {
                "slow = { kind = 'lfo', rate = 3.0 }
                bass = { kind = 'saw', frequency = 110.0 }
                fifth = { kind = 'triangle', frequency = 164.8 }
                tune = { kind = 'sine', frequency = { value = 440.0, from = 'slow', depth = 6.0 } }
                band = { kind = 'mixer', inputs = ['bass', 'fifth', 'tune'], gain = -9.0 }
                soft = { kind = 'lowpass', inputs = ['band'], cutoff = { value = 900.0, from = 'slow', depth = 300.0 } }
                tape = { kind = 'delay', inputs = ['soft'], time = 60.0, feedback = 0.4 }
                src = { kind = 'gain', inputs = ['soft', 'tape'], gain = -3.0 }
                alt = { kind = 'allpass', inputs = ['src'], frequency = 400.0 }"
            }
        }
    }

    /// A patch of other nodes beside those of the signal; if the first line says so, without those.
    pub fn with(self, nodes: &str) -> Patch {
        match nodes.strip_prefix(ALONE) {
            Some("") => Patch::new(),
            Some(nodes) => patch(nodes),
            None => patch(&format!("{}\n{nodes}", self.nodes())),
        }
    }
}

/// By what an edit is made to be smooth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// A number that glides: of a parameter, a cable or a bypass.
    Glide,
    /// A fade of cables, into a node without memory and out of it: the sound is the fade of the sounds.
    Fade,
    /// The same between nodes that were there before and stay: the sound is the fade of what the two patches sound like.
    Blend,
    /// A fade of cables somewhere before nodes with memory, or nodes that start with none.
    Inside,
}

/// An edit.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    pub name: &'static str,
    pub by: By,
    /// The nodes before, beside those of the signal.
    before: &'static str,
    /// The nodes after.
    after: &'static str,
    /// The parameter that is set, instead of a patch after.
    set: Option<(&'static str, &'static str, f32)>,
}

impl Scene {
    /// The patch before.
    pub fn start(&self, signal: Signal) -> Patch {
        signal.with(self.before)
    }

    /// The edit.
    pub fn deed(&self, signal: Signal) -> Deed {
        match self.set {
            Some((node, param, value)) => Deed::Set(node, param, value),
            None => Deed::Play(signal.with(self.after)),
        }
    }

    /// The same the other way round.
    pub fn reversed(&self) -> Scene {
        Scene { before: self.after, after: self.before, ..*self }
    }
}

/// Begins the nodes of a patch that has none of those of the signal.
const ALONE: &str = "# alone\n";

/// The output, straight from the signal.
pub const PLAIN: &str = "out = { kind = 'audio_out', inputs = ['src'] }";

/// A change of patch.
pub const fn scene(name: &'static str, by: By, before: &'static str, after: &'static str) -> Scene {
    Scene { name, by, before, after, set: None }
}

/// A change of a parameter of the node `fx`.
pub const fn jump(name: &'static str, before: &'static str, param: &'static str, value: f32) -> Scene {
    Scene { name, by: By::Glide, before, after: before, set: Some(("fx", param, value)) }
}
