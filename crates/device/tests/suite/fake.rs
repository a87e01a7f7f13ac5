//! The fake host keeps its word: times, order, failures, chance from the seed; and a port from one device's input to another's output.

use crate::sine;

use sostenuto_device::{
    Change, End, Fake, FakeDevice, FakeStream, Host, Mishap, OpenError, PortState, Setup, Stream, Tie,
    Vigour, Wish, port,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

type Times = Arc<Mutex<Vec<(String, u64)>>>;

fn log(host: &mut Fake, id: &str, times: &Times) -> FakeStream {
    let (name, times) = (id.to_owned(), times.clone());
    let work = move |_: &[f32], _: &mut [f32], now: u64| times.lock().unwrap().push((name.clone(), now));
    host.open(&Wish { device: Some(id.into()), outputs: 2, ..Wish::default() }, Box::new(work)).unwrap()
}

fn history(seed: u64) -> Vec<(String, u64)> {
    let mut host = Fake::new(seed);
    host.plug(FakeDevice { ppm: 100.0, ..FakeDevice::new("a", 48_000, 64).jittery() });
    host.plug(FakeDevice { ppm: -300.0, ..FakeDevice::new("b", 44_100, 441).jittery() });
    let times = Times::default();
    let _streams = [log(&mut host, "a", &times), log(&mut host, "b", &times)];
    host.run(Duration::from_secs(20));
    let times = times.lock().unwrap();
    times.clone()
}

#[test]
fn callbacks_come_in_order_at_their_pace_and_as_the_seed_says() {
    let times = history(3);
    assert!(times.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    for (id, block, rate) in [("a", 64.0, 48_000.0 * 1.0001), ("b", 441.0, 44_100.0 * 0.9997)] {
        let own = times.iter().filter(|(name, _)| name == id).map(|(_, now)| *now as f64 / SECOND as f64);
        let late: Vec<f64> = own.enumerate().map(|(n, at)| at - n as f64 * block / rate).collect();
        let nominal = block / rate * 1.001;
        assert!(late.iter().all(|late| (-1e-6..nominal).contains(late)), "{id}");
        let mean = late.iter().sum::<f64>() / late.len() as f64;
        assert!((mean / nominal - 0.5).abs() < 0.05, "{id}: {mean}");
    }
    assert_eq!(times, history(3));
    assert_ne!(times, history(4));
}

#[test]
fn what_befalls_a_device_is_seen() {
    let mut host = Fake::new(1);
    let at = Duration::from_secs;
    let schedule = vec![
        (at(1), Mishap::Stall(Duration::from_millis(500))),
        (at(2), Mishap::Remove),
        (at(3), Mishap::Return),
        (at(4), Mishap::Rate(96_000)),
        (at(5), Mishap::Default),
    ];
    host.plug(FakeDevice::new("b", 48_000, 480));
    host.plug(FakeDevice { schedule, ..FakeDevice::new("a", 48_000, 480) });
    let times = Times::default();
    let first = log(&mut host, "a", &times);
    host.run(Duration::from_millis(1999));
    assert_eq!((first.vigour(), first.counts().longest_gap), (Vigour::Alive, Duration::from_millis(510)));
    assert_eq!(first.counts().callbacks, 150);
    host.run(Duration::from_millis(2));
    assert_eq!(first.vigour(), Vigour::Ended(End::Removed));
    let wish = Wish { device: Some("a".into()), outputs: 2, ..Wish::default() };
    let silent = || Box::new(|_: &[f32], _: &mut [f32], _: u64| ());
    let gone = host.open(&wish, silent()).unwrap_err();
    assert_eq!(gone, OpenError::DeviceNotFound { asked: Some("a".into()), available: vec!["b".into()] });
    host.run(at(1));
    let second = host.open(&wish, silent()).unwrap();
    assert_eq!(first.vigour(), Vigour::Ended(End::Removed), "it does not come back");
    host.run(at(1));
    assert_eq!(second.vigour(), Vigour::Ended(End::RateChanged));
    assert!(host.offers().iter().any(|offer| offer.id == "b" && offer.default));
    host.run(at(1));
    assert!(host.offers().iter().any(|offer| offer.id == "a" && offer.default && offer.rate == 96_000));
}

#[test]
fn a_stream_that_is_dropped_calls_no_more() {
    let mut host = Fake::new(1);
    host.plug(FakeDevice::new("a", 48_000, 480));
    let times = Times::default();
    let stream = log(&mut host, "a", &times);
    host.run(Duration::from_secs(1));
    let before = times.lock().unwrap().len();
    drop(stream);
    host.run(Duration::from_secs(1));
    assert_eq!((before, times.lock().unwrap().len()), (101, 101));
}

#[test]
fn what_is_not_on_offer_is_refused_with_what_is() {
    let mut host = Fake::new(1);
    host.plug(FakeDevice::new("a", 48_000, 480));
    let wish = Wish { outputs: 2, ..Wish::default() };
    for (wish, text) in [
        (Wish { outputs: 3, ..wish.clone() }, "0 inputs and 2 outputs"),
        (Wish { inputs: 1, ..wish.clone() }, "0 inputs and 2 outputs"),
        (Wish { rate: Some(44_100), ..wish.clone() }, "runs at 48000 Hz"),
        (Wish { block: Some(0), ..wish.clone() }, "ask for 1 to 48000 frames"),
        (Wish { device: Some("b".into()), ..wish }, "no device b; there are: a"),
    ] {
        let error = host.open(&wish, Box::new(|_: &[f32], _: &mut [f32], _: u64| ())).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}

fn ids(changes: Vec<Change>) -> Vec<String> {
    let text = |change| match change {
        Change::Appeared { offer } => format!("+{}", offer.id),
        Change::Gone { id } => format!("-{id}"),
        Change::DefaultChanged { id, direction } => format!("{direction:?} {id}"),
    };
    changes.into_iter().map(text).collect()
}

#[test]
fn what_comes_and_goes_is_told_at_once() {
    let mut host = Fake::new(1);
    host.plug(FakeDevice::new("a", 48_000, 480));
    host.plug(FakeDevice { inputs: 2, ..FakeDevice::new("b", 48_000, 480) });
    assert_eq!(host.changes(), [], "the first call only begins to watch");
    assert_eq!(host.changes(), []);
    let default = |host: &Fake, inputs| {
        host.terms(&Wish { inputs, outputs: 2 - inputs, ..Wish::default() }).map(|terms| terms.device)
    };
    assert_eq!((default(&host, 0), default(&host, 2)), (Ok("a".into()), Ok("b".into())));
    host.strike("a", Mishap::Remove);
    assert_eq!(ids(host.changes()), ["-a", "Play b"]);
    assert_eq!(default(&host, 0), Ok("b".into()));
    host.strike("a", Mishap::Return);
    host.plug(FakeDevice::new("c", 44_100, 480));
    assert_eq!(ids(host.changes()), ["+a", "+c", "Play a"]);
    host.strike("a", Mishap::Remove);
    host.strike("a", Mishap::Return);
    host.strike("c", Mishap::Default);
    assert_eq!(ids(host.changes()), ["-a", "+a", "Play c"]);
    host.strike("b", Mishap::Rate(96_000));
    assert_eq!(ids(host.changes()), ["+b"]);
}

#[test]
fn a_device_is_found_by_a_part_of_its_name_but_not_by_another_ones_id() {
    let mut host = Fake::new(1);
    for id in ["desk", "desk 2", "mic"] {
        host.plug(FakeDevice::new(id, 48_000, 480));
    }
    let find = |host: &Fake, asked: &str| {
        let wish = Wish { device: Some(asked.into()), outputs: 1, ..Wish::default() };
        host.terms(&wish).map(|terms| terms.device)
    };
    for (asked, id) in [("desk", "desk"), ("MIC", "mic"), ("2", "desk 2"), ("default", "desk")] {
        assert_eq!(find(&host, asked), Ok(id.into()));
    }
    let both = vec!["desk".to_owned(), "desk 2".into()];
    let several = OpenError::DeviceAmbiguous { asked: "des".into(), matches: both };
    assert_eq!(find(&host, "des"), Err(several));
    host.strike("desk", Mishap::Remove);
    let there = vec!["desk 2".to_owned(), "mic".into()];
    let gone = OpenError::DeviceNotFound { asked: Some("desk".into()), available: there };
    assert_eq!(find(&host, "desk"), Err(gone));
    assert_eq!(find(&host, "des"), Ok("desk 2".into()));
}

#[test]
fn a_device_in_use_or_forbidden_is_refused_with_what_else_there_is() {
    let mut host = Fake::new(1);
    host.plug(FakeDevice::new("a", 48_000, 480));
    host.plug(FakeDevice::new("b", 48_000, 480));
    let wish = Wish { outputs: 2, ..Wish::default() };
    let (device, others) = ("a".to_owned(), vec!["b".to_owned()]);
    for (mishap, error) in [
        (Mishap::Busy, OpenError::Busy { device: device.clone(), others: others.clone() }),
        (Mishap::Deny, OpenError::NoPermission { device, others }),
    ] {
        host.strike("a", mishap);
        assert_eq!(host.terms(&wish), Err(error.clone()));
        let opened = host.open(&wish, Box::new(|_: &[f32], _: &mut [f32], _: u64| ()));
        assert_eq!(opened.unwrap_err(), error);
        assert!(error.to_string().ends_with("choose another device: b"), "{error}");
    }
    host.strike("a", Mishap::Allow);
    assert!(host.terms(&wish).is_ok());
}

#[test]
fn a_stream_that_takes_its_time_to_open() {
    let mut host = Fake::new(1);
    host.plug(FakeDevice { opening: Duration::from_millis(300), ..FakeDevice::new("a", 48_000, 480) });
    let times = Times::default();
    let stream = log(&mut host, "a", &times);
    host.run(Duration::from_millis(299));
    assert_eq!((stream.vigour(), times.lock().unwrap().len()), (Vigour::Opening, 0));
    host.run(Duration::from_millis(2));
    assert_eq!((stream.vigour(), stream.why()), (Vigour::Alive, None));
    assert_eq!(times.lock().unwrap()[0].1, 300_000_000);
    host.strike("a", Mishap::Remove);
    assert_eq!(stream.why().as_deref(), Some("a has gone"));
}

/// A microphone on one clock is heard on the other, as pure as it came.
#[test]
fn from_the_input_of_one_device_to_the_output_of_another() {
    for (mic_rate, desk_rate) in [(48_000, 48_000), (44_100, 48_000)] {
        let mut host = Fake::new(9);
        let setup = Setup { channels: 2, ..Setup::new(mic_rate, desk_rate) };
        let (mut feed, mut drain) = port(&setup).unwrap();
        let meters = drain.meters();
        let mic = FakeDevice { inputs: 2, ppm: 200.0, tone: 1000.0, ..FakeDevice::new("mic", mic_rate, 441) };
        host.plug(mic.jittery());
        host.plug(FakeDevice::new("desk", desk_rate, 128).jittery());
        let listen = move |input: &[f32], _: &mut [f32], now: u64| _ = feed.push(input, now);
        let wish = Wish { device: Some("mic".into()), inputs: 2, ..Wish::default() };
        let _mic = host.open(&wish, Box::new(listen)).unwrap();
        let tape = Arc::new(Mutex::new(Vec::new()));
        let record = tape.clone();
        let play = move |_: &[f32], output: &mut [f32], now: u64| {
            drain.fill(output, now);
            record.lock().unwrap().extend(output.iter().step_by(2));
        };
        let wish = Wish { device: Some("desk".into()), outputs: 2, ..Wish::default() };
        let _desk = host.open(&wish, Box::new(play)).unwrap();
        host.run(Duration::from_secs(30));
        let status = meters.read();
        assert_eq!((status.state, status.underruns, status.overruns), (PortState::Locked, 0, 0));
        assert!((status.ppm - 200.0).abs() < 15.0, "{}", status.ppm);
        let tape = tape.lock().unwrap();
        let heard = &tape[tape.len() - (1 << 16)..];
        let noise = sine::thd_n(heard, desk_rate.into(), 1000.2);
        assert!(noise < -100.0, "{mic_rate} to {desk_rate}: {noise} dB");
    }
}

/// On one device the input is heard in the same callback.
#[test]
fn from_the_input_of_a_device_to_its_own_output() {
    let mut host = Fake::new(9);
    let (mut feed, mut drain) = port(&Setup { tie: Tie::Same, ..Setup::new(48_000, 48_000) }).unwrap();
    host.plug(FakeDevice { inputs: 2, tone: 440.0, ..FakeDevice::new("card", 48_000, 64).jittery() });
    let same = Arc::new(Mutex::new(0));
    let count = same.clone();
    let work = move |input: &[f32], output: &mut [f32], now: u64| {
        feed.push(input, now);
        drain.fill(output, now);
        *count.lock().unwrap() += usize::from(input == output && input.iter().any(|x| *x != 0.0));
    };
    let card = host.open(&Wish { inputs: 2, outputs: 2, ..Wish::default() }, Box::new(work)).unwrap();
    host.run(Duration::from_secs(1));
    assert_eq!((*same.lock().unwrap() as u64, card.terms().block), (card.counts().callbacks, 64));
}
