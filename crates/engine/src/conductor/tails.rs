//! Nodes that were removed and ring on: nothing comes into them any more, and they go when they have become silent.

use super::Conductor;
use crate::error::EngineError;
use sostenuto_graph::{Command, Edit, NodeId, Ticket};
use sostenuto_nodes::{Layout, Tap};

/// How long a tail lasts at most if nobody says, in seconds.
pub(crate) const LONGEST_SECONDS: f64 = 10.0;
/// For so many seconds on end it must be silent to be over: longer than the pauses of an echo.
const SILENT_SECONDS: f64 = 3.0;
/// What is not louder counts as silence: -100 dB.
const SILENCE: f32 = 1e-5;

/// A node that is to ring on when it is removed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keep {
    pub id: String,
    /// How many frames at most.
    pub frames: u64,
}

/// A node that rings on.
#[derive(Debug)]
pub(crate) struct Ringing {
    pub node: NodeId,
    /// What shows how loud it is.
    meter: NodeId,
    tap: Option<Tap>,
}

/// One whose end is awaited.
#[derive(Debug)]
pub(super) struct Tail {
    ringing: Ringing,
    ticket: Ticket,
    /// The frame at which it began.
    began: Option<u64>,
    /// The last frame known at which it was heard.
    heard: u64,
    frames: u64,
}

/// Cuts what comes into a node, and lets a meter hear it.
pub(crate) fn ring_on(node: NodeId, edit: &mut Edit<'_>) -> Result<Ringing, EngineError> {
    let cables: Vec<_> = edit.graph().cables_of(node).collect();
    for (from, to, _) in cables {
        if matches!(to, sostenuto_graph::Sink::Input(end, _) if end == node)
            && let Some(cable) = edit.cable_between(from, to)
        {
            edit.disconnect(cable)?;
        }
    }
    let outputs = edit.graph().shape(node).map_or(Vec::new(), |shape| shape.outputs.clone());
    let channels = outputs.iter().map(|port| port.channels).max().unwrap_or(1);
    let layout = Layout { channels, ..Layout::default() };
    let built = sostenuto_nodes::build("meter", layout);
    let built = built.ok_or_else(|| EngineError::NoSuchNode { name: "meter".into(), suggestion: None })?;
    let meter = edit.add("the meter of a tail", built.processor)?;
    for output in 0..outputs.len() as u16 {
        edit.connect(node.output(output), meter.input(0), 1.0)?;
    }
    Ok(Ringing { node, meter, tap: built.tap })
}

impl Conductor {
    /// Notes what rings on from a batch on.
    pub(super) fn await_end(&mut self, ringing: Ringing, ticket: Ticket, frames: u64) {
        self.tails.push(Tail { ringing, ticket, began: None, heard: 0, frames });
    }

    /// Notes the frame at which a batch took effect, for the tails that it began; of one that was refused there is none.
    pub(super) fn tail_began(&mut self, ticket: Ticket, frame: u64) {
        for tail in self.tails.iter_mut().filter(|tail| tail.ticket == ticket) {
            (tail.began, tail.heard) = (Some(frame), frame);
        }
    }

    /// Takes away what has rung out, if there is room for the batch that does it; else next time.
    pub(super) fn end_tails(&mut self) {
        let now = self.remote.load.frame();
        let silent = (SILENT_SECONDS * self.sample_rate()) as u64;
        let mut over = Vec::new();
        for (place, tail) in self.tails.iter_mut().enumerate() {
            let Some(began) = tail.began else { continue };
            if let Some(Tap::Meter(meter)) = &tail.ringing.tap
                && (0..meter.channels()).any(|channel| meter.take_peak(channel) > SILENCE)
            {
                tail.heard = now;
            }
            if now >= began.saturating_add(tail.frames) || now >= tail.heard + silent {
                over.push(place);
            }
        }
        if over.is_empty() || self.remote.commands.room() <= super::SPARE_ROOM {
            return;
        }
        let mut edit = self.graph.edit();
        edit.fade(self.fade);
        for place in over.iter().rev() {
            let Tail { ringing, .. } = self.tails.remove(*place);
            // What is gone already needs no removing.
            _ = edit.remove(ringing.node);
            _ = edit.remove(ringing.meter);
        }
        if let Ok(batch) = edit.commit() {
            self.own.insert(batch.ticket());
            self.own.extend(batch.follow_ups());
            _ = self.send(Command::Apply(batch));
        }
    }
}
