//! Whether a patch can be built: every fault of names, values, cables and loops.

pub(crate) mod cables;
mod lanes;
mod loops;
pub(crate) mod nodes;
mod part_params;
pub(crate) mod parts;
pub(crate) mod sequences;

pub(crate) use part_params::key as part_param_key;

use crate::catalogue::Catalogue;
use crate::fault::Fault;
use crate::model::Patch;
use crate::places::DocumentPlaces;
use crate::problem::{Problem, Scope};
use crate::quantity::Quantity;
use crate::read::in_order;
use crate::tree::Span;
use nodes::Within;

/// Every problem of a patch: all that keep it from sounding, or, if there are none, the warnings.
///
/// A document that was read has been through this; a patch that was made by a program has not.
pub fn check(patch: &Patch, catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    let catalogue = catalogue.with_parts(patch);
    check_with(patch, &catalogue, &DocumentPlaces::default(), &mut |scope, _, node, item, fault| {
        problems.push(Problem { scope: scope.clone(), node, item, ..Problem::of(fault) });
    });
    in_order(problems)
}

/// Takes a place, a node, an item of it and what is wrong.
pub(crate) type Sink<'s> = dyn FnMut(Option<Span>, Option<String>, Option<String>, Fault) + 's;

/// The same for a whole document, where it also matters what of it a problem is about.
pub(crate) type DocumentSink<'s> =
    dyn FnMut(&Scope, Option<Span>, Option<String>, Option<String>, Fault) + 's;

/// Tells every fault of a patch. The catalogue has the patch's parts.
pub(crate) fn check_with(
    patch: &Patch,
    catalogue: &Catalogue,
    places: &DocumentPlaces,
    sink: &mut DocumentSink<'_>,
) {
    if !parts::check(patch, catalogue, places, sink) {
        return;
    }
    let mut own = |span, node, item, fault| sink(&Scope::Patch, span, node, item, fault);
    transport(patch, places, &mut own);
    if patch.nodes.is_empty() {
        return own(None, None, None, Fault::Empty);
    }
    let site = nodes::Set { nodes: &patch.nodes, within: Within::Patch, parts: &patch.parts };
    site.check(catalogue, &places.patch, &mut own);
    sequences::check(patch, catalogue, places, sink);
}

/// Tells what is wrong with tempo and meter.
pub(crate) fn transport(patch: &Patch, places: &DocumentPlaces, own: &mut Sink<'_>) {
    if let Some(Err(fault)) = patch.transport.tempo.map(|tempo| Quantity::TEMPO.check(tempo)) {
        own(places.patch.own("tempo"), None, Some("tempo".to_owned()), fault);
    }
    if let Some(meter) = patch.transport.meter.filter(|meter| !meter.is_valid()) {
        let fault = crate::SequenceFault::BadMeter { text: meter.to_string() };
        own(places.patch.own("meter"), None, Some("meter".to_owned()), fault.into());
    }
}
