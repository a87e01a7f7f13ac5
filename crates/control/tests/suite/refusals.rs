//! Bad input of every kind: a clear error, and where it cannot go on, the end of the connection.

use crate::caller;

use caller::{Caller, Stage};
use serde_json::{Value, json};
use std::net::Shutdown;

/// What comes for these bytes as the first of a connection, and that it ends there.
fn turned_away(stage: &Stage, bytes: impl AsRef<[u8]>) -> Value {
    let mut caller = stage.connect();
    caller.send(bytes);
    let line = caller.line().expect("an error");
    assert_eq!(caller.line(), None, "the connection ends");
    line["error"].clone()
}

fn hello(token: &str, version: u32) -> String {
    json!({ "id": 1, "method": "hello", "params": { "token": token, "version": version } }).to_string() + "\n"
}

#[test]
fn without_a_good_hello_the_connection_ends() {
    let stage = Stage::new();
    let token = stage.server.token().reveal();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"\n".to_vec(), "hello_first"),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "hello_first"),
        (b"\xff\xfe\n".to_vec(), "hello_first"),
        (b"{\"id\":1,\"method\":\"status\"}\n".to_vec(), "hello_first"),
        (b"{\"id\":1,\"method\":\"hello\"}\n".to_vec(), "bad_params"),
        (b"{\"id\":1,\"method\":\"hello\",\"params\":{\"version\":1}}\n".to_vec(), "bad_params"),
        (hello("", 1).into(), "wrong_token"),
        (hello(&token[1..], 1).into(), "wrong_token"),
        (hello(&format!("{token}0"), 1).into(), "wrong_token"),
        (hello(token, 0).into(), "wrong_version"),
        (hello(token, 2).into(), "wrong_version"),
        (hello(&"x".repeat(5000), 1).into(), "line_too_long"),
        (vec![b'x'; 1 << 20], "line_too_long"),
    ];
    for (bytes, code) in cases {
        let error = turned_away(&stage, &bytes);
        assert_eq!(
            error["code"],
            code,
            "{:?}: {error}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        );
        assert!(!error["message"].as_str().unwrap().contains(token));
    }
    assert_eq!(stage.server.clients(), 0);
    // And who says it well is let in after all that.
    stage.enter().ask("status", json!({})).unwrap();
}

#[test]
fn a_bad_line_is_answered_and_the_next_is_heard() {
    let stage = Stage::new();
    let mut caller = stage.enter();
    let cases: [(&[u8], &str); 12] = [
        (b"{", "bad_json"),
        (b"nonsense", "bad_json"),
        (b"{\"id\":1,\"method\":\"status\"} {}", "bad_json"),
        (b"\xff\xfe", "bad_utf8"),
        (b"[]", "bad_request"),
        (b"7", "bad_request"),
        (b"{\"method\":\"status\"}", "bad_request"),
        (b"{\"id\":-1,\"method\":\"status\"}", "bad_request"),
        (b"{\"id\":1,\"method\":7}", "bad_request"),
        (b"{\"id\":1,\"method\":\"status\",\"parms\":{}}", "bad_request"),
        (b"{\"id\":1,\"method\":\"hello\",\"params\":{}}", "bad_request"),
        (b"{\"id\":1,\"method\":\"stat\"}", "unknown_method"),
    ];
    for (line, code) in cases {
        assert_eq!(caller.code(line), code, "{}", String::from_utf8_lossy(line));
    }
    // As deep as a stack might be.
    let deep = format!("{{\"id\":1,\"method\":\"status\",\"params\":{}}}", "[".repeat(100_000));
    assert_eq!(caller.code(deep), "bad_json");
    caller.send("\n \r\n");
    caller.ask("status", json!({})).unwrap();
}

