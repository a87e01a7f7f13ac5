//! Where does a parameter of the patch lead?

use crate::place::Place;
use crate::stage::Stage;
use sostenuto_graph::{AudioGraph, NodeId, Set};
use sostenuto_patch::ResolvedNode;

/// Where a parameter leads: of an instance of a part, to what it stands for.
#[derive(Debug, Default)]
pub(in crate::conductor) struct Course {
    pub aims: Vec<Aim>,
    /// The bodies that note its value, and the number that it has there.
    pub bodies: Vec<(NodeId, usize)>,
}

/// A parameter of a node that has a processor.
#[derive(Clone, Copy, Debug)]
pub(in crate::conductor) struct Aim {
    pub node: NodeId,
    pub number: u16,
    /// The node is not there before this frame.
    pub born: u64,
    /// What moves it, if that needs nobody else.
    pub pattern: Option<Set>,
    min: f32,
    max: f32,
}

impl Course {
    /// Where a parameter of a node of the patch leads.
    pub fn of(stage: &Stage, graph: &AudioGraph, node: &ResolvedNode, place: &Place, number: u16) -> Self {
        let mut course = Course::default();
        course.follow((stage, graph), node, place, number);
        course
    }

    fn follow(&mut self, house: (&Stage, &AudioGraph), node: &ResolvedNode, place: &Place, number: u16) {
        let (stage, graph) = house;
        let Some(info) = node.shape.params.get(usize::from(number)) else { return };
        if place.bodies.is_empty() {
            let Place { node, born, .. } = *place;
            let pattern = graph.pattern(node, number);
            self.aims.push(Aim { node, number, born, pattern, min: info.min, max: info.max });
        }
        let Some(part) = &node.kind.part else { return };
        let Some(shown) = part.params.iter().position(|p| p.info.name == info.name) else { return };
        for body in &place.bodies {
            for target in part.params.get(shown).into_iter().flat_map(|p| &p.targets) {
                let inner = part.nodes.at(target.node);
                if let Some((inner, place)) = inner.and_then(|n| Some((n, stage.place(*body, &n.id)?))) {
                    self.follow(house, inner, place, target.param);
                }
            }
            self.bodies.push((*body, shown));
        }
    }
}

impl Aim {
    /// The value within the range of what is moved, which may be narrower than that of what stands for it.
    pub fn clamp(&self, value: f32) -> f32 {
        value.max(self.min).min(self.max)
    }

    /// Whether a value is in that range.
    pub fn takes(&self, value: f32) -> bool {
        self.clamp(value) == value
    }
}
