//! The kinds that a patch defines itself, made from its parts.

use crate::catalogue::Catalogue;
use crate::circle::sorted;
use crate::kind::KindInfo;
use crate::listing::{Listing, Place};
use crate::model::{Part, Patch};
use std::collections::HashMap;
use std::sync::Arc;

/// For each part, the parts that it uses.
pub(crate) fn uses(parts: &Listing<Part>) -> Vec<Vec<usize>> {
    let places: HashMap<&str, usize> =
        parts.keys().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let of = |part: &Part| part.nodes.values().filter_map(|n| places.get(n.kind.as_str()).copied()).collect();
    parts.values().map(of).collect()
}

impl Catalogue {
    /// The same kinds and those that a patch defines, in place of any that another patch defined.
    ///
    /// A part with faults is there as far as it can be told what it is; one that is inside itself is not. Parts that have the
    /// name of a kind that is not a part do not take its place. Time and memory go with the size of the parts' definitions.
    pub fn with_parts(&self, patch: &Patch) -> Catalogue {
        let mut catalogue = self.without_parts();
        catalogue.buffers_mut().clone_from(&patch.buffers);
        let mut circles = vec![false; patch.parts.len()];
        let order = sorted(&uses(&patch.parts), |circle| circle.iter().for_each(|c| circles[*c] = true));
        let parts: Vec<(Place, &String, &Part)> = patch.parts.places().collect();
        for place in order.into_iter().filter(|place| !circles[*place]) {
            let (place, name, part) = parts[place];
            catalogue.define_at(place, name, part);
        }
        catalogue
    }

    /// Adds the kind that a part is, or puts it in place of the part of that name.
    pub(crate) fn define(&mut self, name: &str, part: &Part) {
        if !self.is_listed(name) {
            let kind = KindInfo::of_part(name, part, self);
            self.parts_mut().insert(name.to_owned(), Arc::new(kind));
        }
    }

    /// Adds the kind that a part is which stands at a place of its patch, where no other part of this catalogue is.
    pub(crate) fn define_at(&mut self, place: Place, name: &str, part: &Part) {
        if !self.is_listed(name) {
            let kind = KindInfo::of_part(name, part, self);
            self.parts_mut().put_at(place, name.to_owned(), Arc::new(kind));
        }
    }
}