#[test]
fn errors_name_the_request_and_the_place() {
    let stage = Stage::new();
    let mut caller = stage.enter();
    let mut error = |line: &str| {
        caller.send(format!("{line}\n"));
        caller.line().unwrap()
    };
    let unknown = error(r#"{"id":"a","method":"statsu"}"#);
    assert_eq!(unknown["id"], "a");
    let message = unknown["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("there is no method `statsu`: did you mean `status`?"), "{message}");
    // The id is told as far as it can be read.
    assert_eq!(error(r#"{"id":9,"method":"status","more":1}"#)["id"], 9);
    assert_eq!(error(r#"{"id":9,"method":"#)["id"], Value::Null);
    let typed = error(r#"{"id":9,"method":"subscribe","params":{"topics":"é","rate":5}}"#);
    let wrong = json!({ "code": "bad_params", "message": "invalid type: string \"é\", expected a sequence",
        "at": { "line": 1, "column": 51 } });
    assert_eq!(typed, json!({ "id": 9, "error": wrong }));
    let missing = error(r#"{"id":9,"method":"set"}"#);
    assert_eq!(missing["error"], json!({ "code": "bad_params", "message": "missing field `node`" }));
    assert_eq!(error("{\"id\":1,}")["error"]["at"], json!({ "line": 1, "column": 9 }));
    let command = error(r#"{"id":9,"method":"command","params":{"line":"  sett a.b 1"}}"#);
    assert_eq!(command["error"]["code"], "command");
    assert_eq!(command["error"]["at"], json!({ "line": 1, "column": 3 }));
}

#[test]
fn a_patch_with_problems_gives_all_of_them_with_their_lines() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    let before = caller.ask("patch", json!({})).unwrap();
    let text =
        "[nodes.a]\nkind = 'sine'\nfrequency = 90000000\n[nodes.out]\nkind = 'audio_out'\ninputs = ['b']\n";
    let error = caller.ask("apply", json!({ "toml": text })).unwrap_err();
    assert_eq!(
        (&error["code"], &error["at"]),
        (&json!("patch"), &json!({ "line": 3, "column": 13 })),
        "{error}"
    );
    let problems = error["problems"].as_array().unwrap();
    let wrong = |problem: &&Value| problem["warning"] == false;
    let lines: Vec<_> = problems.iter().filter(wrong).map(|p| p["at"]["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 6], "{error}");
    assert_eq!((&problems[0]["node"], &problems[0]["item"]), (&json!("a"), &json!("frequency")));
    // Neither TOML nor JSON, both, none, files without anybody who has them, and a command that does not fit.
    for (params, code) in [
        (json!({ "toml": "[[[" }), "patch"),
        (json!({ "json": "{" }), "patch"),
        (json!({ "json": { "nodes": 7 } }), "patch"),
        (json!({ "toml": "", "json": {} }), "bad_params"),
        (json!({}), "bad_params"),
        (json!({ "toml": "[parts.a]\nfile = '/etc/passwd'\n" }), "patch"),
        (json!({ "toml": "x".repeat((16 << 20) + 1) }), "patch"),
    ] {
        assert_eq!(caller.ask("apply", params).unwrap_err()["code"], code);
    }
    let error = caller.ask("command", json!({ "line": "add b sine frequency=9e9" })).unwrap_err();
    assert_eq!((&error["code"], &error["problems"][0]["node"]), (&json!("command"), &json!("b")), "{error}");
    for line in ["load x", "save x", "quit", "help"] {
        let refused = caller.ask("command", json!({ "line": line })).unwrap_err();
        assert_eq!(refused["code"], "not_here", "{line}");
    }
    assert_eq!(caller.ask("patch", json!({})).unwrap(), before, "nothing has changed");
}

#[test]
fn a_line_that_is_too_long_or_half_ends_the_connection() {
    let stage = Stage::with((), |settings| settings.line = 1000);
    let fill = |length: usize| {
        let request = r#"{"id":1,"method":"status"}"#;
        request.to_owned() + &" ".repeat(length - request.len())
    };
    let mut caller = stage.enter();
    caller.send(fill(1000) + "\r\n");
    caller.answer().unwrap();
    caller.send(fill(1001) + "\n");
    assert_eq!(caller.answer().unwrap_err()["code"], "line_too_long");
    assert_eq!(caller.line(), None);
    // One that never ends, and is sent on while the answer comes.
    let mut caller = stage.enter();
    caller.send(vec![b' '; 1 << 20]);
    assert_eq!(caller.answer().unwrap_err()["code"], "line_too_long");
    let mut caller = stage.enter();
    caller.send(fill(30) + "\n" + &fill(30));
    caller.stream.shutdown(Shutdown::Write).unwrap();
    caller.answer().unwrap();
    assert_eq!(caller.answer().unwrap_err()["code"], "half_line");
    assert_eq!(caller.line(), None);
}

#[test]
fn the_longest_line_that_is_allowed_is_taken() {
    let stage = Stage::new();
    let mut caller = stage.enter();
    let request = r#"{"id":1,"method":"status"}"#;
    caller.send(request.to_owned() + &" ".repeat((32 << 20) - request.len()) + "\n");
    caller.answer().unwrap();
    caller.send(request.to_owned() + &" ".repeat((32 << 20) - request.len() + 1) + "\n");
    assert_eq!(caller.answer().unwrap_err()["code"], "line_too_long");
}

#[test]
fn there_are_only_so_many_clients() {
    let stage = Stage::with((), |settings| settings.clients = 3);
    let mut callers: Vec<Caller> = (0..3).map(|_| stage.enter()).collect();
    let error = turned_away(&stage, hello(stage.server.token().reveal(), 1));
    assert_eq!(error["code"], "too_many_clients");
    // Those who are in are not disturbed, and when one leaves another may come.
    for caller in &mut callers {
        caller.ask("status", json!({})).unwrap();
    }
    callers.pop();
    while stage.server.clients() == 3 {
        std::thread::yield_now();
    }
    stage.enter().ask("status", json!({})).unwrap();
}

#[test]
fn those_who_say_nothing_are_only_so_many_and_go_in_the_end() {
    let stage = Stage::new();
    let mut silent: Vec<Caller> = (0..16).map(|_| stage.connect()).collect();
    // Whoever comes after them is let in when one of them leaves.
    let mut late = stage.connect();
    silent.pop();
    late.hello(stage.server.token().reveal()).unwrap();
    // Or when their time is over, which they are told.
    let mut latest = stage.connect();
    silent.push(stage.connect());
    latest.hello(stage.server.token().reveal()).unwrap();
    for mut caller in silent {
        assert_eq!(caller.answer().unwrap_err()["code"], "hello_late");
        assert_eq!(caller.line(), None);
    }
}
