//! A client for tests: asks, waits for the answer, and keeps the events that come in between.

#![allow(dead_code)]

use serde_json::{Value, json};
use sostenuto_control::{Address, Program, Server, Settings, Token};
use sostenuto_engine::AudioEngine;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A patch with a place for each thing that is asked for.
pub const PATCH: &str = "
title = 'Under test'

[parts.voice]
voices = 4

[parts.voice.nodes.key]
kind = 'note'

[parts.voice.nodes.tone]
kind = 'saw'
frequency = { from = 'key.frequency' }

[parts.voice.nodes.show]
kind = 'meter'
inputs = ['tone']

[parts.voice.nodes.out]
kind = 'outlet'
inputs = ['show']

[nodes.keys]
kind = 'voice'

[nodes.filter]
kind = 'lowpass'
inputs = ['keys']
cutoff = 800.0

[nodes.out]
kind = 'audio_out'
inputs = ['filter']
";

/// An engine that plays on no device, and a channel to it.
pub struct Stage {
    // Dropped in this order.
    pub server: Server,
    pub engine: AudioEngine,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::with((), |_| {})
    }

    pub fn with(program: impl Program, change: impl FnOnce(&mut Settings)) -> Stage {
        let engine = AudioEngine::without_device(48_000, 2).unwrap();
        let mut settings = Settings::with(Address::default(), Token::random().unwrap());
        change(&mut settings);
        let server = Server::start(engine.controller(), program, settings).unwrap();
        engine.play().unwrap();
        Stage { server, engine }
    }

    pub fn place(&self) -> SocketAddr {
        match self.server.address() {
            Address::Tcp(address) => *address,
            other => panic!("{other} is no address of TCP"),
        }
    }

    /// A connection that has not said anything.
    pub fn connect(&self) -> Caller {
        Caller::over(TcpStream::connect(self.place()).unwrap())
    }

    /// A client that was let in.
    pub fn enter(&self) -> Caller {
        let mut caller = self.connect();
        caller.hello(self.server.token().reveal()).unwrap();
        caller
    }

    /// The same, with the patch under test.
    pub fn enter_with_patch(&self) -> Caller {
        let mut caller = self.enter();
        caller.ask("apply", json!({ "toml": PATCH })).unwrap();
        caller
    }
}

pub struct Caller {
    pub stream: TcpStream,
    reader: BufReader<TcpStream>,
    asked: u64,
    events: VecDeque<Value>,
}

impl Caller {
    pub fn over(stream: TcpStream) -> Caller {
        // So that a test fails that would hang.
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(120))).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Caller { stream, reader, asked: 0, events: VecDeque::new() }
    }

    pub fn hello(&mut self, token: &str) -> Result<Value, Value> {
        self.ask("hello", json!({ "token": token, "version": 1, "client": "test" }))
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// The next line, whatever it is; nothing at the end.
    pub fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// The answer to what was sent: its result, or its error.
    pub fn answer(&mut self) -> Result<Value, Value> {
        loop {
            let mut line = self.line().expect("an answer");
            if line.get("event").is_some() {
                self.events.push_back(line);
            } else if let Some(result) = line.get_mut("result") {
                return Ok(result.take());
            } else {
                return Err(line["error"].take());
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.asked += 1;
        let request = json!({ "id": self.asked, "method": method, "params": params });
        self.send(format!("{request}\n"));
        self.answer()
    }

    /// The code of the error that comes back for a line.
    pub fn code(&mut self, line: impl AsRef<[u8]>) -> String {
        self.send(line);
        self.send("\n");
        self.answer().expect_err("an error")["code"].as_str().unwrap().to_owned()
    }

    /// The data of the next event that fits.
    pub fn event(&mut self, fits: impl Fn(&str, &Value) -> bool) -> Value {
        let good = |event: &Value| fits(event["event"].as_str().unwrap(), &event["data"]);
        loop {
            while let Some(event) = self.events.pop_front() {
                if good(&event) {
                    return event["data"].clone();
                }
            }
            let line = self.line().expect("an event");
            assert!(line.get("event").is_some(), "{line}");
            self.events.push_back(line);
        }
    }
}
