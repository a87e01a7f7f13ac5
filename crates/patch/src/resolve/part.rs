//! Parts with everything settled: what each is made of, its ports, its parameters, its voices.

use super::{ResolvedNode, ResolvedNodes};
use crate::catalogue::{Catalogue, param};
use crate::kind::{KindInfo, ParamInfo, PortInfo};
use crate::limits::{INLET_KIND, NOTE_KIND, OUTLET_KIND};
use crate::listing::Place;
use crate::model::{Mode, Part, PartParam, Priority, Steal, Target, Voicing};
use sostenuto_graph::Name;
use sostenuto_nodes::{Group, Width};
use std::borrow::Cow;
use std::sync::Arc;

/// A part that can be built.
#[derive(Clone, Debug)]
pub struct ResolvedPart {
    /// The name of the kind that it is.
    pub name: String,
    /// What it is made of, its inlets and outlets too, in the order of the document.
    pub nodes: ResolvedNodes,
    /// Its inputs.
    pub inlets: Vec<Opening>,
    /// Its outputs.
    pub outlets: Vec<Opening>,
    /// The places of the nodes that give the note of a voice.
    pub notes: Vec<Place>,
    /// Its parameters, by name.
    pub params: Vec<PartParameter>,
    /// Its voices, if it is an instrument.
    pub voices: Option<Voices>,
    /// Whether it is an instrument or has one inside.
    pub(crate) plays: bool,
    /// What the document says of it, word for word.
    pub(crate) said: Part,
    /// How deep parts lie in each other in it, itself counted; an instrument counts twice.
    pub(crate) depth: usize,
    /// How many nodes an instance of it makes, with all that is inside.
    pub(crate) size: u64,
}

/// A port of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Its name.
    pub name: String,
    /// The place of its inlet or outlet in [`ResolvedPart::nodes`].
    pub place: Place,
    /// How many channels it has.
    pub channels: u16,
}

/// A parameter of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartParameter {
    /// What it is.
    pub info: ParamInfo,
    /// What it stands for.
    pub targets: Vec<ResolvedTarget>,
}

/// A parameter of a node of a part, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolvedTarget {
    /// The place of the node in [`ResolvedPart::nodes`].
    pub node: Place,
    /// The parameter's number in its shape.
    pub param: u16,
}

/// The voices of an instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voices {
    /// How many notes can sound at once.
    pub voices: u16,
    /// How many stolen notes can fade at once.
    pub spares: u16,
    /// One note at a time or many.
    pub mode: Mode,
    /// Which note makes room for a new one.
    pub steal: Steal,
    /// Which of the held notes sounds, of an instrument that plays one at a time.
    pub priority: Priority,
    /// How long the pitch takes from one note to the next, in milliseconds.
    pub glide_ms: f32,
    /// How long a stolen note fades, in milliseconds.
    pub fade_ms: f32,
}

impl Voices {
    fn of(said: &Voicing) -> Self {
        Voices {
            voices: said.voices,
            spares: said.spares.unwrap_or(4),
            mode: said.mode.unwrap_or_default(),
            steal: said.steal.unwrap_or_default(),
            priority: said.priority.unwrap_or_default(),
            glide_ms: said.glide_ms.unwrap_or(0.0),
            fade_ms: said.fade_ms.unwrap_or(5.0),
        }
    }

    /// How many times the part is there: its voices, those that fade, and those that fade in a hurry.
    pub fn bodies(&self) -> u64 {
        u64::from(self.voices) + 2 * u64::from(self.spares)
    }
}

impl ResolvedPart {
    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&ResolvedNode> {
        self.nodes.node(id)
    }

    /// The place of an id in [`nodes`](Self::nodes).
    pub fn place(&self, id: &str) -> Option<Place> {
        self.nodes.place(id)
    }

