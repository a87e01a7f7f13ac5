//! W3: 256 instances of a part that plays a buffer, or 256 voices of one sampler, each with a speed and a level of its own.

use super::{ending, number};
use crate::spec::*;
use std::fmt::Write;

/// The buffer that all of them play, and its file beside the document.
pub const BUFFER: &str = "sample";

fn players(interpolation: &str) -> String {
    let mut text = format!(
        "format = 1\ntitle = \"W3: 256 sample voices, {interpolation}\"\n\n[buffers]\n{BUFFER} = {{ file = \"{BUFFER}.wav\" }}\n\n\
         [parts.voice.params]\nspeed = \"play.speed\"\nlevel = \"level.gain\"\n\n[parts.voice.nodes]\n\
         play = {{ kind = \"player\", buffer = \"{BUFFER}\", channels = 2, interpolation = \"{interpolation}\" }}\n\
         level = {{ kind = \"gain\", inputs = [\"play\"] }}\n\
         out = {{ kind = \"outlet\", inputs = [\"level\"] }}\n\n[nodes]\n"
    );
    let level = number(decibels(PLAYER_LEVEL));
    for place in 0..PLAYERS {
        let speed = number(speed(place));
        let _ = writeln!(text, "v{place} = {{ kind = \"voice\", speed = {speed}, level = {level} }}");
    }
    text + &ending((0..PLAYERS).map(|place| format!("v{place}")), 1.0)
}

pub fn linear() -> String {
    players("linear")
}

pub fn cubic() -> String {
    players("cubic")
}

/// The sampler, of which every voice is told to loop its slot with a speed and a level.
pub const SAMPLER: &str = "voices";

fn sampler(interpolation: &str) -> String {
    let text = format!(
        "format = 1\ntitle = \"W3: 256 voices of a sampler, {interpolation}\"\n\n[buffers]\n{BUFFER} = {{ file = \"{BUFFER}.wav\" }}\n\n\
         [nodes.{SAMPLER}]\nkind = \"sampler\"\nvoices = {PLAYERS}\nslot_count = 1\ninterpolation = \"{interpolation}\"\nslots = [\"{BUFFER}\"]\n"
    );
    text + &ending(std::iter::once(SAMPLER.to_owned()), 1.0)
}

pub fn sampler_linear() -> String {
    sampler("linear")
}

pub fn sampler_cubic() -> String {
    sampler("cubic")
}
