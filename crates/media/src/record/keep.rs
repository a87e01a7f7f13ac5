//! A file that is recorded into, and still there at the end if somebody deletes it.

use crate::wav::{Format, WriteError};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// A second hold of the file.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    file: File,
}

impl Kept {
    /// Makes the file, in the place of one that may be there.
    pub fn create(path: &Path, format: Format) -> Result<(File, Kept), WriteError> {
        format.check()?;
        let failed = |source| WriteError::Create { path: path.to_owned(), source };
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path);
        let file = open.map_err(failed)?;
        let second = file.try_clone().map_err(failed)?;
        Ok((file, Kept { path: path.to_owned(), file: second }))
    }

    /// Writes the file anew if it was deleted: as long as it is open, the system has what is in it. Whether that was so.
    pub fn restore(mut self) -> io::Result<bool> {
        if self.path.exists() {
            return Ok(false);
        }
        self.file.rewind()?;
        let mut anew = OpenOptions::new().write(true).create_new(true).open(&self.path)?;
        io::copy(&mut self.file, &mut anew)?;
        Ok(true)
    }
}
