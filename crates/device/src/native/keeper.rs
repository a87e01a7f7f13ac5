//! Who opens a stream, keeps it, and lets go of it, when any of that may hang? A thread for each, which nobody waits for.
//!
//! A stream's thread goes through four steps:
//! 1. It settles what is to be opened, and tells its owner, who waits for that for [`ANSWER`] at most.
//! 2. It waits until an earlier stream on the same device, whose owner has dropped it, has let go of the device, for [`HANDED_ON`] at most.
//! 3. It opens the stream.
//! 4. It keeps it until its owner drops the [`Keeper`], and drops it.
//!
//! Where it hangs, it is alone. Threads whose owner has gone are counted; while there are [`MOST_LEFT`] of them no other is begun.

use crate::host::OpenError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long the system is waited for when it is asked something. Connecting to a server takes some milliseconds.
const ANSWER: Duration = Duration::from_secs(3);
/// How long a device is waited for that is just being let go of.
const HANDED_ON: Duration = Duration::from_secs(1);
/// So many threads may hang.
const MOST_LEFT: usize = 32;

/// The threads of this process that ask the system, and keep its streams.
#[derive(Debug, Default)]
pub(super) struct Roster {
    threads: Mutex<Vec<Entry>>,
    ended: Condvar,
}

/// A thread.
#[derive(Debug)]
struct Entry {
    stage: Arc<Stage>,
    /// The device that it keeps, once it is settled.
    device: Option<String>,
    /// Whether nobody waits for what it does.
    left: bool,
}

/// How far a thread has come.
#[derive(Debug, Default)]
pub(super) struct Stage {
    open: AtomicBool,
    ended: AtomicBool,
    failed: OnceLock<OpenError>,
}

impl Roster {
    pub const fn new() -> Self {
        Roster { threads: Mutex::new(Vec::new()), ended: Condvar::new() }
    }

    /// How many threads nobody waits for any more.
    pub fn left(&self) -> usize {
        left_of(&self.threads())
    }

    /// Waits until there are none of these, or for so long.
    pub fn settle_down(&self, patience: Duration) {
        self.wait(patience, |entry| entry.left);
    }

