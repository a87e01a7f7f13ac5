//! Whatever comes late, what is heard is what lies at the place that the clock says, or faded, or counted as silent; and the audio side never waits.

use sostenuto_reel::{Lead, PAGE, Pages, Progress, Reel, Spool, Start};
use sostenuto_trap::{TrapAllocator, forbidden};

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

/// Numbers that are no pattern.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What the sound has at a frame of a channel; never 0, and exact.
fn sample(place: u64, channel: usize) -> f32 {
    (place + 1) as f32 * if channel == 0 { 1.0 } else { -0.5 }
}

fn write(page: u64, length: u64, channels: usize, samples: &mut [f32]) {
    for (number, sample_at) in samples.iter_mut().enumerate() {
        let (channel, place) = (number / PAGE, page * PAGE as u64 + (number % PAGE) as u64);
        *sample_at = if place < length && channel < channels { sample(place, channel) } else { 0.0 };
    }
}

fn lead(pages: u64, length: u64) -> Lead {
    let page = |page: u64| {
        let mut samples = vec![0.0; 2 * PAGE];
        write(page, length, 2, &mut samples);
        samples
    };
    Lead::new(0, 2, (0..pages).flat_map(page).collect())
}

/// Where it is, by the simplest means.
#[derive(Clone, Copy)]
struct Plain {
    place: Option<u64>,
    looping: bool,
    around: (u64, u64),
    length: u64,
}

impl Plain {
    fn next(&mut self) -> Option<u64> {
        let end = if self.around.1 == 0 { self.length } else { self.around.1.min(self.length) };
        let start = self.around.0.min(end - 1);
        let here = self.place?;
        let next = here + 1;
        self.place = match self.looping {
            true if next == end || next >= self.length => Some(start),
            false if next >= self.length => None,
            _ => Some(next),
        };
        Some(here)
    }

    fn go(&mut self, place: u64) {
        let end = if self.around.1 == 0 { self.length } else { self.around.1.min(self.length) };
        self.place = match place < self.length {
            true => Some(place),
            false => self.looping.then_some(self.around.0.min(end - 1)),
        };
    }
}

/// A disk that does little at a time, and now and then nothing.
struct Disk {
    stalls: u64,
    stalled: u64,
}

impl Disk {
    /// All that is to be done.
    fn keep_up(spool: &mut Spool, length: u64) {
        while spool.look().is_some() {
            spool.fill(|page, samples| {
                write(page, length, 2, samples);
                true
            });
        }
    }

    fn work(&mut self, spool: &mut Spool, dice: &mut Dice, length: u64) {
        if self.stalled > 0 {
            self.stalled -= 1;
            return;
        }
        if self.stalls > 0 && dice.roll(self.stalls) == 0 {
            self.stalled = dice.roll(800);
        }
        if spool.look().is_some() {
            spool.fill(|page, samples| {
                write(page, length, 2, samples);
                true
            });
        }
    }
}

const FADE: u64 = 240;

