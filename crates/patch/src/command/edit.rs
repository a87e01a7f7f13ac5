//! Commands carried out on a patch, whole or not at all.

use super::Command;
use super::fault::{CommandError, CommandFault};
use super::rewire;
use crate::apply::cut_from;
use crate::catalogue::{BUFFER_KEY, CLOCK_KEY, Catalogue, DEVICE_KEY, param, setting};
use crate::chain::value_of;
use crate::check::check;
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::model::{Drive, Node, Patch, Source, Timekeeper};
use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::read::{read_node, source, unknown_param};
use crate::resolve::{Links, Resolved, ResolvedNodes, resolve};
use crate::suggest::nearest;
use crate::tree::{Entry, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The patch after a command.
///
/// The patch is expected to be one that [`check`] has nothing against. A ramp does not show in it: the new patch has the value
/// at its end; nor does the tail of a node that is removed. The whole patch is settled first; [`edit_resolved`] begins with one that is.
///
/// # Errors
/// Why the command cannot be carried out; the patch given is not changed.
pub fn edit(patch: &Patch, catalogue: &Catalogue, command: &Command) -> Result<Patch, CommandError> {
    let catalogue = &catalogue.with_parts(patch);
    let nodes = ResolvedNodes::of(&patch.nodes, catalogue);
    let links = Links::of(patch, &nodes);
    let edited = edited(patch, &nodes, &links, catalogue, command)?;
    let mut problems = check(&edited, catalogue);
    problems.retain(|p| !p.is_warning());
    if problems.is_empty() { Ok(edited) } else { Err(problems.into()) }
}

/// A settled patch after a command, settled. What it costs goes with what the command changes, not with the size of the patch,
/// unless it cannot be carried out: then the whole of what it would make is checked, to tell all that is wrong with it.
///
/// # Errors
/// As [`edit`].
pub fn edit_resolved(
    resolved: &Resolved,
    catalogue: &Catalogue,
    command: &Command,
) -> Result<Resolved, CommandError> {
    if !resolved.catalogue().is_of(catalogue) {
        let edited = edit(resolved.patch(), catalogue, command)?;
        return resolve(&edited, catalogue).map_err(CommandError::from);
    }
    let edited = edited(resolved.patch(), &resolved.nodes, resolved.links(), resolved.catalogue(), command)?;
    resolved.after(&edited, catalogue).map_err(CommandError::from)
}

fn edited(
    patch: &Patch,
    nodes: &ResolvedNodes,
    links: &Links,
    catalogue: &Catalogue,
    command: &Command,
) -> Result<Patch, CommandError> {
    let mut desk = Desk { patch: patch.clone(), catalogue, nodes, links, touched: BTreeSet::new() };
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
        Command::Automate { node, param, points } => desk.automate(node, param, points.as_deref())?,
        Command::Bypass { node, on } => {
            let node = desk.node(node)?;
            node.bypass = on.unwrap_or(!node.bypass);
        }
        Command::Rename { from, to } => desk.rename(from, to)?,
        Command::Clock { of } => desk.clock(of)?,
        other => return Err(CommandFault::NotAnEdit { command: other.to_string() }.into()),
    }
    Ok(desk.done())
}

/// A patch while a command works on it.
pub(super) struct Desk<'c> {
    pub patch: Patch,
    pub catalogue: &'c Catalogue,
    /// The nodes of the patch as it was.
    nodes: &'c ResolvedNodes,
    /// Who heard and played what in the patch as it was.
    links: &'c Links,
    /// The labels of nodes that may have been changed.
    touched: BTreeSet<String>,
}

