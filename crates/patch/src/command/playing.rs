//! How do commands about notes and musical time read their words?

use super::fault::{CommandError, CommandFault};
use super::parse::{Args, at};
use super::when::bar_number;
use super::{Command, Mark};
use crate::words::Word;
use sostenuto_nodes::LooperOrder;
use sostenuto_units::{Pitch, Span, Tempo};

type Read = Result<Command, CommandError>;

/// How hard a note is struck that does not say it.
const VELOCITY: f64 = 0.8;
const PITCH: &str = "a pitch (C4, F#3, 60.5 or A4+25c)";

pub fn note(args: &mut Args<'_>) -> Read {
    let node = instrument(args);
    let pitch = pitch(args)?;
    let velocity = match args.words.first() {
        Some(word) if !word.is_sign("for") => number(args, "a velocity", "0 to 1", 0.0, 1.0)?,
        _ => VELOCITY,
    };
    let length = if args.keyword("for") { Some(args.span()?) } else { None };
    Ok(Command::Note { node, pitch, velocity, length })
}

pub fn off(args: &mut Args<'_>) -> Read {
    let node = instrument(args);
    let pitch = if args.words.is_empty() { None } else { Some(pitch(args)?) };
    Ok(Command::Off { node, pitch })
}

pub fn bend(args: &mut Args<'_>) -> Read {
    let (node, pitch) = (instrument(args), pitch(args)?);
    let semitones = number(args, "a bend", "-96 to 96 semitones", -96.0, 96.0)?;
    Ok(Command::Bend { node, pitch, semitones })
}

pub fn pressure(args: &mut Args<'_>) -> Read {
    let (node, pitch) = (instrument(args), pitch(args)?);
    Ok(Command::Pressure { node, pitch, value: number(args, "a pressure", "0 to 1", 0.0, 1.0)? })
}

/// What a looper can be told, by name.
pub(super) const ORDERS: [(&str, LooperOrder); 6] = [
    ("record", LooperOrder::Record),
    ("overdub", LooperOrder::Overdub),
    ("play", LooperOrder::Play),
    ("stop", LooperOrder::Stop),
    ("undo", LooperOrder::Undo),
    ("clear", LooperOrder::Clear),
];

pub fn looper(args: &mut Args<'_>) -> Read {
    let node = args.text("a node")?;
    let word = args.needed("what to do")?;
    if word.is_sign("multiply") {
        let times = number(args, "how many times", "2 to 64", 2.0, 64.0)?;
        return Ok(Command::Loop { node, order: LooperOrder::Multiply(times as u32) });
    }
    match ORDERS.iter().find(|(name, _)| word.is_sign(name)) {
        Some((_, order)) => Ok(Command::Loop { node, order: *order }),
        None => {
            Err(not_a(args, word, "what to do", "record, overdub, play, stop, undo, clear or multiply N"))
        }
    }
}

pub fn trigger(args: &mut Args<'_>) -> Read {
    let node = args.text("a node")?;
    let place = number(args, "a slot", "a slot, from 1", 1.0, 65_535.0)? as u64;
    let mut values = Vec::new();
    if args.words.first().is_some_and(|word| word.equals.is_none()) {
        values.push(("velocity".to_owned(), number(args, "a velocity", "0 to 1", 0.0, 1.0)?));
    }
    let id = told_values(args, &mut values)?;
    Ok(Command::Tell { node, verb: "trigger".to_owned(), place, id, values })
}

pub fn tell(args: &mut Args<'_>) -> Read {
    let (node, verb) = (args.text("a node")?, args.text("what to tell it")?);
    let mut place = 0;
    if args.words.first().is_some_and(|word| word.equals.is_none()) {
        place = number(args, "a place", "a place, from 1", 1.0, 65_535.0)? as u64;
    }
    let mut values = Vec::new();
    let id = told_values(args, &mut values)?;
    Ok(Command::Tell { node, verb, place, id, values })
}

/// Reads `NAME=NUMBER` to the end, and gives what `id` is.
fn told_values(args: &mut Args<'_>, values: &mut Vec<(String, f64)>) -> Result<u32, CommandError> {
    let mut id = 0;
    while let Some(word) = args.words.first() {
        let wrong = |args: &Args<'_>| not_a(args, word, "a value", "NAME=NUMBER, as in gain=0.5");
        let Some((name, value)) = word.text.split_once('=') else { return Err(wrong(args)) };
        let Some(value) = value.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            return Err(wrong(args));
        };
        match name {
            "id" if value.fract() == 0.0 && (1.0..=f64::from(MOST_ID)).contains(&value) => id = value as u32,
            "id" => return Err(not_a(args, word, "an id", "a whole number from 1 to 2147483647")),
            _ => values.push((name.to_owned(), value + 0.0)),
        }
        args.words = args.words.get(1..).unwrap_or_default();
    }
    Ok(id)
}

