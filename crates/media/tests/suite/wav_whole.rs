//! A WAV file is whole at any moment while it is written: after each single write, when the disk is full, when the program is killed; and as
//! large as it likes.

use crate::tools;

use sostenuto_media::Sound;
use sostenuto_media::decode::{self, Options};
use sostenuto_media::wav::{Encoding, Format, WriteError, Writer};
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tools::{by_ffmpeg, by_sox, difference, directory, file, signal, write};

const ENCODINGS: [Encoding; 3] = [Encoding::Int16, Encoding::Int24, Encoding::Float32];

/// A file in memory that calls a function before each write, and may be full.
struct Watched<'w> {
    file: &'w mut Cursor<Vec<u8>>,
    room: usize,
    before: &'w mut dyn FnMut(&[u8]),
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.before)(self.file.get_ref());
        let place = self.file.position() as usize;
        let fits = self.room.saturating_sub(place).min(bytes.len());
        if fits == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write(&bytes[..fits])
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn opened(bytes: &[u8]) -> Sound {
    let path = "memory.wav";
    decode::from_bytes(bytes.to_vec(), path, Options::default()).expect("it is whole").sound
}

#[test]
fn after_every_single_write_it_can_be_read() {
    for encoding in ENCODINGS {
        // One channel and three bytes: odd numbers of bytes come about.
        for (channels, rf64_beyond) in [(1, u64::MAX), (1, 70_001), (3, 70_000)] {
            let sound = signal(48_000, channels, 90_000 / usize::from(channels));
            let mut lengths = Vec::new();
            let mut before = |bytes: &[u8]| {
                // The first two writes are the empty header and the first samples.
                if bytes.len() > 200 && bytes[4..8] != [0; 4] {
                    match decode::from_bytes(bytes.to_vec(), "memory.wav", Options::default()) {
                        Ok(so_far) => {
                            let frames = so_far.sound.frames();
                            let steps = |x: f32| (x * 8_388_608.0).round() as i32 / 256;
                            let pairs = so_far.sound.channels[0].iter().zip(&sound.channels[0]);
                            assert!(pairs.clone().all(|(a, b)| (steps(*a) - steps(*b)).abs() <= 1));
                            lengths.push(frames);
                        }
                        Err(error) => assert!(lengths.is_empty(), "{error}"),
                    }
                }
            };
            let mut file = Cursor::default();
            let watched = Watched { file: &mut file, room: usize::MAX, before: &mut before };
            let format = Format { channels, rate: 48_000, encoding };
            let mut writer = Writer::new(watched, format).expect("created").with_rf64_beyond(rf64_beyond);
            for start in (0..sound.frames()).step_by(997) {
                let end = (start + 997).min(sound.frames());
                let piece: Vec<&[f32]> = sound.channels.iter().map(|channel| &channel[start..end]).collect();
                writer.write_planar(&piece).expect("written");
                if start % 3 == 0 {
                    writer.flush().expect("flushed");
                }
            }
            writer.finish().expect("finished");
            assert!(lengths.len() > 10 && lengths.is_sorted(), "{lengths:?}");
        }
    }
}

#[test]
fn a_full_disk_leaves_what_was_written() {
    let sound = signal(48_000, 2, 60_000);
    let format = Format { channels: 2, rate: 48_000, encoding: Encoding::Int24 };
    for room in [1000, 65_536, 66_000, 150_001, 200_003, 300_000] {
        let mut file = Cursor::default();
        let watched = Watched { file: &mut file, room, before: &mut |_| {} };
        let mut writer = Writer::new(watched, format).expect("created");
        let mut refused = None;
        for piece in sound.interleaved().chunks(2 * 500) {
            if let Err(error) = writer.write_interleaved(piece) {
                refused = Some(error);
                break;
            }
        }
        let error = refused.expect("the disk is full");
        assert!(error.to_string().contains("Check that the disk is not full"), "{error}");
        assert!(matches!(writer.write_interleaved(&[0.0; 2000]), Err(WriteError::Io { .. })));
        let frames = writer.written().frames;
        assert!(matches!(writer.flush(), Err(WriteError::Io { .. })));
        drop(writer);
        if frames > 0 {
            assert_eq!(opened(file.get_ref()).frames() as u64, frames, "{room}");
        }
    }
}

