//! The same over a socket in the file system.

use sostenuto_control::{Address, AddressError, Server, ServerError, Settings, Token};
use sostenuto_engine::AudioEngine;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};

#[test]
fn a_socket_in_the_file_system_is_made_used_and_removed() {
    let path =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("control-{}", std::process::id()));
    let address = Address::Unix(path.clone());
    let engine = AudioEngine::without_device(48_000, 2).unwrap();
    let start =
        || Server::start(engine.controller(), (), Settings::with(address.clone(), Token::random().unwrap()));
    // What is there and is no socket stays.
    std::fs::write(&path, "mine").unwrap();
    assert!(matches!(start(), Err(ServerError::Address(AddressError::Taken(_)))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    std::fs::remove_file(&path).unwrap();
    // What a program left behind is replaced.
    drop(UnixListener::bind(&path).unwrap());
    let server = start().unwrap();
    assert_eq!(server.address(), &address);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(start(), Err(ServerError::Address(AddressError::Taken(_)))), "one that is in use");
    let mut stream = UnixStream::connect(&path).unwrap();
    let token = server.token().reveal();
    writeln!(stream, r#"{{"id":1,"method":"hello","params":{{"token":"{token}","version":1}}}}"#).unwrap();
    writeln!(stream, r#"{{"id":2,"method":"status"}}"#).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    for id in [r#"{"id":1,"result":"#, r#"{"id":2,"result":"#] {
        let line = lines.next().unwrap().unwrap();
        assert!(line.starts_with(id), "{line}");
    }
    drop(server);
    assert!(!path.exists());
    assert!(lines.next().unwrap().unwrap().contains("shut_down"));
}
