//! How are recordings begun, ended and listed?

use super::Command;
use super::fault::CommandError;
use super::parse::Args;
use super::playing::not_a;
use crate::words::quote;
use std::fmt;

/// How the samples of a recording are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Whole numbers of 16 bits, dithered.
    Int16,
    /// Whole numbers of 24 bits.
    #[default]
    Int24,
    /// Floating point of 32 bits: every sample as it was computed.
    Float32,
}

const DEPTHS: [(&str, Depth); 3] = [("16", Depth::Int16), ("24", Depth::Int24), ("32f", Depth::Float32)];

pub(super) fn record(args: &mut Args<'_>) -> Result<Command, CommandError> {
    if args.words.is_empty() {
        return Ok(Command::Recordings);
    }
    if args.keyword("stop") {
        return Ok(Command::EndRecording { path: args.rest() });
    }
    let path = args.text("a file")?;
    let (mut of, mut depth, mut overwrite) = (None, None, false);
    loop {
        if of.is_none() && args.keyword("of") {
            of = Some(args.text("a node")?);
        } else if depth.is_none() && args.keyword("depth") {
            let word = args.needed("16, 24 or 32f")?;
            let found = DEPTHS.iter().find(|(name, _)| *name == word.text);
            let wrong = || not_a(args, word, "a depth", "16, 24 or 32f");
            depth = Some(found.map(|(_, depth)| *depth).ok_or_else(wrong)?);
        } else if !overwrite && args.keyword("overwrite") {
            overwrite = true;
        } else {
            return Ok(Command::Record { path, of, depth: depth.unwrap_or_default(), overwrite });
        }
    }
}

/// Writes the commands about recordings.
pub(super) fn write(command: &Command, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match command {
        Command::Recordings => f.write_str("record"),
        Command::EndRecording { path } => {
            f.write_str("record stop")?;
            path.iter().try_for_each(|path| write!(f, " {}", quote(path)))
        }
        Command::Record { path, of, depth, overwrite } => {
            // A file of this name is not what ends recordings.
            let path = if path == "stop" { "\"stop\"".into() } else { quote(path) };
            write!(f, "record {path}")?;
            of.iter().try_for_each(|node| write!(f, " of {}", quote(node)))?;
            let named = DEPTHS.iter().find(|(_, named)| named == depth && *depth != Depth::default());
            named.iter().try_for_each(|(name, _)| write!(f, " depth {name}"))?;
            if *overwrite { f.write_str(" overwrite") } else { Ok(()) }
        }
        _ => Ok(()),
    }
}
