//! What can be said on the command line: the one source of the parser, the help, the completions and the manual pages.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Plays a described sound, and keeps it sounding while the description changes.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "Examples:
  sostenuto play examples/slow-filter.toml
  sostenuto play --chain 'saw frequency=110 ! lowpass cutoff=800 ! gain gain=-12'
  sostenuto render examples/slow-filter.toml -o slow.wav --seconds 20 --plot slow.png
  sostenuto check my.toml && sostenuto graph my.toml --svg my.svg";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Play a patch on a sound device, and take edits while it plays.
    ///
    /// Saving the file makes the change audible. Commands are read from standard input: `help` lists them. Without a sound device,
    /// time goes on and nothing is heard.
    #[command(after_help = PLAY_EXAMPLES)]
    Play(Play),
    /// Render a patch to a WAV file, as fast as the machine goes.
    #[command(after_help = RENDER_EXAMPLES)]
    Render(Render),
    /// Record what a sound device hears into a WAV file.
    ///
    /// The file is whole at any moment, also if the program is killed. What is lost because the disk is too slow is silent in it, counted and told.
    #[command(after_help = RECORD_EXAMPLES)]
    Record(Record),
    /// Convert a sound file to WAV: WAV, AIFF, FLAC, MP3, Ogg Vorbis, or AAC or ALAC in M4A.
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(Convert),
    /// Say what is wrong with patches.
    Check {
        /// Patch files, TOML or JSON; `-` is standard input.
        #[arg(required = true)]
        patches: Vec<PathBuf>,
    },
    /// List the kinds of node, or tell all about one.
    Nodes {
        /// The kind.
        kind: Option<String>,
        /// As JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
    /// Draw a patch, as DOT or SVG.
    Graph(Graph),
    /// Tell the smallest edits that make one patch the other. Exits with 1 if there are any.
    Diff {
        /// The patch before.
        before: PathBuf,
        /// The patch after.
        after: PathBuf,
    },
    /// List the sound devices, to play and to record.
    ///
    /// Each has an id that stays the same and that `play --device` takes. What it offers is asked of it, which opens it for a moment on
    /// some systems; one that another program has is listed, and says so.
    #[command(after_help = DEVICES_EXAMPLES)]
    Devices(Devices),
    /// Print completions for a shell, to be sourced.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages into a directory.
    Man {
        /// The directory; it is made if need be.
        directory: PathBuf,
    },
}

const PLAY_EXAMPLES: &str = "Examples:
  sostenuto play examples/slow-filter.toml
  sostenuto play --chain 'saw frequency=110 ! lowpass cutoff=800 ! gain gain=-12'
  printf 'set filter.cutoff 400 over 2s\\n' | sostenuto play examples/slow-filter.toml --seconds 5
  sostenuto play examples/slow-filter.toml --journal performance.txt
  sostenuto play --control examples/slow-filter.toml
  sostenuto play song.flac --loop
  sostenuto play examples/slow-filter.toml --record heard.wav --record-bits 32f";

const RECORD_EXAMPLES: &str = "Examples:
  sostenuto record take.wav
  sostenuto record take.wav --device 'USB' --channels 8 --seconds 60 --bits 32f
  sostenuto play patch.toml --record what-was-heard.wav";

const CONVERT_EXAMPLES: &str = "Examples:
  sostenuto convert song.flac song.wav
  sostenuto convert take.m4a take.wav --rate 48000 --channels 1 --bits 32f
  sostenuto convert loop.flac slow.wav --stretch 1.5 --pitch 3st
  sostenuto convert scratched.mp3 what-is-left.wav --mend";

const RENDER_EXAMPLES: &str = "Examples:
  sostenuto render examples/slow-filter.toml -o slow.wav --seconds 20
  sostenuto render my.toml -o my.wav --seconds 60 --script performance.txt --bits 32f
  sostenuto render --chain 'pink_noise ! reverb' -o hall.wav --seconds 4 --plot hall.png";

const DEVICES_EXAMPLES: &str = "Examples:
  sostenuto devices
  sostenuto devices --json | jq -r '.[] | select(.input) | .id'
  sostenuto devices --watch";

