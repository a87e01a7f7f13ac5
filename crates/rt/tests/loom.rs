//! Does everything hold under every interleaving, and everything that weak memory orders allow?
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p sostenuto-rt --test loom`. Each model is small enough to
//! be explored to the end; what they cover follows from the state, not from the number of items: a ring
//! that is full, empty and wrapping, each end going first, a reader slower and faster than its writer.
//! The memory of slots, cells and values is watched through witnesses (see `src/sync.rs`), so a missing
//! Acquire or Release fails a model even where this machine's hardware would let it pass.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use sostenuto_rt::{
    Commons, CommonsChunk, Full, Key, Order, OwnerSlot, Shared, crew, latest, ring, trash_with_backlog,
};

/// Something that loom reports if it is leaked, and that panics if it is dropped twice.
type Item = (u32, Arc<()>);

fn items(n: u32) -> Vec<Item> {
    (0..n).map(|number| (number, Arc::new(()))).collect()
}

/// Pops until `n` items came.
fn pop_all(consumer: &mut sostenuto_rt::Consumer<Item>, n: usize) -> Vec<u32> {
    let mut got = Vec::new();
    while got.len() < n {
        match consumer.pop() {
            Some(item) => got.push(item.0),
            None => thread::yield_now(),
        }
    }
    got
}

#[test]
fn ring_single_items_through_one_slot() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(1);
        let sending = thread::spawn(move || {
            for mut item in items(3) {
                while let Err(Full(back)) = producer.push(item) {
                    item = back;
                    thread::yield_now();
                }
            }
        });
        assert_eq!(pop_all(&mut consumer, 3), [0, 1, 2]);
        sending.join().unwrap();
        assert!(consumer.pop().is_none());
    });
}

#[test]
fn ring_single_items_without_waiting() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(2);
        let sending = thread::spawn(move || {
            let sent = items(4).into_iter().filter_map(|item| {
                let number = item.0;
                producer.push(item).ok().map(|()| number)
            });
            sent.collect::<Vec<_>>()
        });
        let mut got = Vec::new();
        for _ in 0..3 {
            let seen = consumer.peek().map(|item| item.0);
            let taken = consumer.pop().map(|item| item.0);
            assert!(seen.is_none() || seen == taken);
            got.extend(taken);
        }
        let sent = sending.join().unwrap();
        assert!(sent.starts_with(&got));
    });
}

#[test]
fn ring_chunks() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(3);
        let sending = thread::spawn(move || {
            let mut items = items(8).into_iter();
            let mut sent = 0;
            for n in [2, 3, 1, 2] {
                if let Ok(chunk) = producer.write_chunk(n) {
                    sent += chunk.fill_from_iter(&mut items);
                }
            }
            sent as u32
        });
        let mut got: Vec<u32> = consumer.read_up_to(2).into_iter().map(|item| item.0).collect();
        got.extend(consumer.pop().map(|item| item.0));
        let chunk = consumer.read_up_to(2);
        let (first, second) = chunk.as_slices();
        got.extend(first.iter().chain(second).map(|item| item.0));
        chunk.commit_all();
        let sent = sending.join().unwrap();
        got.extend(consumer.read_up_to(9).into_iter().map(|item| item.0));
        assert!(got.into_iter().eq(0..sent));
    });
}

#[test]
fn ring_slices() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(2);
        let sending = thread::spawn(move || {
            let first = producer.push_slice(&[1, 2, 3]);
            first + producer.push_slice(&[1, 2, 3][first..])
        });
        let mut items = [0; 3];
        let first = consumer.pop_slice(&mut items[..2]);
        let second = first + consumer.pop_slice(&mut items[first..]);
        let sent = sending.join().unwrap();
        let all = second + consumer.pop_slice(&mut items[second..]);
        assert!(sent >= 2 && all == sent);
        assert_eq!(items[..all], [1, 2, 3][..all]);
    });
}

#[test]
fn ring_either_end_goes_first() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(2);
        let sending = thread::spawn(move || {
            producer.push_iter(items(2));
            drop(producer);
        });
        consumer.pop();
        drop(consumer);
        sending.join().unwrap();
    });
}

#[test]
fn ring_abandoned_means_that_all_is_there() {
    loom::model(|| {
        let (mut producer, mut consumer) = ring(2);
        let sending = thread::spawn(move || {
            for item in items(2) {
                producer.push(item).unwrap();
            }
        });
        if consumer.is_abandoned() {
            assert_eq!(consumer.read_up_to(9).into_iter().map(|item| item.0).collect::<Vec<_>>(), [0, 1]);
        }
        sending.join().unwrap();
    });
}

#[test]
fn latest_is_whole_and_never_goes_back() {
    loom::model(|| {
        let (mut writer, mut reader) = latest((0, Arc::new(())));
        let writing = thread::spawn(move || {
            writer.write((1, Arc::new(())));
            writer.value_mut().0 = 2;
            writer.publish();
            drop(writer.replace((3, Arc::new(()))));
        });
        let mut last = 0;
        for _ in 0..4 {
            let updated = reader.update();
            let value = reader.current().0;
            assert!(if updated { value > last } else { value == last });
            last = value;
        }
        writing.join().unwrap();
        assert_eq!(reader.read().0, 3);
    });
}

#[test]
fn latest_goes_round_when_the_reader_takes() {
    loom::model(|| {
        let (mut writer, mut reader) = latest(None);
        let writing = thread::spawn(move || {
            for number in 1..=3 {
                drop(writer.replace(Some((number, Arc::new(())))));
            }
        });
        for _ in 0..2 {
            reader.update();
            drop(reader.current_mut().take());
        }
        drop(reader);
        writing.join().unwrap();
    });
}

#[test]
fn trash_arrives_in_order_or_comes_back() {
    loom::model(|| {
        let (mut sender, mut collector) = trash_with_backlog(1, 1);
        let audio = thread::spawn(move || {
            let mut kept = Vec::new();
            for item in items(4) {
                kept.extend(sender.discard(item).err().map(|Full(item)| item.0));
            }
            sender.flush();
            assert_eq!(sender.refused(), kept.len() as u64);
            (sender, kept)
        });
        let mut arrived: Vec<_> = collector.drain().map(|item| item.0).collect();
        arrived.extend(collector.drain().map(|item| item.0));
        let (mut sender, kept) = audio.join().unwrap();
        for _ in 0..2 {
            arrived.extend(collector.drain().map(|item| item.0));
            sender.flush();
        }
        arrived.extend(collector.drain().map(|item| item.0));
        let expected: Vec<_> = (0..4).filter(|number| !kept.contains(number)).collect();
        assert_eq!((arrived, sender.backlog()), (expected, 0));
    });
}

#[test]
fn trash_either_end_goes_first() {
    loom::model(|| {
        let (mut sender, mut collector) = trash_with_backlog(1, 1);
        let audio = thread::spawn(move || {
            for item in items(2) {
                _ = sender.discard(item);
            }
        });
        collector.collect();
        drop(collector);
        audio.join().unwrap();
    });
}

#[test]
fn owner_one_at_a_time() {
    loom::model(|| {
        let slot = Arc::new(OwnerSlot::new(0_u64));
        let enter = |slot: Arc<OwnerSlot<u64>>| {
            move || {
                let mut entered = 0;
                for _ in 0..2 {
                    if let Some(mut value) = slot.try_enter() {
                        let before = *value;
                        thread::yield_now();
                        *value = before + 1;
                        entered += 1;
                    }
                }
                entered
            }
        };
        let threads: Vec<_> = (0..2).map(|_| thread::spawn(enter(Arc::clone(&slot)))).collect();
        let entered: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        let value = *slot.try_enter().expect("nobody is in any more");
        assert_eq!((value, slot.refused()), (entered, 4 - entered));
        assert!(entered >= 2, "an entry is refused only while somebody else is in");
    });
}

#[test]
fn owner_three_threads() {
    loom::model(|| {
        let slot = Arc::new(OwnerSlot::new(0_u64));
        let enter = |slot: &OwnerSlot<u64>| slot.try_enter().map(|mut value| *value += 1).is_some();
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let slot = Arc::clone(&slot);
                thread::spawn(move || enter(&slot))
            })
            .collect();
        let ours = enter(&slot);
        let entered = threads.into_iter().map(|thread| u64::from(thread.join().unwrap())).sum::<u64>();
        assert_eq!(*slot.try_enter().unwrap(), entered + u64::from(ours));
    });
}

#[test]
fn commons_each_slot_to_one_and_published_to_all() {
    loom::model(|| {
        let mut table = Commons::with_room(1);
        table.grow(&mut vec![CommonsChunk::new(|| (0, Arc::new(())))]);
        let table = Arc::new(OwnerSlot::new(table));
        let mut guard = table.try_enter().unwrap();
        let mut whole = guard.whole();
        let shared = whole.share().unwrap();
        // Loom has no threads with borrowed things: the other one gets a pointer, and is joined before the table goes.
        let lent = Lent(&raw const shared as usize);
        let other = thread::spawn(move || {
            let lent = lent;
            // SAFETY: `shared` lives until this thread is joined.
            let shared = unsafe { &*(lent.0 as *const Shared<'_, Item>) };
            let mut key = Key::new();
            let mut hand = shared.hand(&mut key);
            let had = hand.get_mut(0).map(|item| item.0 += 10).is_some();
            let seen = hand.published(1).map(|item| item.0);
            (had, seen)
        });
        let mut key = Key::new();
        let mut hand = shared.hand(&mut key);
        hand.get_mut(1).unwrap().0 = 5;
        assert!(hand.publish(1));
        let had = hand.get_mut(0).map(|item| item.0 += 1).is_some();
        let (other_had, seen) = other.join().unwrap();
        assert!(had != other_had, "one has it, the other not");
        assert!(seen.is_none_or(|seen| seen == 5));
        drop(hand);
        assert_eq!(guard.get(0).unwrap().0, if had { 1 } else { 10 });
    });
}

/// An address that another thread may have.
#[derive(Clone, Copy)]
struct Lent(usize);

/// Tasks of which the last hears what the first made, and what a helper finds that looks at any time: before, in the midst of it, too late.
fn crew_gets_done(tasks: usize, pairs: &'static [(u32, u32)], rounds: u32) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    let needs = !pairs.is_empty();
    model.check(move || {
        let (mut crew, mut helpers) = crew(vec![0u32], vec![0u32; 4]);
        let mut helper = helpers.pop().unwrap();
        let helping = thread::spawn(move || helper.help());
        let order = Order::new(tasks, pairs).unwrap();
        let mut own = 0;
        for round in 1..=rounds {
            let made = [Made::new(), Made::new()];
            let done = crew.run(
                &order,
                |task, tool| {
                    *tool += 1;
                    own += 1;
                    work(task, needs, &made);
                },
                &|task, tool, runner| {
                    *tool += 1;
                    *runner += 1;
                    work(task, needs, &made);
                },
            );
            assert!(done && made.iter().take(tasks).all(|made| made.get() == 1));
            let others: u32 = crew.runners().map(|runner| *runner).sum();
            assert_eq!(own + others, tasks as u32 * round);
        }
        drop(crew);
        helping.join().unwrap();
    });
}

#[test]
fn crew_does_each_task_once() {
    crew_gets_done(2, &[], 1);
}

#[test]
fn crew_does_a_task_behind_those_it_needs() {
    crew_gets_done(2, &[(0, 1)], 2);
}

#[test]
fn crew_takes_nothing_of_a_round_that_is_over() {
    crew_gets_done(1, &[], 2);
}

/// What a task makes: a number without any order of its own.
struct Made(loom::cell::UnsafeCell<u32>);

// SAFETY: loom finds it if two threads touch it without an order between them; that is what is to be found out.
unsafe impl Sync for Made {}

impl Made {
    fn new() -> Self {
        Made(loom::cell::UnsafeCell::new(0))
    }
    fn get(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|made| unsafe { *made })
    }
}

fn work(task: usize, needs: bool, made: &[Made; 2]) {
    if needs && task == 1 {
        assert_eq!(made[0].get(), 1);
    }
    // SAFETY: as above.
    made[task].0.with_mut(|made| unsafe { *made += 1 });
}
