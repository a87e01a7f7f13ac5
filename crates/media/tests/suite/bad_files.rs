//! Files that are cut short, damaged, empty, not what they say, or larger than can be: an error that names file, place and remedy; no crash,
//! no hang.

use crate::tools;

use sostenuto_media::Sound;
use sostenuto_media::decode::{self, DecodeError, Options};
use sostenuto_media::wav::Encoding;
use tools::corpus::{FRAMES, assert_helpful, every_format, read};
use tools::{directory, ffmpeg, file, run, signal, text, write};

#[test]
fn what_is_cut_short_is_told_or_is_as_long_as_it_is() {
    let place = directory();
    for path in every_format(&place) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let bytes = std::fs::read(&path).expect("read");
        let whole = read(&bytes, &path, false).expect("it is whole");
        for part in [1, 3, 7, 40, 300, 700, 990] {
            let cut = &bytes[..bytes.len() * part / 1000];
            match read(cut, &path, false) {
                Err(error) => assert_helpful(&error, &path),
                // These formats have no end by which a lack is told.
                Ok(less) => {
                    assert!(["a.aac", "a.ogg"].contains(&name.as_str()), "{name} at {part}");
                    assert!(less.sound.frames() < whole.sound.frames(), "{name} at {part}");
                }
            }
        }
        // What is there can be had where it is asked for.
        let half = &bytes[..bytes.len() / 2];
        match read(half, &path, true) {
            Ok(mended) => {
                let frames = mended.sound.frames();
                assert!((FRAMES / 4..FRAMES).contains(&frames), "{name}: {frames}");
                assert_eq!(whole.sound.channels[0][..frames / 2], mended.sound.channels[0][..frames / 2]);
            }
            // Without the list of contents, which stands at the end, there is nothing to be had; AIFF is looked through to its end at first;
            // and of Ogg there is one page.
            Err(error) => assert!(["a.m4a", "b.m4a", "a.aiff", "a.ogg"].contains(&name.as_str()), "{error}"),
        }
    }
}

#[test]
fn the_place_of_a_cut_is_named() {
    let place = directory();
    for (name, codec) in [("a.wav", "pcm_s24le"), ("a.flac", "flac")] {
        let (from, path) = (file(&place, "from.wav"), file(&place, name));
        write(&from, &signal(44_100, 2, FRAMES), Encoding::Int16);
        ffmpeg(&["-i", text(&from), "-c:a", codec, text(&path)]);
        let bytes = std::fs::read(&path).expect("read");
        let error = read(&bytes[..bytes.len() * 2 / 3], &path, false).expect_err("cut");
        let DecodeError::CutShort { frames, told: Some(30_000), .. } = error else {
            panic!("{name}: {error}")
        };
        assert!((10_000..20_500).contains(&frames), "{name}: {frames}");
        let mended = read(&bytes[..bytes.len() * 2 / 3], &path, true).expect("mended");
        assert_eq!(mended.missing + mended.sound.frames() as u64, 30_000, "{name}");
    }
}

