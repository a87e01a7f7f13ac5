//! What a document says of a part: its nodes, the parameters that it shows, and its voices.

use super::Nodes;
use crate::limits::{INLET_KIND, OUTLET_KIND};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A kind that a document defines: nodes with ports of their own, used as `kind = "NAME"`.
///
/// Its ports are its nodes of kind `inlet` and `outlet`, in their order; their labels are the names of the ports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The file that the rest comes from, if the document does not say it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its voices, if it is an instrument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voices: Option<Voicing>,
    /// The parameters that its instances have, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, PartParam>,
    /// What it is made of. Ids are unique within the part.
    #[serde(default)]
    pub nodes: Nodes,
}

/// A parameter of a part: stands for parameters of nodes inside.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartParam {
    /// What it sets. The first tells the unit and, unless they are given, the range and the default.
    pub to: Vec<Target>,
    /// The lowest value, in the unit of the targets; else what all of them take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f32>,
    /// The highest value; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
    /// The value of an instance that gives none; else the one that the first target has in the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<f32>,
}

/// A parameter of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The label of the node.
    pub node: String,
    /// The name of its parameter.
    pub param: String,
}

/// The voices of an instrument, as far as the document says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voicing {
    /// How many notes can sound at once, from 1 to 256.
    pub voices: u16,
    /// How many stolen notes can fade at once, from 0 to 64; 4 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spares: Option<u16>,
    /// One note at a time or many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Which note makes room for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal: Option<Steal>,
    /// Which of the held notes sounds, of an instrument that plays one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// How long the pitch takes from one note to the next, in milliseconds from 0 to 10,000; 0 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glide_ms: Option<f32>,
    /// How long a stolen note fades, in milliseconds from 0 to 1000; 5 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fade_ms: Option<f32>,
}

/// One note at a time or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As many notes as there are voices.
    #[default]
    Poly,
    /// One note; each begins anew.
    Mono,
    /// One note; one that is played while another is held goes on with its sound.
    Legato,
}

/// Which note makes room for a new one when all voices are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steal {
    /// The one that began first.
    #[default]
    Oldest,
    /// The one that is least loud now.
    Quietest,
    /// The one that was struck most softly.
    LowestVelocity,
    /// The one whose pitch is furthest from the last note's.
    Furthest,
    /// The one of the same pitch, even if there is a free voice; else the oldest.
    SameNote,
}

/// Which of the held notes sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// The one that was struck last.
    #[default]
    Last,
    /// The lowest.
    Low,
    /// The highest.
    High,
}

impl Mode {
    /// All, as documents number them.
    pub(crate) const ALL: [Mode; 3] = [Mode::Poly, Mode::Mono, Mode::Legato];
    /// Their names in documents.
    pub(crate) const NAMES: &[&str] = &["poly", "mono", "legato"];
}

impl Steal {
    /// All, as documents number them.
    pub(crate) const ALL: [Steal; 5] =
        [Steal::Oldest, Steal::Quietest, Steal::LowestVelocity, Steal::Furthest, Steal::SameNote];
    /// Their names in documents.
    pub(crate) const NAMES: &[&str] = &["oldest", "quietest", "lowest_velocity", "furthest", "same_note"];
}

impl Priority {
    /// All, as documents number them.
    pub(crate) const ALL: [Priority; 3] = [Priority::Last, Priority::Low, Priority::High];
    /// Their names in documents.
    pub(crate) const NAMES: &[&str] = &["last", "low", "high"];
}

impl Part {
    /// A part of these nodes, with no parameters and no voices.
    pub fn of(nodes: Nodes) -> Self {
        Part { nodes, ..Part::default() }
    }

    /// The labels of its ports, in their order.
    fn ports(&self, kind: &str) -> impl Iterator<Item = &String> {
        self.nodes.iter().filter(move |(_, n)| n.kind == kind).map(|(label, _)| label)
    }
}

impl PartialEq for Part {
    /// Of the order of nodes, only that of the ports means something.
    fn eq(&self, other: &Self) -> bool {
        let alike = |kind| self.ports(kind).eq(other.ports(kind));
        self.file == other.file
            && self.voices == other.voices
            && self.params == other.params
            && self.nodes == other.nodes
            && alike(INLET_KIND)
            && alike(OUTLET_KIND)
    }
}

impl Voicing {
    /// So many voices, and the rest left open.
    pub fn of(voices: u16) -> Self {
        Voicing { voices, ..Voicing::default() }
    }

    /// What the document says under a key.
    pub(crate) fn get(&self, key: &str) -> Option<f64> {
        match key {
            "voices" => Some(f64::from(self.voices)),
            "spares" => self.spares.map(f64::from),
            "mode" => self.mode.map(|m| f64::from(m as u8)),
            "steal" => self.steal.map(|s| f64::from(s as u8)),
            "priority" => self.priority.map(|p| f64::from(p as u8)),
            "glide" => self.glide_ms.map(f64::from),
            "fade" => self.fade_ms.map(f64::from),
            _ => None,
        }
    }

    /// Notes what the document says under a key, which is in the range of that key.
    pub(crate) fn set(&mut self, key: &str, value: f64) {
        let place = value as usize;
        match key {
            "voices" => self.voices = value as u16,
            "spares" => self.spares = Some(value as u16),
            "mode" => self.mode = Mode::ALL.get(place).copied(),
            "steal" => self.steal = Steal::ALL.get(place).copied(),
            "priority" => self.priority = Priority::ALL.get(place).copied(),
            "glide" => self.glide_ms = Some(value as f32),
            "fade" => self.fade_ms = Some(value as f32),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, Priority, Steal};

    #[test]
    fn names_and_numbers_of_choices_agree() {
        let serde = |value: serde_json::Value| value.as_str().map(str::to_owned);
        for (number, mode) in Mode::ALL.into_iter().enumerate() {
            assert_eq!(
                (mode as usize, serde(serde_json::json!(mode))),
                (number, Some(Mode::NAMES[number].into()))
            );
        }
        for (number, steal) in Steal::ALL.into_iter().enumerate() {
            assert_eq!(
                (steal as usize, serde(serde_json::json!(steal))),
                (number, Some(Steal::NAMES[number].into()))
            );
        }
        for (number, one) in Priority::ALL.into_iter().enumerate() {
            assert_eq!(
                (one as usize, serde(serde_json::json!(one))),
                (number, Some(Priority::NAMES[number].into()))
            );
        }
    }
}
