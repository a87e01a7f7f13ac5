//! Running the program: in a directory of its own, with what it said and the samples it wrote.

#![allow(dead_code)]

pub mod conversation;

use sostenuto_media::Sound;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the program did.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// An empty directory for the test of this name; what an earlier run left there is gone.
pub fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).expect("a directory for the test");
    directory
}

/// The program, to be run in `directory`, without what the surroundings might change.
pub fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sostenuto"));
    command.current_dir(directory).env_remove("RUST_BACKTRACE").env("XDG_DATA_HOME", directory);
    command
}

/// Runs the program with nothing on its standard input.
pub fn run(directory: &Path, args: &[&str]) -> Said {
    run_with(directory, args, "")
}

/// Runs the program with a text on its standard input.
pub fn run_with(directory: &Path, args: &[&str], input: &str) -> Said {
    let mut child = program(directory)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ends without reading its input closes the pipe; that is no fault of the test.
    _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Runs the program and asks that it went well.
pub fn well(directory: &Path, args: &[&str]) -> Said {
    let said = run(directory, args);
    assert_eq!(said.code, Some(0), "{args:?}\n{}{}", said.out, said.err);
    said
}

/// Renders `patch` as 32-bit floats and reads what was written.
pub fn rendered(directory: &Path, patch: &str, args: &[&str]) -> Sound {
    // Tests run side by side; each render of a directory has a name of its own.
    let name: String = args.concat().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let file = format!("{}{name}.wav", patch.rsplit('/').next().unwrap_or(patch));
    well(directory, &[&["render", patch, "-o", &file, "--bits", "32f"][..], args].concat());
    let path = directory.join(file);
    let sound = Sound::read_wav(&path).expect("a WAV file");
    _ = std::fs::remove_file(path);
    sound
}

/// The first frame at which two sounds differ, if they do.
pub fn first_difference(a: &Sound, b: &Sound) -> Option<usize> {
    let lengths = |s: &Sound| s.channels.iter().map(Vec::len).collect::<Vec<_>>();
    if lengths(a) != lengths(b) {
        return Some(0);
    }
    let differ =
        |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits());
    a.channels.iter().zip(&b.channels).filter_map(differ).min()
}

/// The examples' directory.
pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").canonicalize().expect("examples")
}

/// Every file of a directory with this ending, by name.
pub fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("a directory")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    files.sort();
    files
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
