//! What is said about the patch: what it is, and how it is to change.

use super::{Problem, Steps};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A patch that is to sound instead of the present one: exactly one of `toml` and `json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// The text of a document in TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toml: Option<String>,
    /// A document in JSON: as it is, or as a text, of which problems then have the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "object | string"))]
    pub json: Option<Box<RawValue>>,
    /// When, as before a command at the prompt: `at next bar`, `@96000f`. At once if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// What became of a patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Applied {
    /// Names the edits in their notice; left out if nothing sounds different.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<u64>,
    /// The edits that were made, a line each, as `sostenuto diff` writes them.
    pub edits: Vec<String>,
    /// What the author of the patch should know.
    pub warnings: Vec<Problem>,
}

/// How a patch is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// TOML.
    #[default]
    Toml,
    /// JSON of the same structure.
    Json,
}

/// Asks for the present patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct GetPatch {
    /// How it is to be written: TOML if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

/// The present patch, in one settled form, without comments.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct PatchText {
    /// As TOML, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toml: Option<String>,
    /// As JSON, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "object"))]
    pub json: Option<Box<RawValue>>,
    /// How many edits can be taken back.
    pub steps: Steps,
}

/// A line of the prompt of `sostenuto play`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CommandLine {
    /// The line: `set filter.cutoff 400 over 2s`.
    pub line: String,
}

/// What became of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Outcome {
    /// Names the request in its notice; left out if the audio thread has nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<u64>,
    /// The edits that were made, a line each.
    pub edits: Vec<String>,
    /// What the prompt would show: an answer, or why there was nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A value: a number in the unit of its parameter, or a text as in a patch (`A2`, `-6dB`, `saw`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// The path on which a parameter goes to its new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Ramp {
    /// A straight line.
    Linear,
    /// Equal ratios in equal times.
    Exponential,
    /// The smoothest path: no corner at either end.
    Glide,
}

/// Sets a parameter or a setting of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct SetParam {
    /// The label of the node; inside of an instance of a part `INSTANCE/NODE`.
    pub node: String,
    /// The parameter or setting.
    pub param: String,
    /// The value.
    pub value: Value,
    /// How long it takes to get there: `2s`, `4 beats`. If it is left out it goes there smoothly in 5 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// On which path, with `over`; if it is left out, as the parameter's range is laid out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// When, as before a command at the prompt. At once if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether it can be undone by itself: yes, if it is left out. `false` is for a slider while it is dragged: it takes a number, no `over`, and
    /// is undone with the edit that comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<bool>,
}

/// Gives a port another device: an edit of the patch, as the command `set NODE.device ID`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct SetDevice {
    /// The label of the port's node.
    pub node: String,
    /// The device: its id, its name, or `default`.
    pub device: String,
    /// When, as before a command at the prompt. At once if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}
