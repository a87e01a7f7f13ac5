//! Does everything hold when two threads go at it as fast as they can? To be run under ThreadSanitizer too.
use sostenuto_rt::{Full, OwnerSlot, latest, ring, trash_with_backlog};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Runs every test below, one after the other. There is no harness: ThreadSanitizer sees a race in the
/// channel of the standard one, because the standard library is not built with it.
fn main() {
    let tests: [(&str, fn()); 7] = [
        ("single_items_arrive_in_order", single_items_arrive_in_order),
        ("chunks_of_all_sizes_arrive_in_order", chunks_of_all_sizes_arrive_in_order),
        ("slices_arrive_in_order", slices_arrive_in_order),
        ("either_end_may_go_while_items_are_inside", either_end_may_go_while_items_are_inside),
        ("latest_values_are_whole_and_never_go_back", latest_values_are_whole_and_never_go_back),
        ("trash_is_dropped_by_the_collector_only", trash_is_dropped_by_the_collector_only),
        ("one_thread_at_a_time_is_in_the_slot", one_thread_at_a_time_is_in_the_slot),
    ];
    if cfg!(loom) {
        return; // Loom's atomics work inside a model only; see `loom.rs`.
    }
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

/// Items per test; few enough for a sanitizer or an interpreter on a machine with one core.
const ITEMS: u64 = if cfg!(miri) { 300 } else { 60_000 };

/// An item on the heap, wide enough that half of it could be seen.
fn item(number: u64) -> Box<[u64; 4]> {
    Box::new([number, !number, number, !number])
}

fn check(item: &[u64; 4], number: u64) {
    assert_eq!(item, &[number, !number, number, !number]);
}

fn single_items_arrive_in_order() {
    for capacity in [1, 2, 7, 64] {
        let (mut producer, mut consumer) = ring(capacity);
        let sending = thread::spawn(move || {
            for number in 0..ITEMS {
                let mut waiting = item(number);
                while let Err(Full(back)) = producer.push(waiting) {
                    waiting = back;
                    thread::yield_now();
                }
            }
        });
        for number in 0..ITEMS {
            while consumer.is_empty() {
                thread::yield_now();
            }
            check(consumer.peek().unwrap(), number);
            check(&consumer.pop().unwrap(), number);
        }
        sending.join().unwrap();
        assert!(consumer.is_abandoned() && consumer.pop().is_none());
    }
}

fn chunks_of_all_sizes_arrive_in_order() {
    let (mut producer, mut consumer) = ring(50);
    let sending = thread::spawn(move || {
        let mut numbers = (0..ITEMS).map(item).peekable();
        for n in (1..=50).cycle() {
            if numbers.peek().is_none() {
                break;
            }
            match producer.write_chunk(n) {
                Ok(chunk) => _ = chunk.fill_from_iter(&mut numbers),
                Err(_) => thread::yield_now(),
            }
        }
    });
    let mut next = 0;
    for n in (1..=50).rev().cycle() {
        if next == ITEMS {
            break;
        }
        let chunk = consumer.read_up_to(n);
        if chunk.is_empty() {
            thread::yield_now();
        }
        let (first, second) = chunk.as_slices();
        let half = (first.len() + second.len()).div_ceil(2);
        first.iter().chain(second).zip(next..).for_each(|(item, number)| check(item, number));
        if n % 2 == 0 {
            next += chunk.into_iter().take(half).count() as u64;
        } else {
            chunk.commit(half);
            next += half as u64;
        }
    }
    sending.join().unwrap();
    assert!(consumer.pop().is_none());
}

fn slices_arrive_in_order() {
    let (mut producer, mut consumer) = ring(100);
    let sending = thread::spawn(move || {
        let mut sent = 0;
        while sent < ITEMS {
            let items: Vec<u64> = (sent..ITEMS).take(1 + sent as usize % 77).collect();
            let n = producer.push_slice(&items);
            sent += n as u64;
            if n == 0 {
                thread::yield_now();
            }
        }
    });
    let mut next = 0;
    let mut items = [0; 64];
    while next < ITEMS {
        let room = 1 + next as usize % 64;
        let n = consumer.pop_slice(&mut items[..room]);
        assert!(items[..n].iter().copied().eq(next..next + n as u64));
        next += n as u64;
        if n == 0 {
            thread::yield_now();
        }
    }
    sending.join().unwrap();
}

fn either_end_may_go_while_items_are_inside() {
    let token = Arc::new(());
    for round in 0..ITEMS / 100 {
        let (mut producer, mut consumer) = ring(8);
        let sent = Arc::clone(&token);
        let sending = thread::spawn(move || {
            let items = std::iter::repeat_n(sent, 1 + round as usize % 12);
            producer.push_iter(items);
        });
        if round % 2 == 0 {
            consumer.pop();
        }
        drop(consumer);
        sending.join().unwrap();
    }
    assert_eq!(Arc::strong_count(&token), 1);
}

fn latest_values_are_whole_and_never_go_back() {
    let (mut writer, mut reader) = latest([0_u64; 16]);
    let writing = thread::spawn(move || {
        for number in 1..=ITEMS {
            if number % 2 == 0 {
                writer.write([number; 16]);
            } else {
                writer.value_mut().fill(number);
                writer.publish();
            }
        }
    });
    let mut last = 0;
    while last < ITEMS {
        let updated = reader.update();
        let value = reader.current();
        assert!(value.iter().all(|x| *x == value[0]), "half of one value, half of another");
        assert!(if updated { value[0] > last } else { value[0] == last });
        last = value[0];
        if !updated {
            thread::yield_now();
        }
    }
    writing.join().unwrap();
    assert!(!reader.update());
}

/// Counts on drop, and asserts that it is not dropped by the thread that must not.
struct Thing {
    dropped: Arc<AtomicUsize>,
    not_on: thread::ThreadId,
}

impl Drop for Thing {
    fn drop(&mut self) {
        assert_ne!(thread::current().id(), self.not_on, "dropped on the audio thread");
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

fn trash_is_dropped_by_the_collector_only() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let (mut sender, mut collector) = trash_with_backlog(4, 8);
    let counter = Arc::clone(&dropped);
    let audio = thread::spawn(move || {
        let not_on = thread::current().id();
        let mut refused = 0;
        for _ in 0..ITEMS {
            let mut thing = Thing { dropped: Arc::clone(&counter), not_on };
            while let Err(Full(back)) = sender.discard(thing) {
                thing = back;
                refused += 1;
                thread::yield_now();
            }
        }
        while sender.flush() > 0 {
            thread::yield_now();
        }
        assert_eq!(sender.refused(), refused);
    });
    let mut collected = 0;
    while collected < ITEMS as usize {
        match collector.collect() {
            0 => thread::yield_now(),
            n => collected += n,
        }
    }
    audio.join().unwrap();
    assert_eq!((collector.collect(), dropped.load(Ordering::Relaxed)), (0, ITEMS as usize));
}

fn one_thread_at_a_time_is_in_the_slot() {
    let slot = Arc::new(OwnerSlot::new([0_u64; 8]));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let slot = Arc::clone(&slot);
            thread::spawn(move || {
                let (mut entered, mut refused) = (0, 0);
                for _ in 0..ITEMS {
                    if let Some(mut value) = slot.try_enter() {
                        assert!(value.iter().all(|x| *x == value[0]), "somebody else is in as well");
                        value.iter_mut().for_each(|x| *x += 1);
                        entered += 1;
                    } else {
                        refused += 1;
                        thread::yield_now();
                    }
                }
                (entered, refused)
            })
        })
        .collect();
    let counts: Vec<(u64, u64)> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(slot.refused(), counts.iter().map(|(_, refused)| refused).sum::<u64>());
    let value = OwnerSlot::take(slot).unwrap();
    assert_eq!(value, [counts.iter().map(|(entered, _)| entered).sum::<u64>(); 8]);
}
