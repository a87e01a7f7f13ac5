//! W3: 256 instances of a part that plays a buffer, each with a speed and a level of its own.

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