    /// Asks on a thread, and waits for the answer for a while.
    ///
    /// # Errors
    /// There is none in time, or no thread.
    pub fn ask<A: Send + 'static>(
        &'static self,
        question: impl FnOnce() -> A + Send + 'static,
    ) -> Result<A, OpenError> {
        let (tell, told) = sync_channel(1);
        let stage = self.begin(move |_| {
            let _ = tell.send(question());
        })?;
        self.answer(&told, &stage)
    }

    fn answer<A>(&self, told: &Receiver<A>, stage: &Arc<Stage>) -> Result<A, OpenError> {
        told.recv_timeout(ANSWER).map_err(|_| {
            self.leave(stage);
            refused("the sound system does not answer; see whether its server runs, and start it again")
        })
    }

    /// Begins a thread, if not too many hang.
    pub fn begin(
        &'static self,
        task: impl FnOnce(&OnRoster) + Send + 'static,
    ) -> Result<Arc<Stage>, OpenError> {
        let stage = Arc::new(Stage::default());
        let mut threads = self.threads();
        if left_of(&threads) >= MOST_LEFT {
            return Err(refused(
                "the sound system hangs, and holds too many streams that were dropped; start its server again",
            ));
        }
        threads.push(Entry { stage: stage.clone(), device: None, left: false });
        drop(threads);
        let place = OnRoster { roster: self, stage: stage.clone() };
        // A thread that does not begin drops its place, and so is off the roster.
        let thread = thread::Builder::new().name("sostenuto-stream".into()).spawn(move || task(&place));
        thread.map_err(|error| {
            refused(&format!(
                "the system has no thread to give ({error}); close other programs and try again"
            ))
        })?;
        Ok(stage)
    }

    /// Notes that nobody waits for this thread any more.
    pub fn leave(&self, stage: &Arc<Stage>) {
        self.edit(stage, |entry| entry.left = true);
    }

    fn edit(&self, stage: &Arc<Stage>, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.threads().iter_mut().find(|entry| Arc::ptr_eq(&entry.stage, stage)) {
            change(entry);
        }
    }

    /// Waits until no thread is like this, or for so long.
    fn wait(&self, patience: Duration, is_one: impl Fn(&Entry) -> bool) {
        let until = Instant::now() + patience;
        let mut threads = self.threads();
        while threads.iter().any(&is_one) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            threads = self.ended.wait_timeout(threads, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Entry>> {
        // Each change leaves the list whole.
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread's place on the roster, which it leaves at its end, however that comes.
pub(super) struct OnRoster {
    roster: &'static Roster,
    stage: Arc<Stage>,
}

impl Drop for OnRoster {
    fn drop(&mut self) {
        // Release: who sees this sees why it failed as well.
        self.stage.ended.store(true, Ordering::Release);
        self.roster.threads().retain(|entry| !Arc::ptr_eq(&entry.stage, &self.stage));
        self.roster.ended.notify_all();
    }
}

/// The owner's hold on a stream that a thread keeps. Dropping it lets go of the stream, and waits for nothing.
#[derive(Debug)]
pub(super) struct Keeper {
    roster: &'static Roster,
    stage: Arc<Stage>,
    /// The thread waits until this is dropped.
    _hold: SyncSender<()>,
}

/// What is to be opened: what its owner is told of it, the device that it is on, and how it is opened.
pub(super) struct Settled<S, O> {
    pub facts: S,
    pub device: String,
    pub open: O,
}

impl Keeper {
    /// Begins a thread that settles and opens something and keeps it. Returns as soon as it is settled.
    ///
    /// # Errors
    /// Those of `settle`; or there is no answer in time, or no thread.
    pub fn start<S, O, T>(
        roster: &'static Roster,
        settle: impl FnOnce() -> Result<Settled<S, O>, OpenError> + Send + 'static,
    ) -> Result<(S, Keeper), OpenError>
    where
        S: Send + 'static,
        O: FnOnce() -> Result<T, OpenError>,
    {
        let (tell, told) = sync_channel(1);
        let (hold, held) = sync_channel::<()>(0);
        let stage = roster.begin(move |place| {
            let Settled { facts, device, open } = match settle() {
                Ok(settled) => settled,
                Err(error) => {
                    let _ = tell.send(Err(error));
                    return;
                }
            };
            // Before the owner knows of it, so that it can be waited for as soon as it is dropped.
            roster.edit(&place.stage, |entry| entry.device = Some(device.clone()));
            if tell.send(Ok(facts)).is_err() {
                return;
            }
            roster.wait(HANDED_ON, |entry| {
                entry.left
                    && entry.device.as_ref() == Some(&device)
                    && !Arc::ptr_eq(&entry.stage, &place.stage)
            });
            match open() {
                Ok(thing) => {
                    place.stage.open.store(true, Ordering::Relaxed);
                    let _ = held.recv();
                    drop(thing);
                }
                Err(error) => _ = place.stage.failed.set(error),
            }
        })?;
        let facts = roster.answer(&told, &stage)??;
        Ok((facts, Keeper { roster, stage, _hold: hold }))
    }

    /// Whether it is open. `[any]`
    pub fn is_open(&self) -> bool {
        self.stage.open.load(Ordering::Relaxed)
    }

    /// Why it could not be opened. `[any]`
    pub fn failed(&self) -> Option<OpenError> {
        // Acquire: the thread says why it failed before it ends.
        let ended = self.stage.ended.load(Ordering::Acquire);
        let failed = self.stage.failed.get().cloned();
        failed.or_else(|| {
            ended.then(|| refused("the library of the sound system failed; open the device anew"))
        })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.roster.leave(&self.stage);
    }
}

fn left_of(threads: &[Entry]) -> usize {
    threads.iter().filter(|entry| entry.left).count()
}

fn refused(why: &str) -> OpenError {
    OpenError::Refused { why: why.into() }
}

#[cfg(test)]
mod tests;
