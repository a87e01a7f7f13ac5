//! Cables laid and taken away, and kept where another node takes a place.

use super::edit::{Desk, of_node};
use super::fault::{CommandError, CommandFault};
use crate::catalogue::{Catalogue, bank_count, input, param, setting};
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::listing::Place;
use crate::model::{Cable, Node};
use crate::quantity::Quantity;
use crate::tree::Value;

impl Desk<'_> {
    /// Lays a cable. One between the same ports gets the new gain.
    pub(super) fn connect(&mut self, from: &str, to: &str, gain: Option<&str>) -> Result<(), CommandError> {
        let from = self.source(from)?;
        let (label, port) = split(to);
        let kind = self.kind(label)?;
        let wrong = |port: &str, fault| of_node(label, Some(port), fault);
        let port = match port {
            Some(port) => port.to_owned(),
            None => free_input(&kind, self.look_up(label)?)
                .ok_or_else(|| of_node(label, None, Fault::NoInputs { kind: kind.name.clone() }))?,
        };
        let gain_db = match gain {
            Some(text) => {
                Quantity::GAIN.read(&Value::from(text)).map_err(|fault| wrong(&port, fault))? as f32
            }
            None => 0.0,
        };
        let cables = &mut self.node(label)?.cables;
        match cables.find(&from, &port) {
            Some(place) if gain.is_some() => cables.set(place, Cable { from, port, gain_db }),
            Some(_) => {
                let fault =
                    Fault::DuplicateCable { from: format!("{}.{}", from.node, from.port), to: port.clone() };
                return Err(wrong(&port, fault));
            }
            None => cables.push(Cable { from, port, gain_db }),
        }
        Ok(())
    }

    pub(super) fn disconnect(&mut self, from: &str, to: &str) -> Result<(), CommandError> {
        let ((source, output), (label, port)) = (split(from), split(to));
        let catalogue = self.catalogue;
        self.look_up(source)?;
        let node = self.node(label)?;
        let before = node.cables.len();
        let fits = |c: &Cable| output.is_none_or(|o| c.from.port == o) && port.is_none_or(|p| c.port == p);
        let theirs = node.cables.from_node(source).filter(|(_, c)| fits(c));
        let places: Vec<Place> = theirs.map(|(place, _)| place).collect();
        keeping_bank(node, catalogue, |node| places.iter().for_each(|place| drop(node.cables.take(*place))));
        if node.cables.len() == before {
            return Err(CommandFault::NoCable { from: from.to_owned(), to: to.to_owned() }.into());
        }
        Ok(())
    }

    /// Cables from the first output come from the first output.
    pub(super) fn keep_outputs(&mut self, label: &str, was: &KindInfo, is: &KindInfo) {
        let (Some(was), Some(first)) = (was.outputs.first(), is.outputs.first()) else { return };
        if was.name != first.name {
            let port = first.name.to_string();
            self.each_listener(label, |node| node.move_source((label, &was.name), (label, &port)));
        }
    }
}

fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('.').map_or((text, None), |(node, port)| (node, Some(port)))
}

/// Where a cable goes that names no port: to the first free one of a bank, else to the first input.
fn free_input(kind: &KindInfo, node: &Node) -> Option<String> {
    let Some(bank) = &kind.bank else { return kind.inputs.first().map(|p| p.name.to_string()) };
    let used: std::collections::HashSet<u32> =
        node.cables.iter().filter_map(|c| input(kind, &c.port)?.1).collect();
    let number = (1..=u32::MAX).find(|n| !used.contains(n))?;
    Some(format!("{}{number}", bank.port.name))
}

/// Changes a node's cables. A bank that would become narrower keeps its width: the node goes on as it is, and so do the
/// parameters of the inputs that are free now.
pub(super) fn keeping_bank(node: &mut Node, catalogue: &Catalogue, change: impl FnOnce(&mut Node)) {
    let kind = catalogue.find(&node.kind).filter(|k| k.bank.is_some());
    let count = |node: &Node| {
        kind.map_or(0, |k| bank_count(k, &node.settings, node.cables.iter().map(|c| c.port.as_str())))
    };
    let before = count(node);
    change(node);
    if let Some(bank) = kind.and_then(|k| k.bank.as_ref()).filter(|_| count(node) < before) {
        node.settings.insert(bank.setting.to_owned(), f64::from(before));
    }
}

/// Values that the new kind takes as well stay, if they are not given anew.
pub(super) fn keep_values(old: &Node, new: &mut Node, kind: &KindInfo) {
    for (name, value) in &old.params {
        let Some((info, _)) = param(kind, name) else { continue };
        let quantity = Quantity::of_param(info);
        let kept = new.params.entry(name.clone()).or_default();
        let fits = |v: &f32| quantity.check(f64::from(*v)).is_ok() || (*v == 0.0 && !value.drives.is_empty());
        kept.value = kept.value.or(value.value.filter(fits));
        kept.drives.extend(value.drives.iter().cloned());
    }
    new.params.retain(|_, p| !p.is_empty());
    if kind.plays && new.buffer.is_none() {
        new.buffer.clone_from(&old.buffer);
    }
    if kind.samples && new.slots.is_empty() {
        new.slots.clone_from(&old.slots);
    }
    if kind.port.is_some() && new.device.is_none() {
        new.device.clone_from(&old.device);
    }
    for (name, value) in &old.settings {
        let fits = setting(kind, name).is_some_and(|s| Quantity::of_setting(s).check(*value).is_ok());
        if fits && !new.settings.contains_key(name) {
            new.settings.insert(name.clone(), *value);
        }
    }
}

/// A parameter that followed a signal has the value 0, which may be none of its own: without the signal it has its default.
pub(super) fn settle(node: &mut Node, catalogue: &Catalogue) {
    let Some(kind) = catalogue.find(&node.kind) else { return };
    for (name, value) in node.params.iter_mut().filter(|(_, v)| v.drives.is_empty() && v.value == Some(0.0)) {
        if param(kind, name).is_some_and(|(info, _)| Quantity::of_param(info).check(0.0).is_err()) {
            value.value = None;
        }
    }
    node.params.retain(|_, p| !p.is_empty());
}

/// Cables go to the port of the same name; those to the first input or to a bank go where a cable goes that names no port.
pub(super) fn keep_inputs(old: &Node, was: &KindInfo, new: &mut Node, is: &KindInfo) {
    for cable in &old.cables {
        let first = was.inputs.first().is_some_and(|p| p.name == cable.port);
        let of_bank = input(was, &cable.port).is_some_and(|(_, number)| number.is_some());
        let port = match free_input(is, new) {
            Some(free) if input(is, &cable.port).is_none() && (first || of_bank) => free,
            _ => cable.port.clone(),
        };
        new.cables.push(Cable { port, ..cable.clone() });
    }
}
