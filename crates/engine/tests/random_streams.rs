//! Streams from a disk that is slow, stalls and has bad places, and recordings, both begun, moved and ended at random: always finite, nothing made or freed on the audio side;
//! what is recorded is what was heard, to the frame, with each loss declared; every stream is given back, and all are heard again once the disk is well.
//!
//! `SOSTENUTO_EDITS` says how many; `make soak` asks for ten million.

use sostenuto_engine::{Conductor, Desk, Notice, Recorded, RecordingKey};
use sostenuto_graph::{Executor, Limits};
use sostenuto_nodes::{Footage, Streamed};
use sostenuto_patch::command::parse;
use sostenuto_reel::{Lead, PAGE, Reel, Spool, Start, Take, Taken, Tape, Threading};
use sostenuto_trap::{TrapAllocator, forbidden};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// A sample of a sound on the disk.
fn sample(frame: u64, channel: usize) -> f32 {
    let noise = Dice(frame * 2 + channel as u64).next();
    ((noise >> 40) as f32 / (1 << 24) as f32 - 0.5) * 0.2
}

/// What is on the disk, and the ends of its streams that are to be brought pages.
#[derive(Debug)]
struct Sound {
    name: String,
    frames: u64,
    spools: Arc<Mutex<Vec<Spool>>>,
}

impl Footage for Sound {
    fn channels(&self) -> u16 {
        2
    }

    fn identity(&self) -> &str {
        &self.name
    }

    fn thread(&self, how: &Threading) -> Result<Reel, String> {
        let Threading { rate, begin, around, ref progress } = *how;
        let length = Some(self.frames);
        let start = Start { channels: 2, rate, begin, around, length, ahead_seconds: 0.3 };
        let (reel, spool) = Reel::new(start, Lead::new(0, 2, page(0)), progress);
        self.spools.lock().unwrap().push(spool);
        Ok(reel)
    }
}

fn page(number: u64) -> Vec<f32> {
    let place = |at: usize| (number * PAGE as u64 + (at % PAGE) as u64, at / PAGE);
    (0..2 * PAGE).map(place).map(|(frame, channel)| sample(frame, channel)).collect()
}

const START: &str = r#"
buffers.sea = { stream = true }
buffers.wind = { stream = true }
[nodes.one]
kind = "stream"
buffer = "sea"
channels = 2
loop = "on"
[nodes.two]
kind = "stream"
buffer = "wind"
channels = 2
loop_start = 1500
loop_end = 20000
[nodes.soft]
kind = "gain"
gain = -6
inputs = ["two"]
[nodes.out]
kind = "audio_out"
inputs = ["one", "soft"]
"#;

/// A recording that is under way.
struct Recording {
    key: RecordingKey,
    take: Take,
    /// The frames at which it begins and, once that was asked for, ends.
    from: u64,
    to: Option<u64>,
    /// Frames that were compared.
    done: u64,
    lost: u64,
}

struct Studio {
    desk: Desk,
    executor: Executor,
    dice: Dice,
    spools: Arc<Mutex<Vec<Spool>>>,
    sounds: Vec<Weak<Sound>>,
    recordings: Vec<Recording>,
    /// What was heard of late, in pairs, and the frame of the first.
    heard: VecDeque<[f32; 2]>,
    since: u64,
    /// Batches take effect in order: none before this.
    horizon: u64,
    /// Looks at the disk that it still stalls for.
    stalls: usize,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    recorded: u64,
    lost: u64,
    recordings: u64,
    underruns: u64,
    unreadable: u64,
}

/// Frames that are remembered: more than a recording lasts, with what waits on its tape.
const REMEMBERED: usize = 60_000;

impl Studio {
    fn sound(&mut self) -> Streamed {
        let name = format!("sound {}", self.dice.next());
        let frames = 30_000 + self.dice.below(90_000) as u64;
        let sound = Arc::new(Sound { name, frames, spools: self.spools.clone() });
        self.sounds.push(Arc::downgrade(&sound));
        Streamed(sound)
    }

