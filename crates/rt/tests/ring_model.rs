//! Does the ring do what a `VecDeque` of bounded length does, for any sequence of calls?
#![cfg(not(loom))]

use proptest::prelude::*;
use sostenuto_rt::{Full, TooFew, ring};
use std::collections::VecDeque;
use std::rc::Rc;

/// One call on the ring.
#[derive(Clone, Debug)]
enum Call {
    Push,
    Pop,
    Peek,
    PushIter(usize),
    Fill { chunk: usize, given: usize },
    WriteInPlace { chunk: usize, committed: usize },
    Read { chunk: usize, committed: usize },
    ReadUpTo { chunk: usize, taken: usize },
}

fn call() -> impl Strategy<Value = Call> {
    let n = || 0..12_usize;
    prop_oneof![
        4 => Just(Call::Push),
        4 => Just(Call::Pop),
        1 => Just(Call::Peek),
        1 => n().prop_map(Call::PushIter),
        1 => (n(), n()).prop_map(|(chunk, given)| Call::Fill { chunk, given }),
        1 => (n(), n()).prop_map(|(chunk, committed)| Call::WriteInPlace { chunk, committed }),
        1 => (n(), n()).prop_map(|(chunk, committed)| Call::Read { chunk, committed }),
        1 => (n(), n()).prop_map(|(chunk, taken)| Call::ReadUpTo { chunk, taken }),
    ]
}

/// An item with a number, and a token that counts how many items are alive.
type Item = (u32, Rc<()>);

/// Both, driven side by side.
struct SideBySide {
    producer: sostenuto_rt::Producer<Item>,
    consumer: sostenuto_rt::Consumer<Item>,
    model: VecDeque<u32>,
    token: Rc<()>,
    next: u32,
}

impl SideBySide {
    fn new(capacity: usize) -> Self {
        let (producer, consumer) = ring(capacity);
        Self { producer, consumer, model: VecDeque::new(), token: Rc::new(()), next: 0 }
    }

    fn free(&self) -> usize {
        self.producer.capacity() - self.model.len()
    }

    /// The next `n` items, as many of which as `stored` says go into the model.
    fn items(&mut self, n: usize, stored: usize) -> Vec<Item> {
        let numbers = self.next..self.next + n as u32;
        self.next = numbers.end;
        self.model.extend(numbers.clone().take(stored));
        numbers.map(|number| (number, self.token.clone())).collect()
    }

    fn run(&mut self, call: &Call) {
        match *call {
            Call::Push => {
                let stored = self.free().min(1);
                let item = self.items(1, stored).remove(0);
                let back = self.producer.push(item).err().map(|Full(item)| item.0);
                assert_eq!(back, (stored == 0).then_some(self.next - 1));
            }
            Call::Pop => assert_eq!(self.consumer.pop().map(|item| item.0), self.model.pop_front()),
            Call::Peek => assert_eq!(self.consumer.peek().map(|item| item.0), self.model.front().copied()),
            Call::PushIter(n) => {
                let stored = self.free().min(n);
                let items = self.items(n, stored);
                assert_eq!(self.producer.push_iter(items), stored);
            }
            Call::Fill { chunk, given } => self.fill(chunk, given),
            Call::WriteInPlace { chunk, committed } => self.write_in_place(chunk, committed),
            Call::Read { chunk, committed } => self.read(chunk, committed),
            Call::ReadUpTo { chunk, taken } => {
                let items: Vec<_> = self.consumer.read_up_to(chunk).into_iter().take(taken).collect();
                let expected: Vec<_> = self.model.drain(..chunk.min(taken).min(self.model.len())).collect();
                assert_eq!(items.iter().map(|item| item.0).collect::<Vec<_>>(), expected);
            }
        }
    }

    fn fill(&mut self, chunk: usize, given: usize) {
        let available = self.free();
        if available < chunk {
            assert_eq!(self.producer.write_chunk(chunk).err(), Some(TooFew { available }));
            return;
        }
        let items = self.items(given, chunk.min(given));
        let chunk = self.producer.write_chunk(chunk).unwrap();
        let len = chunk.len();
        assert_eq!(chunk.fill_from_iter(items), len.min(given));
    }

    fn write_in_place(&mut self, chunk: usize, committed: usize) {
        let (chunk, committed) = (chunk.min(self.free()), committed.min(chunk).min(self.free()));
        let items = self.items(committed, committed);
        let mut chunk = self.producer.write_chunk(chunk).unwrap();
        let (first, second) = chunk.as_mut_slices();
        first.iter_mut().chain(second).zip(items).for_each(|(slot, item)| _ = slot.write(item));
        // SAFETY: `committed` items were written just before.
        unsafe { chunk.commit(committed) };
    }

    fn read(&mut self, chunk: usize, committed: usize) {
        match self.consumer.read_chunk(chunk) {
            Err(error) => {
                assert!(chunk > self.model.len());
                assert_eq!(error, TooFew { available: self.model.len() });
            }
            Ok(read) => {
                let (first, second) = read.as_slices();
                assert!(first.iter().chain(second).map(|item| item.0).eq(self.model.range(..chunk).copied()));
                read.commit(committed);
                self.model.drain(..chunk.min(committed));
            }
        }
    }

    fn check(&self) {
        assert_eq!(self.consumer.len(), self.model.len());
        assert_eq!(self.producer.slots(), self.free());
        assert_eq!(Rc::strong_count(&self.token), 1 + self.model.len(), "dropped once, and only once");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn the_ring_is_a_bounded_queue(
        capacity in 0..10_usize,
        calls in proptest::collection::vec(call(), 1..120),
        producer_first in any::<bool>(),
    ) {
        let mut both = SideBySide::new(capacity);
        for call in &calls {
            both.run(call);
            both.check();
        }
        let SideBySide { producer, consumer, token, .. } = both;
        if producer_first { drop((producer, consumer)) } else { drop((consumer, producer)) }
        prop_assert_eq!(Rc::strong_count(&token), 1);
    }

    #[test]
    fn slices_are_a_bounded_queue(
        capacity in 0..10_usize,
        calls in proptest::collection::vec((any::<bool>(), 0..12_usize), 1..200),
    ) {
        let (mut producer, mut consumer) = ring(capacity);
        let mut model = VecDeque::new();
        let mut next = 0_u64;
        for (push, n) in calls {
            if push {
                let items: Vec<_> = (next..).take(n).collect();
                let stored = producer.push_slice(&items);
                prop_assert_eq!(stored, n.min(capacity - model.len()));
                model.extend(&items[..stored]);
                next += stored as u64;
            } else {
                let mut items = vec![u64::MAX; n];
                let taken = consumer.pop_slice(&mut items);
                prop_assert_eq!(taken, n.min(model.len()));
                prop_assert!(items[..taken].iter().copied().eq(model.drain(..taken)));
                prop_assert!(items[taken..].iter().all(|item| *item == u64::MAX));
            }
        }
    }
}
