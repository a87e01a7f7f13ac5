//! Whatever is done to maps of layers, they are as plain maps.

use super::leaves::Leaves;
use super::{Layers, MOST};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;

#[derive(Clone, Debug)]
enum Step {
    Insert(usize, u8, u32),
    Remove(usize, u8),
    Change(usize, u8, u32),
    /// One becomes a copy of another.
    Copy(usize, usize),
    Tidy(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (map, key) = (0..3usize, 0..90u8);
    prop_oneof![
        6 => (map.clone(), key.clone(), any::<u32>()).prop_map(|(m, k, v)| Step::Insert(m, k, v)),
        4 => (map.clone(), key.clone()).prop_map(|(m, k)| Step::Remove(m, k)),
        3 => (map.clone(), key, any::<u32>()).prop_map(|(m, k, v)| Step::Change(m, k, v)),
        2 => (map.clone(), map.clone()).prop_map(|(a, b)| Step::Copy(a, b)),
        1 => map.prop_map(Step::Tidy),
    ]
}

type Plain = BTreeMap<u8, u32>;

/// From both ends in turn.
fn zigzag<'a>(mut all: impl DoubleEndedIterator<Item = (&'a u8, &'a u32)>) -> Vec<(u8, u32)> {
    let mut list = Vec::new();
    while let Some((key, value)) = if list.len() % 3 == 1 { all.next_back() } else { all.next() } {
        list.push((*key, *value));
    }
    list
}

fn are_alike(map: &Layers<u8, u32>, plain: &Plain) -> Result<(), TestCaseError> {
    prop_assert!(map.iter().eq(plain.iter()));
    prop_assert!(map.iter().rev().eq(plain.iter().rev()));
    prop_assert_eq!(zigzag(map.iter()), zigzag(plain.iter()));
    prop_assert_eq!((map.len(), map.is_empty()), (plain.len(), plain.is_empty()));
    prop_assert_eq!(map.first(), plain.first_key_value());
    prop_assert_eq!(map.last(), plain.last_key_value());
    for key in [0u8, 17, 44, 89, 255] {
        prop_assert_eq!(map.get(&key), plain.get(&key));
        prop_assert!(map.range(..key).eq(plain.range(..key)));
        prop_assert_eq!(map.before(&key), plain.range(..key).next_back());
        prop_assert!(map.range(..=key).rev().eq(plain.range(..=key).rev()));
        prop_assert!(map.range(key..60.max(key)).eq(plain.range(key..60.max(key))));
    }
    prop_assert!(map.top().len() <= MOST);
    Ok(())
}

proptest! {
    #[test]
    fn they_are_plain_maps(begin in 0..90u8, steps in prop::collection::vec(step(), 0..200)) {
        let of = |n: u8| (0..n).map(|key| (key, u32::from(key)));
        let mut maps: [Layers<u8, u32>; 3] = core::array::from_fn(|n| of(begin / (n as u8 + 1)).collect());
        let mut plain: [Plain; 3] = core::array::from_fn(|n| of(begin / (n as u8 + 1)).collect());
        for step in steps {
            match step {
                Step::Insert(m, key, value) => {
                    prop_assert_eq!(maps[m].insert(key, value), plain[m].insert(key, value));
                }
                Step::Remove(m, key) => prop_assert_eq!(maps[m].remove(&key), plain[m].remove(&key)),
                Step::Change(m, key, value) => {
                    let there = (maps[m].get_mut(&key), plain[m].get_mut(&key));
                    prop_assert_eq!(there.0.is_some(), there.1.is_some());
                    if let (Some(one), Some(other)) = there {
                        (*one, *other) = (value, value);
                    }
                }
                Step::Copy(from, to) => {
                    maps[to] = maps[from].clone();
                    plain[to] = plain[from].clone();
                }
                Step::Tidy(m) => drop(maps[m].tidy()),
            }
        }
        for (map, plain) in maps.iter().zip(&plain) {
            are_alike(map, plain)?;
        }
        for (a, b) in [(0, 1), (1, 2), (2, 0), (1, 1)] {
            let mut keys: Vec<u8> = plain[a].keys().chain(plain[b].keys()).copied().collect();
            keys.sort_unstable();
            keys.dedup();
            let changed = |key: &u8| (*key, plain[a].get(key), plain[b].get(key));
            let wanted = keys.iter().map(changed).filter(|(_, old, new)| old != new);
            prop_assert!(maps[a].changes(&maps[b]).eq(wanted));
        }
    }
}

#[test]
fn what_is_shared_stays_and_what_is_changed_lies_on_top() {
    let mut map: Layers<u32, u32> = (0..100).map(|key| (key, key)).collect();
    map.tidy();
    let before = map.clone();
    for key in 0..MOST as u32 {
        map.insert(key, 1_000);
        assert!(super::is_same(&map.base, &before.base));
    }
    map.insert(99, 1_000);
    assert!(map.top.is_none(), "it was much");
    assert_eq!((before.get(&5), map.get(&5), map.changes(&before).count()), (Some(&5), Some(&1_000), 33));
    // Nobody shares the base now.
    map.insert(50, 1);
    assert!(map.top.is_none());
}

proptest! {
    /// Leaves are cut and joined, shared and copied; what is in them is as in plain maps.
    #[test]
    fn leaves_are_plain_maps(steps in prop::collection::vec((0..8u8, 0..700u16, 1..60u16), 0..120)) {
        let mut maps: [(Leaves<u16, u32>, BTreeMap<u16, u32>); 2] = Default::default();
        for (number, (what, key, count)) in steps.into_iter().enumerate() {
            let (leaves, plain) = &mut maps[usize::from(what & 1)];
            for key in key..key + count {
                match what >> 1 {
                    0 | 1 => prop_assert_eq!(leaves.insert(key, number as u32), plain.insert(key, number as u32)),
                    2 => prop_assert_eq!(leaves.remove(&key), plain.remove(&key)),
                    _ => prop_assert_eq!(leaves.get_mut(&key).map(|v| *v += 1), plain.get_mut(&key).map(|v| *v += 1)),
                }
            }
            if what == 7 {
                maps[0] = maps[1].clone();
            }
        }
        for (leaves, plain) in &maps {
            let all = (Bound::Unbounded, Bound::Unbounded);
            prop_assert!(leaves.range(all).eq(plain.iter()) && leaves.range(all).rev().eq(plain.iter().rev()));
            prop_assert!(leaves.keys().eq(plain.keys()));
            prop_assert_eq!((leaves.first(), leaves.last()), (plain.first_key_value(), plain.last_key_value()));
            for key in (0..760).step_by(7) {
                prop_assert_eq!(leaves.get(&key), plain.get(&key));
                for range in [
                    (Bound::Included(key), Bound::Excluded(key + 40)),
                    (Bound::Excluded(key), Bound::Included(key + 90)),
                    (Bound::Unbounded, Bound::Included(key)),
                ] {
                    prop_assert!(leaves.range(range).eq(plain.range(range)));
                    prop_assert!(leaves.range(range).rev().eq(plain.range(range).rev()));
                }
            }
        }
        // What differs is among what is not shared.
        let [(old, was), (new, is)] = &maps;
        let mut keys = Vec::new();
        old.unshared(new, &mut keys);
        let differs = |key: &u16| was.get(key) != is.get(key);
        prop_assert!(was.keys().chain(is.keys()).filter(|key| differs(key)).all(|key| keys.contains(key)));
        keys.clear();
        old.unshared(&old.clone(), &mut keys);
        prop_assert!(keys.is_empty());
    }
}
