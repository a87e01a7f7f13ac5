//! Random valid edits while it sounds: always finite, nothing made or freed on the audio side, nothing lost, and in the end what sounds
//! is what the document says.
//!
//! `SOSTENUTO_EDITS` says how many; `make soak` asks for ten million.

use sostenuto_engine::{Conductor, Desk, DeskError, Notice, Reply};
use sostenuto_graph::{Executor, Limits, Refusal};
use sostenuto_nodes::{LooperOrder, Tap};
use sostenuto_patch::command::{Command, Mark};
use sostenuto_patch::{Cable, Node, Patch, ResolvedNodes, ResolvedPart, Source};
use sostenuto_trap::{TrapAllocator, forbidden};

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
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// Some command; most fit the patch, some do not.
fn command(dice: &mut Dice, patch: &Patch, count: &mut u64) -> Command {
    let catalogue = &Conductor::catalogue().with_parts(patch);
    let labels: Vec<&String> = patch.nodes.keys().collect();
    let node = |dice: &mut Dice| dice.pick(&labels).map_or("none", |l| l.as_str()).to_owned();
    let parts: Vec<&String> = patch.parts.keys().collect();
    let kind = |dice: &mut Dice| match dice.below(5) {
        0 => dice.pick(&parts).map_or("gain", |name| name).to_owned(),
        _ => dice.pick(catalogue.kinds()).map_or("gain", |k| &*k.name).to_owned(),
    };
    let param = |dice: &mut Dice, label: &str| -> Option<(String, f32, f32)> {
        let kind = catalogue.find(&patch.nodes.get(label)?.kind)?;
        let p = dice.pick(&kind.params)?;
        Some((p.name.to_string(), p.min, p.max))
    };
    let roll = dice.below(100);
    // The patch grows to about 24 nodes, and shrinks again.
    let grow = if patch.nodes.len() < 24 { 20 } else { 4 };
    match roll {
        r if r < grow => {
            *count += 1;
            let from = if dice.below(3) == 0 { vec![] } else { vec![node(dice)] };
            let to = if dice.below(3) == 0 { vec![] } else { vec![node(dice)] };
            Command::Add { name: format!("n{count}"), kind: kind(dice), values: vec![], from, to }
        }
        r if r < 28 && patch.nodes.len() > 3 => {
            let node = node(dice);
            // The output stays, so that something is heard.
            if node == "out" { Command::Undo { steps: 1 } } else { Command::Remove { node, tail: None } }
        }
        r if r < 34 => Command::Replace { node: node(dice), kind: kind(dice), values: vec![] },
        r if r < 46 => {
            let gain = (dice.below(3) == 0).then(|| format!("{}", -(dice.unit() * 24.0)));
            Command::Connect { from: node(dice), to: node(dice), gain }
        }
        r if r < 54 => {
            let to = node(dice);
            let cables: Vec<_> =
                patch.nodes.get(&to).into_iter().flat_map(|n| n.cables.iter().cloned()).collect();
            match dice.pick(&cables) {
                Some(cable) => Command::Disconnect { from: cable.from.node.clone(), to },
                None => Command::Redo { steps: 1 },
            }
        }
        r if r < 64 => {
            let target = node(dice);
            match param(dice, &target) {
                Some((param, min, max)) => {
                    let depth = format!("{}", (max - min) * (dice.unit() - 0.5) * 0.1);
                    Command::Drive { node: target, param, from: node(dice), depth }
                }
                None => Command::Undo { steps: 1 },
            }
        }
        r if r < 68 => {
            let target = node(dice);
            match param(dice, &target) {
                Some((param, ..)) => Command::Undrive { node: target, param, from: None },
                None => Command::Undo { steps: 1 },
            }
        }
        r if r < 74 => Command::Bypass { node: node(dice), on: None },
        r if r < 78 => {
            *count += 1;
            Command::Rename { from: node(dice), to: format!("r{count}") }
        }
        r if r < 84 => {
            if dice.below(2) == 0 {
                Command::Undo { steps: 1 }
            } else {
                Command::Redo { steps: 1 }
            }
        }
        r if r < 86 => Command::Reset { node: node(dice) },
        r if r < 90 => {
            let target = node(dice);
            match param(dice, &target) {
                Some((param, min, max)) => {
                    let mut at = 0.0;
                    let mut point = |dice: &mut Dice| {
                        at += dice.unit() * 0.2;
                        let curve = *dice.pick(&["step", "linear", "exponential", "0.5"]).unwrap();
                        (format!("{at}"), format!("{}:{curve}", min + (max - min) * dice.unit()))
                    };
                    let mut points: Vec<_> = (0..1 + dice.below(4)).map(|_| point(dice)).collect();
                    if dice.below(2) == 0 {
                        points.push(("loop".into(), "1.25".into()));
                    }
                    Command::Automate { node: target, param, points: (dice.below(4) > 0).then_some(points) }
                }
                None => Command::Undo { steps: 1 },
            }
        }
        r if r < 91 => match dice.below(4) {
            0 => Command::Pause,
            1 => Command::Seek { to: Mark::Beats(f64::from(dice.unit()) * 4.0) },
            2 => Command::Tempo { bpm: 60.0 + 400.0 * f64::from(dice.unit()), over: None },
            _ => Command::Start,
        },
        r if r < 93 => {
            let loopers: Vec<&String> =
                patch.nodes.iter().filter(|(_, n)| n.kind == "looper").map(|(label, _)| label).collect();
            let orders =
                [LooperOrder::Record, LooperOrder::Overdub, LooperOrder::Undo, LooperOrder::Multiply(2)];
            match (dice.pick(&loopers), dice.pick(&orders)) {
                (Some(node), Some(order)) => Command::Loop { node: (*node).clone(), order: *order },
                _ => Command::Start,
            }
        }
        _ => {
            let target = node(dice);
            match param(dice, &target) {
                Some((param, min, max)) => {
                    let value = format!("{}", min + (max - min) * dice.unit());
                    let over = (dice.below(3) == 0).then(|| "20ms".parse().unwrap());
                    Command::Set { node: target, param, value, over, ramp: None }
                }
                None => Command::Undo { steps: 1 },
            }
        }
    }
}

