//! Instruments: parts whose members are voices.

use super::Edit;
use crate::error::GraphError;
use crate::instrument::{Instrument, Tables, Turned, VoiceCare};
use crate::message::{Address, NodeId};
use crate::node::{Care, Node};
use crate::playing::Part;
use crate::shape::Port;
use crate::stats::VoiceLoad;
use crate::topology::{AudioGraph, ROOT, Sink, Source};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use sostenuto_transport::{Player, Sequence};
use sostenuto_voice::{Config, Voices};

/// How an instrument deals with its voices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Voicing {
    /// How many there are, and which plays which note.
    pub config: Config,
    /// Frames that a glide from one pitch to the next takes; 0 for none.
    pub glide: u32,
}

/// Where in the voices of an instrument notes and knobs are heard.
#[derive(Clone, Debug, Default)]
pub struct VoiceTables {
    /// For each voice, its nodes that hear notes: their parameters are pitch, bend, gate, velocity and pressure, in this order.
    pub notes: Vec<Vec<NodeId>>,
    /// For each knob, and in it for each voice, the parameters that it turns.
    pub knobs: Vec<Vec<Vec<(NodeId, u16)>>>,
}

impl AudioGraph {
    /// The voices of an instrument, by their numbers: parts, each with the instrument's ports.
    pub fn voices(&self, instrument: NodeId) -> &[NodeId] {
        self.present(instrument).map_or(&[], |e| &e.voices)
    }

    /// How the voices of an instrument fare.
    pub fn voice_load(&self, instrument: NodeId) -> Option<&Arc<VoiceLoad>> {
        self.present(instrument)?.voice_load.as_ref()
    }
}

impl Edit<'_> {
    /// Adds an instrument to a part: a part with as many voices inside as `voicing` asks for with its spares. Each voice is a part with the
    /// instrument's inputs and outputs, joined to them; what they are to be made of is added to each of them alike.
    /// [`set_voice_tables`](Self::set_voice_tables) then says where they hear notes.
    ///
    /// # Errors
    /// As [`add_in`](Self::add_in).
    pub fn add_instrument(
        &mut self,
        part: NodeId,
        name: &str,
        inputs: Vec<Port>,
        outputs: Vec<Port>,
        voicing: &Voicing,
    ) -> Result<NodeId, GraphError> {
        let id = self.add_part(part, name, inputs.clone(), outputs.clone())?;
        let voices = Voices::new(&voicing.config);
        let (mut ids, mut slots) = (Vec::new(), Vec::new());
        for number in 0..voices.len() {
            let voice =
                self.add_part(id, &alloc::format!("{name} voice {number}"), inputs.clone(), outputs.clone())?;
            for port in 0..inputs.len() as u16 {
                self.connect(Source::PartInput(id, port), voice.input(port), 1.0)?;
            }
            for port in 0..outputs.len() as u16 {
                self.connect(voice.output(port), Sink::PartOutput(id, port), 1.0)?;
            }
            let rate = self.graph.stream.sample_rate;
            if let Some(node) = self.new_node(voice) {
                node.care.put(Care::IDLE, true);
                node.upkeep.voice = Some(Box::new(VoiceCare::new(rate, voices.listens())));
            }
            slots.extend(self.graph.node(voice).map(|e| e.slot));
            ids.push(voice);
        }
        let load = Arc::<VoiceLoad>::default();
        let instrument = Instrument::new(voices, slots.into(), voicing.glide, Arc::clone(&load));
        if let Some(node) = self.new_node(id) {
            node.upkeep.instrument = Some(Box::new(instrument));
        }
        if let Some(entry) = self.graph.node_mut(id) {
            (entry.voices, entry.voice_load) = (ids, Some(load));
        }
        Ok(id)
    }

    /// Says where the voices of an instrument hear notes and knobs; to be said again whenever nodes that do so come or go.
    ///
    /// # Errors
    /// No such node, or no instrument.
    pub fn set_voice_tables(&mut self, instrument: NodeId, tables: &VoiceTables) -> Result<(), GraphError> {
        let entry = self.graph.entry(instrument)?;
        if entry.voice_load.is_none() {
            return Err(GraphError::NotAnInstrument(entry.name.clone()));
        }
        let slot = entry.slot;
        let of = |id: &NodeId| self.graph.entry(*id).map(|e| Address { slot: e.slot, tenant: e.tenant });
        let notes =
            tables.notes.iter().map(|voice| voice.iter().map(of).collect()).collect::<Result<_, _>>()?;
        let target = |(id, param): &(NodeId, u16)| of(id).map(|node| (node, *param));
        let voice = |voice: &Vec<(NodeId, u16)>| voice.iter().map(target).collect::<Result<Turned, _>>();
        let knob = |knob: &Vec<Vec<_>>| knob.iter().map(voice).collect::<Result<Box<[_]>, _>>();
        let knobs = tables.knobs.iter().map(knob).collect::<Result<_, _>>()?;
        self.tables.retain(|(there, _)| *there != slot);
        self.tables.push((slot, Box::new(Tables { notes, knobs })));
        Ok(())
    }

    /// Says what is played from the batch on: each sequence by an instrument or another node that takes notes, as the transport goes. One with the number and the instrument of one
    /// that is played already takes its place where it is; notes of those that go are let go.
    ///
    /// # Errors
    /// No such node, or one that takes no notes.
    pub fn set_sequences(&mut self, sequences: Vec<(Arc<Sequence>, NodeId)>) -> Result<(), GraphError> {
        let mut parts = Vec::with_capacity(sequences.len());
        for (sequence, instrument) in sequences {
            let entry = self.graph.entry(instrument)?;
            if entry.voice_load.is_none() && !entry.takes_notes {
                return Err(GraphError::NotAnInstrument(entry.name.clone()));
            }
            let instrument = Address { slot: entry.slot, tenant: entry.tenant };
            parts.push(Part { player: Player::new(sequence), instrument });
        }
        self.play = Some(Box::new(parts));
        Ok(())
    }

    /// A node that this transaction has added, as it will go to the audio thread.
    pub(super) fn new_node(&mut self, id: NodeId) -> Option<&mut Node> {
        let slot = self.graph.node(id).filter(|_| id != ROOT)?.slot;
        self.nodes.iter_mut().rev().find(|(there, _)| *there == slot)?.1.as_mut()
    }
}