    /// Settles a part as far as it is without faults. The parts that it uses are in the catalogue.
    fn of(name: &str, part: &Part, catalogue: &Catalogue) -> Self {
        let nodes = ResolvedNodes::of(&part.nodes, catalogue);
        let of_kind = |kind| nodes.places().filter(move |(_, n)| n.kind.name == kind);
        let opening = |(place, node): (Place, &ResolvedNode)| {
            let port = node.shape.inputs.first().or(node.shape.outputs.first());
            Opening { name: node.label.clone(), place, channels: port.map_or(1, |p| p.channels) }
        };
        let voices = part.voices.as_ref().map(Voices::of);
        let inside = |n: &ResolvedNode| n.kind.part.as_ref().is_some_and(|p| p.plays);
        let parameter = |(name, param): (&String, &PartParam)| parameter(name, param, part, &nodes);
        let (depth, size) = extent(&nodes, voices.as_ref());
        ResolvedPart {
            name: name.to_owned(),
            inlets: of_kind(INLET_KIND).map(opening).collect(),
            outlets: of_kind(OUTLET_KIND).map(opening).collect(),
            notes: of_kind(NOTE_KIND).map(|(place, _)| place).collect(),
            params: part.params.iter().filter_map(parameter).collect(),
            voices,
            plays: voices.is_some() || nodes.iter().any(inside),
            said: part.clone(),
            depth,
            size,
            nodes,
        }
    }
}

/// How deep parts lie in each other in a part of these nodes, itself counted, and how many nodes an instance makes.
fn extent(nodes: &ResolvedNodes, voices: Option<&Voices>) -> (usize, u64) {
    let inner = || nodes.iter().filter_map(|n| n.kind.part.as_ref());
    let deepest = inner().map(|part| part.depth).max().unwrap_or(0);
    let size =
        nodes.iter().map(|n| n.kind.part.as_ref().map_or(1, |part| part.size)).fold(0, u64::saturating_add);
    let size = size.saturating_mul(voices.map_or(1, Voices::bodies)).saturating_add(1);
    (deepest + 1 + usize::from(voices.is_some()), size)
}

/// What a parameter of a part stands for and what values it takes: in the unit of the first target, all that every target
/// takes and the document does not rule out. Nothing if no target is there.
fn parameter(name: &str, said: &PartParam, part: &Part, nodes: &ResolvedNodes) -> Option<PartParameter> {
    let target = |target: &Target| {
        let node = part.nodes.place(&target.node)?;
        let param_number = nodes[node].shape.param(&target.param)?;
        let (info, _) = param(&nodes[node].kind, &target.param)?;
        Some((ResolvedTarget { node, param: param_number }, info))
    };
    let found: Vec<_> = said.to.iter().filter_map(target).collect();
    let (first, info) = found.first()?;
    let lowest = found.iter().map(|(_, i)| i.min).fold(info.min, f32::max);
    let highest = found.iter().map(|(_, i)| i.max).fold(info.max, f32::min);
    let min = said.min.unwrap_or(lowest);
    let max = said.max.unwrap_or(highest).max(min);
    let inside = nodes[first.node].values.get(usize::from(first.param)).copied();
    let to: Vec<String> = said.to.iter().map(|t| format!("{}.{}", t.node, t.param)).collect();
    let info = ParamInfo {
        name: Cow::Owned(name.to_owned()),
        min,
        max,
        default: said.default.or(inside).unwrap_or(info.default).max(min).min(max),
        summary: Cow::Owned(format!("sets {}", to.join(", "))),
        ..(*info).clone()
    };
    Some(PartParameter { info, targets: found.into_iter().map(|(target, _)| target).collect() })
}

impl KindInfo {
    /// The kind that a part is.
    pub(crate) fn of_part(name: &str, part: &Part, catalogue: &Catalogue) -> Self {
        let part = ResolvedPart::of(name, part, catalogue);
        let port = |opening: &Opening, summary: &'static str| PortInfo {
            name: Cow::Owned(opening.name.clone()),
            width: Width::Fixed(opening.channels),
            summary: Cow::Borrowed(summary),
        };
        let summary: Name = match &part.voices {
            Some(voices) => {
                Cow::Owned(format!("An instrument of this patch, with {} voices.", voices.voices))
            }
            None => Cow::Borrowed("A part of this patch."),
        };
        let sounds_alone = part.nodes.iter().any(|n| n.kind.sounds_alone);
        let shows = part.nodes.iter().any(|n| n.kind.shows);
        KindInfo {
            name: Cow::Owned(name.to_owned()),
            group: Group::Part,
            summary,
            inputs: part.inlets.iter().map(|i| port(i, "comes into the part")).collect(),
            outputs: part.outlets.iter().map(|o| port(o, "leaves the part")).collect(),
            params: part.params.iter().map(|p| p.info.clone()).collect(),
            sounds_alone,
            shows,
            part: Some(Arc::new(part)),
            ..KindInfo::unknown()
        }
    }
}
