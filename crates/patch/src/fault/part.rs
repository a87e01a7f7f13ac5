//! What can be wrong with parts and instruments, each with what would be right.

use super::{circle, meant};
use crate::limits::{INLET_KIND, INPUT_KIND, MAX_PARTS, MAX_UNFOLDED, NOTE_KIND, OUTLET_KIND, OUTPUT_KIND};
use sostenuto_graph::{MAX_DEPTH, MAX_PARAMS};

/// What is wrong with a part. The message of each says the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartFault {
    /// More parts than a document may define.
    #[error("the patch defines {count} parts; the most is {MAX_PARTS}")]
    TooMany {
        /// How many it defines.
        count: usize,
    },
    /// A part with the name of a kind.
    #[error("`{name}` is a kind of the catalogue already; call the part something else")]
    NameOfKind {
        /// The name.
        name: String,
    },
    /// A part without nodes.
    #[error("the part has no nodes; begin with [parts.{name}.nodes.out] and kind = \"{OUTLET_KIND}\"")]
    Empty {
        /// Its name.
        name: String,
    },
    /// A part that is inside itself.
    #[error("a part cannot be inside itself: {}; take one of them out of the next", circle(.parts))]
    InsideItself {
        /// The names of the parts, each inside the next and the last inside the first.
        parts: Vec<String>,
    },
    /// Parts in parts in parts.
    #[error(
        "parts lie {depth} deep inside each other here, where an instrument counts for two; the most is {MAX_DEPTH}: use fewer"
    )]
    TooDeep {
        /// How deep.
        depth: usize,
    },
    /// More nodes than can sound.
    #[error(
        "with all its parts and their voices it would have {count} nodes; the most is {MAX_UNFOLDED}: use fewer voices or instances"
    )]
    TooLarge {
        /// How many it would have.
        count: u64,
    },
    /// More ports than a part may have.
    #[error("the part has {count} nodes of kind {kind}; the most is {max}")]
    TooManyPorts {
        /// How many it has.
        count: usize,
        /// Inlets or outlets.
        kind: &'static str,
        /// The most.
        max: usize,
    },
    /// An inlet or an outlet outside of a part.
    #[error("{kind} belongs inside a part; remove it, or move it to one")]
    OnlyInPart {
        /// The kind.
        kind: String,
    },
    /// A note outside of an instrument.
    #[error(
        "{NOTE_KIND} belongs inside an instrument: a part with voices = N; give the part voices, or remove the node"
    )]
    OnlyInInstrument,
    /// An output to the device inside a part.
    #[error(
        "{OUTPUT_KIND} cannot be inside a part; let the signal out by a node of kind {OUTLET_KIND}, and to the device outside"
    )]
    OutputInside,
    /// A way from a device inside a part.
    #[error(
        "{INPUT_KIND} cannot be inside a part; let the signal in by a node of kind {INLET_KIND}, and from the device outside"
    )]
    InputInside,
    /// An instrument inside an instrument.
    #[error("`{part}` plays notes by itself and cannot be inside an instrument; use it beside this one")]
    InstrumentInside {
        /// The part that is an instrument or has one inside.
        part: String,
    },
    /// Nothing leaves it.
    #[error("nothing comes out of the part: it has no node of kind {OUTLET_KIND}")]
    NoOutlet,
    /// No note reaches it.
    #[error("all its notes sound alike: the instrument has no node of kind {NOTE_KIND}")]
    NoNote,
    /// A key of an instrument in a part that is none.
    #[error("`{key}` belongs to an instrument; write voices = 8 as well, or remove it")]
    NoVoices {
        /// The key.
        key: String,
    },
    /// A file where none can be read.
    #[error("parts cannot be taken from files here; write the part into the document")]
    NoFiles,
    /// A file that could not be read.
    #[error("the file `{file}` cannot be read: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        why: String,
    },
    /// More beside a file.
    #[error("the part comes from a file; write `{key}` there, or remove `file`")]
    BesideFile {
        /// What stands beside it.
        key: String,
    },
    /// More parameters than a part may have.
    #[error("the part has {count} parameters; the most is {MAX_PARAMS}")]
    TooManyParams {
        /// How many it has.
        count: usize,
    },
    /// A parameter with a name that every node has for something else.
    #[error("every node has `{name}` for something else; call the parameter something else")]
    ReservedName {
        /// The name.
        name: String,
    },
    /// A parameter that sets nothing.
    #[error("the parameter sets nothing; write to = \"NODE.PARAM\"")]
    NoTarget,
    /// What cannot be a target.
    #[error("`{text}` is not a parameter of a node; write \"NODE.PARAM\"")]
    BadTarget {
        /// What was written.
        text: String,
    },
    /// A target at a node that is not there.
    #[error("the part has no node `{node}`{}", meant(.suggestion))]
    UnknownNode {
        /// The node that was named.
        node: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A target that is fixed for a node's life.
    #[error("`{target}` is a setting, which is fixed for the node's life; name a parameter")]
    SettingTarget {
        /// The target.
        target: String,
    },
    /// A target that notes set.
    #[error("`{target}` is set by the notes that are played; name a parameter of another node")]
    NoteTarget {
        /// The target.
        target: String,
    },
    /// A target of two parameters.
    #[error("`{target}` is set by `{by}` already; remove one of the two")]
    TargetTaken {
        /// The target.
        target: String,
        /// The parameter that has it.
        by: String,
    },
    /// Targets of which one cannot stand for the other.
    #[error(
        "`{first}` and `{other}` are not of one unit, or have no value in common; make two parameters of them"
    )]
    TargetsDiffer {
        /// The first target.
        first: String,
        /// The other.
        other: String,
    },
    /// A range for a choice.
    #[error("a choice takes neither min nor max; remove them")]
    RangeOfChoice,
    /// A range that ends before it begins.
    #[error("min is {min} and max is {max}; write them the other way round")]
    Backwards {
        /// The lowest, with its unit.
        min: String,
        /// The highest, with its unit.
        max: String,
    },
}

impl PartFault {
    /// Whether the patch can sound all the same.
    pub(super) fn is_warning(&self) -> bool {
        matches!(self, PartFault::NoOutlet | PartFault::NoNote)
    }
}
