//! The sequences of a document.

use super::{Reader, wrong};
use crate::catalogue::param;
use crate::fault::SequenceFault;
use crate::limits::MAX_SEQUENCES;
use crate::listing::Listing;
use crate::model::{Lane, LaneCurve, LanePoint, LaneUnit, Nodes, Sequence, Step};
use crate::places::Places;
use crate::problem::Scope;
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};

const SEQUENCE: &[&str] = &["name", "to", "length", "loop", "steps", "unit", "points"];
const POINT: &[&str] = &["at", "value", "curve"];
const STEP: &[&str] = &["at", "pitch", "velocity", "length"];

impl Reader<'_> {
    pub(super) fn sequences(&mut self, tree: &Tree, nodes: &Nodes) -> Listing<Sequence> {
        let mut sequences = Listing::new();
        let Value::List(list) = &tree.value else {
            self.complain(
                &tree.span,
                None,
                Some("sequence"),
                wrong("a list of [[sequence]] tables", &tree.value),
            );
            return sequences;
        };
        if list.len() > MAX_SEQUENCES {
            let fault = SequenceFault::TooMany { count: list.len() };
            self.complain(&tree.span, None, Some("sequence"), fault.into());
            return sequences;
        }
        for (place, tree) in list.iter().enumerate() {
            let named = tree.get("name").map(|t| &t.value);
            let name = match named {
                Some(Value::Text(name)) => name.clone(),
                _ => Sequence::default_name(place),
            };
            self.scope = Scope::Sequence { name: name.clone(), step: None };
            let around = std::mem::take(&mut self.places);
            let head = tree.span.start..tree.span.start + usize::from(tree.span.end > tree.span.start);
            self.places.set_own(Places::HEAD, head.clone());
            let sequence = self.sequence(tree, nodes);
            let places = std::mem::replace(&mut self.places, around);
            if sequences.contains_key(&name) {
                let span = tree.get("name").map_or(head, |t| t.span.clone());
                let fault = SequenceFault::DuplicateName { name };
                self.complain(&span, None, Some("name"), fault.into());
            } else {
                self.all.sequences.insert(name.clone(), places);
                sequences.extend(sequence.map(|sequence| (name, sequence)));
            }
            self.scope = Scope::Patch;
        }
        sequences
    }

    fn sequence(&mut self, tree: &Tree, nodes: &Nodes) -> Option<Sequence> {
        let mut sequence =
            Sequence { to: String::new(), length: None, looped: true, steps: Vec::new(), lane: None };
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return None;
        };
        self.no_repetition(entries, Some(""));
        let mut good = true;
        if entries.iter().any(|e| e.key == "points") {
            sequence.lane = self.lane(entries, nodes);
            good &= sequence.lane.is_some();
        }
        for Entry { key, key_span, tree } in entries {
            self.places.set_own(key, tree.span.clone());
            match key.as_str() {
                "unit" | "points" if sequence.lane.is_some() || !good => {}
                "unit" => self.complain(&tree.span, None, Some("unit"), SequenceFault::NoPoints.into()),
                "to" | "length" if sequence.lane.is_some() => {
                    self.of_lane(&mut sequence, key, tree);
                }
                "name" => good &= self.text(tree, None, "name").is_some(),
                "to" => match self.text(tree, None, "to") {
                    Some(to) => sequence.to = to,
                    None => good = false,
                },
                "length" => sequence.length = self.quantity(tree, "length", Quantity::BEATS),
                "loop" => match tree.value {
                    Value::Bool(flag) => sequence.looped = flag,
                    ref other => self.complain(&tree.span, None, Some("loop"), wrong("true or false", other)),
                },
                "steps" => match self.steps(tree) {
                    Some(steps) => sequence.steps = steps,
                    None => good = false,
                },
                _ => self.unknown_key(key, key_span, None, "a sequence", SEQUENCE),
            }
        }
        if !entries.iter().any(|e| e.key == "to") {
            good = false;
            let span = self.places.own(Places::HEAD).unwrap_or_default();
            self.complain(&span, None, None, SequenceFault::NoPlayer.into());
        }
        good.then_some(sequence)
    }

    /// What every lane has with other sequences: the node that has the parameter, and a length in its own unit.
    fn of_lane(&mut self, sequence: &mut Sequence, key: &str, tree: &Tree) {
        match (&tree.value, &sequence.lane) {
            (Value::Text(to), Some(_)) if key == "to" => {
                sequence.to = to.split_once('.').map_or(to.as_str(), |(node, _)| node).to_owned();
            }
            (_, Some(lane)) if key == "length" => {
                sequence.length = self.quantity(tree, "length", place_of(lane.unit));
            }
            _ => {}
        }
    }

    /// The course of a parameter.
    fn lane(&mut self, entries: &[Entry], nodes: &Nodes) -> Option<Lane> {
        let find = |key: &str| entries.iter().find(|e| e.key == key).map(|e| &e.tree);
        let (to, points) = (find("to")?, find("points")?);
        let to_text = self.text(to, None, "to")?;
        let Some((label, name)) = to_text.split_once('.').filter(|(_, name)| !name.is_empty()) else {
            self.complain(&to.span, None, Some("to"), SequenceFault::NoParameter { to: to_text }.into());
            return None;
        };
        let unit = match find("unit") {
            Some(tree) => {
                let text = self.text(tree, None, "unit")?;
                let Some(unit) = LaneUnit::named(&text) else {
                    self.complain(&tree.span, None, Some("unit"), SequenceFault::BadUnit { text }.into());
                    return None;
                };
                unit
            }
            None => LaneUnit::default(),
        };
        let kind = nodes.get(label).and_then(|node| self.catalogue.find(&node.kind));
        let info = kind.and_then(|kind| param(kind, name)).map(|(info, _)| Quantity::of_param(info));
        let quantity = info.unwrap_or(Quantity::ANY);
        let Value::List(list) = &points.value else {
            self.complain(&points.span, None, Some("points"), wrong("a list of tables", &points.value));
            return None;
        };
        let mut good = Some(());
        let points = list.iter().enumerate().map(|(number, tree)| {
            if let Scope::Sequence { step, .. } = &mut self.scope {
                *step = Some(number + 1);
            }
            let point = self.point(tree, number + 1, unit, quantity);
            good = good.filter(|()| point.is_some());
            point.unwrap_or_default()
        });
        let points = points.collect();
        if let Scope::Sequence { step, .. } = &mut self.scope {
            *step = None;
        }
        good.map(|()| Lane { param: name.to_owned(), unit, points })
    }

    fn point(&mut self, tree: &Tree, number: usize, unit: LaneUnit, quantity: Quantity) -> Option<LanePoint> {
        let mut point = LanePoint::default();
        self.places.set_own(&number.to_string(), tree.span.clone());
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return None;
        };
        self.no_repetition(entries, Some(""));
        let mut good = true;
        for Entry { key, key_span, tree } in entries {
            self.places.set_own(&format!("{number}.{key}"), tree.span.clone());
            match key.as_str() {
                "at" => match self.quantity(tree, "at", place_of(unit)) {
                    Some(at) => point.at = at,
                    None => good = false,
                },
                "value" => match self.quantity(tree, "value", quantity) {
                    Some(value) => point.value = value as f32,
                    None => good = false,
                },
                "curve" => match self.curve(tree) {
                    Some(curve) => point.curve = curve,
                    None => good = false,
                },
                _ => self.unknown_key(key, key_span, None, "a point", POINT),
            }
        }
        good.then_some(point)
    }

    fn curve(&mut self, tree: &Tree) -> Option<LaneCurve> {
        let text = match &tree.value {
            Value::Number(_) | Value::Count(_) => {
                return self.quantity(tree, "curve", Quantity::BEND).map(|bend| LaneCurve::Bend(bend as f32));
            }
            _ => self.text(tree, None, "curve")?,
        };
        let curve = LaneCurve::read(&text);
        if curve.is_none() {
            self.complain(&tree.span, None, Some("curve"), SequenceFault::BadCurve { text }.into());
        }
        curve
    }

    fn steps(&mut self, tree: &Tree) -> Option<Vec<Step>> {
        let Value::List(list) = &tree.value else {
            self.complain(&tree.span, None, Some("steps"), wrong("a list of tables", &tree.value));
            return None;
        };
        let steps = list.iter().enumerate().map(|(number, tree)| {
            if let Scope::Sequence { step, .. } = &mut self.scope {
                *step = Some(number + 1);
            }
            self.step(tree, number + 1)
        });
        let steps = steps.collect();
        if let Scope::Sequence { step, .. } = &mut self.scope {
            *step = None;
        }
        Some(steps)
    }

    fn step(&mut self, tree: &Tree, number: usize) -> Step {
        let mut step = Step::default();
        self.places.set_own(&number.to_string(), tree.span.clone());
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return step;
        };
        self.no_repetition(entries, Some(""));
        for Entry { key, key_span, tree } in entries {
            self.places.set_own(&format!("{number}.{key}"), tree.span.clone());
            match key.as_str() {
                "at" => step.at = self.quantity(tree, "at", Quantity::BEAT),
                "pitch" => step.pitch = self.pitches(tree),
                "velocity" => {
                    step.velocity = self.quantity(tree, "velocity", Quantity::VELOCITY).map(|v| v as f32);
                }
                "length" => step.length = self.quantity(tree, "length", Quantity::BEATS),
                _ => self.unknown_key(key, key_span, None, "a step", STEP),
            }
        }
        step
    }

    fn pitches(&mut self, tree: &Tree) -> Vec<f32> {
        let one = std::slice::from_ref(tree);
        let list = match &tree.value {
            Value::List(list) => list.as_slice(),
            _ => one,
        };
        let pitch = |tree| self.quantity(tree, "pitch", Quantity::PITCH).map(|pitch| pitch as f32);
        list.iter().filter_map(pitch).collect()
    }
}

/// What the places of a lane are.
pub(crate) fn place_of(unit: LaneUnit) -> Quantity {
    match unit {
        LaneUnit::Beats | LaneUnit::Seconds => Quantity::PLACE,
        LaneUnit::Frames => Quantity::FRAME,
    }
}
