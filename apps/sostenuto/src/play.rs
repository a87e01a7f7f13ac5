//! `play`: a patch on a device, taking edits from standard input and from its file while it plays.

use crate::cli;
use crate::live::LiveLine;
use crate::prompt;
use crate::reply;
use crate::script::complaint;
use crate::watch::Watch;
use anyhow::{Context, Result};
use rustyline::ExternalPrinter;
use sostenuto_device::Request;
use sostenuto_engine::{AudioEngine, Controller, Notice, Reply};
use sostenuto_graph::Ticket;
use sostenuto_patch::command::{Command, Timed, parse};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
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
    let show = start(&engine, args, checked.patch)?;
    engine.play()?;
    let file = args
        .what
        .patch
        .as_ref()
        .filter(|p| p.as_path() != std::path::Path::new("-"))
        .map(|p| p.display().to_string());
    Session { controller: engine.controller(), show, rate: f64::from(engine.outlet().rate), file }
        .run(args)?;
    engine.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// Gives the engine the patch, and tells where it plays.
fn start(engine: &AudioEngine, args: &cli::Play, patch: sostenuto_patch::Patch) -> Result<Show> {
    let title = patch.title.clone().unwrap_or_else(|| "a patch".into());
    match args
        .what
        .patch
        .as_ref()
        .filter(|path| path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("json")))
    {
        Some(path) if path != std::path::Path::new("-") => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            engine.apply_toml(&text)?;
        }
        _ => drop(engine.apply(&patch)?),
    }
    let outlet = engine.outlet();
    let device = outlet.device.clone().unwrap_or_else(|| "the fallback clock, silently,".into());
    println!("Playing {title} on {device} at {} Hz. `help` lists the commands, `quit` ends.", outlet.rate);
    let journal = match &args.journal {
        Some(path) => Some(File::create(path).with_context(|| format!("cannot write {}", path.display()))?),
        None => None,
    };
    Ok(Show {
        sink: Arc::new(Mutex::new(Sink::Plain)),
        journal: Arc::new(Mutex::new(Journal { file: journal, said: HashMap::new() })),
    })
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

/// The commands whose acknowledgement is awaited, and the file that they are written to.
struct Journal {
    file: Option<File>,
    said: HashMap<Ticket, Command>,
}

impl Show {
    fn print(&self, text: &str) {
        let text = text.trim_end().to_owned() + "\n";
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

    fn await_frame(&self, ticket: Ticket, command: Command) {
        let mut journal = self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        journal.said.insert(ticket, command);
    }

    /// Writes a command down once the frame at which it took effect is known.
    fn note(&self, ticket: Ticket, frame: u64) -> Option<Command> {
        let mut journal = self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let command = journal.said.remove(&ticket)?;
        if let Some(file) = &mut journal.file
            && let Err(error) = writeln!(file, "@{frame}f {command}")
        {
            eprintln!("the journal cannot be written: {error}");
            journal.file = None;
        }
        Some(command)
    }
}

/// Everything that goes on while a patch plays.
struct Session {
    controller: Controller,
    show: Show,
    rate: f64,
    /// The file that the patch came from.
    file: Option<String>,
}

/// What the main thread waits for.
enum Wake {
    Line(String),
    End,
}

impl Session {
    fn run(&self, args: &cli::Play) -> Result<()> {
        let notices = self.controller.listen()?;
        let (wake, inbox) = channel();
        let interrupt = wake.clone();
        // A second handler in one process is refused; then Ctrl-C simply ends the program.
        _ = ctrlc::set_handler(move || _ = interrupt.send(Wake::End));
        let _watch = self.watch(args);
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
    fn watch(&self, args: &cli::Play) -> Option<Watch> {
        let path = args
            .what
            .patch
            .as_ref()
            .filter(|p| !args.no_watch && p.as_path() != std::path::Path::new("-"))?;
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) {
            return None;
        }
        let (controller, show, name) =
            (self.controller.clone(), self.show.clone(), path.display().to_string());
        let changed = move |text: String| match controller.with(move |desk| desk.reload(&text)) {
            Ok(Ok(reloaded)) if reloaded.applied.edits.is_empty() => {}
            Ok(Ok(reloaded)) => {
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
        match Watch::start(path, changed) {
            Ok(watch) => Some(watch),
            Err(error) => {
                self.show.print(&format!("changes to {} will not be heard: {error:#}", path.display()));
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
                    if self.show.note(*ticket, *frame).is_some() {
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
            let at = at.map(|at| desk.frames(at));
            desk.carry_out(&command, at)
        });
        match outcome {
            Ok(Ok(Reply::Edited(applied))) => {
                let lines: Vec<String> = applied.edits.iter().map(|edit| format!("  {edit}")).collect();
                self.show.print(&lines.join("\n"));
                if let Some(ticket) = applied.ticket {
                    self.show.await_frame(ticket, said);
                }
            }
            Ok(Ok(Reply::Sent(ticket))) => {
                if said != Command::Ping {
                    self.show.await_frame(ticket, said);
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
            Command::Stats => self.controller.with(move |desk| reply::stats(desk, &counts)),
            other => Ok(format!("`{other}` cannot be done here")),
        };
        self.show.print(&shown.unwrap_or_else(|error| error.to_string()));
    }

    fn load(&self, path: &str) {
        let text = match crate::source::text(path.as_ref()) {
            Ok(text) => text,
            Err(error) => return self.show.print(&format!("{error:#}")),
        };
        let (name, source) = (text.name.clone(), text.text.clone());
        match self.controller.with(move |desk| desk.open(&source, None)) {
            Ok(Ok((Reply::Edited(applied), _))) => {
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
            Err(error) => self.show.print(&format!("{error:#}")),
        }
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