    /// Says something to the patch; some of it does not fit at the moment.
    fn say(&mut self) {
        let node = ["one", "two"][self.dice.below(2)];
        let place = self.dice.below(2_400) as f64 / 1000.0;
        let line = match self.dice.below(14) {
            0..4 => format!("set {node}.seek {place}"),
            4 | 5 => format!("set {node}.trigger {}", self.dice.below(2)),
            6 => format!("set {node}.loop {}", ["on", "off"][self.dice.below(2)]),
            7 => format!("set {node}.loop_start {}", self.dice.below(20_000)),
            8 => format!("bypass {node}"),
            9 => "remove one".into(),
            10 => "redo".into(),
            11 => format!("reset {node}"),
            12 => "set soft.gain -3dB over 10ms".into(),
            _ => "undo".into(),
        };
        let timed = parse(&line).unwrap().unwrap();
        _ = self.desk.carry_out(&timed.command, None);
    }

    fn exchange(&mut self) {
        let (name, sound) = (["sea", "wind"][self.dice.below(2)], self.sound());
        self.desk.conductor_mut().set_stream(name, sound).unwrap();
    }

    /// The frame from which on a batch takes effect that is sent now, for this frame.
    fn effect(&mut self, at: u64) -> u64 {
        self.horizon = self.horizon.max(self.executor.frame()).max(at);
        self.horizon
    }

    fn when(&mut self) -> u64 {
        self.executor.frame() + if self.dice.below(2) == 0 { self.dice.below(2_000) as u64 } else { 0 }
    }

    /// Begins to record, or ends a recording.
    fn record(&mut self) {
        let at = self.when();
        let open: Vec<usize> =
            (0..self.recordings.len()).filter(|n| self.recordings[*n].to.is_none()).collect();
        if open.len() < 3 && self.dice.below(2) == 0 {
            // Some tapes are too short for what waits on them.
            let (tape, take) = Tape::new(2, [900, 30_000][self.dice.below(2)]);
            let key = self.desk.conductor_mut().record(&Recorded::Heard, tape, Some(at)).unwrap();
            let from = self.effect(at);
            self.recordings.push(Recording { key, take, from, to: None, done: 0, lost: 0 });
        } else if let Some(number) = open.get(self.dice.below(open.len())).copied() {
            self.desk.conductor_mut().end_recording(self.recordings[number].key, Some(at)).unwrap();
            self.recordings[number].to = Some(self.effect(at));
        }
    }

    /// The disk brings pages, or does not.
    fn bring(&mut self, is_well: bool) {
        if self.stalls == 0 && self.dice.below(400) == 0 {
            self.stalls = 300;
        }
        self.stalls = self.stalls.saturating_sub(1);
        if self.stalls > 0 && !is_well {
            return;
        }
        let mut spools = self.spools.lock().unwrap();
        spools.retain(|spool| !spool.is_over());
        for spool in spools.iter_mut() {
            while spool.look().is_some() && (is_well || self.dice.below(3) > 0) {
                let is_bad = !is_well && self.dice.below(200) == 0;
                spool.fill(|number, samples| {
                    samples.copy_from_slice(&page(number));
                    !is_bad
                });
            }
        }
    }

