//! What is a sine worth that is played at another pitch? For each interpolation of the players and the sampler, beside what libsoxr and libsamplerate make of the same ratio.
//!
//! `cargo run --release --manifest-path bench/pitch/Cargo.toml` prints the tables of `bench/RESULTS.md`. The programs are those of Debian's packages `sox` (whose `rate`
//! is libsoxr's algorithm) and `samplerate-programs`; one that is not there is left out. A speed is a ratio of two whole rates, for the programs take no other.

#[path = "../../../crates/media/tests/suite/tools/purity.rs"]
mod purity;

use sostenuto_dsp::sampler::{Interpolate, Sampler, SamplerConfig, SamplerParams, Trigger};
use sostenuto_dsp::{Buffer, Interpolation, Player, PlayerParams, Region, Value};
use sostenuto_media::Sound;
use sostenuto_media::wav::{Encoding, Format, Writer};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const RATE: u32 = 48_000;
/// Rates to which a sound of 48,000 Hz is resampled, to be played at 48,000 Hz: a semitone up (nearly), a fifth up, a fourth down, an octave up.
const TO: [(u32, &str); 4] = [
    (45_306, "1.0595: a semitone up"),
    (32_000, "1.5: a fifth up"),
    (64_000, "0.75: a fourth down"),
    (24_000, "2: an octave up"),
];
const SINES: [f64; 5] = [101.0, 997.0, 4_999.0, 9_973.0, 14_983.0];
/// Frames that are measured, from the middle of three times as many.
const MEASURED: usize = 1 << 16;

