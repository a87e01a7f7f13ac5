//! The kinds that a patch defines itself, made from its parts.

use crate::catalogue::Catalogue;
use crate::circle::sorted;
use crate::kind::KindInfo;
use crate::model::{Part, Patch};
use indexmap::IndexMap;

/// For each part, the parts that it uses.
pub(crate) fn uses(parts: &IndexMap<String, Part>) -> Vec<Vec<usize>> {
    let of = |part: &Part| part.nodes.values().filter_map(|n| parts.get_index_of(&n.kind)).collect();
    parts.values().map(of).collect()
}

impl Catalogue {
    /// The same kinds and those that a patch defines, in place of any that another patch defined.
    ///
    /// A part with faults is there as far as it can be told what it is; one that is inside itself is not. Parts that have the
    /// name of a kind that is not a part do not take its place. Time and memory go with the size of the parts' definitions.
    pub fn with_parts(&self, patch: &Patch) -> Catalogue {
        let mut catalogue = self.without_parts();
        let mut circles = vec![false; patch.parts.len()];
        let order = sorted(&uses(&patch.parts), |circle| circle.iter().for_each(|c| circles[*c] = true));
        for place in order.into_iter().filter(|place| !circles[*place]) {
            if let Some((name, part)) = patch.parts.get_index(place) {
                catalogue.define(name, part);
            }
        }
        catalogue
    }

    /// Adds the kind that a part is, or puts it in place of the part of that name.
    pub(crate) fn define(&mut self, name: &str, part: &Part) {
        if !self.is_listed(name) {
            let kind = KindInfo::of_part(name, part, self);
            self.insert(kind);
        }
    }

    /// Whether this is the name of a kind that is not a part of the patch.
    pub(crate) fn is_listed(&self, name: &str) -> bool {
        self.find(name).is_some_and(|kind| kind.part.is_none())
    }
}
