//! A sound on a disk, of which any number of streams can be made.

use super::pages::FilePages;
use super::pool::{Pool, Stream};
use super::{Disk, Open, OpenOptions};
use crate::decode::{Bytes, Context, DecodeError, Fault, Limits, Progress, Seeker};
use sostenuto_reel::{Footage, Lead, PAGE, Pages, Reel, Spool, Start, Streamed, Threading};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// Pages that are read before a stream begins: 171 ms at 48 kHz.
const LEAD: u64 = 4;

/// What is known of a sound on a disk. Clones are the same; each stream of it has a decoder of its own.
#[derive(Clone)]
pub struct Film(Arc<Inner>);

struct Inner {
    name: PathBuf,
    identity: String,
    open: Arc<Open>,
    limits: Limits,
    pool: Option<Pool>,
    rate: u32,
    channels: u16,
    frames: u64,
    format: &'static str,
    /// Beginnings that were read, by the rate and the number of the first page.
    leads: Mutex<Vec<((u32, u64), Lead)>>,
    trouble: Trouble,
}

/// What went wrong with a stream, for whoever asks.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub fn tell(&self, what: &str) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.get_or_insert_with(|| what.to_owned());
    }
}

/// What a stream is made from, wherever its pages are read.
#[derive(Clone)]
pub(super) struct Recipe {
    name: PathBuf,
    open: Arc<Open>,
    limits: Limits,
    frames: u64,
    rate: u32,
}

impl Recipe {
    /// Opens the file, and gives its pages.
    pub fn pages(&self) -> Result<FilePages, DecodeError> {
        let opener = opener(self.open.clone(), self.name.clone(), self.limits);
        let context = Context { path: &self.name, rate: 0, frames: 0 };
        let seeker = Seeker::open(opener, self.limits, Some(self.frames), |_| Ok(()));
        seeker.and_then(|file| FilePages::new(file, self.rate)).map_err(|fault| context.error(fault))
    }

    pub fn error(&self, fault: Fault, page: u64) -> DecodeError {
        let context = Context { path: &self.name, rate: self.rate, frames: page * PAGE as u64 };
        context.error(fault)
    }
}

fn opener(
    open: Arc<Open>,
    name: PathBuf,
    limits: Limits,
) -> Box<dyn Fn() -> Result<Bytes, Fault> + Send + Sync> {
    Box::new(move || {
        let disk = open().map_err(Fault::Io)?;
        let name = name.to_string_lossy();
        Bytes::from(Box::new(super::disk::Source::new(disk).map_err(Fault::Io)?), &name, &limits)
    })
}

impl Film {
    pub(super) fn of_file(
        path: &Path,
        options: OpenOptions<'_>,
        pool: Option<Pool>,
    ) -> Result<Film, DecodeError> {
        let context = Context { path, rate: 0, frames: 0 };
        let io = |source| context.error(Fault::Io(source));
        let about = std::fs::metadata(path).map_err(io)?;
        if !about.is_file() {
            return Err(io(std::io::Error::other("it is no plain file")));
        }
        let modified = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let state = format!("{}, {} bytes, {modified:?}", path.display(), about.len());
        let file = path.to_owned();
        let open = move || Ok(Box::new(std::fs::File::open(&file)?) as Box<dyn Disk>);
        Film::of(path.to_owned(), state, Arc::new(open), options, pool)
    }

    pub(super) fn of(
        name: PathBuf,
        identity: String,
        open: Arc<Open>,
        options: OpenOptions<'_>,
        pool: Option<Pool>,
    ) -> Result<Film, DecodeError> {
        let OpenOptions { limits, cancel, mut progress } = options;
        let context = Context { path: &name, rate: 0, frames: 0 };
        let look_up = |frames| {
            if cancel.as_ref().is_some_and(crate::decode::Cancel::is_cancelled) {
                return Err(Fault::Cancelled);
            }
            if let Some(progress) = &mut progress {
                progress(Progress { frames, of: None });
            }
            Ok(())
        };
        let found = std::panic::AssertUnwindSafe(|| {
            let mut file = Seeker::open(opener(open.clone(), name.clone(), limits), limits, None, look_up)?;
            // What is cut short is found out here, and not when it is played.
            let mut last = vec![vec![0.0; 1]; file.channels()];
            let mut channels: Vec<&mut [f32]> = last.iter_mut().map(Vec::as_mut_slice).collect();
            file.read(file.frames() - 1, &mut channels)?;
            Ok((file.rate(), file.channels() as u16, file.frames(), file.format()))
        });
        // A decoder that panics at what it is given is a fault of the file.
        let found = std::panic::catch_unwind(found);
        let found = found.unwrap_or(Err(Fault::Damaged("it makes no sense to its decoder".into())));
        let (rate, channels, frames, format) = found.map_err(|fault| context.error(fault))?;
        let (leads, trouble) = (Mutex::default(), Trouble::default());
        let inner =
            Inner { name, identity, open, limits, pool, rate, channels, frames, format, leads, trouble };
        Ok(Film(Arc::new(inner)))
    }

    /// Frames per second of the file.
    pub fn rate(&self) -> u32 {
        self.0.rate
    }