/// Who plays.
enum Hand {
    Player(Interpolation),
    Sampler(Interpolate),
    Sox(&'static str),
    Libsamplerate(&'static str),
}

const HANDS: [(&str, Hand); 8] = [
    // A sampler's lines and cubics are those of a player.
    ("**sostenuto**, linear", Hand::Player(Interpolation::Linear)),
    ("**sostenuto**, cubic", Hand::Player(Interpolation::Cubic)),
    ("**sostenuto**, sampler, sinc", Hand::Sampler(Interpolate::Sinc)),
    ("libsoxr (SoX `rate -v`)", Hand::Sox("-v")),
    ("libsoxr (SoX `rate -l`)", Hand::Sox("-l")),
    ("libsamplerate, linear", Hand::Libsamplerate("4")),
    ("libsamplerate, fastest sinc", Hand::Libsamplerate("2")),
    ("libsamplerate, best sinc", Hand::Libsamplerate("0")),
];

type Outcome<T> = Result<T, Box<dyn Error>>;

impl Hand {
    fn play(&self, sound: &Sound, to: u32, place: &Path) -> Outcome<Vec<f32>> {
        match self {
            Hand::Player(between) => played(sound, f64::from(RATE) / f64::from(to), *between),
            Hand::Sampler(between) => sampled(sound, f64::from(RATE) / f64::from(to), *between),
            Hand::Sox(quality) => by(sound, place, |from, out| {
                let mut sox = Command::new("sox");
                sox.arg("-D").arg(from).args(["-e", "floating-point", "-b", "32"]).arg(out);
                sox.args(["rate", quality, &to.to_string()]);
                sox
            }),
            Hand::Libsamplerate(quality) => by(sound, place, |from, out| {
                let mut program = Command::new("sndfile-resample");
                program.args(["-c", quality, "-to", &to.to_string(), "--no-normalize"]).arg(from).arg(out);
                program
            }),
        }
    }
}

/// What a player makes of it at a speed.
fn played(sound: &Sound, speed: f64, between: Interpolation) -> Outcome<Vec<f32>> {
    let buffer = Arc::new(Buffer::from_channels(&sound.channels, f64::from(RATE))?);
    let frames = (buffer.frames() as f64 / speed) as usize;
    let mut player =
        Player::<f32>::new(between, Region::default(), f64::from(RATE), |_| Some(buffer.clone()));
    let mut out = vec![0.0; frames];
    for block in out.chunks_mut(64) {
        let (off, speed) = (Value::Steady(0.0), Value::Steady(speed as f32));
        player.process(&PlayerParams { speed, trigger: off, looping: off }, &mut [block]);
    }
    Ok(out)
}

/// What a voice of a sampler makes of it: the left one of two equal channels, which are heard as loud as they are.
fn sampled(sound: &Sound, speed: f64, between: Interpolate) -> Outcome<Vec<f32>> {
    let channels = [sound.channels.clone(), sound.channels.clone()].concat();
    let buffer = Arc::new(Buffer::from_channels(&channels, f64::from(RATE))?);
    let frames = (buffer.frames() as f64 / speed) as usize;
    let config = SamplerConfig { slots: 1, voices: 1, between, ..SamplerConfig::default() };
    let mut sampler = Sampler::new(config, f64::from(RATE));
    sampler.load(0, Some(buffer), 0, |_| ()).map_err(|_| "the slot is not free")?;
    sampler.trigger(&Trigger { speed: speed as f32, ..Trigger::of(0, 1) }, 0, |_| ());
    let (mut out, mut right) = (vec![0.0; frames], [0.0; 64]);
    let params = SamplerParams {
        gain: Value::Steady(1.0),
        cutoff: Value::Steady(1000.0),
        q: Value::Steady(0.7),
        attack: 0.0,
        decay: 0.0,
        sustain: 1.0,
        release: 0.0,
    };
    for (number, block) in out.chunks_mut(64).enumerate() {
        let right = right.get_mut(..block.len()).unwrap_or_default();
        sampler.process(&params, 64 * number as u64, [block, right], |_| ());
    }
    Ok(out)
}

/// What another program makes of it.
fn by(sound: &Sound, place: &Path, command: impl FnOnce(&Path, &Path) -> Command) -> Outcome<Vec<f32>> {
    let (from, to) = (place.join("from.wav"), place.join("to.wav"));
    let format = Format { channels: 1, rate: RATE, encoding: Encoding::Float32 };
    let mut writer = Writer::create(&from, format)?;
    writer.write_planar(&sound.channels)?;
    writer.finish()?;
    let done = command(&from, &to).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    Ok(Sound::read_wav(&to)?.channels.swap_remove(0))
}

/// The cell of a sine: its distortion and noise, and its level; or, of one that lies beyond what can be heard then, all that is left of it.
fn cell(hand: &Hand, to: u32, hertz: f64, place: &Path) -> Outcome<String> {
    let frames = (4 * MEASURED as u64 * u64::from(RATE) / u64::from(to).min(RATE.into())) as usize;
    let sound = Sound { rate: RATE, channels: vec![purity::sine(RATE, hertz, frames)] };
    let out = hand.play(&sound, to, place)?;
    let begin = (out.len() - MEASURED) / 2;
    let heard = out.get(begin..begin + MEASURED).ok_or("it is too short")?;
    // A player's speed is single precision, and so is a voice's.
    let speed = match hand {
        Hand::Player(_) | Hand::Sampler(_) => f64::from((f64::from(RATE) / f64::from(to)) as f32),
        _ => f64::from(RATE) / f64::from(to),
    };
    let now = hertz * speed;
    Ok(match now < f64::from(RATE) / 2.0 {
        true => format!("{:.1} ({:+.2})", purity::thd_n(heard, RATE, now), purity::level(heard)),
        false => format!("alias {:.1}", purity::level(heard)),
    })
}

fn main() -> Outcome<()> {
    let place = std::env::temp_dir().join(format!("pitch-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    for (to, name) in TO {
        let heads: String = SINES.iter().map(|hertz| format!(" {hertz} Hz |")).collect();
        println!("\n| speed {name} |{heads}\n|---|{}", "---|".repeat(SINES.len()));
        for (who, hand) in &HANDS {
            let cells: Outcome<Vec<String>> =
                SINES.iter().map(|hertz| cell(hand, to, *hertz, &place)).collect();
            match cells {
                Ok(cells) => println!("| {who} | {} |", cells.join(" | ")),
                Err(why) => eprintln!("{who} is not there: {why}"),
            }
        }
    }
    std::fs::remove_dir_all(&place)?;
    Ok(())
}
