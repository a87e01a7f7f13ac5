//! Commands carried out on a patch, whole or not at all.

use super::Command;
use super::fault::{CommandError, CommandFault};
use super::rewire;
use crate::apply::cut_from;
use crate::catalogue::{Catalogue, param, setting};
use crate::chain::value_of;
use crate::check::check;
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::model::{Drive, Node, Patch, Source};
use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::read::{read_node, source, unknown_param};
use crate::suggest::nearest;
use crate::tree::{Entry, Value};
use std::sync::Arc;

/// The patch after a command.
///
/// The patch is expected to be one that [`check`] has nothing against. A ramp does not show in it: the new patch has the value
/// at its end; nor does the tail of a node that is removed.
///
/// # Errors
/// Why the command cannot be carried out; the patch given is not changed.
pub fn edit(patch: &Patch, catalogue: &Catalogue, command: &Command) -> Result<Patch, CommandError> {
    let catalogue = &catalogue.with_parts(patch);
    let mut desk = Desk { patch: patch.clone(), catalogue };
    match command {
        Command::Set { node, param, value, over, ramp } => {
            desk.set(node, param, value, over.is_some() || ramp.is_some())?;
        }
        Command::Add { name, kind, values, from, to } => desk.add(name, kind, values, from, to)?,
        Command::Remove { node, .. } => desk.remove(node)?,
        Command::Replace { node, kind, values } => desk.replace(node, kind, values)?,
        Command::Connect { from, to, gain } => desk.connect(from, to, gain.as_deref())?,
        Command::Disconnect { from, to } => desk.disconnect(from, to)?,
        Command::Drive { node, param, from, depth } => desk.drive(node, param, from, depth)?,
        Command::Undrive { node, param, from } => desk.undrive(node, param, from.as_deref())?,
        Command::Bypass { node, on } => {
            let node = desk.node(node)?;
            node.bypass = on.unwrap_or(!node.bypass);
        }
        Command::Rename { from, to } => desk.rename(from, to)?,
        other => return Err(CommandFault::NotAnEdit { command: other.to_string() }.into()),
    }
    desk.done()
}

/// A patch while a command works on it.
pub(super) struct Desk<'c> {
    pub patch: Patch,
    pub catalogue: &'c Catalogue,
}

