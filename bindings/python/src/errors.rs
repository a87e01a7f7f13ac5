//! What goes wrong, as Python's exceptions. They are classes of `sostenuto.errors`, so that one can be a kind of two others.

use pyo3::prelude::*;
use sostenuto_engine::{DeskError, EngineError, LineFull};
use sostenuto_nodes::VerbError;
use sostenuto_patch::Problem;

pyo3::import_exception!(sostenuto.errors, AudioError);
pyo3::import_exception!(sostenuto.errors, DeviceNotFound);
pyo3::import_exception!(sostenuto.errors, StreamCreationFailed);
pyo3::import_exception!(sostenuto.errors, InvalidValue);
pyo3::import_exception!(sostenuto.errors, PatchError);
pyo3::import_exception!(sostenuto.errors, SampleNotFound);

/// Finds all of them.
pub fn find(py: Python<'_>) {
    py.get_type::<AudioError>();
    py.get_type::<DeviceNotFound>();
    py.get_type::<StreamCreationFailed>();
    py.get_type::<InvalidValue>();
    py.get_type::<PatchError>();
    py.get_type::<SampleNotFound>();
}

/// Something that went wrong, wherever the interpreter's lock is: it becomes an exception once that is held again.
#[derive(Debug)]
pub enum Fault {
    /// Of the engine in general.
    Audio(String),
    /// No such device, or none.
    NoDevice(String),
    /// A device that cannot be opened.
    NoStream(String),
    /// A value that is refused; the text names what is allowed.
    Value(String),
    /// A file that is not there.
    Missing(String),
    /// A patch with problems.
    Patch(String),
}

impl Fault {
    pub fn audio(why: impl ToString) -> Fault {
        Fault::Audio(why.to_string())
    }

    pub fn value(why: impl ToString) -> Fault {
        Fault::Value(why.to_string())
    }

    pub fn problems(problems: &[Problem]) -> Fault {
        Fault::Patch(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl From<sostenuto_engine::AudioError> for Fault {
    fn from(error: sostenuto_engine::AudioError) -> Self {
        use sostenuto_engine::AudioError as E;
        match error {
            E::DeviceNotFound(why) => Fault::NoDevice(why.to_string()),
            E::StreamCreationFailed(why) => Fault::NoStream(why.to_string()),
            E::PortFailed { .. } => Fault::NoStream(error.to_string()),
            E::Engine(why) => why.into(),
            E::Desk(why) => why.into(),
            other => Fault::audio(other),
        }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Patch(problems) => Fault::problems(&problems),
            EngineError::RingFull { .. } => Fault::audio(error),
            other => Fault::value(other),
        }
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Engine(why) => why.into(),
            other => Fault::value(other),
        }
    }
}

impl From<VerbError> for Fault {
    fn from(error: VerbError) -> Self {
        Fault::value(error)
    }
}

impl From<LineFull> for Fault {
    fn from(error: LineFull) -> Self {
        Fault::audio(error)
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> PyErr {
        match fault {
            Fault::Audio(why) => AudioError::new_err(why),
            Fault::NoDevice(why) => DeviceNotFound::new_err(why),
            Fault::NoStream(why) => StreamCreationFailed::new_err(why),
            Fault::Value(why) => InvalidValue::new_err(why),
            Fault::Missing(why) => SampleNotFound::new_err(why),
            Fault::Patch(why) => PatchError::new_err(why),
        }
    }
}
