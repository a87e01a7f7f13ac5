//! The parts of one patch beside those of another.

use super::nodes::{Edits, compare as compare_nodes};
use crate::circle::sorted;
use crate::edit::Edit;
use crate::model::{Part, PartParam};
use crate::resolve::{Opening, PartParameter, Resolved, ResolvedPart};
use std::collections::{BTreeMap, HashSet};

/// The names of the parts of which instances cannot go on: they have other ports, parameters or voices.
pub(super) fn rebuilt<'b>(a: &Resolved, b: &'b Resolved) -> HashSet<&'b str> {
    let differs = |(name, new): &(&String, &std::sync::Arc<ResolvedPart>)| {
        a.parts.get(*name).is_some_and(|old| !same_interface(old, new))
    };
    b.parts.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
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
    for (at, (name, new)) in b.parts.iter().enumerate().filter(|(_, (name, _))| !a.parts.contains_key(*name))
    {
        let definition = Box::new(new.said.clone());
        added.push(Edit::AddPart { part: name.clone(), definition, at });
    }
    // What is inside comes before what it is inside of.
    let uses = |part: &ResolvedPart| {
        let used = |n: &crate::ResolvedNode| b.parts.get_index_of(n.kind.part.as_ref()?.name.as_str());
        part.nodes.iter().filter_map(used).collect::<Vec<_>>()
    };
    let feeders: Vec<Vec<usize>> = b.parts.values().map(|part| uses(part)).collect();
    for place in sorted(&feeders, |_| {}) {
        let Some((name, new)) = b.parts.get_index(place) else { continue };
        if let Some(old) = a.parts.get(name) {
            inside.extend(part(name, old, new, rebuilt));
        }
    }
    let gone = a.parts.keys().filter(|name| !b.parts.contains_key(*name));
    (added, inside, gone.map(|name| Edit::RemovePart { part: name.clone() }).collect())
}

/// The edits of a part that is in both.
fn part(name: &str, old: &ResolvedPart, new: &ResolvedPart, rebuilt: &HashSet<&str>) -> Vec<Edit> {
    let Edits { first, cut, gone, nodes, values, joined, order } =
        compare_nodes(old.view(), new.view(), rebuilt);
    let mapped: HashSet<(String, String)> = new.params.iter().flat_map(|p| targets(new, p)).collect();
    let quiet = |edit: &Edit| match edit {
        Edit::SetParam { node, param, .. } => mapped.contains(&(node.id.clone(), param.clone())),
        _ => false,
    };
    let inside = |edit: Edit| {
        let quiet = rebuilt.contains(name) || quiet(&edit);
        Edit::InPart { part: name.to_owned(), edit: Box::new(edit), quiet }
    };
    let own = [first, cut, gone, nodes, values, joined, order].concat();
    let mut edits: Vec<Edit> = own.into_iter().map(inside).collect();
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
