//! The recordings that are made while a patch plays: begun, ended and listed at the prompt, by clients, or begun by `--record`.

use super::show::Show;
use crate::clean::causes;
use crate::record::{Ended, Recording, refuse, sounds_of};
use crate::render::is_same;
use anyhow::{Result, anyhow, bail};
use sostenuto_engine::{Controller, Recorded, RecordingKey};
use sostenuto_graph::When;
use sostenuto_media::wav::{Encoding, Format};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the audio thread may take to end a recording. After that it ends at what has come.
const PATIENCE: Duration = Duration::from_secs(1);

/// The recordings that are under way, for any thread of the program.
#[derive(Clone)]
pub(super) struct Takes {
    controller: Controller,
    /// Channels of what is heard.
    channels: u16,
    /// Where the document comes from, and other files that are no place for recordings.
    document: PathBuf,
    taken: Arc<[PathBuf]>,
    list: Arc<Mutex<List>>,
}

#[derive(Default)]
struct List {
    running: Vec<Running>,
    /// Whether something of those that are over was lost.
    is_lossy: bool,
}

struct Running {
    what: Recorded,
    key: RecordingKey,
    recording: Recording,
    /// Whether it was told to end.
    ends: bool,
    /// Whether it was told that its file cannot be written.
    is_told: bool,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub path: &'a Path,
    pub what: Recorded,
    pub encoding: Encoding,
    /// What would let it write over a file that is there; nothing if it may.
    pub remedy: Option<&'static str>,
}

