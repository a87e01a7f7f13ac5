//! `play`: a patch on a device, taking edits from standard input and from its file while it plays.

use crate::clean::{causes, clean};
use crate::cli;
use crate::live::LiveLine;
use crate::prompt;
use crate::reply;
use crate::script::complaint;
use crate::watch::Watch;
use anyhow::{Context, Result};
use rustyline::ExternalPrinter;
use sostenuto_device::Request;
use sostenuto_engine::{Applied, AudioEngine, Conductor, Controller, Notice, Reply};
use sostenuto_graph::{Ticket, When};
use sostenuto_patch::command::{Command, Timed, parse};
use sostenuto_patch::{Patch, to_toml};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The rate of the fallback clock, and how long a patch is rendered instead of played.
const FALLBACK_RATE: u32 = 48_000;
const INSTEAD_SECONDS: f64 = 10.0;

pub fn play(args: &cli::Play) -> Result<ExitCode> {
    let checked = crate::source::patch(&args.what)?;
    let request = Request {
        device: args.device.clone(),
        host: args.host.clone(),
        rate: args.rate,
        block: args.block,
        ..Request::default()
    };
    let engine = match AudioEngine::on(request) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            if let Some(file) = &args.or_render {
                crate::render::instead_of_playing(
                    &checked.patch,
                    file,
                    args.seconds.unwrap_or(INSTEAD_SECONDS),
                )?;
                return Ok(ExitCode::SUCCESS);
            }
            eprintln!("Time goes on without sound. To hear the patch: sostenuto render … -o FILE.wav");
            AudioEngine::without_device(args.rate.unwrap_or(FALLBACK_RATE), 2)?
        }
    };
    let (show, heard) = start(&engine, args, &checked.patch)?;
    engine.play()?;
    let file = watched(args).map(|path| path.display().to_string());
    let watching = Arc::new(AtomicBool::new(!args.no_watch && file.is_some()));
    Session { controller: engine.controller(), show, rate: f64::from(engine.outlet().rate), file, watching }
        .run(args, heard)?;
    engine.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// Gives the engine the patch, and tells where it plays. Gives the text that sounds, if it came from a TOML file.
fn start(engine: &AudioEngine, args: &cli::Play, patch: &Patch) -> Result<(Show, Option<String>)> {
    let journal = match &args.journal {
        Some(path) => Some(begin_journal(path, engine.outlet().rate)?),
        None => None,
    };
    let heard = match watched(args) {
        Some(path) => {
            let text = crate::source::text(path)?.text;
            let (source, mut load) = (text.clone(), crate::source::loader(path));
            engine.controller().with(move |desk| desk.open_with(&source, &mut load, None).map(|_| ()))??;
            Some(text)
        }
        None => {
            engine.apply(patch)?;
            None
        }
    };
    let title = clean(patch.title.as_deref().unwrap_or("a patch"));
    let outlet = engine.outlet();
    let device = outlet.device.clone().unwrap_or_else(|| "the fallback clock, silently,".into());
    println!("Playing {title} on {device} at {} Hz. `help` lists the commands, `quit` ends.", outlet.rate);
    let journal = Arc::new(Mutex::new(Journal { file: journal, ..Journal::default() }));
    Ok((Show { sink: Arc::new(Mutex::new(Sink::Plain)), journal }, heard))
}

fn begin_journal(path: &Path, rate: u32) -> Result<File> {
    let begin = || {
        let mut file = File::create(path)?;
        writeln!(file, "{}", crate::script::heading(rate))?;
        Ok::<_, std::io::Error>(file)
    };
    begin().with_context(|| format!("cannot write {}", path.display()))
}

/// The file that can be saved while it plays: TOML, and not standard input.
fn watched(args: &cli::Play) -> Option<&Path> {
    let path = args.what.patch.as_deref().filter(|path| *path != Path::new("-"))?;
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    (!json).then_some(path)
}

/// Where messages go, from any thread of the program.
#[derive(Clone)]
struct Show {
    sink: Arc<Mutex<Sink>>,
    journal: Arc<Mutex<Journal>>,
}

enum Sink {
    Plain,
    Prompt(Box<dyn ExternalPrinter + Send>),
}

