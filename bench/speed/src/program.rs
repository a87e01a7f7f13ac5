//! Which programs render a workload into a file, and what do they cost?
//!
//! A program's cost is the processor time of a long run less that of a short one, over the seconds between: what it takes to start and to read
//! the workload is in both.

mod csound;
mod osc;
mod ours;
mod pd;
mod scsynth;
mod synthdef;

use crate::seat::Outcome;
use crate::spec::RATE;
use crate::wav;
use crate::workload::Workload;
use nix::sys::resource::{UsageWho, getrusage};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program.
pub struct Program {
    /// Its key on the command line begins with it.
    pub key: &'static str,
    /// What is run.
    pub binary: fn() -> PathBuf,
    /// What brings it: a package of Debian, or a command.
    pub package: &'static str,
    /// Writes what the program needs into a folder, and gives the arguments that make it render so many seconds into a file; nothing if it cannot.
    pub prepare: fn(&Task<'_>) -> Option<Command>,
    /// The forms in which it does a workload: how each is called, its title, and what is to be said of it.
    pub forms: fn(Workload) -> &'static [Form],
}

/// A way of doing a workload.
pub struct Form {
    pub name: &'static str,
    pub title: &'static str,
    pub note: &'static str,
}

/// What a program is to do.
pub struct Task<'a> {
    pub workload: Workload,
    pub form: &'a str,
    pub seconds: u32,
    pub folder: &'a Path,
    /// Where the sound goes, as 32-bit floating-point WAV.
    pub output: &'a Path,
}

impl Task<'_> {
    /// Writes a file into the folder.
    fn keep(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// The sample of W3 as a file.
    fn sample(&self) -> PathBuf {
        let path = self.folder.join("sample.wav");
        if !path.is_file() {
            wav::write(&path, RATE, &crate::spec::sample()).expect("a file can be written");
        }
        path
    }
}

pub static ALL: [Program; 4] = [ours::PROGRAM, scsynth::PROGRAM, pd::PROGRAM, csound::PROGRAM];

/// A program that is on the search path.
fn named(name: &str) -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| PathBuf::from(name))
}

impl Program {
    pub fn is_there(&self) -> bool {
        (self.binary)().is_file()
    }
}

/// Says which programs are not there, and what brings them.
pub fn tell_missing() {
    let missing: Vec<&Program> = ALL.iter().filter(|program| !program.is_there()).collect();
    let packages: Vec<&str> =
        missing.iter().map(|program| program.package).filter(|package| !package.contains(' ')).collect();
    if !packages.is_empty() {
        eprintln!(
            "not installed: {0}. On Debian:  apt-get install --no-install-recommends {0}",
            packages.join(" ")
        );
    }
    for program in missing.iter().filter(|program| program.package.contains(' ')) {
        eprintln!("not there: {}. To build it:  {}", (program.binary)().display(), program.package);
    }
}

/// Seconds of the short run.
const SHORT: u32 = 1;

/// One measurement.
///
/// # Errors
/// What kept the program from doing it.
pub fn run(key: &str, workload: Workload, seconds: u32) -> Result<Outcome, String> {
    let (name, form) = key.split_once(':').unwrap_or((key, ""));
    let program = ALL.iter().find(|p| p.key == name).ok_or_else(|| format!("there is no program {name}"))?;
    let folder = std::env::current_exe().map_err(told)?.with_file_name("speed-files");
    std::fs::create_dir_all(&folder).map_err(told)?;
    let output = folder.join(format!("{name}.wav"));
    let timed = |seconds: u32| {
        let task = Task { workload, form, seconds, folder: &folder, output: &output };
        let command = (program.prepare)(&task).ok_or_else(|| format!("it cannot do {}", workload.name()))?;
        processor_time(command)
    };
    let short = timed(SHORT)?;
    // What is heard is to come from the long run.
    std::fs::remove_file(&output).map_err(told)?;
    let long = timed(SHORT + seconds)?;
    let sound = wav::read(&output)?;
    if sound.rate != RATE {
        return Err(format!("it renders {} frames a second", sound.rate));
    }
    let heard = sound.last(seconds as usize * RATE as usize);
    Ok(Outcome {
        contestant: key.to_owned(),
        workload,
        seconds: f64::from(seconds).min(heard.seconds),
        cost: (long - short) / f64::from(seconds),
        level: heard.level,
        peak: heard.peak,
    })
}

fn told(why: std::io::Error) -> String {
    why.to_string()
}

/// Seconds that the processor works for a program, in all its threads and in the system.
fn processor_time(mut command: Command) -> Result<f64, String> {
    let used = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|why| why.to_string())?;
        let seconds = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + 1e-6 * t.tv_usec() as f64;
        Ok::<f64, String>(seconds(usage.user_time()) + seconds(usage.system_time()))
    };
    let before = used()?;
    let output = command.stdin(Stdio::null()).output().map_err(told)?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        return Err(format!("{command:?}: {}\n{}{}", output.status, said[0], said[1]));
    }
    Ok(used()? - before)
}
