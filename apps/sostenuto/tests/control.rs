//! `play --control`: a client changes what plays, the prompt goes on, and the journal hears of both.

mod program;

use program::conversation::Conversation;
use program::{directory, run, text, well};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;

const PATCH: &str = "\
[nodes.tone] # A tone.
kind = \"saw\"

[nodes.filter]
kind = \"lowpass\"
inputs = [\"tone\"]
cutoff = 800.0

[nodes.out]
kind = \"audio_out\"
inputs = [\"filter\"]
gain = -12.0
";

/// A connection to the channel.
struct Client {
    lines: BufReader<TcpStream>,
}

impl Client {
    /// Connects to where the program says that it listens. The token is the one given, or else the one that it says.
    fn enter(program: &Conversation, token: Option<&str>) -> Client {
        let told = program.heard.iter().find_map(|line| line.strip_prefix("Control channel at "));
        let (address, said) = told.and_then(|told| told.split_once(", token ")).expect("it says where");
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("a patience");
        let mut client = Client { lines: BufReader::new(stream) };
        client.ask("hello", json!({ "token": token.unwrap_or(said), "version": 1 })).expect("it is let in");
        client
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let request = json!({ "id": 1, "method": method, "params": params });
        writeln!(self.lines.get_mut(), "{request}").expect("it reads");
        let mut answer = self.line().expect("an answer");
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(answer["error"].take()),
        }
    }

    fn say(&mut self, line: &str) -> Value {
        self.ask("command", json!({ "line": line })).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).expect("a line");
        (read > 0).then(|| serde_json::from_str(&line).expect("JSON"))
    }
}

fn place(test: &str) -> std::path::PathBuf {
    let place = directory(test);
    std::fs::write(place.join("plain.toml"), PATCH).expect("written");
    place
}

#[test]
fn a_client_and_the_prompt_change_the_same_patch() {
    let place = place("control_both");
    let mut program = Conversation::start(&place, &["--control", "plain.toml", "--journal", "take.txt"]);
    let mut client = Client::enter(&program, None);
    let set = client.ask("set", json!({ "node": "filter", "param": "cutoff", "value": 400 })).unwrap();
    assert_eq!(set["edits"], json!(["set filter.cutoff 400 Hz (was 800 Hz)"]));
    program.edit("set filter.q 3");
    assert!(client.say("list")["text"].as_str().unwrap().contains("filter           lowpass"));
    for line in ["help set", "show filter", "nodes", "meters", "where", "stats"] {
        assert!(client.say(line)["text"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
    }
    let mut patch = client.ask("patch", json!({ "form": "json" })).unwrap()["json"].take();
    assert_eq!(
        (&patch["nodes"]["filter"]["cutoff"], &patch["nodes"]["filter"]["q"]),
        (&json!(400.0), &json!(3.0))
    );
    patch["nodes"]["out"]["gain"] = json!(-20.0);
    assert_eq!(client.ask("apply", json!({ "json": patch })).unwrap()["edits"].as_array().unwrap().len(), 1);
    // The file keeps its comments.
    assert_eq!(client.say("save")["text"], "saved to plain.toml");
    let saved = std::fs::read_to_string(place.join("plain.toml")).unwrap();
    assert!(saved.contains("# A tone.") && saved.contains("gain = -20.0"), "{saved}");
    let error = client.ask("command", json!({ "line": "load none.toml" })).unwrap_err();
    assert_eq!(error["code"], "not_here");
    assert!(error["message"].as_str().unwrap().starts_with("cannot read none.toml"), "{error}");
    assert_eq!(client.say("quit")["text"], "the program ends");
    assert_eq!(client.line().unwrap()["error"]["code"], "shut_down");
    assert_eq!(client.line(), None);
    let (said, code) = program.end();
    assert_eq!(code, Some(0));
    assert!(!said.iter().any(|line| line.contains("400 Hz")), "what a client does is not shown: {said:?}");
    let journal = std::fs::read_to_string(place.join("take.txt")).unwrap();
    let lines: Vec<&str> = journal.lines().filter(|line| line.starts_with('@')).collect();
    let said = ["set filter.cutoff 400", "set filter.q 3", "load take.txt.1.toml"];
    assert!(lines.len() == 3 && lines.iter().zip(said).all(|(line, said)| line.ends_with(said)), "{journal}");
    // And it can be rendered.
    well(&place, &["render", "plain.toml", "-o", "take.wav", "--script", "take.txt", "--seconds", "1"]);
}

#[test]
fn a_client_records() {
    let place = place("control_records");
    let mut it = Conversation::start(&place, &["plain.toml", "--control"]);
    let mut client = Client::enter(&it, None);
    let begun = client.say("record take.wav of filter depth 32f");
    assert_eq!(begun["text"], "recording `filter` into take.wav: 1 channels at 48000 Hz");
    it.say("record");
    it.wait_for("take.wav: ");
    let ended = client.say("record stop take.wav");
    assert!(ended["text"].as_str().is_some_and(|text| text.starts_with("take.wav: ")), "{ended}");
    let sound = sostenuto_media::Sound::read_wav(place.join("take.wav")).expect("a WAV file");
    assert_eq!(sound.channels.len(), 1);
    let again = client.ask("command", json!({ "line": "record take.wav" })).unwrap_err();
    assert!(again["message"].as_str().is_some_and(|why| why.contains("is there already")), "{again}");
    assert_eq!(it.quit().1, Some(0));
}

#[test]
fn the_token_can_come_from_a_file() {
    let place = place("control_token");
    let file = place.join("token");
    std::fs::write(&file, "a token from a file\n").unwrap();
    let args = ["play", "--control", "--control-token-file", text(&file), "plain.toml", "--seconds", "1"];
    let refused = |wanted: &str| {
        let said = run(&place, &args);
        assert_ne!(said.code, Some(0));
        assert!(said.err.contains(wanted), "{}", said.err);
    };
    #[cfg(unix)]
    refused("others than its owner may read");
    only_mine(&file);
    refused("is not a token");
    std::fs::write(&file, "a-token-from-a-file\n").unwrap();
    let args = ["--control=[::1]:0", "--control-token-file", text(&file), "plain.toml"];
    // Where there is no version 6 of the protocol, the other will do.
    let loopback = std::net::TcpListener::bind("[::1]:0").map_or("--control=localhost", |_| args[0]);
    let program = Conversation::start(&place, &[&[loopback], &args[1..]].concat());
    assert!(!program.heard.iter().any(|line| line.contains("a-token")), "{:?}", program.heard);
    Client::enter(&program, Some("a-token-from-a-file")).ask("status", json!({})).unwrap();
}

#[cfg(unix)]
fn only_mine(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn only_mine(_: &Path) {}

#[test]
fn what_other_machines_reach_is_refused() {
    let place = place("control_address");
    for (address, wanted) in [
        ("--control=0.0.0.0:9000", "can be reached from other machines"),
        ("--control=192.168.0.1:9000", "can be reached from other machines"),
        ("--control=somewhere", "is not an address"),
    ] {
        let said = run(&place, &["play", address, "plain.toml"]);
        assert_eq!(said.code, Some(2));
        assert!(said.err.contains(wanted), "{}", said.err);
    }
    let alone = run(&place, &["play", "plain.toml", "--control-token-file", "x"]);
    assert!(alone.err.contains("--control"), "{}", alone.err);
}
