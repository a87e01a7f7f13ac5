//! What is allowed of numbers that Python gives. Each refusal names it.

use crate::errors::Fault;
use sostenuto_graph::When;

/// Frames per second that are allowed.
pub fn rate(asked: i64) -> Result<u32, Fault> {
    let allowed = u32::try_from(asked).ok().filter(|rate| (8_000..=384_000).contains(rate));
    allowed.ok_or_else(|| Fault::value(format!("sample_rate is {asked}: give 8000 to 384000 Hz")))
}

/// Channels that are allowed.
pub fn channels(asked: i64) -> Result<u16, Fault> {
    let allowed = u16::try_from(asked).ok().filter(|channels| (1..=64).contains(channels));
    allowed.ok_or_else(|| Fault::value(format!("channels is {asked}: give 1 to 64")))
}

pub fn within(name: &str, asked: i64, (least, most): (usize, usize)) -> Result<usize, Fault> {
    let allowed = usize::try_from(asked).ok().filter(|count| (least..=most).contains(count));
    allowed.ok_or_else(|| Fault::value(format!("{name} is {asked}: give {least} to {most}")))
}

pub fn number(name: &str, value: f64, (least, most): (f64, f64)) -> Result<f64, Fault> {
    match (least..=most).contains(&value) {
        true => Ok(value),
        false => Err(Fault::value(format!("{name} is {value}: give {least} to {most}"))),
    }
}

/// When something is to be: a frame of the engine, a beat of the transport, or now.
pub fn when(at: Option<i64>, beats: Option<f64>) -> Result<When, Fault> {
    match (at, beats) {
        (None, None) => Ok(When::Now),
        (Some(frame), None) => match u64::try_from(frame) {
            Ok(frame) => Ok(When::Frame(frame)),
            Err(_) => Err(Fault::value(format!("at is {frame}: give a frame, counted from 0"))),
        },
        (None, Some(beat)) => Ok(When::Beat(number("beats", beat, (0.0, 1e9))?)),
        (Some(_), Some(_)) => Err(Fault::value("give at, in frames, or beats, not both")),
    }
}
