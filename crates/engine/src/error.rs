//! What can go wrong between a description and its sound.

use sostenuto_graph::GraphError;
use sostenuto_graph::transport::{LaneError, SequenceError};
use sostenuto_nodes::VerbError;
use sostenuto_patch::Problem;

/// Why a request was refused. The sound is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The patch has problems.
    #[error("{}", list(.0))]
    Patch(Vec<Problem>),
    /// The graph refused an edit.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// There is no node of that name.
    #[error("there is no node `{name}`{}", did_you_mean(.suggestion))]
    NoSuchNode {
        /// The name asked for.
        name: String,
        /// A name that is near to it.
        suggestion: Option<String>,
    },
    /// The node has no parameter of that name.
    #[error("`{node}` has no parameter `{param}`: it has {has}")]
    NoSuchParam {
        /// The node.
        node: String,
        /// The name asked for.
        param: String,
        /// The names it has.
        has: String,
    },
    /// A number between the choices of a parameter.
    #[error("`{node}.{param}` = {value} is none of its choices: give a whole number up to {max}")]
    NotWhole {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// The value asked for.
        value: f32,
        /// The last choice.
        max: f32,
    },
    /// A handle of a parameter whose node is gone.
    #[error(
        "the node of that parameter was removed or replaced, or is one of another conductor: look the parameter up again"
    )]
    ParameterGone,
    /// A parameter inside of an instance of a part that no parameter of the part stands for.
    #[error(
        "`{node}` is inside a part, where `{param}` is the same for all its instances: change it in [parts.{part}], or map a parameter of the part to it"
    )]
    InsidePart {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// The part.
        part: String,
    },
    /// A note for what plays none.
    #[error("`{node}` plays no notes: {}", instruments(.known))]
    NoInstrument {
        /// The node.
        node: String,
        /// The instruments that there are.
        known: Vec<String>,
    },
    /// Something that cannot be said to a node.
    #[error("`{node}`: {why}")]
    Verb {
        /// The node.
        node: String,
        /// Why not.
        why: VerbError,
    },
    /// A slot with nothing in it.
    #[error("slot {slot} of `{node}` is empty: {}", slots(.filled))]
    EmptySlot {
        /// The node.
        node: String,
        /// The slot, from 1.
        slot: u64,
        /// Those that have something.
        filled: Vec<usize>,
    },
    /// A node without slots.
    #[error("`{node}` has no slots: name a sampler")]
    NoSlots {
        /// The node.
        node: String,
    },
    /// A slot that is not there.
    #[error("`{node}` has no slot {slot}: give one from 1 to {count}")]
    NoSuchSlot {
        /// The node.
        node: String,
        /// The slot asked for.
        slot: u64,
        /// How many there are.
        count: usize,
    },
    /// A sequence that cannot be played.
    #[error("the sequence `{name}`: {why}")]
    Sequence {
        /// Its name.
        name: String,
        /// Why not.
        why: SequenceError,
    },
    /// A course of a parameter that cannot be followed.
    #[error("the sequence `{name}`: {why}")]
    Lane {
        /// Its name.
        name: String,
        /// Why not.
        why: LaneError,
    },
    /// A buffer of which nothing is known.
    #[error(
        "`{node}` plays the buffer `{buffer}`, of which there is no sound: read the document together with its files, or hand it over with Conductor::set_buffer"
    )]
    NoSound {
        /// The node.
        node: String,
        /// The name of the buffer.
        buffer: String,
    },
    /// The ring of commands is full: the audio thread has not taken what was sent before.
    #[error(
        "{waiting} commands wait for the audio thread: is it running? Try again later, or start with larger limits"
    )]
    RingFull {
        /// How many commands wait.
        waiting: usize,
    },
}

fn instruments(known: &[String]) -> String {
    match known {
        [] => "the patch has no instrument, which is a part with voices = N".into(),
        known => format!("name one of {}", known.join(", ")),
    }
}

fn slots(filled: &[usize]) -> String {
    match filled {
        [] => "none of its slots has anything; write slots = [\"BUFFER\"]".into(),
        filled => {
            let filled: Vec<String> = filled.iter().map(usize::to_string).collect();
            format!("there is something in {}", filled.join(", "))
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn did_you_mean(name: &Option<String>) -> String {
    name.as_ref().map(|n| format!(": did you mean `{n}`?")).unwrap_or_default()
}
