//! How does each command about the patch and the program read its words?

use super::fault::CommandError;
use super::parse::Args;
use super::playing::not_a;
use super::table::RAMPS;
use super::{Command, Ramp, Tail};
use crate::words::Word;
use sostenuto_units::Span;

type Read = Result<Command, CommandError>;

pub fn set(args: &mut Args<'_>) -> Read {
    let (node, param) = args.dotted()?;
    let mut value = args.text("a value")?;
    let (mut over, mut ramp): (Option<Span>, Option<Ramp>) = (None, None);
    value.push_str(unit(args, &value));
    loop {
        if over.is_none() && args.keyword("over") {
            over = Some(args.span()?);
        } else if let (None, Some((_, named))) = (ramp, RAMPS.iter().find(|(name, _)| args.keyword(name))) {
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
        while args.words.first().is_some_and(|w| w.equals.is_none() && !w.is_sign("from") && !w.is_sign("to"))
        {
            list.extend(args.rest());
        }
        values.extend(args.assignments());
    }
}

pub fn remove(args: &mut Args<'_>) -> Read {
    let node = args.text("a node")?;
    let tail = match args.keyword("--tail") {
        true if args.words.is_empty() => Some(Tail::Whole),
        true => Some(Tail::For(args.span()?)),
        false => None,
    };
    Ok(Command::Remove { node, tail })
}

pub fn replace(args: &mut Args<'_>) -> Read {
    Ok(Command::Replace {
        node: args.text("a node")?,
        kind: args.text("a kind")?,
        values: args.assignments(),
    })
}

pub fn automate(args: &mut Args<'_>) -> Read {
    let (node, param) = args.dotted()?;
    let points = args.assignments();
    if !points.is_empty() {
        return Ok(Command::Automate { node, param, points: Some(points) });
    }
    let word = args.needed("points as PLACE=VALUE, or off,")?;
    match word.is_sign("off") {
        true => Ok(Command::Automate { node, param, points: None }),
        false => Err(not_a(args, word, "a point", "PLACE=VALUE, as in 0=200 or 4=2kHz:exponential, or off")),
    }
}

pub fn connect(args: &mut Args<'_>) -> Read {
    let from = args.text("a source")?;
    args.keyword("to");
    let to = args.text("a node to connect to")?;
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

pub fn clock(args: &mut Args<'_>) -> Read {
    Ok(Command::Clock { of: args.text("a port, `auto` or `internal`")? })
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

pub fn undo(args: &mut Args<'_>) -> Read {
    Ok(Command::Undo { steps: steps(args)? })
}

pub fn redo(args: &mut Args<'_>) -> Read {
    Ok(Command::Redo { steps: steps(args)? })
}

fn steps(args: &mut Args<'_>) -> Result<u32, CommandError> {
    let Some(word) = args.next() else { return Ok(1) };
    let steps = word.text.parse().ok().filter(|steps| *steps > 0);
    steps.ok_or_else(|| not_a(args, word, "a number of steps", "1 or more"))
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
bare!(
    start => Start, pause => Pause, stop => Stop, r#where => Where,
    list => List, meters => Meters, stats => Stats, ports => Ports, devices => Devices, ping => Ping,
    quit => Quit
);
