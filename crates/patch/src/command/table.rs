//! The one table of commands: from it come what is parsed, what errors say, the help, and the completions.

use super::fault::{CommandError, CommandFault};
use super::parse::Args;
use super::{Command, Ramp, playing, read, recording};
use crate::suggest::nearest;

/// A command as the help tells it.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// A line that works.
    pub example: &'static str,
    /// What its words are, for completion; the last goes for all that follow.
    pub(crate) args: &'static [Arg],
    /// Words that stand between others, and what follows each.
    pub(crate) keywords: &'static [(&'static str, Arg)],
    /// How its words are read.
    pub(super) read: fn(&mut Args<'_>) -> Result<Command, CommandError>,
}

/// What a word of a command is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arg {
    Node,
    /// `NODE.PARAM`
    Param,
    /// A value of the parameter named before.
    Value,
    /// `NODE` or `NODE.OUTPUT`
    Source,
    /// `NODE` or `NODE.INPUT`
    Sink,
    Kind,
    /// `PARAM=VALUE` of the kind named before.
    Assignment,
    Command,
    OnOff,
    /// What cannot be guessed: a new name, a number, a file.
    Free,
    /// The same, and it may be left out.
    Spare,
    /// Nothing more, save keywords.
    End,
}

const fn row(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    example: &'static str,
    args: &'static [Arg],
    read: fn(&mut Args<'_>) -> Result<Command, CommandError>,
) -> CommandInfo {
    CommandInfo { name, usage, summary, example, args, keywords: &[], read }
}

impl CommandInfo {
    const fn with(mut self, keywords: &'static [(&'static str, Arg)]) -> Self {
        self.keywords = keywords;
        self
    }
}

/// The words for paths, and what they are.
pub(super) const RAMPS: [(&str, Ramp); 3] =
    [("linear", Ramp::Linear), ("exponential", Ramp::Exponential), ("glide", Ramp::Glide)];

