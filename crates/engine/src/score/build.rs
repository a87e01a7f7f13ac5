//! Nodes and instances of parts, built as the new patch has them.

use super::ends::{amplitude, first_hidden, hidden};
use super::voices::voicing;
use super::{Score, Transaction, missing};
use crate::error::EngineError;
use crate::ports::{Place as Berth, PortSpec, WireEnd, incoming, outgoing};
use crate::stage::{Newcomer, Site, voiced, within};
use sostenuto_graph::{Motion, NodeId, Port, ROOT, Sink, Source};
use sostenuto_nodes::{Built, Layout, Way};
use sostenuto_patch::{Place, ResolvedNode, ResolvedNodes, ResolvedPart, seed_within};
use std::collections::BTreeMap;

/// Where nodes are built: the patch itself, or a body of a part.
pub(super) struct Ground<'a> {
    body: NodeId,
    nodes: &'a ResolvedNodes,
    /// What the body follows; nothing for the patch itself.
    pub part: Option<&'a ResolvedPart>,
    /// The values of the part's parameters.
    values: Vec<f32>,
    /// What stands before the labels and the ids of what is built.
    labels: String,
    ids: String,
}

impl<'a> Ground<'a> {
    /// A body that stood there before this batch.
    pub fn of(score: &Score<'a>, body: NodeId) -> Self {
        let part = score.definition(body);
        let (labels, ids) = score.stage.way(body).unwrap_or_default();
        Ground {
            body,
            nodes: part.map_or(&score.next.nodes, |part| &part.nodes),
            part,
            values: score.stage.site(body).map_or_else(Vec::new, |site| site.values.clone()),
            labels,
            ids,
        }
    }

    /// The values that a node begins with: its own, and those that the parameters of the part give it.
    fn values_of(&self, place: Place) -> Vec<f32> {
        let spec = &self.nodes[place];
        let mut values = spec.values.clone();
        for (param, value) in self.part.iter().flat_map(|part| &part.params).zip(&self.values) {
            for target in param.targets.iter().filter(|target| target.node == place) {
                if let Some(there) = values.get_mut(usize::from(target.param)) {
                    *there = *value;
                }
            }
        }
        for (value, info) in values.iter_mut().zip(&spec.shape.params) {
            *value = value.clamp(info.min, info.max);
        }
        values
    }

    /// The seed is that of the id in the patch; inside of parts that of the way there, so that no two instances sound alike by chance.
    fn layout_of(&self, spec: &ResolvedNode) -> Layout {
        let mut layout = spec.layout.clone();
        if self.part.is_some() {
            layout.seed = seed_within(&self.ids, &spec.id);
        }
        layout
    }
}

impl<'a> Score<'a> {
    /// Builds a node as the new patch has it, with its parameters where they belong from the first frame.
    pub(super) fn build(
        &mut self,
        ground: &Ground<'a>,
        place: Place,
        edit: &mut Transaction<'_>,
    ) -> Result<(), EngineError> {
        let spec = &ground.nodes[place];
        let node = match &spec.kind.part {
            Some(part) => self.build_instance(ground, place, part, edit)?,
            None => self.build_node(ground, place, edit)?,
        };
        if spec.bypass {
            edit.bypass(node, true)?;
        }
        Ok(())
    }

    fn build_node(
        &mut self,
        ground: &Ground<'a>,
        place: Place,
        edit: &mut Transaction<'_>,
    ) -> Result<NodeId, EngineError> {
        let spec = &ground.nodes[place];
        if let Some(silent) =
            spec.layout.buffer.as_ref().filter(|it| it.buffer.is_none() && it.footage.is_none())
        {
            let node = ground.labels.clone() + &spec.label;
            return Err(EngineError::NoSound { node, buffer: silent.name.clone() });
        }
        let unknown = |slot: &&sostenuto_nodes::Slot| slot.recording.buffer.is_none();
        if let Some(silent) = spec.layout.slots.iter().find(unknown) {
            let node = ground.labels.clone() + &spec.label;
            return Err(EngineError::NoSound { node, buffer: silent.recording.name.clone() });
        }
        let Built { processor, tap, slots } = sostenuto_nodes::build(&spec.kind.name, ground.layout_of(spec))
            .ok_or_else(|| missing(&spec.id))?;
        let node = edit.add_in(ground.body, &[&*ground.labels, &spec.label].concat(), processor)?;
        for (number, value) in ground.values_of(place).into_iter().enumerate() {
            if value != spec.shape.params[number].default {
                edit.set(node, number as u16, value, Some(Motion::Jump))?;
            }
        }
        let wire = match PortSpec::of(spec) {
            Some(port) => self.wire(&port, node, edit)?,
            None => None,
        };
        self.enter(
            ground,
            spec,
            Newcomer {
                node,
                label: spec.label.clone(),
                tap,
                slots,
                tells: spec.kind.tells,
                wire,
                bodies: Vec::new(),
            },
        );
        Ok(node)
    }

