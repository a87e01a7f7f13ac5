//! A recording has every frame, or says which it lacks; and the audio side of it neither allocates nor waits.

use sostenuto_media::Sound;
use sostenuto_media::decode::{self, Options as Decoding};
use sostenuto_media::record::{self, Options, Recorded, Recorder, Tape};
use sostenuto_media::wav::{Encoding, Format, WriteError};
use sostenuto_trap::forbidden;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const FORMAT: Format = Format { channels: 2, rate: 48_000, encoding: Encoding::Float32 };

/// Frame `n` has n + 1 in its first channel, and the same below 0 in its second; both are exact in floats, and never 0.
fn frame(n: usize) -> [f32; 2] {
    [(n + 1) as f32, -((n + 1) as f32)]
}

/// Writes blocks of all sizes up to so many frames, as the audio thread would.
fn play(tape: &mut Tape, frames: usize, pause: impl Fn(usize)) {
    let sizes = [64, 1, 511, 128, 33, 256, 1024, 7];
    let (mut from, mut turn) = (0, 0);
    let mut room = [[0.0; 1024]; 2];
    let mut both = [0.0; 2048];
    while from < frames {
        let size = sizes[turn % sizes.len()].min(frames - from);
        for n in 0..size {
            let [left, right] = frame(from + n);
            (room[0][n], room[1][n], both[2 * n], both[2 * n + 1]) = (left, right, left, right);
        }
        forbidden(|| match turn % 3 {
            0 => tape.write_interleaved(&both[..2 * size]),
            _ => tape.write(&[&room[0][..size], &room[1][..size]]),
        });
        from += size;
        turn += 1;
        pause(turn);
    }
}

/// Asks that each frame is what it was, or among those declared as lost, and then silent.
fn assert_accounted_for(sound: &Sound, recorded: &Recorded, frames: usize) {
    assert_eq!((sound.frames(), recorded.written.frames), (frames, frames as u64));
    let is_lost = |n: u64| recorded.losses.iter().any(|loss| (loss.at..loss.at + loss.frames).contains(&n));
    let mut lost = 0;
    for n in 0..frames {
        let heard = [sound.channels[0][n], sound.channels[1][n]];
        if is_lost(n as u64) {
            assert_eq!(heard, [0.0; 2], "frame {n}");
            lost += 1;
        } else {
            assert_eq!(heard, frame(n), "frame {n}");
        }
    }
    assert_eq!(lost, recorded.lost);
}

#[test]
fn every_frame_is_in_the_file() {
    let place = tempfile::tempdir().expect("a directory for the test");
    for encoding in [Encoding::Float32, Encoding::Int24] {
        let path = place.path().join("take.wav");
        // Room for all, however slow the disk is.
        let options = Options { seconds: 10.0, rf64_beyond: 1_000_000, ..Options::default() };
        let (mut tape, recorder) =
            record::to_file(&path, Format { encoding, ..FORMAT }, options).expect("begun");
        play(&mut tape, 300_000, |_| {});
        let recorded = recorder.finish().expect("finished");
        assert_eq!((recorded.lost, recorded.losses.as_slice()), (0, &[][..]));
        let sound = Sound::read(&path).expect("it is whole");
        if encoding == Encoding::Float32 {
            assert_accounted_for(&sound, &recorded, 300_000);
            assert_eq!(&std::fs::read(&path).expect("read")[..4], b"RF64");
        } else {
            // Far beyond full scale.
            assert_eq!((sound.frames(), recorded.written.clipped), (300_000, 2 * 300_000 - 2));
        }
        // After the end nothing is recorded, and nothing is lost.
        play(&mut tape, 10_000, |_| {});
        assert_eq!(tape.lost(), 0);
    }
}

/// A file in memory that others can look at, with a disk that is slow, or full.
#[derive(Clone, Default)]
struct Disk {
    file: Arc<Mutex<Cursor<Vec<u8>>>>,
    pause: Duration,
    room: Option<usize>,
}

