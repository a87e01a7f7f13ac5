//! Undo and redo.

use crate::kinds;

use kinds::random::{Dice, change, patch};
use proptest::prelude::*;
use sostenuto_patch::{History, Node, Patch};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_step_back_and_forth_is_exact(seed in any::<u64>(), steps in 1usize..25) {
        let mut dice = Dice(seed);
        let mut past = vec![patch(&mut dice, 10)];
        let mut history = History::new(past[0].clone());
        for _ in 0..steps {
            let next = change(&mut dice, history.present());
            if history.record(next.clone()) {
                past.push(next);
            }
        }
        let exact = |a: &Patch, b: &Patch| a == b && a.nodes.keys().eq(b.nodes.keys());
        for _ in 0..2 {
            for patch in past.iter().rev().skip(1) {
                prop_assert!(history.undo().is_some_and(|p| exact(p, patch)));
            }
            prop_assert!(history.undo().is_none());
            for patch in &past[1..] {
                prop_assert!(history.redo().is_some_and(|p| exact(p, patch)));
            }
            prop_assert!(history.redo().is_none());
        }
    }
}

fn titled(number: usize) -> Patch {
    Patch { title: Some(number.to_string()), ..Patch::new() }
}

#[test]
fn the_oldest_steps_are_dropped_and_counted() {
    let mut history = History::with_limit(titled(0), 3);
    (1..=5).for_each(|n| assert!(history.record(titled(n))));
    assert_eq!((history.undoable(), history.dropped()), (3, 2));
    while history.undo().is_some() {}
    assert_eq!(history.present(), &titled(2));
    assert_eq!((history.undoable(), history.redoable()), (0, 3));
}

#[test]
fn what_changes_nothing_is_no_step_and_a_new_edit_forgets_what_was_undone() {
    let mut history = History::new(titled(0));
    assert!(!history.record(titled(0)));
    assert!(history.record(titled(1)) && history.undo().is_some() && !history.record(titled(0)));
    assert_eq!(history.redoable(), 1);
    let mut other = titled(0);
    other.nodes.insert("a".into(), Node::new("a", "gain"));
    assert!(history.record(other));
    assert_eq!((history.redoable(), history.undoable()), (0, 1));
}
