//! W1: 500 voices, as instances of a part and as voices of two instruments.

use super::{ending, number};
use crate::spec::*;
use std::fmt::Write;

/// What each voice is, without what begins it.
fn voice(frequency: &str, gate: &str, accuracy: &str) -> String {
    let (attack, decay, sustain, release) = ENVELOPE;
    let (cutoff, depth) = CUTOFF;
    format!(
        "osc = {{ kind = \"saw\"{frequency} }}\n\
         lfo = {{ kind = \"lfo\" }}\n\
         filter = {{ kind = \"svf\", inputs = [\"osc\"]{accuracy}, q = {}, cutoff = {{ value = {}, from = \"lfo\", depth = {} }} }}\n\
         env = {{ kind = \"adsr\", {gate}, attack = {}, decay = {}, sustain = {}, release = {}, decay_curve = 0.0, release_curve = 0.0 }}\n\
         vca = {{ kind = \"multiply\", inputs = {{ a = \"filter.low\", b = \"env\" }} }}\n\
         pan = {{ kind = \"pan\", inputs = [\"vca\"] }}\n\
         out = {{ kind = \"outlet\", inputs = [\"pan\"] }}\n",
        number(Q),
        number(cutoff),
        number(depth),
        number(1e3 * attack),
        number(1e3 * decay),
        number(sustain),
        number(1e3 * release),
    )
}

/// The cutoff followed as closely as the others of the contest follow it, and closer: every 16 frames, with straight lines between.
pub fn instances() -> String {
    instances_with(", accuracy = \"control\"")
}

/// The cutoff followed at every frame.
pub fn exact() -> String {
    instances_with("")
}

/// The gate of each can be closed and opened.
pub fn gated() -> String {
    instances_of("gate = \"env.gate\"\n", ", accuracy = \"control\"")
}

fn instances_with(accuracy: &str) -> String {
    instances_of("", accuracy)
}

fn instances_of(params: &str, accuracy: &str) -> String {
    let mut text = format!(
        "format = 1\ntitle = \"W1: 500 voices as instances of a part\"\n\n[parts.voice.params]\nfrequency = \"osc.frequency\"\n\
         rate = \"lfo.rate\"\npan = \"pan.position\"\ncutoff = \"filter.cutoff\"\n{params}\n[parts.voice.nodes]\n{}\n[nodes]\n",
        voice("", "gate = \"on\"", accuracy)
    );
    for place in 0..VOICES {
        let Voice { frequency, rate, pan } = Voice::new(place);
        let (frequency, rate, pan) = (number(frequency), number(rate), number(pan));
        let _ = writeln!(
            text,
            "v{place} = {{ kind = \"voice\", frequency = {frequency}, rate = {rate}, pan = {pan} }}"
        );
    }
    text + &ending((0..VOICES).map(|place| format!("v{place}")), VOICE_LEVEL)
}

/// The instruments that share the voices: one has at most 256.
pub const INSTRUMENTS: [&str; 2] = ["low", "high"];

/// Every voice of every instrument is to be begun by a note; rate and pan are knobs of the note.
pub fn instruments() -> String {
    let mut text = format!(
        "format = 1\ntitle = \"W1: 500 voices of two instruments\"\n\n[parts.voice]\nvoices = {}\nspares = 6\n\n\
         [parts.voice.params]\nrate = \"lfo.rate\"\npan = \"pan.position\"\n\n[parts.voice.nodes]\nnote = {{ kind = \"note\" }}\n{}\n[nodes]\n",
        VOICES / INSTRUMENTS.len(),
        voice(
            ", frequency = { from = \"note.frequency\" }",
            "inputs = [\"note.gate\"]",
            ", accuracy = \"control\""
        )
    );
    for name in INSTRUMENTS {
        let _ = writeln!(text, "{name} = {{ kind = \"voice\" }}");
    }
    text + &ending(INSTRUMENTS.iter().map(|name| (*name).to_owned()), VOICE_LEVEL)
}
