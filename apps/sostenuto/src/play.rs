//! `play`: a patch on a device, taking edits from standard input and from its file while it plays.

mod answers;
mod control;
mod inputs;
mod journal;
mod obey;
mod show;
mod takes;

use crate::clean::clean;
use crate::cli;
use crate::record::OPTION;
use crate::render::encoding;
use crate::script::complaint;
use answers::Answers;
use anyhow::Result;
use journal::{Journal, Snapshots};
use show::Show;
use sostenuto_device::Request;
use sostenuto_engine::{AudioEngine, Conductor, Controller, Notice, Recorded};
use sostenuto_graph::When;
use sostenuto_patch::Patch;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use takes::{Asked, Takes};

/// The rate of the fallback clock, and how long a patch is rendered instead of played.
const FALLBACK_RATE: u32 = 48_000;
const INSTEAD_SECONDS: f64 = 10.0;

pub fn play(args: &cli::Play) -> Result<ExitCode> {
    let (checked, length) = crate::song::or_patch_streamed(&args.what, args.looped)?;
    let request = Request {
        device: args.device.clone(),
        host: args.host.clone(),
        rate: args.rate,
        block: args.block,
        ..Request::default()
    };
    let (engine, missing) = AudioEngine::making_do(request, args.rate.unwrap_or(FALLBACK_RATE))?;
    if let Some(error) = missing {
        eprintln!("{error}");
        if engine.outlet().device.is_none() {
            if let Some(file) = &args.or_render {
                let seconds = args.seconds.or(length).unwrap_or(INSTEAD_SECONDS);
                crate::render::instead_of_playing(&checked.patch, file, seconds, args.threads)?;
                return Ok(ExitCode::SUCCESS);
            }
            eprintln!(
                "Time goes on without sound until a device comes. To hear the patch: sostenuto render … -o FILE.wav"
            );
        }
    }
    engine.set_threads(usize::from(args.threads))?;
    if args.journal.is_some() || args.record.is_some() {
        // Times of the one, and frames of the other, are of one rate.
        engine.keep_rate()?;
    }
    let seconds = args.seconds.or(length.map(|length| length + crate::song::TAIL));
    let args = &cli::Play { seconds, ..args.clone() };
    let (show, heard) = start(&engine, args, &checked.patch)?;
    let takes = takes(&engine, args);
    if let Some(path) = &args.record {
        // Before the first frame.
        let what = args.record_from.clone().map_or(Recorded::Heard, Recorded::Node);
        let (encoding, remedy) = (encoding(args.record_bits), (!args.overwrite).then_some(OPTION));
        takes.begin(Asked { path, what, encoding, remedy }, When::Now)?;
    }
    engine.play()?;
    let file = watched(args).map(|path| path.display().to_string());
    let watching = Arc::new(AtomicBool::new(!args.no_watch && file.is_some()));
    let controller = engine.controller();
    let answers = Answers { controller, show: show.clone(), takes: takes.clone(), file, watching };
    let snapshots = Arc::new(Mutex::new(Snapshots { journal: args.journal.clone(), taken: 0 }));
    let rate = Arc::new(AtomicU32::new(engine.outlet().rate));
    let session = Session { controller: engine.controller(), show, rate, answers, snapshots };
    let outcome = session.run(args, heard);
    let stopped = engine.stop();
    let is_whole = takes.finish_all()?;
    outcome?;
    stopped?;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What keeps the recordings: not into the files that are played, or written otherwise.
fn takes(engine: &AudioEngine, args: &cli::Play) -> Takes {
    let document = args.what.patch.clone().unwrap_or_default();
    let taken: Vec<PathBuf> = args.what.patch.iter().chain(&args.journal).cloned().collect();
    Takes::new(engine.controller(), engine.outlet().channels, &document, taken)
}

/// Gives the engine the patch, and tells where it plays. Gives the text that sounds, if it came from a TOML file.
fn start(engine: &AudioEngine, args: &cli::Play, patch: &Patch) -> Result<(Show, Option<String>)> {
    let journal = match &args.journal {
        Some(path) => Journal::begin(path, engine.outlet().rate)?,
        None => Journal::default(),
    };
    let heard = match watched(args) {
        Some(path) => {
            let text = crate::source::text(path)?.text;
            let load = crate::source::loader(path).at(engine.outlet().rate.into());
            let (source, mut load) = (text.clone(), load.read_ahead(&text, Conductor::catalogue()));
            engine.controller().with(move |desk| desk.open_with(&source, &mut load, None).map(|_| ()))??;
            Some(text)
        }
        None => {
            engine.apply(&sostenuto_sounds::at_rate(patch, engine.outlet().rate))?;
            None
        }
    };
    let title = clean(patch.title.as_deref().unwrap_or("a patch"));
    let outlet = engine.outlet();
    let device = outlet.device.clone().unwrap_or_else(|| "the fallback clock, silently,".into());
    println!("Playing {title} on {device} at {} Hz. `help` lists the commands, `quit` ends.", outlet.rate);
    Ok((Show::new(journal), heard))
}

/// The file that can be saved while it plays: TOML, and not standard input.
fn watched(args: &cli::Play) -> Option<&Path> {
    let path = args.what.patch.as_deref().filter(|path| *path != Path::new("-"))?;
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    (!json && crate::song::file(&args.what).is_none()).then_some(path)
}

/// Everything that goes on while a patch plays.
struct Session {
    controller: Controller,
    show: Show,
    /// The engine's frames per second.
    rate: Arc<AtomicU32>,
    answers: Answers,
    /// Shared with whoever changes the patch as a whole.
    snapshots: Arc<Mutex<Snapshots>>,
}

/// What the main thread waits for.
enum Wake {
    Line(String),
    End,
}

impl Session {
    fn run(&self, args: &cli::Play, heard: Option<String>) -> Result<()> {
        let notices = self.controller.listen()?;
        let (wake, inbox) = channel();
        let interrupt = wake.clone();
        let _control = self.control(args, wake.clone())?;
        // A second handler in one process is refused; then Ctrl-C simply ends the program.
        _ = ctrlc::set_handler(move || _ = interrupt.send(Wake::End));
        let _watch = self.watch(args, heard);
        let _line = self.listen(wake)?;
        let end = args.seconds.map(|s| Instant::now() + Duration::from_secs_f64(s));
        loop {
            self.tell(&notices);
            self.answers.takes.look(&self.show);
            let patience = end.map_or(Duration::from_millis(20), |end| {
                end.saturating_duration_since(Instant::now()).min(Duration::from_millis(20))
            });
            match inbox.recv_timeout(patience) {
                Ok(Wake::Line(line)) => {
                    if !self.obey(&line) {
                        break;
                    }
                }
                Ok(Wake::End) => break,
                Err(RecvTimeoutError::Timeout) if end.is_some_and(|end| Instant::now() >= end) => break,
                // At the end of its input it goes on playing, until it is interrupted or its time is over.
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(patience),
            }
        }
        self.await_acknowledgements(&notices);
        Ok(())
    }

    fn rate(&self) -> f64 {
        self.rate.load(Ordering::Relaxed).into()
    }

    /// Shows what the audio thread told.
    fn tell(&self, notices: &Receiver<Notice>) {
        for notice in notices.try_iter() {
            match &notice {
                Notice::Applied { ticket, frame } | Notice::Set { ticket, frame } => {
                    if self.show.acknowledged(*ticket, Some(*frame)) {
                        self.show.print(&format!(
                            "  from {:.3} s on (frame {frame})",
                            *frame as f64 / self.rate()
                        ));
                    }
                }
                Notice::Pong { frame, .. } => {
                    self.show.print(&format!(
                        "the audio thread is at frame {frame} ({:.3} s)",
                        *frame as f64 / self.rate()
                    ));
                }
                Notice::DeviceLost { device, why } => {
                    self.show
                        .print(&format!("{device} is gone ({why}). It is taken up again when it comes back"));
                }
                Notice::DeviceReturned { device } => self.show.print(&format!("{device} is back")),
                Notice::DeviceMissing { device, why, instead } => {
                    let instead = instead.as_ref().map_or_else(
                        || "Nothing plays in its place until it comes".to_owned(),
                        |other| format!("{other} plays in its place until it comes"),
                    );
                    self.show.print(&format!("{device} cannot be opened ({why}). {instead}"));
                }
                Notice::ClockMoved { to, why } => {
                    let clock = to.as_deref().unwrap_or("a clock of its own");
                    self.show.print(&format!("the engine runs on {clock} now: {why}"));
                }
                Notice::RateChanged { to, .. } => {
                    self.rate.store(*to, Ordering::Relaxed);
                    self.show.print(&format!(
                        "the engine runs at {to} Hz now, as the device does that has the clock"
                    ));
                }
                Notice::Refused { ticket, .. } => {
                    self.show.acknowledged(*ticket, None);
                    complaint(&notice).iter().for_each(|line| self.show.print(line));
                }
                other => complaint(other).iter().for_each(|line| self.show.print(line)),
            }
        }
    }

    /// Waits a moment for what is still on its way, so that the journal is whole.
    fn await_acknowledgements(&self, notices: &Receiver<Notice>) {
        let end = Instant::now() + Duration::from_millis(500);
        while Instant::now() < end {
            self.tell(notices);
            if self.show.is_settled() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
