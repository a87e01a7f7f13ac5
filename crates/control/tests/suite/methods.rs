//! What each method gives, over a real socket, against an engine without a device.

use crate::caller;

use caller::{PATCH, Stage};
use serde_json::{Value, json};
use sostenuto_control::messages::{self, ControlEvent};
use sostenuto_control::{Change, Program};
use sostenuto_engine::Desk;
use sostenuto_graph::When;
use sostenuto_patch::Load;
use sostenuto_patch::command::Command;
use std::sync::{Arc, Mutex};

#[test]
fn hello_tells_what_there_is() {
    let stage = Stage::new();
    let mut caller = stage.connect();
    let welcome = caller.hello(stage.server.token().reveal()).unwrap();
    let welcome: messages::Welcome = serde_json::from_value(welcome).unwrap();
    assert_eq!((welcome.version, welcome.rate), (messages::VERSION, 48_000.0));
    assert_eq!((welcome.limits.clients, welcome.limits.status), (64, 60));
    assert!(welcome.methods.iter().any(|method| method == "set_device"));
    assert_eq!(stage.server.clients(), 1);
    // Each method that is told of is there.
    for method in welcome.methods {
        if let Err(error) = caller.ask(&method, json!({ "wrong": 1 })) {
            assert_eq!(error["code"], "bad_params", "{method}");
        }
    }
}

#[test]
fn a_patch_goes_in_and_comes_out() {
    let stage = Stage::new();
    let mut caller = stage.enter();
    let applied = caller.ask("apply", json!({ "toml": PATCH })).unwrap();
    assert!(applied["ticket"].is_u64() && applied["edits"].as_array().unwrap().len() >= 5, "{applied}");
    let toml = caller.ask("patch", json!({})).unwrap();
    let again = caller.ask("apply", json!({ "toml": toml["toml"] })).unwrap();
    assert_eq!(again, json!({ "edits": [], "warnings": [] }));
    // As JSON: as it is, and as a text.
    let mut patch = caller.ask("patch", json!({ "form": "json" })).unwrap();
    assert_eq!(patch["json"]["nodes"]["filter"]["cutoff"], 800.0);
    patch["json"]["nodes"]["filter"]["cutoff"] = json!(400.0);
    let applied = caller.ask("apply", json!({ "json": patch["json"] })).unwrap();
    assert_eq!(applied["edits"], json!(["set filter.cutoff 400 Hz (was 800 Hz)"]));
    patch["json"]["nodes"]["filter"]["cutoff"] = json!(500.0);
    let applied = caller.ask("apply", json!({ "json": patch["json"].to_string() })).unwrap();
    assert_eq!(applied["edits"], json!(["set filter.cutoff 500 Hz (was 400 Hz)"]));
    assert_eq!(caller.ask("patch", json!({})).unwrap()["steps"], json!({ "undo": 2, "redo": 0 }));
    let undone = caller.ask("command", json!({ "line": "undo 2" })).unwrap();
    assert_eq!(undone["edits"], json!(["set filter.cutoff 800 Hz (was 500 Hz)"]));
}