/// Plays a random schedule; gives the counts of what was heard exactly, faded and silent, and what the reel says.
fn schedule(seed: u64, stalls: u64) -> (u64, u64, u64, sostenuto_reel::Fortunes) {
    let mut dice = Dice(seed);
    let length = 3_000 + dice.roll(400_000);
    let around = match dice.roll(3) {
        0 => (0, 0),
        1 => (dice.roll(length), 0),
        _ => (dice.roll(length), dice.roll(length)),
    };
    let start = Start { channels: 2, around, length: Some(length), ahead_seconds: 0.3, ..Start::default() };
    let (mut reel, mut spool) = Reel::new(start, lead(4, length), &Progress::new());
    let mut plain = Plain { place: Some(0), looping: false, around, length };
    let mut disk = Disk { stalls, stalled: 0 };
    let (mut exact, mut faded, mut silent, mut since_jump) = (0, 0, 0, u64::MAX);
    let mut room = [[0.0_f32; 200]; 2];
    for _ in 0..3000 {
        match dice.roll(60) {
            0 => {
                let place = dice.roll(length + 1000);
                forbidden(|| reel.seek(place));
                plain.go(place);
                since_jump = 0;
            }
            1 => {
                forbidden(|| reel.begin());
                plain.go(0);
                since_jump = 0;
            }
            // A loop that is switched on just before its end wants pages at once.
            2 | 3 if stalls > 0 => {
                let looping = dice.roll(2) == 0;
                forbidden(|| reel.set_looping(looping));
                plain.looping = looping;
            }
            _ => {}
        }
        let frames = 1 + dice.roll(200) as usize;
        let [left, right] = &mut room;
        forbidden(|| reel.play(&mut [&mut left[..frames], &mut right[..frames]]));
        for (left, right) in left.iter().zip(&*right).take(frames) {
            let place = plain.next();
            since_jump = since_jump.saturating_add(1);
            let (wanted, other) = place.map_or((0.0, 0.0), |place| (sample(place, 0), sample(place, 1)));
            if (*left, *right) == (wanted, other) {
                exact += 1;
            } else if since_jump <= FADE {
                // What was heard before fades out beside it.
                faded += 1;
            } else if *left == 0.0 {
                assert_eq!(*right, 0.0);
                silent += 1;
            } else {
                assert!(*left > 0.0 && *left < wanted, "{left} where {wanted} is");
                // Two different multiplications.
                assert!((*right / *left / -0.5 - 1.0).abs() < 1e-5, "{left} {right}");
                faded += 1;
            }
        }
        assert!(!reel.has_ended() || plain.place.is_none());
        match stalls {
            0 => Disk::keep_up(&mut spool, length),
            _ => (0..2).for_each(|_| disk.work(&mut spool, &mut dice, length)),
        }
    }
    (exact, faded, silent, reel.progress().fortunes())
}

#[test]
fn late_pages_are_faded_counted_and_skipped() {
    let (mut underruns, mut lost, mut exact_in_all) = (0, 0, 0);
    for seed in 0..60 {
        let (exact, faded, silent, fortunes) = schedule(seed, 40);
        assert!(silent <= fortunes.lost + fortunes.late, "seed {seed}: {silent} silent, {fortunes:?}");
        assert!(faded <= 2 * FADE * (fortunes.underruns + 200), "seed {seed}: {faded} faded, {fortunes:?}");
        (underruns, lost) = (underruns + fortunes.underruns, lost + fortunes.lost);
        exact_in_all += exact;
    }
    assert!(underruns > 50 && lost > 10_000, "{underruns} underruns, {lost} frames: the disk was too good");
    assert!(exact_in_all > 10_000_000, "{exact_in_all}");
}

#[test]
fn nothing_is_lost_on_a_disk_that_keeps_up() {
    for seed in 100..140 {
        let (exact, _, _, fortunes) = schedule(seed, 0);
        assert_eq!((fortunes.underruns, fortunes.lost), (0, 0), "seed {seed}");
        assert!(exact > 200_000);
    }
}

#[test]
fn loops_are_seamless_to_the_frame_without_asking_twice() {
    let length = 50_000;
    let start = Start { channels: 2, around: (7000, 7100), length: Some(length), ..Start::default() };
    let (mut reel, mut spool) = Reel::new(start, lead(2, length), &Progress::new());
    reel.set_looping(true);
    let mut asked = 0;
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    for block in 0..2000_u64 {
        forbidden(|| reel.play(&mut [&mut left, &mut right]));
        for (i, sample_here) in left.iter().enumerate() {
            let n = block * 64 + i as u64;
            let place = if n < 7100 { n } else { 7000 + (n - 7100) % 100 };
            assert_eq!(*sample_here, sample(place, 0), "frame {n}");
        }
        while spool.look().is_some() {
            asked += 1;
            spool.fill(|page, samples| {
                write(page, length, 2, samples);
                true
            });
        }
    }
    assert_eq!(asked, 2);
}

/// Reads in place, and tells the length only when it has met the end.
struct Here {
    length: u64,
    known: bool,
}

