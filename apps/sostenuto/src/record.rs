//! `record`: what a device hears, into a WAV file; and what is said about recordings.

use crate::cli;
use crate::render::{encoding, is_same};
use anyhow::{Context, Result, bail};
use sostenuto_device::{Counts, Host, Stream, System, Vigour, Wish};
use sostenuto_media::record::{self, Options, Recorded, Recorder, Status, Tape};
use sostenuto_media::wav::Format;
use sostenuto_patch::Patch;
use sostenuto_patch::command::Depth;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often it is looked after.
const LOOK: Duration = Duration::from_millis(100);
/// How long the system may take to open the device.
const OPENING: Duration = Duration::from_secs(10);
/// Losses that are told one by one.
const LISTED: usize = 5;

pub fn record(args: &cli::Record) -> Result<ExitCode> {
    let mut system = System::new();
    let wish = Wish {
        device: args.device.clone(),
        inputs: args.channels.unwrap_or(0),
        outputs: 0,
        rate: args.rate,
        block: None,
    };
    let wish = at_own_rate(&system, with_channels(&system, wish));
    let terms = system.terms(&wish)?;
    let format = Format { channels: terms.inputs, rate: terms.rate, encoding: encoding(args.bits) };
    refuse(&args.output, (!args.overwrite).then_some(OPTION), &[])?;
    let (tape, recording) = Recording::begin(&args.output, format)?;
    let stream = match system.open(&wish, work(tape, args.seconds, terms.rate)) {
        Ok(stream) => stream,
        Err(error) => {
            drop(recording);
            _ = std::fs::remove_file(&args.output);
            return Err(error.into());
        }
    };
    println!(
        "Recording {} channels of {} at {} Hz into {}. Ctrl-C ends it.",
        terms.inputs,
        terms.device,
        terms.rate,
        args.output.display()
    );
    let outcome = listen(&stream, &recording, args.seconds);
    let counts = stream.counts();
    drop(stream);
    let ended = recording.finish()?;
    eprintln!("{}", ended.summary);
    told_by_the_device(&counts);
    outcome.map(|()| if ended.is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Two channels, or one if the device has no more, unless it was said how many.
fn with_channels(system: &System, wish: Wish) -> Wish {
    if wish.inputs > 0 {
        return wish;
    }
    let stereo = Wish { inputs: 2, ..wish.clone() };
    if system.terms(&stereo).is_ok() { stereo } else { Wish { inputs: 1, ..wish } }
}

/// As many frames a second as the device has by itself, unless it was said how many: so nothing is resampled on the way.
fn at_own_rate(system: &System, wish: Wish) -> Wish {
    let Some(terms) = system.terms(&wish).ok().filter(|_| wish.rate.is_none()) else { return wish };
    let own = system.offers().into_iter().find(|offer| offer.id == terms.device).map(|offer| offer.rate);
    let exact = Wish { rate: own, ..wish.clone() };
    if system.terms(&exact).is_ok() { exact } else { wish }
}

/// What the device's callback does: it records, exactly as many frames as were asked for.
fn work(mut tape: Tape, seconds: Option<f64>, rate: u32) -> Box<dyn sostenuto_device::Work> {
    let channels = tape.channels();
    let mut left = frames(seconds, rate).unwrap_or(u64::MAX);
    Box::new(move |input: &[f32], _: &mut [f32], _: u64| {
        let here = (input.len() / channels).min(usize::try_from(left).unwrap_or(usize::MAX));
        tape.write_interleaved(input.get(..here * channels).unwrap_or_default());
        left -= here as u64;
    })
}

fn frames(seconds: Option<f64>, rate: u32) -> Option<u64> {
    seconds.map(|seconds| (seconds * f64::from(rate)).round() as u64)
}

/// Waits until it is over: the time, Ctrl-C, the device or the disk.
fn listen<S: Stream>(stream: &S, recording: &Recording, seconds: Option<f64>) -> Result<()> {
    let (interrupt, interrupted) = channel();
    // A second handler in one process is refused; then Ctrl-C simply ends the program, and the file is whole all the same.
    _ = ctrlc::set_handler(move || _ = interrupt.send(()));
    let wanted = frames(seconds, recording.format.rate);
    let begun = Instant::now();
    loop {
        match interrupted.recv_timeout(LOOK) {
            Ok(()) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
        }
        let status = recording.recorder.status();
        if status.failed || wanted.is_some_and(|wanted| status.frames >= wanted) {
            return Ok(());
        }
        match stream.vigour() {
            Vigour::Opening if begun.elapsed() > OPENING => {
                bail!("the device does not open. Try another one: sostenuto devices")
            }
            Vigour::Ended(_) => {
                let why = stream.why().unwrap_or_else(|| "its stream has ended".into());
                bail!("nothing more comes from the device: {why}. What came until then is in the file");
            }
            _ => {}
        }
        recording.look().into_iter().for_each(|told| eprintln!("{told}"));
    }
}

fn told_by_the_device(counts: &Counts) {
    if counts.xruns > 0 {
        eprintln!("the device lost something {} times before it came here", counts.xruns);
    }
}

/// What to add on the command line to write over a file that is there.
pub const OPTION: &str = "--overwrite";
/// The same in a command.
pub const WORD: &str = "end the command with `overwrite`";

/// Refuses to record into a file that is there, unless it is to be overwritten, in which case there is no `remedy` to tell; and into one of `sources` always.
pub fn refuse(path: &Path, remedy: Option<&str>, sources: &[PathBuf]) -> Result<()> {
    if path.is_dir() {
        bail!("{} is a directory: give the name of a file in it", path.display());
    }
    if sources.iter().any(|source| source == path || is_same(source, path)) {
        bail!("{} is what is played or written: give another file to record into", path.display());
    }
    match remedy {
        Some(remedy) if path.exists() => {
            bail!("{} is there already: give another name, or {remedy}", path.display())
        }
        _ => Ok(()),
    }
}

/// The files that a patch has its sounds from, named from the directory of its document.
pub fn sounds_of(patch: &Patch, document: &Path) -> Vec<PathBuf> {
    let directory = document.parent().unwrap_or(Path::new(""));
    let named = patch.buffers.iter().filter_map(|(_, buffer)| buffer.file.as_ref());
    named.map(|file| directory.join(file)).collect()
}

/// What a command calls a depth, as the command line has it.
pub fn bits(depth: Depth) -> cli::Bits {
    match depth {
        Depth::Int16 => cli::Bits::Int16,
        Depth::Int24 => cli::Bits::Int24,
        Depth::Float32 => cli::Bits::Float32,
    }
}

/// A recording into a file, for the program.
pub struct Recording {
    pub path: PathBuf,
    pub format: Format,
    recorder: Recorder,
    /// Whether it was told that the file was deleted.
    is_told: std::cell::Cell<bool>,
}

/// A recording that is over.
pub struct Ended {
    pub summary: String,
    /// Whether nothing was lost.
    pub is_whole: bool,
}

impl Recording {
    /// Begins one, in the place of a file that may be there.
    pub fn begin(path: &Path, format: Format) -> Result<(Tape, Recording)> {
        let (tape, recorder) = record::to_file(path, format, Options::default())?;
        let is_told = std::cell::Cell::new(false);
        Ok((tape, Recording { path: path.to_owned(), format, recorder, is_told }))
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.recorder.status()
    }

    /// Whether it has ended by itself.
    pub fn is_over(&self) -> bool {
        self.recorder.is_over()
    }

    /// What is to be told of its file, once.
    pub fn look(&self) -> Option<String> {
        let is_news = !self.path.exists() && !self.is_told.replace(true);
        let told = "was deleted; it goes on, and the file is written anew at the end";
        is_news.then(|| format!("{} {told}", self.path.display()))
    }

    /// Ends it.
    pub fn finish(self) -> Result<Ended> {
        let (path, rate) = (self.path.display(), f64::from(self.format.rate));
        let frames = self.recorder.status().frames;
        let recorded = self.recorder.finish().with_context(|| {
            format!(
                "recording into {path} ended; what came before is in it, about {:.2} s",
                frames as f64 / rate
            )
        })?;
        let summary = summary(&path.to_string(), &self.format, &recorded);
        Ok(Ended { summary, is_whole: recorded.lost == 0 })
    }
}

/// What to say about a recording that is over.
pub fn summary(path: &str, format: &Format, recorded: &Recorded) -> String {
    let seconds = |frames: u64| frames as f64 / f64::from(format.rate);
    let written = &recorded.written;
    let mut text = format!(
        "{path}: {:.2} s, {} channels at {} Hz{}",
        seconds(written.frames),
        format.channels,
        format.rate,
        crate::render::clipped(written.clipped)
    );
    if written.not_finite > 0 {
        text += &format!(", {} samples were infinite or not a number", written.not_finite);
    }
    if recorded.restored {
        text += "\nit had been deleted, and was written anew";
    }
    if recorded.lost > 0 {
        text += &format!(
            "\n{} frames ({:.3} s) were lost, for the disk was too slow; they are silent in the file:",
            recorded.lost,
            seconds(recorded.lost)
        );
        for loss in recorded.losses.iter().take(LISTED) {
            text += &format!("\n  {} frames from {:.3} s on", loss.frames, seconds(loss.at));
        }
        if recorded.losses.len() > LISTED {
            text += &format!("\n  and at {} more places", recorded.losses.len() - LISTED);
        }
    }
    text
}