#[test]
fn a_parameter_is_set_in_several_ways() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    let mut set = |params: Value| caller.ask("set", params);
    let plain = set(json!({ "node": "filter", "param": "cutoff", "value": 900 })).unwrap();
    assert_eq!(plain["edits"], json!(["set filter.cutoff 900 Hz (was 800 Hz)"]));
    let named =
        set(json!({ "node": "filter", "param": "cutoff", "value": "A4", "over": "10ms", "ramp": "linear" }));
    assert_eq!(named.unwrap()["edits"], json!(["set filter.cutoff 440 Hz (was 900 Hz)"]));
    let same = set(json!({ "node": "filter", "param": "cutoff", "value": 440 })).unwrap();
    assert_eq!(same, json!({ "edits": [], "text": "it is so already" }));
    let dragged = set(json!({ "node": "filter", "param": "cutoff", "value": 450.5, "step": false })).unwrap();
    assert!(dragged["ticket"].is_u64() && dragged["edits"] == json!([]), "{dragged}");
    let late = set(json!({ "node": "filter", "param": "q", "value": 2, "at": "at next bar" }));
    assert!(late.unwrap()["ticket"].is_u64());
    for (params, code) in [
        (json!({ "node": "filtre", "param": "cutoff", "value": 1 }), "command"),
        (json!({ "node": "filter", "param": "cutoff", "value": 9e9 }), "command"),
        (json!({ "node": "filter", "param": "cutoff", "value": 9e9, "step": false }), "engine"),
        (json!({ "node": "filter", "param": "cutoff", "value": "A4", "step": false }), "bad_params"),
        (json!({ "node": "filter", "param": "cutoff", "value": 1, "ramp": "glide" }), "bad_params"),
        (json!({ "node": "filter", "param": "cutoff", "value": 1, "over": "soon" }), "bad_params"),
        (json!({ "node": "filter", "param": "cutoff", "value": 1, "at": "quit #" }), "bad_params"),
        (
            json!({ "node": "filter", "param": "cutoff", "value": 1, "at": "2s set filter.q 3\n" }),
            "bad_params",
        ),
        (json!({ "node": "filter", "param": "cutoff", "value": [] }), "bad_params"),
    ] {
        assert_eq!(set(params.clone()).unwrap_err()["code"], code, "{params}");
    }
    let patch = caller.ask("patch", json!({ "form": "json" })).unwrap();
    assert_eq!(patch["json"]["nodes"]["filter"]["cutoff"], 450.5);
    // What was dragged is undone with the edit after it.
    assert_eq!(patch["steps"]["undo"], 3);
}

#[test]
fn notes_sound_and_are_told_of() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    caller.ask("subscribe", json!({ "topics": ["notices"] })).unwrap();
    let on = caller.ask("note", json!({ "do": "on", "pitch": "C4", "length": "30s" })).unwrap();
    let ticket = on["ticket"].clone();
    let notice = caller.event(|event, data| event == "notice" && data["ticket"] == ticket);
    assert_eq!(notice["kind"], "set");
    // The instrument plays it, and sooner or later its meters show it.
    let status = loop {
        let status = caller.ask("status", json!({})).unwrap();
        if status["output"][0]["peak"].as_f64().unwrap() > 0.1 {
            break status;
        }
    };
    assert_eq!(status["instruments"][0]["node"], "keys");
    assert_eq!(status["instruments"][0]["playing"], 1);
    let levels = loop {
        let levels = caller.ask("levels", json!({})).unwrap();
        if levels["meters"][0]["levels"][0]["peak"].as_f64().unwrap() > 0.1 {
            break levels;
        }
    };
    assert_eq!(levels["meters"][0]["node"], "keys/show");
    for action in [
        json!({ "do": "bend", "pitch": 60, "semitones": 1.5, "node": "keys" }),
        json!({ "do": "pressure", "pitch": 60, "value": 0.25 }),
        json!({ "do": "off", "pitch": "C4" }),
        json!({ "do": "off" }),
    ] {
        assert!(caller.ask("note", action.clone()).unwrap()["ticket"].is_u64(), "{action}");
    }
    let none = caller.ask("note", json!({ "do": "bend", "pitch": 61, "semitones": 1 })).unwrap();
    assert_eq!(none["text"], "no such note was played by hand");
    for (action, code) in [
        (json!({ "do": "on", "pitch": "H9" }), "bad_params"),
        (json!({ "do": "on", "pitch": 60, "velocity": 2 }), "command"),
        (json!({ "do": "on", "pitch": 60, "node": "filter" }), "engine"),
        (json!({ "do": "strike", "pitch": 60 }), "bad_params"),
        (json!({ "do": "on", "pitch": 60, "loud": true }), "bad_params"),
    ] {
        assert_eq!(caller.ask("note", action.clone()).unwrap_err()["code"], code, "{action}");
    }
}

