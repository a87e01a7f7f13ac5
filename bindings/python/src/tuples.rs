//! Letters as Python gets them.

use crate::mail::Letter;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A letter as a tuple: its name, then its fields in their order.
pub fn tuple(py: Python<'_>, letter: Letter) -> PyResult<Bound<'_, PyTuple>> {
    macro_rules! fields {
        ($name:literal $(, $field:expr)*) => {
            PyTuple::new(py, [$name.into_bound_py_any(py)? $(, $field.into_bound_py_any(py)?)*])
        };
    }
    match letter {
        Letter::Pong { frame } => fields!("Pong", frame),
        Letter::SampleLoaded { id } => fields!("SampleLoaded", id),
        Letter::VoiceStarted { voice, id, frame } => fields!("VoiceStarted", voice, id, frame),
        Letter::VoiceFinished { voice, id, frame } => fields!("VoiceFinished", voice, id, frame),
        Letter::VoiceLooped { voice, id, frame } => fields!("VoiceLooped", voice, id, frame),
        Letter::VoiceStolen { voice, id, frame } => fields!("VoiceStolen", voice, id, frame),
        Letter::VoiceChoked { voice, id, frame } => fields!("VoiceChoked", voice, id, frame),
        Letter::TriggerDropped { voice, id, frame, why } => fields!("TriggerDropped", voice, id, frame, why),
        Letter::DeviceLost { device, why } => fields!("DeviceLost", device, why),
        Letter::DeviceReturned { device } => fields!("DeviceReturned", device),
        Letter::DeviceMissing { device, why, instead } => fields!("DeviceMissing", device, why, instead),
        Letter::ClockMoved { device, why } => fields!("ClockMoved", device, why),
        Letter::Underrun { port, count, total } => fields!("Underrun", port, count, total),
        Letter::Overrun { port, count, total } => fields!("Overrun", port, count, total),
        Letter::Position { frame, beats, bar, beat, tempo, playing } => {
            fields!("Position", frame, beats, bar, beat, tempo, playing)
        }
        Letter::Levels { frame, peak, rms } => {
            fields!("Levels", frame, PyTuple::new(py, peak)?, PyTuple::new(py, rms)?)
        }
        Letter::Refused { ticket, why } => fields!("Refused", ticket, why),
        Letter::NodeMuted { node, frame } => fields!("NodeMuted", node, frame),
        Letter::NodeTold { node, what, place, voice, frame, value } => {
            fields!("NodeTold", node, what, place, voice, frame, value)
        }
        Letter::StreamStarved { node, underruns, why } => fields!("StreamStarved", node, underruns, why),
        Letter::ReportsLost { node, count } => fields!("ReportsLost", node, count),
        Letter::MessagesLost { count } => fields!("MessagesLost", count),
    }
}
