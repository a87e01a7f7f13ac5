//! The kinds that a patch may use, and what the names in a document mean for each of them.

use crate::hash::Keyed;
use crate::kind::{BankInfo, KindInfo, ParamInfo, PortInfo};
use crate::listing::Listing;
use crate::model::{Buffers, Node};
use crate::suggest::nearest;
use sostenuto_nodes::{Kind, Layout, Recording, SettingInfo, SettingRange, Slot, slot_settings};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The kinds that documents are read against, and the parts that a document defines beside them. A copy costs the same whatever is in it.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    listed: Arc<Listed>,
    /// The parts of a patch, at the places that they have in it.
    parts: Listing<Arc<KindInfo>>,
    /// The buffers of the same patch.
    buffers: Buffers,
}

/// The kinds that are no parts.
#[derive(Debug, Default)]
struct Listed {
    kinds: Vec<Arc<KindInfo>>,
    by_name: HashMap<String, Arc<KindInfo>, Keyed>,
}

impl Catalogue {
    /// A catalogue of these kinds.
    pub fn new<'k>(kinds: impl IntoIterator<Item = &'k Kind>) -> Self {
        let kinds: Vec<Arc<KindInfo>> = kinds.into_iter().map(|k| Arc::new(KindInfo::from(k))).collect();
        let by_name = kinds.iter().map(|k| (k.name.to_string(), k.clone())).collect();
        Catalogue {
            listed: Arc::new(Listed { kinds, by_name }),
            parts: Listing::new(),
            buffers: Listing::new(),
        }
    }

    /// Its kinds but for the parts of a patch, in their order.
    pub fn kinds(&self) -> &[Arc<KindInfo>] {
        &self.listed.kinds
    }

    /// The parts of a patch, by name.
    pub fn parts(&self) -> &Listing<Arc<KindInfo>> {
        &self.parts
    }

    /// The same, to change. None has the name of a kind that is no part.
    pub(crate) fn parts_mut(&mut self) -> &mut Listing<Arc<KindInfo>> {
        &mut self.parts
    }

    /// The buffers of a patch, by name.
    pub fn buffers(&self) -> &Buffers {
        &self.buffers
    }

    /// The same, to change. What of the parts plays one is to be defined anew then.
    pub(crate) fn buffers_mut(&mut self) -> &mut Buffers {
        &mut self.buffers
    }

    /// The kind of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<KindInfo>> {
        self.listed.by_name.get(name).or_else(|| self.parts.get(name))
    }

    /// Whether this is the name of a kind that is not a part of the patch.
    pub(crate) fn is_listed(&self, name: &str) -> bool {
        self.listed.by_name.contains_key(name)
    }

    /// Whether the kinds that are no parts are the very same.
    pub(crate) fn is_of(&self, other: &Catalogue) -> bool {
        Arc::ptr_eq(&self.listed, &other.listed)
    }

    /// Without the parts of a patch.
    pub(crate) fn without_parts(&self) -> Catalogue {
        Catalogue { listed: self.listed.clone(), parts: Listing::new(), buffers: Listing::new() }
    }

    /// The name that was probably meant by one that is not there.
    pub fn suggest(&self, name: &str) -> Option<String> {
        nearest(name, self.listed.kinds.iter().chain(self.parts.values()).map(|k| &*k.name))
    }
}

/// A name of a bank's port or parameter, taken apart: `gain12` is `gain` and 12.
fn numbered(name: &str) -> Option<(&str, u32)> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[stem.len()..];
    if digits.is_empty() || digits.len() > 5 || digits.starts_with('0') {
        return None;
    }
    Some((stem, digits.parse().ok()?))
}

/// The most ports that the kind's bank can have.
pub(crate) fn bank_max(kind: &KindInfo, bank: &BankInfo) -> u32 {
    setting(kind, bank.setting).map_or(0, |s| s.limits().1 as u32)
}

/// A parameter by name, and its number in the bank if it belongs to one.
pub(crate) fn param<'k>(kind: &'k KindInfo, name: &str) -> Option<(&'k ParamInfo, Option<u32>)> {
    if let Some(info) = kind.params.iter().find(|p| p.name == name) {
        return Some((info, None));
    }
    let bank = kind.bank.as_ref()?;
    let (stem, number) = numbered(name)?;
    let info = bank.params.iter().find(|p| p.name == stem)?;
    (number <= bank_max(kind, bank)).then_some((info, Some(number)))
}

/// An input port by name, and its number in the bank if it belongs to one.
pub(crate) fn input<'k>(kind: &'k KindInfo, name: &str) -> Option<(&'k PortInfo, Option<u32>)> {
    if let Some(info) = kind.inputs.iter().find(|p| p.name == name) {
        return Some((info, None));
    }
    let bank = kind.bank.as_ref()?;
    let (stem, number) = numbered(name)?;
    (stem == bank.port.name && number <= bank_max(kind, bank)).then_some((&bank.port, Some(number)))
}

/// A setting by name.
pub(crate) fn setting<'k>(kind: &'k KindInfo, name: &str) -> Option<&'k SettingInfo> {
    kind.settings.iter().find(|s| s.name == name)
}

/// Whether the kind has any input.
pub(crate) fn has_inputs(kind: &KindInfo) -> bool {
    !kind.inputs.is_empty() || kind.bank.is_some()
}

