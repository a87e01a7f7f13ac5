//! What can be wrong with a command, each with what would be right.

use crate::problem::{Problem, caret};
use sostenuto_units::ParseError;
use std::fmt;
use std::ops::Range;

/// Why a line is not a command, or why a command cannot be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandError {
    /// Where in the line, in bytes, if it is about a place in it.
    pub span: Option<Range<usize>>,
    /// The column, in characters from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub fault: CommandFault,
}

/// What is wrong. The message of each says the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandFault {
    /// More bytes than a line may have.
    #[error("the line is longer than {} bytes", crate::MAX_LINE)]
    TooLong,
    /// A node that is no port to a device.
    #[error(
        "`{node}` ({kind}) has no device, so it keeps no time; name an audio_out or an audio_in, `auto` or `internal`"
    )]
    NoPort {
        /// The node.
        node: String,
        /// Its kind.
        kind: String,
    },
    /// A quote that is not closed.
    #[error("the quote is not closed")]
    OpenQuote,
    /// A word that is not a command.
    #[error("there is no command `{name}`{}; `help` lists them", meant(.suggestion))]
    UnknownCommand {
        /// The word.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A time and nothing after it.
    #[error("a time and no command; write for example 2.5s set filter.cutoff 400")]
    NoCommand,
    /// Not a time.
    #[error("not a time: {why}")]
    BadTime {
        /// Why.
        why: ParseError,
    },
    /// Not a pitch.
    #[error("not a pitch: {why}")]
    BadPitch {
        /// Why.
        why: ParseError,
    },
    /// A number, or what should be one, out of range.
    #[error("`{word}` is not {what}; write {accepted}")]
    NotA {
        /// The word.
        word: String,
        /// What it is not.
        what: &'static str,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// Something is missing at the end.
    #[error("{what} is missing; write {usage}")]
    Missing {
        /// What.
        what: &'static str,
        /// How the command is written.
        usage: &'static str,
    },
    /// A word that does not belong there.
    #[error("`{word}` does not belong here; write {usage}")]
    Unexpected {
        /// The word.
        word: String,
        /// How the command is written.
        usage: &'static str,
    },
    /// A parameter without its node.
    #[error("`{word}` is not a parameter of a node; write NODE.PARAM, as in filter.cutoff")]
    NotDotted {
        /// The word.
        word: String,
    },
    /// A command that does not change the patch.
    #[error("`{command}` does not change the patch")]
    NotAnEdit {
        /// The command.
        command: String,
    },
    /// A parameter that follows no points.
    #[error("`{node}.{param}` follows no points; `automate {node}.{param} 0=VALUE 4=VALUE` lets it")]
    NotAutomated {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
    },
    /// No such node.
    #[error("there is no node `{node}`{}; `list` shows them", meant(.suggestion))]
    UnknownNode {
        /// The name.
        node: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A name that is in use.
    #[error("there is a node `{name}` already; choose another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No such cable.
    #[error("no cable goes from `{from}` to `{to}`")]
    NoCable {
        /// From where.
        from: String,
        /// To where.
        to: String,
    },
    /// Nothing drives that.
    #[error("nothing of that kind drives `{param}`; `show` tells what does")]
    NoDrive {
        /// The parameter.
        param: String,
    },
    /// A ramp for what cannot have one.
    #[error("`{name}` is fixed for the node's life and cannot go over a time; leave that out")]
    NoRamp {
        /// The setting.
        name: String,
    },
    /// The patch would not be one that can sound.
    #[error("{}", joined(.problems))]
    Problems {
        /// All that would be wrong.
        problems: Vec<Problem>,
    },
}

impl CommandError {
    /// The line, and below it a mark under the place; empty if it is about no place.
    pub fn excerpt(&self, line: &str) -> String {
        self.span.as_ref().map_or(String::new(), |span| caret(line, span.clone()))
    }
}

impl From<CommandFault> for CommandError {
    fn from(fault: CommandFault) -> Self {
        CommandError { span: None, column: None, fault }
    }
}

impl From<Vec<Problem>> for CommandError {
    fn from(problems: Vec<Problem>) -> Self {
        CommandFault::Problems { problems }.into()
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = self.column {
            write!(f, "column {column}: ")?;
        }
        self.fault.fmt(f)
    }
}

impl std::error::Error for CommandError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.fault)
    }
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or(String::new(), |s| format!(" (did you mean `{s}`?)"))
}

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}
