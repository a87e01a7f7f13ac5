//! The language of the prompt and of scripts: lines to commands, commands to patches.

mod complete;
mod edit;
mod fault;
mod parse;
mod rewire;
mod table;

pub use complete::{Candidate, complete};
pub use edit::edit;
pub use fault::{CommandError, CommandFault};
pub use parse::{parse, parse_script};
pub use table::{CommandInfo, commands, help};

use crate::words::quote;
use sostenuto_units::Span;
use std::fmt;

/// A command and when it is to take effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// From the beginning; at once if there is none.
    pub at: Option<Span>,
    /// The command.
    pub command: Command,
}

/// A line of a script that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptLine {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub timed: Timed,
}

/// The path on which a parameter goes to its new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// A straight line.
    Linear,
    /// Equal ratios in equal times.
    Exponential,
    /// The smoothest path: no corner at either end.
    Glide,
}

/// What can be said. Names are labels; values are as they were written, for the parameter to read in its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Sets a parameter, or a setting.
    Set {
        /// The node.
        node: String,
        /// The parameter or setting.
        param: String,
        /// The value.
        value: String,
        /// How long it takes to get there.
        over: Option<Span>,
        /// On which path.
        ramp: Option<Ramp>,
    },
    /// Adds a node.
    Add {
        /// What it is called.
        name: String,
        /// Its kind.
        kind: String,
        /// Its values by name.
        values: Vec<(String, String)>,
        /// What feeds it: `NODE` or `NODE.PORT`.
        from: Vec<String>,
        /// What it feeds.
        to: Vec<String>,
    },
    /// Removes a node and its cables.
    Remove {
        /// The node.
        node: String,
    },
    /// Puts another kind in a node's place. Cables stay, and parameters that both kinds have.
    Replace {
        /// The node.
        node: String,
        /// The new kind.
        kind: String,
        /// Its values by name.
        values: Vec<(String, String)>,
    },
    /// Lays a cable.
    Connect {
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// To where.
        to: String,
        /// Its gain.
        gain: Option<String>,
    },
    /// Takes cables away: all that fit.
    Disconnect {
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// To where.
        to: String,
    },
    /// Lets a signal move a parameter.
    Drive {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// How far a signal of 1 moves it.
        depth: String,
    },
    /// Ends that: for one source, or for all.
    Undrive {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// From where: `NODE` or `NODE.PORT`.
        from: Option<String>,
    },
    /// Lets a node's input through unchanged, or not; the other of the two if it is not said.
    Bypass {
        /// The node.
        node: String,
        /// Whether.
        on: Option<bool>,
    },
    /// Gives a node another label. It keeps its id, so it keeps sounding.
    Rename {
        /// The present label.
        from: String,
        /// The new one.
        to: String,
    },
    /// Lets a node forget what it has heard, and unmutes it.
    Reset {
        /// The node.
        node: String,
    },
    /// Lists the nodes.
    List,
    /// Shows a node.
    Show {
        /// The node.
        node: String,
    },
    /// Shows levels.
    Meters,
    /// Lists the kinds, or tells about one.
    Nodes {
        /// The kind.
        kind: Option<String>,
    },
    /// Takes a document from a file.
    Load {
        /// The file.
        path: String,
    },
    /// Writes the document to a file.
    Save {
        /// The file; the one that it came from if it is not said.
        path: Option<String>,
    },
    /// Takes the last edit back.
    Undo,
    /// Takes the last undo back.
    Redo,
    /// Tells about the commands, or about one.
    Help {
        /// The command.
        command: Option<String>,
    },
    /// Shows load and dropouts.
    Stats,
    /// Asks the audio thread to answer.
    Ping,
    /// Ends the program.
    Quit,
}

impl Command {
    /// Whether [`edit`] takes it: whether it changes the patch.
    pub fn is_edit(&self) -> bool {
        use Command as C;
        matches!(
            self,
            C::Set { .. }
                | C::Add { .. }
                | C::Remove { .. }
                | C::Replace { .. }
                | C::Connect { .. }
                | C::Disconnect { .. }
                | C::Drive { .. }
                | C::Undrive { .. }
                | C::Bypass { .. }
                | C::Rename { .. }
        )
    }
}

impl fmt::Display for Ramp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ramp::Linear => "linear",
            Ramp::Exponential => "exponential",
            Ramp::Glide => "glide",
        })
    }
}

/// A span with every digit that it needs, and no space, so that it is one word.
fn exact(span: &Span) -> String {
    match span {
        Span::Seconds(seconds) => format!("{}s", seconds.0),
        Span::Beats(beats) => format!("{}b", beats.0),
        Span::Frames(frames) => format!("{}f", frames.0),
    }
}

impl fmt::Display for Timed {
    /// The line of a script that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "@{} {}", exact(at), self.command),
            None => self.command.fmt(f),
        }
    }
}

impl fmt::Display for Command {
    /// The line that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let q = |text: &String| quote(text);
        let option =
            |text: &Option<String>| text.as_ref().map_or(String::new(), |t| format!(" {}", quote(t)));
        match self {
            Command::Set { node, param, value, over, ramp } => {
                write!(f, "set {} {}", quote(&format!("{node}.{param}")), q(value))?;
                over.iter().try_for_each(|over| write!(f, " over {}", exact(over)))?;
                ramp.iter().try_for_each(|ramp| write!(f, " {ramp}"))
            }
            Command::Add { name, kind, values, from, to } => {
                write!(f, "add {} {}{}", q(name), q(kind), assignments(values))?;
                from.iter().try_for_each(|from| write!(f, " from {}", q(from)))?;
                to.iter().try_for_each(|to| write!(f, " to {}", q(to)))
            }
            Command::Remove { node } => write!(f, "remove {}", q(node)),
            Command::Replace { node, kind, values } => {
                write!(f, "replace {} {}{}", q(node), q(kind), assignments(values))
            }
            Command::Connect { from, to, gain } => {
                write!(f, "connect {} {}", q(from), q(to))?;
                gain.iter().try_for_each(|gain| write!(f, " gain={}", q(gain)))
            }
            Command::Disconnect { from, to } => write!(f, "disconnect {} {}", q(from), q(to)),
            Command::Drive { node, param, from, depth } => {
                write!(f, "drive {} from {} depth {}", quote(&format!("{node}.{param}")), q(from), q(depth))
            }
            Command::Undrive { node, param, from } => {
                write!(f, "undrive {}{}", quote(&format!("{node}.{param}")), option(from))
            }
            Command::Bypass { node, on } => {
                write!(f, "bypass {}{}", q(node), on.map_or("", |on| if on { " on" } else { " off" }))
            }
            Command::Rename { from, to } => write!(f, "rename {} {}", q(from), q(to)),
            Command::Reset { node } => write!(f, "reset {}", q(node)),
            Command::List => f.write_str("list"),
            Command::Show { node } => write!(f, "show {}", q(node)),
            Command::Meters => f.write_str("meters"),
            Command::Nodes { kind } => write!(f, "nodes{}", option(kind)),
            Command::Load { path } => write!(f, "load {}", q(path)),
            Command::Save { path } => write!(f, "save{}", option(path)),
            Command::Undo => f.write_str("undo"),
            Command::Redo => f.write_str("redo"),
            Command::Help { command } => write!(f, "help{}", option(command)),
            Command::Stats => f.write_str("stats"),
            Command::Ping => f.write_str("ping"),
            Command::Quit => f.write_str("quit"),
        }
    }
}

fn assignments(values: &[(String, String)]) -> String {
    values.iter().map(|(key, value)| format!(" {key}={}", quote(value))).collect()
}
