//! What a part does, written so that two parts that do the same have the same sheet: then they can run side by side.

use super::place::{Places, place};
use super::script::{From, Read, Script};
use super::writer::Writer;
use crate::choir::Kin;
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::plan::{CompiledGraph, Half};
use crate::signal::Run;
use crate::topology::{AudioGraph, CableId, Sink};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

/// A part with more nodes than this runs by itself.
const MOST_NODES: usize = 160;
/// A node that reads and writes more blocks than this, drives included, has no place beside others.
pub(crate) const MOST_BLOCKS: usize = 256;

/// What a part does, apart from whose nodes and cables do it: these go by number.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// The steps of the part and of all parts in it. Slots of nodes and cables are numbers of this part.
    pub plan: CompiledGraph,
    /// What each node is, as far as it can be one of a choir.
    pub kin: Vec<Option<Arc<dyn Kin>>>,
    /// Where the part's input is put.
    pub input: Run,
    /// Where its output is found.
    pub output: Run,
    /// How many blocks it works in.
    pub blocks: u32,
}

/// Whose nodes and cables do what is on a sheet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub part: NodeId,
    /// The part's slot.
    pub slot: u32,
    /// The slot of each node, and which it is; one that holds a cable back is none of the graph's.
    pub nodes: Box<[(u32, Option<NodeId>)]>,
    /// The slot of each cable.
    pub cables: Box<[u32]>,
    /// Parameters that all members share: the number of the node, that of the parameter, and the bits of the value.
    pub shared: Box<[(u16, u16, u32)]>,
}

impl Sheet {
    /// Whether parts with both sheets do the same.
    pub fn is_like(&self, other: &Sheet) -> bool {
        (self.input, self.output, self.blocks) == (other.input, other.output, other.blocks)
            && self.plan == other.plan
            && self.kin.len() == other.kin.len()
            && self.kin.iter().zip(&other.kin).all(|(a, b)| are_alike(a.as_deref(), b.as_deref()))
    }

    /// The same for sheets that are alike.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest(0xcbf2_9ce4_8422_2325);
        (self.input, self.output, self.blocks, &self.plan).hash(&mut digest);
        digest.finish()
    }

    /// Whether anything reads a channel of the part's input.
    pub fn reads(&self, channel: u16) -> bool {
        let block = self.input.start as usize + usize::from(channel);
        let has = |run: Run| (run.start as usize..run.end()).contains(&block);
        let plan = &self.plan;
        plan.runs.iter().any(|run| has(*run))
            || plan.drives.iter().any(|drive| has(drive.source))
            || plan.terms.iter().any(|term| has(term.source))
            || has(self.output)
    }

    /// Whether enough of its nodes can be in choirs that running side by side pays.
    pub fn pays(&self) -> bool {
        let choirs = self.kin.iter().flatten().count();
        choirs > 0 && choirs >= self.kin.len() - choirs
    }
}

/// Whether two nodes can be in the same place of a sheet.
fn are_alike(a: Option<&dyn Kin>, b: Option<&dyn Kin>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is_like(b),
        (None, None) => true,
        _ => false,
    }
}

/// FNV-1a (Fowler, Noll, Vo).
struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// What a writer keeps of a whole part.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The slot of each node, in the order of the lines.
    pub nodes: Vec<(u32, Option<NodeId>)>,
    /// The slot of each cable.
    pub cables: Vec<u32>,
    /// What is read at the inputs of the part and of those inside.
    pub openings: BTreeMap<(NodeId, u16), Read>,
    /// Where the output of each unit is, and from which channel on.
    pub outputs: BTreeMap<Unit, (From, u16)>,
}

impl AudioGraph {
    /// The sheet of a part, and whose it is; nothing if the part cannot run beside others: it plays notes, has a feedback loop in it, is too
    /// large, or a part in it is, or was once, bypassed.
    pub(crate) fn sheet_of(&self, part: NodeId) -> Option<(Sheet, Member)> {
        if !self.is_simple(part, &mut 0) {
            return None;
        }
        let entry = self.node(part)?;
        let (slot, ports) = (entry.slot, entry.shape.inputs.clone());
        let (inputs, outputs) =
            (super::homes::width(&entry.shape.inputs), super::homes::width(&entry.shape.outputs));
        let (mut script, mut places) = (Script::default(), Places::default());
        let whole = Some(Whole::default());
        let mut writer = Writer { graph: self, slot: crate::lineup::NONE, script: &mut script, whole };
        let opening = writer.signal(inputs, Some(0));
        let mut first = 0;
        for (number, port) in ports.iter().enumerate() {
            let read = Read { from: From::Here(opening), first, channels: port.channels };
            writer.open((part, number as u16), read);
            first += port.channels;
        }
        let out = writer.walk(part)?;
        let whole = writer.whole?;
        // What comes out has a place of its own up to the end.
        let home = u32::from(inputs);
        let mut ground = home;
        if let From::Here(signal) = out.from
            && let Some(made) = script.signals.get_mut(signal as usize)
            && made.home.is_none()
        {
            made.home = Some(home);
            ground += u32::from(made.channels);
        }
        let start = match out.from {
            From::Here(signal) => {
                script.signals.get(signal as usize)?.home.map(|home| home + u32::from(out.first))
            }
            _ => None,
        };
        let plan = place(&script, &mut places, |_| ground);
        let blocks = ground + plan.blocks;
        #[cfg(debug_assertions)]
        if let Err(fault) = super::verify::verify(&plan, &script) {
            panic!("the plan of a sheet is not sound: {fault}");
        }
        let kin: Vec<Option<Arc<dyn Kin>>> =
            whole.nodes.iter().map(|(_, node)| self.kin_of((*node)?)).collect();
        let shared = self.shared_of(&whole.nodes, &kin);
        let sheet = Sheet {
            kin,
            plan,
            input: Run { start: 0, channels: inputs },
            output: Run { start: start.unwrap_or(Run::NOWHERE), channels: outputs },
            blocks,
        };
        let (nodes, cables) = (whole.nodes.into(), whole.cables.into());
        Some((sheet, Member { part, slot, nodes, cables, shared }))
    }

