//! What can be wrong with a patch, each with what would be right.

mod buffer;
mod part;
mod sequence;

pub use buffer::BufferFault;
pub use part::PartFault;
pub use sequence::SequenceFault;

use crate::limits::{
    FORMAT, INPUT_KIND, MAX_CABLES, MAX_DEPTH, MAX_DEVICE, MAX_DOCUMENT, MAX_NAME, MAX_NODES, OUTPUT_KIND,
};
use sostenuto_graph::{MAX_CHANNELS, MAX_PARAMS, Name};
use sostenuto_units::ParseError;

/// What is wrong. The message of each says the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The text is not TOML, JSON, or a chain.
    #[error("{message}")]
    Syntax {
        /// What the reader stumbled over.
        message: String,
    },
    /// More bytes than a document may have.
    #[error("the document has {bytes} bytes; the most is {MAX_DOCUMENT}")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Values nested too deep.
    #[error("values are nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A version of the format that this program does not know.
    #[error(
        "the document is in format {found}; this program reads up to format {FORMAT}: use a newer one, or write the document anew for format {FORMAT}"
    )]
    FormatTooNew {
        /// Its version.
        found: f64,
    },
    /// A version that never was.
    #[error("format {found} does not exist; write format = {FORMAT}")]
    FormatUnknown {
        /// What the document says.
        found: f64,
    },
    /// A key that a table does not have.
    #[error("{within} has no key `{key}`{}; it takes {}", meant(.suggestion), listed(.allowed))]
    UnknownKey {
        /// The key.
        key: String,
        /// The table, in words.
        within: &'static str,
        /// The keys that it takes.
        allowed: &'static [&'static str],
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A key that stands twice.
    #[error("`{key}` is there twice; remove one")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value of the wrong type.
    #[error("{found} stands where {expected} belongs")]
    WrongType {
        /// What belongs there, with its article.
        expected: &'static str,
        /// What stands there, with its article.
        found: &'static str,
    },
    /// No nodes at all.
    #[error("the patch has no nodes; begin with [nodes.out] and kind = \"{OUTPUT_KIND}\"")]
    Empty,
    /// More nodes than a patch may have.
    #[error("the patch has {count} nodes; the most is {MAX_NODES}")]
    TooManyNodes {
        /// How many it has.
        count: usize,
    },
    /// More cables than a patch may have.
    #[error("the patch has {count} cables; the most is {MAX_CABLES}")]
    TooManyCables {
        /// How many it has, drives included.
        count: usize,
    },
    /// A label or id with characters that do not belong there.
    #[error("`{name}` cannot be a name; write 1 to {MAX_NAME} letters (A to Z), digits, `_` and `-`")]
    BadName {
        /// The name.
        name: String,
    },
    /// Two nodes with one id.
    #[error("the id `{id}` belongs to node `{other}` already; give this node another")]
    DuplicateId {
        /// The id.
        id: String,
        /// The label of the node that has it.
        other: String,
    },
    /// A node that does not say its kind.
    #[error("the node has no kind; write for example kind = \"gain\"")]
    MissingKind,
    /// A kind that the catalogue does not have.
    #[error("there is no kind `{kind}`{}; `nodes` lists them", meant(.suggestion))]
    UnknownKind {
        /// The kind.
        kind: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A name that is neither a parameter nor a setting of the kind.
    #[error("{kind} has no parameter or setting `{name}`{}; it has {}", meant(.suggestion), listed(.known))]
    UnknownParam {
        /// The name.
        name: String,
        /// The kind.
        kind: Name,
        /// The parameters and settings that it has.
        known: Vec<String>,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Text that is not a value in the unit.
    #[error(transparent)]
    BadValue {
        /// Why.
        #[from]
        why: ParseError,
    },
    /// Infinite, or not a number.
    #[error("{value} is not a finite number")]
    NotFinite {
        /// The value.
        value: f64,
    },
    /// A part where only whole numbers are.
    #[error("{value} is not a whole number; write one from {min} to {max}")]
    NotWhole {
        /// The value.
        value: f64,
        /// The lowest.
        min: f64,
        /// The highest.
        max: f64,
    },
    /// Outside of the range.
    #[error("{value} is out of range; it goes from {min} to {max}")]
    OutOfRange {
        /// The value with its unit.
        value: String,
        /// The lowest, with its unit.
        min: String,
        /// The highest, with its unit.
        max: String,
    },
    /// Not one of the choices.
    #[error("`{choice}` is not a choice{}; the choices are {}", meant(.suggestion), listed(.choices))]
    UnknownChoice {
        /// What was chosen.
        choice: String,
        /// What can be chosen.
        choices: &'static [&'static str],
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A cable into what is fixed for a node's life.
    #[error("a setting cannot be driven or ramped: it is fixed for the node's life; write a plain value")]
    SettingDriven,
    /// Channels on a kind whose ports are all of fixed width.
    #[error("{kind} has no ports that follow `channels`; remove it")]
    ChannelsFixed {
        /// The kind.
        kind: Name,
    },
    /// More or fewer channels than a port can have.
    #[error("{channels} channels are out of range; write a whole number from 1 to {MAX_CHANNELS}")]
    ChannelsOutOfRange {
        /// How many were asked for.
        channels: f64,
    },
    /// A bank that is narrower than what uses it.
    #[error(
        "`{setting}` is {count}, but `{name}` is in use; give the node {needed} inputs or write {setting} = {needed}"
    )]
    BankMismatch {
        /// The setting that says how many.
        setting: &'static str,
        /// How many it says.
        count: u32,
        /// A port or parameter beyond.
        name: String,
        /// How many are needed for that.
        needed: u32,
    },
    /// More parameters than a node may have.
    #[error(
        "the node would have {count} parameters; the most is {MAX_PARAMS}: use fewer inputs, or two nodes"
    )]
    TooManyParams {
        /// How many it would have.
        count: usize,
    },
    /// Bypass where nothing goes through.
    #[error("{kind} cannot be bypassed: it needs both an input and an output for that")]
    CannotBypass {
        /// The kind.
        kind: Name,
    },
    /// A cable into a kind that takes none.
    #[error("{kind} has no inputs; remove what goes into it")]
    NoInputs {
        /// The kind.
        kind: Name,
    },
    /// An input that the kind does not have.
    #[error("{kind} has no input `{port}`{}; it has {}", meant(.suggestion), listed(.known))]
    UnknownInput {
        /// The port.
        port: String,
        /// The kind.
        kind: Name,
        /// The inputs that it has.
        known: Vec<String>,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// More cables in a list than the bank has inputs.
    #[error("{kind} takes at most {max} inputs; the list has {count}")]
    TooManyInputs {
        /// The kind.
        kind: Name,
        /// How many the list has.
        count: usize,
        /// How many it can take.
        max: u32,
    },
    /// A cable from nowhere.
    #[error("there is no node `{node}`{}", meant(.suggestion))]
    UnknownSource {
        /// The node that was named.
        node: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// An output that the source does not have.
    #[error("node `{node}` ({kind}) has no output `{port}`{}; it has {}", meant(.suggestion), listed(.known))]
    UnknownOutput {
        /// The node.
        node: String,
        /// Its kind.
        kind: Name,
        /// The port that was named.
        port: String,
        /// The outputs that it has.
        known: Vec<String>,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A cable from a kind that puts nothing out.
    #[error("node `{node}` ({kind}) has no outputs, so nothing can come from it")]
    NoOutputs {
        /// The node.
        node: String,
        /// Its kind.
        kind: Name,
    },
    /// Two cables between the same ports.
    #[error("there are two cables from `{from}` to `{to}`; remove one")]
    DuplicateCable {
        /// Where they start.
        from: String,
        /// The port or parameter where they end.
        to: String,
    },
    /// A cable from a node to itself.
    #[error("node `{node}` feeds itself; put a delay in between")]
    SelfCable {
        /// The node.
        node: String,
    },
    /// A loop in which nothing delays.
    #[error("these nodes feed each other with no delay in between: {}; put a delay node into the loop", circle(.nodes))]
    Cycle {
        /// The labels of the nodes, each feeding the next and the last the first.
        nodes: Vec<String>,
    },
    /// A cable that does not say where it starts.
    #[error("the cable does not say where it comes from; write from = \"NODE\"")]
    MissingFrom,
    /// A drive that does not say how far.
    #[error(
        "the drive has no depth; write how far a signal of 1 moves the parameter, in its unit: depth = {example}"
    )]
    MissingDepth {
        /// A depth that would do.
        example: String,
    },
    /// What is wrong with a buffer.
    #[error(transparent)]
    Buffer(#[from] BufferFault),
    /// What is wrong with a part.
    #[error(transparent)]
    Part(#[from] PartFault),
    /// What is wrong with a sequence, or with tempo and meter.
    #[error(transparent)]
    Sequence(#[from] SequenceFault),
    /// A clock that there is not.
    #[error(
        "{text:?} is no clock; write \"auto\" or \"internal\" here, and clock = true at the {OUTPUT_KIND} or {INPUT_KIND} whose device is to keep the time"
    )]
    BadClock {
        /// What stands there.
        text: String,
    },
    /// The name of a device that no device has.
    #[error(
        "the name of a device has 1 to {MAX_DEVICE} bytes and no control characters, not {length} bytes; `sostenuto devices` lists those there are"
    )]
    BadDevice {
        /// Its bytes.
        length: usize,
    },
    /// Nothing will be heard.
    #[error("nothing will be heard: the patch has no node of kind {OUTPUT_KIND}")]
    NoOutput,
    /// A node that nothing hears.
    #[error("nothing that reaches an output comes from this node, so it is not heard")]
    NotHeard,
    /// There is more of it than is told.
    #[error("and {count} more")]
    More {
        /// How many more.
        count: usize,
        /// Whether all of them are warnings.
        warnings: bool,
    },
}

impl Fault {
    /// Whether the patch can sound all the same.
    pub fn is_warning(&self) -> bool {
        match self {
            Fault::NoOutput | Fault::NotHeard | Fault::More { warnings: true, .. } => true,
            Fault::Part(fault) => fault.is_warning(),
            Fault::Buffer(fault) => fault.is_warning(),
            _ => false,
        }
    }
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or(String::new(), |s| format!(" (did you mean `{s}`?)"))
}

/// The most names listed in a message.
const LISTED: usize = 16;

fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).map(S::as_ref).collect();
    match (shown.as_slice(), names.len().saturating_sub(LISTED)) {
        ([], _) => "none".to_owned(),
        ([one], _) => (*one).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

fn circle(nodes: &[String]) -> String {
    let mut shown: Vec<&str> = nodes.iter().take(LISTED).map(String::as_str).collect();
    if nodes.len() > LISTED {
        shown.push("…");
    }
    shown.extend(nodes.first().map(String::as_str));
    shown.join(" → ")
}
