//! Sostenuto: calls of the conductor, and patches that are changed and applied.

use super::apart::Apart;
use super::{Call, Live, Mode, edit_of, timed};
use crate::document;
use crate::engine::Block;
use crate::engine::ours::{Notes, begin_voices, conducted, listen};
use crate::spec::*;
use sostenuto_engine::{Conductor, ParameterHandle};
use sostenuto_graph::Executor;
use sostenuto_patch::{Cable, Cables, Node, Patch, Source};
use std::time::Duration;

/// Where blocks are rendered.
enum Stage {
    Here(Box<Executor>),
    Apart(Apart),
}

struct Ours {
    conductor: Conductor,
    stage: Stage,
    /// The last gain's gain, the names of the voices and their cutoffs.
    gain: ParameterHandle,
    names: Vec<String>,
    cutoffs: Vec<ParameterHandle>,
    /// A voice that was added again, and is to be looked up.
    came_back: Option<usize>,
    /// The voice that was taken away.
    gone: Option<(String, Node)>,
    notes: Option<Notes>,
}

pub fn make(mode: Mode) -> Box<dyn Live> {
    Box::new(ours(mode, |executor| Stage::Here(Box::new(executor))))
}

/// The audio thread is another.
pub fn make_apart(mode: Mode) -> Box<dyn Live> {
    Box::new(ours(mode, |executor| Stage::Apart(Apart::new(executor))))
}

fn ours(mode: Mode, stage: impl FnOnce(Executor) -> Stage) -> Ours {
    let name = if mode == Mode::Notes { "w1-voices" } else { "w1-instances" };
    let document = document::of(name).expect("a document");
    let (mut conductor, mut executor) = conducted(&(document.text)());
    executor.render(&mut [&mut [0.0; BLOCK], &mut [0.0; BLOCK]]);
    listen(&mut conductor);
    if mode == Mode::Notes {
        begin_voices(&mut conductor, &mut executor);
    }
    let notes = (mode == Mode::Notes).then(Notes::new);
    let names: Vec<String> = (0..VOICES).map(|voice| format!("v{voice}")).collect();
    let mut find = |label: &str, param: &str| conductor.parameter(label, param);
    let gain = find("master", "gain").expect("the last gain");
    // An instrument's voices have no names.
    let cutoffs = names.iter().filter_map(|name| find(name, "cutoff").ok()).collect();
    Ours { conductor, stage: stage(executor), gain, names, cutoffs, came_back: None, gone: None, notes }
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

/// The cables into the last gain.
fn sum(patch: &mut Patch) -> &mut Cables {
    &mut patch.nodes.get_mut("master").expect("the last gain").cables
}

/// Lets the cable from one node into the last gain come from another.
fn lead(patch: &mut Patch, from: &str, to: &str) {
    let sum = sum(patch);
    let place = sum.from_node(from).next().map(|(place, _)| place);
    sum.set(place.expect("a cable from there"), cable(to));
}

impl Live for Ours {
    fn block(&mut self, out: &mut Block) -> f64 {
        match &mut self.stage {
            Stage::Here(executor) => timed(|| {
                let [left, right] = out;
                executor.render(&mut [left, right]);
            }),
            Stage::Apart(apart) => apart.block(out),
        }
    }

    fn set(&mut self, number: usize) -> Call {
        let share = (number % 100) as f32 * 0.01;
        let (gain, cutoff) = (-41.0 + 2.0 * share, CUTOFF.0 as f32 * (0.9 + 0.2 * share));
        let voice = number % VOICES;
        // A parameter is found before it is set by what found it; so it is again once its node came back, which no set has to pay for.
        let (call, outcome) = match number % 4 {
            0 => (Call::Set, self.conductor.set_by(self.gain, gain, None, None)),
            1 => (Call::SetInstance, self.conductor.set_by(self.cutoffs[voice], cutoff, None, None)),
            2 => (Call::SetNamed, self.conductor.set("master", "gain", gain, None, None)),
            _ => (Call::SetInstanceNamed, {
                self.conductor.set(&self.names[voice], "cutoff", cutoff, None, None)
            }),
        };
        // A voice that is gone for the moment cannot be set.
        if let Err(why) = outcome {
            assert!(self.gone.is_some(), "{why}");
        }
        call
    }

    /// Changes the present patch, which says what was set.
    fn edit(&mut self, number: usize) -> Call {
        let name = voice(number / 4);
        let insert = format!("insert-{name}");
        let gone = &mut self.gone;
        let change = |patch: &mut Patch| match number % 4 {
            0 => {
                sum(patch).cut(&name);
                let node = patch.nodes.shift_remove(&name).expect("a voice");
                *gone = Some((name, node));
            }
            1 => {
                let (name, node) = gone.take().expect("a voice that is gone");
                sum(patch).push(cable(&name));
                patch.nodes.insert(name, node);
            }
            2 => {
                let mut node = Node::new(insert.clone(), "onepole_low");
                node.cables.push(cable(&name));
                patch.nodes.insert(insert.clone(), node);
                lead(patch, &name, &insert);
            }
            _ => {
                patch.nodes.shift_remove(&insert);
                lead(patch, &insert, &name);
            }
        };
        if let Err(why) = self.conductor.edit(change, None) {
            panic!("{why}");
        }
        self.came_back = (number % 4 == 1).then(|| number / 4 * 7 % VOICES).or(self.came_back);
        edit_of(number)
    }

    fn notes(&mut self) -> Vec<Duration> {
        let notes = self.notes.as_mut().expect("voices that are played");
        let Stage::Here(executor) = &self.stage else { panic!("notes are told on the thread that renders") };
        notes.play(&mut self.conductor, executor.frame())
    }

    fn after(&mut self) {
        listen(&mut self.conductor);
        if let Some(voice) = self.came_back.take() {
            self.cutoffs[voice] =
                self.conductor.parameter(&self.names[voice], "cutoff").expect("it is there");
        }
    }
}
