//! Whether the parts of a patch can be built: their names, ports, voices, and how they lie inside each other.

use super::nodes::{Set, Within, is_name};
use super::{DocumentSink, part_params};
use crate::catalogue::Catalogue;
use crate::circle::sorted;
use crate::fault::{Fault, PartFault};
use crate::limits::{INLET_KIND, MAX_PARTS, MAX_PORTS, MAX_UNFOLDED, NOTE_KIND, OUTLET_KIND};
use crate::model::{Part, Patch};
use crate::parts::uses;
use crate::places::{DocumentPlaces, Places};
use crate::problem::Scope;
use crate::quantity::Quantity;
use sostenuto_graph::MAX_DEPTH;
use std::collections::HashMap;

/// Tells every fault of the parts. Whether they are such that what uses them can be judged.
pub(super) fn check(
    patch: &Patch,
    catalogue: &Catalogue,
    places: &DocumentPlaces,
    sink: &mut DocumentSink<'_>,
) -> bool {
    let count = patch.parts.len();
    if count > MAX_PARTS {
        sink(&Scope::Patch, None, None, Some("parts".to_owned()), PartFault::TooMany { count }.into());
        return false;
    }
    let nowhere = Places::default();
    for (name, part) in &patch.parts {
        one(patch, name, part, catalogue, places.parts.get(name).unwrap_or(&nowhere), sink);
    }
    nesting(patch, places, sink)
}

/// Tells what is wrong with a part by itself.
pub(crate) fn one(
    patch: &Patch,
    name: &str,
    part: &Part,
    catalogue: &Catalogue,
    places: &Places,
    sink: &mut DocumentSink<'_>,
) {
    let scope = Scope::Part(name.to_owned());
    let mut say = |key: &str, item: Option<&str>, fault: Fault| {
        sink(&scope, places.own(key), None, item.map(str::to_owned), fault);
    };
    if !is_name(name) {
        say(Places::HEAD, None, Fault::BadName { name: name.to_owned() });
    }
    if catalogue.is_listed(name) {
        say(Places::HEAD, None, PartFault::NameOfKind { name: name.to_owned() }.into());
    }
    definition(name, part, &mut say);
    part_params::check(part, catalogue, &mut say);
    let within = if part.voices.is_some() { Within::Instrument } else { Within::Part };
    if !part.nodes.is_empty() {
        let set = Set { nodes: &part.nodes, within, parts: &patch.parts };
        let mut own = |span, node, item, fault| sink(&scope, span, node, item, fault);
        set.check(catalogue, places, &mut own);
    }
}

/// What a part says of itself.
fn definition(name: &str, part: &Part, say: &mut dyn FnMut(&str, Option<&str>, Fault)) {
    if part.nodes.is_empty() {
        say(Places::HEAD, None, PartFault::Empty { name: name.to_owned() }.into());
    }
    let count = |kind: &str| part.nodes.values().filter(|n| n.kind == kind).count();
    for kind in [INLET_KIND, OUTLET_KIND] {
        let (count, max) = (count(kind), MAX_PORTS);
        if count > max {
            say(Places::HEAD, None, PartFault::TooManyPorts { count, kind, max }.into());
        }
    }
    let Some(voices) = &part.voices else { return };
    for (key, quantity) in Quantity::VOICING {
        if let Some(Err(fault)) = voices.get(key).map(|value| quantity.check(value)) {
            say(key, Some(key), fault);
        }
    }
    if count(NOTE_KIND) == 0 {
        say(Places::HEAD, None, PartFault::NoNote.into());
    }
}

/// How deep parts lie inside each other, and how many nodes they make.
fn nesting(patch: &Patch, places: &DocumentPlaces, sink: &mut DocumentSink<'_>) -> bool {
    let uses = uses(&patch.parts);
    let parts: Vec<(&String, &Part)> = patch.parts.iter().collect();
    let numbers: HashMap<&str, usize> =
        parts.iter().enumerate().map(|(number, (name, _))| (name.as_str(), number)).collect();
    let name = |place: usize| parts[place].0.clone();
    let mut say = |place: usize, fault: PartFault| {
        let head = places.parts.get(&name(place)).and_then(|p| p.own(Places::HEAD));
        sink(&Scope::Part(name(place)), head, None, None, fault.into());
    };
    let mut good = true;
    let order = sorted(&uses, |circle| {
        good = false;
        let parts = circle.iter().map(|c| name(*c)).collect();
        say(circle[0], PartFault::InsideItself { parts });
    });
    if !good {
        return true;
    }
    // Of each part, how deep it is and how many nodes it makes; none of what it uses comes after it.
    let mut sizes = vec![(0usize, 0u64); uses.len()];
    for place in order {
        let part = parts[place].1;
        let (deepest, inside) = total(&uses[place], &sizes);
        let own = (part.nodes.len() - uses[place].len()) as u64;
        let bodies =
            part.voices.as_ref().map_or(1, |v| u64::from(v.voices) + 2 * u64::from(v.spares.unwrap_or(4)));
        let depth = deepest + 1 + usize::from(part.voices.is_some());
        let count = own.saturating_add(inside).saturating_mul(bodies).saturating_add(1);
        sizes[place] = (depth, count);
        // Of those that are too large or too deep, the first is told.
        if depth > MAX_DEPTH && deepest <= MAX_DEPTH {
            say(place, PartFault::TooDeep { depth });
        }
        if count > MAX_UNFOLDED as u64 && uses[place].iter().all(|u| sizes[*u].1 <= MAX_UNFOLDED as u64) {
            say(place, PartFault::TooLarge { count });
        }
    }
    let instances: Vec<usize> =
        patch.nodes.values().filter_map(|n| numbers.get(n.kind.as_str()).copied()).collect();
    let (_, inside) = total(&instances, &sizes);
    let count = inside.saturating_add((patch.nodes.len() - instances.len()) as u64);
    if count > MAX_UNFOLDED as u64 && instances.iter().all(|i| sizes[*i].1 <= MAX_UNFOLDED as u64) {
        sink(&Scope::Patch, None, None, None, PartFault::TooLarge { count }.into());
    }
    true
}

fn total(used: &[usize], sizes: &[(usize, u64)]) -> (usize, u64) {
    let deepest = used.iter().map(|u| sizes[*u].0).max().unwrap_or(0);
    (deepest, used.iter().fold(0u64, |sum, u| sum.saturating_add(sizes[*u].1)))
}