impl Disk {
    fn sound(&self) -> Result<Sound, decode::DecodeError> {
        let bytes = self.file.lock().expect("no one panicked").get_ref().clone();
        decode::from_bytes(bytes, "disk.wav", Decoding::default()).map(|decoded| decoded.sound)
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        std::thread::sleep(self.pause);
        let mut file = self.file.lock().expect("no one panicked");
        if self.room.is_some_and(|room| file.position() as usize + bytes.len() > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.lock().expect("no one panicked").seek(to)
    }
}

fn begun(disk: &Disk, options: Options) -> (Tape, Recorder) {
    record::to(disk.clone(), FORMAT, options).expect("begun")
}

#[test]
fn what_a_slow_disk_loses_is_declared_and_the_rest_is_in_time() {
    let disk = Disk { pause: Duration::from_millis(20), ..Disk::default() };
    let options = Options { seconds: 0.05, every: Duration::ZERO, ..Options::default() };
    let (mut tape, recorder) = begun(&disk, options);
    // Faster than the disk by far, with rests in which it catches up.
    play(&mut tape, 200_000, |turn| {
        if turn % 100 == 0 {
            std::thread::sleep(Duration::from_millis(60));
        }
    });
    let told = recorder.status();
    let recorded = recorder.finish().expect("finished");
    assert!(recorded.lost > 10_000 && !recorded.losses.is_empty(), "{recorded:?}");
    assert_eq!((told.lost, tape.lost()), (recorded.lost, recorded.lost));
    assert_accounted_for(&disk.sound().expect("it is whole"), &recorded, 200_000);
}

#[test]
fn a_full_disk_keeps_the_recording_so_far_and_is_told() {
    let disk = Disk { room: Some(400_000), ..Disk::default() };
    let options = Options { every: Duration::ZERO, seconds: 1.0, ..Options::default() };
    let (mut tape, recorder) = begun(&disk, options);
    let patience = Instant::now() + Duration::from_secs(60);
    play(&mut tape, 100_000, |_| std::thread::sleep(Duration::from_micros(200)));
    while !recorder.status().failed && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(recorder.status().failed);
    let before = tape.lost();
    play(&mut tape, 1000, |_| {});
    assert_eq!(tape.lost(), before + 1000);
    let frames = recorder.status().frames;
    let error = recorder.finish().expect_err("the disk is full");
    assert!(matches!(error, WriteError::Io { .. }), "{error}");
    let sound = disk.sound().expect("it is whole");
    assert!(frames > 10_000 && sound.frames() as u64 == frames, "{frames}, {}", sound.frames());
    assert!((0..sound.frames()).all(|n| sound.channels[0][n] == frame(n)[0]));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_deleted_meanwhile_is_there_at_the_end() {
    let place = tempfile::tempdir().expect("a directory for the test");
    let path = place.path().join("take.wav");
    let options = Options { seconds: 10.0, ..Options::default() };
    let (mut tape, recorder) = record::to_file(&path, FORMAT, options).expect("begun");
    play(&mut tape, 50_000, |_| {});
    std::fs::remove_file(&path).expect("deleted");
    play(&mut tape, 30_000, |_| {});
    let recorded = recorder.finish().expect("finished");
    assert!(recorded.restored);
    let sound = Sound::read(&path).expect("it is whole");
    assert_eq!(sound.frames(), 80_000);
    assert!((0..50_000).all(|n| sound.channels[0][n] == frame(n)[0]));
}

#[test]
fn while_it_is_recorded_the_file_can_be_read() {
    let disk = Disk::default();
    let options = Options { every: Duration::ZERO, seconds: 10.0, ..Options::default() };
    let (mut tape, recorder) = begun(&disk, options);
    let mut longest = 0;
    for _ in 0..20 {
        play(&mut tape, 5000, |_| {});
        std::thread::sleep(Duration::from_millis(10));
        match disk.sound() {
            Ok(sound) => {
                assert!(sound.frames() >= longest && sound.frames() % 5000 < 5000);
                assert!((0..sound.frames()).all(|n| sound.channels[0][n] == frame(n % 5000)[0]));
                longest = sound.frames();
            }
            Err(error) => assert!(longest == 0, "{error}"),
        }
    }
    // The tape is what ends it here.
    drop(tape);
    let patience = Instant::now() + Duration::from_secs(60);
    while recorder.status().frames < 100_000 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(recorder.finish().expect("finished").written.frames, 100_000);
    assert!(longest > 0);
}

#[test]
fn odd_blocks_are_recorded_as_far_as_they_go() {
    let disk = Disk::default();
    let (mut tape, recorder) = begun(&disk, Options::default());
    tape.write(&[&[1.0, 2.0]]);
    tape.write(&[&[3.0, 4.0], &[5.0]]);
    tape.write(&[&[6.0], &[7.0], &[8.0]]);
    tape.write(&[]);
    tape.write_interleaved(&[9.0, 10.0, 11.0]);
    recorder.finish().expect("finished");
    let sound = disk.sound().expect("it is whole");
    assert_eq!(sound.channels, [[1.0, 2.0, 3.0, 6.0, 9.0], [0.0, 0.0, 5.0, 7.0, 10.0]]);
}
