//! What is written to a WAV file is what is read back, within what the encoding can hold; and nothing is lost in silence.

use std::io::Cursor;

use proptest::prelude::*;
use sostenuto_media::Sound;
use sostenuto_media::wav::{Encoding, Format, ReadError, WriteError, Writer, Written};

const ENCODINGS: [Encoding; 5] =
    [Encoding::Int16, Encoding::Int16Dithered, Encoding::Int24, Encoding::Int24Dithered, Encoding::Float32];

/// The largest difference that an encoding may make: half a step, and with dither one more.
fn step_error(encoding: Encoding) -> f64 {
    match encoding {
        Encoding::Int16 => 0.5 / 32_768.0,
        Encoding::Int16Dithered => 1.5 / 32_768.0,
        // A float near 1 is itself only exact to 2^-25.
        Encoding::Int24 => 0.5 / 8_388_608.0 + 2f64.powi(-25),
        Encoding::Int24Dithered => 1.5 / 8_388_608.0 + 2f64.powi(-25),
        Encoding::Float32 => 0.0,
    }
}

fn write_and_read(samples: &[f32], format: Format) -> (Sound, Written) {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let path = directory.path().join("sound.wav");
    let mut writer = Writer::create(&path, format).expect("created");
    writer.write_interleaved(samples).expect("written");
    let written = writer.finish().expect("finished");
    (Sound::read_wav(&path).expect("read"), written)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn samples_survive(
        frames in prop::collection::vec(prop::collection::vec(-0.999..0.999f32, 11), 0..40),
        channels in 1..=11u16,
        rate in 1..=768_000u32,
        encoding in prop::sample::select(&ENCODINGS),
    ) {
        let samples: Vec<f32> = frames.iter().flat_map(|frame| &frame[..usize::from(channels)]).copied().collect();
        let (sound, written) = write_and_read(&samples, Format { channels, rate, encoding });
        prop_assert_eq!(sound.rate, rate);
        prop_assert_eq!(sound.channels.len(), usize::from(channels));
        prop_assert_eq!((written.frames, written.clipped), (frames.len() as u64, 0));
        let read = sound.interleaved();
        prop_assert_eq!(read.len(), samples.len());
        for (read, sample) in read.iter().zip(&samples) {
            let error = (f64::from(*read) - f64::from(*sample)).abs();
            prop_assert!(error <= step_error(encoding), "{encoding}: {sample} came back as {read}");
        }
    }
}

#[test]
fn pieces_of_any_size_and_layout_make_the_same_file() {
    let format = Format { channels: 2, rate: 44_100, encoding: Encoding::Int16Dithered };
    let left: Vec<f32> = (0..999).map(|n| (n as f32 * 0.01).sin()).collect();
    let right: Vec<f32> = left.iter().map(|x| -x * 0.5).collect();
    let whole = Sound { rate: 44_100, channels: vec![left.clone(), right.clone()] }.interleaved();
    type Memory<'a> = Writer<&'a mut Cursor<Vec<u8>>>;
    let bytes = |write: &dyn Fn(&mut Memory<'_>)| {
        let mut file = Cursor::new(Vec::new());
        let mut writer = Writer::new(&mut file, format).expect("created");
        write(&mut writer);
        writer.finish().expect("finished");
        file.into_inner()
    };
    let at_once = bytes(&|writer| writer.write_interleaved(&whole).expect("written"));
    let in_pieces = bytes(&|writer| {
        whole.chunks(34).for_each(|piece| writer.write_interleaved(piece).expect("written"));
    });
    let planar = bytes(&|writer| writer.write_planar(&[&left, &right]).expect("written"));
    assert!(at_once == in_pieces && at_once == planar);
}

#[test]
fn every_whole_number_of_16_bits_is_kept() {
    let samples: Vec<f32> = (-32_768..32_768).map(|x| x as f32 / 32_768.0).collect();
    let (sound, written) =
        write_and_read(&samples, Format { channels: 1, rate: 48_000, encoding: Encoding::Int16 });
    assert_eq!(sound.channels[0], samples);
    assert_eq!(written.clipped, 0);
}

