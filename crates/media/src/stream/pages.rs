//! Pages of a file at the engine's rate, in any order: what would lie there if the whole were decoded and resampled.

use crate::decode::{Fault, Seeker};
use crate::resample::{Work, frames_after};
use sostenuto_reel::PAGE;

/// Reads pages.
pub(super) struct FilePages {
    file: Seeker,
    /// Nothing if the rate is that of the file.
    other: Option<Resampled>,
    room: Vec<f32>,
}

/// Resamplers, one for each channel, which are fed pieces of the file by number. What comes of a piece hangs on that piece and the one before it alone: so it
/// is the same wherever it was begun.
struct Resampled {
    works: Vec<Work>,
    from: u32,
    to: u32,
    /// Frames that go into a piece and come out of it, and by how many of them what comes out is late.
    taken: usize,
    given: usize,
    late: u64,
    /// The piece that they were fed last, and whether the one before it was as well.
    fed: Option<u64>,
}

impl FilePages {
    /// Pages of a file at a rate.
    pub fn new(file: Seeker, rate: u32) -> Result<Self, Fault> {
        let room = vec![0.0; PAGE * file.channels()];
        if file.rate() == rate {
            return Ok(FilePages { file, other: None, room });
        }
        let work = || Work::new(file.rate(), rate).map_err(|why| Fault::Unknown(why.to_string().into()));
        let works = (0..file.channels()).map(|_| work()).collect::<Result<Vec<Work>, Fault>>()?;
        let (taken, given) = works.first().map_or((0, 0), |work| (work.taken.len(), work.given.len()));
        let late = given as u64 / 2;
        let other = Resampled { works, from: file.rate(), to: rate, taken, given, late, fed: None };
        let room = vec![0.0; taken.max(PAGE) * file.channels()];
        Ok(FilePages { file, other: Some(other), room })
    }

    /// Frames at the engine's rate.
    pub fn frames(&self) -> u64 {
        let frames = self.file.frames();
        self.other.as_ref().map_or(frames, |other| frames_after(frames, other.from, other.to))
    }

    /// Fills a page, channel after channel.
    pub fn read(&mut self, page: u64, samples: &mut [f32]) -> Result<(), Fault> {
        let first = page.saturating_mul(PAGE as u64);
        let frames = self.frames();
        let Some(other) = &mut self.other else {
            let mut channels: Vec<&mut [f32]> = samples.chunks_mut(PAGE).collect();
            return self.file.read(first, &mut channels);
        };
        let mut done = 0;
        while done < PAGE {
            let place = first + done as u64 + other.late;
            let piece = place / other.given as u64;
            let offset = (place % other.given as u64) as usize;
            let count = (other.given - offset).min(PAGE - done);
            other.give(piece, &mut self.file, &mut self.room)?;
            for (work, to) in other.works.iter().zip(samples.chunks_mut(PAGE)) {
                let from = work.given.get(offset..offset + count).unwrap_or_default();
                let to = to.get_mut(done..done + count).unwrap_or_default();
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from as f32);
            }
            done += count;
        }
        let past = first.saturating_add(PAGE as u64).saturating_sub(frames).min(PAGE as u64) as usize;
        samples.chunks_mut(PAGE).for_each(|channel| channel[PAGE - past..].fill(0.0));
        Ok(())
    }
}

impl Resampled {
    /// Makes what comes of a piece be at hand.
    fn give(&mut self, piece: u64, file: &mut Seeker, room: &mut [f32]) -> Result<(), Fault> {
        if self.fed == Some(piece) {
            return Ok(());
        }
        if self.fed.is_none_or(|fed| fed + 1 != piece) {
            self.fed = None;
            self.works.iter_mut().for_each(Work::reset);
            if let Some(before) = piece.checked_sub(1) {
                self.feed(before, file, room)?;
            }
        }
        self.fed = None;
        self.feed(piece, file, room)?;
        self.fed = Some(piece);
        Ok(())
    }

    fn feed(&mut self, piece: u64, file: &mut Seeker, room: &mut [f32]) -> Result<(), Fault> {
        let mut channels: Vec<&mut [f32]> =
            room.chunks_exact_mut(self.taken).take(self.works.len()).collect();
        file.read(piece * self.taken as u64, &mut channels)?;
        for (work, channel) in self.works.iter_mut().zip(channels) {
            work.taken.iter_mut().zip(channel).for_each(|(to, from)| *to = (*from).into());
            work.piece().map_err(|why| Fault::Unknown(why.to_string().into()))?;
        }
        Ok(())
    }
}
