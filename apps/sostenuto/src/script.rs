//! A script: commands with times, each as frames.

use crate::reply;
use anyhow::{Context, Result, bail};
use sostenuto_engine::{Desk, Notice, Reply};
use sostenuto_patch::command::{Command, parse_script};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// Commands given to the engine ahead of one block. Fewer than batches can wait there, so that none comes late.
const AHEAD: usize = 32;

/// What is still to be said, earliest first.
pub struct Script {
    path: PathBuf,
    lines: VecDeque<Line>,
}

struct Line {
    number: usize,
    frame: u64,
    command: Command,
}

impl Script {
    /// Reads a script. A line without a time follows at once on the one before it.
    pub fn read(path: &Path, desk: &Desk) -> Result<Script> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let lines = parse_script(&text).map_err(|errors| {
            let mut message = String::new();
            for (number, error) in errors {
                let line = text.lines().nth(number - 1).unwrap_or_default();
                message += &format!("\n{}:{number}: {error}", path.display());
                error.excerpt(line).lines().for_each(|l| message += &format!("\n    {l}"));
            }
            anyhow::anyhow!("the script cannot be followed:{message}")
        })?;
        let rate = desk.conductor().sample_rate();
        if let Some(recorded) = recorded_at(&text).filter(|recorded| *recorded != rate) {
            bail!("{} was recorded at {recorded} Hz: add --rate {recorded}", path.display());
        }
        let mut last = 0;
        let mut timed = Vec::with_capacity(lines.len());
        for line in lines {
            let command = line.timed.command;
            if !sounds(&command) {
                bail!(
                    "{}:{}: `{command}` makes no sound: leave it out of a script",
                    path.display(),
                    line.line
                );
            }
            last = match line.timed.at {
                None => last,
                Some(when) => match when.span() {
                    Some(span) => desk.frames(span),
                    None => bail!("{}:{}: {}", path.display(), line.line, reply::uncounted(&when)),
                },
            };
            timed.push(Line { number: line.line, frame: last, command });
        }
        timed.sort_by_key(|line| line.frame);
        Ok(Script { path: path.to_owned(), lines: timed.into() })
    }

    /// How many commands are left, and the frame of the last.
    pub fn left(&self) -> Option<(usize, u64)> {
        self.lines.back().map(|last| (self.lines.len(), last.frame))
    }

    /// A script that says nothing.
    pub fn empty() -> Script {
        Script { path: PathBuf::new(), lines: VecDeque::new() }
    }

    /// Says what falls into the block of `frames` from `frame` on, each command at its own frame. Gives how many frames of the block
    /// may be rendered before this is to be called again, and whether the script says that it is over there.
    pub fn say(&mut self, desk: &mut Desk, frame: u64, frames: u64) -> Result<(u64, bool)> {
        for said in 0.. {
            let Some(next) = self.lines.front().filter(|next| next.frame < frame + frames) else { break };
            if said >= AHEAD {
                return Ok((next.frame.saturating_sub(frame), false));
            }
            let Some(Line { number, frame: at, command }) = self.lines.pop_front() else { break };
            if command == Command::Quit {
                return Ok((at - frame, true));
            }
            let place = || format!("{}:{number}: {command}", self.path.display());
            let reply = match &command {
                Command::Load { path } => {
                    let source = crate::source::text(path.as_ref()).with_context(place)?;
                    desk.open(&source.text, Some(at)).with_context(place)?.0
                }
                command => desk.carry_out(command, Some(at)).with_context(place)?,
            };
            match reply {
                Reply::Nothing(why) => eprintln!("{}: {why}", place()),
                Reply::Yours(command) => {
                    bail!("{}:{number}: {}", self.path.display(), reply::unable(&command))
                }
                _ => {}
            }
        }
        Ok((frames, false))
    }
}

/// The line with which a journal begins: its times are frames, so it fits one rate only.
pub fn heading(rate: u32) -> String {
    format!("{RECORDED}{rate} Hz")
}

const RECORDED: &str = "# recorded at ";

/// The rate that a journal was recorded at, if the script is one.
fn recorded_at(text: &str) -> Option<f64> {
    text.lines().next()?.strip_prefix(RECORDED)?.strip_suffix(" Hz")?.parse().ok()
}

/// Whether a command can change what is heard, so that it belongs in a script.
fn sounds(command: &Command) -> bool {
    use Command::{Load, Quit, Redo, Reset, Undo};
    command.is_edit()
        || command.plays()
        || matches!(command, Undo { .. } | Redo { .. } | Reset { .. } | Load { .. } | Quit)
}

/// What the audio thread refused or muted; anything else is as asked.
pub fn complaint(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Refused { why, .. } => Some(format!("refused: {why}")),
        Notice::Muted { node, frame } => Some(format!(
            "`{node}` put out a sample that is not a number at frame {frame}; it is mute from there on"
        )),
        _ => None,
    }
}