/// The last id that a command can give; those beyond are the engine's.
const MOST_ID: u32 = i32::MAX as u32;

pub fn seek(args: &mut Args<'_>) -> Read {
    let word = args.needed("a bar or a number of beats")?;
    if let Some(beats) = beats(args, word) {
        return Ok(Command::Seek { to: Mark::Beats(beats) });
    }
    let (bar, beat) = word.text.split_once(':').unwrap_or((&word.text, "1"));
    let beat = beat.parse().ok().filter(|beat| (1.0..=MAX_BEAT).contains(beat));
    match (bar_number(bar), beat) {
        (Some(bar), Some(beat)) => Ok(Command::Seek { to: Mark::Bar { bar, beat } }),
        _ => Err(not_a(
            args,
            word,
            "a place",
            "a bar (5), a bar and its beat from 1 (5:3), or beats (16 beats)",
        )),
    }
}

/// The highest beat of a bar: 64 is the most that a bar has.
const MAX_BEAT: f64 = 65.0;
/// The furthest beat, as a transport has it.
const MAX_BEATS: f64 = (1u64 << 30) as f64;

/// `16b`, `16 beats`.
fn beats(args: &mut Args<'_>, word: &Word) -> Option<f64> {
    let apart =
        args.words.first().filter(|unit| !unit.quoted && word.text.ends_with(|c: char| c.is_ascii_digit()));
    let text = apart.map_or(word.text.clone(), |unit| format!("{}{}", word.text, unit.text));
    match text.parse() {
        Ok(Span::Beats(beats)) if beats.0 <= MAX_BEATS => {
            args.words = args.words.get(usize::from(apart.is_some())..).unwrap_or_default();
            Some(beats.0)
        }
        _ => None,
    }
}

pub fn tempo(args: &mut Args<'_>) -> Read {
    let word = args.needed("a tempo")?;
    args.keyword("bpm");
    let tempo = word.text.parse::<Tempo>().ok().filter(|tempo| (1.0..=1000.0).contains(&tempo.0));
    let bpm = tempo.ok_or_else(|| not_a(args, word, "a tempo", "1 to 1000 beats per minute"))?.0;
    let over = if args.keyword("over") { Some(args.span()?) } else { None };
    Ok(Command::Tempo { bpm, over })
}

pub fn meter(args: &mut Args<'_>) -> Read {
    let word = args.needed("a time signature")?;
    let read = |text: &str| text.parse::<u32>().ok();
    let (upper, lower) = word.text.split_once('/').unwrap_or_default();
    let upper = read(upper).filter(|n| (1..=64).contains(n));
    let lower = read(lower).filter(|n| [1, 2, 4, 8, 16, 32].contains(n));
    match (upper, lower) {
        (Some(numerator), Some(denominator)) => Ok(Command::Meter { numerator, denominator }),
        _ => Err(not_a(
            args,
            word,
            "a time signature",
            "1 to 64, a slash, and 1, 2, 4, 8, 16 or 32, as in 6/8",
        )),
    }
}

/// The word of a node before a pitch. A word that is a pitch is meant as one, unless another note's name follows.
fn instrument(args: &mut Args<'_>) -> Option<String> {
    let is_pitch = |word: &Word| !word.quoted && word.text.parse::<Pitch>().is_ok();
    let is_name = |word: &Word| is_pitch(word) && word.text.starts_with(|c: char| c.is_ascii_alphabetic());
    let first = args.words.first()?;
    if is_pitch(first) && !args.words.get(1).is_some_and(is_name) {
        return None;
    }
    args.words = args.words.get(1..).unwrap_or_default();
    Some(first.text.clone())
}

fn pitch(args: &mut Args<'_>) -> Result<Pitch, CommandError> {
    let word = args.needed(PITCH)?;
    word.text.parse().map_err(|why| at(args.line, &word.span, CommandFault::BadPitch { why }))
}

fn number(
    args: &mut Args<'_>,
    what: &'static str,
    accepted: &'static str,
    min: f64,
    max: f64,
) -> Result<f64, CommandError> {
    let word = args.needed(what)?;
    let number = word.text.parse().ok().filter(|number| (min..=max).contains(number));
    // The sum takes the sign from a zero.
    number.map(|number: f64| number + 0.0).ok_or_else(|| not_a(args, word, what, accepted))
}

pub(super) fn not_a(
    args: &Args<'_>,
    word: &Word,
    what: &'static str,
    accepted: &'static str,
) -> CommandError {
    at(args.line, &word.span, CommandFault::NotA { word: word.text.clone(), what, accepted })
}