static COMMANDS: &[CommandInfo] = &[
    row(
        "set",
        "set NODE.PARAM VALUE [over TIME] [linear|exponential|glide]",
        "set a parameter, at once or over a time",
        "set filter.cutoff 400 over 2s",
        &[Arg::Param, Arg::Value, Arg::End],
        read::set,
    )
    .with(&[("over", Arg::Free), ("linear", Arg::End), ("exponential", Arg::End), ("glide", Arg::End)]),
    row(
        "add",
        "add NAME KIND [PARAM=VALUE ...] [from SOURCE ...] [to NODE[.PORT] ...]",
        "add a node",
        "add echo delay time=300ms from filter to mix",
        &[Arg::Free, Arg::Kind, Arg::Assignment],
        read::add,
    )
    .with(&[("from", Arg::Source), ("to", Arg::Sink)]),
    row(
        "remove",
        "remove NODE [--tail [TIME]]",
        "remove a node and its cables; with a tail it rings out, 10 s or TIME at most, or until it is silent",
        "remove echo --tail",
        &[Arg::Node, Arg::End],
        read::remove,
    )
    .with(&[("--tail", Arg::Spare)]),
    row(
        "replace",
        "replace NODE KIND [PARAM=VALUE ...]",
        "put another kind in a node's place; cables stay",
        "replace filter highpass cutoff=200",
        &[Arg::Node, Arg::Kind, Arg::Assignment],
        read::replace,
    ),
    row(
        "connect",
        "connect NODE[.PORT] [to] NODE[.PORT] [gain=VALUE]",
        "lay a cable",
        "connect tone filter gain=-6dB",
        &[Arg::Source, Arg::Sink, Arg::End],
        read::connect,
    )
    .with(&[("gain=", Arg::Free)]),
    row(
        "disconnect",
        "disconnect NODE[.PORT] NODE[.PORT]",
        "take a cable away",
        "disconnect tone filter",
        &[Arg::Source, Arg::Sink, Arg::End],
        read::disconnect,
    ),
    row(
        "drive",
        "drive NODE.PARAM from NODE[.PORT] depth VALUE",
        "let a signal move a parameter",
        "drive filter.cutoff from sweep depth 500",
        &[Arg::Param, Arg::End],
        read::drive,
    )
    .with(&[("from", Arg::Source), ("depth", Arg::Free)]),
    row(
        "undrive",
        "undrive NODE.PARAM [NODE[.PORT]]",
        "let a parameter alone again",
        "undrive filter.cutoff sweep",
        &[Arg::Param, Arg::Source, Arg::End],
        read::undrive,
    ),
    row(
        "automate",
        "automate NODE.PARAM PLACE=VALUE[:CURVE] ... [unit=beats|seconds|frames] [loop=LENGTH] | off",
        "let a parameter follow points in musical time; a curve is step, linear, exponential or a bend from -1 to 1",
        "automate filter.cutoff 0=200:exponential 4=2kHz loop=8",
        &[Arg::Param, Arg::Free],
        read::automate,
    ),
    row(
        "bypass",
        "bypass NODE [on|off]",
        "let a node's input through unchanged",
        "bypass echo",
        &[Arg::Node, Arg::OnOff, Arg::End],
        read::bypass,
    ),
    row(
        "rename",
        "rename NODE NAME",
        "call a node something else; it keeps sounding",
        "rename filter dark",
        &[Arg::Node, Arg::Free, Arg::End],
        read::rename,
    ),
    row(
        "reset",
        "reset NODE",
        "let a node forget what it has heard, and unmute it",
        "reset echo",
        &[Arg::Node, Arg::End],
        read::reset,
    ),
    row(
        "note",
        "note [NODE] PITCH [VELOCITY] [for TIME]",
        "play a note; without a time it is held until `off`",
        "note C4 0.8 for 500ms",
        &[Arg::Node, Arg::Spare, Arg::Spare, Arg::End],
        playing::note,
    )
    .with(&[("for", Arg::Free)]),
    row(
        "off",
        "off [NODE] [PITCH]",
        "let a note go, or all notes",
        "off C4",
        &[Arg::Node, Arg::Spare, Arg::End],
        playing::off,
    ),
    row(
        "bend",
        "bend [NODE] PITCH SEMITONES",
        "bend a note that sounds",
        "bend C4 -0.5",
        &[Arg::Node, Arg::Free, Arg::Free, Arg::End],
        playing::bend,
    ),
    row(
        "pressure",
        "pressure [NODE] PITCH VALUE",
        "press a note that sounds, from 0 to 1",
        "pressure C4 0.6",
        &[Arg::Node, Arg::Free, Arg::Free, Arg::End],
        playing::pressure,
    ),
    row(
        "loop",
        "loop NODE record|overdub|play|stop|undo|clear|multiply N",
        "tell a looper what to do, at once or in time: at next bar loop NODE record",
        "loop tape record",
        &[Arg::Node, Arg::Free],
        playing::looper,
    ),
    row(
        "trigger",
        "trigger NODE SLOT [VELOCITY] [gain=G] [pan=P] [speed=S] [id=N]",
        "play a slot of a sampler",
        "trigger drums 3 0.8 pan=-0.5",
        &[Arg::Node, Arg::Free, Arg::Spare],
        playing::trigger,
    ),
    row(
        "tell",
        "tell NODE WHAT [PLACE] [id=N] [NAME=VALUE ...]",
        "tell a node something of its own, as `nodes KIND` lists it",
        "tell drums stop 3",
        &[Arg::Node, Arg::Free, Arg::Spare],
        playing::tell,
    ),
    row("start", "start", "let bars and beats go on", "start", &[Arg::End], read::start),
    row("pause", "pause", "let bars and beats stand where they are", "pause", &[Arg::End], read::pause),
    row("stop", "stop", "let bars and beats stand at the beginning", "stop", &[Arg::End], read::stop),
    row(
        "seek",
        "seek BAR[:BEAT] | N beats",
        "go to a bar and its beat, both from 1, or so many beats from the beginning",
        "seek 5:3",
        &[Arg::Free, Arg::End],
        playing::seek,
    ),
    row(
        "tempo",
        "tempo BPM [over TIME]",
        "change the tempo, at once or over a time",
        "tempo 90 over 4s",
        &[Arg::Free, Arg::End],
        playing::tempo,
    )
    .with(&[("over", Arg::Free)]),
    row(
        "meter",
        "meter N/D",
        "change the time signature",
        "meter 6/8",
        &[Arg::Free, Arg::End],
        playing::meter,
    ),
    row(
        "clock",
        "clock PORT|auto|internal",
        "run on the clock of a port's device, of any, or on the engine's own",
        "clock out",
        &[Arg::Node, Arg::End],
        read::clock,
    ),
    row("where", "where", "show bar, beat and tempo", "where", &[Arg::End], read::r#where),
    row("list", "list", "list the nodes", "list", &[Arg::End], read::list),
    row(
        "show",
        "show NODE",
        "show a node's values and cables",
        "show filter",
        &[Arg::Node, Arg::End],
        read::show,
    ),
    row("meters", "meters", "show levels", "meters", &[Arg::End], read::meters),
    row(
        "nodes",
        "nodes [KIND]",
        "list the kinds of node, or tell about one",
        "nodes lowpass",
        &[Arg::Kind, Arg::End],
        read::nodes,
    ),
    row("load", "load FILE", "play another patch", "load other.toml", &[Arg::Free, Arg::End], read::load),
    row("save", "save [FILE]", "write the patch down", "save", &[Arg::Free, Arg::End], read::save),
    row(
        "record",
        "record FILE [of NODE] [depth 16|24|32f] [overwrite] | record stop [FILE] | record",
        "record what is heard, or a node, to a WAV file; end it, or all; list what is recorded",
        "record take.wav of filter depth 32f",
        &[Arg::Free, Arg::End],
        recording::record,
    )
    .with(&[("of", Arg::Node), ("depth", Arg::Free), ("overwrite", Arg::End)]),
    row(
        "undo",
        "undo [N]",
        "take the last edit back, or the last few",
        "undo 3",
        &[Arg::Spare, Arg::End],
        read::undo,
    ),
    row(
        "redo",
        "redo [N]",
        "take the last undo back, or the last few",
        "redo",
        &[Arg::Spare, Arg::End],
        read::redo,
    ),
    row(
        "help",
        "help [COMMAND]",
        "tell about the commands, or about one",
        "help set",
        &[Arg::Command, Arg::End],
        read::help,
    ),
    row("stats", "stats", "show load and dropouts", "stats", &[Arg::End], read::stats),
    row("ports", "ports", "show how the ports to devices fare", "ports", &[Arg::End], read::ports),
    row("devices", "devices", "list the sound devices", "devices", &[Arg::End], read::devices),
    row("ping", "ping", "ask the audio thread to answer", "ping", &[Arg::End], read::ping),
    row("quit", "quit", "end the program", "quit", &[Arg::End], read::quit),
];

/// Every command, in the order of the help.
pub fn commands() -> &'static [CommandInfo] {
    COMMANDS
}

/// The command of this name.
pub(crate) fn find(name: &str) -> Option<&'static CommandInfo> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// The command of this name, or what was probably meant.
pub(super) fn find_or_suggest(name: &str) -> Result<&'static CommandInfo, CommandFault> {
    let suggestion = || nearest(name, COMMANDS.iter().map(|c| c.name));
    find(name).ok_or_else(|| CommandFault::UnknownCommand { name: name.to_owned(), suggestion: suggestion() })
}

/// All commands in a line each, or all about one.
///
/// # Errors
/// If there is no such command.
pub fn help(command: Option<&str>) -> Result<String, CommandError> {
    if let Some(name) = command {
        let CommandInfo { usage, summary, example, .. } = find_or_suggest(name)?;
        return Ok(format!("{usage}\n  {summary}\n  for example: {example}\n"));
    }
    let width = COMMANDS.iter().map(|c| c.name.len()).max().unwrap_or(0);
    let lines: String = COMMANDS.iter().map(|c| format!("{:width$}  {}\n", c.name, c.summary)).collect();
    Ok(lines
        + "`help COMMAND` tells more. In scripts a line begins with its time: 2.5s set filter.cutoff 400\n\
           In musical time it is: at bar 5, at beat 17, at next bar, at next beat\n")
}
