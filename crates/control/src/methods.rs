//! Which methods are there? The one table from which requests are read, answered, and told of in TypeScript.

use crate::answer::{Asked, edit, kinds, play, show};
use crate::messages::{
    Applied, Apply, Code, CommandLine, DeviceList, Fault, GetPatch, KindList, Levels, Nodes, NoteAction,
    Nothing, Outcome, PatchText, PortList, SetDevice, SetParam, Status, Subscribe, TransportAction,
    TransportState, Unsubscribe,
};
use serde::Serialize;
use serde_json::value::RawValue;

macro_rules! methods {
    ($($name:literal $summary:literal $params:ty => $result:ty, $answer:path;)*) => {
        /// The methods beside `hello`.
        pub(crate) const METHODS: &[&str] = &[$($name),*];

        /// Carries out a request; gives its result as JSON.
        pub(crate) fn call(asked: &Asked<'_>, method: &str, params: &str) -> Result<Box<RawValue>, Fault> {
            match method {
                $($name => {
                    let params: $params = read(params)?;
                    let result: $result = $answer(asked, params)?;
                    written(&result)
                })*
                other => Err(unknown(other)),
            }
        }

        /// The rows: name, summary, and the types of parameters and result in TypeScript.
        #[cfg(test)]
        pub(crate) fn rows(config: &ts_rs::Config) -> Vec<[String; 4]> {
            use ts_rs::TS;
            vec![$([$name.into(), $summary.into(), <$params>::name(config), <$result>::name(config)]),*]
        }
    };
}

methods! {
    "devices" "The sound devices of this system." Nothing => DeviceList, show::devices;
    "ports" "The audio ports of the patch, and how they fare." Nothing => PortList, show::ports;
    "set_device" "Gives a port another device." SetDevice => Outcome, edit::set_device;
    "patch" "The patch that sounds." GetPatch => PatchText, edit::patch;
    "apply" "Makes another patch sound, by the smallest edits." Apply => Applied, edit::apply;
    "command" "Carries out a line of the prompt." CommandLine => Outcome, edit::command;
    "set" "Sets a parameter or a setting." SetParam => Outcome, edit::set;
    "note" "Plays, lets go, bends or presses a note." NoteAction => Outcome, play::note;
    "transport" "Moves musical time, or tells where it is." TransportAction => TransportState, play::transport;
    "levels" "The levels of everything that shows any." Nothing => Levels, show::levels;
    "status" "How everything fares, with all meters." Nothing => Status, show::status;
    "subscribe" "Asks for events." Subscribe => Nothing, show::subscribe;
    "unsubscribe" "Asks for no more events." Unsubscribe => Nothing, show::unsubscribe;
    "nodes" "The kinds of node." Nodes => KindList, kinds::nodes;
}

/// Reads parameters; the column is in their own text.
pub(crate) fn read<'p, P: serde::Deserialize<'p>>(params: &'p str) -> Result<P, Fault> {
    serde_json::from_str(params).map_err(|error| {
        let fault = Fault::bad_params(bare(&error));
        if error.line() == 0 { fault } else { fault.at(error.line(), error.column()) }
    })
}

/// What serde says, without the place, which stands elsewhere.
pub(crate) fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(bare, _)| bare.to_owned())
}

fn written(result: &impl Serialize) -> Result<Box<RawValue>, Fault> {
    serde_json::value::to_raw_value(result)
        .map_err(|error| Fault::new(Code::Engine, format!("the result cannot be written: {error}")))
}

fn unknown(method: &str) -> Fault {
    let near = sostenuto_patch::nearest(method, METHODS.iter().copied());
    let meant = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
    let shown: String = method.chars().take(64).collect();
    Fault::new(
        Code::UnknownMethod,
        format!("there is no method `{shown}`{meant}; there are {}", METHODS.join(", ")),
    )
}
