//! What resampling is worth, beside SoX (libsoxr's algorithm) and libsamplerate where their programs are installed: tables for `bench/RESULTS.md`.
//!
//! `cargo run --release -p sostenuto-media --example resampling`

#[path = "../tests/suite/tools/purity.rs"]
mod purity;

use sostenuto_media::Sound;
use sostenuto_media::resample::{Edges, resample};
use sostenuto_media::wav::{Encoding, Format, Writer};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const CONVERSIONS: [(u32, u32); 3] = [(44_100, 48_000), (96_000, 48_000), (48_000, 44_100)];
/// Frames that are measured, from the middle of three times as many.
const MEASURED: usize = 1 << 16;

type Outcome = Result<Sound, Box<dyn std::error::Error>>;

/// Someone who resamples: a name, and how it goes from a file to a file, or within this program.
struct Contestant {
    name: &'static str,
    program: Option<(&'static str, &'static [&'static str])>,
}

const CONTESTANTS: [Contestant; 5] = [
    Contestant { name: "**sostenuto**", program: None },
    Contestant { name: "SoX `rate -v`", program: Some(("sox", &["-v"])) },
    Contestant { name: "SoX `rate -h`", program: Some(("sox", &["-h"])) },
    Contestant { name: "libsamplerate, best", program: Some(("sndfile-resample", &["0"])) },
    Contestant { name: "libsamplerate, medium", program: Some(("sndfile-resample", &["1"])) },
];

impl Contestant {
    fn resample(&self, sound: &Sound, rate: u32, place: &Path) -> Outcome {
        let Some((program, choice)) = self.program else {
            return Ok(resample(sound, rate, Edges::Silence, None)?);
        };
        let (from, to, rate) = (place.join("from.wav"), place.join("to.wav"), rate.to_string());
        let format = Format { channels: 1, rate: sound.rate, encoding: Encoding::Float32 };
        let mut writer = Writer::create(&from, format)?;
        writer.write_planar(&sound.channels)?;
        writer.finish()?;
        let mut command = Command::new(program);
        let command = match program {
            "sox" => command
                .arg("-D")
                .arg(&from)
                .args(["-e", "floating-point", "-b", "32"])
                .arg(&to)
                .args(["rate", choice[0], &rate]),
            _ => command.args(["-c", choice[0], "-to", &rate, "--no-normalize"]).arg(&from).arg(&to),
        };
        let done = command.output()?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
        }
        Ok(Sound::read_wav(&to)?)
    }

    /// What comes of a sine, without its ends.
    fn sine(
        &self,
        (from, to): (u32, u32),
        hertz: f64,
        place: &Path,
    ) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
        let frames = (3 * MEASURED as u64 * u64::from(from) / u64::from(to)) as usize;
        let sound = Sound { rate: from, channels: vec![purity::sine(from, hertz, frames)] };
        let out = self.resample(&sound, to, place)?;
        let begin = (out.frames() - MEASURED) / 2;
        Ok(out.channels[0][begin..begin + MEASURED].to_vec())
    }

    fn row(
        &self,
        rates: (u32, u32),
        columns: &[f64],
        place: &Path,
    ) -> Result<String, Box<dyn std::error::Error>> {
        let mut row = format!("| {} |", self.name);
        for hertz in columns {
            let heard = self.sine(rates, *hertz, place)?;
            let kept = *hertz < f64::from(rates.0.min(rates.1)) / 2.0;
            row += &match kept {
                true => {
                    format!(
                        " {:.1} ({:+.2}) |",
                        purity::thd_n(&heard, rates.1, *hertz),
                        purity::level(&heard)
                    )
                }
                false => format!(" {:.1} |", purity::level(&heard)),
            };
        }
        Ok(row)
    }
}

fn columns((from, to): (u32, u32)) -> Vec<f64> {
    let mut columns = vec![997.0, 9_973.0, 19_997.0, 20_900.0];
    if to < from {
        let half = f64::from(to) / 2.0;
        columns.extend([half + 500.0, half + 1_500.0].map(f64::round));
        if from == 96_000 {
            columns.extend([30_011.0, 40_009.0]);
        }
    }
    columns
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let place = std::env::temp_dir().join(format!("resampling-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    for rates in CONVERSIONS {
        let columns = columns(rates);
        let heads: Vec<String> = columns.iter().map(|hertz| format!(" {hertz} Hz |")).collect();
        println!("\n| {} to {} |{}", rates.0, rates.1, heads.concat());
        println!("|---|{}", "---|".repeat(columns.len()));
        for contestant in &CONTESTANTS {
            match contestant.row(rates, &columns, &place) {
                Ok(row) => println!("{row}"),
                Err(why) => eprintln!("{} is not there: {why}", contestant.name),
            }
        }
    }
    let minutes = 4;
    let tone = purity::sine(44_100, 997.0, 44_100 * 60 * minutes);
    let sound = Sound { rate: 44_100, channels: vec![tone.clone(), tone] };
    let begun = Instant::now();
    let out = resample(&sound, 48_000, Edges::Silence, None)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("\n{minutes} minutes of stereo, 44100 to 48000: {seconds:.2} s, {} frames", out.frames());
    std::fs::remove_dir_all(&place)?;
    Ok(())
}
