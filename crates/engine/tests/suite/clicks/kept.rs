//! Whether a chain that nobody touches keeps its state: bit for bit what it is without the thousand edits around it.

use sostenuto_engine::{Conductor, Desk, Notice, Reply};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::command::Command;
use sostenuto_patch::{OUTPUT_KIND, Patch};

/// The chain has the left channel to itself, all else the right one: a panner at its end puts exactly nothing on the other side.
const START: &str = "
[nodes]
sweep = { kind = 'lfo', rate = 0.7 }
tone = { kind = 'saw', frequency = 110.0 }
filter = { kind = 'lowpass', inputs = ['tone'], cutoff = { value = 900.0, from = 'sweep', depth = 600.0 }, q = 2.0 }
echo = { kind = 'delay', inputs = ['filter'], time = 97.0, feedback = 0.5 }
room = { kind = 'reverb', inputs = ['echo'], modulation = 0.5 }
left = { kind = 'pan', inputs = ['room'], position = -1.0 }
n0 = { kind = 'triangle', frequency = 330.0 }
bus = { kind = 'gain', inputs = ['n0'], gain = -20.0 }
right = { kind = 'pan', inputs = ['bus'], position = 1.0 }
out = { kind = 'audio_out', inputs = ['left', 'right'] }
";

/// Nodes of the chain, which others may listen to.
const CHAIN: [&str; 5] = ["sweep", "tone", "filter", "echo", "room"];

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn pick(&mut self, of: &[&str]) -> String {
        of.get(self.below(of.len())).map_or_else(|| "none".into(), |s| (*s).into())
    }
}

/// Some command for what is not of the chain. It may take a signal from the chain, but gives it none.
fn command(dice: &mut Dice, patch: &Patch, count: &mut u64) -> Command {
    let free: Vec<&str> = patch.nodes.keys().map(String::as_str).filter(|l| l.starts_with('n')).collect();
    let sinks: Vec<&str> = free.iter().copied().chain(["bus"]).collect();
    let sources: Vec<&str> = free.iter().copied().chain(CHAIN).collect();
    let catalogue = Conductor::catalogue();
    // Another way to the device would be heard on both sides; and for what comes late at the output, the chain would have to wait.
    let left_out = [OUTPUT_KIND, "limiter", "pitch_shift", "saturate"];
    let names = catalogue.kinds().iter().map(|kind| &*kind.name);
    let kinds: Vec<&str> = names.filter(|name| !left_out.contains(name)).collect();
    let (node, from, to) = (dice.pick(&free), dice.pick(&sources), dice.pick(&sinks));
    let described = patch.nodes.get(&node).and_then(|n| catalogue.find(&n.kind));
    let param = described.and_then(|kind| kind.params.get(dice.below(kind.params.len())));
    let spread = |dice: &mut Dice| dice.below(1_000) as f32 * 0.001;
    match (dice.below(100), param) {
        (r, _) if r < if free.len() < 16 { 22 } else { 6 } => {
            *count += 1;
            Command::Add {
                name: format!("n{count}"),
                kind: dice.pick(&kinds),
                values: vec![],
                from: vec![from],
                to: vec![to],
            }
        }
        (22..34, _) if free.len() > 4 => Command::Remove { node, tail: None },
        (34..42, _) => Command::Replace { node, kind: dice.pick(&kinds), values: vec![] },
        (42..56, _) => Command::Connect { from, to, gain: None },
        (56..64, _) => match patch.nodes[&to].cables.first() {
            Some(cable) => Command::Disconnect { from: cable.from.node.clone(), to },
            None => Command::Bypass { node, on: None },
        },
        (64..76, _) | (_, None) => Command::Bypass { node: to, on: None },
        (76..86, Some(p)) => {
            let depth = format!("{}", (p.max - p.min) * (spread(dice) - 0.5) * 0.1);
            Command::Drive { node, param: p.name.to_string(), from, depth }
        }
        (_, Some(p)) => {
            let value = format!("{}", p.min + (p.max - p.min) * spread(dice));
            Command::Set { node, param: p.name.to_string(), value, over: None, ramp: None }
        }
    }
}

/// What is heard of the engine, in callbacks of all sizes up to 512.
struct Ear {
    executor: Executor,
    heard: [Vec<f32>; 2],
    applied: usize,
}

impl Ear {
    fn listen(&mut self, frames: usize, desk: &mut Desk) {
        let mut channels = [vec![0.0; frames], vec![0.0; frames]];
        let [left, right] = &mut channels;
        self.executor.render(&mut [left, right]);
        for (heard, channel) in self.heard.iter_mut().zip(channels) {
            heard.extend(channel);
        }
        let notices = desk.conductor_mut().notices();
        self.applied +=
            notices.iter().filter(|n| matches!(n, Notice::Applied { .. } | Notice::Set { .. })).count();
    }
}

/// Both channels of the patch, with so many edits beside the chain; and how many edits were told to be made.
fn play(edits: usize, frames: usize, seed: u64) -> ([Vec<f32>; 2], usize) {
    let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    let mut desk = Desk::new(conductor);
    desk.open(START, None).unwrap();
    let mut ear = Ear { executor, heard: [vec![], vec![]], applied: 0 };
    let (mut dice, mut count, mut made) = (Dice(seed), 0, 0);
    while ear.heard[0].len() < frames {
        if made < edits {
            let at = (dice.below(3) == 0).then(|| ear.executor.frame() + dice.below(300) as u64);
            let command = command(&mut dice, desk.conductor().patch(), &mut count);
            if let Ok(Reply::Edited(applied)) = desk.carry_out(&command, at) {
                made += applied.edits.len();
            }
        }
        let size = (1 + dice.below(192)).min(frames - ear.heard[0].len());
        ear.listen(size, &mut desk);
    }
    assert!(made >= edits, "{made} of {edits} edits were made in {frames} frames");
    (ear.heard, ear.applied)
}

#[test]
fn a_chain_that_nobody_touches_is_the_same_bit_for_bit() {
    const FRAMES: usize = 192_000;
    let (undisturbed, _) = play(0, FRAMES, 0);
    let level = undisturbed[0].iter().fold(0.0f32, |most, x| most.max(x.abs()));
    assert!(level > 0.1, "the chain sounds: {level}");
    for seed in 1..=4 {
        let (heard, applied) = play(1_000, FRAMES, seed);
        assert!(applied > 500, "{applied} requests were acknowledged");
        let [left, right] = [0, 1].map(|c: usize| {
            heard[c].iter().zip(&undisturbed[c]).position(|(a, b)| a.to_bits() != b.to_bits())
        });
        assert!(right.is_some(), "the edits are heard beside the chain");
        assert_eq!(left, None, "edits of seed {seed} changed the chain from this frame on");
    }
}
