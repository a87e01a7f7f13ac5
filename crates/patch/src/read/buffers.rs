//! The buffers of a document.

use super::{Reader, wrong};
use crate::check::nodes::is_name;
use crate::fault::{BufferFault, Fault};
use crate::limits::MAX_BUFFERS;
use crate::model::{BufferSource, Buffers};
use crate::tree::{Entry, Tree, Value};

const BUFFER: &[&str] = &["file", "keep_rate", "stream"];

impl Reader<'_> {
    /// What a document says under `buffers`, with what is in the files.
    pub(super) fn buffers(&mut self, tree: &Tree) -> Buffers {
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, Some("buffers"), wrong("a table", &tree.value));
            return Buffers::new();
        };
        self.no_repetition(entries, None);
        if entries.len() > MAX_BUFFERS {
            let fault = BufferFault::TooMany { count: entries.len() };
            self.complain(&tree.span, None, Some("buffers"), fault.into());
            return Buffers::new();
        }
        entries.iter().map(|entry| (entry.key.clone(), self.buffer(entry))).collect()
    }

    fn buffer(&mut self, Entry { key, key_span, tree }: &Entry) -> BufferSource {
        let mut source = BufferSource::default();
        if !is_name(key) {
            self.complain(key_span, None, Some("buffers"), Fault::BadName { name: key.clone() });
        }
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, Some(key), wrong("a table with file", &tree.value));
            return source;
        };
        self.no_repetition(entries, None);
        let mut file_span = None;
        for Entry { key: inner, key_span, tree } in entries {
            match (inner.as_str(), &tree.value) {
                ("file", _) => {
                    source.file = self.text(tree, None, key);
                    file_span = Some(&tree.span);
                }
                ("stream", Value::Bool(streams)) => source.stream = *streams,
                ("stream", other) => {
                    self.complain(&tree.span, None, Some("stream"), wrong("true or false", other));
                }
                ("keep_rate", Value::Bool(keeps)) => source.keep_rate = *keeps,
                ("keep_rate", other) => {
                    self.complain(&tree.span, None, Some("keep_rate"), wrong("true or false", other));
                }
                _ => self.unknown_key(inner, key_span, None, "a buffer", BUFFER),
            }
        }
        let Some((file, span)) = source.file.clone().zip(file_span) else { return source };
        let read = match source.stream {
            true => self.files.streams.get(&file).cloned().map(|read| read.map(|f| source.footage = f)),
            false => {
                let which = (file.clone(), source.keep_rate);
                self.files.sounds.get(&which).cloned().map(|read| read.map(|sound| source.sound = sound))
            }
        };
        if let Some(Err(why)) = read {
            let fault = BufferFault::Unreadable { name: key.clone(), file, why };
            self.complain(span, None, Some(key), fault.into());
        }
        source
    }
}