#[test]
fn what_is_no_sound_is_refused() {
    let place = directory();
    let path = file(&place, "song.mp3");
    let missing = Sound::read(&path).expect_err("there is no such file");
    assert!(matches!(missing, DecodeError::Io { .. }), "{missing}");
    assert_helpful(&missing, &path);
    let directory = Sound::read(place.path()).expect_err("it is a directory");
    assert!(directory.to_string().contains("it is no plain file"), "{directory}");

    std::fs::write(&path, []).expect("written");
    let empty = Sound::read(&path).expect_err("empty");
    assert!(matches!(empty, DecodeError::Empty { .. }), "{empty}");
    let long: Vec<u8> = b"The quick brown fox. ".iter().copied().cycle().take(300_000).collect();
    let noise: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (content, name) in [
        (&b"not a sound"[..], "text"),
        (b"RIFF", "four letters"),
        (b"RIFF\x10\0\0\0WAVE", "a heading"),
        (b"fLaC", "four letters"),
        (b"OggS", "four letters"),
        (b"FORM\0\0\0\x04AIFF", "a heading"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0", "a heading"),
        (b"ID3\x04\0\0\0\0\0\0", "tags"),
        (&[0; 100_000], "zeros"),
        (&[0xFF; 100_000], "ones"),
        (&long, "a long text"),
        (&noise, "numbers"),
    ] {
        let error = read(content, &path, false).expect_err(name);
        assert_helpful(&error, &path);
    }
    for name in ["nothing.wav", "nothing.flac"] {
        let nothing = file(&place, name);
        ffmpeg(&["-f", "lavfi", "-i", "anullsrc=d=0.0", "-t", "0", text(&nothing)]);
        let error = Sound::read(&nothing).expect_err("no frames");
        assert_helpful(&error, &nothing);
        assert!(matches!(error, DecodeError::Empty { .. }) || name.ends_with(".flac"), "{error}");
    }
}

#[test]
fn headers_that_lie_take_no_memory() {
    let place = directory();
    let path = file(&place, "a.wav");
    let wav = |rate: u32, channels: u16, data: u32| {
        let frame = channels * 2;
        let mut bytes = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0".to_vec();
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend((rate.wrapping_mul(u32::from(frame))).to_le_bytes());
        bytes.extend(frame.to_le_bytes());
        bytes.extend(b"\x10\0data");
        bytes.extend(data.to_le_bytes());
        bytes.extend([0; 64]);
        bytes
    };
    for (bytes, said) in [
        (wav(44_100, 2, 64), None),
        (wav(44_100, 2, 0xFFFF_FFF0), Some("frames; the most is")),
        (wav(44_100, 2, 4000), Some("16 frames (0.000 s) are there of 1000")),
        (wav(44_100, 20_000, 40_000), Some("20000 channels; the most is 64")),
        (wav(4_000_000_000, 1, 64), Some("4000000000 frames per second; the most is 768000")),
        (wav(0, 2, 64), Some("no rate")),
        (wav(44_100, 0, 64), Some("no channels")),
        (wav(44_100, 2, 63), Some("its last frame is incomplete")),
    ] {
        match (read(&bytes, &path, false), said) {
            (Ok(decoded), None) => assert_eq!(decoded.sound.frames(), 16),
            (Err(error), Some(said)) => assert!(error.to_string().contains(said), "{error}"),
            (outcome, said) => panic!("{said:?}: {outcome:?}"),
        }
    }
    // 2^36 - 1 frames in the first block of a FLAC file.
    let (from, flac) = (file(&place, "from.wav"), file(&place, "a.flac"));
    write(&from, &signal(44_100, 2, 1000), Encoding::Int16);
    ffmpeg(&["-i", text(&from), text(&flac)]);
    let mut bytes = std::fs::read(&flac).expect("read");
    bytes[21] |= 0x0F;
    bytes[22..26].fill(0xFF);
    let error = read(&bytes, &flac, false).expect_err("too many frames");
    assert!(error.to_string().contains("68719476735 frames; the most is"), "{error}");
}

#[test]
fn samples_that_are_no_numbers_become_silent_and_are_counted() {
    let place = directory();
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN, f32::from_bits(0x7F80_0001)];
    let mut sound = signal(48_000, 2, 40_000);
    for (at, value) in bad.iter().enumerate() {
        sound.channels[at % 2][at * 7919] = *value;
    }
    let path = file(&place, "a.wav");
    write(&path, &sound, Encoding::Float32);
    let decoded = decode::read(&path, Options::default()).expect("decoded");
    assert_eq!(decoded.silenced, 5);
    for (at, _) in bad.iter().enumerate() {
        sound.channels[at % 2][at * 7919] = 0.0;
    }
    assert!(decoded.sound == sound);

    let nothing_else = Sound { rate: 48_000, channels: vec![vec![f32::NAN; 30_000]] };
    write(&path, &nothing_else, Encoding::Float32);
    let decoded = decode::read(&path, Options::default()).expect("decoded");
    assert_eq!((decoded.silenced, decoded.sound.peak()), (30_000, 0.0));
    let aiff = file(&place, "a.aiff");
    run("sox", &["-D", text(&path), "-e", "floating-point", "-b", "32", text(&aiff)]);
    assert!(decode::read(&aiff, Options::default()).expect("decoded").sound.peak().is_finite());
    // A double beyond the range of floats.
    let double = file(&place, "double.wav");
    ffmpeg(&["-f", "lavfi", "-i", "aevalsrc=1e300:d=0.01", "-c:a", "pcm_f64le", text(&double)]);
    let decoded = decode::read(&double, Options::default()).expect("decoded");
    assert_eq!(decoded.silenced, decoded.sound.frames() as u64);
}