/// The commands in the order in which they were said, until their frames are known, and the file that they are then written to.
#[derive(Default)]
struct Journal {
    file: Option<File>,
    said: VecDeque<Said>,
    /// Acknowledgements of what is not among those said, the latest few: what another thread said may be noted after its effect is told.
    early: VecDeque<(Ticket, u64)>,
}

/// How many early acknowledgements are kept.
const EARLY: usize = 64;

struct Said {
    command: Command,
    ticket: Option<Ticket>,
    frame: Option<u64>,
}

impl Journal {
    /// Writes down what is known, up to the first command that is not yet acknowledged.
    fn write(&mut self) -> std::io::Result<()> {
        while let Some(said) = self.said.front() {
            let Some(frame) = said.frame else { break };
            if let Some(file) = &mut self.file {
                writeln!(file, "@{frame}f {}", said.command)?;
            }
            self.said.pop_front();
        }
        Ok(())
    }
}

impl Show {
    fn print(&self, text: &str) {
        let text = clean(text.trim_end()) + "\n";
        let mut sink = self.sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let printed = match &mut *sink {
            Sink::Prompt(printer) => printer.print(text.clone()).is_ok(),
            Sink::Plain => false,
        };
        if !printed {
            print!("{text}");
            _ = std::io::stdout().flush();
        }
    }

    /// Notes a command that was said, with the frame of its effect if nobody is going to acknowledge it.
    fn said(&self, command: Command, ticket: Option<Ticket>, frame: Option<u64>) {
        self.journal(|journal| {
            let early =
                journal.early.iter().find(|(early, _)| Some(*early) == ticket).map(|(_, frame)| *frame);
            journal.said.push_back(Said { command, ticket, frame: frame.or(early) });
        });
    }

    /// Notes the frame at which a command took effect; whether it was one of those said.
    fn acknowledged(&self, ticket: Ticket, frame: Option<u64>) -> bool {
        let mut known = false;
        self.journal(|journal| {
            if let Some(place) = journal.said.iter().position(|said| said.ticket == Some(ticket)) {
                known = true;
                match frame {
                    Some(_) => journal.said[place].frame = frame,
                    None => drop(journal.said.remove(place)),
                }
            } else if let Some(frame) = frame {
                journal.early.push_back((ticket, frame));
                journal.early.drain(..journal.early.len().saturating_sub(EARLY));
            }
        });
        known
    }

    fn journal(&self, change: impl FnOnce(&mut Journal)) {
        let mut journal = self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut journal);
        if let Err(error) = journal.write() {
            eprintln!("the journal cannot be written: {error}");
            journal.file = None;
        }
    }
}

/// Everything that goes on while a patch plays.
struct Session {
    controller: Controller,
    show: Show,
    rate: f64,
    /// The file that the patch came from.
    file: Option<String>,
    /// Whether saving that file is heard: until another is loaded.
    watching: Arc<AtomicBool>,
}

/// Copies of the patch beside the journal, one for each time that its file was saved, so that the journal can be followed.
struct Snapshots {
    journal: Option<PathBuf>,
    taken: usize,
}

