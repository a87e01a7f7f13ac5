//! Watching a file: tells when its text has become another.

use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A watched file. Dropped, it is watched no more.
pub struct Watch {
    _watcher: notify::RecommendedWatcher,
}

/// How long to wait for an editor to finish writing.
const SETTLE: Duration = Duration::from_millis(30);

impl Watch {
    /// Calls `changed` with the new text whenever the file's text has become another, on a thread of its own.
    ///
    /// The directory is watched, not the file: many editors write another file and give it the old name.
    /// `heard` is the text that sounds already.
    pub fn start(
        path: &Path,
        heard: String,
        mut changed: impl FnMut(String) + Send + 'static,
    ) -> Result<Watch> {
        let path: PathBuf =
            path.canonicalize().with_context(|| format!("cannot watch {}", path.display()))?;
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        let name = path.file_name().map(ToOwned::to_owned);
        let mut last = heard;
        let (events, inbox) = std::sync::mpsc::channel();
        // It may have been saved since it was read.
        _ = events.send(());
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let ours = |event: &notify::Event| event.paths.iter().any(|p| p.file_name() == name.as_deref());
            if event.is_ok_and(|event| ours(&event) && !event.kind.is_access()) {
                _ = events.send(());
            }
        })?;
        watcher.watch(&directory, RecursiveMode::NonRecursive)?;
        std::thread::Builder::new().name("watch".into()).spawn(move || {
            while inbox.recv().is_ok() {
                while inbox.recv_timeout(SETTLE).is_ok() {}
                match std::fs::read_to_string(&path) {
                    Ok(text) if text != last && !text.is_empty() => {
                        last.clone_from(&text);
                        changed(text);
                    }
                    _ => {}
                }
            }
        })?;
        Ok(Watch { _watcher: watcher })
    }
}