/// Whether anything about the kind follows the channels of what comes in.
pub(crate) fn follows(kind: &KindInfo) -> bool {
    use sostenuto_nodes::Width::Follow;
    let of_bank = kind.bank.iter().map(|b| &b.port);
    kind.inputs.iter().chain(&kind.outputs).chain(of_bank).any(|p| p.width == Follow)
}

/// The names of the parameters that a node of this kind has when its bank is `count` wide.
pub(crate) fn param_names(kind: &KindInfo, count: u32) -> Vec<String> {
    let own = kind.params.iter().map(|p| p.name.to_string());
    let of_bank = kind
        .bank
        .iter()
        .flat_map(|b| (1..=count).flat_map(move |n| b.params.iter().map(move |p| format!("{}{n}", p.name))));
    own.chain(of_bank).collect()
}

/// The names of the inputs that a node of this kind has when its bank is `count` wide.
pub(crate) fn input_names(kind: &KindInfo, count: u32) -> Vec<String> {
    let own = kind.inputs.iter().map(|p| p.name.to_string());
    let of_bank = kind.bank.iter().flat_map(|b| (1..=count).map(|n| format!("{}{n}", b.port.name)));
    own.chain(of_bank).collect()
}

/// The names that a document may set on a kind: parameters, then settings.
pub(crate) fn item_names(kind: &KindInfo) -> Vec<String> {
    let settings = kind.settings.iter().map(|s| s.name.to_owned());
    let buffer = kind.plays.then(|| BUFFER_KEY.to_owned());
    let device = kind.port.map(|_| DEVICE_KEY.to_owned());
    let slots = kind.samples.then(|| SLOTS_KEY.to_owned());
    param_names(kind, 1).into_iter().chain(settings).chain(buffer).chain(device).chain(slots).collect()
}

/// How many ports the bank of a node has: what its document says, else as many as its cables name.
pub(crate) fn bank_count<'n>(
    kind: &KindInfo,
    settings: &BTreeMap<String, f64>,
    ports: impl Iterator<Item = &'n str>,
) -> u32 {
    let Some(bank) = &kind.bank else { return 0 };
    if let Some(count) = settings.get(bank.setting) {
        return *count as u32;
    }
    let least = match setting(kind, bank.setting).map(|s| s.range) {
        Some(SettingRange::Whole { min, .. }) => min,
        _ => 0,
    };
    ports.filter_map(|p| input(kind, p)?.1).max().unwrap_or(0).max(least).min(bank_max(kind, bank))
}

/// Every setting of the kind, with its default where the document does not say.
pub(crate) fn all_settings(
    kind: &KindInfo,
    given: &BTreeMap<String, f64>,
    bank: u32,
) -> BTreeMap<String, f64> {
    let value = |s: &SettingInfo| match (given.get(s.name), &kind.bank) {
        (Some(value), _) => *value,
        (None, Some(b)) if b.setting == s.name => f64::from(bank),
        (None, _) => s.default(),
    };
    kind.settings.iter().map(|s| (s.name.to_owned(), value(s))).collect()
}

/// The key under which a node names what it plays, if its kind plays a buffer.
pub(crate) const BUFFER_KEY: &str = "buffer";
/// The key under which a node lists what its slots play, if its kind has slots; and the setting that says how many there are.
pub(crate) const SLOTS_KEY: &str = "slots";
pub(crate) const SLOT_COUNT: &str = "slot_count";
/// The key under which a node names its device, if its kind is a port.
pub(crate) const DEVICE_KEY: &str = "device";
/// The setting by which a port asks for the clock.
pub(crate) const CLOCK_KEY: &str = "clock";

/// The layout of a node whose channels are settled.
pub(crate) fn layout(
    channels: u16,
    settings: BTreeMap<String, f64>,
    node: &Node,
    buffers: &Buffers,
) -> Layout {
    let recording = |name: &String| {
        let source = buffers.get(name);
        let buffer = source.and_then(|source| source.sound.clone());
        Recording { name: name.clone(), buffer, footage: source.and_then(|source| source.footage.clone()) }
    };
    let (buffer, device) = (node.buffer.as_ref().map(recording), node.device.clone());
    let slot = |slot: &crate::model::Slot| Slot {
        recording: recording(&slot.buffer),
        settings: slot_settings(&slot.settings),
    };
    let slots = node.slots.iter().map(slot).collect();
    Layout { channels, settings, seed: seed(&node.id), buffer, device, slots }
}

/// What the random numbers of a node start from: the 64-bit FNV-1a hash of its id (Fowler, Noll and Vo; RFC 9923), so that a
/// patch sounds the same each time and two noises in it differ.
pub fn seed(id: &str) -> u64 {
    seed_within("", id)
}

/// The same of an id behind the way to where it lies.
pub fn seed_within(way: &str, id: &str) -> u64 {
    way.bytes().chain(id.bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{numbered, seed};

    #[test]
    fn names_of_a_bank_come_apart() {
        assert_eq!(numbered("gain12"), Some(("gain", 12)));
        for name in ["gain", "gain0", "gain01", "gain123456", ""] {
            assert_eq!(numbered(name), None, "{name}");
        }
    }

    #[test]
    fn the_seed_is_fnv_1a() {
        // The vectors published with the algorithm.
        assert_eq!(seed(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(seed("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(seed("foobar"), 0x8594_4171_f739_67e8);
    }
}
