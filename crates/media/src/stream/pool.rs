//! A few threads that read for all streams: whatever falls due first.

use super::Disk;
use super::film::{Film, Recipe, Trouble, guarded};
use super::pages::FilePages;
use super::{OpenOptions, PoolOptions};
use crate::decode::DecodeError;
use sostenuto_reel::Spool;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Threads that read sounds for streams. Clones are the same pool.
///
/// While there are streams, one thread at a time looks every few milliseconds for what they ask; the others sleep until it finds more than it can do, and
/// all sleep while there are none. So the audio thread wakes nobody. A stream is read by one thread at a time: where a disk hangs, as many streams wait for it as it
/// holds up threads. The threads end once the pool and all streams are gone.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Owner>);

#[derive(Debug)]
struct Owner(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: PoolOptions,
    room: Mutex<Room>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Room {
    streams: BTreeMap<u64, Arc<Mutex<Stream>>>,
    last: u64,
    threads: usize,
    sleepers: usize,
    /// Whether one of the threads looks after all streams.
    is_watched: bool,
    /// Whether the pool is gone.
    closing: bool,
}

/// A stream that is served.
pub(super) struct Stream {
    spool: Spool,
    recipe: Recipe,
    trouble: Trouble,
    /// Opened by the first thread that reads.
    pages: Option<FilePages>,
    /// Failures in a row, after which it is no longer tried.
    failures: u32,
}

/// So many pages that cannot be read, one after the other, and the stream is given up.
const MOST_FAILURES: u32 = 16;

impl Stream {
    pub fn new(spool: Spool, recipe: Recipe, trouble: Trouble) -> Self {
        Stream { spool, recipe, trouble, pages: None, failures: 0 }
    }

    /// Reads the most urgent page.
    fn work(&mut self) {
        let Stream { spool, recipe, trouble, pages, failures } = self;
        spool.fill(|page, samples| {
            if *failures >= MOST_FAILURES {
                return false;
            }
            let outcome = guarded(|| {
                if pages.is_none() {
                    *pages = Some(recipe.pages()?);
                }
                let Some(open) = pages.as_mut() else { return Ok(()) };
                let read = open.read(page, samples).map_err(|fault| recipe.error(fault, page));
                // What is left of a decoder that failed is not relied on.
                *pages = pages.take().filter(|_| read.is_ok());
                read
            });
            *failures = if outcome.is_ok() { 0 } else { *failures + 1 };
            outcome.map_err(|what| trouble.tell(&what)).is_ok()
        });
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("spool", &self.spool).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool. Its threads begin with the first stream.
    pub fn new(options: PoolOptions) -> Pool {
        let threads = options.threads.clamp(1, 64);
        let options = PoolOptions { threads, ..options };
        Pool(Arc::new(Owner(Arc::new(Shared { options, room: Mutex::default(), wake: Condvar::new() }))))
    }

    /// Looks into a sound file that is to be streamed. Where it does not tell its length, it is read once from end to end, without being decoded.
    ///
    /// # Errors
    /// [`DecodeError`], which names the file, the place and what to do. What shows only in the midst of the file is told when it is played
    /// ([`Footage::take_trouble`](super::Footage::take_trouble)).
    pub fn open(&self, path: impl AsRef<Path>, options: OpenOptions<'_>) -> Result<Film, DecodeError> {
        Film::of_file(path.as_ref(), options, Some(self.clone()))
    }

    /// The same for what is no file: `open` gives its bytes, anew for each stream. `name` stands for it in messages, and tells it from others.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(
        &self,
        name: &str,
        open: impl Fn() -> io::Result<Box<dyn Disk>> + Send + Sync + 'static,
        options: OpenOptions<'_>,
    ) -> Result<Film, DecodeError> {
        Film::of(name.into(), name.to_owned(), Arc::new(open), options, Some(self.clone()))
    }

    /// Streams that are served now.
    pub fn streams(&self) -> usize {
        self.0.0.room().streams.len()
    }

    pub(super) fn ahead_seconds(&self) -> f64 {
        self.0.0.options.ahead_seconds
    }

    /// Serves a stream until its reel is gone.
    pub(super) fn serve(&self, stream: Stream) -> io::Result<()> {
        let shared = &self.0.0;
        let mut room = shared.room();
        while room.threads < shared.options.threads {
            let ours = shared.clone();
            let name = format!("disk-{}", room.threads + 1);
            match std::thread::Builder::new().name(name).spawn(move || ours.run()) {
                Ok(_) => room.threads += 1,
                Err(error) if room.threads == 0 => return Err(error),
                Err(_) => break,
            }
        }
        room.last += 1;
        let number = room.last;
        room.streams.insert(number, Arc::new(Mutex::new(stream)));
        shared.wake.notify_one();
        Ok(())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.room().closing = true;
        self.0.wake.notify_all();
    }
}

impl Shared {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does.
    fn run(&self) {
        loop {
            let streams: Vec<(u64, Arc<Mutex<Stream>>)> =
                self.room().streams.iter().map(|(number, stream)| (*number, stream.clone())).collect();
            match self.most_urgent(&streams) {
                Some(stream) => {
                    // Somebody has to watch while this one reads.
                    self.resign();
                    if let Ok(mut stream) = stream.try_lock() {
                        stream.work();
                    }
                }
                None if !self.sleep() => return,
                None => {}
            }
        }
    }

    /// The stream whose next page falls due first, of those that nobody reads just now. Those that are over are let go of.
    fn most_urgent(&self, streams: &[(u64, Arc<Mutex<Stream>>)]) -> Option<Arc<Mutex<Stream>>> {
        let mut best: Option<(i64, &Arc<Mutex<Stream>>)> = None;
        for (number, stream) in streams {
            let Ok(mut inside) = stream.try_lock() else { continue };
            if inside.spool.is_over() {
                drop(inside);
                // The file is closed here, with the last share of the stream.
                let gone = self.room().streams.remove(number);
                drop(gone);
                continue;
            }
            if let Some(due) = inside.spool.look()
                && best.is_none_or(|(most, _)| due < most)
            {
                best = Some((due, stream));
            }
        }
        best.map(|(_, stream)| stream.clone())
    }

    /// Lets another thread watch.
    fn resign(&self) {
        let mut room = self.room();
        room.is_watched = false;
        if room.sleepers > 0 {
            self.wake.notify_one();
        }
    }

    /// Sleeps until there may be something to do; not if nothing ever will be.
    fn sleep(&self) -> bool {
        let mut room = self.room();
        if room.streams.is_empty() && room.closing {
            room.threads -= 1;
            self.wake.notify_all();
            return false;
        }
        room.sleepers += 1;
        let mut room = match room.streams.is_empty() || room.is_watched {
            true => self.wake.wait(room).unwrap_or_else(PoisonError::into_inner),
            false => {
                room.is_watched = true;
                let woken = self.wake.wait_timeout(room, self.options.look_every);
                let mut room = woken.unwrap_or_else(PoisonError::into_inner).0;
                room.is_watched = false;
                room
            }
        };
        room.sleepers -= 1;
        true
    }
}

impl Default for PoolOptions {
    fn default() -> Self {
        PoolOptions { threads: 4, look_every: Duration::from_millis(4), ahead_seconds: 1.0 }
    }
}
