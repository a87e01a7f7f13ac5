//! What does a settled patch look like once some of its parameters have been moved?

use super::{Resolved, ResolvedNode};
use crate::listing::Place;
use crate::model::Node;
use std::sync::{Arc, LazyLock};

/// Stands for what a node says while that is changed, so that nobody shares it.
static NOTHING_SAID: LazyLock<Arc<(String, Node)>> =
    LazyLock::new(|| Arc::new((String::new(), Node::new("", ""))));

impl Resolved {
    /// Notes other values of parameters: of the node at a place, by the number of the parameter in its shape. What the patch says
    /// follows. `[control]`
    ///
    /// A value is not checked: it is to be in the parameter's range. Nothing else hangs on values, so that nothing else is looked at; and
    /// what nobody shares with this patch is changed where it is. What is not there is left out.
    pub fn turn(&mut self, values: impl IntoIterator<Item = (Place, u16, f32)>) {
        for (place, number, value) in values {
            if let Some(node) = self.nodes.at_mut(place) {
                node.said = NOTHING_SAID.clone();
                if let Some(said) = self.said.nodes.at_mut(place) {
                    node.turn(said, number, value);
                }
                if let Some(said) = self.said.nodes.shared_at(place) {
                    node.said = said.clone();
                }
            }
        }
    }

    /// Puts what was changed of late where the rest lies, as far as no copy shares it: then what comes next costs less. Nothing that can be seen changes. For
    /// a time when nobody waits. `[control]`
    pub fn tidy(&mut self) {
        self.nodes.tidy();
        self.links.tidy();
        for place in self.said.nodes.tidy() {
            let Some(node) = self.nodes.at_mut(place) else { continue };
            let said = std::mem::replace(&mut node.said, NOTHING_SAID.clone());
            drop(said);
            if let Some(said) = self.said.nodes.own_at_mut(place) {
                said.cables.tidy();
            }
            if let Some(said) = self.said.nodes.shared_at(place) {
                node.said = said.clone();
            }
        }
    }
}

impl ResolvedNode {
    fn turn(&mut self, said: &mut Node, number: u16, value: f32) {
        let number = usize::from(number);
        let (Some(info), Some(there)) = (self.shape.params.get(number), self.values.get_mut(number)) else {
            return;
        };
        *there = value;
        match said.params.get_mut(&*info.name) {
            Some(param) => param.value = Some(value),
            None => drop(said.params.insert(info.name.to_string(), value.into())),
        }
    }
}
