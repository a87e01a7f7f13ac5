//! How is a command written down, so that it is read as the same?

use super::playing::ORDERS;
use super::when::exact;
use super::{Command, Mark, Ramp, Tail, Timed, recording};
use crate::words::quote;
use sostenuto_nodes::LooperOrder;
use sostenuto_units::Pitch;
use std::fmt;

impl fmt::Display for Ramp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ramp::Linear => "linear",
            Ramp::Exponential => "exponential",
            Ramp::Glide => "glide",
        })
    }
}

impl fmt::Display for Timed {
    /// The line of a script that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(when) => write!(f, "{when} {}", self.command),
            None => self.command.fmt(f),
        }
    }
}

impl fmt::Display for Command {
    /// The line that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let q = |text: &String| quote(text);
        match self {
            command if command.is_edit() => write_edit(command, f),
            Command::Reset { node } => write!(f, "reset {}", q(node)),
            Command::Start => f.write_str("start"),
            Command::Pause => f.write_str("pause"),
            Command::Stop => f.write_str("stop"),
            Command::Where => f.write_str("where"),
            Command::List => f.write_str("list"),
            Command::Show { node } => write!(f, "show {}", q(node)),
            Command::Meters => f.write_str("meters"),
            Command::Nodes { kind } => write!(f, "nodes{}", option(kind)),
            Command::Load { path } => write!(f, "load {}", q(path)),
            Command::Save { path } => write!(f, "save{}", option(path)),
            Command::Undo { steps } => write!(f, "undo{}", times(*steps)),
            Command::Redo { steps } => write!(f, "redo{}", times(*steps)),
            Command::Help { command } => write!(f, "help{}", option(command)),
            Command::Stats => f.write_str("stats"),
            Command::Ports => f.write_str("ports"),
            Command::Devices => f.write_str("devices"),
            Command::Ping => f.write_str("ping"),
            Command::Quit => f.write_str("quit"),
            command if command.records() || *command == Command::Recordings => recording::write(command, f),
            command => write_playing(command, f),
        }
    }
}

/// Writes the commands that change the patch.
fn write_edit(command: &Command, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let q = |text: &String| quote(text);
    match command {
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
        Command::Remove { node, tail } => {
            write!(f, "remove {}", q(node))?;
            match tail {
                Some(Tail::Whole) => f.write_str(" --tail"),
                Some(Tail::For(time)) => write!(f, " --tail {}", exact(time)),
                None => Ok(()),
            }
        }
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
        Command::Automate { node, param, points } => {
            let target = quote(&format!("{node}.{param}"));
            let points = points.as_ref().map_or(" off".to_owned(), |points| assignments(points));
            write!(f, "automate {target}{points}")
        }
        Command::Bypass { node, on } => {
            write!(f, "bypass {}{}", q(node), on.map_or("", |on| if on { " on" } else { " off" }))
        }
        Command::Rename { from, to } => write!(f, "rename {} {}", q(from), q(to)),
        Command::Clock { of } => write!(f, "clock {}", q(of)),
        _ => Ok(()),
    }
}

/// A space and the text, if there is one.
fn option(text: &Option<String>) -> String {
    text.as_ref().map_or(String::new(), |text| format!(" {}", quote(text)))
}

fn times(steps: u32) -> String {
    if steps == 1 { String::new() } else { format!(" {steps}") }
}

fn assignments(values: &[(String, String)]) -> String {
    values.iter().map(|(key, value)| format!(" {key}={}", quote(value))).collect()
}

/// Writes the commands about notes and musical time that have words behind their name.
fn write_playing(command: &Command, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match command {
        Command::Note { node, pitch, velocity, length } => {
            write!(f, "note{} {pitch} {velocity}", label(node))?;
            length.iter().try_for_each(|length| write!(f, " for {}", exact(length)))
        }
        Command::Off { node, pitch } => {
            write!(f, "off{}", label(node))?;
            pitch.iter().try_for_each(|pitch| write!(f, " {pitch}"))
        }
        Command::Bend { node, pitch, semitones } => write!(f, "bend{} {pitch} {semitones}", label(node)),
        Command::Pressure { node, pitch, value } => write!(f, "pressure{} {pitch} {value}", label(node)),
        Command::Loop { node, order: LooperOrder::Multiply(times) } => {
            write!(f, "loop {} multiply {times}", quote(node))
        }
        Command::Loop { node, order } => {
            let name = ORDERS.iter().find(|(_, named)| named == order).map_or("", |(name, _)| name);
            write!(f, "loop {} {name}", quote(node))
        }
        Command::Tell { node, verb, place, id, values } => {
            match verb.as_str() {
                "trigger" if *place > 0 => write!(f, "trigger {}", quote(node))?,
                verb => write!(f, "tell {} {}", quote(node), quote(verb))?,
            }
            if *place > 0 {
                write!(f, " {place}")?;
            }
            if *id > 0 {
                write!(f, " id={id}")?;
            }
            values.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
        }
        Command::Seek { to: Mark::Beats(beats) } => write!(f, "seek {beats} beats"),
        Command::Seek { to: Mark::Bar { bar, beat: 1.0 } } => write!(f, "seek {bar}"),
        Command::Seek { to: Mark::Bar { bar, beat } } => write!(f, "seek {bar}:{beat}"),
        Command::Tempo { bpm, over } => {
            write!(f, "tempo {bpm}")?;
            over.iter().try_for_each(|over| write!(f, " over {}", exact(over)))
        }
        Command::Meter { numerator, denominator } => write!(f, "meter {numerator}/{denominator}"),
        _ => Ok(()),
    }
}

/// A node before a pitch, in quotes if it could be taken for one.
fn label(node: &Option<String>) -> String {
    match node {
        Some(node) if node.parse::<Pitch>().is_ok() => format!(" \"{node}\""),
        Some(node) => format!(" {}", quote(node)),
        None => String::new(),
    }
}