#[test]
fn musical_time_is_moved_and_told() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    caller.ask("subscribe", json!({ "topics": ["notices"] })).unwrap();
    for action in [
        json!({ "do": "pause" }),
        json!({ "do": "meter", "numerator": 6, "denominator": 8 }),
        json!({ "do": "tempo", "bpm": 90 }),
        json!({ "do": "seek", "bar": 5, "beat": 3 }),
        json!({ "do": "seek", "beats": 16 }),
    ] {
        let ticket = caller.ask("transport", action).unwrap()["ticket"].clone();
        caller.event(|event, data| event == "notice" && data["ticket"] == ticket && data["kind"] == "set");
    }
    let place = caller.ask("transport", json!({ "do": "where" })).unwrap();
    let wanted =
        json!({ "bar": 6, "beat": 3.0, "beats": 16.0, "tempo": 90.0, "meter": "6/8", "playing": false });
    assert_eq!(place, json!({ "position": wanted }));
    for (action, code) in [
        (json!({ "do": "tempo", "bpm": 0 }), "command"),
        (json!({ "do": "meter", "numerator": 3, "denominator": 7 }), "command"),
        (json!({ "do": "seek" }), "bad_params"),
        (json!({ "do": "seek", "beat": 3 }), "bad_params"),
        (json!({}), "bad_params"),
    ] {
        assert_eq!(caller.ask("transport", action.clone()).unwrap_err()["code"], code, "{action}");
    }
}

#[test]
fn status_comes_as_asked_and_ends() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    caller.ask("subscribe", json!({ "topics": ["status"], "rate": 60, "meters": true })).unwrap();
    let mut frame = 0;
    for _ in 0..10 {
        let data = caller.event(|event, _| event == "status");
        let status: messages::Status = serde_json::from_value(data).unwrap();
        assert!(status.frame >= frame && status.meters.is_some());
        assert_eq!((status.rate, status.ports.len(), status.output.len()), (48_000.0, 1, 1));
        frame = status.frame;
    }
    assert!(frame > 0);
    caller.ask("subscribe", json!({ "topics": ["status"], "rate": 0.00002 })).unwrap();
    caller.ask("unsubscribe", json!({})).unwrap();
    // What was on its way may still come; then nothing but answers.
    caller.ask("status", json!({})).unwrap();
    for rate in [0.0, -1.0, 60.1, 1e-9] {
        let refused = caller.ask("subscribe", json!({ "topics": ["status"], "rate": rate })).unwrap_err();
        assert_eq!(refused["code"], "bad_params", "{rate}");
    }
}

#[test]
fn kinds_ports_and_devices_are_listed() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    let kinds: messages::KindList = serde_json::from_value(caller.ask("nodes", json!({})).unwrap()).unwrap();
    assert!(kinds.kinds.len() > 30);
    assert!(kinds.kinds.iter().any(|kind| kind.name == "voice" && kind.part));
    let one = caller.ask("nodes", json!({ "kind": "lowpass" })).unwrap();
    assert_eq!((&one["kinds"][0]["name"], &one["kinds"][0]["group"]), (&json!("lowpass"), &json!("filter")));
    let none = caller.ask("nodes", json!({ "kind": "lowpas" })).unwrap_err();
    assert_eq!(none["message"], "there is no kind `lowpas`: did you mean `lowpass`?");
    let ports: messages::PortList = serde_json::from_value(caller.ask("ports", json!({})).unwrap()).unwrap();
    assert_eq!((ports.ports.len(), ports.ports[0].node.as_str()), (1, "out"));
    // Which there are hangs on the machine.
    let devices: messages::DeviceList =
        serde_json::from_value(caller.ask("devices", json!({})).unwrap()).unwrap();
    assert!(devices.devices.iter().all(|device| !device.id.is_empty()));
}

