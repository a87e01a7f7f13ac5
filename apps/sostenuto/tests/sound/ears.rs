//! What do other programs hear of what is played?

use std::f64::consts::TAU;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

/// A program that is ended when this is dropped.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// What is heard at a sink, until the recorder is ended: the left channel.
pub struct Tape(Ended, JoinHandle<Vec<u8>>);

impl Tape {
    pub fn of(sink: &str, rate: u32) -> Tape {
        let (device, rate) = (format!("--device={sink}.monitor"), format!("--rate={rate}"));
        let arguments = [&device, &rate, "--raw", "--format=float32le", "--channels=1", "--latency-msec=20"];
        let mut recorder =
            Ended(Command::new("parec").args(arguments).stdout(Stdio::piped()).spawn().unwrap());
        let mut pipe = recorder.0.stdout.take().unwrap();
        let thread = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            _ = pipe.read_to_end(&mut bytes);
            bytes
        });
        Tape(recorder, thread)
    }

    pub fn stop(self) -> Vec<f32> {
        drop(self.0);
        let bytes = self.1.join().unwrap();
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }
}

/// How much of a sound is a sine of this frequency, from 0 to 1.
pub fn share(samples: &[f32], rate: f64, hertz: f64) -> f64 {
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (at, sample) in samples.iter().map(|x| f64::from(*x)).enumerate() {
        let (sin, cos) = (TAU * hertz * at as f64 / rate).sin_cos();
        (re, im, power) = (re + sample * cos, im + sample * sin, power + sample * sample);
    }
    2.0 * (re * re + im * im) / (power * samples.len() as f64).max(1e-12)
}

/// How often the sound stops for more than two milliseconds, between its first sample and its last.
pub fn gaps(samples: &[f32], rate: u32) -> usize {
    let loud = |x: &f32| x.abs() > 1e-4;
    let (Some(first), Some(last)) = (samples.iter().position(loud), samples.iter().rposition(loud)) else {
        return 0;
    };
    let (mut silent, mut count) = (0, 0);
    for sample in &samples[first..last] {
        silent = if loud(sample) { 0 } else { silent + 1 };
        count += usize::from(silent == rate as usize / 500);
    }
    count
}

/// The same of the frequency within two parts in a thousand that it has most of: a sink's clock is off by as much.
pub fn best_share(samples: &[f32], rate: f64, hertz: f64) -> f64 {
    let shares = (-20..=20).map(|k| share(samples, rate, hertz * (1.0 + f64::from(k) * 1e-4)));
    shares.fold(0.0, f64::max)
}
