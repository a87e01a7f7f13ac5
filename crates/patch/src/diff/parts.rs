//! The parts of one patch beside those of another.

use super::nodes::{Edits, compare as compare_nodes};
use crate::edit::Edit;
use crate::listing::Place;
use crate::model::{Part, PartParam};
use crate::resolve::{Opening, PartParameter, Resolved, ResolvedPart};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The names of the parts that the two do not share, in the order of `b`; those that are gone come first.
fn unshared<'a>(a: &'a Resolved, b: &'a Resolved) -> (Vec<&'a String>, Vec<(Place, &'a String)>) {
    let changes: Vec<_> = a.catalogue().parts().changes(b.catalogue().parts()).collect();
    let gone =
        changes.iter().filter_map(|c| c.old).map(|(name, _)| name).filter(|name| b.part(name).is_none());
    let there = changes.iter().filter_map(|c| Some((c.place, c.new?.0)));
    (gone.collect(), there.collect())
}

/// The names of the parts of which instances cannot go on: they have other ports, parameters or voices.
pub(super) fn rebuilt<'b>(a: &'b Resolved, b: &'b Resolved) -> HashSet<&'b str> {
    let (_, there) = unshared(a, b);
    let differs = |name: &str| Some(!same_interface(a.part(name)?, b.part(name)?));
    there.into_iter().map(|(_, name)| name.as_str()).filter(|name| differs(name) == Some(true)).collect()
}

/// Defaults do not matter: what an instance does not say it gets in an edit of its own.
fn same_interface(a: &ResolvedPart, b: &ResolvedPart) -> bool {
    let openings = |part: &ResolvedPart, openings: &[Opening]| {
        let one = |o: &Opening| (part.nodes[o.place].id.clone(), o.name.clone(), o.channels);
        openings.iter().map(one).collect::<Vec<_>>()
    };
    let notes =
        |part: &ResolvedPart| part.notes.iter().map(|n| part.nodes[*n].id.clone()).collect::<Vec<_>>();
    let params = |part: &ResolvedPart| {
        let one = |p: &PartParameter| {
            let info = crate::ParamInfo { default: p.info.min, summary: "".into(), ..p.info.clone() };
            (info, targets(part, p))
        };
        part.params.iter().map(one).collect::<Vec<_>>()
    };
    a.voices == b.voices
        && openings(a, &a.inlets) == openings(b, &b.inlets)
        && openings(a, &a.outlets) == openings(b, &b.outlets)
        && notes(a) == notes(b)
        && params(a) == params(b)
}

/// The targets of a parameter by the ids of their nodes.
fn targets(part: &ResolvedPart, param: &PartParameter) -> Vec<(String, String)> {
    let one = |t: &crate::ResolvedTarget| {
        let node = &part.nodes[t.node];
        (node.id.clone(), node.shape.params[usize::from(t.param)].name.to_string())
    };
    param.targets.iter().map(one).collect()
}

/// The edits for parts that are new, that are in both, and that are gone.
pub(super) fn compare(
    a: &Resolved,
    b: &Resolved,
    rebuilt: &HashSet<&str>,
) -> (Vec<Edit>, Vec<Edit>, Vec<Edit>) {
    let (mut added, mut inside) = (Vec::new(), Vec::new());
    let (gone, there) = unshared(a, b);
    for (at, name) in there.iter().filter(|(_, name)| a.part(name).is_none()) {
        let Some(new) = b.part(name) else { continue };
        let definition = Box::new(new.said.clone());
        let after = b.catalogue().parts().before(*at).cloned();
        added.push(Edit::AddPart { part: (*name).clone(), definition, after });
    }
    // What is inside comes before what it is inside of. A part that has another inside is shared no more than that is.
    let numbers: HashMap<&str, usize> =
        there.iter().enumerate().map(|(number, (_, name))| (name.as_str(), number)).collect();
    let uses = |name: &String| {
        let used = |n: &crate::ResolvedNode| numbers.get(n.kind.part.as_ref()?.name.as_str()).copied();
        b.part(name).map_or(Vec::new(), |part| part.nodes.iter().filter_map(used).collect())
    };
    let feeders: Vec<Vec<usize>> = there.iter().map(|(_, name)| uses(name)).collect();
    for name in inside_first(&feeders).into_iter().map(|number| there[number].1) {
        if let Some((old, new)) = a.part(name).zip(b.part(name)) {
            inside.extend(part(name, old, new, rebuilt));
        }
    }
    (added, inside, gone.into_iter().map(|name| Edit::RemovePart { part: name.clone() }).collect())
}

/// All, each behind what it has inside, and otherwise in their order.
fn inside_first(uses: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(uses.len());
    let mut seen = vec![false; uses.len()];
    for root in 0..uses.len() {
        let mut open = vec![(root, 0)];
        while let Some((part, next)) = open.pop() {
            if next == 0 && std::mem::replace(&mut seen[part], true) {
                continue;
            }
            match uses[part].get(next) {
                Some(inner) => open.extend([(part, next + 1), (*inner, 0)]),
                None => order.push(part),
            }
        }
    }
    order
}

/// The edits of a part that is in both.
fn part(name: &str, old: &ResolvedPart, new: &ResolvedPart, rebuilt: &HashSet<&str>) -> Vec<Edit> {
    let Edits { first, cut, gone, nodes, values, joined, order } =
        compare_nodes(&old.nodes, &new.nodes, rebuilt);
    let mapped: HashSet<(String, String)> = new.params.iter().flat_map(|p| targets(new, p)).collect();
    let quiet = |edit: &Edit| match edit {
        Edit::SetParam { node, param, .. } => mapped.contains(&(node.id.clone(), param.clone())),
        _ => false,
    };
    let inside = |edit: Edit| {
        let quiet = rebuilt.contains(name) || quiet(&edit);
        Edit::InPart { part: name.to_owned(), edit: Box::new(edit), quiet }
    };
    let own = [first, cut, gone, nodes, values, joined, order];
    let mut edits: Vec<Edit> = own.into_iter().flatten().map(inside).collect();
    if old.said.file != new.said.file {
        edits.push(Edit::PartFile { part: name.to_owned(), file: new.said.file.clone() });
    }
    if old.said.voices != new.said.voices {
        edits.push(Edit::SetVoicing { part: name.to_owned(), voices: new.said.voices.clone() });
    }
    let (was, now) = (maps(&old.said), maps(&new.said));
    let names: std::collections::BTreeSet<&String> = was.keys().chain(now.keys()).collect();
    for param in names.into_iter().filter(|param| was.get(*param) != now.get(*param)) {
        let map = now.get(param).cloned();
        edits.push(Edit::MapParam { part: name.to_owned(), name: param.clone(), map });
    }
    edits
}

/// What the parameters of a part stand for, by the ids of the nodes.
fn maps(part: &Part) -> BTreeMap<String, PartParam> {
    let by_id = |param: &PartParam| {
        let mut param = param.clone();
        for target in &mut param.to {
            if let Some(node) = part.nodes.get(&target.node) {
                target.node.clone_from(&node.id);
            }
        }
        param
    };
    part.params.iter().map(|(name, param)| (name.clone(), by_id(param))).collect()
}