    fn render(&mut self, frames: usize) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        forbidden(|| self.executor.render(&mut [&mut left, &mut right]));
        assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 2.0));
        self.heard.extend(left.iter().zip(&right).map(|(left, right)| [*left, *right]));
        let surplus = self.heard.len().saturating_sub(REMEMBERED);
        self.heard.drain(..surplus);
        self.since += surplus as u64;
        for notice in self.desk.conductor_mut().notices() {
            match notice {
                Notice::Starved { underruns, unreadable, .. } => {
                    self.counts.underruns += underruns;
                    self.counts.unreadable += unreadable;
                }
                Notice::Muted { node, frame } => panic!("`{node}` was muted at frame {frame}"),
                Notice::Refused { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
    }

    /// Takes off tapes what is on them, and compares it with what was heard.
    fn compare(&mut self) {
        let mut room = vec![0.0; 1024];
        for recording in &mut self.recordings {
            while let Some(taken) = recording.take.next(&mut room, usize::MAX) {
                let at = recording.from + recording.done;
                match taken {
                    Taken::Samples(count) => {
                        let begin = usize::try_from(at.checked_sub(self.since).expect("remembered")).unwrap();
                        let heard = self.heard.range(begin..).flatten();
                        let same = |(a, b): (&f32, &f32)| a == b;
                        assert!(
                            room[..count].iter().zip(heard).all(same),
                            "what was heard from frame {at} on is recorded otherwise"
                        );
                        recording.done += (count / 2) as u64;
                    }
                    Taken::Lost(loss) => {
                        assert_eq!(loss.at, recording.done, "a loss is told where it is");
                        (recording.done, recording.lost) =
                            (recording.done + loss.frames, recording.lost + loss.frames);
                    }
                }
            }
        }
        let (counts, now) = (&mut self.counts, self.executor.frame());
        self.recordings.retain_mut(|recording| {
            let Some(to) = recording.to.filter(|to| *to < now) else { return true };
            if !recording.take.is_over() {
                return true;
            }
            while let Some(loss) = recording.take.last_loss() {
                (recording.done, recording.lost) =
                    (recording.done + loss.frames, recording.lost + loss.frames);
            }
            assert_eq!(recording.done, to - recording.from, "a recording is as long as was asked for");
            assert_eq!(recording.lost, recording.take.lost_frames());
            counts.recorded += recording.done;
            counts.lost += recording.lost;
            counts.recordings += 1;
            false
        });
        // None lasts longer than what was heard is remembered.
        let old = |recording: &&Recording| recording.to.is_none() && recording.from + 20_000 < now;
        let old: Vec<RecordingKey> =
            self.recordings.iter().filter(old).map(|recording| recording.key).collect();
        for key in old {
            self.desk.conductor_mut().end_recording(key, Some(now)).unwrap();
            let to = self.effect(now);
            self.recordings.iter_mut().filter(|r| r.key == key).for_each(|r| r.to = Some(to));
        }
    }
}

#[test]
fn random_streams_and_recordings_while_they_sound() {
    let wanted: u64 = std::env::var("SOSTENUTO_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(40_000);
    let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    let spools = Arc::new(Mutex::new(Vec::new()));
    let mut studio = Studio {
        desk: Desk::new(conductor),
        executor,
        dice: Dice(7),
        spools,
        sounds: Vec::new(),
        recordings: Vec::new(),
        heard: VecDeque::new(),
        since: 0,
        horizon: 0,
        stalls: 0,
        counts: Counts::default(),
    };
    for name in ["sea", "wind"] {
        let sound = studio.sound();
        studio.desk.conductor_mut().set_stream(name, sound).unwrap();
    }
    studio.desk.open(START, None).unwrap();
    let (mut most, mut streams) = (0, 0);
    for round in 0..wanted {
        match studio.dice.below(40) {
            0 if round % 5 == 0 => studio.exchange(),
            1 | 2 => studio.record(),
            _ => studio.say(),
        }
        if studio.dice.below(2) == 0 {
            let frames = 1 + studio.dice.below(300);
            studio.render(frames);
            studio.bring(false);
        }
        if studio.dice.below(6) == 0 {
            studio.compare();
        }
        if round % 200 == 0 {
            studio.sounds.retain(|sound| sound.strong_count() > 0);
            most = most.max(studio.sounds.len());
            streams = streams.max(studio.spools.lock().unwrap().len());
        }
    }
    println!("{:?}; at most {most} sounds and {streams} streams at once", studio.counts);
    let Counts { recorded, lost, recordings, underruns, unreadable } = studio.counts;
    assert!(recordings > wanted / 200 && recorded > wanted * 10 && lost > wanted / 10, "{:?}", studio.counts);
    assert!(underruns > wanted / 1_000 && unreadable > wanted / 5_000, "{:?}", studio.counts);
    // What documents remember for undo holds sounds as well.
    assert!(most < 900 && streams < 100, "{most} sounds, {streams} streams");

    // On a disk that is well all goes on: two loops that were begun anew, and nothing starves any more.
    studio.desk.open(&START.replace("buffer = \"wind\"", "buffer = \"wind\"\nloop = \"on\""), None).unwrap();
    for _ in 0..200 {
        studio.bring(true);
        studio.render(100);
        studio.compare();
    }
    let before = studio.counts.underruns;
    for _ in 0..1000 {
        studio.bring(true);
        studio.render(100);
        studio.compare();
        let heard = studio.heard.range(studio.heard.len() - 100..);
        assert!(heard.flatten().any(|x| x.abs() > 0.01), "it is silent at frame {}", studio.executor.frame());
    }
    assert_eq!(studio.counts.underruns, before);
    let sounds = std::mem::take(&mut studio.sounds);
    let spools = studio.spools.clone();
    drop(studio);
    assert!(spools.lock().unwrap().iter().all(Spool::is_over), "a stream leaks");
    assert!(sounds.iter().all(|sound| sound.strong_count() == 0), "a sound leaks");
}
