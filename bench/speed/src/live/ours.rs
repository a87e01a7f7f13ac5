//! Sostenuto: calls of the conductor, and patches that are changed and applied.

use super::{Call, Live, Mode};
use crate::document;
use crate::engine::Block;
use crate::engine::ours::{Notes, begin_voices, conducted, listen};
use crate::spec::*;
use sostenuto_engine::Conductor;
use sostenuto_graph::Executor;
use sostenuto_patch::{Cable, Cables, Node, Patch, Source};
use std::time::Duration;

struct Ours {
    conductor: Conductor,
    executor: Executor,
    patch: Patch,
    /// The voice that was taken away.
    gone: Option<(String, Node)>,
    notes: Option<Notes>,
}

pub fn make(mode: Mode) -> Box<dyn Live> {
    let name = if mode == Mode::Notes { "w1-voices" } else { "w1-instances" };
    let document = document::of(name).expect("a document");
    let (mut conductor, mut executor) = conducted(&(document.text)());
    executor.render(&mut [&mut [0.0; BLOCK], &mut [0.0; BLOCK]]);
    listen(&mut conductor);
    if mode == Mode::Notes {
        begin_voices(&mut conductor, &mut executor);
    }
    let patch = conductor.patch().clone();
    let notes = (mode == Mode::Notes).then(Notes::new);
    Box::new(Ours { conductor, executor, patch, gone: None, notes })
}

/// A voice that has its turn in the n-th step.
fn voice(number: usize) -> String {
    format!("v{}", number * 7 % VOICES)
}

fn cable(from: &str) -> Cable {
    Cable {
        from: Source { node: from.to_owned(), port: "out".to_owned() },
        port: "in".to_owned(),
        gain_db: 0.0,
    }
}

impl Ours {
    fn apply(&mut self) {
        if let Err(why) = self.conductor.apply(&self.patch, None) {
            panic!("{why}");
        }
    }

    /// The cables into the last gain.
    fn sum(&mut self) -> &mut Cables {
        &mut self.patch.nodes.get_mut("master").expect("the last gain").cables
    }

    /// Lets the cable from one node into the last gain come from another.
    fn lead(&mut self, from: &str, to: &str) {
        let sum = self.sum();
        let place = sum.from_node(from).next().map(|(place, _)| place);
        sum.set(place.expect("a cable from there"), cable(to));
    }
}

impl Live for Ours {
    fn block(&mut self, out: &mut Block) {
        let [left, right] = out;
        self.executor.render(&mut [left, right]);
    }

    fn set(&mut self, number: usize) -> Call {
        let share = (number % 100) as f32 * 0.01;
        let (name, param, value, call) = if number.is_multiple_of(2) {
            ("master".to_owned(), "gain", -41.0 + 2.0 * share, Call::Set)
        } else {
            let middle = CUTOFF.0 as f32;
            (format!("v{}", number % VOICES), "cutoff", middle * (0.9 + 0.2 * share), Call::SetInstance)
        };
        // A voice that is gone for the moment cannot be set.
        if let Err(why) = self.conductor.set(&name, param, value, None, None) {
            assert!(self.gone.is_some(), "{why}");
        }
        call
    }

    fn edit(&mut self, number: usize) -> Call {
        let name = voice(number / 4);
        let insert = format!("insert-{name}");
        match number % 4 {
            0 => {
                self.sum().cut(&name);
                let node = self.patch.nodes.shift_remove(&name).expect("a voice");
                self.gone = Some((name, node));
            }
            1 => {
                let (name, node) = self.gone.take().expect("a voice that is gone");
                self.sum().push(cable(&name));
                self.patch.nodes.insert(name, node);
            }
            2 => {
                let mut node = Node::new(insert.clone(), "onepole_low");
                node.cables.push(cable(&name));
                self.patch.nodes.insert(insert.clone(), node);
                self.lead(&name, &insert);
            }
            _ => {
                self.patch.nodes.shift_remove(&insert);
                self.lead(&insert, &name);
            }
        }
        self.apply();
        if number % 4 < 2 { Call::Voice } else { Call::Insert }
    }

    fn notes(&mut self) -> Vec<Duration> {
        let notes = self.notes.as_mut().expect("voices that are played");
        notes.play(&mut self.conductor, self.executor.frame())
    }

    fn after(&mut self) {
        listen(&mut self.conductor);
    }
}
