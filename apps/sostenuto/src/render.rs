//! `render`: a patch to a WAV file, as fast as the machine goes.

mod others;
mod takes;

use crate::cli::{self, Bits};
use crate::script::{Script, complaint};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use others::Others;
use sostenuto_engine::{Conductor, Desk, Helpers, OfflinePorts};
use sostenuto_graph::{AudioBuffer, Executor, Limits};
use sostenuto_media::plot::{Options, Picture};
use sostenuto_media::wav::{Encoding, Format, Writer};
use sostenuto_patch::Patch;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
pub use takes::Takes;

/// How long a patch is rendered.
const DEFAULT_SECONDS: f64 = 10.0;

pub fn render(args: &cli::Render) -> Result<ExitCode> {
    let (checked, length) = crate::song::or_patch(&args.what, args.looped)?;
    for source in args.what.patch.iter().chain(&args.script) {
        if is_same(source, &args.output) {
            bail!("{} is what is to be rendered: give another file after -o", args.output.display());
        }
    }
    let mut job = Job::new(&checked.patch, args.rate, args.channels, args.threads)?;
    let script = match &args.script {
        Some(path) => Script::read(path, &job.desk)?,
        None => Script::empty(),
    };
    let rate = f64::from(args.rate);
    let frames = match (args.seconds, length) {
        // As resampling has it: also a frame that ends behind the end, if it begins before it.
        (None, Some(length)) => (length * rate - 1e-6).ceil() as u64,
        (seconds, _) => (seconds.unwrap_or(DEFAULT_SECONDS) * rate).round() as u64,
    };
    let format = Format { channels: args.channels, rate: args.rate, encoding: encoding(args.bits) };
    let taken = args.what.patch.iter().chain(&args.script).chain([&args.output]).cloned().collect();
    let takes = Takes::new(format, args.what.patch.as_deref(), taken);
    let said = (script, takes);
    let outcome = job.write(&args.output, format, frames, args.block as usize, said, args.plot.as_deref())?;
    eprintln!("{outcome}");
    Ok(ExitCode::SUCCESS)
}

/// The same for `play` without a device.
pub fn instead_of_playing(patch: &Patch, path: &Path, seconds: f64, threads: u8) -> Result<()> {
    let (rate, channels) = (48_000, 2);
    let format = Format { channels, rate, encoding: encoding(Bits::Int24) };
    let frames = (seconds * f64::from(rate)).round() as u64;
    let said = (Script::empty(), Takes::new(format, None, Vec::new()));
    let outcome = Job::new(patch, rate, channels, threads)?.write(path, format, frames, 4096, said, None)?;
    eprintln!("{outcome}");
    Ok(())
}