#[test]
fn what_is_beyond_full_scale_is_limited_and_counted() {
    let samples = [1.0, -1.0, 1.5, -7.0, f32::NAN, f32::INFINITY, 0.25];
    let format = |encoding| Format { channels: 1, rate: 48_000, encoding };
    let (sound, written) = write_and_read(&samples, format(Encoding::Int16));
    let top = 32_767.0 / 32_768.0;
    assert_eq!(sound.channels[0], [top, -1.0, top, -1.0, 0.0, 0.0, 0.25]);
    assert_eq!((written.clipped, written.not_finite), (2, 2));

    let (sound, written) = write_and_read(&samples, format(Encoding::Float32));
    assert_eq!(sound.channels[0][..4], samples[..4]);
    assert!(sound.channels[0][4].is_nan());
    assert_eq!((written.clipped, written.not_finite), (0, 2));
}

/// A sine of a quarter of a step vanishes without dither; with it, its level comes through.
#[test]
fn dither_carries_what_is_smaller_than_a_step() {
    let tone: Vec<f32> = (0..48_000).map(|n| (n as f32 * 0.05).sin() * 0.25 / 32_768.0).collect();
    let strength = |encoding| {
        let (sound, _) = write_and_read(&tone, Format { channels: 1, rate: 48_000, encoding });
        let pairs = sound.channels[0].iter().zip(&tone);
        pairs.map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>()
            / tone.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>()
    };
    assert_eq!(strength(Encoding::Int16), 0.0);
    let carried = strength(Encoding::Int16Dithered);
    // The error of this estimate: noise of sqrt(1/4) step against a tone of 0.25/sqrt(2) over 48,000 samples, 1.3 %.
    assert!((carried - 1.0).abs() < 0.06, "{carried}");
}

#[test]
fn impossible_formats_are_refused_before_a_file_is_made() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let path = directory.path().join("sound.wav");
    let refused = |channels, rate, encoding| {
        let error =
            Writer::create(&path, Format { channels, rate, encoding }).err().expect("refused").to_string();
        assert!(!path.exists());
        error
    };
    assert_eq!(
        refused(0, 48_000, Encoding::Int16),
        "0 channels cannot be written in this format; use 1 to 32767"
    );
    assert_eq!(
        refused(16_384, 48_000, Encoding::Float32),
        "16384 channels cannot be written in this format; use 1 to 16383"
    );
    assert_eq!(
        refused(2, 0, Encoding::Float32),
        "a rate of 0 Hz cannot be written in this format; use 1 to 536870911"
    );
    assert!(refused(1000, 2_000_000, Encoding::Float32).contains("a rate of 2000000 Hz"));
}

#[test]
fn errors_say_the_remedy() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let format = Format { channels: 2, rate: 48_000, encoding: Encoding::Int16 };
    let nowhere = directory.path().join("no").join("such.wav");
    let message = Writer::create(&nowhere, format).err().expect("refused").to_string();
    assert!(message.contains("Check that its directory exists"), "{message}");

    let mut writer = Writer::new(Cursor::new(Vec::new()), format).expect("created");
    for refused in [
        writer.write_interleaved(&[0.0; 3]),
        writer.write_planar(&[[0.0; 2]]),
        writer.write_planar(&[vec![0.0; 2], vec![0.0; 1]]),
        // Three samples and one are four, but not two frames of two.
        writer.write_planar(&[vec![0.0; 3], vec![0.0; 1]]),
    ] {
        assert!(matches!(refused, Err(WriteError::NotWholeFrames { .. })), "{refused:?}");
    }
    assert_eq!(writer.written().frames, 0);

    let message = "12".parse::<Encoding>().expect_err("refused").to_string();
    assert_eq!(message, "'12' is not a number of bits; use 16, 24 or 32f, or 16d or 24d with dither");
    for encoding in ENCODINGS {
        assert_eq!(encoding.to_string().parse::<Encoding>().expect("its own name"), encoding);
    }
}

#[test]
fn files_that_are_not_sound_are_refused() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let path = directory.path().join("sound.wav");
    assert!(matches!(Sound::read_wav(&path), Err(ReadError::Io { .. })));
    std::fs::write(&path, b"ID3 this is not what its name says").expect("written");
    assert!(matches!(Sound::read_wav(&path), Err(ReadError::NotWav { .. })));

    let format = Format { channels: 2, rate: 48_000, encoding: Encoding::Int16 };
    let mut writer = Writer::create(&path, format).expect("created");
    writer.write_interleaved(&[0.5; 64]).expect("written");
    writer.finish().expect("finished");
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() - 9]).expect("written");
    let error = Sound::read_wav(&path).expect_err("cut short");
    assert!(error.to_string().contains("complete"), "{error}");
}
