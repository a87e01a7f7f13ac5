//! Random valid edits while the graph sounds: nothing is lost, nothing leaks, nothing allocates on the audio side, and in the end what
//! sounds is what the graph says. `SOSTENUTO_EDITS` says how many; `make soak` asks for ten million.

mod support;

use sostenuto_graph::{AudioGraph, Command, Event, Executor, Limits, Message, Motion, Refusal, When};
use sostenuto_trap::{TrapAllocator, forbidden};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use support::Dice;
use support::hands::Hands;
use support::node::Tally;
use support::scenario::{Model, STREAM, Taste};

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

const NODES: usize = 40;
const EDITS_AT_ONCE: usize = 24;
/// As many threads render at times; at others fewer.
const THREADS: usize = 3;

/// What came back so far.
#[derive(Debug, Default)]
struct Heard {
    applied: u64,
    last_applied: u64,
    muted: u64,
    frame: u64,
    /// Messages that were told to nodes, and that they told of.
    told: u64,
    lost: u64,
}

fn listen(remote: &mut sostenuto_graph::Remote, heard: &mut Heard, graph: &mut AudioGraph) {
    while let Some(event) = remote.events.receive() {
        match event {
            Event::Applied { ticket, frame, .. } => {
                assert!(ticket.0 > heard.last_applied && frame >= heard.frame, "out of order");
                graph.applied(ticket, frame);
                (heard.last_applied, heard.frame) = (ticket.0, frame);
                heard.applied += 1;
            }
            Event::Refused { why, .. } => panic!("a valid batch was refused: {why}"),
            Event::SetRefused { why, .. } => assert!(matches!(why, Refusal::NotSounding | Refusal::Unheard)),
            Event::Told { report, .. } => heard.told += u64::from(report.what < 3),
            Event::Untold { lost, .. } => heard.lost += u64::from(lost),
            Event::Muted { .. } => heard.muted += 1,
            Event::Set { .. } | Event::Pong { .. } => {}
        }
    }
}

