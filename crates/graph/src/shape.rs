//! What a node looks like from outside: its ports and parameters, by name.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use sostenuto_units::Unit;

/// A name: a literal for what the catalogue lists, owned for what is numbered (`gain3`).
pub type Name = Cow<'static, str>;

/// A port: a named place where cables end (input) or start (output).
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// Its name, unique among the ports of its direction.
    pub name: Name,
    /// How many channels it carries, from 1 to [`MAX_CHANNELS`].
    pub channels: u16,
}

/// The most channels one port can carry.
pub const MAX_CHANNELS: u16 = 64;

/// How many parts can lie inside each other.
pub const MAX_DEPTH: usize = 32;

/// The most parameters one node can have.
pub const MAX_PARAMS: usize = 64;

/// How a parameter gets to a value that is set with no ramp given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Approach {
    /// On the smoothest path that ends after this many seconds: no step and no corner in the signal that it scales.
    Glide(f32),
    /// At once: for switches, choices, triggers and gates.
    Step,
}

/// How a parameter's range is laid out, for knobs and for ramps that name no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Equal distances are equal differences.
    Linear,
    /// Equal distances are equal ratios.
    Logarithmic,
}

/// A parameter of a node: a number that can be set, ramped, and driven by cables.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, unique among the node's parameters.
    pub name: Name,
    /// What the number counts.
    pub unit: Unit,
    /// The lowest value; what drives the parameter is limited to it.
    pub min: f32,
    /// The highest value.
    pub max: f32,
    /// The value of a new node.
    pub default: f32,
    /// How its range is laid out.
    pub curve: Curve,
    /// How it gets to a new value.
    pub approach: Approach,
    /// Names of the whole numbers from 0 up, if the parameter is a choice (`["sine", "triangle"]`), else empty.
    pub choices: Cow<'static, [Name]>,
}

/// The ports and parameters of one node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// Where signals come in.
    pub inputs: Vec<Port>,
    /// Where signals go out.
    pub outputs: Vec<Port>,
    /// What can be set.
    pub params: Vec<Parameter>,
}

impl Shape {
    /// The number of the input called `name`.
    pub fn input(&self, name: &str) -> Option<u16> {
        position(self.inputs.iter().map(|p| &p.name), name)
    }

    /// The number of the output called `name`.
    pub fn output(&self, name: &str) -> Option<u16> {
        position(self.outputs.iter().map(|p| &p.name), name)
    }

    /// The number of the parameter called `name`.
    pub fn param(&self, name: &str) -> Option<u16> {
        position(self.params.iter().map(|p| &p.name), name)
    }
}

fn position<'a>(mut names: impl Iterator<Item = &'a Name>, name: &str) -> Option<u16> {
    names.position(|n| n == name).map(|i| i as u16)
}
