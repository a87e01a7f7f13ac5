//! Edits made on a patch, whole or not at all.

mod nodes;
mod slots;

pub(crate) use nodes::cut_from;

use crate::edit::{Edit, Order, Who};
use crate::model::{BufferSource, Part, Patch, Sequence};
use nodes::State;
use slots::Slots;

/// An edit that does not fit the patch: it was made for another.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the edit does not fit this patch, which has no such node, cable, drive, part or sequence, or has it already: {edit}"
)]
pub struct Misfit {
    /// The edit.
    pub edit: Box<Edit>,
}

/// The patch after these edits: from the edits that [`diff`](crate::diff) finds, exactly the patch that it compared, with the order
/// in which the document says things and the defaults that it writes out.
///
/// # Errors
/// The first edit that does not fit. The patch given is not changed.
pub fn apply(edits: &[Edit], patch: &Patch) -> Result<Patch, Misfit> {
    let mut desk = Desk::of(patch);
    for edit in edits {
        desk.edit(edit).ok_or_else(|| Misfit { edit: Box::new(edit.clone()) })?;
    }
    desk.into_patch(patch)
}

/// A patch while edits are made on it: nodes go by id, in cables, targets and sequences as well, so that labels can change places.
struct Desk {
    /// All that is not below.
    rest: Patch,
    nodes: State,
    buffers: Slots<BufferSource>,
    parts: Slots<PartState>,
    sequences: Slots<Sequence>,
}

/// A part while edits are made on it.
struct PartState {
    part: Part,
    /// Its nodes by id, once one of them is edited; then its parameters' targets go by id as well.
    open: Option<State>,
}

impl Desk {
    fn of(patch: &Patch) -> Self {
        let rest = Patch {
            format: patch.format,
            title: patch.title.clone(),
            transport: patch.transport.clone(),
            ..Patch::new()
        };
        let part =
            |(name, part): (&String, &Part)| (name.clone(), PartState { part: part.clone(), open: None });
        let sequence = |(name, sequence): (&String, &Sequence)| {
            let mut sequence = sequence.clone();
            if let Some(node) = patch.nodes.get(&sequence.to) {
                sequence.to.clone_from(&node.id);
            }
            (name.clone(), sequence)
        };
        Desk {
            rest,
            nodes: State::of(&patch.nodes),
            buffers: patch.buffers.iter().map(|(name, one)| (name.clone(), one.clone())).collect(),
            parts: patch.parts.iter().map(part).collect(),
            sequences: patch.sequences.iter().map(sequence).collect(),
        }
    }

    fn into_patch(self, before: &Patch) -> Result<Patch, Misfit> {
        let Desk { rest, nodes, buffers, parts, sequences } = self;
        let (nodes, labels) = nodes.into_nodes()?;
        let mut patch = Patch { nodes, buffers: buffers.into_iter().collect(), ..rest };
        for (name, state) in parts.into_iter() {
            let part = state.close()?;
            patch.parts.insert(name, part);
        }
        for (name, mut sequence) in sequences.into_iter() {
            if let Some(label) = labels.get(&sequence.to) {
                sequence.to.clone_from(label);
            }
            patch.sequences.insert(name, sequence);
        }
        patch.format = before.format;
        Ok(patch)
    }

    /// Nothing if the edit does not fit.
    fn edit(&mut self, edit: &Edit) -> Option<()> {
        match edit {
            Edit::Title { title } => self.rest.title.clone_from(title),
            Edit::SetTempo { tempo, written, .. } => self.rest.transport.tempo = written.then_some(*tempo),
            Edit::SetMeter { meter, written, .. } => self.rest.transport.meter = written.then_some(*meter),
            Edit::SetClock { clock, written, .. } => self.rest.transport.clock = written.then_some(*clock),
            Edit::Buffer { name, source, after } => match (source, self.buffers.get_mut(name)) {
                (Some(source), Some(there)) => there.clone_from(source),
                (Some(source), None) => self.buffers.add(name.clone(), source.clone(), after.as_ref())?,
                (None, _) => drop(self.buffers.remove(name)?),
            },
            Edit::AddPart { part, definition, after } => {
                let state = PartState { part: (**definition).clone(), open: None };
                self.parts.add(part.clone(), state, after.as_ref())?;
            }
            Edit::RemovePart { part } => drop(self.parts.remove(part)?),
            Edit::InPart { part, edit, .. } => self.parts.get_mut(part)?.open().edit(edit)?,
            Edit::MapParam { part, name, map } => {
                let state = self.parts.get_mut(part)?;
                state.open();
                match map {
                    Some(map) => drop(state.part.params.insert(name.clone(), map.clone())),
                    None => drop(state.part.params.remove(name)?),
                }
            }
            Edit::SetVoicing { part, voices } => self.parts.get_mut(part)?.part.voices.clone_from(voices),
            Edit::PartFile { part, file } => self.parts.get_mut(part)?.part.file.clone_from(file),
            Edit::AddSequence { name, to, sequence, after } => {
                self.sequences.add(name.clone(), played_by(sequence, to), after.as_ref())?;
            }
            Edit::RemoveSequence { name } => drop(self.sequences.remove(name)?),
            Edit::ChangeSequence { name, to, sequence, .. } => {
                *self.sequences.get_mut(name)? = played_by(sequence, to);
            }
            Edit::Order { order: Order::Buffers(names) } => self.buffers.order(names),
            Edit::Order { order: Order::Parts(names) } => self.parts.order(names),
            Edit::Order { order: Order::Sequences(names) } => self.sequences.order(names),
            other => self.nodes.edit(other)?,
        }
        Some(())
    }
}

/// By id.
fn played_by(sequence: &Sequence, to: &Who) -> Sequence {
    Sequence { to: to.id.clone(), ..sequence.clone() }
}

impl PartState {
    fn open(&mut self) -> &mut State {
        let part = &mut self.part;
        self.open.get_or_insert_with(|| {
            for target in part.params.values_mut().flat_map(|p| &mut p.to) {
                if let Some(node) = part.nodes.get(&target.node) {
                    target.node.clone_from(&node.id);
                }
            }
            State::of(&std::mem::take(&mut part.nodes))
        })
    }

    fn close(self) -> Result<Part, Misfit> {
        let mut part = self.part;
        if let Some(state) = self.open {
            let (nodes, labels) = state.into_nodes()?;
            part.nodes = nodes;
            for target in part.params.values_mut().flat_map(|p| &mut p.to) {
                if let Some(label) = labels.get(&target.node) {
                    target.node.clone_from(label);
                }
            }
        }
        Ok(part)
    }
}
