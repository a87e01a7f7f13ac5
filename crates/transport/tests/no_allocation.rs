//! Nothing is allocated, freed or asked of the system once a transport and its players are there.

use sostenuto_transport::{Change, Meter, Player, Sequence, Step, Transport};
use sostenuto_trap::{TrapAllocator, forbidden};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

fn busy(id: u32) -> Arc<Sequence> {
    let step = |i: u32| Step { beat: f64::from(i) / 64.0, length: 2.0, pitch: 60.0, velocity: 0.5 };
    Arc::new(Sequence::new(id, 0, (0..256).map(step).collect(), 4.0, true).unwrap())
}

#[test]
fn playing_does_not_allocate() {
    let changes = [
        Change::Play,
        Change::Tempo { bpm: 700.0, over: 30_000 },
        Change::Meter(Meter::new(7, 8).unwrap()),
        Change::Pause,
        Change::Play,
        Change::Seek { beats: 1e6 },
        Change::Tempo { bpm: 40.0, over: 9_000 },
        Change::SeekBar { bar: 3, beat: 2.0 },
        Change::Stop,
        Change::Play,
    ];
    let mut transport = Transport::new(48_000.0, 120.0, Meter::COMMON);
    // Room for fewer notes than the others have at once.
    let mut player = Player::with_room(Arc::new(Sequence::new(1, 0, vec![], 4.0, true).unwrap()), 16);
    let mut spare = [busy(2), busy(3)];
    let mut events = 0u64;
    forbidden(|| {
        let mut frame = 0;
        for round in 0..40 {
            for change in changes {
                transport.apply(change, frame);
                for _ in 0..30 {
                    player.advance(&transport, frame, frame + 480, |_| events += 1);
                    frame += 480;
                    _ = transport.position(frame);
                    _ = transport.frame_at(transport.next_bar(frame), frame);
                    _ = transport.next_beat(frame);
                }
            }
            let spare = &mut spare[round % 2];
            let new = spare.clone();
            *spare = player.replace(new);
        }
        player.release(frame, |_| events += 1);
    });
    assert!(events > 10_000 && player.cut() > 1_000, "{events}, {}", player.cut());
}
