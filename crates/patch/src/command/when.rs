//! When does a command take effect?

use super::fault::{CommandError, CommandFault};
use super::parse::at;
use crate::words::Word;
use sostenuto_units::Span;
use std::fmt;

/// When a command is to take effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// So long after the beginning of the frame clock.
    Time(Span),
    /// At a quarter note of the transport, counted from 1: number 17 lies 16 beats after the beginning.
    Beat(f64),
    /// At the line of a bar, counted from 1.
    Bar(u64),
    /// At the next bar line.
    NextBar,
    /// At the next beat of the time signature.
    NextBeat,
}

/// The highest number of a beat or a bar: 2^30, as far as a transport goes.
const MAX_NUMBER: u64 = 1 << 30;

impl When {
    /// The time after the beginning, if it is not told in bars or beats of the transport.
    pub fn span(&self) -> Option<Span> {
        match self {
            When::Time(span) => Some(*span),
            _ => None,
        }
    }
}

impl fmt::Display for When {
    /// As it stands before a command.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Time(span) => write!(f, "@{}", exact(span)),
            When::Beat(number) => write!(f, "at beat {number}"),
            When::Bar(number) => write!(f, "at bar {number}"),
            When::NextBar => f.write_str("at next bar"),
            When::NextBeat => f.write_str("at next beat"),
        }
    }
}

/// A span with every digit that it needs, and no space, so that it is one word.
pub(super) fn exact(span: &Span) -> String {
    match span {
        Span::Seconds(seconds) => format!("{}s", seconds.0),
        Span::Beats(beats) => format!("{}b", beats.0),
        Span::Frames(frames) => format!("{}f", frames.0),
    }
}

type Rest<'w> = &'w [Word];

/// The time at the beginning of a line, and the words after it.
pub(super) fn time<'w>(line: &str, words: &'w [Word]) -> Result<(Option<When>, Rest<'w>), CommandError> {
    let Some((first, rest)) = words.split_first() else { return Ok((None, words)) };
    if first.is_sign("at") {
        return after_at(line, first, rest).map(|(when, rest)| (Some(when), rest));
    }
    let text = match first.text.strip_prefix('@').filter(|_| !first.quoted) {
        Some(text) => text,
        None if first.text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) => {
            &first.text
        }
        None => return Ok((None, words)),
    };
    let time = text.parse().map_err(|why| at(line, &first.span, CommandFault::BadTime { why }))?;
    Ok((Some(When::Time(time)), rest))
}

/// What may follow `at`.
pub(super) const AFTER_AT: [(&str, &str); 3] = [
    ("bar", "at a bar, from 1"),
    ("beat", "at a quarter note, from 1"),
    ("next", "at the next bar line or the next beat"),
];

fn after_at<'w>(line: &str, first: &Word, words: Rest<'w>) -> Result<(When, Rest<'w>), CommandError> {
    let usage = "at TIME COMMAND, with 2.5s, bar 5, beat 17, next bar or next beat for TIME";
    let missing =
        |what, word: &Word| at(line, &(word.span.end..word.span.end), CommandFault::Missing { what, usage });
    let (word, rest) = words.split_first().ok_or_else(|| missing("a time", first))?;
    let next = rest.split_first();
    if word.is_sign("next") {
        let (what, rest) = next.ok_or_else(|| missing("bar or beat", word))?;
        let wrong = || CommandFault::Unexpected { word: what.text.clone(), usage };
        return match what.text.as_str() {
            "bar" => Ok((When::NextBar, rest)),
            "beat" => Ok((When::NextBeat, rest)),
            _ => Err(at(line, &what.span, wrong())),
        };
    }
    if word.is_sign("bar") || word.is_sign("beat") {
        let (number, rest) = next.ok_or_else(|| missing("a number", word))?;
        let (bar, what) = (word.text == "bar", if word.text == "bar" { "a bar" } else { "a beat" });
        let when = if bar { bar_number(&number.text).map(When::Bar) } else { beat_number(&number.text) };
        let fault = || CommandFault::NotA { word: number.text.clone(), what, accepted: "a number from 1 on" };
        return when.map(|when| (when, rest)).ok_or_else(|| at(line, &number.span, fault()));
    }
    let (time, rest) = span(line, word, rest)?;
    Ok((When::Time(time), rest))
}

/// A length of time, whose unit may stand apart from its number: `2 beats`.
pub(super) fn span<'w>(line: &str, word: &Word, rest: Rest<'w>) -> Result<(Span, Rest<'w>), CommandError> {
    if let Some((unit, rest)) = rest.split_first()
        && !unit.quoted
        && word.text.ends_with(|c: char| c.is_ascii_digit())
        && unit.text.chars().all(char::is_alphabetic)
        && let Ok(span) = format!("{}{}", word.text, unit.text).parse()
    {
        return Ok((span, rest));
    }
    let span = word.text.parse().map_err(|why| at(line, &word.span, CommandFault::BadTime { why }))?;
    Ok((span, rest))
}

/// A bar, from 1.
pub(super) fn bar_number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number))
}

fn beat_number(text: &str) -> Option<When> {
    let number = text.parse().ok().filter(|number| (1.0..=MAX_NUMBER as f64).contains(number));
    number.map(When::Beat)
}
