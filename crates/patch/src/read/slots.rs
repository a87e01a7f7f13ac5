//! The slots of a node that plays recordings.

use super::{Reader, wrong};
use crate::catalogue::{BUFFER_KEY, SLOTS_KEY};
use crate::fault::BufferFault;
use crate::model::Slot;
use crate::quantity::Quantity;
use crate::suggest::nearest;
use crate::tree::{Entry, Tree, Value};
use sostenuto_nodes::SLOT_SETTINGS;

impl Reader<'_> {
    /// What a node lists: for each slot the name of its buffer, or a table with that and how it is played.
    pub(super) fn slots(&mut self, tree: &Tree, label: &str) -> Vec<Slot> {
        let Value::List(list) = &tree.value else {
            self.complain(&tree.span, Some(label), Some(SLOTS_KEY), wrong("a list", &tree.value));
            return Vec::new();
        };
        list.iter().map(|tree| self.slot(tree, label)).collect()
    }

    fn slot(&mut self, tree: &Tree, label: &str) -> Slot {
        let mut slot = Slot::default();
        let entries = match &tree.value {
            Value::Text(buffer) => return Slot { buffer: buffer.clone(), ..slot },
            Value::Table(entries) => entries,
            other => {
                let fault = wrong("the name of a buffer, or a table with buffer", other);
                self.complain(&tree.span, Some(label), Some(SLOTS_KEY), fault);
                return slot;
            }
        };
        self.no_repetition(entries, Some(label));
        if !entries.iter().any(|entry| entry.key == BUFFER_KEY) {
            self.complain(&tree.span, Some(label), Some(SLOTS_KEY), BufferFault::EmptySlot.into());
        }
        for Entry { key, key_span, tree } in entries {
            if key == BUFFER_KEY {
                slot.buffer = self.text(tree, Some(label), BUFFER_KEY).unwrap_or_default();
                continue;
            }
            let Some(info) = SLOT_SETTINGS.iter().find(|info| info.name == key) else {
                let known = SLOT_SETTINGS.iter().map(|info| info.name).chain([BUFFER_KEY]);
                let suggestion = nearest(key, known);
                let fault = BufferFault::UnknownOfSlot { key: key.clone(), suggestion };
                self.complain(key_span, Some(label), Some(SLOTS_KEY), fault.into());
                continue;
            };
            match Quantity::of_setting(info).read(&tree.value) {
                Ok(number) => drop(slot.settings.insert(key.clone(), number)),
                Err(fault) => self.complain(&tree.span, Some(label), Some(key), fault),
            }
        }
        slot
    }
}
