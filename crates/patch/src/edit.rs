//! The edits that turn one patch into another.

use crate::kind::ParamInfo;
use crate::quantity::show_value;
use crate::resolve::Pins;
use sostenuto_nodes::Layout;
use sostenuto_units::Unit;
use std::collections::BTreeMap;
use std::fmt;

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
    /// The parameters that differ from their defaults.
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
        spec: NodeSpec,
        /// What it was.
        was: String,
    },
    /// A new node.
    AddNode {
        /// The node.
        node: Who,
        /// What it is.
        spec: NodeSpec,
    },
    /// The document fixes more or less of a layout that stays as it is. Nothing sounds different.
    Pin {
        /// The node.
        node: Who,
        /// What is fixed now.
        pins: Pins,
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
        /// The parameter in the catalogue.
        info: ParamInfo,
    },
    /// A new cable.
    Connect {
        /// Where it starts.
        from: Output,
        /// Where it ends.
        to: Input,
        /// Its gain in dB.
        gain_db: f32,
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
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node.label, self.port)
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node.label, self.port)
    }
}

impl fmt::Display for Edit {
    /// One line, much as the command that would do it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let db = |gain: &f32| Unit::Decibels.format(f64::from(*gain));
        match self {
            Edit::Title { title: Some(title) } => write!(f, "title {title:?}"),
            Edit::Title { title: None } => f.write_str("no title"),
            Edit::Disconnect { from, to } => write!(f, "disconnect {from} {to}"),
            Edit::Undrive { from, to } => write!(f, "undrive {to} {from}"),
            Edit::RemoveNode { node } => write!(f, "remove {node}"),
            Edit::Relabel { node, was } => write!(f, "rename {was} {node}"),
            Edit::ReplaceNode { node, spec, was } => {
                let now = describe(spec);
                if now == *was {
                    write!(f, "replace {node} {now}")
                } else {
                    write!(f, "replace {node} {now} (was {was})")
                }
            }
            Edit::AddNode { node, spec } => write!(f, "add {node} {}", describe(spec)),
            Edit::Pin { node, .. } => write!(f, "layout of {node}, without a change of sound"),
            Edit::Bypass { node, on } => write!(f, "bypass {node} {}", if *on { "on" } else { "off" }),
            Edit::SetParam { node, param, value, was, info } => {
                write!(f, "set {node}.{param} {} (was {})", show_value(info, *value), show_value(info, *was))
            }
            Edit::Connect { from, to, gain_db: 0.0 } => write!(f, "connect {from} {to}"),
            Edit::Connect { from, to, gain_db } => write!(f, "connect {from} {to} at {}", db(gain_db)),
            Edit::SetCableGain { from, to, gain_db, was } => {
                write!(f, "gain of {from} {to} {} (was {})", db(gain_db), db(was))
            }
            Edit::Drive { from, to, depth, unit } => {
                write!(f, "drive {to} from {from} depth {}", unit.format(f64::from(*depth)))
            }
            Edit::SetDepth { from, to, depth, was, unit } => {
                let show = |v: &f32| unit.format(f64::from(*v));
                write!(f, "depth of {from} on {to} {} (was {})", show(depth), show(was))
            }
        }
    }
}

/// The kind, and the channels where there is more than one.
pub(crate) fn describe(spec: &NodeSpec) -> String {
    describe_layout(&spec.kind, &spec.layout)
}

pub(crate) fn describe_layout(kind: &str, layout: &Layout) -> String {
    match layout.channels {
        0 | 1 => kind.to_owned(),
        n => format!("{kind} with {n} channels"),
    }
}
