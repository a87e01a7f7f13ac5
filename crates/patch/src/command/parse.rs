//! From a line to a command.

use super::fault::{CommandError, CommandFault};
use super::table::find_or_suggest;
use super::{ScriptLine, Timed};
use crate::limits::MAX_LINE;
use crate::words::{Word, words};
use sostenuto_units::Span;

/// Reads a line: a command, a time and a command, or nothing (a blank line, or only a comment).
///
/// A time is `2.5s`, `at 2.5s`, `@2.5s`, `@96000f`, or a bare number of seconds.
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

/// The time at the beginning of a line, and the words after it.
pub(super) fn time<'w>(line: &str, words: &'w [Word]) -> Result<(Option<Span>, &'w [Word]), CommandError> {
    let Some(first) = words.first() else { return Ok((None, words)) };
    let (word, text, rest) = if first.is_sign("at") {
        let usage = "at TIME COMMAND";
        let missing =
            || at(line, &(first.span.end..first.span.end), CommandFault::Missing { what: "a time", usage });
        let word = words.get(1).ok_or_else(missing)?;
        (word, word.text.as_str(), &words[2..])
    } else if let Some(text) = first.text.strip_prefix('@').filter(|_| !first.quoted) {
        (first, text, &words[1..])
    } else if first.text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        (first, first.text.as_str(), &words[1..])
    } else {
        return Ok((None, words));
    };
    let time = text.parse().map_err(|why| at(line, &word.span, CommandFault::BadTime { why }))?;
    Ok((Some(time), rest))
}

/// An error at a place of the line.
pub(super) fn at(line: &str, span: &std::ops::Range<usize>, fault: CommandFault) -> CommandError {
    let column = line.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
    CommandError { span: Some(span.clone()), column: Some(column), fault }
}

/// The words of a command that are not read yet.
pub(super) struct Args<'l> {
    line: &'l str,
    words: &'l [Word],
    usage: &'static str,
}

impl<'l> Args<'l> {
    fn next(&mut self) -> Option<&'l Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn needed(&mut self, what: &'static str) -> Result<&'l Word, CommandError> {
        let end = self.line.trim_end().len();
        let missing = || at(self.line, &(end..end), CommandFault::Missing { what, usage: self.usage });
        match self.words.first() {
            Some(_) => Ok(()),
            None => Err(missing()),
        }?;
        self.next().ok_or_else(|| CommandFault::Missing { what, usage: self.usage }.into())
    }

    fn text(&mut self, what: &'static str) -> Result<String, CommandError> {
        Ok(self.needed(what)?.text.clone())
    }

    fn rest(&mut self) -> Option<String> {
        self.next().map(|w| w.text.clone())
    }

    /// Takes the next word if it is this one.
    fn keyword(&mut self, keyword: &str) -> bool {
        let is = self.words.first().is_some_and(|w| w.is_sign(keyword));
        if is {
            self.words = &self.words[1..];
        }
        is
    }

    fn unexpected(&self, word: &Word) -> CommandError {
        at(self.line, &word.span, CommandFault::Unexpected { word: word.text.clone(), usage: self.usage })
    }

    /// `NODE.PARAM`.
    fn dotted(&mut self) -> Result<(String, String), CommandError> {
        let word = self.needed("NODE.PARAM")?;
        match word.text.split_once('.') {
            Some((node, param)) if !node.is_empty() && !param.is_empty() => {
                Ok((node.to_owned(), param.to_owned()))
            }
            _ => Err(at(self.line, &word.span, CommandFault::NotDotted { word: word.text.clone() })),
        }
    }

    /// `KEY=VALUE` as often as it comes.
    fn assignments(&mut self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        while let Some((key, value)) = self.words.first().and_then(Word::assignment) {
            all.push((key.to_owned(), value.to_owned()));
            self.words = &self.words[1..];
        }
        all
    }

    fn end(&mut self) -> Result<(), CommandError> {
        self.next().map_or(Ok(()), |word| Err(self.unexpected(word)))
    }
}

/// How each command reads its words.
pub(super) mod read {
    use super::super::fault::{CommandError, CommandFault};
    use super::super::table::RAMPS;
    use super::super::{Command, Ramp};
    use super::{Args, Word, at};
    use sostenuto_units::Span;

    type Read = Result<Command, CommandError>;

    pub fn set(args: &mut Args<'_>) -> Read {
        let (node, param) = args.dotted()?;
        let mut value = args.text("a value")?;
        let (mut over, mut ramp): (Option<Span>, Option<Ramp>) = (None, None);
        value.push_str(unit(args, &value));
        loop {
            if over.is_none() && args.keyword("over") {
                let word = args.needed("a time")?;
                let time = word.text.parse();
                over = Some(time.map_err(|why| at(args.line, &word.span, CommandFault::BadTime { why }))?);
            } else if let (None, Some((_, named))) = (ramp, RAMPS.iter().find(|(name, _)| args.keyword(name)))
            {
                ramp = Some(*named);
            } else {
                return Ok(Command::Set { node, param, value, over, ramp });
            }
        }
    }

