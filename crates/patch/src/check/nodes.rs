//! Whether the nodes of a patch or a part can be built.

use super::{Sink, cables, loops};
use crate::catalogue::{
    BUFFER_KEY, Catalogue, DEVICE_KEY, SLOT_COUNT, SLOTS_KEY, bank_count, follows, has_inputs, param, setting,
};
use crate::fault::{BufferFault, Fault, PartFault};
use crate::kind::KindInfo;
use crate::limits::{
    INLET_KIND, INPUT_KIND, MAX_CABLES, MAX_DEVICE, MAX_NAME, MAX_NODES, NOTE_KIND, OUTLET_KIND, OUTPUT_KIND,
    STREAM_KIND,
};
use crate::listing::Listing;
use crate::model::{Buffers, Node, Nodes, Part, Patch};
use crate::places::Places;
use crate::quantity::Quantity;
use crate::read::unknown_param;
use crate::suggest::nearest;
use crate::tree::Span;
use sostenuto_graph::{MAX_CHANNELS, MAX_PARAMS};
use sostenuto_nodes::SLOT_SETTINGS;
use std::collections::HashMap;
use std::sync::Arc;

/// Where nodes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Patch,
    Part,
    Instrument,
}

/// The nodes of a patch or of a part.
pub(super) struct Set<'a> {
    pub nodes: &'a Nodes,
    pub within: Within,
    /// The parts of the patch. One that the catalogue does not have is told of elsewhere.
    pub parts: &'a Listing<Part>,
}

impl Set<'_> {
    pub fn check(&self, catalogue: &Catalogue, places: &Places, sink: &mut Sink<'_>) {
        let nodes = self.nodes;
        if nodes.len() > MAX_NODES {
            return sink(None, None, None, Fault::TooManyNodes { count: nodes.len() });
        }
        let count = nodes.values().map(|n| Patch::sources(n).count()).sum();
        if count > MAX_CABLES {
            return sink(None, None, None, Fault::TooManyCables { count });
        }
        let mut ids: HashMap<&str, &str> = HashMap::with_capacity(nodes.len());
        let kinds: Vec<Option<&KindInfo>> =
            nodes.values().map(|n| catalogue.find(&n.kind).map(Arc::as_ref)).collect();
        for ((label, node), kind) in nodes.iter().zip(&kinds) {
            let mut site = Site { label, node, places, sink };
            site.names();
            if let Some(other) = ids.insert(&node.id, label) {
                site.say_of("id", Fault::DuplicateId { id: node.id.clone(), other: other.to_owned() });
            }
            match kind {
                Some(kind) => site.of_kind(kind, self.within, catalogue.buffers()),
                None if places.kind_is_missing(label) || self.parts.contains_key(&node.kind) => {}
                None => {
                    let suggestion = catalogue.suggest(&node.kind);
                    site.say_of("kind", Fault::UnknownKind { kind: node.kind.clone(), suggestion });
                }
            }
        }
        cables::check(nodes, catalogue, places, sink);
        loops::check(nodes, &kinds, places, sink);
        // A kind that nobody knows may have been meant to be an output.
        let ends = |kind: &str| kinds.iter().any(|k| k.is_none_or(|k| k.name == kind || k.shows));
        match self.within {
            Within::Patch if !kinds.iter().any(|k| k.is_none_or(|k| k.name == OUTPUT_KIND)) => {
                sink(None, None, None, Fault::NoOutput);
            }
            Within::Part | Within::Instrument if !ends(OUTLET_KIND) => {
                sink(places.own(Places::HEAD), None, None, PartFault::NoOutlet.into());
            }
            _ => loops::not_heard(nodes, &kinds, places, sink),
        }
    }
}

/// Tells what is wrong with a node of a patch by itself, but for its cables.
pub(crate) fn one(label: &str, node: &Node, (kind, buffers): (&KindInfo, &Buffers), sink: &mut Sink<'_>) {
    let mut site = Site { label, node, places: &Places::default(), sink };
    site.names();
    site.of_kind(kind, Within::Patch, buffers);
}

/// A node while it is checked.
struct Site<'a, 'm, 's> {
    label: &'a str,
    node: &'a Node,
    places: &'a Places,
    sink: &'m mut Sink<'s>,
}