/// The patch with some change inside of a part: a value, a node that comes or goes, a cable.
fn inside(dice: &mut Dice, patch: &Patch) -> Patch {
    let mut patch = patch.clone();
    let Some(strip) = patch.parts.get_mut("strip") else { return patch };
    let from = |node: &str| Source { node: node.into(), port: "out".into() };
    match dice.below(5) {
        0 => {
            let value = 200.0 + 2000.0 * dice.unit();
            strip.nodes["filter"].params.insert("cutoff".into(), value.into());
        }
        1 => {
            let value = 0.3 + 4.0 * dice.unit();
            strip.nodes["filter"].params.insert("q".into(), value.into());
        }
        2 => {
            if strip.nodes.shift_remove("extra").is_none() {
                let mut extra = Node::new("extra", *dice.pick(&["delay", "highpass", "saturate"]).unwrap());
                extra.cables.push(Cable { from: from("filter"), port: "in".into(), gain_db: 0.0 });
                strip.nodes.insert("extra".into(), extra);
                let cable = Cable { from: from("extra"), port: "in".into(), gain_db: -9.0 };
                strip.nodes["amp"].cables.push(cable);
            } else {
                strip.nodes["amp"].cables.retain(|cable| cable.from.node != "extra");
            }
        }
        3 => {
            strip.nodes["filter"].kind = dice.pick(&["lowpass", "highpass", "bandpass"]).unwrap().to_string()
        }
        _ => strip.nodes["amp"].cables[0].gain_db = -12.0 * dice.unit(),
    }
    patch
}

/// The values that what stands in the graph for these nodes should have; nothing for an instance itself.
fn values(nodes: &ResolvedNodes, within: Option<(&ResolvedPart, &[f32])>, all: &mut Vec<Vec<f32>>) {
    for (place, node) in nodes.places() {
        if within.is_some() && ["inlet", "outlet"].contains(&&*node.kind.name) {
            continue;
        }
        let mut own = node.values.clone();
        for (param, value) in within.iter().flat_map(|(part, values)| part.params.iter().zip(*values)) {
            for target in param.targets.iter().filter(|target| target.node == place) {
                own[usize::from(target.param)] = *value;
            }
        }
        match &node.kind.part {
            Some(part) => {
                all.push(Vec::new());
                values(&part.nodes, Some((part, &own)), all);
            }
            None => all.push(own),
        }
    }
}

/// Writes something to one of the nodes that programs feed: nothing, too little, too much, or what is no sound.
fn feed(dice: &mut Dice, conductor: &Conductor) {
    let fed: Vec<&String> =
        conductor.patch().nodes.iter().filter(|(_, n)| n.kind == "feed").map(|(label, _)| label).collect();
    let Some(Tap::Feed(feed)) = dice.pick(&fed).and_then(|label| conductor.tap(label)) else { return };
    let mut sample = |n: usize| if n % 997 == 5 { f32::NAN } else { 0.2 * dice.unit() };
    let samples: Vec<f32> = (0..2000).map(&mut sample).collect();
    feed.write(&samples[..dice.below(2000)]);
    if dice.below(20) == 0 {
        feed.end();
    }
}

struct Run {
    desk: Desk,
    executor: Executor,
    left: Vec<f32>,
    right: Vec<f32>,
    applied: u64,
    too_late: u64,
}

impl Run {
    fn render(&mut self, frames: usize) {
        let (left, right) = (&mut self.left[..frames], &mut self.right[..frames]);
        forbidden(|| self.executor.render(&mut [&mut *left, &mut *right]));
        assert!(left.iter().chain(right.iter()).all(|s| s.is_finite()));
        for notice in self.desk.conductor_mut().notices() {
            match notice {
                Notice::Applied { .. } => self.applied += 1,
                Notice::Muted { node, frame } => panic!("`{node}` was muted at frame {frame}"),
                // A set for a frame at which its node is gone by then.
                Notice::Refused { why, .. } => {
                    assert_eq!(why, Refusal::NotSounding);
                    self.too_late += 1;
                }
                _ => {}
            }
        }
    }
}