impl Snapshots {
    fn take(&mut self, controller: &Controller, show: &Show) -> Option<String> {
        let journal = self.journal.as_ref()?;
        let text = controller.with(|desk| to_toml(desk.conductor().patch(), Conductor::catalogue())).ok()?;
        self.taken += 1;
        let path = format!("{}.{}.toml", journal.display(), self.taken);
        match std::fs::write(&path, text) {
            Ok(()) => Some(path),
            Err(error) => {
                show.print(&format!("the journal will lack what was saved: cannot write {path}: {error}"));
                None
            }
        }
    }
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
        // A second handler in one process is refused; then Ctrl-C simply ends the program.
        _ = ctrlc::set_handler(move || _ = interrupt.send(Wake::End));
        let _watch = self.watch(args, heard);
        let _line = self.listen(wake)?;
        let end = args.seconds.map(|s| Instant::now() + Duration::from_secs_f64(s));
        loop {
            self.tell(&notices);
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

    /// The file, so that saving it is heard.
    fn watch(&self, args: &cli::Play, heard: Option<String>) -> Option<Watch> {
        let path = watched(args).filter(|_| !args.no_watch)?;
        let (controller, show, name) =
            (self.controller.clone(), self.show.clone(), path.display().to_string());
        let (watching, mut snapshots) =
            (self.watching.clone(), Snapshots { journal: args.journal.clone(), taken: 0 });
        let document = path.to_owned();
        let mut reload = move |text: String| match controller.with({
            let mut load = crate::source::loader(&document);
            move |desk| desk.reload_with(&text, &mut load)
        }) {
            Ok(Ok(reloaded)) if reloaded.applied.edits.is_empty() => {}
            Ok(Ok(reloaded)) => {
                if let Some(ticket) = reloaded.applied.ticket
                    && let Some(path) = snapshots.take(&controller, &show)
                {
                    show.said(Command::Load { path }, Some(ticket), None);
                }
                let lines: Vec<String> = reloaded.applied.edits.iter().map(|e| format!("  {e}")).collect();
                let over: Vec<String> = reloaded.overrode.iter().map(|e| format!("  {e}")).collect();
                show.print(&format!("{name} was saved:\n{}", lines.join("\n")));
                if !over.is_empty() {
                    show.print(&format!("of these, commands had it otherwise:\n{}", over.join("\n")));
                }
            }
            Ok(Err(error)) => show.print(&format!(
                "{name} was saved with problems, so nothing changes:\n{}",
                indent(&error.to_string())
            )),
            Err(error) => show.print(&format!("{error}")),
        };
        let changed = move |text| {
            if watching.load(Ordering::Relaxed) {
                reload(text);
            }
        };
        match Watch::start(path, heard?, changed) {
            Ok(watch) => Some(watch),
            Err(error) => {
                self.show.print(&format!(
                    "changes to {} will not be heard: {}",
                    path.display(),
                    causes(&error)
                ));
                None
            }
        }
    }

    /// Reads lines on a thread of its own: with an editor on a terminal, plainly from a pipe.
    fn listen(&self, wake: Sender<Wake>) -> Result<Option<LiveLine>> {
        if !std::io::stdin().is_terminal() {
            let body = move || {
                for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                    if wake.send(Wake::Line(line)).is_err() {
                        return;
                    }
                }
            };
            std::thread::Builder::new().name("input".into()).spawn(body)?;
            return Ok(None);
        }
        let line = LiveLine::start(self.controller.clone());
        let mut editor = prompt::editor(self.controller.clone())?;
        if let Ok(printer) = editor.create_external_printer() {
            let mut sink = self.show.sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *sink = Sink::Prompt(Box::new(printer));
        }
        let body = move || {
            while let Ok(line) = editor.readline("> ") {
                _ = editor.add_history_entry(&line);
                if let Some(file) = prompt::history_file() {
                    _ = editor.save_history(&file);
                }
                if wake.send(Wake::Line(line)).is_err() {
                    break;
                }
            }
            _ = wake.send(Wake::End);
        };
        std::thread::Builder::new().name("prompt".into()).spawn(body)?;
        Ok(line)
    }

