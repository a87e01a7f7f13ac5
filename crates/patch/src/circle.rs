//! In what order do things come that need each other, and which need each other in a circle?

use std::collections::HashMap;

/// The numbers of all, each after those that feed it, and every circle on the way, each feeding the next.
///
/// What waits for nothing is taken away, and what it fed then waits for one less (Kahn, "Topological sorting of large
/// networks", CACM 5(11), 1962). When none is left that waits for nothing, each one left has a feeder that is left: going
/// from feeder to feeder ends in a circle. That is told and taken away as well.
pub(crate) fn sorted(feeders: &[Vec<usize>], mut circle_found: impl FnMut(&[usize])) -> Vec<usize> {
    let mut fed = vec![Vec::new(); feeders.len()];
    for (node, from) in feeders.iter().enumerate() {
        from.iter().for_each(|f| fed[*f].push(node));
    }
    let mut waits: Vec<usize> = feeders.iter().map(Vec::len).collect();
    let mut gone = vec![false; feeders.len()];
    let mut ready: Vec<usize> = (0..feeders.len()).filter(|i| waits[*i] == 0).collect();
    let mut order = Vec::with_capacity(feeders.len());
    let mut next = 0;
    loop {
        while let Some(node) = ready.pop() {
            if !std::mem::replace(&mut gone[node], true) {
                order.push(node);
                for after in &fed[node] {
                    waits[*after] -= 1;
                    if waits[*after] == 0 {
                        ready.push(*after);
                    }
                }
            }
        }
        while next < gone.len() && gone[next] {
            next += 1;
        }
        if next == gone.len() {
            return order;
        }
        let circle = circle(next, feeders, &gone);
        circle_found(&circle);
        ready.extend(circle);
    }
}

/// A circle among those that are left. `start` is one of them, and each of them has a feeder among them.
fn circle(start: usize, feeders: &[Vec<usize>], gone: &[bool]) -> Vec<usize> {
    let mut place = HashMap::new();
    let mut path = Vec::new();
    let mut node = start;
    while !place.contains_key(&node) {
        place.insert(node, path.len());
        path.push(node);
        match feeders[node].iter().find(|f| !gone[**f]) {
            Some(feeder) => node = *feeder,
            None => return path,
        }
    }
    let mut circle = path.split_off(place[&node]);
    circle.reverse();
    // Told from the one that stands first in the document.
    let first = circle.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(i, _)| i);
    circle.rotate_left(first);
    circle
}
