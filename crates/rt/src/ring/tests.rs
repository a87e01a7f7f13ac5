//! What the ring promises, on one thread.

use super::*;
use std::rc::Rc;

/// A ring whose indices are about to wrap, both past the end of the slots and past `usize::MAX`: as if
/// that many items had gone through it before.
fn near_the_wrap<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
    let start = usize::MAX - 2;
    let (mut producer, mut consumer) = ring(capacity);
    producer.publish(start);
    consumer.release(start);
    assert_eq!((producer.slots(), consumer.len()), (capacity, 0));
    (producer, consumer)
}

#[test]
fn full_hands_the_item_back_and_empty_gives_none() {
    for capacity in [0, 1, 2, 3, 5, 8, 1000] {
        let (mut producer, mut consumer) = near_the_wrap(capacity);
        assert_eq!((producer.capacity(), consumer.capacity()), (capacity, capacity));
        for round in 0..3 {
            for i in 0..capacity {
                assert_eq!((producer.slots(), producer.len(), consumer.slots()), (capacity - i, i, i));
                assert!(!producer.is_full());
                producer.push(Box::new(round * i)).unwrap();
                assert!(!consumer.is_empty() && !producer.is_empty());
            }
            assert!(producer.is_full());
            assert_eq!(producer.push(Box::new(77)), Err(Full(Box::new(77))));
            for i in 0..capacity {
                assert_eq!(consumer.peek().map(|item| **item), Some(round * i));
                assert_eq!(consumer.pop(), Some(Box::new(round * i)));
            }
            assert_eq!(consumer.peek(), None);
            assert_eq!(consumer.pop(), None);
            assert!(consumer.is_empty() && producer.is_empty());
        }
    }
}

#[test]
fn slices_go_in_and_out_across_the_wrap() {
    let (mut producer, mut consumer) = near_the_wrap(6);
    let mut out = [0; 10];
    assert_eq!(producer.push_slice(&[1, 2, 3, 4]), 4);
    assert_eq!(consumer.pop_slice(&mut out[..3]), 3);
    assert_eq!(producer.push_slice(&[5, 6, 7, 8, 9, 10]), 5);
    assert_eq!(consumer.pop_slice(&mut out), 6);
    assert_eq!(out[..6], [4, 5, 6, 7, 8, 9]);
    assert_eq!(consumer.pop_slice(&mut out), 0);
}

#[test]
fn iterators_are_asked_for_no_item_too_many() {
    let (mut producer, mut consumer) = near_the_wrap(5);
    let mut source = (0..).map(Rc::new);
    assert_eq!(producer.push_iter(&mut source), 5);
    assert_eq!(producer.push_iter(&mut source), 0);
    assert_eq!(consumer.read_chunk(2).unwrap().into_iter().map(|item| *item).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(producer.push_iter(&mut source), 2);
    assert_eq!(consumer.read_up_to(9).into_iter().map(|item| *item).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert_eq!(source.next(), Some(Rc::new(7)));
}

#[test]
fn a_chunk_is_asked_for_and_either_given_or_refused() {
    let (mut producer, mut consumer) = near_the_wrap::<u8>(4);
    assert_eq!(producer.write_chunk(5).err(), Some(TooFew { available: 4 }));
    assert_eq!(producer.write_chunk(3).unwrap().fill_from_iter(1..), 3);
    assert_eq!(producer.write_chunk(2).err(), Some(TooFew { available: 1 }));
    assert_eq!(producer.write_up_to(2).len(), 1);
    assert_eq!(consumer.read_chunk(4).err(), Some(TooFew { available: 3 }));
    assert_eq!(consumer.read_up_to(4).len(), 3);
    assert!(consumer.read_chunk(0).unwrap().is_empty() && producer.write_chunk(0).unwrap().is_empty());
}

#[test]
fn a_chunk_written_in_place_is_published_as_far_as_committed() {
    let (mut producer, mut consumer) = near_the_wrap(8);
    for committed in [0, 1, 4, 6, 7] {
        let mut chunk = producer.write_chunk(6).unwrap();
        let (first, second) = chunk.as_mut_slices();
        let slots = first.iter_mut().chain(second);
        slots.zip(10..).for_each(|(slot, i)| _ = slot.write(i));
        if committed == 6 {
            // SAFETY: all six slots were written just before.
            unsafe { chunk.commit_all() };
        } else {
            // SAFETY: all six slots were written just before.
            unsafe { chunk.commit(committed) };
        }
        let items: Vec<_> = consumer.read_up_to(9).into_iter().collect();
        assert_eq!(items, (10..).take(committed.min(6)).collect::<Vec<_>>());
    }
}

#[test]
fn a_filled_chunk_is_an_ordinary_pair_of_slices() {
    let (mut producer, mut consumer) = near_the_wrap(8);
    for committed in [0, 3, 6, 7] {
        let mut chunk = producer.write_chunk_filled(6, 0.5_f32).unwrap();
        assert_eq!((chunk.len(), chunk.is_empty()), (6, false));
        let (first, second) = chunk.as_mut_slices();
        assert!(first.iter().chain(second.iter()).all(|x| *x == 0.5));
        first[0] = 1.0;
        if committed == 6 {
            chunk.commit_all()
        } else {
            chunk.commit(committed)
        }
        let items: Vec<_> = consumer.read_up_to(9).into_iter().collect();
        assert_eq!(items, [1.0, 0.5, 0.5, 0.5, 0.5, 0.5][..committed.min(6)]);
    }
    assert!(producer.write_chunk_filled(9, 0.0).is_err());
}

#[test]
fn every_item_is_dropped_once_whatever_way_it_leaves() {
    let token = Rc::new(());
    let alive = || Rc::strong_count(&token) - 1;
    let (mut producer, mut consumer) = near_the_wrap(8);
    let refill = |producer: &mut Producer<_>| producer.push_iter(std::iter::repeat_with(|| token.clone()));
    assert_eq!((refill(&mut producer), alive()), (8, 8));
    consumer.pop();
    assert_eq!(alive(), 7);
    consumer.read_chunk(3).unwrap().commit(2);
    assert_eq!(alive(), 5);
    _ = consumer.read_chunk(3).unwrap();
    assert_eq!(alive(), 5);
    assert_eq!(consumer.read_up_to(3).into_iter().take(2).count(), 2);
    assert_eq!((alive(), consumer.len()), (3, 3));
    assert_eq!((refill(&mut producer), alive()), (5, 8));
    assert!(producer.push(token.clone()).is_err());
    consumer.read_chunk(8).unwrap().as_mut_slices().0[0] = token.clone();
    assert_eq!(alive(), 8);
    consumer.read_chunk(4).unwrap().commit_all();
    drop(producer);
    assert_eq!((alive(), consumer.is_abandoned()), (4, true));
    drop(consumer);
    assert_eq!(alive(), 0);
}

#[test]
fn an_iterator_that_panics_leaves_what_it_gave() {
    let token = Rc::new(());
    let (mut producer, mut consumer) = near_the_wrap(8);
    let items = (0..8).map(|i| if i == 5 { panic!("planted") } else { token.clone() });
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| producer.push_iter(items)));
    assert!(caught.is_err());
    assert_eq!((consumer.len(), Rc::strong_count(&token)), (5, 6));
    consumer.read_up_to(8).commit_all();
    assert_eq!(Rc::strong_count(&token), 1);
}

