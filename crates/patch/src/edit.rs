//! The edits that turn one patch into another.

mod show;

pub(crate) use show::describe_layout;

use crate::kind::ParamInfo;
use crate::model::{BufferSource, Meter, Part, PartParam, Sequence, Timekeeper, Voicing};
use crate::resolve::Pins;
use sostenuto_nodes::{Layout, Slot};
use sostenuto_units::Unit;
use std::collections::BTreeMap;

/// A node as edits name it: by id, which stays, and by label, for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// The id.
    pub id: String,
    /// The label in the new patch; of a node that goes, in the old one.
    pub label: String,
}

/// An output of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Output {
    /// The node.
    pub node: Who,
    /// The name of the port.
    pub port: String,
}

/// An input port or a parameter of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The node.
    pub node: Who,
    /// The name of the port or parameter.
    pub port: String,
}

/// What a new node is. What goes into it comes in edits of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    /// The name of its kind.
    pub kind: String,
    /// Its layout, settled.
    pub layout: Layout,
    /// What the document fixes of the layout.
    pub pins: Pins,
    /// The values that the document gives of its parameters.
    pub params: BTreeMap<String, f32>,
    /// Whether its inputs go straight to its outputs.
    pub bypass: bool,
}

/// One change of a patch.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// The title.
    Title {
        /// The new one.
        title: Option<String>,
    },
    /// A cable goes.
    Disconnect {
        /// Where it starts.
        from: Output,
        /// Where it ends.
        to: Input,
    },
    /// A drive goes.
    Undrive {
        /// Where it starts.
        from: Output,
        /// The parameter.
        to: Input,
    },
    /// Another tempo.
    SetTempo {
        /// The new one, in beats a minute.
        tempo: f64,
        /// The old one.
        was: f64,
        /// Whether the document writes it out.
        written: bool,
    },
    /// Another time signature.
    SetMeter {
        /// The new one.
        meter: Meter,
        /// The old one.
        was: Meter,
        /// Whether the document writes it out.
        written: bool,
    },
    /// The engine is to run on another clock. Nothing sounds different.
    SetClock {
        /// The new one.
        clock: Timekeeper,
        /// The old one.
        was: Timekeeper,
        /// Whether the document writes it out.
        written: bool,
    },
    /// A node goes, and with it every cable and drive from it and to it.
    RemoveNode {
        /// The node.
        node: Who,
    },
    /// A node gets another label; nothing sounds different.
    Relabel {
        /// The node, with the new label.
        node: Who,
        /// The old label.
        was: String,
    },
    /// A node gets another kind or layout: a new one takes its place. Cables and drives that no other edit names go on, by the
    /// names of their ports.
    ReplaceNode {
        /// The node.
        node: Who,
        /// What it is now, parameters included.
        spec: Box<NodeSpec>,
        /// What it was.
        was: String,
        /// Whether the document says the same of it as before: what it is now follows from other nodes, or from its part.
        implied: bool,
    },
    /// A new node.
    AddNode {
        /// The node.
        node: Who,
        /// What it is.
        spec: Box<NodeSpec>,
        /// The id of the node before it in the document; the first has none.
        after: Option<String>,
    },
    /// The document fixes more or less of a layout that stays as it is. Nothing sounds different.
    Pin {
        /// The node.
        node: Who,
        /// What is fixed now.
        pins: Pins,
    },
    /// Slots of a node play something else, or otherwise. The node goes on: what it plays fades over.
    Slots {
        /// The node.
        node: Who,
        /// All slots as they are now.
        slots: Vec<Slot>,
        /// As they were.
        was: Vec<Slot>,
        /// What the document says of them.
        said: Vec<crate::model::Slot>,
        /// Whether the document says the same as before: a buffer sounds otherwise.
        implied: bool,
    },
    /// Bypass, on or off.
    Bypass {
        /// The node.
        node: Who,
        /// Whether it is on now.
        on: bool,
    },
    /// A parameter.
    SetParam {
        /// The node.
        node: Who,
        /// The parameter's name.
        param: String,
        /// The new value.
        value: f32,
        /// The old value.
        was: f32,
        /// What the parameter is.
        info: ParamInfo,
        /// Whether the document writes the value out.
        written: bool,
        /// Whether it writes out none before and after, and the default is another.
        implied: bool,
    },
    /// A new cable.
    Connect {
        /// Where it starts.
        from: Output,
        /// Where it ends.
        to: Input,
        /// Its gain in dB.
        gain_db: f32,
        /// The cable before it among those into the node: where that starts, and its port. The first has none.
        after: Option<(Output, String)>,
    },
    /// A cable gets another gain.
    SetCableGain {
        /// Where it starts.
        from: Output,
        /// Where it ends.
        to: Input,
        /// The new gain in dB.
        gain_db: f32,
        /// The old gain in dB.
        was: f32,
    },
    /// A new drive.
    Drive {
        /// Where it starts.
        from: Output,
        /// The parameter.
        to: Input,
        /// How far a signal of 1 moves it, in its unit.
        depth: f32,
        /// The unit.
        unit: Unit,
        /// Its place among the drives of the parameter.
        at: usize,
    },
    /// A drive gets another depth.
    SetDepth {
        /// Where it starts.
        from: Output,
        /// The parameter.
        to: Input,
        /// The new depth, in the parameter's unit.
        depth: f32,
        /// The old depth.
        was: f32,
        /// The unit.
        unit: Unit,
    },
    /// The document says something else of a buffer, or has one more or less. Nothing sounds different: what plays it comes in edits of its own.
    Buffer {
        /// Its name.
        name: String,
        /// What it is now; nothing if it is gone.
        source: Option<BufferSource>,
        /// Of a new one, the buffer before it in the document; the first has none.
        after: Option<String>,
    },
    /// The document defines one more part. Nothing sounds different: the nodes that are instances of it come in edits of their own.
    AddPart {
        /// Its name.
        part: String,
        /// What it is.
        definition: Box<Part>,
        /// The part before it in the document; the first has none.
        after: Option<String>,
    },
    /// The document defines a part no more, which has no instance left.
    RemovePart {
        /// Its name.
        part: String,
    },
    /// The definition of a part changes, and with it every instance and every voice that is not built in this batch. A node that
    /// is replaced inside an instance gets the values that the parameters of the instance set, not those of the definition.
    InPart {
        /// Its name.
        part: String,
        /// The change.
        edit: Box<Edit>,
        /// Whether nothing needs to be done for it in what sounds: because every instance is built anew by [`ReplaceNode`](Self::ReplaceNode)
        /// edits of this batch, or because the value is set by a parameter of the part.
        quiet: bool,
    },
    /// A parameter of a part stands for something else, is new, or goes. If instances are another kind then, they are replaced by
    /// edits of their own.
    MapParam {
        /// The part.
        part: String,
        /// The parameter.
        name: String,
        /// What it stands for now; its targets name nodes by id.
        map: Option<PartParam>,
    },
    /// The document says something else of the voices of a part. If they are others then, its instances are replaced by edits of their own.
    SetVoicing {
        /// The part.
        part: String,
        /// What it says.
        voices: Option<Voicing>,
    },
    /// The definition of a part comes from another file, or from the document. Nothing sounds different.
    PartFile {
        /// The part.
        part: String,
        /// The file.
        file: Option<String>,
    },
    /// One more sequence.
    AddSequence {
        /// Its name.
        name: String,
        /// The node that plays it.
        to: Who,
        /// What it is.
        sequence: Sequence,
        /// The sequence before it in the document; the first has none.
        after: Option<String>,
    },
    /// A sequence goes.
    RemoveSequence {
        /// Its name.
        name: String,
    },
    /// A sequence is another.
    ChangeSequence {
        /// Its name.
        name: String,
        /// The node that plays it now.
        to: Who,
        /// What it is now.
        sequence: Sequence,
        /// Whether it is played the same: the document only says it differently.
        same: bool,
    },
    /// The document has things in another order. Nothing sounds different.
    Order {
        /// What, and in which.
        order: Order,
    },
}

