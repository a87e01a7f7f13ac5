//! What is streamed is what the whole file has, in any order, at any rate, in every format; and what a slow disk brings late is faded, counted and skipped.

use crate::tools;

use sostenuto_media::decode::{self, Cancel, DecodeError, Limits, Options};
use sostenuto_media::resample::{Edges, resample};
use sostenuto_media::stream::{
    Disk, Film, Footage, OpenOptions, Pool, PoolOptions, Threading, open_in_place,
};
use sostenuto_media::wav::Encoding;
use sostenuto_media::{Sound, stream::Reel};
use sostenuto_trap::forbidden;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tools::{corpus, directory, ffmpeg, file, run, signal, text, write};

/// Frames after a seek until only what is sought is heard.
fn fade(rate: u32) -> usize {
    (f64::from(rate) * 0.005) as usize
}

fn whole(path: &Path, rate: u32) -> Sound {
    let sound = decode::read(path, Options::default()).unwrap_or_else(|error| panic!("{error}")).sound;
    resample(&sound, rate, Edges::Silence, None).expect("resampled")
}

fn threading(rate: u32) -> Threading {
    Threading { rate: rate.into(), ..Threading::default() }
}

/// Plays so many frames.
fn played(reel: &mut Reel, frames: usize) -> Vec<Vec<f32>> {
    let mut channels = vec![vec![0.0; frames]; reel.channels()];
    let mut done = 0;
    while done < frames {
        let until = frames.min(done + 64);
        let mut block: Vec<&mut [f32]> =
            channels.iter_mut().map(|channel| &mut channel[done..until]).collect();
        reel.play(&mut block);
        done = until;
    }
    channels
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// One long file of each format, with what a stream of it may be off by.
fn long_files(place: &tempfile::TempDir) -> Vec<(PathBuf, f32)> {
    let from = file(place, "a.wav");
    write(&from, &signal(44_100, 2, 400_000), Encoding::Int16);
    let mut files = vec![(from.clone(), 0.0)];
    for (name, codec, off) in [
        ("a.flac", "flac", 0.0),
        ("a.aiff", "pcm_s16be", 0.0),
        ("b.m4a", "alac", 0.0),
        ("a.oga", "flac", 0.0),
        ("adpcm.wav", "adpcm_ms", 0.0),
        // Its noise hangs on what was decoded before. The one without that noise shows that the places are right.
        ("a.m4a", "aac", 0.12),
        ("a.aac", "aac", 0.12),
    ] {
        let path = file(place, name);
        ffmpeg(&["-i", text(&from), "-c:a", codec, text(&path)]);
        files.push((path, off));
    }
    let plain = file(place, "plain.m4a");
    ffmpeg(&["-i", text(&from), "-c:a", "aac", "-aac_pns", "0", text(&plain)]);
    files.push((plain, 0.0));
    let (mp3, vbr, ogg) = (file(place, "a.mp3"), file(place, "vbr.mp3"), file(place, "a.ogg"));
    run("lame", &["--quiet", "-b", "320", text(&from), text(&mp3)]);
    run("lame", &["--quiet", "-V", "9", text(&from), text(&vbr)]);
    run("oggenc", &["-Q", text(&from), "-o", text(&ogg)]);
    // Small packets, which borrow from many before them.
    let small = file(place, "small.mp3");
    run("lame", &["--quiet", "-b", "16", "--resample", "22.05", text(&from), text(&small)]);
    files.extend([(mp3, 0.0), (vbr, 0.0), (small, 0.0), (ogg, 0.0)]);
    files
}

#[test]
fn every_format_from_any_place_is_what_the_whole_has() {
    let place = directory();
    for (path, off) in long_files(&place) {
        let film = open_in_place(&path, OpenOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        let sound = whole(&path, film.rate());
        assert_eq!(film.frames(), sound.frames() as u64, "{}", path.display());
        let mut reel = film.thread(&threading(film.rate())).expect("it opens");
        let check = |reel: &mut Reel, at: usize, frames: usize, skip: usize| {
            let heard = played(reel, frames);
            for (heard, whole) in heard.iter().zip(&sound.channels) {
                let wanted: Vec<f32> =
                    (at..at + frames).map(|n| whole.get(n).copied().unwrap_or(0.0)).collect();
                let difference = largest_difference(&heard[skip..], &wanted[skip..]);
                assert!(difference <= off, "{} at {at}: {difference}", path.display());
            }
        };
        check(&mut reel, 0, 20_000, 0);
        for at in [399_000, 1, 123_456, 345_678, 100_000, 101_500, 2_048, 398_999, 60_000] {
            let at = at * film.frames() / 400_000;
            reel.seek(at);
            check(&mut reel, at as usize, 6_000, fade(44_100));
        }
        reel.begin();
        check(&mut reel, 0, 1000, fade(44_100));
        assert_eq!(film.take_trouble(), None, "{}", path.display());
    }
}

#[test]
fn resampled_pages_are_those_of_the_whole_resampled_bit_for_bit() {
    let place = directory();
    let path = file(&place, "a.wav");
    write(&path, &signal(44_100, 2, 150_001), Encoding::Float32);
    for rate in [48_000, 96_000, 22_050, 44_099] {
        let sound = whole(&path, rate);
        let film = open_in_place(&path, OpenOptions::default()).expect("opened");
        let mut reel = film.thread(&threading(rate)).expect("it opens");
        let frames = sound.frames();
        let heard = played(&mut reel, frames + 100);
        for (heard, whole) in heard.iter().zip(&sound.channels) {
            assert_eq!(heard[..frames], whole[..], "{rate}");
            assert!(heard[frames..].iter().all(|x| *x == 0.0));
        }
        assert!(reel.has_ended());
        for at in [frames / 2 + 17, 5, frames - 5000] {
            reel.seek(at as u64);
            let heard = played(&mut reel, 4000);
            assert_eq!(heard[1][fade(rate)..], sound.channels[1][at + fade(rate)..at + 4000], "{rate}");
        }
    }
}

#[test]
fn a_stream_begins_at_once_and_loops_to_the_frame() {
    let place = directory();
    let path = file(&place, "a.flac");
    let from = file(&place, "a.wav");
    write(&from, &signal(48_000, 2, 200_000), Encoding::Int16);
    ffmpeg(&["-i", text(&from), "-c:a", "flac", text(&path)]);
    let sound = whole(&path, 48_000);
    let pool = Pool::new(PoolOptions::default());
    let film = pool.open(&path, OpenOptions::default()).expect("opened");
    let how = Threading { begin: 30_000, around: (29_000, 71_234), ..threading(48_000) };
    let mut reel = film.thread(&how).expect("it opens");
    reel.set_looping(true);
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut at = 30_000;
    for block in 0..5000 {
        forbidden(|| reel.play(&mut [&mut left, &mut right]));
        for (heard, wanted) in left.iter().zip((0..64).map(|_| {
            let here = at;
            at = if at + 1 == 71_234 { 29_000 } else { at + 1 };
            sound.channels[0][here]
        })) {
            assert_eq!(*heard, wanted, "block {block}, frame {at}");
        }
        // Faster than it sounds, and slower than the disk.
        std::thread::sleep(Duration::from_micros(300));
    }
    let fortunes = reel.progress().fortunes();
    assert_eq!((fortunes.underruns, fortunes.lost, fortunes.late), (0, 0, 0));
    assert_eq!(pool.streams(), 1);
    drop(reel);
    await_that(|| pool.streams() == 0);
}

fn await_that(it_is: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !it_is() {
        assert!(Instant::now() < patience, "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How slow the disk is just now, for all files on it.
#[derive(Default)]
struct Weather {
    /// Reads begun; of each so many one stalls.
    reads: AtomicU64,
    stalls_each: AtomicU64,
    is_slow: AtomicBool,
    stalled: AtomicU64,
}

/// A file on it.
struct Slow {
    bytes: Cursor<Arc<[u8]>>,
    weather: Arc<Weather>,
}

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.weather.is_slow.load(Ordering::Relaxed) {
            let number = self.weather.reads.fetch_add(1, Ordering::Relaxed);
            let each = self.weather.stalls_each.load(Ordering::Relaxed).max(1);
            if number.is_multiple_of(each) {
                self.weather.stalled.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(400));
            } else {
                std::thread::sleep(Duration::from_micros(50));
            }
        }
        self.bytes.read(into)
    }
}

impl Seek for Slow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// The number of the frame and of the file, exact, and never 0.
fn mark(stream: usize, frame: u64) -> [f32; 2] {
    [(frame + 1) as f32, -((frame + 1) as f32) * (1.0 + stream as f32 / 64.0)]
}

const FRAMES: u64 = 300_000;

fn marked(stream: usize) -> Arc<[u8]> {
    let frames = (0..FRAMES).flat_map(|frame| mark(stream, frame)).collect::<Vec<f32>>();
    let mut bytes = Cursor::new(Vec::new());
    let format = sostenuto_media::wav::Format { channels: 2, rate: 48_000, encoding: Encoding::Float32 };
    let mut writer = sostenuto_media::wav::Writer::new(&mut bytes, format).expect("begun");
    writer.write_interleaved(&frames).expect("written");
    writer.finish().expect("finished");
    bytes.into_inner().into()
}

/// One of many streams, and where the clock says that it is.
struct Player {
    reel: Reel,
    place: u64,
    looping: bool,
    around: (u64, u64),
    since: usize,
    exact: u64,
    off: u64,
}

impl Player {
    fn next(&mut self) -> u64 {
        let here = self.place;
        let end = if self.looping && here < self.around.1 { self.around.1 } else { FRAMES };
        self.place = if here + 1 == end { self.around.0 } else { here + 1 };
        here
    }

    /// Plays a block, and compares.
    fn block(&mut self, stream: usize) {
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        forbidden(|| self.reel.play(&mut [&mut left, &mut right]));
        for (left, right) in left.iter().zip(&right) {
            let wanted = mark(stream, self.next());
            self.since += 1;
            if [*left, *right] == wanted {
                self.exact += 1;
                continue;
            }
            self.off += 1;
            // Faded, and never another's sound nor that of another place.
            let beside = self.since <= 2 * 240;
            assert!(beside || (*left >= 0.0 && *left < wanted[0]), "stream {stream}: {left} for {wanted:?}");
            assert!(beside || *right <= 0.0 && *right > wanted[1]);
        }
    }
}

#[test]
fn sixty_four_streams_on_a_disk_that_stalls() {
    let weather = Arc::new(Weather::default());
    let pool = Pool::new(PoolOptions { ahead_seconds: 0.3, ..PoolOptions::default() });
    let mut players: Vec<Player> = (0..64)
        .map(|stream| {
            let (bytes, weather) = (marked(stream), weather.clone());
            let open = move || {
                let bytes = Cursor::new(bytes.clone());
                Ok(Box::new(Slow { bytes, weather: weather.clone() }) as Box<dyn Disk>)
            };
            let film = pool.open_with(&format!("file {stream}"), open, OpenOptions::default());
            let film: Film = film.unwrap_or_else(|error| panic!("{error}"));
            let around = (1000 * stream as u64, 1000 * stream as u64 + 20_000 + 777 * stream as u64);
            let mut reel = film.thread(&Threading { around, ..threading(48_000) }).expect("opened");
            reel.set_looping(true);
            Player { reel, place: 0, looping: true, around, since: 480, exact: 0, off: 0 }
        })
        .collect();
    assert_eq!(pool.streams(), 64);
    let mut seed = 7_u64;
    let mut roll = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    weather.stalls_each.store(25, Ordering::Relaxed);
    // A second of sound and more in each, in about the time that it takes to hear it.
    for block in 0..2250 {
        weather.is_slow.store((600..1500).contains(&block), Ordering::Relaxed);
        let begun = Instant::now();
        for (stream, player) in players.iter_mut().enumerate() {
            if block < 1600 && roll(300) == 0 {
                let place = roll(FRAMES);
                forbidden(|| player.reel.seek(place));
                (player.place, player.since) = (place, 0);
            }
            player.block(stream);
        }
        std::thread::sleep(Duration::from_micros(1333).saturating_sub(begun.elapsed()));
    }
    let sum = |what: fn(&sostenuto_media::stream::Fortunes) -> u64| {
        players.iter().map(|player| what(&player.reel.progress().fortunes())).sum::<u64>()
    };
    let (underruns, lost, late, unreadable) =
        (sum(|f| f.underruns), sum(|f| f.lost), sum(|f| f.late), sum(|f| f.unreadable));
    let (exact, off) =
        (players.iter().map(|p| p.exact).sum::<u64>(), players.iter().map(|p| p.off).sum::<u64>());
    let stalled = weather.stalled.load(Ordering::Relaxed);
    println!(
        "{stalled} stalls: {underruns} underruns, {lost} frames lost, {late} late, {off} off, {exact} exact"
    );
    assert!(stalled > 10 && underruns > 0 && lost > 0, "{stalled} stalls, {underruns} underruns");
    assert_eq!(unreadable, 0);
    assert!(exact > off, "{exact} exact, {off} off");
    // Once the disk is well again, so is the sound.
    let before: Vec<u64> = players.iter().map(|player| player.off).collect();
    for _ in 0..100 {
        players.iter_mut().enumerate().for_each(|(stream, player)| player.block(stream));
        std::thread::sleep(Duration::from_millis(2));
    }
    let after: Vec<u64> = players.iter().map(|player| player.off).collect();
    assert_eq!(before, after);
    drop(players);
    await_that(|| pool.streams() == 0);
}

#[test]
fn bad_files_are_refused_with_a_reason_before_they_are_played() {
    let place = directory();
    for path in corpus::every_format(&place) {
        let bytes = std::fs::read(&path).expect("read");
        let cut = file(&place, "cut");
        for length in [0, 3, 40, bytes.len() / 3] {
            std::fs::write(&cut, &bytes[..length]).expect("written");
            match open_in_place(&cut, OpenOptions::default()) {
                Err(error) => corpus::assert_helpful(&error, &cut),
                // Some formats do not tell how long they are.
                Ok(film) => assert!(film.frames() > 0 && length > 1000, "{}", path.display()),
            }
        }
    }
    let missing = open_in_place(file(&place, "none.wav"), OpenOptions::default()).unwrap_err();
    assert!(matches!(missing, DecodeError::Io { .. }));
    assert!(matches!(
        open_in_place(place.path(), OpenOptions::default()).unwrap_err(),
        DecodeError::Io { .. }
    ));
    let path = file(&place, "a.wav");
    let limits = Limits { frames: 1000, ..Limits::default() };
    let beyond = open_in_place(&path, OpenOptions { limits, ..OpenOptions::default() }).unwrap_err();
    assert!(matches!(beyond, DecodeError::Beyond { .. }), "{beyond}");
    let cancel = Cancel::new();
    cancel.cancel();
    let mp3 = file(&place, "long.ogg");
    write(&path, &signal(44_100, 2, 3_000_000), Encoding::Int16);
    run("oggenc", &["-Q", text(&path), "-o", text(&mp3)]);
    let stopped = OpenOptions { cancel: Some(cancel), ..OpenOptions::default() };
    assert!(matches!(open_in_place(&mp3, stopped).unwrap_err(), DecodeError::Cancelled { .. }));
    let mut told = 0;
    let mut progress = |_| told += 1;
    let film = open_in_place(&mp3, OpenOptions { progress: Some(&mut progress), ..OpenOptions::default() });
    assert_eq!(film.expect("it is well").frames(), 3_000_000);
    assert!(told > 3, "{told}");
}

/// A file that is damaged, or gone, while it is played.
#[test]
fn what_goes_wrong_while_it_plays_is_silent_counted_and_told() {
    let sick = Arc::new(AtomicBool::new(false));
    struct Sick {
        bytes: Cursor<Arc<[u8]>>,
        sick: Arc<AtomicBool>,
    }
    impl Read for Sick {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.sick.load(Ordering::Relaxed) {
                true => Err(io::Error::other("the disk was pulled out")),
                false => self.bytes.read(into),
            }
        }
    }
    impl Seek for Sick {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.bytes.seek(to)
        }
    }
    let pool = Pool::new(PoolOptions::default());
    let (bytes, ours) = (marked(3), sick.clone());
    let open =
        move || Ok(Box::new(Sick { bytes: Cursor::new(bytes.clone()), sick: ours.clone() }) as Box<dyn Disk>);
    let film = pool.open_with("a stick", open, OpenOptions::default()).expect("opened");
    let mut reel = film.thread(&threading(48_000)).expect("opened");
    sick.store(true, Ordering::Relaxed);
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    for _ in 0..400 {
        forbidden(|| reel.play(&mut [&mut left, &mut right]));
        std::thread::sleep(Duration::from_millis(1));
    }
    let fortunes = reel.progress().fortunes();
    assert_eq!(left, [0.0; 64]);
    assert!(fortunes.unreadable > 0, "{fortunes:?}");
    let told = film.take_trouble().expect("it is told");
    assert!(told.contains("a stick") && told.contains("pulled out"), "{told}");
    // Other streams of the pool do not notice, and it can be taken up again.
    sick.store(false, Ordering::Relaxed);
    drop(reel);
    let again = film.thread(&threading(48_000)).expect("opened");
    drop((again, Mutex::new(())));
}