impl Desk<'_> {
    fn done(mut self) -> Result<Patch, CommandError> {
        for node in self.patch.nodes.values_mut() {
            rewire::settle(node, self.catalogue);
        }
        let mut problems = check(&self.patch, self.catalogue);
        problems.retain(|p| !p.is_warning());
        if problems.is_empty() { Ok(self.patch) } else { Err(problems.into()) }
    }

    pub fn node(&mut self, label: &str) -> Result<&mut Node, CommandError> {
        if !self.patch.nodes.contains_key(label) {
            let suggestion = nearest(label, self.patch.nodes.keys().map(String::as_str));
            return Err(CommandFault::UnknownNode { node: label.to_owned(), suggestion }.into());
        }
        Ok(&mut self.patch.nodes[label])
    }

    /// The kind of a node that is there. A patch without faults has only kinds that are known.
    pub fn kind(&mut self, label: &str) -> Result<Arc<KindInfo>, CommandError> {
        let name = self.node(label)?.kind.clone();
        self.find(label, &name)
    }

    pub fn find(&self, label: &str, kind: &str) -> Result<Arc<KindInfo>, CommandError> {
        let unknown =
            || Fault::UnknownKind { kind: kind.to_owned(), suggestion: self.catalogue.suggest(kind) };
        self.catalogue.find(kind).cloned().ok_or_else(|| of_node(label, Some("kind"), unknown()))
    }

    /// `NODE` or `NODE.PORT`, with the first output if none is named.
    pub fn source(&mut self, text: &str) -> Result<Source, CommandError> {
        let source =
            source(text, |label| self.catalogue.find(&self.patch.nodes.get(label)?.kind).map(Arc::as_ref));
        self.node(&source.node)?;
        Ok(source)
    }

    fn set(&mut self, label: &str, name: &str, value: &str, ramped: bool) -> Result<(), CommandError> {
        let kind = self.kind(label)?;
        let wrong = |fault| of_node(label, Some(name), fault);
        let value = Value::from(value);
        if let Some((info, _)) = param(&kind, name) {
            let number = Quantity::of_param(info).read(&value).map_err(wrong)?;
            self.node(label)?.params.entry(name.to_owned()).or_default().value = Some(number as f32);
        } else if let Some(info) = setting(&kind, name) {
            if ramped {
                return Err(CommandFault::NoRamp { name: name.to_owned() }.into());
            }
            let number = Quantity::of_setting(info).read(&value).map_err(wrong)?;
            self.node(label)?.settings.insert(name.to_owned(), number);
        } else {
            return Err(of_node(label, None, unknown_param(&kind, name)));
        }
        Ok(())
    }

    fn add(
        &mut self,
        label: &str,
        kind: &str,
        values: &[(String, String)],
        from: &[String],
        to: &[String],
    ) -> Result<(), CommandError> {
        if self.patch.nodes.contains_key(label) {
            return Err(CommandFault::NameTaken { name: label.to_owned() }.into());
        }
        self.find(label, kind)?;
        let mut node = read_node(label, entries(kind, values), &self.patch, self.catalogue)?;
        // After a rename the label that is free may still be the id of another.
        if !values.iter().any(|(key, _)| key == "id") {
            let mut number = 2;
            while self.patch.by_id(&node.id).is_some() {
                node.id = format!("{label}-{number}");
                number += 1;
            }
        }
        self.patch.nodes.insert(label.to_owned(), node);
        from.iter().try_for_each(|source| self.connect(source, label, None))?;
        to.iter().try_for_each(|end| self.connect(label, end, None))
    }

    fn replace(&mut self, label: &str, kind: &str, values: &[(String, String)]) -> Result<(), CommandError> {
        let (was, is) = (self.kind(label)?, self.find(label, kind)?);
        let mut node = read_node(label, entries(kind, values), &self.patch, self.catalogue)?;
        let old = self.node(label)?.clone();
        node.id.clone_from(&old.id);
        node.bypass |= old.bypass;
        node.channels = node.channels.or(old.channels.filter(|_| crate::catalogue::follows(&is)));
        rewire::keep_values(&old, &mut node, &is);
        rewire::keep_inputs(&old, &was, &mut node, &is);
        self.patch.nodes[label] = node;
        rewire::keep_outputs(&mut self.patch, label, &was, &is);
        Ok(())
    }

    fn remove(&mut self, label: &str) -> Result<(), CommandError> {
        self.node(label)?;
        self.patch.nodes.shift_remove(label);
        self.patch.sequences.retain(|_, sequence| sequence.to != label);
        for node in self.patch.nodes.values_mut() {
            rewire::keeping_bank(node, self.catalogue, |node| cut_from(node, label));
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), CommandError> {
        self.node(from)?;
        if self.patch.nodes.contains_key(to) {
            return Err(CommandFault::NameTaken { name: to.to_owned() }.into());
        }
        let nodes = std::mem::take(&mut self.patch.nodes);
        for (label, mut node) in nodes {
            for source in Patch::sources_mut(&mut node).filter(|s| s.node == from) {
                to.clone_into(&mut source.node);
            }
            self.patch.nodes.insert(if label == from { to.to_owned() } else { label }, node);
        }
        for sequence in self.patch.sequences.values_mut().filter(|s| s.to == from) {
            to.clone_into(&mut sequence.to);
        }
        Ok(())
    }

    fn drive(&mut self, label: &str, name: &str, from: &str, depth: &str) -> Result<(), CommandError> {
        let kind = self.kind(label)?;
        let Some((info, _)) = param(&kind, name) else {
            let is_setting = setting(&kind, name).is_some();
            let fault = if is_setting { Fault::SettingDriven } else { unknown_param(&kind, name) };
            return Err(of_node(label, is_setting.then_some(name), fault));
        };
        let depth = Quantity::of_param(info).depth().read(&Value::from(depth));
        let depth = depth.map_err(|fault| of_node(label, Some(name), fault))? as f32;
        let from = self.source(from)?;
        let drives = &mut self.node(label)?.params.entry(name.to_owned()).or_default().drives;
        match drives.iter_mut().find(|d| d.from == from) {
            Some(drive) => drive.depth = depth,
            None => drives.push(Drive { from, depth }),
        }
        Ok(())
    }

    fn undrive(&mut self, label: &str, name: &str, from: Option<&str>) -> Result<(), CommandError> {
        let from = from.map(|f| f.split_once('.').map_or((f, None), |(node, port)| (node, Some(port))));
        let node = self.node(label)?;
        let none = || CommandFault::NoDrive { param: format!("{label}.{name}") };
        let param = node.params.get_mut(name).ok_or_else(none)?;
        let before = param.drives.len();
        let fits =
            |s: &Source| from.is_none_or(|(node, port)| s.node == node && port.is_none_or(|p| s.port == p));
        param.drives.retain(|d| !fits(&d.from));
        if param.drives.len() == before {
            return Err(none().into());
        }
        node.params.retain(|_, p| !p.is_empty());
        Ok(())
    }
}

/// A fault of a node as the error of a command.
pub(super) fn of_node(label: &str, item: Option<&str>, fault: Fault) -> CommandError {
    let item = item.map(str::to_owned);
    vec![Problem { node: Some(label.to_owned()), item, ..Problem::of(fault) }].into()
}

/// `PARAM=VALUE …` as a document would have it.
fn entries(kind: &str, values: &[(String, String)]) -> Vec<Entry> {
    let kind = Entry::new("kind", kind);
    std::iter::once(kind)
        .chain(values.iter().map(|(key, value)| Entry::new(key, value_of(key, value))))
        .collect()
}
