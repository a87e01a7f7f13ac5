//! The directory that the files of a document lie in.

use crate::files;
use sostenuto_nodes::{Buffer, Streamed};
use sostenuto_patch::{Catalogue, Load, MAX_DOCUMENT, Notation, read_with};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gives the files that the parts and the buffers of a document come from: their names go from the directory of the document.
pub struct Folder {
    directory: PathBuf,
    /// The rate at which its sounds will be played.
    rate: Option<u32>,
    /// Whether what was read is kept, and what that is: by name, and whether it keeps its rate.
    remembers: bool,
    sounds: BTreeMap<(String, bool), Result<Arc<Buffer>, String>>,
    warn: fn(&str),
}

impl Folder {
    /// That of a document; the present directory if its path has none.
    pub fn of(document: &Path) -> Folder {
        let directory = document.parent().map(Path::to_owned).unwrap_or_default();
        Folder { directory, rate: None, remembers: false, sounds: BTreeMap::new(), warn: |_| {} }
    }

    /// The same, which tells of what is not as it should be in a file that can be used all the same.
    pub fn warning(self, warn: fn(&str)) -> Folder {
        Folder { warn, ..self }
    }

    /// The same, which resamples sounds to the rate at which they will be played, in Hz.
    pub fn at(self, rate: f64) -> Folder {
        Folder { rate: Some(rate as u32), ..self }
    }

    /// The same, which has read the sounds that a document in TOML asks for: what takes long is done here, and not where the document is taken over.
    pub fn read_ahead(mut self, text: &str, catalogue: &Catalogue) -> Folder {
        self.remembers = true;
        // Whether the document is good does not matter here.
        _ = read_with(text, Notation::Toml, catalogue, &mut self);
        self
    }

    fn remembered(
        &mut self,
        which: (&str, bool),
        read: impl FnOnce(&Folder) -> Result<Arc<Buffer>, String>,
    ) -> Result<Arc<Buffer>, String> {
        let which = (which.0.to_owned(), which.1);
        if let Some(known) = self.sounds.get(&which) {
            return known.clone();
        }
        let sound = read(self);
        if self.remembers {
            self.sounds.insert(which, sound.clone());
        }
        sound
    }

    fn path(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.directory.join(name);
        if name == "-" || path.is_dir() { Err("that is no file".to_owned()) } else { Ok(path) }
    }
}

impl Load for Folder {
    fn text(&mut self, name: &str) -> Result<String, String> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(self.path(name)?).map_err(|error| error.to_string())?;
        let limit = MAX_DOCUMENT as u64 + 1;
        file.take(limit).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())
    }

    fn sound(&mut self, name: &str) -> Result<Option<Arc<Buffer>>, String> {
        let sound = self.remembered((name, false), |folder| {
            let recorded = files::read_telling(&folder.path(name)?, folder.warn)?;
            Ok(folder.rate.map_or(recorded.clone(), |rate| files::resampled(&recorded, rate)))
        });
        sound.map(Some)
    }

    fn sound_as_recorded(&mut self, name: &str) -> Result<Option<Arc<Buffer>>, String> {
        self.remembered((name, true), |folder| files::read_telling(&folder.path(name)?, folder.warn))
            .map(Some)
    }

    fn stream(&mut self, name: &str) -> Result<Option<Streamed>, String> {
        files::streamed(&self.path(name)?).map(Some)
    }
}
