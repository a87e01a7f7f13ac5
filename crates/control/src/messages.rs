//! What is said on the wire? Every message as a type; the TypeScript types are made from these.
//!
//! Lengths of time and moments are texts as the prompt takes them (`500ms`, `2 beats`, `at next bar`), so that there is one grammar for both.
//! Fields that are left out mean what their documentation says; unknown ones are refused in requests, and to be ignored in answers.

mod kinds;
mod patch;
mod play;
mod show;
mod status;

pub use kinds::{Bank, Group, Kind, KindList, Nodes, Param, Port, Setting};
pub use patch::{
    Applied, Apply, CommandLine, Form, GetPatch, Outcome, PatchText, Ramp, SetDevice, SetParam, Value,
};
pub use play::{NoteAction, Pitch, Position, TransportAction, TransportState};
pub use show::{Device, DeviceList, Direction, Level, Levels, Meter, PortList, PortState, PortStatus, Span};
pub use status::{Clock, Instrument, Load, Status, Steps, Subscribe, Topic, Unsubscribe};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The version of the protocol. Within one, fields, methods, events and codes may be added; whatever else changes makes another.
pub const VERSION: u32 = 1;

/// Names a request, so that its answer can be told from others: a whole number or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Id {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
}

/// A request as it comes in: its parameters are read once the method is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request<'line> {
    pub id: Id,
    #[serde(borrow)]
    pub method: Cow<'line, str>,
    #[serde(borrow)]
    pub params: Option<&'line RawValue>,
}

/// No parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The first request of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The token that the program printed, or that is in its token file.
    pub token: String,
    /// The version of the protocol that the client speaks.
    pub version: u32,
    /// What the client is called, for people.
    pub client: Option<String>,
}

/// The answer to `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Welcome {
    /// The version of the protocol that is spoken from here on.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// The engine's frames per second.
    pub rate: f64,
    /// The methods that there are.
    pub methods: Vec<String>,
    /// What is refused, dropped or held back.
    pub limits: Limits,
}

/// How much is taken of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Limits {
    /// Bytes of a line, without its end. A longer one ends the connection.
    pub line: usize,
    /// Clients at a time.
    pub clients: usize,
    /// Requests per second; the next are read later.
    pub requests: u32,
    /// Status events per second.
    pub status: u32,
    /// Notices that wait to be read by the client; further ones are dropped, counted, and told of.
    pub notices: usize,
}

/// What kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// The line is not UTF-8.
    BadUtf8,
    /// The line is not JSON.
    BadJson,
    /// The line is JSON but no request.
    BadRequest,
    /// There is no such method.
    UnknownMethod,
    /// The parameters are not those of the method.
    BadParams,
    /// The line is too long; the connection ends.
    LineTooLong,
    /// The client stopped sending within a line; the connection ends.
    HalfLine,
    /// Something came before `hello`; the connection ends.
    HelloFirst,
    /// No `hello` came in time; the connection ends.
    HelloLate,
    /// The token is another one; the connection ends.
    WrongToken,
    /// The version is not spoken here; the connection ends.
    WrongVersion,
    /// There are as many clients as there may be; the connection ends.
    TooManyClients,
    /// The patch has problems; nothing has changed.
    Patch,
    /// The command is none, or does not fit the patch; nothing has changed.
    Command,
    /// The engine refused; nothing has changed.
    Engine,
    /// Too much is under way: to be asked again in a moment.
    Busy,
    /// The sound system refused.
    Device,
    /// The program does not do that for a client.
    NotHere,
    /// The engine is gone; the connection ends.
    ShutDown,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Fault {
    /// What kind of mistake it is, for programs.
    pub code: Code,
    /// What is wrong and what would be right, for people.
    pub message: String,
    /// Where in the text that is at fault: the patch, the command, or the line of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// All problems of a patch, warnings among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Problem>>,
}

/// Something wrong with a patch, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Problem {
    /// What is wrong and what would be right.
    pub message: String,
    /// Whether the patch can sound all the same.
    pub warning: bool,
    /// Where in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// The file of that text, if it is not the document itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The part that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The sequence that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The node that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The parameter, setting, port or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

/// What comes unasked, once subscribed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ControlEvent {
    /// How everything fares. One that was not read before the next came is replaced by it, and counts as dropped.
    Status(Box<Status>),
    /// What the audio thread told.
    Notice(Notice),
    /// Events that were dropped because the client had not read earlier ones, since that was told last.
    Dropped(Dropped),
}

/// How many events were dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dropped {
    /// Status events.
    pub status: u64,
    /// Notices.
    pub notices: u64,
}

/// What the audio thread told. A ticket is that of the answer to the request; the notice may come before the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// Edits took effect.
    Applied {
        /// Names the request.
        ticket: u64,
        /// The first frame that sounds changed.
        frame: u64,
    },
    /// A parameter, a note or musical time was changed, or will be.
    Set {
        /// Names the request.
        ticket: u64,
        /// The first frame that is changed.
        frame: u64,
    },
    /// A request did not take effect.
    Refused {
        /// Names the request.
        ticket: u64,
        /// Why.
        message: String,
    },
    /// A node put out a sample that is not a finite number, and is mute.
    Muted {
        /// The node.
        node: String,
        /// The frame.
        frame: u64,
    },
    /// A node tells something of its own: that a voice of a sampler has started, finished, was dropped, stolen or choked.
    Told {
        /// The node.
        node: String,
        /// What, in a word of its kind.
        what: String,
        /// To which slot, from 1.
        slot: u32,
        /// The id that the trigger gave, or was given.
        id: u32,
        /// The frame.
        frame: u64,
    },
    /// So much of what a node told was lost because nobody took it.
    Untold {
        /// The node.
        node: String,
        /// How many.
        lost: u32,
        /// The frame up to which.
        frame: u64,
    },
    /// A device is gone or stands still.
    DeviceLost {
        /// The device.
        device: String,
        /// What happened.
        message: String,
    },
    /// A device that was lost, or not there, plays or records again.
    DeviceReturned {
        /// The device.
        device: String,
    },
    /// A device that a port asks for cannot be opened. It is tried again now and then.
    DeviceMissing {
        /// What the port asks for.
        device: String,
        /// Why, and what there is instead.
        message: String,
        /// The device that plays in its place, if one does.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        instead: Option<String>,
    },
    /// The engine runs on another clock from now on.
    ClockMoved {
        /// The device; left out if it is a clock of the engine's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        to: Option<String>,
        /// Why.
        message: String,
    },
    /// The engine runs at another rate from now on, that of its clock's device; frames are of that rate.
    RateChanged {
        /// Frames per second until now.
        from: u32,
        /// From now on.
        to: u32,
    },
    /// The answer to a ping.
    Pong {
        /// Names the request.
        ticket: u64,
        /// The frame that is rendered next.
        frame: u64,
    },
    /// Something that has no type of its own yet, for people.
    Other {
        /// What happened.
        message: String,
    },
}
