//! What is decoded is what other decoders make of the same file, to the accuracy of its format, and as long as what was encoded.

use crate::tools;

use sostenuto_media::decode::{self, Cancel, DecodeError, Limit, Limits, Options, Progress};
use sostenuto_media::wav::Encoding;
use sostenuto_media::{Sound, decode::Decoded};
use std::path::Path;
use tools::{by_ffmpeg, by_sox, difference, directory, ffmpeg, file, run, signal, text, write};

/// Two steps of 24 bits: decoders of lossy formats round differently.
const ALIKE: f32 = 2e-5;

fn read(path: &Path) -> Decoded {
    decode::read(path, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// As far as both go.
fn common(a: &Sound, b: &Sound) -> f32 {
    let frames = a.frames().min(b.frames());
    let cut = |sound: &Sound| Sound {
        rate: sound.rate,
        channels: sound.channels.iter().map(|channel| channel[..frames].to_vec()).collect(),
    };
    difference(&cut(a), &cut(b))
}

#[test]
fn lossless_files_keep_every_bit() {
    let place = directory();
    let cases: &[(&str, &str, &str)] = &[
        ("a.flac", "flac", "FLAC"),
        ("a.aiff", "pcm_s24be", "AIFF"),
        ("b.aiff", "pcm_f32be", "AIFF"),
        ("a.wav", "pcm_s24le", "WAV"),
        ("b.wav", "pcm_f64le", "WAV"),
        ("c.wav", "pcm_s32le", "WAV"),
        ("a.m4a", "alac", "M4A"),
        ("a.oga", "flac", "Ogg"),
    ];
    for (rate, channels) in [(44_100, 1), (44_100, 2), (96_000, 2), (48_000, 6)] {
        let sound = signal(rate, channels, 50_021);
        let from = file(&place, "from.wav");
        write(&from, &sound, Encoding::Int24);
        let written = Sound::read_wav(&from).expect("a WAV file");
        for (name, codec, format) in cases {
            let path = file(&place, name);
            ffmpeg(&["-i", text(&from), "-c:a", codec, text(&path)]);
            let decoded = read(&path);
            assert_eq!(decoded.format, *format, "{name}");
            assert_eq!(difference(&decoded.sound, &written), 0.0, "{name}, {channels} channels");
            assert_eq!((decoded.silenced, decoded.damaged, decoded.missing), (0, 0, 0));
        }
        let path = file(&place, "by-flac.flac");
        run("flac", &["--totally-silent", "-f", "--channel-map=none", "-o", text(&path), text(&from)]);
        assert_eq!(difference(&read(&path).sound, &written), 0.0, "flac, {channels} channels");
    }
}

#[test]
fn eight_and_sixteen_bits_are_what_others_read() {
    let place = directory();
    let from = file(&place, "from.wav");
    write(&from, &signal(32_000, 2, 20_000), Encoding::Int16);
    for (name, codec) in [
        ("a.wav", "pcm_u8"),
        ("b.wav", "pcm_s16le"),
        ("c.wav", "pcm_mulaw"),
        ("d.wav", "pcm_alaw"),
        ("e.wav", "adpcm_ms"),
        ("f.aiff", "pcm_s16be"),
        ("g.flac", "flac"),
    ] {
        let path = file(&place, name);
        ffmpeg(&["-i", text(&from), "-c:a", codec, text(&path)]);
        assert_eq!(difference(&read(&path).sound, &by_ffmpeg(&path)), 0.0, "{name}");
    }
}

#[test]
fn lossy_files_are_what_others_read_and_as_long_as_what_was_encoded() {
    let place = directory();
    for (rate, channels, frames) in [(44_100, 2, 100_003), (48_000, 1, 70_000), (22_050, 2, 33_333)] {
        let from = file(&place, "from.wav");
        let sound = signal(rate, channels, frames);
        write(&from, &sound, Encoding::Int16);
        let (mp3, ogg, m4a) = (file(&place, "a.mp3"), file(&place, "a.ogg"), file(&place, "a.m4a"));
        run("lame", &["--quiet", text(&from), text(&mp3)]);
        run("oggenc", &["-Q", "-q", "6", text(&from), "-o", text(&ogg)]);
        ffmpeg(&["-i", text(&from), "-c:a", "aac", "-b:a", "192k", text(&m4a)]);
        for (path, format) in [(&mp3, "MP3"), (&ogg, "Ogg"), (&m4a, "M4A")] {
            let decoded = read(path);
            assert_eq!((decoded.format, decoded.sound.frames()), (format, frames), "{}", path.display());
            assert!(common(&decoded.sound, &by_ffmpeg(path)) < ALIKE, "{}", path.display());
            // In time: what was encoded fits best where it lies.
            let fit = |late: usize| {
                let pairs = decoded.sound.channels[0][late..].iter().zip(&sound.channels[0][100..]);
                pairs.skip(2000).take(20_000).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
            };
            let best = (0..200).max_by(|a, b| fit(*a).total_cmp(&fit(*b)));
            assert_eq!(best, Some(100), "{}", path.display());
        }
        // SoX brings 16 bits of Ogg.
        assert!(common(&read(&ogg).sound, &by_sox(&ogg)) < 1.0 / 32_768.0);
    }
}

#[test]
fn a_file_is_what_its_bytes_are_and_not_its_name() {
    let place = directory();
    let from = file(&place, "from.wav");
    write(&from, &signal(44_100, 2, 20_000), Encoding::Int16);
    let flac = file(&place, "a.flac");
    ffmpeg(&["-i", text(&from), text(&flac)]);
    for name in ["song.mp3", "song.wav", "song.m4a", "song", "song.txt"] {
        let path = file(&place, name);
        std::fs::copy(&flac, &path).expect("copied");
        assert_eq!(read(&path).format, "FLAC", "{name}");
    }
    let bytes = std::fs::read(&flac).expect("read");
    let decoded = decode::from_bytes(bytes, "a.ogg", Options::default()).expect("decoded");
    assert_eq!(decoded, read(&flac));
}

#[test]
fn tags_and_pictures_before_the_sound_are_passed_over() {
    let place = directory();
    let (from, picture) = (file(&place, "from.wav"), file(&place, "cover.png"));
    write(&from, &signal(44_100, 2, 20_000), Encoding::Int16);
    ffmpeg(&["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1", text(&picture)]);
    for (name, more) in [("a.mp3", "libmp3lame"), ("a.flac", "flac"), ("a.m4a", "alac")] {
        let path = file(&place, name);
        let attach = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"];
        let tags = ["-metadata", "title=RIFF fLaC OggS \u{e4}", "-c:a", more, text(&path)];
        ffmpeg(&[&["-i", text(&from), "-i", text(&picture)][..], &attach, &tags].concat());
        let decoded = read(&path);
        assert_eq!(decoded.sound.frames(), 20_000, "{name}");
        assert!(common(&decoded.sound, &by_ffmpeg(&path)) < ALIKE, "{name}");
    }
}

#[test]
fn progress_is_told_and_it_can_be_stopped() {
    let place = directory();
    let (from, flac) = (file(&place, "from.wav"), file(&place, "a.flac"));
    let frames = 1_000_000;
    write(&from, &signal(48_000, 1, frames), Encoding::Int16);
    ffmpeg(&["-i", text(&from), text(&flac)]);
    for path in [&from, &flac] {
        let mut told = Vec::new();
        let mut note = |progress: Progress| told.push(progress);
        let options = Options { progress: Some(&mut note), ..Options::default() };
        decode::read(path, options).expect("decoded");
        let last = Progress { frames: frames as u64, of: Some(frames as u64) };
        assert_eq!(told.last(), Some(&last));
        assert!(told.len() >= 10 && told.windows(2).all(|pair| pair[0].frames < pair[1].frames), "{told:?}");

        let cancel = Cancel::new();
        let token = cancel.clone();
        let mut stop = |progress: Progress| {
            if progress.frames > 300_000 {
                token.cancel();
            }
        };
        let options = Options { progress: Some(&mut stop), cancel: Some(cancel), ..Options::default() };
        let error = decode::read(path, options).expect_err("stopped");
        assert!(matches!(error, DecodeError::Cancelled { frame: 300_000..400_000, .. }), "{error}");
    }
}

#[test]
fn every_limit_is_named_where_it_is_passed() {
    let place = directory();
    let (from, flac) = (file(&place, "from.wav"), file(&place, "a.flac"));
    write(&from, &signal(48_000, 2, 10_000), Encoding::Int16);
    ffmpeg(&["-i", text(&from), text(&flac)]);
    let all = Limits::default();
    for path in [&from, &flac] {
        for (limits, limit, has, most) in [
            (Limits { frames: 9999, ..all }, Limit::Frames, 10_000, 9999),
            (Limits { channels: 1, ..all }, Limit::Channels, 2, 1),
            (Limits { rate: 44_100, ..all }, Limit::Rate, 48_000, 44_100),
            (Limits { decoded_bytes: 79_999, ..all }, Limit::DecodedBytes, 80_000, 79_999),
        ] {
            let error = decode::read(path, Options { limits, ..Options::default() }).expect_err("too much");
            let message = error.to_string();
            let DecodeError::Beyond { limit: it, has: this, most: that, .. } = error else {
                panic!("{message}")
            };
            assert_eq!((it, this, that), (limit, has, most));
            assert!(message.contains(&format!("has {has} {limit}; the most is {most}")), "{message}");
            assert!(message.contains(text(path)), "{message}");
        }
        let limits = Limits { file_bytes: 1000, ..all };
        let error = decode::read(path, Options { limits, ..Options::default() }).expect_err("too much");
        assert!(matches!(error, DecodeError::Beyond { limit: Limit::FileBytes, .. }), "{error}");
        // Exactly as much as allowed is allowed.
        let limits = Limits { frames: 10_000, channels: 2, rate: 48_000, decoded_bytes: 80_000, ..all };
        decode::read(path, Options { limits, ..Options::default() }).expect("decoded");
    }
}
