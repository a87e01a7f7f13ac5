//! A transport and a player as one would write them without a thought for cost: frame by frame, over every note of every round.

use proptest::prelude::*;
use sostenuto_transport::{Change, NoteEvent, Player, Sequence, SequencedEvent, Step, Transport};
use std::sync::Arc;

/// The rate at which tests run, in Hz: few frames, so that all of them can be looked at.
pub const RATE: f64 = 500.0;

/// Operations by frame; several of one frame in the order given.
pub type Operations = Vec<(u64, Change)>;

pub fn operations(frames: u64) -> impl Strategy<Value = Operations> {
    let change = prop_oneof![
        4 => Just(Change::Play),
        1 => Just(Change::Pause),
        1 => Just(Change::Stop),
        2 => (0.0..20.0f64).prop_map(|beats| Change::Seek { beats }),
        3 => (20.0..1000.0f64, 0u64..600).prop_map(|(bpm, over)| Change::Tempo { bpm, over }),
    ];
    prop::collection::vec((0..frames, change), 0..14).prop_map(|mut all| {
        all.sort_by_key(|(frame, _)| *frame);
        all
    })
}

pub fn sequence() -> impl Strategy<Value = Sequence> {
    let step = (0.0..1.0f64, 0.0005..8.0f64, 0.0..128.0f32, 0.0..=1.0f32);
    (prop::collection::vec(step, 0..10), 0.3..6.0f64, any::<bool>(), prop_oneof![Just(0.0), 0.0..5.0f64])
        .prop_map(|(steps, length, looped, start)| {
            let place = |(place, length_of, pitch, velocity): (f64, f64, f32, f32)| Step {
                // Beats on a grid meet each other and the round's beginning; others do not.
                beat: if place < 0.5 { (place * 8.0).floor() / 4.0 * length } else { place * length },
                length: length_of,
                pitch,
                velocity,
            };
            let steps = steps.into_iter().map(place).map(|s| Step { beat: s.beat.min(length * 0.99), ..s });
            let sequence = Sequence::new(3, 9, steps.collect(), length, looped);
            sequence.and_then(|s| s.starting_at(start)).expect("a good sequence")
        })
}

/// What a player gives for all frames, cut at every operation and at `cuts` besides.
pub fn played(
    sequence: &Sequence,
    operations: &Operations,
    cuts: &[u64],
    frames: u64,
) -> Vec<SequencedEvent> {
    let mut transport = Transport::new(RATE, 120.0, Default::default());
    let mut player = Player::with_room(Arc::new(sequence.clone()), 512);
    let mut edges: Vec<u64> =
        operations.iter().map(|(frame, _)| *frame).chain(cuts.iter().copied()).collect();
    edges.extend([0, frames]);
    edges.sort_unstable();
    let mut events = Vec::new();
    for pair in edges.windows(2) {
        if pair[0] < pair[1] {
            let due = operations.iter().filter(|(frame, _)| *frame == pair[0]);
            due.for_each(|(frame, change)| transport.apply(*change, *frame));
        }
        player.advance(&transport, pair[0], pair[1], |event| events.push(event));
    }
    assert_eq!(player.cut(), 0);
    let on = events.iter().filter(|e| e.is_on()).count();
    assert_eq!(player.sounding(), on - (events.len() - on), "what began and did not end is what sounds");
    player.release(frames, |event| events.push(event));
    events
}

struct Sounding {
    id: u64,
    began: u64,
    end: f64,
}

/// The same, frame by frame. `position` says where the transport is at a frame after the operations up to it; `moved` is set
/// where it was put there.
pub struct Naive {
    pub events: Vec<SequencedEvent>,
    sounding: Vec<Sounding>,
    begun: u64,
    /// What lies up to here has been; what lies at `at` has been if `at` is not given.
    past: f64,
    fresh: Option<f64>,
}

impl Naive {
    pub fn new() -> Self {
        Naive { events: Vec::new(), sounding: Vec::new(), begun: 0, past: 0.0, fresh: Some(0.0) }
    }

    /// Everything that sounds is let go; from `to` on, if it is given, nothing has been yet.
    pub fn jump(&mut self, frame: u64, to: Option<f64>) {
        for note in std::mem::take(&mut self.sounding) {
            self.off(frame, note.id);
        }
        self.fresh = to.or(self.fresh);
    }

    fn off(&mut self, frame: u64, id: u64) {
        self.events.push(SequencedEvent { frame, target: 9, note: NoteEvent::Off { id } });
    }

    /// One frame of playing.
    pub fn frame(&mut self, sequence: &Sequence, frame: u64, position: f64) {
        let (over, on): (Vec<_>, Vec<_>) = std::mem::take(&mut self.sounding)
            .into_iter()
            .partition(|note| note.end <= position && note.began < frame);
        self.sounding = on;
        over.into_iter().for_each(|note| self.off(frame, note.id));
        let rounds = if sequence.is_looped() { 200 } else { 1 };
        for round in 0..rounds {
            for step in sequence.steps() {
                let beat = sequence.start() + f64::from(round) * sequence.length() + step.beat;
                let new = self.fresh.map_or(beat > self.past, |from| beat >= from);
                if new && beat <= position {
                    let id = (u64::from(sequence.id()) << 32) + self.begun;
                    self.begun += 1;
                    let note = NoteEvent::On { id, pitch: step.pitch, velocity: step.velocity };
                    self.events.push(SequencedEvent { frame, target: 9, note });
                    self.sounding.push(Sounding { id, began: frame, end: beat + step.length });
                }
            }
        }
        (self.past, self.fresh) = (position, None);
    }
}

/// Ends of one frame in the order of their notes: what is let go at once has no order that matters.
pub fn settled(mut events: Vec<SequencedEvent>) -> Vec<SequencedEvent> {
    let id = |note: NoteEvent| match note {
        NoteEvent::On { id, .. } | NoteEvent::Off { id } => id,
    };
    events.sort_by_key(|e| (e.frame, e.is_on(), id(e.note)));
    events
}

/// Every note begins once and ends once, later; frames rise, and in a frame ends come first.
pub fn none_hangs(events: &[SequencedEvent]) {
    assert!(events.windows(2).all(|e| (e[0].frame, e[0].is_on()) <= (e[1].frame, e[1].is_on())));
    let mut began = std::collections::HashMap::new();
    for event in events {
        match event.note {
            NoteEvent::On { id, .. } => assert_eq!(began.insert(id, Some(event.frame)), None, "begun twice"),
            NoteEvent::Off { id } => {
                let frame = began.insert(id, None).flatten().expect("ends what began, once");
                assert!(frame < event.frame, "lasts a frame at least");
            }
        }
    }
    assert!(began.values().all(Option::is_none), "a note hangs");
}