    /// Shows what the audio thread told.
    fn tell(&self, notices: &Receiver<Notice>) {
        for notice in notices.try_iter() {
            match &notice {
                Notice::Applied { ticket, frame } | Notice::Set { ticket, frame } => {
                    if self.show.acknowledged(*ticket, Some(*frame)) {
                        self.show
                            .print(&format!("  from {:.3} s on (frame {frame})", *frame as f64 / self.rate));
                    }
                }
                Notice::Pong { frame, .. } => {
                    self.show.print(&format!(
                        "the audio thread is at frame {frame} ({:.3} s)",
                        *frame as f64 / self.rate
                    ));
                }
                Notice::DeviceLost { device, why } => {
                    self.show.print(&format!(
                        "{device} is gone ({why}). Time goes on without sound; start again to choose a device"
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
            if self.show.journal.lock().map_or(true, |journal| journal.said.is_empty()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Carries a line out; `false` if it ends the program.
    fn obey(&self, line: &str) -> bool {
        let Timed { at, command } = match parse(line) {
            Ok(Some(timed)) => timed,
            Ok(None) => return true,
            Err(error) => {
                self.show.print(&format!("{error}\n{}", indent(&error.excerpt(line))));
                return true;
            }
        };
        if command == Command::Quit {
            return false;
        }
        let said = command.clone();
        let outcome = self.controller.with(move |desk| {
            let at = at.map_or(When::Now, |at| desk.when(&at));
            desk.carry_out(&command, at)
        });
        match outcome {
            Ok(Ok(Reply::Edited(applied))) => {
                let lines: Vec<String> = applied.edits.iter().map(|edit| format!("  {edit}")).collect();
                self.show.print(&lines.join("\n"));
                self.heard(said, &applied);
            }
            Ok(Ok(Reply::Sent(ticket))) => {
                if said != Command::Ping {
                    self.show.said(said, Some(ticket), None);
                }
            }
            Ok(Ok(Reply::Nothing(why))) => self.show.print(why),
            Ok(Ok(Reply::Yours(command))) => self.answer(command),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => self.show.print(&format!("{error}")),
            Err(error) => self.show.print(&format!("{error}")),
        }
        true
    }

    /// Notes a command for the journal. What makes no sound, as another name does, takes effect at once.
    fn heard(&self, said: Command, applied: &Applied) {
        let now = self.controller.with(|desk| desk.conductor().load().frame()).unwrap_or(0);
        self.show.said(said, applied.ticket, applied.ticket.is_none().then_some(now));
    }

    /// Commands that ask to be shown something, or are about files.
    fn answer(&self, command: Command) {
        let counts = self.controller.counts().unwrap_or_default();
        let shown = match command {
            Command::Load { path } => return self.load(&path),
            Command::Save { path } => return self.save(path),
            Command::Nodes { kind } => Ok(reply::kinds(kind.as_deref())),
            Command::Help { command } => Ok(reply::helped(command.as_deref())),
            Command::List => self.controller.with(|desk| reply::list(desk)),
            Command::Show { node } => self.controller.with(move |desk| reply::show(desk, &node)),
            Command::Meters => self.controller.with(|desk| reply::meters(desk)),
            Command::Where => self.controller.with(|desk| reply::position(desk)),
            Command::Stats => self.controller.with(move |desk| reply::stats(desk, &counts)),
            other => Ok(reply::unable(&other)),
        };
        self.show.print(&shown.unwrap_or_else(|error| error.to_string()));
    }

    fn load(&self, path: &str) {
        let text = match crate::source::text(path.as_ref()) {
            Ok(text) => text,
            Err(error) => return self.show.print(&causes(&error)),
        };
        let (name, source) = (text.name.clone(), text.text.clone());
        let mut load = crate::source::loader(path.as_ref());
        match self.controller.with(move |desk| desk.open_with(&source, &mut load, None)) {
            Ok(Ok((Reply::Edited(applied), _))) => {
                self.heard(Command::Load { path: path.into() }, &applied);
                if self.watching.swap(false, Ordering::Relaxed) {
                    self.show.print("from here on, saving a file is not heard: `load` it again");
                }
                self.show.print(&format!("{name}: {} edits", applied.edits.len()));
            }
            Ok(Ok(_)) => self.show.print("it is so already"),
            Ok(Err(error)) => self
                .show
                .print(&format!("{name} has problems, so nothing changes:\n{}", indent(&error.to_string()))),
            Err(error) => self.show.print(&error.to_string()),
        }
    }

    fn save(&self, path: Option<String>) {
        let Some(path) = path.or_else(|| self.file.clone()) else {
            return self.show.print("say where: save FILE");
        };
        let written =
            self.controller.with(|desk| desk.text()).map_err(anyhow::Error::from).and_then(|text| {
                // Written beside and renamed, so that the old file is there whole until the new one is.
                let beside = format!("{path}.new");
                std::fs::write(&beside, text).with_context(|| format!("cannot write {beside}"))?;
                std::fs::rename(&beside, &path).with_context(|| format!("cannot write {path}"))
            });
        match written {
            Ok(()) => self.show.print(&format!("saved to {path}")),
            Err(error) => self.show.print(&causes(&error)),
        }
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