impl Pages for Here {
    fn read(&mut self, page: u64, samples: &mut [f32]) -> bool {
        write(page, self.length, 2, samples);
        self.known |= (page + 1) * PAGE as u64 > self.length;
        true
    }

    fn length(&self) -> Option<u64> {
        self.known.then_some(self.length)
    }
}

/// Seeks, triggers and loops, in blocks of these sizes.
fn rendered(known: bool, mut size: impl FnMut() -> usize) -> Vec<f32> {
    let source = Here { length: 9_500, known };
    let start = Start { channels: 2, around: (3000, 0), ..Start::default() };
    let mut reel = Reel::reading(start, lead(1, 9_500), Box::new(source), &Progress::new());
    let acts =
        [(5_000_usize, 0), (5_100, 1), (12_000, 2), (12_010, 3), (12_020, 2), (30_000, 4), (41_000, 5)];
    let (mut out, mut acts) = (Vec::new(), acts.into_iter().peekable());
    while out.len() < 60_000 {
        while let Some((_, act)) = acts.next_if(|(frame, _)| *frame == out.len()) {
            match act {
                0 => reel.seek(9_000),
                1 => reel.set_looping(true),
                2 => reel.begin(),
                3 => reel.seek(9_499),
                4 => reel.set_looping(false),
                _ => reel.seek(100),
            }
        }
        let next = acts.peek().map_or(60_000, |(frame, _)| *frame);
        let frames = size().min(next - out.len());
        let (mut left, mut right) = ([0.0; 5000], [0.0; 5000]);
        reel.play(&mut [&mut left[..frames], &mut right[..frames]]);
        out.extend_from_slice(&left[..frames]);
    }
    assert_eq!(reel.progress().fortunes().lost + reel.progress().fortunes().late, 0);
    out
}

#[test]
fn what_is_read_in_place_is_the_same_in_any_blocks() {
    let reference = rendered(true, || 64);
    assert!(reference[..5000].iter().enumerate().all(|(n, x)| *x == sample(n as u64, 0)));
    for size in [1, 7, 480, 4999] {
        assert!(rendered(true, || size) == reference, "blocks of {size}");
        assert!(rendered(false, || size) == reference, "blocks of {size}, of unknown length");
    }
    let mut dice = Dice(5);
    assert!(rendered(false, || 1 + dice.roll(300) as usize) == reference);
}

#[test]
fn an_unknown_length_is_told_with_the_last_page() {
    let length = 5_000;
    let (mut reel, mut spool) =
        Reel::new(Start { channels: 2, length: None, ..Start::default() }, lead(1, length), &Progress::new());
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut heard = Vec::new();
    for _ in 0..200 {
        forbidden(|| reel.play(&mut [&mut left, &mut right]));
        heard.extend_from_slice(&left);
        while spool.look().is_some() {
            if heard.len() > 600 {
                spool.tell_length(length);
            }
            spool.fill(|page, samples| {
                write(page, length, 2, samples);
                true
            });
        }
    }
    let wanted = |n: usize| if n < 5000 { sample(n as u64, 0) } else { 0.0 };
    assert!(heard.iter().enumerate().all(|(n, x)| *x == wanted(n)));
    assert!(reel.has_ended());
    assert_eq!(reel.progress().fortunes().length, Some(length));
    drop(reel);
    assert!(spool.is_over());
}

#[test]
fn what_cannot_be_read_is_silent_and_counted() {
    let start = Start { channels: 2, length: Some(100_000), ..Start::default() };
    let (mut reel, mut spool) = Reel::new(start, lead(1, 100_000), &Progress::new());
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    for _ in 0..100 {
        forbidden(|| reel.play(&mut [&mut left, &mut right]));
        while spool.look().is_some() {
            spool.fill(|_, samples| {
                samples.fill(9.0);
                false
            });
        }
    }
    assert_eq!(left, [0.0; 64]);
    let fortunes = reel.progress().fortunes();
    assert!(fortunes.unreadable >= 3 && fortunes.lost == 0, "{fortunes:?}");
}
