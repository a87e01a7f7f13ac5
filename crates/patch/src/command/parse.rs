//! From a line to a command.

use super::fault::{CommandError, CommandFault};
use super::table::find_or_suggest;
use super::when::{self, time};
use super::{ScriptLine, Timed};
use crate::limits::MAX_LINE;
use crate::words::{Word, words};
use sostenuto_units::Span;

/// Reads a line: a command, a time and a command, or nothing (a blank line, or only a comment).
///
/// A time is `2.5s`, `at 2.5s`, `@2.5s`, `@96000f`, or a bare number of seconds; in musical time it is `at bar 5`, `at beat 17`,
/// `at next bar`, `at next beat`.
///
/// # Errors
/// What is wrong and in which column; [`CommandError::excerpt`] marks the place.
pub fn parse(line: &str) -> Result<Option<Timed>, CommandError> {
    if line.len() > MAX_LINE {
        return Err(CommandFault::TooLong.into());
    }
    let words = words(line, None, true);
    if let Some(place) = words.iter().find_map(|w| w.open_quote) {
        return Err(at(line, &(place..place + 1), CommandFault::OpenQuote));
    }
    let (time, rest) = time(line, &words)?;
    let Some((name, rest)) = rest.split_first() else {
        return match words.last() {
            Some(last) => Err(at(line, &(last.span.end..last.span.end), CommandFault::NoCommand)),
            None => Ok(None),
        };
    };
    let info = find_or_suggest(&name.text).map_err(|fault| at(line, &name.span, fault))?;
    let mut args = Args { line, words: rest, usage: info.usage };
    let command = (info.read)(&mut args)?;
    args.end()?;
    Ok(Some(Timed { at: time, command }))
}

/// Reads a script: all its lines that say something.
///
/// # Errors
/// Every line that cannot be read, with its number from 1.
pub fn parse_script(text: &str) -> Result<Vec<ScriptLine>, Vec<(usize, CommandError)>> {
    let mut read = Vec::new();
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        match parse(line) {
            Ok(None) => {}
            Ok(Some(timed)) => read.push(ScriptLine { line: number + 1, timed }),
            Err(error) => wrong.push((number + 1, error)),
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

/// An error at a place of the line.
pub(super) fn at(line: &str, span: &std::ops::Range<usize>, fault: CommandFault) -> CommandError {
    let column = line.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
    CommandError { span: Some(span.clone()), column: Some(column), fault }
}

/// The words of a command that are not read yet.
pub(super) struct Args<'l> {
    pub line: &'l str,
    pub words: &'l [Word],
    usage: &'static str,
}

impl<'l> Args<'l> {
    pub fn next(&mut self) -> Option<&'l Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    pub fn needed(&mut self, what: &'static str) -> Result<&'l Word, CommandError> {
        let end = self.line.trim_end().len();
        let missing = || at(self.line, &(end..end), CommandFault::Missing { what, usage: self.usage });
        match self.words.first() {
            Some(_) => Ok(()),
            None => Err(missing()),
        }?;
        self.next().ok_or_else(|| CommandFault::Missing { what, usage: self.usage }.into())
    }

    pub fn text(&mut self, what: &'static str) -> Result<String, CommandError> {
        Ok(self.needed(what)?.text.clone())
    }

    pub fn rest(&mut self) -> Option<String> {
        self.next().map(|w| w.text.clone())
    }

    /// Takes the next word if it is this one.
    pub fn keyword(&mut self, keyword: &str) -> bool {
        let is = self.words.first().is_some_and(|w| w.is_sign(keyword));
        if is {
            self.words = &self.words[1..];
        }
        is
    }

    /// A length of time.
    pub fn span(&mut self) -> Result<Span, CommandError> {
        let word = self.needed("a time")?;
        let (span, rest) = when::span(self.line, word, self.words)?;
        self.words = rest;
        Ok(span)
    }

    pub fn unexpected(&self, word: &Word) -> CommandError {
        at(self.line, &word.span, CommandFault::Unexpected { word: word.text.clone(), usage: self.usage })
    }

    /// `NODE.PARAM`.
    pub fn dotted(&mut self) -> Result<(String, String), CommandError> {
        let word = self.needed("NODE.PARAM")?;
        match word.text.split_once('.') {
            Some((node, param)) if !node.is_empty() && !param.is_empty() => {
                Ok((node.to_owned(), param.to_owned()))
            }
            _ => Err(at(self.line, &word.span, CommandFault::NotDotted { word: word.text.clone() })),
        }
    }

    /// `KEY=VALUE` as often as it comes.
    pub fn assignments(&mut self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        while let Some((key, value)) = self.words.first().and_then(Word::assignment) {
            all.push((key.to_owned(), value.to_owned()));
            self.words = &self.words[1..];
        }
        all
    }

    pub fn end(&mut self) -> Result<(), CommandError> {
        self.next().map_or(Ok(()), |word| Err(self.unexpected(word)))
    }
}
