//! The smallest batch of edits from one patch to another.

mod nodes;
mod parts;
mod sequences;

use crate::edit::{Edit, Order};
use crate::listing::{Change, Listing};
use crate::model::Buffers;
use crate::resolve::Resolved;
use nodes::{Edits, compare};

/// The edits that turn `a` into `b`, in an order in which they can be made.
///
/// A node is the same if its id, kind, channels and settings are; it then keeps its state. Where it stands and what else it
/// says do not matter. A part is the same if its name is; a change inside it is said once, however often the part is used. If
/// its ports, parameters or voices are others than before, every instance is replaced.
///
/// Applied to the document of `a`, the edits give that of `b` exactly, with the order in which it says things and the defaults
/// that it writes out; see [`Edit::is_audible`]. What the two share is not looked at: time and memory go with the rest, up to logarithms.
pub fn diff(a: &Resolved, b: &Resolved) -> Vec<Edit> {
    let rebuilt = parts::rebuilt(a, b);
    let Edits { mut first, cut, gone, nodes, values, joined, order } = compare(&a.nodes, &b.nodes, &rebuilt);
    if a.title != b.title {
        first.insert(0, Edit::Title { title: b.title.clone() });
    }
    first.extend(time(a, b));
    first.extend(buffers(&a.patch().buffers, &b.patch().buffers));
    let sequences = sequences::compare(a, b);
    let (added, inside, removed) = parts::compare(a, b, &rebuilt);
    let (before, own) = ([first, sequences.gone, added, inside], [cut, gone, nodes, values, joined]);
    let behind = [removed, sequences.changed, order, orders(a, b)];
    let count = before.iter().chain(&own).chain(&behind).map(Vec::len).sum();
    let mut edits = Vec::with_capacity(count);
    before.into_iter().chain(own).chain(behind).for_each(|mut list| edits.append(&mut list));
    edits
}

/// Tempo, meter and clock.
fn time(a: &Resolved, b: &Resolved) -> Vec<Edit> {
    let (was, now) = (&a.patch().transport, &b.patch().transport);
    let mut edits = Vec::new();
    if was.tempo != now.tempo {
        edits.push(Edit::SetTempo { tempo: now.tempo(), was: was.tempo(), written: now.tempo.is_some() });
    }
    if was.meter != now.meter {
        edits.push(Edit::SetMeter { meter: now.meter(), was: was.meter(), written: now.meter.is_some() });
    }
    if was.clock != now.clock {
        edits.push(Edit::SetClock { clock: now.clock(), was: was.clock(), written: now.clock.is_some() });
    }
    edits
}

/// What is said of buffers.
fn buffers(old: &Buffers, new: &Buffers) -> Vec<Edit> {
    let mut edits = Vec::new();
    for change in old.changes(new) {
        let gone = change.old.map(|(name, _)| name).filter(|name| !new.contains_key(name));
        let none = |name: &String| Edit::Buffer { name: name.clone(), source: None, after: None };
        edits.extend(gone.map(none));
        if let Some((name, source)) = change.new.filter(|(name, source)| old.get(name) != Some(*source)) {
            let after = new.before(change.place).filter(|_| !old.contains_key(name)).cloned();
            edits.push(Edit::Buffer { name: name.clone(), source: Some(source.clone()), after });
        }
    }
    edits
}

/// The order of the buffers, the parts and of the sequences.
fn orders(a: &Resolved, b: &Resolved) -> Vec<Edit> {
    let mut edits = Vec::new();
    let names = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<_>>();
    let (old, new) = (&a.patch().buffers, &b.patch().buffers);
    if !in_order(old, new) {
        edits.push(Edit::Order { order: Order::Buffers(names(new.keys().collect())) });
    }
    let (old, new) = (&a.patch().parts, &b.patch().parts);
    if !in_order(old, new) {
        edits.push(Edit::Order { order: Order::Parts(names(new.keys().collect())) });
    }
    let (old, new) = (&a.patch().sequences, &b.patch().sequences);
    if !in_order(old, new) {
        edits.push(Edit::Order { order: Order::Sequences(names(new.keys().collect())) });
    }
    edits
}

/// Whether what is in both stands in the same order in both. If all of it stands where it did, it does.
fn in_order<T>(old: &Listing<T>, new: &Listing<T>) -> bool {
    let moved = |change: Change<'_, T>| {
        let name = change.new.map(|(name, _)| name)?;
        old.place(name).filter(|place| *place != change.place)
    };
    old.changes(new).find_map(moved).is_none()
        || same_order(old.keys(), new.keys(), |name| old.contains_key(name), |name| new.contains_key(name))
}

/// Whether what is in both comes in the same order from both.
fn same_order<T: PartialEq>(
    old: impl Iterator<Item = T>,
    new: impl Iterator<Item = T>,
    in_old: impl Fn(&T) -> bool,
    in_new: impl Fn(&T) -> bool,
) -> bool {
    old.filter(in_new).eq(new.filter(in_old))
}
