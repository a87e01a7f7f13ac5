//! How is a stream dropped that may never come back from it? On a thread of its own, and waited for no longer than is sensible.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// How long the drop of a stream is waited for. One that works takes some milliseconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// How a stream came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It is gone: its callback will not run again, and its share in the engine's slot is given back.
    Clean,
    /// The system did not let go of it in time (a server that hangs; PulseAudio after its last device was removed). A thread
    /// goes on trying. The callback is out of gear: should it run again it plays silence, and the engine is free for another
    /// clock. The stream's share in the slot is given back if and when it ends.
    Abandoned,
}

/// A thread that waits to drop one thing. It is started before there is anything to drop, so that a drop never fails for want
/// of a thread.
#[derive(Debug)]
pub(super) struct Reaper<T> {
    to_drop: Sender<T>,
    dropped: Receiver<()>,
}

impl<T: Send + 'static> Reaper<T> {
    pub fn new() -> io::Result<Self> {
        let (to_drop, inbox) = channel::<T>();
        let (done, dropped) = channel();
        thread::Builder::new().name("sostenuto-reaper".into()).spawn(move || {
            if let Ok(thing) = inbox.recv() {
                drop(thing);
                // Nobody may be waiting any longer.
                let _ = done.send(());
            }
        })?;
        Ok(Reaper { to_drop, dropped })
    }

    /// Hands it over and waits for a while.
    pub fn reap(&self, thing: T) -> Stopped {
        match self.to_drop.send(thing) {
            Ok(()) if self.dropped.recv_timeout(PATIENCE).is_ok() => Stopped::Clean,
            Ok(()) => Stopped::Abandoned,
            // The thread has ended, which it does after one thing only; this one is not dropped here, for it might hang.
            Err(unsent) => {
                std::mem::forget(unsent);
                Stopped::Abandoned
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    struct OnDrop<F: FnMut()>(F);
    impl<F: FnMut()> Drop for OnDrop<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }

    #[test]
    fn drops_elsewhere() {
        let (tell, told) = mpsc::channel();
        let reaper = Reaper::new().unwrap();
        let here = thread::current().id();
        let outcome = reaper.reap(OnDrop(move || tell.send(thread::current().id()).unwrap()));
        assert_eq!(outcome, Stopped::Clean);
        assert_ne!(told.recv().unwrap(), here);
    }

    #[test]
    fn gives_up_on_what_hangs() {
        let (release, held) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let reaper = Reaper::new().unwrap();
        let thing = OnDrop(move || {
            let _ = held.recv();
            tell.send(()).unwrap();
        });
        assert_eq!(reaper.reap(thing), Stopped::Abandoned);
        release.send(()).unwrap();
        told.recv().unwrap();
    }
}
