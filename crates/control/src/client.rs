//! What is known of one client: its connection, what waits to be written to it, and what it wants to be told.

use crate::address::Socket;
use crate::glance::Peaks;
use crate::messages::{ControlEvent, Fault, Id, Notice, Status};
use crate::outbox::Outbox;
use serde::Serialize;
use serde_json::value::RawValue;
use std::io::Write;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long who is dismissed may wait for the answer that is under way.
const LAST_ANSWER: Duration = Duration::from_millis(500);

pub(crate) struct Client {
    pub socket: Socket,
    pub outbox: Outbox,
    greeted: AtomicBool,
    /// Whether a request of it is under way.
    answering: AtomicBool,
    wishes: Mutex<Wishes>,
}

#[derive(Default)]
struct Wishes {
    notices: bool,
    status: Option<StatusWish>,
    peaks: Peaks,
}

struct StatusWish {
    period: Duration,
    meters: bool,
    next: Instant,
}

/// The answer to a request that went well, and to one that did not.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a Id,
    result: &'a RawValue,
}

#[derive(Serialize)]
struct Refusal<'a> {
    id: Option<&'a Id>,
    error: &'a Fault,
}

/// The line of an answer.
pub(crate) fn answered(id: &Id, result: &RawValue) -> String {
    serde_json::to_string(&Answer { id, result }).unwrap_or_default()
}

/// The line of a refusal; without an id if none could be read.
pub(crate) fn refused(id: Option<&Id>, error: &Fault) -> String {
    serde_json::to_string(&Refusal { id, error }).unwrap_or_default()
}

/// The line of a notice.
pub(crate) fn noticed(notice: Notice) -> Arc<str> {
    serde_json::to_string(&ControlEvent::Notice(notice)).unwrap_or_default().into()
}

impl Client {
    pub fn new(socket: Socket) -> Self {
        Client {
            socket,
            outbox: Outbox::default(),
            greeted: AtomicBool::new(false),
            answering: AtomicBool::new(false),
            wishes: Mutex::default(),
        }
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has said `hello` and was let in.
    pub fn is_greeted(&self) -> bool {
        self.greeted.load(Ordering::Acquire)
    }

    pub fn greet(&self) {
        self.greeted.store(true, Ordering::Release);
    }

    pub fn want_notices(&self, wanted: bool) {
        self.wishes().notices = wanted;
    }

    /// Asks for status events so far apart, with or without meters; the first at once.
    pub fn want_status(&self, wanted: Option<(Duration, bool)>, now: Instant) {
        self.wishes().status = wanted.map(|(period, meters)| StatusWish { period, meters, next: now });
    }

    /// Hands a notice over, if it is wanted.
    pub fn tell(&self, notice: &Arc<str>) {
        if self.wishes().notices {
            self.outbox.notice(notice.clone());
        }
    }

    /// When the next status is due, and whether with meters.
    pub fn due(&self) -> Option<(Instant, bool)> {
        self.wishes().status.as_ref().map(|wish| (wish.next, wish.meters))
    }

    /// Hands over what was seen, if that is due by now.
    pub fn show(&self, seen: &Status, now: Instant) {
        let mut wishes = self.wishes();
        let Some(wish) = wishes.status.as_mut().filter(|wish| wish.next <= now) else { return };
        // Moments that have passed are not made up for.
        wish.next = (wish.next + wish.period).max(now);
        let meters = wish.meters;
        drop(wishes);
        let event = ControlEvent::Status(Box::new(self.told(seen.clone(), meters)));
        if let Ok(text) = serde_json::to_string(&event) {
            self.outbox.status(text);
        }
    }

    /// Takes note of the peaks that somebody saw.
    pub fn note(&self, seen: &Status) {
        self.wishes().peaks.note(seen);
    }

    /// What was seen, with the peaks since this client was told last.
    pub fn told(&self, mut seen: Status, meters: bool) -> Status {
        if !meters {
            seen.meters = None;
        }
        self.wishes().peaks.tell(&mut seen);
        seen
    }

    /// A request is under way, or is answered.
    pub fn answering(&self, is_under_way: bool) {
        self.answering.store(is_under_way, Ordering::Release);
    }

    /// Ends the connection from this side: the client is told why, and nothing more is read. What it has asked for may be what ends all (`quit`), so
    /// an answer that is under way goes first, for a moment.
    pub fn dismiss(&self, why: &Fault) {
        let until = Instant::now() + LAST_ANSWER;
        while self.answering.load(Ordering::Acquire) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.outbox.end_with(refused(None, why));
        self.socket.shutdown(Shutdown::Read);
    }

    /// Writes what waits, until there is no more, or the client is gone.
    pub fn write(&self) {
        while let Some(mut text) = self.outbox.take() {
            text.push('\n');
            if (&self.socket).write_all(text.as_bytes()).is_err() {
                break;
            }
        }
        self.outbox.written();
        self.socket.shutdown(Shutdown::Write);
    }
}
