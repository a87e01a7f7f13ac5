//! The ways of ports to their devices: handed over before they are used, and taken away when their ports have faded out.

use super::{Conductor, SPARE_ROOM};
#[cfg(feature = "native")]
use crate::ports::Asking;
use crate::ports::{Outward, PortSpec, StreamKey};
use sostenuto_graph::{Command, NodeId, Ticket};
use sostenuto_patch::{INPUT_KIND, OUTPUT_KIND, Timekeeper};

/// Nodes that stand for devices, of ports that are going.
#[derive(Debug)]
pub(super) struct Retired {
    nodes: Vec<NodeId>,
    ticket: Ticket,
    /// The frame at which their ports begin to fade out.
    began: Option<u64>,
}

impl Conductor {
    /// Who takes the ends of wires from now on.
    pub(crate) fn set_outward(&mut self, outward: Box<dyn Outward>) {
        self.outward = Some(outward);
    }

    /// The ports of the patch: those to devices, then those from them.
    pub fn ports(&self) -> Vec<PortSpec> {
        let kinds = [OUTPUT_KIND, INPUT_KIND].into_iter();
        kinds.flat_map(|kind| self.resolved.of_kind(kind)).filter_map(PortSpec::of).collect()
    }

    /// The stream that a port asks for.
    pub(crate) fn stream_of(&mut self, port: &PortSpec) -> StreamKey {
        self.streams.key(port.way, port.device.as_deref())
    }

    /// The same with the streams that they ask for.
    #[cfg(feature = "native")]
    pub(crate) fn asking(&mut self) -> Vec<Asking> {
        let ports = self.ports().into_iter();
        ports
            .map(|spec| Asking { stream: self.streams.key(spec.way, spec.device.as_deref()), spec })
            .collect()
    }

    /// Whether the patch wants the engine to run on a clock of its own.
    pub fn runs_by_itself(&self) -> bool {
        self.resolved.patch().transport.clock() == Timekeeper::Internal
    }

    /// Notes nodes that stand for devices, of ports that a batch takes away.
    pub(super) fn retire(&mut self, nodes: Vec<NodeId>, ticket: Ticket) {
        if !nodes.is_empty() {
            self.retired.push(Retired { nodes, ticket, began: None });
        }
    }

    /// Notes the frame at which a batch took effect.
    pub(super) fn retired_since(&mut self, ticket: Ticket, frame: u64) {
        self.retired.iter_mut().filter(|r| r.ticket == ticket).for_each(|r| r.began = Some(frame));
    }

    /// Takes away what stands for devices whose ports have faded out, if there is room for the batch that does it; else next time.
    pub(super) fn end_retired(&mut self) {
        let now = self.remote.load.frame();
        let faded = |r: &Retired| r.began.is_some_and(|began| now > began + 2 * u64::from(self.fade) + 64);
        if self.remote.commands.room() <= SPARE_ROOM || !self.retired.iter().any(faded) {
            return;
        }
        let over: Vec<Retired> = self.retired.extract_if(.., |r| faded(r)).collect();
        let mut edit = self.graph.edit();
        edit.fade(0);
        // What is gone already needs no removing.
        over.iter().flat_map(|r| &r.nodes).for_each(|node| _ = edit.remove(*node));
        if let Ok(batch) = edit.commit() {
            self.own.insert(batch.ticket());
            self.own.extend(batch.follow_ups());
            _ = self.send(Command::Apply(batch));
        }
    }
}
