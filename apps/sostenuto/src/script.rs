//! A script: commands with times, each as frames.

use crate::record::{WORD, refuse};
use crate::render::Takes;
use crate::reply;
use anyhow::{Context, Result, bail};
use sostenuto_engine::{Desk, Notice, Reply};
use sostenuto_graph::When;
use sostenuto_patch::command::{Command, parse_script};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// Commands given to the engine ahead of one block. Fewer than batches can wait there, so that none comes late.
const AHEAD: usize = 32;

/// What is still to be said, earliest first.
pub struct Script {
    path: PathBuf,
    /// What has a frame, in the order of the frames.
    timed: VecDeque<(u64, Group)>,
    /// What has a place in musical time, of which the frame is found when it is near.
    musical: Vec<(When, Group)>,
}

/// A line, and those after it that follow at once or at the next bar or beat.
type Group = VecDeque<Line>;

struct Line {
    number: usize,
    /// When it follows on the line before it.
    after: When,
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
        let mut script = Script { path: path.to_owned(), ..Script::empty() };
        for line in lines {
            let command = line.timed.command;
            if !sounds(&command) {
                bail!(
                    "{}:{}: `{command}` makes no sound: leave it out of a script",
                    path.display(),
                    line.line
                );
            }
            if let Command::Record { path: file, overwrite: false, .. } = &command {
                // What is there now would be in the way when its time comes.
                let place = || format!("{}:{}: {command}", path.display(), line.line);
                refuse(file.as_ref(), Some(WORD), &[]).with_context(place)?;
            }
            script.add(line.line, line.timed.at.map_or(When::Now, |at| desk.when(&at)), command);
        }
        script.timed.make_contiguous().sort_by_key(|(frame, _)| *frame);
        Ok(script)
    }

    /// Puts a line where it belongs: to the line before it, or at a time of its own.
    fn add(&mut self, number: usize, when: When, command: Command) {
        let number_of = |group: Option<&Group>| group.and_then(|g| g.back()).map(|line| line.number);
        let musical = number_of(self.musical.last().map(|(_, group)| group));
        let timed = number_of(self.timed.back().map(|(_, group)| group));
        let line = Line { number, after: when, command };
        let before = match when {
            When::Frame(_) | When::Beat(_) => None,
            _ if musical > timed => self.musical.last_mut().map(|(_, group)| group),
            _ => self.timed.back_mut().map(|(_, group)| group),
        };
        match (before, when) {
            (Some(group), _) => group.push_back(line),
            (None, When::Beat(_)) => self.musical.push((when, Group::from([line]))),
            (None, When::Frame(frame)) => self.timed.push_back((frame, Group::from([line]))),
            (None, _) => self.timed.push_back((0, Group::from([line]))),
        }
    }

    /// How many commands are left, and the frame of the last, as far as it is known.
    pub fn left(&self) -> Option<(usize, u64)> {
        let groups =
            self.timed.iter().map(|(_, group)| group).chain(self.musical.iter().map(|(_, group)| group));
        let count: usize = groups.map(VecDeque::len).sum();
        (count > 0).then(|| (count, self.timed.back().map_or(0, |(frame, _)| *frame)))
    }

    /// A script that says nothing.
    pub fn empty() -> Script {
        Script { path: PathBuf::new(), timed: VecDeque::new(), musical: Vec::new() }
    }

    /// Takes out what comes next before frame `end`, and gives its frame.
    fn next(&mut self, desk: &Desk, from: u64, end: u64) -> Option<(u64, Group)> {
        let frame_of = |(place, (when, _)): (usize, &(When, Group))| {
            Some((desk.conductor().frame_of(*when, from)?, place))
        };
        let musical = self.musical.iter().enumerate().filter_map(frame_of).min();
        let timed = self.timed.front().map(|(frame, _)| (*frame).max(from));
        match (timed, musical) {
            (Some(timed), musical) if timed < end && musical.is_none_or(|(frame, _)| timed <= frame) => {
                self.timed.pop_front().map(|(_, group)| (timed, group))
            }
            (_, Some((frame, place))) if frame < end => Some((frame, self.musical.remove(place).1)),
            _ => None,
        }
    }

    /// What is left of a group follows at once, or at a time that is known now.
    fn put_back(&mut self, desk: &Desk, frame: u64, mut group: Group) {
        let Some(next) = group.front_mut() else { return };
        let timeline = desk.conductor().timeline();
        match std::mem::take(&mut next.after) {
            When::NextBar => self.musical.push((When::Beat(timeline.next_bar(frame)), group)),
            When::NextBeat => self.musical.push((When::Beat(timeline.next_beat(frame)), group)),
            _ => self.timed.push_front((frame, group)),
        }
    }

    /// Says what falls into the block of `frames` from `frame` on, each command at its own frame. Gives how many frames of the block
    /// may be rendered before this is to be called again, and whether the script says that it is over there.
    pub fn say(
        &mut self,
        desk: &mut Desk,
        takes: &mut Takes,
        frame: u64,
        frames: u64,
    ) -> Result<(u64, bool)> {
        let mut from = frame;
        for said in 0.. {
            let Some((at, mut group)) = self.next(desk, from, frame + frames) else { break };
            if said >= AHEAD && at > frame {
                // What is known to follow others keeps its place before what has the same frame.
                self.timed.push_front((at, group));
                return Ok((at - frame, false));
            }
            from = at;
            if group.front().is_some_and(|line| matches!(line.after, When::NextBar | When::NextBeat)) {
                self.put_back(desk, at, group);
                continue;
            }
            let Some(Line { number, command, .. }) = group.pop_front() else { continue };
            if command == Command::Quit {
                return Ok((at - frame, true));
            }
            self.carry_out((desk, takes), number, &command, at)?;
            self.put_back(desk, at, group);
        }
        Ok((frames, false))
    }

    fn carry_out(
        &self,
        (desk, takes): (&mut Desk, &mut Takes),
        number: usize,
        command: &Command,
        at: u64,
    ) -> Result<()> {
        let place = || format!("{}:{number}: {command}", self.path.display());
        let reply = match command {
            Command::Load { path } => {
                let source = crate::source::text(path.as_ref()).with_context(place)?;
                let rate = desk.conductor().sample_rate();
                let mut load = crate::source::loader(path.as_ref()).at(rate);
                desk.open_with(&source.text, &mut load, Some(at)).with_context(place)?.0
            }
            command if command.records() => return takes.obey(desk, command, at).with_context(place),
            command => desk.carry_out(command, Some(at)).with_context(place)?,
        };
        match reply {
            Reply::Nothing(why) => eprintln!("{}: {why}", place()),
            Reply::Yours(command) => {
                bail!("{}:{number}: {}", self.path.display(), reply::unable(&command))
            }
            _ => {}
        }
        Ok(())
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

/// Whether a command can change what is heard, or records it, so that it belongs in a script.
fn sounds(command: &Command) -> bool {
    use Command::{Load, Quit, Redo, Reset, Undo};
    command.is_edit()
        || command.plays()
        || command.records()
        || matches!(command, Undo { .. } | Redo { .. } | Reset { .. } | Load { .. } | Quit)
}

/// What the audio thread refused or muted; anything else is as asked.
pub fn complaint(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Refused { why, .. } => Some(format!("refused: {why}")),
        Notice::Told { node, what: "dropped", report } => Some(format!(
            "`{node}` dropped slot {} at frame {}: no voice was free",
            report.place + 1,
            report.frame
        )),
        Notice::Untold { node, lost, .. } => Some(format!("{lost} of what `{node}` told were lost")),
        Notice::Muted { node, frame } => Some(format!(
            "`{node}` put out a sample that is not a number at frame {frame}; it is mute from there on"
        )),
        Notice::Starved { node, underruns, unreadable, why, .. } => {
            Some(starved(node, *underruns, *unreadable, why.as_deref()))
        }
        _ => None,
    }
}

/// What to say about a stream from the disk that lacks something.
fn starved(node: &str, underruns: u64, unreadable: u64, why: Option<&str>) -> String {
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    match (unreadable, underruns) {
        (0, 1) => format!("`{node}` faded out for a while: the disk was too slow{why}"),
        (0, times) => format!("`{node}` faded out {times} times: the disk was too slow{why}"),
        _ => format!("`{node}` is silent where its file cannot be read{why}"),
    }
}
