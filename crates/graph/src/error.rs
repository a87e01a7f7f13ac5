//! What can be wrong with an edit. Nothing has changed when one of these comes back.

use crate::message::NodeId;
use alloc::string::String;
use alloc::vec::Vec;

/// Why an edit was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There is no such node.
    #[error("there is no node {}: it was removed, or belongs to another graph", .0.number())]
    NoSuchNode(NodeId),
    /// There is no such cable.
    #[error("there is no such cable: it was removed, perhaps with a node at one of its ends")]
    NoSuchCable,
    /// The node has no such port.
    #[error("`{node}` has no {direction} {port}: it has {has} (counted from 0)")]
    NoSuchPort {
        /// The node's name.
        node: String,
        /// `input` or `output`.
        direction: &'static str,
        /// The number asked for.
        port: u16,
        /// How many there are.
        has: usize,
    },
    /// The node has no such parameter.
    #[error("`{node}` has no parameter {param}: it has {has} (counted from 0)")]
    NoSuchParam {
        /// The node's name.
        node: String,
        /// The number asked for.
        param: u16,
        /// How many there are.
        has: usize,
    },
    /// A value outside the parameter's range, or not a number.
    #[error("`{node}.{param}` = {value} is out of range: give {min} to {max}")]
    OutOfRange {
        /// The node's name.
        node: String,
        /// The parameter's name.
        param: String,
        /// The value asked for.
        value: f32,
        /// The lowest value.
        min: f32,
        /// The highest value.
        max: f32,
    },
    /// A gain or a depth that is not a finite number.
    #[error("a cable's gain or depth is a finite number, not {0}")]
    BadGain(f32),
    /// The two ends lie in different parts.
    #[error("`{0}` and `{1}` lie in different parts: lead the cable through the part's ports")]
    AcrossParts(String, String),
    /// The same two ends are already joined.
    #[error("`{0}` already feeds that place of `{1}`: change the gain of the cable that is there")]
    DuplicateCable(String, String),
    /// A cycle without a delay.
    #[error("a cycle without a delay: {}: put a node that delays into it", cycle(.nodes))]
    Cycle {
        /// The nodes on it, in order.
        nodes: Vec<String>,
    },
    /// A node's ports or parameters are beyond the limits.
    #[error("`{node}` has {what}: at most {limit}")]
    TooLarge {
        /// The node's name.
        node: String,
        /// What it has too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A parameter of a node to be added has no usable range.
    #[error("`{node}.{param}` has no range that holds its default: give finite bounds around it")]
    BadRange {
        /// The node's name.
        node: String,
        /// The parameter's name.
        param: String,
    },
    /// The inside of a node that is not a part.
    #[error("`{0}` is not a part, so that nothing lies inside it: name a part")]
    NotAPart(String),
    /// Notes for a node that is not an instrument.
    #[error("`{0}` takes no notes: name a part with voices, or a sampler")]
    NotAnInstrument(String),
    /// No more nodes or cables fit.
    #[error("the graph holds as many {what} as it can ({limit}): remove some first")]
    Full {
        /// Nodes or cables.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}

fn cycle(nodes: &[String]) -> String {
    let mut text = nodes.join(" → ");
    if let Some(first) = nodes.first() {
        text.push_str(" → ");
        text.push_str(first);
    }
    text
}