    /// Its channels.
    pub fn channels(&self) -> u16 {
        self.0.channels
    }

    /// Its frames, at its own rate.
    pub fn frames(&self) -> u64 {
        self.0.frames
    }

    /// The kind of file, as [`Decoded::format`](crate::decode::Decoded::format).
    pub fn format(&self) -> &'static str {
        self.0.format
    }

    /// The same sound, whose streams read in place, when they are played: for rendering, where there is time to wait, and nothing may come late.
    #[must_use]
    pub fn in_place(&self) -> Film {
        let inner = &self.0;
        Film(Arc::new(Inner {
            name: inner.name.clone(),
            identity: inner.identity.clone(),
            open: inner.open.clone(),
            pool: None,
            leads: Mutex::default(),
            trouble: inner.trouble.clone(),
            ..*inner.as_ref()
        }))
    }

    /// The same in the form that patches and nodes take.
    pub fn footage(&self) -> Streamed {
        Streamed(Arc::new(self.clone()))
    }

    fn recipe(&self, rate: u32) -> Recipe {
        let inner = &self.0;
        let (name, open) = (inner.name.clone(), inner.open.clone());
        Recipe { name, open, limits: inner.limits, frames: inner.frames, rate }
    }

    /// The pages from the one on that has the beginning. What was read once is shared.
    fn lead(&self, recipe: &Recipe, begin: u64) -> Result<Lead, DecodeError> {
        let first = begin / PAGE as u64;
        let mut leads = self.0.leads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lead)) = leads.iter().find(|(which, _)| *which == (recipe.rate, first)) {
            return Ok(lead.clone());
        }
        let mut pages = recipe.pages()?;
        let size = PAGE * usize::from(self.0.channels);
        let count = pages.frames().div_ceil(PAGE as u64).saturating_sub(first).min(LEAD);
        let mut samples = vec![0.0; size * count as usize];
        for (number, page) in samples.chunks_exact_mut(size).enumerate() {
            let number = first + number as u64;
            pages.read(number, page).map_err(|fault| recipe.error(fault, number))?;
        }
        let lead = Lead::new(first, self.0.channels, samples);
        leads.push(((recipe.rate, first), lead.clone()));
        Ok(lead)
    }

    fn start(&self, how: &Threading, rate: u32) -> Start {
        // The frame that is nearest to one of the file.
        let at = |frame: u64| {
            let exact = u128::from(frame) * u128::from(rate) * 2 + u128::from(self.0.rate);
            u64::try_from(exact / (2 * u128::from(self.0.rate))).unwrap_or(u64::MAX)
        };
        let frames = crate::resample::frames_after(self.0.frames, self.0.rate, rate);
        Start {
            channels: self.0.channels,
            rate: f64::from(rate),
            begin: at(how.begin),
            around: (at(how.around.0), at(how.around.1)),
            length: Some(frames),
            ahead_seconds: self.0.pool.as_ref().map_or(1.0, Pool::ahead_seconds),
        }
    }
}

impl Footage for Film {
    fn channels(&self) -> u16 {
        self.0.channels
    }

    fn identity(&self) -> &str {
        &self.0.identity
    }

    fn take_trouble(&self) -> Option<String> {
        self.0.trouble.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn thread(&self, how: &Threading) -> Result<Reel, String> {
        let rate = (how.rate + 0.5) as u32;
        let recipe = self.recipe(rate);
        let start = self.start(how, rate);
        let lead = self.lead(&recipe, start.begin).map_err(|error| error.to_string())?;
        match &self.0.pool {
            Some(pool) => {
                let (reel, spool): (Reel, Spool) = Reel::new(start, lead, &how.progress);
                pool.serve(Stream::new(spool, recipe, self.0.trouble.clone()))
                    .map_err(|error| error.to_string())?;
                Ok(reel)
            }
            None => {
                let pages = recipe.pages().map_err(|error| error.to_string())?;
                let source = InPlace { pages, recipe, trouble: self.0.trouble.clone() };
                Ok(Reel::reading(start, lead, Box::new(source), &how.progress))
            }
        }
    }
}

/// What went wrong in words. A decoder that panics at what it is given is a fault of the file.
pub(super) fn guarded(read: impl FnOnce() -> Result<(), DecodeError>) -> Result<(), String> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => Err("its decoder cannot make sense of it. Copy or export it again".to_owned()),
    }
}

/// Reads where it is played.
struct InPlace {
    pages: FilePages,
    recipe: Recipe,
    trouble: Trouble,
}

impl Pages for InPlace {
    fn read(&mut self, page: u64, samples: &mut [f32]) -> bool {
        let InPlace { pages, recipe, trouble } = self;
        let read = guarded(|| pages.read(page, samples).map_err(|fault| recipe.error(fault, page)));
        read.map_err(|what| trouble.tell(&what)).is_ok()
    }

    fn length(&self) -> Option<u64> {
        Some(self.pages.frames())
    }
}

impl fmt::Debug for Film {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, rate, channels, frames, .. } = &*self.0;
        write!(f, "Film of {}: {frames} frames, {channels} channels, {rate} Hz", name.display())
    }
}