    /// What a node can be in a choir with; nothing if something drives what all lanes share.
    fn kin_of(&self, node: NodeId) -> Option<Arc<dyn Kin>> {
        let entry = self.node(node)?;
        let kin = entry.kin.as_ref()?;
        let driven = |id: &CableId| {
            matches!(self.cable(*id)?.to, Sink::Param(_, param) if kin.shared() >> param & 1 == 1)
                .then_some(())
        };
        match kin.shared() != 0 && entry.drives.iter().any(|id| driven(id).is_some()) {
            true => None,
            false => Some(Arc::clone(kin)),
        }
    }

    /// The values of what all members are to share.
    fn shared_of(
        &self,
        nodes: &[(u32, Option<NodeId>)],
        kin: &[Option<Arc<dyn Kin>>],
    ) -> Box<[(u16, u16, u32)]> {
        let mut shared = Vec::new();
        for (number, ((_, node), kin)) in nodes.iter().zip(kin).enumerate() {
            let mut which = kin.as_ref().map_or(0, |kin| kin.shared());
            let values = node.and_then(|id| self.node(id)).map_or(&[][..], |e| e.values.as_slice());
            while which != 0 {
                let param = which.trailing_zeros();
                which &= which - 1;
                let value = values.get(param as usize).copied().unwrap_or(0.0);
                shared.push((number as u16, param as u16, value.to_bits()));
            }
        }
        shared.into()
    }

    /// Whether nothing in a part keeps it from running beside others.
    fn is_simple(&self, part: NodeId, nodes: &mut usize) -> bool {
        let Some(entry) = self.node(part) else { return false };
        let Some(inside) = &entry.inside else { return false };
        if !entry.voices.is_empty() || inside.members.len() > MOST_NODES {
            return false;
        }
        inside.members.iter().all(|id| {
            *nodes += 1;
            let Some(member) = self.node(*id) else { return false };
            let blocks = super::homes::width(&member.shape.inputs)
                + super::homes::width(&member.shape.outputs)
                + member.drives.len() as u16;
            *nodes <= MOST_NODES
                && member.seat.cycle == 0
                && usize::from(blocks) <= MOST_BLOCKS
                && (member.inside.is_none() || (!member.rerouted && self.is_simple(*id, nodes)))
        })
    }
}

impl Writer<'_> {
    fn open(&mut self, port: (NodeId, u16), read: Read) {
        if let Some(whole) = &mut self.whole {
            whole.openings.insert(port, read);
        }
    }

    /// Writes all that lies in a part, and tells where its output is read.
    fn walk(&mut self, part: NodeId) -> Option<Read> {
        let mut at = self.graph.node(part)?.inside.as_ref()?.first;
        while let Some(segment) = self.graph.segment(at) {
            for unit in &segment.units {
                match *unit {
                    unit if self.graph.seat(unit)?.cycle != 0 => return None,
                    Unit::Node(node) if self.graph.node(node)?.inside.is_some() => self.enter(node)?,
                    unit => self.turn(unit, Half::Whole),
                }
            }
            at = segment.next;
        }
        let channels = super::homes::width(&self.graph.node(part)?.shape.outputs);
        let nothing = Read { from: From::Nowhere, first: 0, channels };
        let read = match self.graph.exit_of(part) {
            Some(source) => self.read(source),
            None => {
                let there = self.whole.as_ref().and_then(|w| w.outputs.get(&Unit::Exit(part)));
                there.map_or(nothing, |(from, first)| Read { from: *from, first: *first, channels })
            }
        };
        Some(Read { channels, ..read })
    }

    /// Writes what lies in a part that lies in the one that is written.
    fn enter(&mut self, part: NodeId) -> Option<()> {
        self.ports(part);
        for number in 0..self.script.ports.len() {
            self.open((part, number as u16), self.script.ports[number]);
        }
        let read = self.walk(part)?;
        self.whole.as_mut()?.outputs.insert(Unit::Node(part), (read.from, read.first));
        Some(())
    }
}