/// Lets what sets a parameter set it by a handle, so that the document says it later.
fn by_handle(desk: &mut Desk, command: &Command, at: Option<u64>) -> Result<Reply, DeskError> {
    let Command::Set { node, param, value, .. } = command else { return desk.carry_out(command, at) };
    let handle = desk.conductor_mut().parameter(node, param)?;
    let value = value.parse().expect("a number");
    desk.conductor_mut().set_by(handle, value, None, at)?;
    Ok(Reply::Nothing("nobody is told"))
}

const START: &str = r#"
[parts.strip.params]
tone = "filter.cutoff"
level = "amp.gain"
[parts.strip.nodes.in]
kind = "inlet"
[parts.strip.nodes.filter]
kind = "lowpass"
inputs = ["in"]
[parts.strip.nodes.amp]
kind = "gain"
inputs = ["filter"]
gain = -12.0
[parts.strip.nodes.out]
kind = "outlet"
inputs = ["amp"]
[parts.pair.params]
tone = "second.tone"
[parts.pair.nodes.in]
kind = "inlet"
[parts.pair.nodes.first]
kind = "strip"
inputs = ["in"]
[parts.pair.nodes.second]
kind = "strip"
inputs = ["first"]
[parts.pair.nodes.out]
kind = "outlet"
inputs = ["second"]
[nodes.strip1]
kind = "strip"
inputs = ["tone"]
[nodes.strip2]
kind = "strip"
inputs = ["tone"]
[nodes.pair]
kind = "pair"
inputs = ["tone"]
[nodes.tone]
kind = "saw"
[nodes.quiet]
kind = "gain"
gain = -20.0
inputs = ["tone"]
[nodes.safe]
kind = "limiter"
inputs = ["quiet", "strip1", "strip2", "pair"]
[nodes.out]
kind = "audio_out"
inputs = ["safe"]
"#;

#[test]
fn random_edits_while_it_sounds() {
    let wanted: u64 = std::env::var("SOSTENUTO_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    let mut desk = Desk::new(conductor);
    desk.open(START, None).unwrap();
    let buffer = || vec![0.0; 512];
    let mut run = Run { desk, executor, left: buffer(), right: buffer(), applied: 0, too_late: 0 };
    let (mut dice, mut count, mut edits, mut refused, mut batches) = (Dice(7), 0, 0u64, 0u64, 1u64);
    while edits < wanted {
        let command = command(&mut dice, run.desk.conductor().patch(), &mut count);
        let before = run.desk.conductor().patch().clone();
        let at = (dice.below(8) == 0).then(|| run.executor.frame() + dice.below(700) as u64);
        let outcome = match dice.below(40) {
            0 => {
                let patch = inside(&mut dice, &before);
                run.desk.play(patch, at)
            }
            1..8 => by_handle(&mut run.desk, &command, at),
            _ => run.desk.carry_out(&command, at),
        };
        match outcome {
            Ok(Reply::Edited(applied)) => {
                edits += applied.edits.len() as u64;
                // A set of a parameter goes by itself, or, of a part, in a batch; anything else in a batch.
                batches += u64::from(applied.ticket.is_some());
            }
            // A reset is a batch.
            Ok(Reply::Sent(_)) => batches += 1,
            Ok(_) => {}
            Err(_) => {
                refused += 1;
                assert_eq!(
                    run.desk.conductor().patch(),
                    &before,
                    "{command} was refused, and yet changed something"
                );
            }
        }
        if dice.below(4) == 0 {
            feed(&mut dice, run.desk.conductor());
            let frames = 1 + dice.below(256);
            run.render(frames);
        }
    }
    for _ in 0..20 {
        run.render(512);
    }
    assert!(refused > edits / 100, "some commands did not fit: {refused} of {edits}");
    assert!(run.applied <= batches && run.applied > edits / 20, "{} applied, {batches} sent", run.applied);
    let resolved = run.desk.conductor().resolved();
    assert!(run.too_late < edits / 20, "{} sets came too late", run.too_late);
    let mut document = Vec::new();
    values(&resolved.nodes, None, &mut document);
    // What the graph adds to bring parallel paths together in time is no node of the patch.
    let of_patch = run.executor.positions().filter(|(id, _)| run.desk.conductor().label_of(*id).is_some());
    let mut sounding: Vec<Vec<f32>> = of_patch.map(|(_, values)| values.collect()).collect();
    assert_eq!(sounding.len(), document.len());
    let order = |a: &Vec<f32>, b: &Vec<f32>| a.partial_cmp(b).unwrap();
    document.sort_by(order);
    sounding.sort_by(order);
    assert_eq!(document, sounding, "what sounds is what the document says");
    assert_eq!(run.executor.waiting_changes(), 0);
}