struct Stage {
    executor: Executor,
    remote: sostenuto_graph::Remote,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Stage {
    fn render(&mut self, frames: usize) {
        let (left, right) = (&mut self.left[..frames], &mut self.right[..frames]);
        let executor = &mut self.executor;
        forbidden(|| executor.render(&mut [left, right]));
        assert!(self.left[..frames].iter().chain(&self.right[..frames]).all(|s| s.is_finite()));
    }
}

/// One command, for a frame that is not before that of the last one, so that the order of sending is the order of effect.
fn command(
    dice: &mut Dice,
    model: &mut Model,
    graph: &mut AudioGraph,
    (now, at): (u64, u64),
    tally: &Arc<Tally>,
) -> (usize, Option<Command>) {
    if dice.chance(30) {
        let Some((node, value)) = model.value(dice, graph) else { return (0, None) };
        let motion =
            [Motion::Jump, Motion::Glide(90), Motion::Linear(300), Motion::Exponential(70)][dice.below(4)];
        let set = graph.set(node, 0, value, Some(motion)).expect("in range");
        return (1, Some(Command::Set { ticket: graph.next_ticket(), set, at: Some(at) }));
    }
    if dice.chance(20) {
        let nodes: Vec<_> = model.items.iter().filter_map(|item| graph.address(item.id)).collect();
        let Some(node) = dice.pick(&nodes) else { return (0, None) };
        let words = [dice.below(50) as u32; 4];
        let message = Message { verb: dice.below(4) as u16, place: 0, id: dice.below(9) as u32, words };
        let ticket = graph.next_ticket();
        return (1, Some(Command::Tell { ticket, node, message, at: When::Frame(at) }));
    }
    if dice.chance(10) {
        // Dropped without a commit: as if nothing had been.
        let mut aside = model.clone();
        let (before, slots) = (graph.len(), graph.cable_count());
        aside.rehearse(dice, graph, 10, tally);
        assert_eq!((graph.len(), graph.cable_count()), (before, slots));
        return (0, None);
    }
    let edits = 1 + dice.below(EDITS_AT_ONCE);
    match model.transact(dice, graph, edits, tally) {
        Ok((batch, _)) => {
            // One without a frame would overtake what is sent for later frames.
            let later = at > now || dice.chance(50);
            (edits, Some(Command::Apply(if later { batch.at(at) } else { batch })))
        }
        Err(_) => (0, None),
    }
}

#[test]
fn edits_at_random_while_it_sounds() {
    let wanted: usize =
        std::env::var("SOSTENUTO_EDITS").map_or(100_000, |n| n.parse().expect("a number of edits"));
    let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
    let mut stage = Stage { executor, remote, left: vec![0.0; 512], right: vec![0.0; 512] };
    let (mut graph, tally) = (AudioGraph::new(STREAM, 2), Arc::<Tally>::default());
    graph.set_lanes_always();
    graph.set_threads_always();
    let (mut hands, mut rows) = (Vec::new(), 0);
    let mut model = Model::new(Taste {
        nodes: NODES,
        depth: 3,
        faults: true,
        fades: true,
        latency: true,
        threads: THREADS,
    });
    model.growing = false;
    let (mut dice, mut heard, mut edits, mut sent) = (Dice(4711), Heard::default(), 0, 0);
    let (mut latest, mut most_nodes, mut most_cables) = (0u64, 0, 0);
    while edits < wanted {
        for _ in 0..dice.below(4) {
            let now = stage.executor.frame();
            latest = latest.max(now + dice.below(300) as u64 * u64::from(dice.chance(70)));
            let (made, command) = command(&mut dice, &mut model, &mut graph, (now, latest), &tally);
            edits += made;
            (most_nodes, most_cables) = (most_nodes.max(graph.len()), most_cables.max(graph.cable_count()));
            let Some(command) = command else { continue };
            if let Command::Apply(batch) = &command {
                sent += 1 + batch.follow_ups().count() as u64;
            }
            stage.remote.commands.send(command).expect("the ring has room");
        }
        if dice.chance(2) {
            let address = model.items.first().and_then(|i| graph.address(i.id));
            if let Some(node) = address {
                let ticket = graph.next_ticket();
                stage.remote.commands.send(Command::Reset { ticket, node }).expect("the ring has room");
            }
        }
        // Now and then others help, or nobody does.
        if dice.below(400) == 0 {
            let threads = 1 + dice.below(THREADS);
            hands.push(Hands::new(graph.set_threads(threads), dice.next()));
        }
        rows = rows.max(graph.rows().0);
        stage.render(1 + dice.below(200));
        if dice.chance(30)
            && let Some(batch) = graph.settle(stage.executor.frame())
        {
            sent += 1;
            stage.remote.commands.send(Command::Apply(batch)).expect("the ring has room");
        }
        // Sometimes nobody listens for a while.
        if dice.chance(60) {
            listen(&mut stage.remote, &mut heard, &mut graph);
        }
    }
    for _ in 0..20 {
        stage.render(100);
        listen(&mut stage.remote, &mut heard, &mut graph);
    }
    for _ in 0..2 {
        if let Some(batch) = graph.settle(stage.executor.frame()) {
            sent += 1;
            stage.remote.commands.send(Command::Apply(batch)).expect("the ring has room");
        }
        stage.render(300);
        listen(&mut stage.remote, &mut heard, &mut graph);
    }
    assert_eq!(heard.applied, sent, "a batch was lost");
    assert_eq!(stage.executor.waiting_changes(), 0, "the agenda leaks");
    assert_eq!(stage.executor.nodes(), graph.len() + graph.held_back());
    for (node, values) in stage.executor.positions() {
        // What holds signals back is no node of the graph's.
        if graph.name(node).is_none() {
            continue;
        }
        let values: Vec<f32> = values.collect();
        let said: Vec<f32> =
            (0..values.len()).map(|p| graph.value(node, p as u16).expect("it has it")).collect();
        assert_eq!(values, said, "{node:?}");
    }
    let processors = model.items.iter().filter(|i| i.kind.is_some()).count();
    assert_eq!(tally.alive(), processors, "of {} made", tally.made.load(Relaxed));
    // What one transaction frees can be taken again only by the next, so room is needed for a little more than there is at once.
    let footprint = graph.footprint();
    assert!(footprint.node_slots <= most_nodes + 4 * EDITS_AT_ONCE, "{footprint:?} for {most_nodes} nodes");
    assert!(footprint.cable_slots <= most_cables + 400, "{footprint:?} for {most_cables} cables");
    assert!(footprint.blocks <= 1024, "{footprint:?}");
    assert!(rows > 0, "nothing was there to share");
    assert!(heard.told > 0 && heard.lost == 0, "{heard:?}");
    let untold = stage.remote.load.untold();
    assert_eq!(untold, 0, "the rings had room");
    drop(stage);
    assert!(hands.into_iter().map(Hands::join).sum::<usize>() > 0, "nobody helped");
    assert_eq!(tally.alive(), 0);
    println!(
        "{edits} edits in {sent} batches, {} nodes made, {} muted, {footprint:?}",
        tally.made.load(Relaxed),
        heard.muted
    );
}
