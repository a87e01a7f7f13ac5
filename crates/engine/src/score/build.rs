//! Nodes and instances of parts, built as the new patch has them.

use super::form::{inputs, outputs};
use super::voices::voicing;
use super::{Score, Transaction, missing};
use crate::error::EngineError;
use crate::place::Place as Berth;
use crate::ports::{Place as Jack, PortSpec, WireEnd, incoming, outgoing};
use crate::roster::{Called, Roster};
use crate::stage::{Site, voiced, within};
use sostenuto_graph::{Motion, NodeId, ROOT, Sink};
use sostenuto_nodes::{Built, Layout, SlotDesk, Tap, Way};
use sostenuto_patch::{Place, ResolvedNode, ResolvedNodes, ResolvedPart, seed_within};
use std::sync::Arc;

/// Where nodes are built: the patch itself, or a body of a part.
pub(super) struct Ground<'a> {
    body: NodeId,
    nodes: &'a ResolvedNodes,
    /// What the body follows; nothing for the patch itself.
    pub part: Option<&'a Arc<ResolvedPart>>,
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

    /// The node at a place.
    pub fn spec(&self, place: Place) -> Option<&'a ResolvedNode> {
        self.nodes.at(place)
    }

    /// The values that a node begins with: its own, and those that the parameters of the part give it.
    fn values_of(&self, place: Place, spec: &ResolvedNode) -> Vec<f32> {
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
    /// Builds a node as the new patch has it, with its parameters where they belong from the first frame. What it is `called` is made if it is not known.
    pub(super) fn build(
        &mut self,
        ground: &Ground<'a>,
        (place, spec): (Place, &'a ResolvedNode),
        called: Option<&Arc<Called>>,
        edit: &mut Transaction<'_>,
    ) -> Result<NodeId, EngineError> {
        let called = called.map_or_else(|| Called::new(&spec.id, &spec.label), Arc::clone);
        let node = match &spec.kind.part {
            Some(part) => self.build_instance(ground, (place, spec), part, called, edit)?,
            None => self.build_node(ground, (place, spec), called, edit)?,
        };
        if spec.bypass {
            edit.bypass(node, true)?;
        }
        Ok(node)
    }

    fn build_node(
        &mut self,
        ground: &Ground<'a>,
        (place, spec): (Place, &ResolvedNode),
        called: Arc<Called>,
        edit: &mut Transaction<'_>,
    ) -> Result<NodeId, EngineError> {
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
        let name = [&*ground.labels, &spec.label].concat();
        let node = match spec.kind.port {
            None => edit.add_as(ground.body, name, processor, &spec.shape)?,
            // What a device hears comes in by no cable of the patch, but by one of the graph.
            Some(_) => edit.add_in(ground.body, &name, processor)?,
        };
        for (number, value) in ground.values_of(place, spec).into_iter().enumerate() {
            if value != spec.shape.params[number].default {
                edit.set(node, number as u16, value, Some(Motion::Jump))?;
            }
        }
        let wire = match PortSpec::of(spec) {
            Some(port) => self.wire(&port, node, edit)?,
            None => None,
        };
        let tells = spec.kind.tells;
        self.enter(ground, edit, Newcomer { node, called, tap, slots, tells, wire, bodies: Vec::new() });
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
        let jack = Jack { stream, first: port.first };
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
        self.wires.push((end, jack));
        Ok(Some(wire))
    }

    fn build_instance(
        &mut self,
        ground: &Ground<'a>,
        (place, spec): (Place, &ResolvedNode),
        part: &'a Arc<ResolvedPart>,
        called: Arc<Called>,
        edit: &mut Transaction<'_>,
    ) -> Result<NodeId, EngineError> {
        let label = [&*ground.labels, &spec.label].concat();
        let (node, bodies) = match &part.voices {
            Some(voices) => {
                let voicing = voicing(voices, edit.graph().stream().sample_rate);
                let node = edit.add_instrument(ground.body, &label, inputs(part), outputs(part), &voicing)?;
                let bodies = edit.graph().voices(node).to_vec();
                self.touched.insert(node, bodies.clone());
                (node, bodies)
            }
            None => {
                let node = edit.add_part_as(ground.body, label, &self.forms.of(part).shape)?;
                (node, vec![node])
            }
        };
        let values = ground.values_of(place, spec);
        for (voice, body) in bodies.iter().enumerate() {
            let (voice, values) = (voice as u16, values.clone());
            let site = Site { part: part.name.clone(), owner: node, voice, values: values.clone() };
            self.changes.sites.insert(*body, site);
            let ids = within(&ground.ids, &voiced(&spec.id, voice, bodies.len()));
            let labels = within(&ground.labels, &spec.label);
            let inside = Ground { body: *body, nodes: &part.nodes, part: Some(part), values, labels, ids };
            self.furnish(&inside, part, edit)?;
        }
        let newcomer = Newcomer { node, called, tap: None, slots: None, tells: &[], wire: None, bodies };
        self.enter(ground, edit, newcomer);
        Ok(node)
    }

    fn enter(&mut self, ground: &Ground<'a>, edit: &Transaction<'_>, newcomer: Newcomer) {
        let Newcomer { node, called, tap, slots, tells, wire, bodies } = newcomer;
        let load = edit.graph().load(node).cloned().unwrap_or_default();
        let slots = slots.map(Box::new);
        let place = Berth { node, called, tap, slots, tells, load, born: 0, wire, bodies };
        let room = || Roster::with_capacity(ground.part.map_or(0, |part| part.nodes.len()));
        self.changes.added.entry(ground.body).or_insert_with(room).insert(place);
    }

    /// Builds what is inside of a part.
    fn furnish(
        &mut self,
        inside: &Ground<'a>,
        part: &'a Arc<ResolvedPart>,
        edit: &mut Transaction<'_>,
    ) -> Result<(), EngineError> {
        let form = self.forms.of(part);
        let mut nodes = Vec::with_capacity(form.members.len());
        for (node, member) in part.nodes.places().zip(&form.members) {
            nodes.push(match member.is_port {
                true => inside.body,
                false => self.build(inside, node, Some(&member.called), edit)?,
            });
        }
        for joint in &form.joints {
            if let Some((from, to)) = joint.ends(inside.body, &nodes) {
                edit.connect(from, to, joint.gain)?;
            }
        }
        Ok(())
    }
}

/// A node that was added to the graph.
struct Newcomer {
    node: NodeId,
    called: Arc<Called>,
    tap: Option<Tap>,
    slots: Option<SlotDesk>,
    tells: &'static [&'static str],
    wire: Option<NodeId>,
    bodies: Vec<NodeId>,
}