/// A program that keeps what it is told.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Program for Recorder {
    fn answer(&self, command: &Command, at: When) -> Result<String, String> {
        match command {
            Command::Where => Ok(format!("here, {at:?}")),
            other => Err(format!("not {other}")),
        }
    }

    fn heard(&self, desk: &Desk, change: Change<'_>) {
        let nodes = desk.conductor().patch().nodes.len();
        self.0.lock().unwrap().push(match change {
            Change::Command { command, ticket } => format!("{command} {} {nodes}", ticket.is_some()),
            Change::Patch { applied } => format!("{} edits {nodes}", applied.edits.len()),
            other => format!("{other:?}"),
        });
    }

    fn loader(&self) -> Option<Box<dyn Load>> {
        let files = |name: &str| match name {
            "bell.toml" => {
                Ok("[nodes.tone]\nkind = 'sine'\n[nodes.out]\nkind = 'outlet'\ninputs = ['tone']\n".into())
            }
            _ => Err("there is none".to_owned()),
        };
        Some(Box::new(files))
    }
}

#[test]
fn the_program_answers_hears_and_gives_files() {
    let recorder = Recorder::default();
    let stage = Stage::with(recorder.clone(), |_| {});
    let mut caller = stage.enter();
    let filed = "[parts.bell]\nfile = 'bell.toml'\n[nodes.a]\nkind = 'bell'\n[nodes.out]\nkind = 'audio_out'\ninputs = ['a']\n";
    caller.ask("apply", json!({ "toml": filed })).unwrap();
    let missing =
        caller.ask("apply", json!({ "toml": filed.replace("bell.toml", "gong.toml") })).unwrap_err();
    assert_eq!((&missing["code"], &missing["at"]), (&json!("patch"), &json!({ "line": 2, "column": 8 })));
    for line in ["set out.gain -6", "rename a b", "ping", "set out.gain -6", "# nothing"] {
        caller.ask("command", json!({ "line": line })).unwrap();
    }
    caller.ask("set", json!({ "node": "out", "param": "gain", "value": -7, "step": false })).unwrap();
    assert_eq!(caller.ask("command", json!({ "line": "where" })).unwrap()["text"], "here, Now");
    let timed = caller.ask("command", json!({ "line": "@500f where" })).unwrap();
    assert_eq!(timed["text"], "here, Frame(500)");
    let refused = caller.ask("command", json!({ "line": "save x" })).unwrap_err();
    assert_eq!((&refused["code"], &refused["message"]), (&json!("not_here"), &json!("not save x")));
    let heard = recorder.0.lock().unwrap().clone();
    assert!(heard[0].ends_with("edits 2"), "{heard:?}");
    assert_eq!(heard[1..], ["set out.gain -6 true 2", "rename a b false 2", "set out.gain -7 true 2"]);
}

#[test]
fn devices_of_ports_are_set_as_at_the_prompt() {
    let stage = Stage::new();
    let mut caller = stage.enter_with_patch();
    let params = json!({ "node": "out", "device": "no such device" });
    let said = caller.ask("command", json!({ "line": "set out.device \"no such device\"" })).unwrap();
    caller.ask("command", json!({ "line": "undo" })).unwrap();
    let set = caller.ask("set_device", params).unwrap();
    assert_eq!(set["edits"], said["edits"]);
    assert_eq!(set["edits"].as_array().map(Vec::len), Some(1));
    let ports = caller.ask("ports", json!({})).unwrap();
    assert_eq!(ports["ports"][0]["asked"], json!("no such device"), "{ports}");
}

#[test]
fn the_end_of_the_engine_is_told() {
    let Stage { server, engine } = Stage::new();
    let stage = Stage { server, engine: sostenuto_engine::AudioEngine::without_device(48_000, 2).unwrap() };
    let mut caller = stage.enter();
    drop(engine);
    let last = caller.line().unwrap();
    assert_eq!((&last["id"], &last["error"]["code"]), (&Value::Null, &json!("shut_down")));
    assert_eq!(caller.line(), None);
}

#[test]
fn events_are_as_their_types_say() {
    let notice = r#"{"event":"notice","data":{"kind":"muted","node":"a","frame":5}}"#;
    let event: ControlEvent = serde_json::from_str(notice).unwrap();
    assert_eq!(event, ControlEvent::Notice(messages::Notice::Muted { node: "a".into(), frame: 5 }));
    assert_eq!(serde_json::to_string(&event).unwrap(), notice);
}