/// The order in which a document says things.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The nodes, by id.
    Nodes(Vec<String>),
    /// The buffers, by name.
    Buffers(Vec<String>),
    /// The parts, by name.
    Parts(Vec<String>),
    /// The sequences, by name.
    Sequences(Vec<String>),
    /// The cables into a node: where each starts, and the port where it ends.
    Cables(Who, Vec<(Output, String)>),
    /// The drives of a parameter: where each starts.
    Drives(Input, Vec<Output>),
}

impl Edit {
    /// Whether what sounds changes with it, or what is played. All others change only what the document says.
    pub fn is_audible(&self) -> bool {
        match self {
            Edit::Title { .. }
            | Edit::Buffer { .. }
            | Edit::Relabel { .. }
            | Edit::Pin { .. }
            | Edit::AddPart { .. }
            | Edit::RemovePart { .. }
            | Edit::MapParam { .. }
            | Edit::SetVoicing { .. }
            | Edit::PartFile { .. }
            | Edit::SetClock { .. }
            | Edit::Order { .. } => false,
            Edit::SetParam { value, was, .. } => value != was,
            Edit::SetTempo { tempo, was, .. } => tempo != was,
            Edit::SetMeter { meter, was, .. } => meter != was,
            Edit::ChangeSequence { same, .. } => !same,
            Edit::InPart { edit, quiet, .. } => !quiet && edit.is_audible(),
            _ => true,
        }
    }

    /// Whether the document says something else after it. All others follow from such.
    pub fn is_said(&self) -> bool {
        match self {
            Edit::ReplaceNode { implied, .. }
            | Edit::SetParam { implied, .. }
            | Edit::Slots { implied, .. } => !implied,
            Edit::InPart { edit, .. } => edit.is_said(),
            _ => true,
        }
    }
}
