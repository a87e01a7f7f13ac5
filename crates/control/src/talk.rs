//! How does the conversation with one client go? `hello`, then requests, one after the other, until either side ends it.

use crate::address::Socket;
use crate::answer::Asked;
use crate::answer::show::MOST_STATUS;
use crate::client::{Client, answered, refused};
use crate::lines::{Got, Lines};
use crate::messages::{Code, Fault, Hello, Id, Limits, Request, VERSION, Welcome};
use crate::methods::{METHODS, bare, call, read};
use crate::outbox::NOTICES;
use crate::pace::Pace;
use crate::service::Service;
use serde::Deserialize;
use std::io::{self, ErrorKind, Read};
use std::net::Shutdown;
use std::time::{Duration, Instant};

/// How long a connection may take to say `hello`, and the most bytes of that line.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);
const HELLO_LINE: usize = 4096;
/// Requests per second of one client.
const REQUESTS: u32 = 1000;
/// How long the last answers may take to be written, and what is still sent is read, so that they arrive.
const WRITE_PATIENCE: Duration = Duration::from_secs(2);
const LINGER: Duration = Duration::from_secs(1);
const LINGER_STEP: Duration = Duration::from_millis(100);

/// Serves one client to the end. `[control]`
pub(crate) fn serve(service: &Service, client: &Client) {
    std::thread::scope(|scope| {
        let writer = std::thread::Builder::new().name("control-writer".into());
        if writer.spawn_scoped(scope, || client.write()).is_err() {
            return client.socket.shutdown(Shutdown::Both);
        }
        let mut lines = Lines::new(Patient { socket: &client.socket, until: None });
        if let Err((id, fault)) = converse(service, client, &mut lines) {
            client.outbox.end_with(refused(id.as_ref(), &fault));
        }
        client.outbox.end();
        client.outbox.await_written(WRITE_PATIENCE);
        linger(&client.socket);
        client.socket.shutdown(Shutdown::Both);
    });
}

/// Why a conversation ends, and the request that it is about.
type Ending = (Option<Id>, Fault);

fn converse(service: &Service, client: &Client, lines: &mut Lines<Patient<'_>>) -> Result<(), Ending> {
    let longest = service.settings.line;
    lines.reader().until = Some(Instant::now() + HELLO_PATIENCE);
    let Some(hello) = line(lines.next(longest.min(HELLO_LINE)), longest.min(HELLO_LINE))? else {
        return Ok(());
    };
    let welcome = greet(service, client, &hello)?;
    lines.reader().until = None;
    if !client.outbox.answer(welcome) {
        return Ok(());
    }
    let asked = Asked { service, client };
    let mut pace = Pace::new(REQUESTS, Instant::now());
    while let Some(line) = line(lines.next(longest), longest)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        std::thread::sleep(pace.take(Instant::now()));
        client.answering(true);
        let answer = match respond(&asked, &line) {
            Ok(answer) => answer,
            Err((id, fault)) if fault.code == Code::ShutDown => {
                client.answering(false);
                return Err((id, fault));
            }
            Err((id, fault)) => refused(id.as_ref(), &fault),
        };
        let is_taken = client.outbox.answer(answer);
        client.answering(false);
        if !is_taken {
            break;
        }
    }
    Ok(())
}

/// The line that came; nothing at the end.
fn line(got: Got, longest: usize) -> Result<Option<Vec<u8>>, Ending> {
    let (code, message) = match got {
        Got::Line(line) => return Ok(Some(line)),
        Got::End => return Ok(None),
        Got::TooLong => (Code::LineTooLong, format!("the line is longer than {longest} bytes")),
        Got::Half => (Code::HalfLine, "the last line has no end, so it was not carried out".into()),
        Got::Late => {
            (Code::HelloLate, format!("no hello came within {} s: connect again", HELLO_PATIENCE.as_secs()))
        }
    };
    Err((None, Fault::new(code, message)))
}

