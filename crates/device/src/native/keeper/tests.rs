//! Threads are begun, keep what they open, hang, and are counted.

use super::*;
use std::sync::mpsc::{Sender, channel};

const LONG: Duration = Duration::from_secs(20);

fn roster() -> &'static Roster {
    Box::leak(Box::default())
}

/// What hangs in its drop until it is told, and then says so.
struct Sticky(Receiver<()>, Sender<()>);

impl Drop for Sticky {
    fn drop(&mut self) {
        let _ = self.0.recv();
        let _ = self.1.send(());
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LONG, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_thread_opens_keeps_and_drops() {
    let roster = roster();
    let (free, held) = channel();
    let (tell, told) = channel();
    let (opener, opened) = channel::<()>();
    let settle = move || {
        let open = move || {
            opened.recv().unwrap();
            Ok(Sticky(held, tell))
        };
        Ok(Settled { facts: 7, device: "a".into(), open })
    };
    let (facts, keeper) = Keeper::start(roster, settle).unwrap();
    assert_eq!((facts, keeper.is_open(), keeper.failed()), (7, false, None));
    opener.send(()).unwrap();
    until("it opens", || keeper.is_open());
    assert_eq!(roster.left(), 0);
    drop(keeper);
    // The drop hangs, and that is all.
    assert_eq!(roster.left(), 1);
    free.send(()).unwrap();
    told.recv_timeout(LONG).unwrap();
    roster.settle_down(LONG);
    assert_eq!(roster.left(), 0);
}

#[test]
fn a_device_is_waited_for_until_it_is_let_go_of() {
    let roster = roster();
    let (free, held) = channel();
    let (tell, told) = channel();
    let first = move || Ok(Settled { facts: (), device: "a".into(), open: || Ok(Sticky(held, tell)) });
    let ((), keeper) = Keeper::start(roster, first).unwrap();
    until("the first opens", || keeper.is_open());
    drop(keeper);
    let (order, asked) = channel();
    let open = |device: &str| {
        let (device, order) = (device.to_owned(), order.clone());
        let settle = move || {
            let name = device.clone();
            Ok(Settled { facts: (), device, open: move || order.send(name).map_err(|_| refused("")) })
        };
        Keeper::start(roster, settle).unwrap().1
    };
    let _keepers = [open("a"), open("b")];
    assert_eq!(asked.recv_timeout(LONG).unwrap(), "b", "another device is not waited for");
    free.send(()).unwrap();
    told.recv_timeout(LONG).unwrap();
    assert_eq!(asked.recv_timeout(LONG).unwrap(), "a");
}

#[test]
fn what_fails_is_told() {
    let roster = roster();
    let no = || Err::<Settled<(), fn() -> Result<(), OpenError>>, _>(refused("no"));
    assert_eq!(Keeper::start(roster, no).unwrap_err(), refused("no"));
    let later = || Ok(Settled { facts: (), device: "a".into(), open: || Err::<(), _>(refused("later")) });
    let ((), keeper) = Keeper::start(roster, later).unwrap();
    until("it fails", || keeper.failed().is_some());
    assert_eq!((keeper.failed(), keeper.is_open()), (Some(refused("later")), false));
    drop(keeper);
    roster.settle_down(LONG);
    assert_eq!(roster.left(), 0);
}

#[test]
fn a_library_that_panics_has_failed() {
    let roster = roster();
    let broken = || -> Result<(), OpenError> { panic!("as a library might") };
    let settle = move || Ok(Settled { facts: (), device: "a".into(), open: broken });
    let ((), keeper) = Keeper::start(roster, settle).unwrap();
    until("it fails", || keeper.failed().is_some());
    assert!(roster.ask(|| -> u8 { panic!("here too") }).is_err());
    assert_eq!(roster.ask(|| 7), Ok(7));
}

#[test]
fn there_is_a_limit_to_what_hangs() {
    let roster = roster();
    let mut free = Vec::new();
    for n in 0..MOST_LEFT {
        let (let_go, held) = channel();
        let settle =
            move || Ok(Settled { facts: (), device: n.to_string(), open: || Ok(Sticky(held, channel().0)) });
        let ((), keeper) = Keeper::start(roster, settle).unwrap();
        until("it opens", || keeper.is_open());
        free.push(let_go);
    }
    until("all hang", || roster.left() == MOST_LEFT);
    assert!(roster.ask(|| ()).is_err(), "no other is begun");
    free.pop();
    until("one ends", || roster.left() < MOST_LEFT);
    assert_eq!(roster.ask(|| 1), Ok(1));
}