impl Desk<'_> {
    fn done(mut self) -> Patch {
        for label in self.touched {
            if let Some(node) = self.patch.nodes.get_mut(&label) {
                rewire::settle(node, self.catalogue);
            }
        }
        self.patch
    }

    /// The nodes that heard the node of a label before the command, to change them.
    pub(super) fn each_listener(&mut self, label: &str, mut change: impl FnMut(&mut Node)) {
        for place in self.links.listeners(label).collect::<Vec<_>>() {
            let Some(listener) = self.nodes.at(place).map(|n| n.label.clone()) else { continue };
            if let Some(node) = self.patch.nodes.get_mut(&listener) {
                change(node);
                self.touched.insert(listener);
            }
        }
    }

    /// Whether a node is there.
    pub fn look_up(&self, label: &str) -> Result<&Node, CommandError> {
        self.patch.nodes.get(label).ok_or_else(|| {
            let suggestion = nearest(label, self.patch.nodes.keys().map(String::as_str));
            CommandFault::UnknownNode { node: label.to_owned(), suggestion }.into()
        })
    }

    /// A node, to change it.
    pub fn node(&mut self, label: &str) -> Result<&mut Node, CommandError> {
        self.look_up(label)?;
        self.touched.insert(label.to_owned());
        Ok(&mut self.patch.nodes[label])
    }

    /// The kind of a node that is there. A patch without faults has only kinds that are known.
    pub fn kind(&self, label: &str) -> Result<Arc<KindInfo>, CommandError> {
        self.find(label, &self.look_up(label)?.kind)
    }

    pub fn find(&self, label: &str, kind: &str) -> Result<Arc<KindInfo>, CommandError> {
        let unknown =
            || Fault::UnknownKind { kind: kind.to_owned(), suggestion: self.catalogue.suggest(kind) };
        self.catalogue.find(kind).cloned().ok_or_else(|| of_node(label, Some("kind"), unknown()))
    }

    /// Whose clock the engine is to run on: one port asks for it, or none.
    fn clock(&mut self, of: &str) -> Result<(), CommandError> {
        let keeper = Timekeeper::named(of);
        if keeper.is_none() {
            let kind = self.kind(of)?;
            if kind.port.is_none() {
                return Err(CommandFault::NoPort { node: of.to_owned(), kind: kind.name.to_string() }.into());
            }
        }
        self.patch.transport.clock = keeper.filter(|keeper| *keeper == Timekeeper::Internal);
        let asks = |node: &Node| node.settings.contains_key(CLOCK_KEY);
        let asking: Vec<String> =
            self.patch.nodes.iter().filter(|(_, node)| asks(node)).map(|(label, _)| label.clone()).collect();
        for label in asking.iter().filter(|label| *label != of) {
            self.node(label)?.settings.remove(CLOCK_KEY);
        }
        if keeper.is_none() {
            self.node(of)?.settings.insert(CLOCK_KEY.to_owned(), 1.0);
        }
        Ok(())
    }

    /// `NODE` or `NODE.PORT`, with the first output if none is named.
    pub fn source(&self, text: &str) -> Result<Source, CommandError> {
        let source = source(text, |label| self.catalogue.find(&self.patch.nodes.get(label)?.kind).cloned());
        self.look_up(&source.node)?;
        Ok(source)
    }

    fn set(&mut self, label: &str, name: &str, value: &str, ramped: bool) -> Result<(), CommandError> {
        let kind = self.kind(label)?;
        let wrong = |fault| of_node(label, Some(name), fault);
        let named = (name == BUFFER_KEY && kind.plays) || (name == DEVICE_KEY && kind.port.is_some());
        if named && ramped {
            return Err(CommandFault::NoRamp { name: name.to_owned() }.into());
        }
        if named {
            let node = self.node(label)?;
            let place = if name == BUFFER_KEY { &mut node.buffer } else { &mut node.device };
            *place = Some(value.to_owned());
            return Ok(());
        }
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
            while self.nodes.node(&node.id).is_some() {
                node.id = format!("{label}-{number}");
                number += 1;
            }
        }
        self.patch.nodes.insert(label.to_owned(), node);
        self.touched.insert(label.to_owned());
        from.iter().try_for_each(|source| self.connect(source, label, None))?;
        to.iter().try_for_each(|end| self.connect(label, end, None))
    }

    fn replace(&mut self, label: &str, kind: &str, values: &[(String, String)]) -> Result<(), CommandError> {
        let (was, is) = (self.kind(label)?, self.find(label, kind)?);
        let mut node = read_node(label, entries(kind, values), &self.patch, self.catalogue)?;
        let old = self.look_up(label)?.clone();
        node.id.clone_from(&old.id);
        node.bypass |= old.bypass;
        node.channels = node.channels.or(old.channels.filter(|_| crate::catalogue::follows(&is)));
        rewire::keep_values(&old, &mut node, &is);
        rewire::keep_inputs(&old, &was, &mut node, &is);
        *self.node(label)? = node;
        self.keep_outputs(label, &was, &is);
        Ok(())
    }

    fn remove(&mut self, label: &str) -> Result<(), CommandError> {
        self.look_up(label)?;
        self.patch.nodes.shift_remove(label);
        for place in self.links.played_by(label) {
            if self.patch.sequences.at(place).is_some_and(|(_, sequence)| sequence.to == label) {
                self.patch.sequences.take_at(place);
            }
        }
        let catalogue = self.catalogue;
        self.each_listener(label, |node| rewire::keeping_bank(node, catalogue, |node| cut_from(node, label)));
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), CommandError> {
        self.look_up(from)?;
        if self.patch.nodes.contains_key(to) {
            return Err(CommandFault::NameTaken { name: to.to_owned() }.into());
        }
        self.each_listener(from, |node| node.rename_source(from, to));
        self.patch.nodes.rename(from, to.to_owned());
        for place in self.links.played_by(from) {
            if self.patch.sequences.at(place).is_some_and(|(_, sequence)| sequence.to == from)
                && let Some(sequence) = self.patch.sequences.at_mut(place)
            {
                to.clone_into(&mut sequence.to);
            }
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
