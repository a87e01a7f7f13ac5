//! The language of the prompt and of scripts: lines to commands, commands to patches.

mod automate;
mod complete;
mod edit;
mod fault;
mod parse;
mod playing;
mod read;
mod recording;
mod rewire;
mod table;
mod when;
mod write;

pub use complete::{Candidate, complete};
pub use edit::{edit, edit_resolved};
pub use fault::{CommandError, CommandFault};
pub use parse::{parse, parse_script};
pub use recording::Depth;
pub use table::{CommandInfo, commands, help};
pub use when::When;

use sostenuto_nodes::LooperOrder;
use sostenuto_units::{Pitch, Span};

/// A command and when it is to take effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// At once if it is not said.
    pub at: Option<When>,
    /// The command.
    pub command: Command,
}

/// A line of a script that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptLine {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub timed: Timed,
}

/// The path on which a parameter goes to its new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// A straight line.
    Linear,
    /// Equal ratios in equal times.
    Exponential,
    /// The smoothest path: no corner at either end.
    Glide,
}

/// How a removed node goes on sounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// Until it is silent.
    Whole,
    /// So long at most.
    For(Span),
}

/// A place in musical time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// A bar and a beat in it, in beats of the time signature; both from 1.
    Bar {
        /// The bar.
        bar: u64,
        /// The beat, below 66.
        beat: f64,
    },
    /// So many quarter notes after the beginning.
    Beats(f64),
}