    /// The unit that stands apart from its number: `set filter.cutoff 2 kHz` says what `2kHz` does.
    fn unit<'l>(args: &mut Args<'l>, value: &str) -> &'l str {
        let is_unit = |w: &&Word| {
            let is_sign = w.is_sign("over") || RAMPS.iter().any(|(name, _)| w.is_sign(name));
            !is_sign && !w.quoted && w.equals.is_none() && value.ends_with(|c: char| c.is_ascii_digit())
        };
        let Some(word) = args.words.first().filter(is_unit) else { return "" };
        args.words = &args.words[1..];
        &word.text
    }

    pub fn add(args: &mut Args<'_>) -> Read {
        let name = args.text("a name")?;
        let kind = args.text("a kind")?;
        let mut values = args.assignments();
        let (mut from, mut to) = (Vec::new(), Vec::new());
        loop {
            let (list, what) = if args.keyword("from") {
                (&mut from, "a source")
            } else if args.keyword("to") {
                (&mut to, "a node")
            } else {
                return Ok(Command::Add { name, kind, values, from, to });
            };
            list.push(args.text(what)?);
            while args
                .words
                .first()
                .is_some_and(|w| w.equals.is_none() && !w.is_sign("from") && !w.is_sign("to"))
            {
                list.extend(args.rest());
            }
            values.extend(args.assignments());
        }
    }

    pub fn remove(args: &mut Args<'_>) -> Read {
        Ok(Command::Remove { node: args.text("a node")? })
    }

    pub fn replace(args: &mut Args<'_>) -> Read {
        Ok(Command::Replace {
            node: args.text("a node")?,
            kind: args.text("a kind")?,
            values: args.assignments(),
        })
    }

    pub fn connect(args: &mut Args<'_>) -> Read {
        let (from, to) = (args.text("a source")?, args.text("a node to connect to")?);
        let gain = args.words.first().and_then(|w| w.assignment()).filter(|(key, _)| *key == "gain");
        let gain = gain.map(|(_, value)| value.to_owned());
        if gain.is_some() {
            args.words = &args.words[1..];
        }
        Ok(Command::Connect { from, to, gain })
    }

    pub fn disconnect(args: &mut Args<'_>) -> Read {
        Ok(Command::Disconnect { from: args.text("a source")?, to: args.text("a node")? })
    }

    pub fn drive(args: &mut Args<'_>) -> Read {
        let (node, param) = args.dotted()?;
        let mut after = |keyword: &'static str| {
            let word = args.needed(keyword)?;
            if !word.is_sign(keyword) {
                return Err(args.unexpected(word));
            }
            args.text(if keyword == "from" { "a source" } else { "a depth" })
        };
        let from = after("from")?;
        let depth = after("depth")?;
        Ok(Command::Drive { node, param, from, depth })
    }

    pub fn undrive(args: &mut Args<'_>) -> Read {
        let (node, param) = args.dotted()?;
        Ok(Command::Undrive { node, param, from: args.rest() })
    }

    pub fn bypass(args: &mut Args<'_>) -> Read {
        let node = args.text("a node")?;
        let on = match args.words.first().map(|w| w.text.as_str()) {
            Some("on") => Some(true),
            Some("off") => Some(false),
            _ => None,
        };
        if on.is_some() {
            args.words = &args.words[1..];
        }
        Ok(Command::Bypass { node, on })
    }

    pub fn rename(args: &mut Args<'_>) -> Read {
        Ok(Command::Rename { from: args.text("a node")?, to: args.text("a new name")? })
    }

    pub fn reset(args: &mut Args<'_>) -> Read {
        Ok(Command::Reset { node: args.text("a node")? })
    }

    pub fn show(args: &mut Args<'_>) -> Read {
        Ok(Command::Show { node: args.text("a node")? })
    }

    pub fn nodes(args: &mut Args<'_>) -> Read {
        Ok(Command::Nodes { kind: args.rest() })
    }

    pub fn load(args: &mut Args<'_>) -> Read {
        Ok(Command::Load { path: args.text("a file")? })
    }

    pub fn save(args: &mut Args<'_>) -> Read {
        Ok(Command::Save { path: args.rest() })
    }

    pub fn help(args: &mut Args<'_>) -> Read {
        Ok(Command::Help { command: args.rest() })
    }

    macro_rules! bare {
        ($($name:ident => $command:ident),*) => {
            $(pub fn $name(_: &mut Args<'_>) -> Read {
                Ok(Command::$command)
            })*
        };
    }
    bare!(list => List, meters => Meters, undo => Undo, redo => Redo, stats => Stats, ping => Ping, quit => Quit);
}
