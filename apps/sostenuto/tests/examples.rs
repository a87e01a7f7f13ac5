//! Every example can be heard: no warning, no clipping, not silent, the same for any block size; and what it proposes works.

mod program;

use program::{directory, examples, files, first_difference, rendered, run, text};
use sostenuto_media::Sound;
use std::path::{Path, PathBuf};

/// Block sizes that have nothing to do with each other, and one longer than what is rendered at a time anywhere else.
const BLOCKS: [&str; 5] = ["1", "17", "64", "480", "4096"];

fn patches() -> Vec<PathBuf> {
    let patches = files(&examples(), "toml");
    assert!(patches.len() >= 10, "there are ten examples or more");
    patches
}

/// Each script with the patch that has its name.
fn performances() -> Vec<(PathBuf, PathBuf)> {
    let scripts = files(&examples().join("scripts"), "txt");
    assert!(scripts.len() >= 2, "there are two performances or more");
    scripts
        .into_iter()
        .map(|script| {
            let name = script.with_extension("toml");
            (examples().join(name.file_name().expect("a name")), script)
        })
        .collect()
}

/// Calls `each` with every item, on as many threads as help.
fn side_by_side<T: Sync>(items: &[T], each: impl Fn(&T) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    each(item);
                }
            });
        }
    });
}

#[test]
fn none_has_a_warning() {
    let directory = directory("none_has_a_warning");
    let patches = patches();
    let arguments: Vec<&str> = ["check"].into_iter().chain(patches.iter().map(|p| text(p))).collect();
    let said = run(&directory, &arguments);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(said.out.lines().count(), patches.len());
    for line in said.out.lines() {
        assert!(line.ends_with(" nodes, fine"), "{line}");
    }
}

#[test]
fn each_says_what_to_listen_for_and_what_to_try() {
    for patch in patches() {
        let words = std::fs::read_to_string(&patch).expect("text");
        let head: String = words.lines().take_while(|line| line.starts_with('#')).collect();
        for part in ["Listen for:", "Try at the prompt:"] {
            assert!(head.contains(part), "{}: {part}", patch.display());
        }
        assert!(proposals(&words).len() >= 4, "{}", patch.display());
    }
}

#[test]
fn each_sounds() {
    let directory = directory("each_sounds");
    side_by_side(&patches(), |patch| {
        let sound = rendered(&directory, text(patch), &["--seconds", "8"]);
        let (name, measures) = (patch.display(), Measures::of(&sound));
        assert_eq!((sound.channels.len(), sound.channels[0].len()), (2, 8 * 48_000), "{name}");
        assert!(measures.finite, "{name}");
        assert!(measures.peak < 1.0, "{name} clips: {measures:?}");
        assert!(measures.mean.abs() < 0.01, "{name} has a steady part: {measures:?}");
        let level = 20.0 * measures.loudest.log10();
        assert!((-20.0..-8.0).contains(&level), "{name} is {level:.1} dBFS RMS at its loudest: {measures:?}");
    });
}

/// What is known of a sound from its samples.
#[derive(Debug)]
struct Measures {
    finite: bool,
    peak: f64,
    /// Of all samples of the channel where it is furthest from 0.
    mean: f64,
    /// RMS of all channels in the loudest 400 ms.
    loudest: f64,
}

impl Measures {
    fn of(sound: &Sound) -> Measures {
        let all = || sound.channels.iter().flatten().map(|&x| f64::from(x));
        let means =
            sound.channels.iter().map(|c| c.iter().map(|&x| f64::from(x)).sum::<f64>() / c.len() as f64);
        let window = sound.rate as usize * 2 / 5;
        let power = |from: usize| {
            let squares: f64 = sound
                .channels
                .iter()
                .flat_map(|c| &c[from..from + window])
                .map(|&x| f64::from(x).powi(2))
                .sum();
            squares / (window * sound.channels.len()) as f64
        };
        let windows = sound.channels[0].len() / window;
        Measures {
            finite: all().all(f64::is_finite),
            peak: all().fold(0.0, |peak, x| peak.max(x.abs())),
            mean: means.fold(0.0, |far: f64, mean| if mean.abs() > far.abs() { mean } else { far }),
            loudest: (0..windows).map(|n| power(n * window)).fold(0.0, f64::max).sqrt(),
        }
    }
}