/// What can be said. Names are labels; values are as they were written, for the parameter to read in its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Sets a parameter, or a setting.
    Set {
        /// The node.
        node: String,
        /// The parameter or setting.
        param: String,
        /// The value.
        value: String,
        /// How long it takes to get there.
        over: Option<Span>,
        /// On which path.
        ramp: Option<Ramp>,
    },
    /// Adds a node.
    Add {
        /// What it is called.
        name: String,
        /// Its kind.
        kind: String,
        /// Its values by name.
        values: Vec<(String, String)>,
        /// What feeds it: `NODE` or `NODE.PORT`.
        from: Vec<String>,
        /// What it feeds.
        to: Vec<String>,
    },
    /// Removes a node and its cables.
    Remove {
        /// The node.
        node: String,
        /// Whether, and for how long, what it still has to sound sounds on.
        tail: Option<Tail>,
    },
    /// Puts another kind in a node's place. Cables stay, and parameters that both kinds have.
    Replace {
        /// The node.
        node: String,
        /// The new kind.
        kind: String,
        /// Its values by name.
        values: Vec<(String, String)>,
    },
    /// Lays a cable.
    Connect {
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// To where.
        to: String,
        /// Its gain.
        gain: Option<String>,
    },
    /// Takes cables away: all that fit.
    Disconnect {
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// To where.
        to: String,
    },
    /// Lets a signal move a parameter.
    Drive {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// From where: `NODE` or `NODE.PORT`.
        from: String,
        /// How far a signal of 1 moves it.
        depth: String,
    },
    /// Ends that: for one source, or for all.
    Undrive {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// From where: `NODE` or `NODE.PORT`.
        from: Option<String>,
    },
    /// Lets a parameter follow points in musical time, or no more.
    Automate {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// Places and what is there, `VALUE` or `VALUE:CURVE`; also `unit` and `loop`. Nothing ends it.
        points: Option<Vec<(String, String)>>,
    },
    /// Lets a node's input through unchanged, or not; the other of the two if it is not said.
    Bypass {
        /// The node.
        node: String,
        /// Whether.
        on: Option<bool>,
    },
    /// Gives a node another label. It keeps its id, so it keeps sounding.
    Rename {
        /// The present label.
        from: String,
        /// The new one.
        to: String,
    },
    /// Lets a node forget what it has heard, and unmutes it.
    Reset {
        /// The node.
        node: String,
    },
    /// Plays a note.
    Note {
        /// The instrument; the first one if it is not said.
        node: Option<String>,
        /// Which note.
        pitch: Pitch,
        /// How hard it is struck, 0 to 1.
        velocity: f64,
        /// How long it is held; until `off` if it is not said.
        length: Option<Span>,
    },
    /// Lets notes go.
    Off {
        /// The instrument; the first one if it is not said.
        node: Option<String>,
        /// Which note; all if it is not said.
        pitch: Option<Pitch>,
    },
    /// Bends a note that sounds.
    Bend {
        /// The instrument; the first one if it is not said.
        node: Option<String>,
        /// Which note.
        pitch: Pitch,
        /// How far, -96 to 96.
        semitones: f64,
    },
    /// Presses a note that sounds.
    Pressure {
        /// The instrument; the first one if it is not said.
        node: Option<String>,
        /// Which note.
        pitch: Pitch,
        /// How much, 0 to 1.
        value: f64,
    },
    /// Tells a looper what to do.
    Loop {
        /// The node.
        node: String,
        /// What.
        order: LooperOrder,
    },
    /// Tells a node something that is a matter of its kind.
    Tell {
        /// The node.
        node: String,
        /// What, by the name that its kind has for it.
        verb: String,
        /// Which of several, as a slot, from 1; 0 if it is not said.
        place: u64,
        /// The name of what begins, or is meant; 0 if it is not said.
        id: u32,
        /// Values by name.
        values: Vec<(String, f64)>,
    },
    /// Lets musical time go on.
    Start,
    /// Lets musical time stand where it is.
    Pause,
    /// Lets musical time stand at the beginning.
    Stop,
    /// Goes to another place in musical time.
    Seek {
        /// Where.
        to: Mark,
    },
    /// Changes the tempo.
    Tempo {
        /// In quarter notes per minute, 1 to 1000.
        bpm: f64,
        /// How long it takes to get there.
        over: Option<Span>,
    },
    /// Changes the time signature.
    Meter {
        /// How many beats make a bar, 1 to 64.
        numerator: u32,
        /// The part of a whole note that is a beat: 1, 2, 4, 8, 16 or 32.
        denominator: u32,
    },
    /// Lets the engine run on the clock of a port, of whichever lives, or on its own.
    Clock {
        /// The label of a port, `auto` or `internal`.
        of: String,
    },
    /// Shows where musical time is.
    Where,
    /// Lists the nodes.
    List,
    /// Shows a node.
    Show {
        /// The node.
        node: String,
    },
    /// Shows levels.
    Meters,
    /// Lists the kinds, or tells about one.
    Nodes {
        /// The kind.
        kind: Option<String>,
    },
    /// Takes a document from a file.
    Load {
        /// The file.
        path: String,
    },
    /// Writes the document to a file.
    Save {
        /// The file; the one that it came from if it is not said.
        path: Option<String>,
    },
    /// Records into a WAV file what is heard, or what a node puts out.
    Record {
        /// The file.
        path: String,
        /// The node; what is heard if it is not said.
        of: Option<String>,
        /// How samples are written.
        depth: Depth,
        /// Whether a file that is there is written over.
        overwrite: bool,
    },
    /// Ends recordings.
    EndRecording {
        /// The file of one; all if it is not said.
        path: Option<String>,
    },
    /// Lists the recordings that are under way.
    Recordings,
    /// Takes the last edits back.
    Undo {
        /// How many, from 1.
        steps: u32,
    },
    /// Takes the last undos back.
    Redo {
        /// How many, from 1.
        steps: u32,
    },
    /// Tells about the commands, or about one.
    Help {
        /// The command.
        command: Option<String>,
    },
    /// Shows load and dropouts.
    Stats,
    /// Shows how the ports to devices fare.
    Ports,
    /// Lists the sound devices.
    Devices,
    /// Asks the audio thread to answer.
    Ping,
    /// Ends the program.
    Quit,
}

impl Command {
    /// Whether it is about notes or musical time, so that it can be heard and changes no patch.
    pub fn plays(&self) -> bool {
        use Command as C;
        matches!(
            self,
            C::Note { .. }
                | C::Off { .. }
                | C::Bend { .. }
                | C::Pressure { .. }
                | C::Loop { .. }
                | C::Tell { .. }
                | C::Start
                | C::Pause
                | C::Stop
                | C::Seek { .. }
                | C::Tempo { .. }
                | C::Meter { .. }
        )
    }

    /// Whether it begins or ends a recording.
    pub fn records(&self) -> bool {
        matches!(self, Command::Record { .. } | Command::EndRecording { .. })
    }

    /// Whether [`edit`] takes it: whether it changes the patch.
    pub fn is_edit(&self) -> bool {
        use Command as C;
        matches!(
            self,
            C::Set { .. }
                | C::Add { .. }
                | C::Remove { .. }
                | C::Replace { .. }
                | C::Connect { .. }
                | C::Disconnect { .. }
                | C::Drive { .. }
                | C::Undrive { .. }
                | C::Automate { .. }
                | C::Bypass { .. }
                | C::Rename { .. }
                | C::Clock { .. }
        )
    }
}
