//! The sequences of a document.

use super::{Reader, wrong};
use crate::fault::SequenceFault;
use crate::limits::MAX_SEQUENCES;
use crate::listing::Listing;
use crate::model::{Sequence, Step};
use crate::places::Places;
use crate::problem::Scope;
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};

const SEQUENCE: &[&str] = &["name", "to", "length", "loop", "steps"];
const STEP: &[&str] = &["at", "pitch", "velocity", "length"];

impl Reader<'_> {
    pub(super) fn sequences(&mut self, tree: &Tree) -> Listing<Sequence> {
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
            let sequence = self.sequence(tree);
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

    fn sequence(&mut self, tree: &Tree) -> Option<Sequence> {
        let mut sequence = Sequence { to: String::new(), length: None, looped: true, steps: Vec::new() };
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return None;
        };
        self.no_repetition(entries, Some(""));
        let mut good = true;
        for Entry { key, key_span, tree } in entries {
            self.places.set_own(key, tree.span.clone());
            match key.as_str() {
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
