//! Many clients, clients that do not read, that flood, that go away, and that send anything: the others and the engine go on.

use crate::caller;

use caller::Stage;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::OnceLock;

#[test]
fn fifty_clients_at_once() {
    let stage = Stage::new();
    stage.enter_with_patch();
    std::thread::scope(|scope| {
        for number in 0..50 {
            let stage = &stage;
            scope.spawn(move || {
                let mut caller = stage.enter();
                caller.ask("subscribe", json!({ "topics": ["status", "notices"], "rate": 20 })).unwrap();
                for step in 0..10 {
                    let value = 300 + number * 10 + step;
                    let set =
                        caller.ask("set", json!({ "node": "filter", "param": "cutoff", "value": value }));
                    if let Some(ticket) = set.unwrap().get("ticket") {
                        caller.event(|event, data| event == "notice" && data["ticket"] == *ticket);
                    }
                }
                caller.event(|event, _| event == "status");
            });
        }
    });
    while stage.server.clients() > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn a_client_that_does_not_read_is_told_what_it_missed() {
    let stage = Stage::new();
    let mut deaf = stage.enter_with_patch();
    deaf.ask("subscribe", json!({ "topics": ["notices"] })).unwrap();
    // Long labels, so that what is not read soon fills what the system keeps.
    let label = "x".repeat(120);
    let mut other = stage.enter();
    other.ask("command", json!({ "line": format!("add {label} gain from filter") })).unwrap();
    // Answers that it does not take hold back its own requests, and nobody else's.
    let request = json!({ "id": "deaf", "method": "nodes" }).to_string() + "\n";
    deaf.stream.set_nonblocking(true).unwrap();
    let mut sent = 0;
    while deaf.stream.write(request.as_bytes()).is_ok_and(|n| n == request.len()) && sent < 2000 {
        sent += 1;
    }
    let mut tickets = 0_u64;
    for step in 0..600 {
        let set = json!({ "node": "filter", "param": "cutoff", "value": 300 + step % 7 });
        tickets += u64::from(other.ask("set", set).unwrap().get("ticket").is_some());
        other.ask("status", json!({})).unwrap();
    }
    deaf.stream.set_nonblocking(false).unwrap();
    let (mut answers, mut notices, mut dropped) = (0, 0, 0);
    while answers < sent || notices + dropped < tickets {
        let line: Value = deaf.line().unwrap();
        match line["event"].as_str() {
            Some("notice") => notices += u64::from(line["data"]["kind"] == "set"),
            Some("dropped") => dropped += line["data"]["notices"].as_u64().unwrap(),
            _ => answers += 1,
        }
    }
    assert!(tickets > 300 && answers == sent, "{tickets} {answers} {sent}");
    assert!(dropped > 0, "more was told than can wait");
}

#[test]
fn the_end_does_not_wait_for_a_client_that_does_not_read() {
    let stage = Stage::new();
    let mut deaf = stage.enter();
    deaf.stream.set_nonblocking(true).unwrap();
    let request = json!({ "id": 1, "method": "nodes" }).to_string() + "\n";
    while deaf.stream.write(request.as_bytes()).is_ok() {}
    let mut waiting = stage.enter();
    drop(stage);
    assert_eq!(waiting.answer().unwrap_err()["code"], "shut_down");
    assert_eq!(waiting.line(), None);
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let stage = Stage::new();
    stage.enter_with_patch();
    for turn in 0..100 {
        let mut caller = stage.enter();
        caller.send(
            json!({ "id": 1, "method": "subscribe", "params": { "topics": ["status"], "rate": 60 } })
                .to_string(),
        );
        if turn % 2 == 0 {
            caller.send("\n{\"id\":2,\"method\":\"nodes\"}\n{\"id\":3,");
        }
    }
    while stage.server.clients() > 0 {
        std::thread::yield_now();
    }
    stage.enter().ask("status", json!({})).unwrap();
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let stage = Stage::new();
        stage.enter_with_patch();
        stage
    })
}

/// Lines that are nearly right, and bytes that are not.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 11] = [
        "apply",
        "patch",
        "command",
        "set",
        "note",
        "transport",
        "levels",
        "status",
        "subscribe",
        "nodes",
        "x",
    ];
    let values = prop_oneof![
        any::<f64>().prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        "[a-zA-Z0-9 .=#@!-]{0,20}".prop_map(|text| json!(text)),
        prop_oneof![Just("filter"), Just("cutoff"), Just("C4"), Just("on"), Just("status"), Just("undo")]
            .prop_map(|t| json!(t)),
        Just(json!(null)),
        Just(json!({ "nodes": { "a": { "kind": "sine" } } })),
        Just(json!(["status"])),
    ];
    let keys = prop_oneof![
        Just("node"),
        Just("param"),
        Just("value"),
        Just("toml"),
        Just("json"),
        Just("line"),
        Just("do"),
        Just("pitch"),
        Just("at"),
        Just("over"),
        Just("rate"),
        Just("topics"),
        Just("step"),
        Just("form"),
        Just("kind")
    ];
    let params = prop::collection::vec((keys, values), 0..5);
    let request =
        (any::<u64>(), prop::sample::select(&NAMES[..]), params).prop_map(|(id, method, params)| {
            let params: serde_json::Map<String, Value> =
                params.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            json!({ "id": id, "method": method, "params": params }).to_string().into_bytes()
        });
    let cut =
        (request.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut line, place, byte)| {
            let place = place.index(line.len());
            line[place] = byte;
            line
        });
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    let line = prop_oneof![3 => request, 2 => cut, 1 => bytes];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_the_others_are_served(noise in noise(), greeted in prop::bool::weighted(0.8)) {
        let stage = stage();
        let mut caller = if greeted { stage.enter() } else { stage.connect() };
        // It may be turned away while it sends.
        _ = caller.stream.write_all(&noise);
        _ = caller.stream.shutdown(std::net::Shutdown::Write);
        while let Some(line) = caller.line() {
            prop_assert!(line.get("result").is_some() || line.get("error").is_some() || line.get("event").is_some(), "{line}");
        }
        let status = stage.enter().ask("status", json!({}));
        prop_assert!(status.is_ok(), "{status:?}");
    }
}
