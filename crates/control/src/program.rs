//! What does the program around the engine add to the channel?

use sostenuto_engine::{Applied, Desk};
use sostenuto_graph::{Ticket, When};
use sostenuto_patch::Load;
use sostenuto_patch::command::Command;

/// The program that the engine runs in, as the channel needs it. `()` is one that adds nothing: commands about files and the program are refused, and
/// patches that name files.
pub trait Program: Send + Sync + 'static {
    /// Carries out a command that the desk leaves to whoever holds it (files, the program, what can be shown); gives what is to be shown. `at` is
    /// the time that was said with it. Called on a client's thread, which it may hold up. `[control]`
    ///
    /// # Errors
    /// Why not, for people.
    fn answer(&self, command: &Command, at: When) -> Result<String, String> {
        _ = at;
        Err(format!("`{command}` is not done here for clients"))
    }

    /// Is told of each change that a client made, in the order in which they were made: for a journal. Called at the desk, which it holds up; it cannot ask the
    /// controller for anything. `[control]`
    fn heard(&self, desk: &Desk, change: Change<'_>) {
        _ = (desk, change);
    }

    /// Gives what is in the files that a client's patch names; nothing refuses such patches.
    fn loader(&self) -> Option<Box<dyn Load>> {
        None
    }
}

impl Program for () {}

/// What a client changed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Change<'a> {
    /// A command was carried out.
    Command {
        /// The command.
        command: &'a Command,
        /// What will acknowledge it; nothing if it makes no sound.
        ticket: Option<Ticket>,
    },
    /// A whole patch was applied: the desk has it now.
    Patch {
        /// What changed.
        applied: &'a Applied,
    },
}
