//! What waits to be written to a client? A bounded queue: answers hold their client's next request back, events are dropped and counted.

use crate::messages::{ControlEvent, Dropped};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Answers that wait at most.
pub(crate) const ANSWERS: usize = 32;
/// Notices that wait at most.
pub(crate) const NOTICES: usize = 256;

/// What goes out to one client, from any number of threads to the one that writes.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<Message>,
    answers: usize,
    notices: usize,
    /// The latest status, if it is not written yet: an older one is of no use.
    status: Option<String>,
    dropped: Dropped,
    /// Nothing is taken in any more.
    ended: bool,
    /// The writer has written all, or can write no more.
    written: bool,
}

#[derive(Debug)]
enum Message {
    Answer(String),
    Notice(Arc<str>),
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer. Waits for room; `false` if there will be none.
    pub fn answer(&self, text: String) -> bool {
        let waits = |w: &mut Waiting| !w.ended && !w.written && w.answers >= ANSWERS;
        let mut waiting = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        if waiting.ended || waiting.written {
            return false;
        }
        waiting.queue.push_back(Message::Answer(text));
        waiting.answers += 1;
        self.changed.notify_all();
        true
    }

    /// The last message, for which there is always room.
    pub fn end_with(&self, text: String) {
        let mut waiting = self.lock();
        if !waiting.ended {
            waiting.queue.push_back(Message::Answer(text));
            waiting.answers += 1;
        }
        drop(waiting);
        self.end();
    }

    /// Nothing more comes; what waits is still written.
    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// A notice, dropped if too many wait.
    pub fn notice(&self, text: Arc<str>) {
        let mut waiting = self.lock();
        if waiting.ended {
            return;
        }
        if waiting.notices >= NOTICES {
            waiting.dropped.notices += 1;
            return;
        }
        waiting.queue.push_back(Message::Notice(text));
        waiting.notices += 1;
        self.changed.notify_all();
    }

    /// A status, in place of one that still waits.
    pub fn status(&self, text: String) {
        let mut waiting = self.lock();
        if waiting.ended {
            return;
        }
        if waiting.status.replace(text).is_some() {
            waiting.dropped.status += 1;
        }
        self.changed.notify_all();
    }

    /// Whether a status waits that was not written yet.
    #[cfg(test)]
    pub fn has_status(&self) -> bool {
        self.lock().status.is_some()
    }

    /// The next text to write: first what was asked for and noticed, in order; then what was dropped, and the latest status. Waits; nothing
    /// once all is over.
    pub fn take(&self) -> Option<String> {
        let idle = |w: &mut Waiting| {
            w.queue.is_empty() && w.status.is_none() && w.dropped == Dropped::default() && !w.ended
        };
        let mut waiting = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let next = match waiting.queue.pop_front() {
            Some(Message::Answer(text)) => {
                waiting.answers -= 1;
                Some(text)
            }
            Some(Message::Notice(text)) => {
                waiting.notices -= 1;
                Some(text.to_string())
            }
            None if waiting.dropped != Dropped::default() => {
                let dropped = std::mem::take(&mut waiting.dropped);
                serde_json::to_string(&ControlEvent::Dropped(dropped)).ok()
            }
            None => waiting.status.take(),
        };
        drop(waiting);
        self.changed.notify_all();
        next
    }

    /// The writer is done.
    pub fn written(&self) {
        self.lock().written = true;
        self.changed.notify_all();
    }

    /// Waits until the writer is done, for so long at most; whether it is.
    pub fn await_written(&self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        let mut waiting = self.lock();
        while !waiting.written {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            waiting = self.changed.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_dropped_counted_and_told_of() {
        let outbox = Outbox::default();
        for number in 0..NOTICES + 3 {
            outbox.notice(number.to_string().into());
        }
        outbox.status("old".into());
        outbox.status("new".into());
        assert!(outbox.answer("answer".into()));
        for number in 0..NOTICES {
            assert_eq!(outbox.take(), Some(number.to_string()));
        }
        assert_eq!(outbox.take().as_deref(), Some("answer"));
        assert_eq!(outbox.take().as_deref(), Some(r#"{"event":"dropped","data":{"status":1,"notices":3}}"#));
        assert!(outbox.has_status());
        assert_eq!(outbox.take().as_deref(), Some("new"));
        outbox.end_with("last".into());
        outbox.notice("too late".into());
        outbox.status("too late".into());
        assert!(!outbox.answer("too late".into()));
        assert_eq!((outbox.take().as_deref(), outbox.take()), (Some("last"), None));
    }

    #[test]
    fn answers_wait_for_room() {
        let outbox = Outbox::default();
        for _ in 0..ANSWERS {
            assert!(outbox.answer(String::new()));
        }
        std::thread::scope(|scope| {
            let late = scope.spawn(|| outbox.answer("late".into()));
            for _ in 0..ANSWERS {
                assert_eq!(outbox.take().as_deref(), Some(""));
            }
            assert!(late.join().unwrap());
            assert_eq!(outbox.take().as_deref(), Some("late"));
            // One that waits when all ends gives up.
            for _ in 0..ANSWERS {
                assert!(outbox.answer(String::new()));
            }
            let never = scope.spawn(|| outbox.answer("never".into()));
            outbox.end();
            assert!(!never.join().unwrap());
        });
    }

    #[test]
    fn it_can_be_awaited() {
        let outbox = Outbox::default();
        assert!(!outbox.await_written(Duration::ZERO));
        std::thread::scope(|scope| {
            scope.spawn(|| outbox.written());
            assert!(outbox.await_written(Duration::from_secs(60)));
        });
        assert!(!outbox.answer("nobody writes".into()));
    }
}
