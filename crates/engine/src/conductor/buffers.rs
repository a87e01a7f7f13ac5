//! Recordings that are handed over by name, for the buffers of patches.

use super::{Applied, Conductor};
use crate::error::EngineError;
use sostenuto_nodes::{Buffer, Streamed};
use sostenuto_patch::{BufferSource, Patch};
use std::borrow::Cow;
use std::sync::Arc;

impl Conductor {
    /// Hands over what the buffer of a name stands for, in this and in later patches that have one of it: under `[buffers]`, `NAME = {}`. A
    /// buffer with a file has what was read with the patch, and this where nothing was read. What plays it is replaced, and fades. `[control]`
    ///
    /// Undo does not take it back.
    ///
    /// ```
    /// # use sostenuto_engine::Conductor;
    /// # use sostenuto_graph::Limits;
    /// use sostenuto_nodes::Buffer;
    /// # let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    /// let click = Buffer::from_interleaved(vec![1.0, 0.5, 0.25], 1, 48_000.0)?;
    /// conductor.set_buffer("click", click.into())?;
    /// conductor.play_toml(r#"
    ///     buffers.click = {}
    ///     nodes.player = { kind = "player", buffer = "click", loop = "off" }
    ///     nodes.out = { kind = "audio_out", inputs = ["player"] }
    /// "#)?;
    /// let (mut left, mut right) = ([0.0; 8], [0.0; 8]);
    /// executor.render(&mut [&mut left, &mut right]);
    /// assert_eq!(left, [1.0, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`apply`](Self::apply): among them that its channels are not those of a player. Nothing has changed then.
    pub fn set_buffer(&mut self, name: &str, buffer: Arc<Buffer>) -> Result<Applied, EngineError> {
        self.hand_over(name, Handed::Memory(buffer))
    }

    /// The same for a buffer that is streamed: under `[buffers]`, `NAME = { stream = true }`, for nodes of the kind `stream`. `[control]`
    ///
    /// # Errors
    /// As [`set_buffer`](Self::set_buffer).
    pub fn set_stream(&mut self, name: &str, footage: Streamed) -> Result<Applied, EngineError> {
        self.hand_over(name, Handed::Disk(footage))
    }

    fn hand_over(&mut self, name: &str, handed: Handed) -> Result<Applied, EngineError> {
        let before = self.buffers.insert(name.to_owned(), handed);
        let patch = self.patch().clone();
        let concerned = !patch.nodes.is_empty() && patch.buffers.contains_key(name);
        if !concerned {
            return Ok(Applied { ticket: None, edits: Vec::new() });
        }
        let applied = self.apply(&patch, None);
        if applied.is_err() {
            match before {
                Some(before) => self.buffers.insert(name.to_owned(), before),
                None => self.buffers.remove(name),
            };
        }
        applied
    }

    /// The patch with what was handed over in the buffers that have no sound of their own.
    pub(super) fn with_buffers<'p>(&self, patch: &'p Patch) -> Cow<'p, Patch> {
        let handed = |name: &str, source: &BufferSource| {
            let there = self.buffers.get(name).filter(|there| there.fits(source))?;
            let stays = source.is_known() && source.file.is_some() || there.is_in(source);
            (!stays).then(|| there.put_in(source))
        };
        let mut whole = Cow::Borrowed(patch);
        for (name, source) in &patch.buffers {
            if let Some(source) = handed(name, source) {
                whole.to_mut().buffers.insert(name.clone(), source);
            }
        }
        whole
    }
}

/// What was handed over for a buffer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Handed {
    Memory(Arc<Buffer>),
    Disk(Streamed),
}

impl Handed {
    fn fits(&self, source: &BufferSource) -> bool {
        source.stream == matches!(self, Handed::Disk(_))
    }

    fn is_in(&self, source: &BufferSource) -> bool {
        match self {
            Handed::Memory(buffer) => source.sound.as_ref() == Some(buffer),
            Handed::Disk(footage) => source.footage.as_ref() == Some(footage),
        }
    }

    fn put_in(&self, source: &BufferSource) -> BufferSource {
        match self {
            Handed::Memory(buffer) => BufferSource { sound: Some(buffer.clone()), ..source.clone() },
            Handed::Disk(footage) => BufferSource { footage: Some(footage.clone()), ..source.clone() },
        }
    }
}
