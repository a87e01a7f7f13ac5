//! Where the voices of instruments hear notes, and what their knobs turn.

use super::{Score, Transaction};
use crate::error::EngineError;
use sostenuto_graph::voice::{Config, Mode as Plays, Priority as Heard, Steal as Taken};
use sostenuto_graph::{NodeId, ROOT, VoiceTables, Voicing};
use sostenuto_patch::{Mode, Place, Priority, ResolvedNode, ResolvedPart, Steal, Voices};

/// How an instrument deals with its voices, in frames.
pub(super) fn voicing(voices: &Voices, sample_rate: f64) -> Voicing {
    let frames = |ms: f32| (f64::from(ms) * 1e-3 * sample_rate + 0.5) as u32;
    let config = Config {
        voices: voices.voices,
        spares: voices.spares,
        mode: match voices.mode {
            Mode::Poly => Plays::Poly,
            Mode::Mono => Plays::Mono,
            Mode::Legato => Plays::Legato,
        },
        priority: match voices.priority {
            Priority::Last => Heard::Last,
            Priority::Low => Heard::Low,
            Priority::High => Heard::High,
        },
        steal: match voices.steal {
            Steal::Oldest => Taken::Oldest,
            Steal::Quietest => Taken::Quietest,
            Steal::LowestVelocity => Taken::LowestVelocity,
            Steal::Furthest => Taken::Furthest,
            Steal::SameNote => Taken::SameNote,
        },
        fade: frames(voices.fade_ms),
        hurry: frames(1.0),
    };
    Voicing { config, glide: frames(voices.glide_ms) }
}

impl<'a> Score<'a> {
    /// The parameters of nodes with processors that a parameter of a node of the patch stands for: itself, or of an instance of a part what is inside, in
    /// every voice.
    ///
    /// # Errors
    /// There is no such node.
    pub fn aims(&self, node: &ResolvedNode, number: u16) -> Result<Vec<(NodeId, u16)>, EngineError> {
        let there = self.node(ROOT, &node.id)?;
        let mut aims = Vec::new();
        match &node.kind.part {
            None => aims.push((there, number)),
            Some(part) => {
                for body in self.bodies_of(ROOT, &node.id, there) {
                    self.turned_by(body, part, usize::from(number), &mut aims)?;
                }
            }
        }
        Ok(aims)
    }

    /// Notes that nodes of a body came or went: if it is that of a voice, or inside of one, its instrument is to be told.
    pub(super) fn touch(&mut self, body: NodeId) {
        let mut body = body;
        while let Some(site) = self.changes.sites.get(&body).or_else(|| self.stage.site(body)) {
            let owner = site.owner;
            if self.definition(body).is_some_and(|part| part.voices.is_some()) {
                let bodies = self.stage.bodies_of(owner).to_vec();
                self.touched.insert(owner, bodies);
                return;
            }
            match self.stage.around(owner) {
                Some(around) => body = around,
                None => return,
            }
        }
    }

    /// Tells every instrument whose nodes came or went where its voices hear notes and what its knobs turn.
    ///
    /// # Errors
    /// As [`Edit::set_voice_tables`](sostenuto_graph::Edit::set_voice_tables).
    pub fn tell_instruments(&mut self, edit: &mut Transaction<'_>) -> Result<(), EngineError> {
        for (instrument, bodies) in std::mem::take(&mut self.touched) {
            // It may have been replaced since.
            if edit.graph().shape(instrument).is_none() {
                continue;
            }
            let Some(part) = bodies.first().and_then(|body| self.definition(*body)) else { continue };
            let tables = self.tables(part, &bodies)?;
            edit.set_voice_tables(instrument, &tables)?;
        }
        Ok(())
    }

    fn tables(&self, part: &ResolvedPart, bodies: &[NodeId]) -> Result<VoiceTables, EngineError> {
        let mut tables = VoiceTables { notes: Vec::new(), knobs: Vec::new() };
        for body in bodies {
            let note = |place: &Place| self.node(*body, &part.nodes[*place].id);
            tables.notes.push(part.notes.iter().map(note).collect::<Result<_, _>>()?);
        }
        for number in 0..part.params.len() {
            let turned = |body: &NodeId| {
                let mut turned = Vec::new();
                self.turned_by(*body, part, number, &mut turned).map(|()| turned)
            };
            tables.knobs.push(bodies.iter().map(turned).collect::<Result<_, _>>()?);
        }
        Ok(tables)
    }

    /// The parameters of nodes that a parameter of a part stands for in one of its bodies.
    fn turned_by(
        &self,
        body: NodeId,
        part: &ResolvedPart,
        number: usize,
        turned: &mut Vec<(NodeId, u16)>,
    ) -> Result<(), EngineError> {
        for target in part.params.get(number).into_iter().flat_map(|param| &param.targets) {
            let spec = &part.nodes[target.node];
            let node = self.node(body, &spec.id)?;
            match &spec.kind.part {
                None => turned.push((node, target.param)),
                Some(inner) => {
                    for body in self.bodies_of(body, &spec.id, node) {
                        self.turned_by(body, inner, usize::from(target.param), turned)?;
                    }
                }
            }
        }
        Ok(())
    }
}
