//! Whether the parameters of a part stand for parameters inside.

use super::nodes::is_name;
use crate::catalogue::{Catalogue, param, setting};
use crate::fault::{Fault, PartFault};
use crate::kind::ParamInfo;
use crate::limits::NOTE_KIND;
use crate::model::{Part, PartParam, Target};
use crate::quantity::Quantity;
use crate::read::{NODE_KEYS, unknown_param};
use crate::suggest::nearest;
use sostenuto_graph::MAX_PARAMS;
use std::collections::HashMap;

/// Takes the key of the part where it stands, the name of the parameter and what is wrong.
type Say<'s> = dyn FnMut(&str, Option<&str>, Fault) + 's;

pub(super) fn check(part: &Part, catalogue: &Catalogue, say: &mut Say<'_>) {
    let count = part.params.len();
    if count > MAX_PARAMS {
        say("params", Some("params"), PartFault::TooManyParams { count }.into());
    }
    let mut taken: HashMap<&Target, &str> = HashMap::new();
    for (name, param) in &part.params {
        let mut say = |fault: Fault| say(&key(name), Some(name), fault);
        if !is_name(name) {
            say(Fault::BadName { name: name.clone() });
        } else if NODE_KEYS.contains(&name.as_str()) {
            say(PartFault::ReservedName { name: name.clone() }.into());
        }
        if param.to.is_empty() {
            say(PartFault::NoTarget.into());
        }
        let mut infos: Vec<(&Target, ParamInfo)> = Vec::new();
        for target in &param.to {
            match find(part, catalogue, target) {
                Ok(Some(info)) => infos.push((target, info)),
                Ok(None) => {}
                Err(fault) => say(fault),
            }
            if let Some(by) = taken.insert(target, name) {
                say(PartFault::TargetTaken { target: written(target), by: by.to_owned() }.into());
            }
        }
        range(param, &infos, &mut say);
    }
}

/// The key under which the place of a parameter is noted.
pub(crate) fn key(name: &str) -> String {
    format!("params.{name}")
}

fn written(target: &Target) -> String {
    format!("{}.{}", target.node, target.param)
}

/// The parameter of a target; nothing if its node is of a kind that nobody knows.
fn find(part: &Part, catalogue: &Catalogue, target: &Target) -> Result<Option<ParamInfo>, Fault> {
    let Some(node) = part.nodes.get(&target.node) else {
        let suggestion = nearest(&target.node, part.nodes.keys().map(String::as_str));
        return Err(PartFault::UnknownNode { node: target.node.clone(), suggestion }.into());
    };
    let Some(kind) = catalogue.find(&node.kind) else { return Ok(None) };
    if kind.name == NOTE_KIND {
        return Err(PartFault::NoteTarget { target: written(target) }.into());
    }
    if setting(kind, &target.param).is_some() {
        return Err(PartFault::SettingTarget { target: written(target) }.into());
    }
    match param(kind, &target.param) {
        Some((info, None)) => Ok(Some(info.clone())),
        // One of a bank that is not as wide as that is found when the bank is checked, or is not there at all.
        Some((info, Some(_))) if within_bank(part, kind, target) => Ok(Some(info.clone())),
        _ => Err(unknown_param(kind, &target.param)),
    }
}

fn within_bank(part: &Part, kind: &crate::KindInfo, target: &Target) -> bool {
    let Some(node) = part.nodes.get(&target.node) else { return false };
    let ports = node.cables.iter().map(|c| c.port.as_str());
    let count = crate::catalogue::bank_count(kind, &node.settings, ports);
    param(kind, &target.param).and_then(|(_, number)| number).is_some_and(|number| number <= count)
}

/// Whether the targets go together, and the range and the default with them.
fn range(param: &PartParam, infos: &[(&Target, ParamInfo)], say: &mut dyn FnMut(Fault)) {
    let Some((first, info)) = infos.first() else { return };
    let (mut lowest, mut highest) = (info.min, info.max);
    for (target, other) in infos {
        (lowest, highest) = (lowest.max(other.min), highest.min(other.max));
        if other.unit != info.unit || other.choices != info.choices || lowest > highest {
            let (first, other) = (written(first), written(target));
            return say(PartFault::TargetsDiffer { first, other }.into());
        }
    }
    if !info.choices.is_empty() && (param.min.is_some() || param.max.is_some()) {
        return say(PartFault::RangeOfChoice.into());
    }
    let common = ParamInfo { min: lowest, max: highest, ..info.clone() };
    let quantity = Quantity::of_param(&common);
    let mut good = true;
    for value in [param.min, param.max].into_iter().flatten() {
        if let Err(fault) = quantity.check(f64::from(value)) {
            good = false;
            say(fault);
        }
    }
    let (min, max) = (param.min.unwrap_or(lowest), param.max.unwrap_or(highest));
    if good && min > max {
        let show = |value: f32| quantity.show(f64::from(value));
        return say(PartFault::Backwards { min: show(min), max: show(max) }.into());
    }
    let own = ParamInfo { min, max, ..common };
    if let (true, Some(default)) = (good, param.default)
        && let Err(fault) = Quantity::of_param(&own).check(f64::from(default))
    {
        say(fault);
    }
}
