//! What an instance of a part is made from: all that is the same for each of them, found once.

use super::ends::{amplitude, first_hidden, hidden};
use crate::roster::Called;
use sostenuto_graph::{NodeId, Port, Shape, Sink, Source};
use sostenuto_patch::{Opening, Place, ResolvedPart};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// So many parts are known at a time; beyond that, the one that was met first is forgotten.
const MOST: usize = 256;

/// The forms of parts that were built of late.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    /// By parts that nothing is kept of but where they were, which no other has meanwhile.
    known: Vec<(Weak<ResolvedPart>, Arc<Form>)>,
}

/// What every instance of a part has in common.
#[derive(Debug)]
pub(super) struct Form {
    /// The inputs of an instance in the graph, its inlets and one for each of its parameters, and the outputs.
    pub shape: Arc<Shape>,
    /// What the nodes of the part are, in their order.
    pub members: Vec<Member>,
    /// What is laid between them, in the order in which it is laid.
    pub joints: Vec<Joint>,
}

/// What a node of a part is.
#[derive(Debug)]
pub(super) struct Member {
    pub called: Arc<Called>,
    /// Whether it is an inlet or an outlet, which is no node of the graph.
    pub is_port: bool,
}

/// A cable inside of a part.
#[derive(Debug)]
pub(super) struct Joint {
    from: From,
    to: To,
    pub gain: f32,
}

/// Nodes go by how many stand before them in the part.
#[derive(Clone, Copy, Debug)]
enum From {
    Inlet(u16),
    Output(usize, u16),
}

#[derive(Clone, Copy, Debug)]
enum To {
    Outlet(u16),
    Input(usize, u16),
    Param(usize, u16),
}

impl Forms {
    /// The form of a part. A part that is defined anew is another.
    pub(super) fn of(&mut self, part: &Arc<ResolvedPart>) -> Arc<Form> {
        if let Some((_, form)) = self.known.iter().find(|(there, _)| there.as_ptr() == Arc::as_ptr(part)) {
            return form.clone();
        }
        // Those that nobody has any more were defined anew, or are gone.
        self.known.retain(|(part, _)| part.strong_count() > 0);
        let form = Arc::new(Form::of(part));
        let entry = (Arc::downgrade(part), form.clone());
        if self.known.len() >= MOST {
            self.known.remove(0);
        }
        self.known.push(entry);
        form
    }
}

impl Form {
    fn of(part: &ResolvedPart) -> Self {
        let numbers: BTreeMap<Place, usize> =
            part.nodes.places().enumerate().map(|(number, (place, _))| (place, number)).collect();
        let opening = |openings: &[Opening], place: Place| {
            openings.iter().position(|opening| opening.place == place).map(|number| number as u16)
        };
        let member = |(place, node): (Place, &sostenuto_patch::ResolvedNode)| Member {
            called: Called::new(&node.id, &node.label),
            is_port: opening(&part.inlets, place).or(opening(&part.outlets, place)).is_some(),
        };
        let from = |place: Place, output: u16| match opening(&part.inlets, place) {
            Some(inlet) => Some(From::Inlet(inlet)),
            None => Some(From::Output(*numbers.get(&place)?, output)),
        };
        // A parameter of a part inside of this one is an input of it.
        let param = |place: Place, param: u16| {
            let (number, inner) = (*numbers.get(&place)?, part.nodes.at(place)?.kind.part.as_deref());
            Some(match inner {
                Some(inner) => To::Input(number, first_hidden(inner) as u16 + param),
                None => To::Param(number, param),
            })
        };
        let mut joints = Vec::new();
        for (place, spec) in part.nodes.places() {
            joints.extend(part.nodes.cables(spec).filter_map(|cable| {
                let to = match opening(&part.outlets, place) {
                    Some(outlet) => To::Outlet(outlet),
                    None => To::Input(*numbers.get(&place)?, cable.input),
                };
                Some(Joint { from: from(cable.node, cable.output)?, to, gain: amplitude(cable.gain_db) })
            }));
            joints.extend(part.nodes.drives(spec).filter_map(|drive| {
                let (from, to) = (from(drive.node, drive.output)?, param(place, drive.param)?);
                Some(Joint { from, to, gain: drive.depth })
            }));
        }
        for (number, shown) in part.params.iter().enumerate() {
            let from = From::Inlet((first_hidden(part) + number) as u16);
            let targets = shown.targets.iter().filter_map(|target| param(target.node, target.param));
            joints.extend(targets.map(|to| Joint { from, to, gain: 1.0 }));
        }
        let shape = Shape { inputs: inputs(part), outputs: outputs(part), params: Vec::new() };
        Form { shape: Arc::new(shape), members: part.nodes.places().map(member).collect(), joints }
    }
}

impl Joint {
    /// Where it starts and ends in a body with these nodes.
    pub fn ends(&self, body: NodeId, nodes: &[NodeId]) -> Option<(Source, Sink)> {
        let from = match self.from {
            From::Inlet(inlet) => Source::PartInput(body, inlet),
            From::Output(number, output) => nodes.get(number)?.output(output),
        };
        let to = match self.to {
            To::Outlet(outlet) => Sink::PartOutput(body, outlet),
            To::Input(number, input) => nodes.get(number)?.input(input),
            To::Param(number, param) => nodes.get(number)?.param(param),
        };
        Some((from, to))
    }
}

/// The inputs of an instance in the graph: its inlets, and one for each of its parameters.
pub(super) fn inputs(part: &ResolvedPart) -> Vec<Port> {
    let port = |name: String, channels: u16| Port { name: name.into(), channels };
    let mut inputs: Vec<Port> = part.inlets.iter().map(|i| port(i.name.clone(), i.channels)).collect();
    if !part.params.is_empty() {
        inputs.resize_with(first_hidden(part), || port(hidden(""), 1));
    }
    inputs.extend(part.params.iter().map(|p| port(hidden(&p.info.name), 1)));
    inputs
}

pub(super) fn outputs(part: &ResolvedPart) -> Vec<Port> {
    part.outlets.iter().map(|o| Port { name: o.name.clone().into(), channels: o.channels }).collect()
}
