//! Why was a request not carried out? What the engine, the desk and the patch say, as it goes over the wire.

use crate::messages::{Code, Fault, Place, Problem};
use sostenuto_engine::{AudioError, DeskError, EngineError};
use sostenuto_patch::Scope;
use sostenuto_patch::command::{CommandError, CommandFault};

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Fault { code, message: message.into(), at: None, problems: None }
    }

    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.at = Some(Place { line, column });
        self
    }

    fn with(mut self, problems: &[sostenuto_patch::Problem]) -> Self {
        let first = problems.iter().find(|problem| !problem.is_warning()).or(problems.first());
        // The place of the first that is in the document itself.
        let place = first.filter(|problem| problem.file.is_none()).and_then(|problem| problem.at.as_ref());
        self.at = place.map(|at| Place { line: at.line, column: at.column });
        self.problems = Some(problems.iter().map(Problem::from).collect());
        self
    }

    /// A patch that cannot sound.
    pub(crate) fn of_patch(problems: &[sostenuto_patch::Problem]) -> Self {
        let wrong = problems.iter().filter(|problem| !problem.is_warning());
        let message = match (wrong.clone().next(), wrong.count()) {
            (Some(first), 1) => first.to_string(),
            (Some(first), more) => format!("{first} (and {} more)", more - 1),
            (None, _) => "the patch cannot sound".into(),
        };
        Fault::new(Code::Patch, message).with(problems)
    }

    /// Parameters that do not fit together.
    pub(crate) fn bad_params(message: impl Into<String>) -> Self {
        Fault::new(Code::BadParams, message)
    }
}

impl From<&sostenuto_patch::Problem> for Problem {
    fn from(problem: &sostenuto_patch::Problem) -> Self {
        let (part, sequence) = match &problem.scope {
            Scope::Part(name) => (Some(name.clone()), None),
            Scope::Sequence { name, .. } => (None, Some(name.clone())),
            Scope::Patch => (None, None),
        };
        let bare = sostenuto_patch::Problem { at: None, file: None, ..problem.clone() };
        Problem {
            message: bare.to_string(),
            warning: problem.is_warning(),
            at: problem.at.as_ref().map(|at| Place { line: at.line, column: at.column }),
            file: problem.file.clone(),
            part,
            sequence,
            node: problem.node.clone(),
            item: problem.item.clone(),
        }
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        let fault = Fault::new(Code::Command, error.fault.to_string());
        match (&error.fault, error.column) {
            (CommandFault::Problems { problems }, _) => fault.with(problems),
            (_, Some(column)) => fault.at(1, column),
            _ => fault,
        }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Patch(problems) => Fault::of_patch(&problems),
            full @ EngineError::RingFull { .. } => Fault::new(Code::Busy, full.to_string()),
            other => Fault::new(Code::Engine, other.to_string()),
        }
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Command(error) => (*error).into(),
            DeskError::Engine(error) => error.into(),
            other => Fault::new(Code::Engine, other.to_string()),
        }
    }
}

impl From<AudioError> for Fault {
    fn from(error: AudioError) -> Self {
        match error {
            AudioError::Engine(error) => error.into(),
            AudioError::Desk(error) => error.into(),
            AudioError::ShutDown => Fault::new(Code::ShutDown, "the engine has been shut down"),
            other => Fault::new(Code::Device, other.to_string()),
        }
    }
}