/// What the test below runs as a program of its own.
#[test]
#[ignore = "it writes until it is killed"]
fn writes_until_it_is_killed() {
    let path = std::env::var("WRITE_UNTIL_KILLED").expect("the test below says where");
    let format = Format { channels: 2, rate: 48_000, encoding: Encoding::Int24 };
    let mut writer = Writer::create(path, format).expect("created").with_rf64_beyond(3_000_000);
    loop {
        writer.write_interleaved(&[0.25; 2 * 480]).expect("written");
        if writer.written().frames > 50_000_000 {
            return;
        }
    }
}

#[test]
fn killed_in_the_middle_it_can_be_read() {
    let place = directory();
    let this = std::env::current_exe().expect("this program");
    for round in 0..4 {
        let path = file(&place, "killed.wav");
        let mut child = Command::new(&this)
            .args(["--exact", "--ignored", "wav_whole::writes_until_it_is_killed"])
            .env("WRITE_UNTIL_KILLED", &path)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Until it has some megabytes: RIFF in one half of the rounds, RF64 in the other.
        let wanted = 1_500_000 * (1 + 3 * (round % 2));
        let patience = Instant::now() + Duration::from_secs(60);
        while std::fs::metadata(&path).map_or(0, |about| about.len()) < wanted && Instant::now() < patience {
            std::thread::sleep(Duration::from_micros(300));
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let sound = decode::read(&path, Options::default()).expect("it is whole").sound;
        assert!(sound.frames() as u64 * 6 + 70_000 * 2 > wanted, "{}", sound.frames());
        assert!(sound.channels.iter().flatten().all(|x| *x == 0.25));
    }
}

#[test]
fn beyond_the_threshold_it_is_rf64_and_others_read_it() {
    let place = directory();
    for encoding in ENCODINGS {
        let sound = signal(44_100, 2, 30_001);
        let (plain, large) = (file(&place, "plain.wav"), file(&place, "large.wav"));
        write(&plain, &sound, encoding);
        let format = Format { channels: 2, rate: 44_100, encoding };
        let mut writer = Writer::create(&large, format).expect("created").with_rf64_beyond(100_000);
        writer.write_planar(&sound.channels).expect("written");
        writer.finish().expect("finished");
        let head = |path| std::fs::read(path).expect("read")[..4].to_vec();
        assert_eq!((head(&plain), head(&large)), (b"RIFF".to_vec(), b"RF64".to_vec()));
        let expected = Sound::read_wav(&plain).expect("a WAV file");
        assert_eq!(difference(&Sound::read_wav(&large).expect("a WAV file"), &expected), 0.0);
        assert_eq!(
            difference(&decode::read(&large, Options::default()).expect("read").sound, &expected),
            0.0
        );
        assert_eq!(difference(&by_ffmpeg(&large), &expected), 0.0);
        assert_eq!(difference(&by_ffmpeg(&plain), &expected), 0.0);
        // SoX computes with whole numbers of 32 bits.
        assert!(difference(&by_sox(&plain), &expected) < 1e-7);
        let mut hound = hound::WavReader::open(&plain).expect("another reader");
        assert_eq!((hound.duration(), hound.spec().channels), (30_001, 2));
        assert!(encoding == Encoding::Float32 || hound.samples::<i32>().all(|sample| sample.is_ok()));
    }
}

/// Swallows samples and keeps the header: a file of more than 4 GiB without 4 GiB.
#[derive(Default)]
struct Nowhere {
    place: u64,
    header: Vec<u8>,
}

impl Write for &mut Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.place == 0 {
            self.header = bytes.to_vec();
        }
        self.place += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for &mut Nowhere {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if let SeekFrom::Start(place) = to {
            self.place = place;
        }
        Ok(self.place)
    }
}

#[test]
fn four_gibibytes_are_no_end() {
    // Wide frames get there with few calls.
    let format = Format { channels: 16_000, rate: 8000, encoding: Encoding::Float32 };
    let mut file = Nowhere::default();
    let mut writer = Writer::new(&mut file, format).expect("created");
    let piece = vec![0.0; 16_000 * 1000];
    for _ in 0..67 {
        writer.write_interleaved(&piece).expect("it fits");
    }
    writer.flush().expect("flushed");
    let before = writer.written();
    writer.write_interleaved(&piece).expect("it fits");
    assert_eq!((before.frames, writer.finish().expect("finished").frames), (67_000, 68_000));
    let number = |at: usize| u64::from_le_bytes(file.header[at..at + 8].try_into().expect("eight bytes"));
    assert_eq!((&file.header[..4], &file.header[12..16]), (&b"RF64"[..], &b"ds64"[..]));
    let bytes = 68_000 * 64_000;
    assert_eq!((number(20), number(28), number(36)), (file.header.len() as u64 - 8 + bytes, bytes, 68_000));
}
