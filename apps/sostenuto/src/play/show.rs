//! Where messages go while a patch plays: to the terminal, above the line that is being typed; and commands into the journal.

use super::journal::Journal;
use crate::clean::clean;
use rustyline::ExternalPrinter;
use sostenuto_graph::Ticket;
use sostenuto_patch::command::Command;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Where messages go, from any thread of the program.
#[derive(Clone)]
pub(super) struct Show {
    sink: Arc<Mutex<Sink>>,
    journal: Arc<Mutex<Journal>>,
}

enum Sink {
    Plain,
    Prompt(Box<dyn ExternalPrinter + Send>),
}

impl Show {
    /// Plainly to standard output at first.
    pub fn new(journal: Journal) -> Show {
        Show { sink: Arc::new(Mutex::new(Sink::Plain)), journal: Arc::new(Mutex::new(journal)) }
    }

    /// Through the editor from now on, so that what is printed does not get into the line that is being typed.
    pub fn print_through(&self, printer: impl ExternalPrinter + Send + 'static) {
        *self.sink.lock().unwrap_or_else(PoisonError::into_inner) = Sink::Prompt(Box::new(printer));
    }

    pub fn print(&self, text: &str) {
        let text = clean(text.trim_end()) + "\n";
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let printed = match &mut *sink {
            Sink::Prompt(printer) => printer.print(text.clone()).is_ok(),
            Sink::Plain => false,
        };
        if !printed {
            print!("{text}");
            _ = std::io::stdout().flush();
        }
    }

    /// Notes a command that was said, with the frame of its effect if nobody is going to acknowledge it.
    pub fn said(&self, command: Command, ticket: Option<Ticket>, frame: Option<u64>) {
        self.journal(|journal| journal.note(command, ticket, frame, true));
    }

    /// The same for one that nobody here said: its effect is not shown.
    pub fn heard(&self, command: Command, ticket: Option<Ticket>, frame: Option<u64>) {
        self.journal(|journal| journal.note(command, ticket, frame, false));
    }

    /// Notes the frame at which a command took effect, or that it had none; whether it was one of those said here.
    pub fn acknowledged(&self, ticket: Ticket, frame: Option<u64>) -> bool {
        let mut known = false;
        self.journal(|journal| known = journal.acknowledge(ticket, frame));
        known
    }

    /// Whether all that was said is acknowledged.
    pub fn is_settled(&self) -> bool {
        self.journal.lock().map_or(true, |journal| journal.is_settled())
    }

    fn journal(&self, change: impl FnOnce(&mut Journal)) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut journal);
        if let Err(error) = journal.write() {
            eprintln!("the journal cannot be written: {error}");
            journal.end();
        }
    }
}