/// Refuses a file for which its disk has no room, where that is known, before long work begins.
pub fn ask_for_room(path: &Path, format: Format, frames: u64) -> Result<()> {
    let directory = path.parent().filter(|way| !way.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs4::available_space(directory) {
        Ok(free) if free < format.bytes(frames) => {
            let gigabytes = format.bytes(frames) as f64 / 1e9;
            bail!(
                "{} would have {gigabytes:.1} GB, for which its disk has no room: make it shorter, with fewer channels or bits, or write elsewhere",
                path.display()
            )
        }
        _ => Ok(()),
    }
}

/// Whether two names are of one file.
pub fn is_same(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

pub fn encoding(bits: Bits) -> Encoding {
    match bits {
        Bits::Int16 => Encoding::Int16Dithered,
        Bits::Int24 => Encoding::Int24,
        Bits::Float32 => Encoding::Float32,
    }
}

struct Job {
    desk: Desk,
    ports: OfflinePorts,
    executor: Executor,
    /// Threads that help to render.
    _helpers: Helpers,
    channels: u16,
    rate: u32,
}

impl Job {
    fn new(patch: &Patch, rate: u32, channels: u16, threads: u8) -> Result<Job> {
        sostenuto_sounds::wait_for_the_disk();
        let (mut conductor, executor) = Conductor::new(f64::from(rate), channels, Limits::default(), None);
        let helpers = Helpers::start(conductor.set_threads(usize::from(threads))?)
            .context("the system gave no thread: try with fewer --threads")?;
        let ports = OfflinePorts::of(&mut conductor);
        let mut desk = Desk::new(conductor);
        desk.play(sostenuto_sounds::at_rate(patch, rate), None)?;
        Ok(Job { desk, ports, executor, _helpers: helpers, channels, rate })
    }

    /// Renders into a file; gives a line about it.
    fn write(
        &mut self,
        path: &Path,
        format: Format,
        frames: u64,
        block: usize,
        (mut script, mut takes): (Script, Takes),
        plot: Option<&Path>,
    ) -> Result<String> {
        if path.is_dir() {
            bail!("{} is a directory: give the name of a file in it", path.display());
        }
        ask_for_room(path, format, frames)?;
        // Written beside and renamed when whole: what was there before is there until then.
        let part = Part::of(path);
        let mut writer = Writer::create(&part.0, format)?;
        let mut others = Others::beside(path.to_owned(), format);
        let block = block.min(OfflinePorts::MOST_FRAMES);
        let bar = progress(frames);
        let mut picture = plot.map(|_| Vec::new());
        let mut buffer = AudioBuffer::new(usize::from(self.channels), block);
        let begun = Instant::now();
        let mut done = 0;
        let mut over = false;
        while done < frames && !over {
            let ahead;
            (ahead, over) =
                script.say(&mut self.desk, &mut takes, done, (frames - done).min(block as u64))?;
            let mut channels: Vec<&mut [f32]> =
                buffer.channels_mut().map(|c| &mut c[..ahead as usize]).collect();
            self.executor.render(&mut channels);
            writer.write_planar(&channels)?;
            let elsewhere = self.ports.take(self.desk.conductor_mut(), done, ahead as usize);
            others.write(&elsewhere, done, ahead)?;
            if let Some(picture) = &mut picture {
                picture.resize(channels.len(), Vec::new());
                picture
                    .iter_mut()
                    .zip(&channels)
                    .for_each(|(all, block): (&mut Vec<f32>, _)| all.extend_from_slice(block));
            }
            self.desk
                .conductor_mut()
                .notices()
                .iter()
                .filter_map(complaint)
                .for_each(|line| eprintln!("{line}"));
            takes.write()?;
            done += ahead;
            bar.set_position(done);
        }
        bar.finish_and_clear();
        if let Some((count, last)) = script.left().filter(|_| !over) {
            let seconds = last as f64 / f64::from(self.rate);
            eprintln!(
                "{count} commands of the script come after the end, the last at {seconds:.2} s: give --seconds more"
            );
        }
        let written = writer.finish()?;
        let others = [others.finish()?, takes.finish()?].concat();
        std::fs::rename(&part.0, path).with_context(|| format!("cannot write {}", path.display()))?;
        if let (Some(path), Some(channels)) = (plot, picture) {
            self.draw(path, &channels)?;
        }
        let seconds = done as f64 / f64::from(self.rate);
        let pace = seconds / begun.elapsed().as_secs_f64().max(1e-9);
        let clipped = clipped(written.clipped);
        let others: String = others.iter().map(|line| format!("\n{line}")).collect();
        Ok(format!(
            "{}: {seconds:.2} s, {pace:.0} times as fast as it sounds{clipped}{others}",
            path.display()
        ))
    }

    /// Draws what was rendered.
    fn draw(&self, path: &Path, channels: &[Vec<f32>]) -> Result<()> {
        let title = self.desk.conductor().patch().title.clone().unwrap_or_default();
        Picture::render(channels, f64::from(self.rate), &Options { title, ..Options::default() })
            .and_then(|picture| picture.save_png(path))
            .with_context(|| format!("cannot draw {}", path.display()))
    }
}

/// What to say about samples beyond full scale.
pub fn clipped(samples: u64) -> String {
    match samples {
        0 => String::new(),
        n => format!(", {n} samples clipped: turn it down, or write --bits 32f"),
    }
}

/// What a file is called while it is written.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// A file that is being written, removed again unless it is renamed.
pub struct Part(PathBuf);

impl Part {
    pub fn of(path: &Path) -> Part {
        Part(part_of(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

pub fn progress(frames: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(frames), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
