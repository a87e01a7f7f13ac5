//! W2: 64 stereo strips, as instances of a part.

use super::{ending, number};
use crate::spec::*;
use std::fmt::Write;

pub fn strips() -> String {
    let mut text = String::from(
        "format = 1\ntitle = \"W2: 64 stereo strips as instances of a part\"\n\n[parts.strip.params]\ntime = \"delay.time\"\n\
         level = \"level.gain\"\n\n[parts.strip.nodes]\nnoise = { kind = \"white_noise\", channels = 2 }\n",
    );
    let mut last = "noise".to_owned();
    for (place, filter) in FILTERS.iter().enumerate() {
        let kind = match filter.kind {
            FilterKind::LowShelf => "lowshelf",
            FilterKind::Peak => "peak",
            FilterKind::HighShelf => "highshelf",
        };
        let Filter { frequency, q, gain, .. } = *filter;
        let (frequency, q, gain) = (number(frequency), number(q), number(gain));
        let _ = writeln!(
            text,
            "eq{place} = {{ kind = \"{kind}\", inputs = [\"{last}\"], frequency = {frequency}, q = {q}, gain = {gain} }}"
        );
        last = format!("eq{place}");
    }
    let _ = writeln!(
        text,
        "delay = {{ kind = \"delay\", inputs = [\"{last}\"], longest = 400.0, feedback = {} }}\n\
         level = {{ kind = \"gain\", inputs = [\"{last}\", {{ from = \"delay\", gain = {} }}], gain = {} }}\n\
         out = {{ kind = \"outlet\", inputs = [\"level\"] }}\n\n[nodes]",
        number(FEEDBACK),
        number(decibels(WET)),
        number(decibels(STRIP_LEVEL)),
    );
    for strip in 0..STRIPS {
        let _ =
            writeln!(text, "s{strip} = {{ kind = \"strip\", time = {} }}", number(1e3 * echo_time(strip)));
    }
    text + &ending((0..STRIPS).map(|strip| format!("s{strip}")), 1.0)
}
