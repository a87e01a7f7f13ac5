//! `convert`: a sound file of any kind to a WAV file.

use crate::cli;
use crate::render::{Part, ask_for_room, clipped, encoding, is_same, progress};
use anyhow::{Context, Result, bail};
use sostenuto_media::Sound;
use sostenuto_media::decode::{self, Cancel, Decoded, Limits, Options, Progress};
use sostenuto_media::resample::{Edges, resample};
use sostenuto_media::wav::{Format, Writer};
use sostenuto_nodes::{Buffer, stretched};
use std::process::ExitCode;
use std::sync::Arc;

/// Samples of a channel that are written at a time.
const PIECE: usize = 1 << 14;

pub fn convert(args: &cli::Convert) -> Result<ExitCode> {
    if is_same(&args.input, &args.output) {
        bail!("{} is what is to be converted: give another file", args.output.display());
    }
    if args.output.is_dir() {
        bail!("{} is a directory: give the name of a file in it", args.output.display());
    }
    let cancel = Cancel::new();
    let token = cancel.clone();
    // A second handler in one process is refused; then Ctrl-C simply ends the program.
    _ = ctrlc::set_handler(move || token.cancel());
    let decoded = read(args, &cancel)?;
    let (format, codec, was) = (decoded.format, decoded.codec, decoded.sound.rate);
    tell(args, &decoded);
    let (rate, channels) = (args.rate.unwrap_or(was), args.channels.unwrap_or(0));
    // Fewer channels are less to resample.
    let has = decoded.sound.channels.len() as u16;
    let wanted = if channels == 0 { has } else { channels };
    let mut sound = if wanted < has { decoded.sound.with_channels(wanted) } else { decoded.sound };
    if rate != was {
        sound = resample(&sound, rate, Edges::Found, Some(&cancel))?;
    }
    let sound = stretch(args, sound.with_channels(wanted), &cancel)?;

    let format_out = Format { channels: wanted, rate, encoding: encoding(args.bits) };
    ask_for_room(&args.output, format_out, sound.frames() as u64)?;
    // Written beside and renamed when whole: what was there before is there until then.
    let part = Part::of(&args.output);
    let mut writer = Writer::create(part.path(), format_out)?;
    for begin in (0..sound.frames()).step_by(PIECE) {
        if cancel.is_cancelled() {
            bail!("stopped: nothing was written");
        }
        let end = (begin + PIECE).min(sound.frames());
        let piece: Vec<&[f32]> = sound.channels.iter().map(|channel| &channel[begin..end]).collect();
        writer.write_planar(&piece)?;
    }
    let written = writer.finish()?;
    std::fs::rename(part.path(), &args.output)
        .with_context(|| format!("cannot write {}", args.output.display()))?;
    let seconds = written.frames as f64 / f64::from(rate);
    eprintln!(
        "{}: {seconds:.2} s, {wanted} channels at {rate} Hz, from {format} ({codec}) at {was} Hz{}",
        args.output.display(),
        clipped(written.clipped)
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes it longer or higher, if asked to.
fn stretch(args: &cli::Convert, sound: Sound, cancel: &Cancel) -> Result<Sound> {
    if args.stretch.is_none() && args.pitch.is_none() {
        return Ok(sound);
    }
    let (times, semitones) = (args.stretch.unwrap_or(1.0), args.pitch.unwrap_or(0.0) as f32);
    let buffer = Arc::new(Buffer::from_channels(&sound.channels, f64::from(sound.rate))?);
    let bar = progress((sound.frames() as f64 * times) as u64);
    let stretched = stretched(&buffer, times, semitones, |done| {
        bar.set_position(done as u64);
        !cancel.is_cancelled()
    })?;
    bar.finish_and_clear();
    match stretched {
        Some(longer) => Ok(Sound::from_interleaved(longer.samples(), longer.channels() as u16, sound.rate)),
        None => bail!("stopped: nothing was written"),
    }
}

fn read(args: &cli::Convert, cancel: &Cancel) -> Result<Decoded> {
    let bar = progress(0);
    let mut show = |progress: Progress| {
        bar.set_length(progress.of.unwrap_or(progress.frames));
        bar.set_position(progress.frames);
    };
    let options = Options {
        // However long it is, as long as there is memory for it.
        limits: Limits { frames: u64::MAX, ..Limits::default() },
        mend: args.mend,
        cancel: Some(cancel.clone()),
        progress: Some(&mut show),
    };
    let decoded = decode::read(&args.input, options);
    bar.finish_and_clear();
    Ok(decoded?)
}

/// Tells what is not as it was in the file.
fn tell(args: &cli::Convert, decoded: &Decoded) {
    let name = args.input.display();
    if decoded.silenced > 0 {
        eprintln!("{name}: {} samples were infinite or not a number; they are silent", decoded.silenced);
    }
    if decoded.damaged > 0 {
        eprintln!("{name}: {} damaged pieces; they are silent, or the end", decoded.damaged);
    }
    if decoded.missing > 0 {
        eprintln!("{name}: {} frames are missing at the end", decoded.missing);
    }
}
