//! What the latest-value cell, the way out for trash and the owner slot promise, on one thread.
#![cfg(not(loom))]

use sostenuto_rt::{Full, OwnerSlot, latest, latest_with, trash, trash_with_backlog};
use std::rc::Rc;
use std::sync::Arc;

#[test]
fn the_reader_gets_the_latest_value_and_nothing_twice() {
    let (mut writer, mut reader) = latest(String::from("initial"));
    assert_eq!(reader.read(), "initial");
    assert!(!reader.update());
    assert!(!writer.write("one".into()), "the initial value does not count as missed");
    assert!(writer.write("two".into()), "nobody read \"one\"");
    assert_eq!(reader.current(), "initial", "a value stays until the next update");
    assert!(reader.update());
    assert_eq!(reader.current(), "two");
    assert!(!reader.update());
    assert!(!writer.write("three".into()));
    assert_eq!(reader.read(), "three");
}

#[test]
fn a_value_is_written_in_place() {
    let (mut writer, mut reader) = latest_with(|| vec![0; 4]);
    for round in 1..20 {
        let before = writer.value_mut().as_ptr();
        writer.value_mut().fill(round);
        assert!(!writer.publish());
        assert_ne!(writer.value_mut().as_ptr(), before, "the reader may have that one now");
        assert_eq!(reader.read(), &[round; 4]);
        assert_eq!(reader.current().as_ptr(), before, "nothing was copied");
    }
}

#[test]
fn a_value_replaced_comes_back_and_one_taken_goes_round() {
    let (mut writer, mut reader) = latest_with(|| None);
    assert_eq!(writer.replace(Some(Box::new(1))), None);
    assert_eq!(writer.replace(Some(Box::new(2))), None);
    assert_eq!(writer.replace(Some(Box::new(3))), Some(Box::new(1)));
    reader.update();
    assert_eq!(reader.current_mut().take(), Some(Box::new(3)));
    assert_eq!(writer.replace(Some(Box::new(4))), Some(Box::new(2)));
    reader.update();
    assert_eq!(writer.replace(None), None, "the cell the reader emptied");
}

#[test]
fn all_three_values_are_dropped_with_the_last_end() {
    let token = Rc::new(());
    let (mut writer, reader) = latest(token.clone());
    assert_eq!(Rc::strong_count(&token), 1 + 3);
    writer.write(token.clone());
    assert_eq!(Rc::strong_count(&token), 1 + 3);
    assert!(!writer.is_abandoned() && !reader.is_abandoned());
    drop(reader);
    assert!(writer.is_abandoned());
    assert_eq!(Rc::strong_count(&token), 1 + 3);
    drop(writer);
    assert_eq!(Rc::strong_count(&token), 1);
}

#[test]
fn trash_is_dropped_at_the_other_end_in_order() {
    let token = Rc::new(());
    let thing = |number| (number, token.clone());
    let (mut sender, mut collector) = trash_with_backlog(2, 3);
    for number in 0..5 {
        sender.discard(thing(number)).unwrap();
    }
    assert_eq!((sender.backlog(), collector.backlog()), (3, 3));
    let Err(Full(back)) = sender.discard(thing(5)) else { panic!("there is no room") };
    assert_eq!((back.0, sender.refused(), collector.refused()), (5, 1, 1));
    assert_eq!(Rc::strong_count(&token), 1 + 6, "nothing was dropped by the sender");
    assert_eq!(collector.collect(), 2);
    assert_eq!(Rc::strong_count(&token), 1 + 4);
    assert_eq!((sender.flush(), collector.backlog()), (1, 1));
    sender.discard(back).unwrap();
    assert_eq!(sender.backlog(), 2);
    let mut order: Vec<_> = collector.drain().map(|thing| thing.0).collect();
    assert_eq!(sender.flush(), 0);
    order.extend(collector.drain().map(|thing| thing.0));
    assert_eq!(order, [2, 3, 4, 5]);
    assert_eq!((sender.refused(), Rc::strong_count(&token)), (1, 1));
}

#[test]
fn a_backlog_shrinks_while_things_go_on_coming() {
    let (mut sender, mut collector) = trash(8);
    (0..16).for_each(|number| sender.discard(number).unwrap());
    assert_eq!(sender.backlog(), 8);
    let mut order: Vec<i32> = Vec::new();
    for number in 16..32 {
        order.extend(collector.drain());
        sender.discard(number).unwrap();
    }
    assert_eq!(sender.backlog(), 0, "two leave for each one that comes");
    order.extend(collector.drain());
    assert!(order.into_iter().eq(0..32));
}

#[test]
fn a_drain_cut_short_leaves_the_rest() {
    let (mut sender, mut collector) = trash(8);
    (0..5).for_each(|number| sender.discard(number).unwrap());
    assert_eq!(collector.drain().len(), 5);
    assert!(collector.drain().take(2).eq(0..2));
    assert!(collector.drain().eq(2..5));
}

#[test]
fn trash_left_over_is_dropped_whichever_end_goes_first() {
    for sender_first in [true, false] {
        let token = Rc::new(());
        let (mut sender, mut collector) = trash(2);
        (0..4).for_each(|_| sender.discard(token.clone()).unwrap());
        assert_eq!(Rc::strong_count(&token), 5);
        if sender_first {
            collector.collect();
            drop(sender);
            assert!(collector.is_abandoned());
            assert_eq!((collector.collect(), Rc::strong_count(&token)), (2, 1), "a last flush is made");
        } else {
            drop(collector);
            assert!(sender.is_abandoned());
            assert_eq!(Rc::strong_count(&token), 5);
            drop(sender);
            assert_eq!(Rc::strong_count(&token), 1);
        }
    }
}

#[test]
fn a_slot_is_held_by_one_guard_at_a_time() {
    let mut slot = OwnerSlot::new(1);
    let mut guard = slot.try_enter().unwrap();
    *guard += 1;
    assert!(slot.is_held());
    assert!(slot.try_enter().is_none() && slot.try_enter().is_none());
    assert!(slot.is_held(), "a refused entry releases nothing");
    drop(guard);
    assert!(!slot.is_held());
    assert_eq!((slot.try_enter().map(|guard| *guard), slot.refused()), (Some(2), 2));
    *slot.get_mut() += 1;
    assert_eq!(slot.into_inner(), 3);
}

#[test]
fn a_panic_in_a_callback_releases_the_slot() {
    let slot = OwnerSlot::new(0);
    let callback = || {
        let mut value = slot.try_enter().unwrap();
        *value = 7;
        panic!("planted");
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(callback)).is_err());
    assert_eq!(slot.try_enter().map(|guard| *guard), Some(7));
}

#[test]
fn a_guard_that_is_forgotten_keeps_the_slot() {
    let slot = OwnerSlot::new(0);
    std::mem::forget(slot.try_enter());
    assert!(slot.is_held() && slot.try_enter().is_none());
}

#[test]
fn the_last_share_takes_the_value() {
    let ours = Arc::new(OwnerSlot::new(String::from("engine")));
    let theirs = Arc::clone(&ours);
    let Err(ours) = OwnerSlot::take(ours) else { panic!("there is another share") };
    drop(theirs);
    assert_eq!(OwnerSlot::take(ours).unwrap(), "engine");
}