    /// Leads a port to its device, or its device to it: by the graph's own output, or by a node that stands for the device.
    fn wire(
        &mut self,
        port: &PortSpec,
        node: NodeId,
        edit: &mut Transaction<'_>,
    ) -> Result<Option<NodeId>, EngineError> {
        let main = edit.graph().shape(ROOT).and_then(|shape| shape.outputs.first()).map_or(0, |p| p.channels);
        if port.is_main(main) {
            edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0)?;
            return Ok(None);
        }
        let stream = self.streams.key(port.way, port.device.as_deref());
        let berth = Berth { stream, first: port.first };
        let (end, wire) = match port.way {
            Way::Out => {
                let (processor, end) = outgoing(port.channels);
                let wire = edit.add("the way to a device", Box::new(processor))?;
                edit.connect(node.output(0), wire.input(0), 1.0)?;
                (WireEnd::Out(end), wire)
            }
            Way::In => {
                let (end, processor) = incoming(port.channels);
                let wire = edit.add("the way from a device", Box::new(processor))?;
                edit.connect(wire.output(0), node.input(0), 1.0)?;
                (WireEnd::In(end), wire)
            }
        };
        self.wires.push((end, berth));
        Ok(Some(wire))
    }

    fn build_instance(
        &mut self,
        ground: &Ground<'a>,
        place: Place,
        part: &'a ResolvedPart,
        edit: &mut Transaction<'_>,
    ) -> Result<NodeId, EngineError> {
        let spec = &ground.nodes[place];
        let label = ground.labels.clone() + &spec.label;
        let (node, bodies) = match &part.voices {
            Some(voices) => {
                let voicing = voicing(voices, edit.graph().stream().sample_rate);
                let node = edit.add_instrument(ground.body, &label, inputs(part), outputs(part), &voicing)?;
                let bodies = edit.graph().voices(node).to_vec();
                self.touched.insert(node, bodies.clone());
                (node, bodies)
            }
            None => {
                let node = edit.add_part(ground.body, &label, inputs(part), outputs(part))?;
                (node, vec![node])
            }
        };
        for (voice, body) in bodies.iter().enumerate() {
            let voice = voice as u16;
            let values = ground.values_of(place);
            let site = Site { part: part.name.clone(), owner: node, voice, values: values.clone() };
            self.changes.sites.insert(*body, site);
            let ids = within(&ground.ids, &voiced(&spec.id, voice, bodies.len()));
            let labels = within(&ground.labels, &spec.label);
            let inside = Ground { body: *body, nodes: &part.nodes, part: Some(part), values, labels, ids };
            self.furnish(&inside, part, edit)?;
        }
        self.enter(
            ground,
            spec,
            Newcomer {
                node,
                label: spec.label.clone(),
                tap: None,
                slots: None,
                tells: &[],
                wire: None,
                bodies,
            },
        );
        Ok(node)
    }

    fn enter(&mut self, ground: &Ground<'a>, spec: &ResolvedNode, newcomer: Newcomer) {
        self.changes.added.entry(ground.body).or_default().insert(spec.id.clone(), newcomer);
    }

    /// Builds what is inside of a part.
    fn furnish(
        &mut self,
        inside: &Ground<'a>,
        part: &'a ResolvedPart,
        edit: &mut Transaction<'_>,
    ) -> Result<(), EngineError> {
        let ends = Ends::of(part);
        for (place, _) in part.nodes.places().filter(|(place, _)| !ends.is_port(*place)) {
            self.build(inside, place, edit)?;
        }
        let node = |place: Place| self.node(inside.body, &part.nodes[place].id);
        let source = |place: Place, output: u16| match ends.inlets.get(&place) {
            Some(inlet) => Ok(Source::PartInput(inside.body, *inlet)),
            None => node(place).map(|node| node.output(output)),
        };
        let param = |place: Place, number: u16| {
            let inner = part.nodes[place].kind.part.as_deref();
            node(place).map(|node| match inner {
                Some(inner) => node.input(first_hidden(inner) as u16 + number),
                None => node.param(number),
            })
        };
        for (place, spec) in part.nodes.places() {
            for cable in part.nodes.cables(spec) {
                let to = match ends.outlets.get(&place) {
                    Some(outlet) => Sink::PartOutput(inside.body, *outlet),
                    None => node(place)?.input(cable.input),
                };
                edit.connect(source(cable.node, cable.output)?, to, amplitude(cable.gain_db))?;
            }
            for drive in part.nodes.drives(spec) {
                edit.connect(source(drive.node, drive.output)?, param(place, drive.param)?, drive.depth)?;
            }
        }
        for (number, shown) in part.params.iter().enumerate() {
            let from = Source::PartInput(inside.body, (first_hidden(part) + number) as u16);
            for target in &shown.targets {
                edit.connect(from, param(target.node, target.param)?, 1.0)?;
            }
        }
        Ok(())
    }
}

/// For the nodes of a part that are ports, which.
struct Ends {
    inlets: BTreeMap<Place, u16>,
    outlets: BTreeMap<Place, u16>,
}

impl Ends {
    fn of(part: &ResolvedPart) -> Self {
        let numbers = |openings: &[sostenuto_patch::Opening]| {
            openings.iter().enumerate().map(|(number, opening)| (opening.place, number as u16)).collect()
        };
        Ends { inlets: numbers(&part.inlets), outlets: numbers(&part.outlets) }
    }

    fn is_port(&self, place: Place) -> bool {
        self.inlets.contains_key(&place) || self.outlets.contains_key(&place)
    }
}

/// The inputs of an instance in the graph: its inlets, and one for each of its parameters.
fn inputs(part: &ResolvedPart) -> Vec<Port> {
    let port = |name: String, channels: u16| Port { name: name.into(), channels };
    let mut inputs: Vec<Port> = part.inlets.iter().map(|i| port(i.name.clone(), i.channels)).collect();
    if !part.params.is_empty() {
        inputs.resize_with(first_hidden(part), || port(hidden(""), 1));
    }
    inputs.extend(part.params.iter().map(|p| port(hidden(&p.info.name), 1)));
    inputs
}

fn outputs(part: &ResolvedPart) -> Vec<Port> {
    part.outlets.iter().map(|o| Port { name: o.name.clone().into(), channels: o.channels }).collect()
}