impl Takes {
    pub fn new(controller: Controller, channels: u16, document: &Path, taken: Vec<PathBuf>) -> Takes {
        let document = document.to_owned();
        Takes {
            controller,
            channels: channels.clamp(1, 2),
            document,
            taken: taken.into(),
            list: Arc::default(),
        }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to record, at a time or as soon as may be; a line about it.
    pub fn begin(&self, asked: Asked<'_>, at: When) -> Result<String> {
        let Asked { path, what, encoding, remedy } = asked;
        let mut list = self.list();
        if list.running.iter().any(|running| running.is_into(path)) {
            bail!("{} is being recorded into: give another name, or end that before", path.display());
        }
        let format = self.format(&what, encoding, |sources| refuse(path, remedy, sources))?;
        let (tape, recording) = Recording::begin(path, format)?;
        let (wanted, rate) = (what.clone(), f64::from(format.rate));
        let begun = self.controller.with(move |desk| {
            if desk.conductor().sample_rate() != rate {
                bail!("the engine has just gone over to another rate: say it again");
            }
            Ok(desk.conductor_mut().record(&wanted, tape, at)?)
        });
        match begun.map_err(anyhow::Error::from).flatten() {
            Ok(key) => {
                let told = format!(
                    "recording {} into {}: {} channels at {} Hz",
                    named(&what),
                    path.display(),
                    format.channels,
                    format.rate
                );
                list.running.push(Running { what, key, recording, ends: false, is_told: false });
                Ok(told)
            }
            Err(why) => {
                drop(recording);
                _ = std::fs::remove_file(path);
                Err(why)
            }
        }
    }

    /// The format of such a recording, if its file does not lie where the sound comes from.
    fn format(
        &self,
        what: &Recorded,
        encoding: Encoding,
        refuse: impl FnOnce(&[PathBuf]) -> Result<()>,
    ) -> Result<Format> {
        let (asked, document) = (what.clone(), self.document.clone());
        let (channels, rate, sounds) = self.controller.with(move |desk| {
            let conductor = desk.conductor();
            let channels = match &asked {
                Recorded::Node(label) => conductor.resolved().nodes.labelled(label).map(|node| {
                    let port = node.shape.outputs.first();
                    port.map_or(1, |port| port.channels)
                }),
                Recorded::Heard => None,
            };
            (channels, conductor.sample_rate(), sounds_of(conductor.patch(), &document))
        })?;
        refuse(&[&self.taken, &sounds[..]].concat())?;
        Ok(Format { channels: channels.unwrap_or(self.channels), rate: rate as u32, encoding })
    }

    /// Ends the recording into this file, or all: at a time, or now, and then tells what is in the files.
    pub fn end(&self, path: Option<&str>, at: When) -> Result<String> {
        let mut list = self.list();
        let is_meant = |running: &Running| path.is_none_or(|path| running.is_into(Path::new(path)));
        if !list.running.iter().any(is_meant) {
            let what = path.map_or_else(String::new, |path| format!(" into {path}"));
            return Ok(format!("nothing is recorded{what}; `record` lists what is"));
        }
        for running in list.running.iter_mut().filter(|running| is_meant(running) && !running.ends) {
            let key = running.key;
            self.controller.with(move |desk| desk.conductor_mut().end_recording(key, at))??;
            running.ends = true;
        }
        if at != When::Now {
            let ending = list.running.iter().filter(|running| is_meant(running));
            let lines: Vec<String> =
                ending.map(|r| format!("{} ends then", r.recording.path.display())).collect();
            return Ok(lines.join("\n"));
        }
        let all = std::mem::take(&mut list.running);
        let (ended, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_meant);
        list.running = rest;
        drop(list);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until && !ended.iter().all(|running| running.recording.is_over()) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let ended: Vec<Result<String>> = ended.into_iter().map(|running| self.finish(running)).collect();
        match ended.into_iter().collect::<Result<Vec<String>>>() {
            Ok(lines) => Ok(lines.join("\n")),
            Err(why) => Err(anyhow!("{}", causes(&why))),
        }
    }

    /// Ends one for good, and tells what is in its file.
    fn finish(&self, running: Running) -> Result<String> {
        let ended = running.recording.finish();
        if !matches!(ended, Ok(Ended { is_whole: true, .. })) {
            self.list().is_lossy = true;
        }
        ended.map(|ended| ended.summary)
    }

    /// A line about each.
    pub fn listed(&self) -> String {
        let list = self.list();
        let lines: Vec<String> = list.running.iter().map(Running::line).collect();
        if lines.is_empty() { "nothing is recorded".into() } else { lines.join("\n") }
    }

    /// Tells what is new of them, and what is in those that came to their end by themselves.
    pub fn look(&self, show: &Show) {
        let mut list = self.list();
        for running in &mut list.running {
            running.recording.look().into_iter().for_each(|told| show.print(&told));
            if running.recording.status().failed && !std::mem::replace(&mut running.is_told, true) {
                let path = running.recording.path.display();
                show.print(&format!(
                    "the recording has ended: {path} cannot be written. What came before is in it"
                ));
            }
        }
        let is_over = |running: &Running| running.recording.is_over() && !running.is_told;
        let all = std::mem::take(&mut list.running);
        let (over, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_over);
        list.running = rest;
        drop(list);
        for running in over {
            show.print(&self.finish(running).unwrap_or_else(|why| causes(&why)));
        }
    }

    /// Ends all of them, at the end of the program. Whether nothing was lost of any.
    pub fn finish_all(&self) -> Result<bool> {
        let running = std::mem::take(&mut self.list().running);
        let ended: Vec<Result<String>> = running.into_iter().map(|running| self.finish(running)).collect();
        for summary in ended {
            eprintln!("{}", summary?);
        }
        Ok(!self.list().is_lossy)
    }
}

impl Running {
    fn is_into(&self, path: &Path) -> bool {
        self.recording.path == path || is_same(&self.recording.path, path)
    }

    fn line(&self) -> String {
        let status = self.recording.status();
        let seconds = |frames: u64| frames as f64 / f64::from(self.recording.format.rate);
        let mut line = format!(
            "{}: {:.2} s of {}",
            self.recording.path.display(),
            seconds(status.frames),
            named(&self.what)
        );
        if status.lost > 0 {
            line += &format!(", {:.3} s of them lost", seconds(status.lost));
        }
        if status.failed {
            line += ", which cannot be written any more";
        } else if self.ends {
            line += ", about to end";
        }
        line
    }
}

fn named(what: &Recorded) -> String {
    match what {
        Recorded::Heard => "what is heard".into(),
        Recorded::Node(label) => format!("`{label}`"),
    }
}
