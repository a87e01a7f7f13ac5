//! What sounds, onto tapes: what is heard, or what a node puts out, whatever is edited meanwhile.

use super::Conductor;
use crate::error::EngineError;
use crate::score::{Score, Transaction};
use sostenuto_graph::{Activity, Io, NodeId, Port, Processor, QUANTUM, ROOT, Shape, Stream, Ticket, When};
use sostenuto_patch::{OUTPUT_KIND, Resolved};
use sostenuto_reel::Tape;

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// What is heard on the default device: all of its ports added up.
    Heard,
    /// What a node of the patch puts out at its first output. While the patch has no such node, silence.
    Node(String),
}

/// Names a recording that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordingKey(u32);

/// A recording that is under way.
#[derive(Debug)]
pub(super) struct Recording {
    key: RecordingKey,
    /// The id of the node that is recorded; nothing for what is heard.
    id: Option<String>,
    /// The node of the graph that records, and those that it hears.
    node: NodeId,
    sources: Vec<NodeId>,
    /// What will acknowledge its end, once that was asked for.
    ends: Option<Ticket>,
}

impl Recording {
    /// The nodes that it is to hear of a patch.
    fn wanted(&self, next: &Resolved, find: impl Fn(&str) -> Option<NodeId>) -> Vec<NodeId> {
        wanted(self.id.as_deref(), next, find)
    }
}

fn wanted(id: Option<&str>, next: &Resolved, find: impl Fn(&str) -> Option<NodeId>) -> Vec<NodeId> {
    match id {
        Some(id) => find(id).into_iter().collect(),
        None => {
            let heard = next.of_kind(OUTPUT_KIND).filter(|node| {
                node.layout.device.as_deref().is_none_or(|name| name.eq_ignore_ascii_case("default"))
            });
            heard.filter_map(|node| find(&node.id)).collect()
        }
    }
}

impl Conductor {
    /// Records onto a tape, from the frame on at which the batch takes effect that this sends: at a time, or as soon as may be, which is the very first frame if nothing was
    /// rendered yet. Channels are those of the tape, by the rule that cables follow. The tape is dropped, on this side, after
    /// [`end_recording`](Self::end_recording). While it records, an engine keeps its rate.
    ///
    /// # Errors
    /// No such node, or a full ring. The tape is dropped then.
    pub fn record(
        &mut self,
        what: &Recorded,
        tape: Tape,
        at: impl Into<When>,
    ) -> Result<RecordingKey, EngineError> {
        self.say();
        self.make_room(1)?;
        let id = match what {
            Recorded::Heard => None,
            Recorded::Node(label) => Some(self.find(label)?.0.id.clone()),
        };
        let find = |id: &str| self.stage.place(ROOT, id).map(|place| place.node);
        let sources = wanted(id.as_deref(), &self.resolved, find);
        let mut edit = self.graph.edit();
        edit.fade(0);
        let node = edit.add("a recording", Box::new(ToTape::new(tape)))?;
        for source in &sources {
            edit.connect(source.output(0), node.input(0), 1.0)?;
        }
        let batch = edit.commit()?;
        self.own.insert(batch.ticket());
        let at = self.time_of(at.into(), &[]);
        self.send_batch(batch, at)?;
        self.last_recording += 1;
        let key = RecordingKey(self.last_recording);
        self.recordings.push(Recording { key, id, node, sources, ends: None });
        Ok(key)
    }

    /// Ends a recording, at a time or as soon as may be. Its tape is dropped when what the audio thread sends back then is [looked at](Self::notices). One that is not there, or
    /// was told to end before, is passed over.
    ///
    /// # Errors
    /// A full ring; it goes on then.
    pub fn end_recording(&mut self, key: RecordingKey, at: impl Into<When>) -> Result<(), EngineError> {
        let is_meant = |recording: &Recording| recording.key == key && recording.ends.is_none();
        let Some(place) = self.recordings.iter().position(is_meant) else {
            return Ok(());
        };
        self.make_room(1)?;
        let mut edit = self.graph.edit();
        edit.fade(0);
        edit.remove(self.recordings[place].node)?;
        let batch = edit.commit()?;
        self.own.insert(batch.ticket());
        self.recordings[place].ends = Some(batch.ticket());
        let at = self.time_of(at.into(), &[]);
        self.send_batch(batch, at).map(drop)
    }
}

/// Leads nodes that a batch brings to the recordings that are to hear them. Gives what each of them hears then.
pub(super) fn follow(
    recordings: &[Recording],
    score: &Score<'_>,
    next: &Resolved,
    edit: &mut Transaction<'_>,
) -> Result<Vec<Vec<NodeId>>, EngineError> {
    let mut all = Vec::with_capacity(recordings.len());
    for recording in recordings {
        if recording.ends.is_some() {
            all.push(recording.sources.clone());
            continue;
        }
        let wanted = recording.wanted(next, |id| score.node_of(id).ok());
        for source in wanted.iter().filter(|source| !recording.sources.contains(source)) {
            edit.connect(source.output(0), recording.node.input(0), 1.0)?;
        }
        all.push(wanted);
    }
    Ok(all)
}

/// Forgets those that a batch with this ticket ended.
pub(super) fn ended(recordings: &mut Vec<Recording>, ticket: Ticket) {
    recordings.retain(|recording| recording.ends != Some(ticket));
}

/// Notes what recordings hear.
pub(super) fn note(recordings: &mut [Recording], heard: Vec<Vec<NodeId>>) {
    recordings.iter_mut().zip(heard).for_each(|(recording, heard)| recording.sources = heard);
}

/// A node that writes what comes in onto a tape. It has no outputs.
#[derive(Debug)]
struct ToTape {
    tape: Tape,
    block: Box<[f32]>,
}

impl ToTape {
    fn new(tape: Tape) -> Self {
        let block = vec![0.0; QUANTUM * tape.channels()].into_boxed_slice();
        ToTape { tape, block }
    }
}

impl Processor for ToTape {
    fn shape(&self) -> Shape {
        let channels = u16::try_from(self.tape.channels()).unwrap_or(u16::MAX);
        Shape { inputs: vec![Port { name: "in".into(), channels }], ..Shape::default() }
    }

    fn prepare(&mut self, _: &Stream) {}

    fn process(&mut self, io: Io<'_>) -> Activity {
        let channels = self.tape.channels();
        let Some(block) = self.block.get_mut(..io.span.frames * channels) else { return Activity::Sounding };
        for channel in 0..channels {
            let to = block.iter_mut().skip(channel).step_by(channels);
            to.zip(io.inputs.channel(0, channel)).for_each(|(to, from)| *to = *from);
        }
        self.tape.write_interleaved(block);
        Activity::Sounding
    }

    fn reset(&mut self) {}
}
