//! Watching a document and the files that its parts come from: tells when one of them says something else.

use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A watched document. Dropped, it is watched no more.
pub struct Watch {
    _watcher: Arc<Mutex<notify::RecommendedWatcher>>,
}

/// How long to wait for an editor to finish writing.
const SETTLE: Duration = Duration::from_millis(30);

/// What the document says, and the files that its parts come from.
type Said = (String, Vec<(PathBuf, Option<String>)>);

impl Watch {
    /// Calls `changed` with the document's text whenever it or a file that a part comes from says something else, on a thread of its own.
    ///
    /// Directories are watched, not files: many editors write another file and give it the old name.
    /// `heard` is the text that sounds already.
    pub fn start(
        path: &Path,
        heard: String,
        mut changed: impl FnMut(String) + Send + 'static,
    ) -> Result<Watch> {
        let path: PathBuf =
            path.canonicalize().with_context(|| format!("cannot watch {}", path.display()))?;
        let parts = crate::source::parts(&path, &heard);
        let names = Arc::new(Mutex::new(names(&path, &parts)));
        let ours = names.clone();
        let (events, inbox) = std::sync::mpsc::channel();
        // It may have been saved since it was read.
        _ = events.send(());
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let names = ours.lock().unwrap_or_else(PoisonError::into_inner);
            let is_ours = event.paths.iter().any(|p| p.file_name().is_some_and(|name| names.contains(name)));
            if is_ours && !event.kind.is_access() {
                _ = events.send(());
            }
        })?;
        let mut watched = BTreeSet::new();
        watch(&mut watcher, &mut watched, &path, &[])?;
        // A part whose directory is not there yet is heard of when the document is saved again.
        _ = watch(&mut watcher, &mut watched, &path, &parts);
        let watcher = Arc::new(Mutex::new(watcher));
        let mine = Arc::downgrade(&watcher);
        let mut last: Said = (heard, parts);
        std::thread::Builder::new().name("watch".into()).spawn(move || {
            while inbox.recv().is_ok() {
                while inbox.recv_timeout(SETTLE).is_ok() {}
                let text = std::fs::read_to_string(&path).ok().filter(|text| !text.is_empty());
                let Some(text) = text else { continue };
                let parts = crate::source::parts(&path, &text);
                if (&text, &parts) == (&last.0, &last.1) {
                    continue;
                }
                let Some(watcher) = mine.upgrade() else { break };
                _ = watch(
                    &mut watcher.lock().unwrap_or_else(PoisonError::into_inner),
                    &mut watched,
                    &path,
                    &parts,
                );
                *names.lock().unwrap_or_else(PoisonError::into_inner) = self::names(&path, &parts);
                last = (text.clone(), parts);
                changed(text);
            }
        })?;
        Ok(Watch { _watcher: watcher })
    }
}

/// The names of the files that matter.
fn names(path: &Path, parts: &[(PathBuf, Option<String>)]) -> BTreeSet<std::ffi::OsString> {
    let all = parts.iter().map(|(path, _)| path.as_path()).chain([path]);
    all.filter_map(|path| path.file_name().map(ToOwned::to_owned)).collect()
}

/// Watches the directories of the document and of its parts, those that are not watched yet.
fn watch(
    watcher: &mut notify::RecommendedWatcher,
    watched: &mut BTreeSet<PathBuf>,
    path: &Path,
    parts: &[(PathBuf, Option<String>)],
) -> Result<()> {
    for path in parts.iter().map(|(path, _)| path.as_path()).chain([path]) {
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        if watched.insert(directory.clone())
            && let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive)
        {
            watched.remove(&directory);
            return Err(error.into());
        }
    }
    Ok(())
}
