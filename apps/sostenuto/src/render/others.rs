//! Where does what goes to other devices go, when a patch is rendered? To a file for each, beside that of the main bus.

use super::Part;
use anyhow::{Context, Result};
use sostenuto_media::wav::{Format, Writer};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The files of devices other than the main bus, each beside that of the main bus: `out.DEVICE.wav`.
pub struct Others {
    beside: PathBuf,
    format: Format,
    files: BTreeMap<String, Other>,
}

struct Other {
    part: Part,
    path: PathBuf,
    writer: Writer,
    channels: usize,
    /// Frames that it has.
    frames: u64,
}

impl Others {
    /// For the file of the main bus, in its format.
    pub fn beside(file: PathBuf, format: Format) -> Self {
        Others { beside: file, format, files: BTreeMap::new() }
    }

    /// Writes a block of every device; one that came later, or was away, is silent before.
    pub fn write(&mut self, heard: &BTreeMap<String, Vec<Vec<f32>>>, done: u64, ahead: u64) -> Result<()> {
        for (device, channels) in heard {
            if !self.files.contains_key(device) {
                let other = self.begin(device, channels.len())?;
                self.files.insert(device.clone(), other);
            }
        }
        for (device, other) in &mut self.files {
            let silence = vec![0.0; 4096];
            let until = if heard.contains_key(device) { done } else { done + ahead };
            while other.frames < until {
                let piece = (until - other.frames).min(4096) as usize;
                other.writer.write_planar(&vec![&silence[..piece]; other.channels])?;
                other.frames += piece as u64;
            }
            let Some(channels) = heard.get(device) else { continue };
            let silent = vec![0.0; ahead as usize];
            let blocks: Vec<&[f32]> =
                (0..other.channels).map(|c| channels.get(c).map_or(&silent[..], |block| block)).collect();
            other.writer.write_planar(&blocks)?;
            other.frames += ahead;
        }
        Ok(())
    }

    fn begin(&self, device: &str, channels: usize) -> Result<Other> {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' };
        let device: String = device.chars().map(plain).collect();
        let path = self.beside.with_extension(format!("{device}.wav"));
        let part = Part::of(&path);
        let format = Format { channels: u16::try_from(channels)?, ..self.format };
        Ok(Other { writer: Writer::create(&part.0, format)?, part, path, channels, frames: 0 })
    }

    /// Gives the files their names; a line about each.
    pub fn finish(self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for (device, other) in self.files {
            other.writer.finish()?;
            std::fs::rename(&other.part.0, &other.path)
                .with_context(|| format!("cannot write {}", other.path.display()))?;
            lines.push(format!("{}: what goes to {device}", other.path.display()));
        }
        Ok(lines)
    }
}
