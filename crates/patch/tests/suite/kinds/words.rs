//! Random commands; most fit the patch, some do not.

use super::random::{Dice, value};
use sostenuto_patch::command::Command;
use sostenuto_patch::{KindInfo, Node, Resolved};
use std::sync::Arc;

/// A command for a patch. Nodes that it adds or renames are called after `number`.
pub fn command(dice: &mut Dice, patch: &Resolved, number: usize) -> Command {
    let nodes: Vec<(&String, &Node)> = patch.patch().nodes.iter().collect();
    let (label, node) = *dice.pick(&nodes);
    let other = if dice.one_in(20) { "nowhere".to_owned() } else { dice.pick(&nodes).0.clone() };
    let own = if dice.one_in(20) { "nobody".to_owned() } else { label.clone() };
    let known: Vec<&Arc<KindInfo>> =
        patch.catalogue().kinds().iter().chain(patch.catalogue().parts().values()).collect();
    let kind = dice.pick(&known).name.to_string();
    let info = patch.catalogue().find(&node.kind).and_then(|kind| match kind.params.len() {
        0 => None,
        count => kind.params.get(dice.below(count)),
    });
    let (param, written) = match info {
        Some(info) if !dice.one_in(20) => (info.name.to_string(), value(dice, info).to_string()),
        _ => ("nothing".to_owned(), "1".to_owned()),
    };
    let cable =
        (!node.cables.is_empty()).then(|| node.cables[dice.below(node.cables.len())].from.node.clone());
    match dice.below(20) {
        0..=3 => {
            let (from, to) = (dice.one_in(2).then_some(other), dice.one_in(2).then_some(own));
            let (from, to) = (from.into_iter().collect(), to.into_iter().collect());
            Command::Add { name: format!("new{number}"), kind, values: Vec::new(), from, to }
        }
        4 | 5 => Command::Remove { node: own, tail: None },
        6 | 7 => Command::Replace { node: own, kind, values: Vec::new() },
        8..=10 => Command::Connect { from: other, to: own, gain: dice.one_in(3).then(|| "-6".to_owned()) },
        11 => Command::Disconnect { from: cable.unwrap_or(other), to: own },
        12 | 13 => Command::Drive { node: own, param, from: other, depth: "0.5".to_owned() },
        14 => Command::Undrive { node: own, param, from: None },
        15 => Command::Bypass { node: own, on: None },
        16 | 17 => {
            // Names that were used before, too.
            let number = if dice.one_in(3) { dice.below(number + 1) } else { number };
            Command::Rename { from: own, to: format!("new{number}") }
        }
        _ => Command::Set { node: own, param, value: written, over: None, ramp: None },
    }
}