/// Lets the client in, if what it said is a good `hello`; gives the answer.
fn greet(service: &Service, client: &Client, line: &[u8]) -> Result<String, Ending> {
    let first = |_| {
        let example = format!(r#"{{"id":1,"method":"hello","params":{{"token":"…","version":{VERSION}}}}}"#);
        (None, Fault::new(Code::HelloFirst, format!("say hello first, in one line: {example}")))
    };
    let text = std::str::from_utf8(line).map_err(|error| first(error.to_string()))?;
    let request: Request<'_> = serde_json::from_str(text).map_err(|error| first(error.to_string()))?;
    if request.method != "hello" {
        return Err(first(String::new()));
    }
    let Request { id, params, .. } = request;
    let checked = || {
        let hello: Hello = read(params.map_or("{}", |params| params.get()))?;
        if !service.settings.token.is(&hello.token) {
            return Err(Fault::new(Code::WrongToken, "that is not the token of this program"));
        }
        if hello.version != VERSION {
            let message = format!("version {} is not spoken here; {VERSION} is", hello.version);
            return Err(Fault::new(Code::WrongVersion, message));
        }
        service.admit(client)?;
        serde_json::value::to_raw_value(&welcome(service))
            .map_err(|error| Fault::new(Code::Engine, error.to_string()))
    };
    match checked() {
        Ok(welcome) => Ok(answered(&id, &welcome)),
        Err(fault) => Err((Some(id), fault)),
    }
}

fn welcome(service: &Service) -> Welcome {
    Welcome {
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").into(),
        rate: service.rate(),
        methods: METHODS.iter().map(|method| (*method).to_owned()).collect(),
        limits: Limits {
            line: service.settings.line,
            clients: service.settings.clients,
            requests: REQUESTS,
            status: MOST_STATUS,
            notices: NOTICES,
        },
    }
}

/// Carries one request out; gives the line of its answer.
fn respond(asked: &Asked<'_>, line: &[u8]) -> Result<String, Ending> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let message = format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1);
        (None, Fault::new(Code::BadUtf8, message))
    })?;
    let request: Request<'_> = serde_json::from_str(text).map_err(|error| malformed(text, &error))?;
    let params = request.params.map_or("{}", |params| params.get());
    if request.method == "hello" {
        return Err((Some(request.id), Fault::new(Code::BadRequest, "hello was said already")));
    }
    match call(asked, &request.method, params) {
        Ok(result) => Ok(answered(&request.id, &result)),
        Err(fault) => Err((Some(request.id), placed(fault, text, params))),
    }
}

/// A line that is no request. Its id is told if it has one.
fn malformed(text: &str, error: &serde_json::Error) -> Ending {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Id,
    }
    let id = serde_json::from_str::<OnlyId>(text).ok().map(|only| only.id);
    let code = if error.is_data() { Code::BadRequest } else { Code::BadJson };
    let column = column(text, error.column());
    (id, Fault::new(code, bare(error)).at(1, column))
}

/// The place of a mistake in parameters, in the line that they came in.
fn placed(mut fault: Fault, text: &str, params: &str) -> Fault {
    let start = (params.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if fault.code == Code::BadParams
        && let Some(at) = &mut fault.at
    {
        if start < text.len() {
            at.column = column(text, start + at.column);
        } else {
            // There were no parameters.
            fault.at = None;
        }
    }
    fault
}

/// The column in characters, from 1, of the byte with this number, from 1.
fn column(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(start, _)| start + 1 < byte).count() + 1
}

/// Reads on for a moment and throws away what comes: a connection that is closed before all was read may take back what was last written.
fn linger(socket: &Socket) {
    let end = Instant::now() + LINGER;
    let mut rest = vec![0; HELLO_LINE * 16];
    if socket.set_patience(Some(LINGER_STEP)).is_err() {
        return;
    }
    let mut socket = socket;
    while Instant::now() < end && socket.read(&mut rest).is_ok_and(|read| read > 0) {}
}

/// A connection that is read for so long only.
struct Patient<'s> {
    socket: &'s Socket,
    until: Option<Instant>,
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let patience = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        if patience == Some(Duration::ZERO) {
            return Err(ErrorKind::TimedOut.into());
        }
        self.socket.set_patience(patience)?;
        self.socket.read(buffer)
    }
}
