//! What nodes are told in the words of their kinds, and what slots of samplers play.

use super::Conductor;
use crate::error::EngineError;
use crate::score::Loads;
use sostenuto_graph::{Command, NodeId, Ticket, When};
use sostenuto_nodes::{Buffer, Naming, SlotSettings, say};
use std::sync::Arc;

/// The ids that programs may choose themselves are below this.
pub const FIRST_OWN_ID: u32 = 1 << 31;

impl Conductor {
    /// Tells a node something in the words of its kind: `trigger` with a slot from 1, `stop` with the id that a trigger gave, and so on, as
    /// [`KindInfo::verbs`](sostenuto_patch::KindInfo::verbs) lists them. With `id` 0 what begins gets an id of its own, which comes back beside the
    /// ticket; 0 if nothing begins. What becomes of it comes as [`Notice::Told`](crate::Notice::Told).
    ///
    /// ```
    /// # use sostenuto_engine::Conductor;
    /// # use sostenuto_graph::Limits;
    /// use sostenuto_nodes::Buffer;
    /// # let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    /// let click = Buffer::from_interleaved(vec![1.0, 0.5], 2, 48_000.0)?;
    /// conductor.set_buffer("click", click.into())?;
    /// conductor.play_toml(r#"
    ///     buffers.click = {}
    ///     nodes.drums = { kind = "sampler", slots = ["click"] }
    ///     nodes.out = { kind = "audio_out", inputs = ["drums"] }
    /// "#)?;
    /// let (_, id) = conductor.instruct("drums", "trigger", 1, 0, &[("velocity", 0.5)], Some(3))?;
    /// let (mut left, mut right) = ([0.0; 5], [0.0; 5]);
    /// executor.render(&mut [&mut left, &mut right]);
    /// assert_eq!((left, right), ([0.0, 0.0, 0.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.25, 0.0]));
    /// assert!(id > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// No such node; a word that its kind does not know, a place or a value out of its range, a slot with nothing in it; a full ring.
    pub fn instruct(
        &mut self,
        node: &str,
        verb: &str,
        place: u64,
        id: u32,
        values: &[(&str, f64)],
        at: impl Into<When>,
    ) -> Result<(Ticket, u32), EngineError> {
        let (kind, there) = self.find(node)?;
        let wrong = |why| EngineError::Verb { node: node.into(), why };
        let info = kind.kind.verbs.iter().find(|info| info.name == verb);
        let counted =
            info.and_then(|info| info.place).and_then(|(_, setting)| kind.layout.settings.get(setting));
        let places = counted.map_or(usize::from(u16::MAX), |count| *count as usize);
        let begins = info.is_some_and(|info| info.names == Naming::Gives);
        let id = match id {
            0 if begins => FIRST_OWN_ID | (self.last_voice + 1),
            id => id,
        };
        let message = say(kind.kind.verbs, verb, (place, places), id, values).map_err(wrong)?;
        if let Some(desk) = there.slots.as_ref().filter(|_| begins)
            && !desk.is_filled(usize::from(message.place))
        {
            let filled =
                (0..desk.slots()).filter(|slot| desk.is_filled(*slot)).map(|slot| slot + 1).collect();
            return Err(EngineError::EmptySlot { node: node.into(), slot: place, filled });
        }
        let ticket = self.tell(node, message, at)?;
        if id & FIRST_OWN_ID != 0 && begins {
            self.last_voice = (self.last_voice + 1) % (FIRST_OWN_ID - 1);
        }
        Ok((ticket, if begins { id } else { 0 }))
    }

    /// Gives a slot of a sampler, from 1, another recording, or none, at a time or as soon as may be; with settings, it is played otherwise as well.
    /// What plays the old one goes over to the new one in a crossfade of 5 ms. The patch knows nothing of it: a document that says something else of the
    /// slot later puts it in its place. `[control]`
    ///
    /// # Errors
    /// No such node or slot; a full ring.
    pub fn load_slot(
        &mut self,
        node: &str,
        slot: u64,
        buffer: Option<Arc<Buffer>>,
        settings: SlotSettings,
        at: impl Into<When>,
    ) -> Result<Ticket, EngineError> {
        self.make_room(1)?;
        let id = self.find(node)?.1.node;
        let desk = self.stage.slots_mut(id).ok_or_else(|| EngineError::NoSlots { node: node.into() })?;
        let count = desk.slots();
        let number = usize::try_from(slot).unwrap_or(usize::MAX).wrapping_sub(1);
        if number >= count {
            return Err(EngineError::NoSuchSlot { node: node.into(), slot, count });
        }
        if desk.send(number, settings, Some(buffer)).is_err() {
            return Err(EngineError::RingFull { waiting: count });
        }
        let take = desk.take();
        self.tell(node, take, at)
    }

    /// Sends what slots of nodes that go on are to play, for the time of a batch.
    pub(super) fn load_slots(&mut self, loads: Vec<(NodeId, Loads)>, at: When) -> Result<(), EngineError> {
        for (node, loads) in loads {
            let Some(desk) = self.stage.slots_mut(node) else { continue };
            for (slot, settings, buffer) in loads {
                if desk.send(slot, settings, buffer).is_err() {
                    return Err(EngineError::RingFull { waiting: desk.slots() });
                }
            }
            let (message, ticket) = (desk.take(), self.graph.next_ticket());
            let address = self.graph.address(node).ok_or(sostenuto_graph::GraphError::NoSuchNode(node))?;
            self.send(Command::Tell { ticket, node: address, message, at })?;
            self.own.insert(ticket);
        }
        Ok(())
    }
}