#[test]
fn a_destructor_that_panics_is_not_run_twice() {
    struct Bomb {
        _token: Rc<()>,
        armed: bool,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.armed, "planted");
        }
    }
    let token = Rc::new(());
    let (mut producer, mut consumer) = near_the_wrap(8);
    producer.push_iter((0..6).map(|i| Bomb { _token: token.clone(), armed: i == 1 }));
    let chunk = consumer.read_chunk(5).unwrap();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| chunk.commit_all()));
    assert!(caught.is_err());
    assert_eq!((consumer.len(), producer.slots(), Rc::strong_count(&token)), (1, 7, 2));
    drop((producer, consumer));
    assert_eq!(Rc::strong_count(&token), 1);
}

#[test]
fn items_that_take_no_space_are_counted() {
    let (mut producer, mut consumer) = near_the_wrap(3);
    assert_eq!(producer.push_slice(&[(); 5]), 3);
    assert_eq!(producer.push(()), Err(Full(())));
    assert_eq!(consumer.pop_slice(&mut [(); 2]), 2);
    assert_eq!((consumer.pop(), consumer.pop()), (Some(()), None));
}

#[test]
fn slots_are_aligned_to_lines_and_to_the_item() {
    #[repr(align(256))]
    struct Wide(#[allow(dead_code, reason = "it is there for its size")] u8);
    let (producer, _consumer) = ring::<u8>(5);
    assert_eq!(producer.free_parts(1).0.cast::<u8>() as usize % crate::sync::LINE, 0);
    let (producer, _consumer) = ring::<Wide>(5);
    assert_eq!(producer.free_parts(1).0.cast::<u8>() as usize % 256, 0);
}

#[test]
fn either_end_sees_that_the_other_is_gone() {
    let (producer, mut consumer) = ring::<u8>(1);
    assert!(!producer.is_abandoned() && !consumer.is_abandoned());
    drop(producer);
    assert!(consumer.is_abandoned() && consumer.pop().is_none());
    let (mut producer, consumer) = ring::<u8>(1);
    drop(consumer);
    assert!(producer.is_abandoned() && producer.push(1).is_ok());
}

#[test]
fn errors_say_what_to_do() {
    assert!(Full(1).to_string().contains("try again"));
    assert!(TooFew { available: 3 }.to_string().contains("only 3"));
    assert_eq!(format!("{:?} {:?}", Full(1), ring::<u8>(2).0), "Full(..) Producer { capacity: 2, len: 0 }");
}
