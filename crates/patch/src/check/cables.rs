//! Whether every cable starts and ends somewhere.

use super::Sink;
use crate::catalogue::{Catalogue, has_inputs, input, input_names, param};
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::limits::OUTLET_KIND;
use crate::model::{Cable, Node, Nodes, Source};
use crate::places::Places;
use crate::quantity::Quantity;
use crate::suggest::nearest;
use crate::tree::Span;
use std::collections::HashSet;

pub(super) fn check(nodes: &Nodes, catalogue: &Catalogue, places: &Places, sink: &mut Sink<'_>) {
    for (label, node) in nodes {
        let Some(kind) = catalogue.find(&node.kind) else { continue };
        let mut ends = Ends { nodes, catalogue, label, kind, places, sink };
        ends.inputs(node);
        ends.drives(node);
    }
}

/// Tells what is wrong with some cables of a node, and with all that drives it.
pub(crate) fn some<'c>(
    nodes: &Nodes,
    catalogue: &Catalogue,
    (label, node, kind): (&str, &Node, &KindInfo),
    cables: impl Iterator<Item = &'c Cable>,
    sink: &mut Sink<'_>,
) {
    let places = &Places::default();
    let mut ends = Ends { nodes, catalogue, label, kind, places, sink };
    for cable in cables {
        let twins = node.cables.from_node(&cable.from.node);
        let twins = twins.filter(|(_, c)| c.from.port == cable.from.port && c.port == cable.port);
        ends.input(cable, None, twins.count() > 1);
    }
    ends.drives(node);
}

/// The node at whose inputs the cables end.
struct Ends<'a, 's> {
    nodes: &'a Nodes,
    catalogue: &'a Catalogue,
    label: &'a str,
    kind: &'a KindInfo,
    places: &'a Places,
    sink: &'a mut Sink<'s>,
}

impl Ends<'_, '_> {
    fn say(&mut self, span: Option<Span>, item: &str, fault: Fault) {
        let span = span.or_else(|| self.places.head(self.label));
        (self.sink)(span, Some(self.label.to_owned()), Some(item.to_owned()), fault);
    }

    fn inputs(&mut self, node: &Node) {
        let mut seen = HashSet::new();
        for (number, cable) in node.cables.iter().enumerate() {
            let span = self.places.cable(self.label, number);
            let again = !seen.insert((&cable.from, cable.port.as_str()));
            self.input(cable, span, again);
        }
    }

    fn input(&mut self, cable: &Cable, span: Option<Span>, again: bool) {
        let port = cable.port.as_str();
        if input(self.kind, port).is_none() {
            let span = Some(self.places.key(self.label, port)).flatten().or(span.clone());
            let fault = self.unknown_input(port);
            self.say(span, port, fault);
        }
        if let Err(fault) = Quantity::GAIN.check(f64::from(cable.gain_db)) {
            self.say(span.clone(), port, fault);
        }
        if again {
            let fault = Fault::DuplicateCable { from: name(&cable.from), to: port.to_owned() };
            self.say(span.clone(), port, fault);
        }
        self.source(&cable.from, span, port);
    }

    fn drives(&mut self, node: &Node) {
        for (name_of_param, value) in &node.params {
            let known = param(self.kind, name_of_param).is_some();
            let mut seen = HashSet::new();
            for (number, drive) in value.drives.iter().enumerate().filter(|_| known) {
                let span = self.places.drive(self.label, name_of_param, number);
                if !seen.insert(&drive.from) {
                    let fault = Fault::DuplicateCable { from: name(&drive.from), to: name_of_param.clone() };
                    self.say(span.clone(), name_of_param, fault);
                }
                self.source(&drive.from, span, name_of_param);
            }
        }
    }

    fn unknown_input(&self, port: &str) -> Fault {
        if !has_inputs(self.kind) {
            return Fault::NoInputs { kind: self.kind.name.clone() };
        }
        let known = input_names(self.kind, 2);
        let suggestion = nearest(port, known.iter().map(String::as_str));
        Fault::UnknownInput { port: port.to_owned(), kind: self.kind.name.clone(), known, suggestion }
    }

    fn source(&mut self, from: &Source, span: Option<Span>, item: &str) {
        let Some(source) = self.nodes.get(&from.node) else {
            let suggestion = nearest(&from.node, self.nodes.keys().map(String::as_str));
            return self.say(span, item, Fault::UnknownSource { node: from.node.clone(), suggestion });
        };
        if from.node == self.label && !self.kind.delays {
            return self.say(span, item, Fault::SelfCable { node: from.node.clone() });
        }
        let Some(kind) = self.catalogue.find(&source.kind) else { return };
        let named = || (from.node.clone(), from.port.clone());
        // What leaves a part is not led back into it: it is there already, at what feeds the outlet.
        if kind.outputs.is_empty() || kind.name == OUTLET_KIND {
            self.say(span, item, Fault::NoOutputs { node: named().0, kind: kind.name.clone() });
        } else if !kind.outputs.iter().any(|p| p.name == from.port) {
            let (node, port) = named();
            let known: Vec<String> = kind.outputs.iter().map(|p| p.name.to_string()).collect();
            let suggestion = nearest(&port, known.iter().map(String::as_str));
            self.say(
                span,
                item,
                Fault::UnknownOutput { node, kind: kind.name.clone(), port, known, suggestion },
            );
        }
    }
}

fn name(from: &Source) -> String {
    format!("{}.{}", from.node, from.port)
}
