//! A file that was saved while commands changed what it described: the file wins for what it names.

use sostenuto_patch::{Edit, Node, Patch, diff, resolve};

use crate::conductor::Conductor;

/// The outcome of a merge.
pub(crate) struct Merged {
    pub patch: Patch,
    /// The edits, of those that lead from the present patch to the merged one, that take back what commands did.
    pub touched: Vec<Edit>,
}

/// `base` is what the file said before, `present` what commands made of it, `file` what the file says now.
pub(crate) fn merge(base: &Patch, present: &Patch, file: &Patch) -> Merged {
    let mut patch = file.clone();
    patch.nodes.each_mut(|_, node| {
        if let Some((_, now)) = present.by_id(&node.id) {
            let before = base.by_id(&node.id).map(|(_, node)| node);
            keep_unnamed(node, now, before);
        }
    });
    for (label, node) in &present.nodes {
        let known = base.by_id(&node.id).is_some()
            || file.by_id(&node.id).is_some()
            || file.nodes.contains_key(label);
        if !known {
            patch.nodes.insert(label.clone(), node.clone());
            keep_buffer(&mut patch, present, node);
            keep_part(&mut patch, present, &node.kind);
        }
    }
    drop_dangling(&mut patch);
    let touched = touched(base, present, &patch);
    Merged { patch, touched }
}

/// Parameters that commands set, and that neither the file nor what it said before names, stay. They only fit the same kind.
fn keep_unnamed(node: &mut Node, now: &Node, before: Option<&Node>) {
    if node.kind != now.kind {
        return;
    }
    for (name, value) in &now.params {
        let named_before = before.is_some_and(|b| b.params.contains_key(name));
        if !named_before && !node.params.contains_key(name) {
            node.params.insert(name.clone(), value.clone());
        }
    }
}

/// A part that the file has no more stays while a node that commands added is an instance of it, and so does what is inside of it.
fn keep_part(patch: &mut Patch, present: &Patch, kind: &str) {
    if patch.parts.contains_key(kind) {
        return;
    }
    if let Some(part) = present.parts.get(kind) {
        patch.parts.insert(kind.to_owned(), part.clone());
        for node in part.nodes.values() {
            keep_buffer(patch, present, node);
            keep_part(patch, present, &node.kind);
        }
    }
}

/// So does a buffer that the file has no more, while one of them plays it.
fn keep_buffer(patch: &mut Patch, present: &Patch, node: &Node) {
    let Some(name) = node.buffer.as_ref().filter(|name| !patch.buffers.contains_key(name)) else { return };
    if let Some(source) = present.buffers.get(name) {
        patch.buffers.insert(name.clone(), source.clone());
    }
}

/// Cables and drives of nodes that commands added go, where they come from what the file took away.
fn drop_dangling(patch: &mut Patch) {
    let there = patch.nodes.clone();
    patch.nodes.each_mut(|_, node| {
        node.cables.retain(|cable| there.contains_key(&cable.from.node));
        for value in node.params.values_mut() {
            value.drives.retain(|drive| there.contains_key(&drive.from.node));
        }
    });
}

/// The edits from the present patch to the merged one that concern what commands had changed.
fn touched(base: &Patch, present: &Patch, merged: &Patch) -> Vec<Edit> {
    let resolved = |patch| resolve(patch, Conductor::catalogue());
    let Ok(present) = resolved(present) else { return Vec::new() };
    let Ok(merged) = resolved(merged) else { return Vec::new() };
    // Before anything was read, nothing was said: all that sounds came from commands.
    let base = resolved(base).unwrap_or_else(|_| sostenuto_patch::Resolved::silence());
    let by_commands: Vec<_> = diff(&base, &present).iter().map(target).collect();
    diff(&present, &merged).into_iter().filter(|edit| by_commands.contains(&target(edit))).collect()
}

/// What an edit is about: the node, and the place in it.
fn target(edit: &Edit) -> (String, String) {
    let place = |node: &sostenuto_patch::Who, place: &str| (node.id.clone(), place.to_owned());
    match edit {
        Edit::Title { .. } => (String::new(), "title".into()),
        Edit::RemoveNode { node } | Edit::AddNode { node, .. } => place(node, "node"),
        Edit::ReplaceNode { node, .. } | Edit::Pin { node, .. } => place(node, "layout"),
        Edit::Relabel { node, .. } => place(node, "label"),
        Edit::Slots { node, .. } => place(node, "slots"),
        Edit::Bypass { node, .. } => place(node, "bypass"),
        Edit::SetParam { node, param, .. } => place(node, param),
        Edit::Connect { from, to, .. }
        | Edit::Disconnect { from, to }
        | Edit::SetCableGain { from, to, .. } => {
            place(&to.node, &format!("{} from {}.{}", to.port, from.node.id, from.port))
        }
        Edit::InPart { part, edit, .. } => {
            let (node, place) = target(edit);
            (format!("part {part} {node}"), place)
        }
        Edit::AddPart { part, .. } | Edit::RemovePart { part } => (format!("part {part}"), "part".into()),
        Edit::SetVoicing { part, .. } => (format!("part {part}"), "voices".into()),
        Edit::Buffer { name, .. } => (format!("buffer {name}"), "buffer".into()),
        Edit::PartFile { part, .. } => (format!("part {part}"), "file".into()),
        Edit::MapParam { part, name, .. } => (format!("part {part}"), format!("parameter {name}")),
        Edit::AddSequence { name, .. }
        | Edit::RemoveSequence { name }
        | Edit::ChangeSequence { name, .. } => (format!("sequence {name}"), "sequence".into()),
        Edit::SetTempo { .. } => (String::new(), "tempo".into()),
        Edit::SetMeter { .. } => (String::new(), "meter".into()),
        Edit::SetClock { .. } => (String::new(), "clock".into()),
        Edit::Order { .. } => (String::new(), "order".into()),
        Edit::Drive { from, to, .. } | Edit::Undrive { from, to } | Edit::SetDepth { from, to, .. } => {
            place(&to.node, &format!("{} from {}.{}", to.port, from.node.id, from.port))
        }
    }
}