impl Site<'_, '_, '_> {
    fn say(&mut self, span: Option<Span>, item: Option<&str>, fault: Fault) {
        (self.sink)(span, Some(self.label.to_owned()), item.map(str::to_owned), fault);
    }

    fn say_of(&mut self, item: &str, fault: Fault) {
        self.say(self.places.key(self.label, item), Some(item), fault);
    }

    fn names(&mut self) {
        if !is_name(self.label) {
            self.say(self.places.head(self.label), None, Fault::BadName { name: self.label.to_owned() });
        }
        let id = self.node.id.as_str();
        if id != self.label && !is_name(id) {
            self.say_of("id", Fault::BadName { name: id.to_owned() });
        }
    }

    fn of_kind(&mut self, kind: &KindInfo, within: Within, buffers: &Buffers) {
        self.belongs(kind, within);
        self.plays(kind, buffers);
        self.slots(kind, buffers);
        self.device(kind);
        self.layout(kind);
        self.values(kind);
    }

    /// Whether a node of this kind can be where it is.
    fn belongs(&mut self, kind: &KindInfo, within: Within) {
        let inner = kind.part.as_ref().filter(|p| p.plays && within == Within::Instrument);
        let fault = match (&*kind.name, within) {
            (INLET_KIND | OUTLET_KIND, Within::Patch) => {
                PartFault::OnlyInPart { kind: kind.name.to_string() }
            }
            (NOTE_KIND, Within::Patch | Within::Part) => PartFault::OnlyInInstrument,
            (OUTPUT_KIND, Within::Part | Within::Instrument) => PartFault::OutputInside,
            (INPUT_KIND, Within::Part | Within::Instrument) => PartFault::InputInside,
            _ => match inner {
                Some(part) => PartFault::InstrumentInside { part: part.name.clone() },
                None => return,
            },
        };
        self.say_of("kind", fault.into());
    }

    /// Whether what it plays is there, and has channels that fit.
    fn plays(&mut self, kind: &KindInfo, buffers: &Buffers) {
        let fault = match (&self.node.buffer, kind.plays) {
            (None, false) => return,
            (Some(_), false) => unknown_param(kind, BUFFER_KEY),
            (None, true) => BufferFault::Missing { kind: kind.name.clone() }.into(),
            (Some(name), true) => {
                let Some(source) = buffers.get(name) else {
                    let suggestion = nearest(name, buffers.keys().map(String::as_str));
                    let fault = BufferFault::Unknown { name: name.clone(), suggestion };
                    return self.say_of(BUFFER_KEY, fault.into());
                };
                let streams = kind.name == STREAM_KIND;
                if source.stream != streams {
                    let (name, kind) = (name.clone(), kind.name.clone());
                    return self.say_of(BUFFER_KEY, BufferFault::Elsewhere { name, kind, streams }.into());
                }
                let (there, own) =
                    (source.channels().unwrap_or(1), usize::from(self.node.channels.unwrap_or(1)));
                if there == 1 || there == own {
                    return;
                }
                BufferFault::Channels { name: name.clone(), there, own }.into()
            }
        };
        self.say_of(BUFFER_KEY, fault);
    }

    /// Whether what its slots play is there, and how it is played makes sense.
    fn slots(&mut self, kind: &KindInfo, buffers: &Buffers) {
        if self.node.slots.is_empty() {
            return;
        }
        if !kind.samples {
            return self.say_of(SLOTS_KEY, unknown_param(kind, SLOTS_KEY));
        }
        let default = || setting(kind, SLOT_COUNT).map_or(0.0, |info| info.default());
        let room = self.node.settings.get(SLOT_COUNT).copied().unwrap_or_else(default) as usize;
        let count = self.node.slots.len();
        if count > room {
            self.say_of(SLOTS_KEY, BufferFault::TooManySlots { count, room }.into());
        }
        for slot in &self.node.slots {
            if buffers.get(&slot.buffer).is_some_and(|source| source.stream) {
                let (name, kind) = (slot.buffer.clone(), kind.name.clone());
                self.say_of(SLOTS_KEY, BufferFault::Elsewhere { name, kind, streams: false }.into());
            }
            if buffers.get(&slot.buffer).is_none() && !slot.buffer.is_empty() {
                let suggestion = nearest(&slot.buffer, buffers.keys().map(String::as_str));
                let fault = BufferFault::Unknown { name: slot.buffer.clone(), suggestion };
                self.say_of(SLOTS_KEY, fault.into());
            }
            for (name, value) in &slot.settings {
                match SLOT_SETTINGS.iter().find(|info| info.name == name) {
                    None => {
                        let fault = BufferFault::UnknownOfSlot { key: name.clone(), suggestion: None };
                        self.say_of(SLOTS_KEY, fault.into());
                    }
                    Some(info) => {
                        if let Err(fault) = Quantity::of_setting(info).check(*value) {
                            self.say_of(SLOTS_KEY, fault);
                        }
                    }
                }
            }
        }
    }

    /// Whether it names a device only if it is a port, and one that can be there.
    fn device(&mut self, kind: &KindInfo) {
        let fault = match &self.node.device {
            None => return,
            Some(_) if kind.port.is_none() => unknown_param(kind, DEVICE_KEY),
            Some(name) if name.is_empty() || name.len() > MAX_DEVICE || name.contains(char::is_control) => {
                Fault::BadDevice { length: name.len() }
            }
            Some(_) => return,
        };
        self.say_of(DEVICE_KEY, fault);
    }

    fn layout(&mut self, kind: &KindInfo) {
        if let Some(channels) = self.node.channels {
            if !follows(kind) {
                self.say_of("channels", Fault::ChannelsFixed { kind: kind.name.clone() });
            } else if !(1..=MAX_CHANNELS).contains(&channels) {
                self.say_of("channels", Fault::ChannelsOutOfRange { channels: f64::from(channels) });
            }
        }
        if self.node.bypass && (!has_inputs(kind) || kind.outputs.is_empty()) {
            self.say_of("bypass", Fault::CannotBypass { kind: kind.name.clone() });
        }
        let count = self.bank(kind);
        let of_bank = kind.bank.as_ref().map_or(0, |b| b.params.len() * count as usize);
        let params = kind.params.len() + of_bank;
        if params > MAX_PARAMS {
            self.say(self.places.head(self.label), None, Fault::TooManyParams { count: params });
        }
    }

    /// How wide the bank is; a complaint if more of it is in use.
    fn bank(&mut self, kind: &KindInfo) -> u32 {
        let Some(bank) = &kind.bank else { return 0 };
        let node = self.node;
        let ports = || node.cables.iter().map(|c| c.port.as_str());
        let params = node.params.keys().map(String::as_str);
        let count = bank_count(kind, &node.settings, ports());
        let used = ports().filter_map(|p| Some((crate::catalogue::input(kind, p)?.1?, p)));
        let used = used.chain(params.filter_map(|p| Some((param(kind, p)?.1?, p))));
        if let Some((needed, name)) = used.max().filter(|(needed, _)| *needed > count) {
            let fault = Fault::BankMismatch { setting: bank.setting, count, name: name.to_owned(), needed };
            self.say_of(bank.setting, fault);
        }
        count
    }

    fn values(&mut self, kind: &KindInfo) {
        let node = self.node;
        for (name, value) in &node.settings {
            match setting(kind, name).map(|info| Quantity::of_setting(info).check(*value)) {
                None => self.say_of(name, unknown_param(kind, name)),
                Some(Err(fault)) => self.say_of(name, fault),
                Some(Ok(())) => {}
            }
        }
        for (name, value) in &node.params {
            let Some((info, _)) = param(kind, name) else {
                self.say_of(name, unknown_param(kind, name));
                continue;
            };
            let quantity = Quantity::of_param(info);
            // What follows a signal is 0 and the signal, kept within the range.
            let follows = value.value == Some(0.0) && !value.drives.is_empty();
            let value_checked = value.value.filter(|_| !follows).map(|v| quantity.check(f64::from(v)));
            if let Some(Err(fault)) = value_checked {
                self.say_of(name, fault);
            }
            for drive in &value.drives {
                if let Err(fault) = quantity.depth().check(f64::from(drive.depth)) {
                    self.say_of(name, fault);
                }
            }
        }
    }
}

/// Whether it can be a label or an id: 1 to [`MAX_NAME`] letters, digits, `_` and `-`.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(fits)
}