#[test]
fn each_is_the_same_for_any_block_size() {
    let directory = directory("each_is_the_same_for_any_block_size");
    side_by_side(&patches(), |patch| {
        same_for_any_block(&directory, patch, &["--seconds", "1.3"]);
    });
}

#[test]
fn performances_are_the_same_for_any_block_size() {
    let directory = directory("performances_are_the_same_for_any_block_size");
    side_by_side(&performances(), |(patch, script)| {
        same_for_any_block(&directory, patch, &["--seconds", "9", "--script", text(script)]);
    });
}

/// A performance whose edits all fall within a second and inside blocks: parameters, cables, nodes, bypass, undo and redo.
const BUSY: &str = "\
@1f set filter.cutoff 5 kHz
@1000f set filter.cutoff 200 over 333ms exponential
@3071f bypass wide
@4799f add low sine frequency=61Hz to sum
@4799f set sum.gain4 -7
@4801f drive low.frequency from sweep depth 13
@9600f undo
@9601f redo
@12345f connect twin filter gain=-9dB
@12345f replace below square frequency=55 width=0.2
@14000f bypass wide off
@20000f disconnect twin filter
@20001f remove drift
@20011f rename filter dark
@20011f set dark.q 9 over 77ms linear
@30000f undrive dark.cutoff sweep
@30001f undo
@31000f remove low
";

#[test]
fn edits_inside_blocks_are_the_same_for_any_block_size() {
    let directory = directory("edits_inside_blocks_are_the_same_for_any_block_size");
    std::fs::write(directory.join("busy.txt"), BUSY).expect("written");
    let patch = examples().join("slow-filter.toml");
    let edited = same_for_any_block(&directory, &patch, &["--seconds", "1", "--script", "busy.txt"]);
    let plain = rendered(&directory, text(&patch), &["--seconds", "1"]);
    // The filter's new cutoff is heard from its own frame on, which the limiter passes on 5 ms later.
    let first = first_difference(&edited, &plain).expect("the script is heard");
    assert!((1..2000).contains(&first), "first heard at frame {first}");
}

/// Renders with each of the block sizes and compares; gives what it was.
fn same_for_any_block(directory: &Path, patch: &Path, args: &[&str]) -> Sound {
    let with = |block: &str| rendered(directory, text(patch), &[args, &["--block", block]].concat());
    let one = with(BLOCKS[0]);
    assert!(Measures::of(&one).peak > 0.01, "{} is silent", patch.display());
    for block in &BLOCKS[1..] {
        let differs = first_difference(&one, &with(block));
        assert_eq!(differs, None, "{} with blocks of {block}", patch.display());
    }
    one
}

#[test]
fn performances_are_long_and_sound_to_their_end() {
    let directory = directory("performances_are_long_and_sound_to_their_end");
    let mut longest = 0;
    for (patch, script) in performances() {
        let words = std::fs::read_to_string(&script).expect("text");
        let commands = words.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).count();
        longest = longest.max(commands);
        let sound = rendered(&directory, text(&patch), &["--seconds", "48", "--script", text(&script)]);
        let measures = Measures::of(&sound);
        assert!(measures.finite && measures.peak < 1.0 && measures.mean.abs() < 0.01, "{measures:?}");
        assert!(20.0 * measures.loudest.log10() < -8.0, "{}: {measures:?}", script.display());
    }
    assert!(longest >= 20, "one performance has at least 20 commands");
}

/// The commands that the head of an example proposes: what stands before two spaces or the end of the line.
fn proposals(words: &str) -> Vec<String> {
    let proposals = words.lines().skip_while(|line| *line != "# Try at the prompt:").skip(1);
    proposals
        .map_while(|line| line.strip_prefix("#   "))
        .map(|line| line.split("  ").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn what_is_proposed_can_be_done() {
    let directory = directory("what_is_proposed_can_be_done");
    side_by_side(&patches(), |patch| {
        let words = std::fs::read_to_string(patch).expect("text");
        let script: String =
            (1..).zip(proposals(&words)).map(|(n, line)| format!("{}ms {line}\n", n * 50)).collect();
        let name = format!("{}.txt", patch.file_stem().and_then(|n| n.to_str()).expect("a name"));
        std::fs::write(directory.join(&name), script).expect("written");
        let out = format!("{name}.wav");
        let said = run(&directory, &["render", text(patch), "-o", &out, "--seconds", "1", "--script", &name]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    });
}
