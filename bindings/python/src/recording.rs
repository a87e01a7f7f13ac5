//! What is heard, or one node, into a file, while it sounds.

use crate::deck::Deck;
use crate::errors::Fault;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sostenuto_engine::RecordingKey;
use sostenuto_media::record::Recorder;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A recording that is under way.
pub struct Take {
    pub key: RecordingKey,
    pub recorder: Recorder,
}

/// A recording into a WAV file: `with engine.record("take.wav"): ...`, or `stop()`. It goes on if nobody keeps it, until the engine is shut down.
///
/// The file is whole at any moment, also if the program is killed.
#[pyclass(module = "sostenuto", frozen)]
pub struct Recording {
    pub path: PathBuf,
    pub deck: Arc<Deck>,
    pub take: Arc<Mutex<Option<Take>>>,
}

impl Recording {
    /// Ends it: what the file has.
    fn end(&self) -> Result<Option<Summary>, Fault> {
        let take = self.take.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Take { key, recorder }) = take else { return Ok(None) };
        if let Err(fault) = self.deck.check_process() {
            // Who writes it is in another process.
            std::mem::forget(recorder);
            return Err(fault);
        }
        // After a shut-down it has ended already, and the file is finished all the same.
        _ = self.deck.with(move |desk| desk.conductor_mut().end_recording(key, None));
        let recorded = recorder.finish().map_err(Fault::audio)?;
        Ok(Some(Summary {
            frames: recorded.written.frames,
            lost: recorded.lost,
            clipped: recorded.written.clipped,
        }))
    }
}

struct Summary {
    frames: u64,
    lost: u64,
    clipped: u64,
}

#[pymethods]
impl Recording {
    /// The file.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Frames in the file so far.
    #[getter]
    fn frames(&self) -> u64 {
        let take = self.take.lock().unwrap_or_else(PoisonError::into_inner);
        take.as_ref().map_or(0, |take| take.recorder.status().frames)
    }

    /// Ends it, and waits until the file is written. Gives {"frames", "lost", "clipped"}, or None if it had ended before.
    fn stop<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(summary) = py.detach(|| self.end())? else { return Ok(None) };
        let dict = PyDict::new(py);
        dict.set_item("frames", summary.frames)?;
        dict.set_item("lost", summary.lost)?;
        dict.set_item("clipped", summary.clipped)?;
        Ok(Some(dict))
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_why))]
    fn __exit__(&self, py: Python<'_>, _why: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<bool> {
        py.detach(|| self.end())?;
        Ok(false)
    }

    fn __repr__(&self) -> String {
        format!("Recording({:?}, frames={})", self.path.display().to_string(), self.frames())
    }
}
