//! What is said about kinds of node.

use serde::{Deserialize, Serialize};

/// Asks which kinds of node there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// Only this one; all if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Kinds of node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KindList {
    /// Those of the catalogue, then the parts of the present patch that nodes of it are made of.
    pub kinds: Vec<Kind>,
}

/// What a kind is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Makes sound.
    Source,
    /// Makes a signal that drives parameters.
    Control,
    /// Gain, pan, mixing.
    Level,
    /// Shapes the spectrum.
    Filter,
    /// Delay, chorus, reverb.
    Space,
    /// Compressor, limiter, saturation.
    Dynamics,
    /// Arithmetic on signals.
    Maths,
    /// Shows or sends out a signal.
    Output,
    /// The ports of a part, and parts.
    Part,
}

/// A kind of node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Kind {
    /// Its name in documents.
    pub name: String,
    /// What it is for.
    pub group: Group,
    /// One line on what it does.
    pub summary: String,
    /// Its inputs. Cables that name no port end at the first.
    pub inputs: Vec<Port>,
    /// Its outputs. Cables that name no port start at the first.
    pub outputs: Vec<Port>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What is fixed for a node's life.
    pub settings: Vec<Setting>,
    /// Ports and parameters that come numbered: `in1`, `gain1`, `in2` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<Bank>,
    /// Whether it may close a feedback loop.
    pub delays: bool,
    /// Whether it plays a buffer.
    pub plays: bool,
    /// Whether it is a part of the patch.
    pub part: bool,
}

/// A port of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its channels; left out if it has as many as its cables bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// One line on what it carries.
    pub summary: String,
}

/// A parameter of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The symbol of its unit; empty if it has none.
    pub unit: String,
    /// The lowest value.
    pub min: f32,
    /// The highest value.
    pub max: f32,
    /// The value if none is given.
    pub default: f32,
    /// Whether its range is laid out in equal ratios instead of equal differences.
    pub logarithmic: bool,
    /// The names of the values 0, 1, 2 …, if it is a choice; else empty.
    pub choices: Vec<String>,
    /// One line on what it does.
    pub summary: String,
}

/// A setting of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// The value if none is given.
    pub default: f64,
    /// The names of the values 0, 1, 2 …, if it is a choice; else empty.
    pub choices: Vec<String>,
    /// One line on what it does.
    pub summary: String,
}

/// Ports and parameters that come numbered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Bank {
    /// The setting that says how many.
    pub setting: String,
    /// The input of each; its name gets the number.
    pub port: Port,
    /// The parameters of each; their names get the number.
    pub params: Vec<Param>,
}