/// What is to sound.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct What {
    /// A patch file, TOML or (ending in .json) JSON; or a sound file, as song.flac, to play or render.
    pub patch: Option<PathBuf>,
    /// A chain of nodes instead of a file: `KIND [PARAM=VALUE …] ! KIND …`.
    #[arg(long, value_name = "CHAIN")]
    pub chain: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct Play {
    #[command(flatten)]
    pub what: What,
    /// The device: its id, its name, or a part of the name that fits only one. The default device if left out.
    #[arg(long, short)]
    pub device: Option<String>,
    /// The sound system, if there are several.
    #[arg(long)]
    pub host: Option<String>,
    /// Frames a second; the device's own choice if left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    pub rate: Option<u32>,
    /// Frames in a callback.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub block: Option<u32>,
    /// Threads that render; the sound does not depend on it. More than one pays where much sounds side by side.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: u8,
    /// Stop after so long; a sound file ends by itself.
    #[arg(long, value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Play a sound file over and over.
    #[arg(long = "loop")]
    pub looped: bool,
    /// Do not watch the file for changes.
    #[arg(long)]
    pub no_watch: bool,
    /// Write every command with the frame at which it took effect, as a script for `render --script`.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Without a sound device, render to this WAV file instead, and end.
    #[arg(long, value_name = "FILE")]
    pub or_render: Option<PathBuf>,
    /// Record what is heard, from the first frame on, into this WAV file.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Record what this node puts out instead.
    #[arg(long, value_name = "NODE", requires = "record")]
    pub record_from: Option<String>,
    /// How the samples of the recording are written.
    #[arg(long, default_value = "24", requires = "record")]
    pub record_bits: Bits,
    /// Record over a file that is there.
    #[arg(long, requires = "record")]
    pub overwrite: bool,
    /// Let programs on this machine control it: docs/control.md tells how.
    ///
    /// It listens at a loopback address (`127.0.0.1:9000`, a port by itself) or at a socket in the file system (`unix:PATH`); without an address at 127.0.0.1, at a port that
    /// the system chooses. Address and token are printed once. Who has the token can do what can be done at the prompt, `load`, `save` and `record` of files included.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true, default_missing_value = "127.0.0.1:0")]
    pub control: Option<sostenuto_control::Address>,
    /// Take the token from this file, which only its owner may read, instead of making and printing one.
    #[arg(long, value_name = "FILE", requires = "control")]
    pub control_token_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Record {
    /// The WAV file to write.
    pub output: PathBuf,
    /// The device: its id, its name, or a part of the name that fits only one. The default one to record if left out.
    #[arg(long, short)]
    pub device: Option<String>,
    /// Channels: the first ones of the device. Two if left out, or one if it has no more.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: Option<u16>,
    /// Frames a second; the device's own choice if left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    pub rate: Option<u32>,
    /// Stop after so long, to the frame.
    #[arg(long, value_parser = seconds)]
    pub seconds: Option<f64>,
    /// How samples are written.
    #[arg(long, visible_alias = "format", default_value = "24")]
    pub bits: Bits,
    /// Write over a file that is there.
    #[arg(long)]
    pub overwrite: bool,
}

#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    pub what: What,
    /// The WAV file to write.
    #[arg(long, short)]
    pub output: PathBuf,
    /// How long it is to be: 10 s if left out, or as long as a sound file is.
    #[arg(long, short, value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Play a sound file over and over.
    #[arg(long = "loop")]
    pub looped: bool,
    /// Frames a second.
    #[arg(long, short, default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    pub rate: u32,
    /// Frames rendered at a time; the sound does not depend on it.
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub block: u32,
    /// Threads that render; the sound does not depend on it. More than one pays where much sounds side by side.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: u8,
    /// Channels of the file.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: u16,
    /// How samples are written.
    #[arg(long, default_value = "24")]
    pub bits: Bits,
    /// Commands with times, a line each: `2.5s set filter.cutoff 400 over 1s`.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Draw waveform and spectrogram into this PNG file.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Devices {
    /// The sound system, if there are several: alsa, pulseaudio, jack, coreaudio, wasapi.
    #[arg(long)]
    pub host: Option<String>,
    /// As JSON, for other programs; docs/DEVICES.md says what is in it.
    #[arg(long)]
    pub json: bool,
    /// Go on and tell which devices come and go, and which become the default.
    #[arg(long)]
    pub watch: bool,
}

#[derive(Debug, Args)]
pub struct Convert {
    /// The sound file; what it is, its bytes tell, not its name.
    pub input: PathBuf,
    /// The WAV file to write.
    pub output: PathBuf,
    /// Frames a second; as in the file if left out.
    #[arg(long, short, value_parser = clap::value_parser!(u32).range(1000..=768_000))]
    pub rate: Option<u32>,
    /// Channels; as in the file if left out. One is heard on all, into one goes the mean, otherwise the first ones stay.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: Option<u16>,
    /// How many times as long it is to last, with the same pitch: 0.0625 to 16.
    #[arg(long, value_parser = times)]
    pub stretch: Option<f64>,
    /// How much higher it is to be, at the same pace: "3st", "-50 cents", "1 oct"; up to two octaves.
    #[arg(long, value_parser = semitones, allow_hyphen_values = true)]
    pub pitch: Option<f64>,
    /// How samples are written.
    #[arg(long, default_value = "24")]
    pub bits: Bits,
    /// Make silence of what is damaged, and take what is there of a file that is cut short, instead of refusing it.
    #[arg(long)]
    pub mend: bool,
}

/// How samples are written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bits {
    /// 16-bit whole numbers, dithered.
    #[value(name = "16")]
    Int16,
    /// 24-bit whole numbers.
    #[value(name = "24")]
    Int24,
    /// 32-bit floating point: every sample as it was computed.
    #[value(name = "32f")]
    Float32,
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub what: What,
    /// Write an SVG drawing to this file instead of DOT to standard output.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// A length of time: `10`, `1.5s`, `500ms`.
fn times(text: &str) -> Result<f64, String> {
    let times = text.parse().ok().filter(|times| (0.0625..=16.0).contains(times));
    times.ok_or_else(|| "choose 0.0625 to 16; 2 is twice as long".to_owned())
}

fn semitones(text: &str) -> Result<f64, String> {
    let semitones = sostenuto_units::Unit::Semitones.parse(text).map_err(|why| why.to_string())?;
    if (-24.0..=24.0).contains(&semitones) {
        return Ok(semitones);
    }
    Err("choose -24 to 24 semitones".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let span: sostenuto_units::Span = text.parse().map_err(|e: sostenuto_units::ParseError| e.to_string())?;
    match span {
        sostenuto_units::Span::Seconds(s) if s.0 > 0.0 && s.0 <= 86_400.0 => Ok(s.0),
        _ => Err("give a time above 0 and up to a day, in seconds: 10, 1.5s or 500ms".into()),
    }
}
