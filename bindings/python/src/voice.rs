//! The class of voices.

use crate::deck::Deck;
use crate::ranges::{number, when};
use crate::voices::State;
use pyo3::prelude::*;
use std::sync::Arc;

/// A voice that was triggered. It may be changed and stopped while it plays; afterwards nothing happens.
#[pyclass(module = "sostenuto", frozen)]
pub struct Voice {
    pub deck: Arc<Deck>,
    /// Its number, which messages have.
    #[pyo3(get)]
    pub number: u32,
    /// The slot that it plays.
    #[pyo3(get)]
    pub id: u32,
}

impl Voice {
    fn say(&self, verb: &str, values: &[(&str, f64)], at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        let place = (u64::from(self.id) + 1, self.deck.slots());
        Ok(self.deck.say(verb, place, self.number, values, when(at, beats)?)?)
    }
}

#[pymethods]
impl Voice {
    /// What has become of it: "waiting", "playing", "finished", "dropped", "stolen" or "choked".
    #[getter]
    fn state(&self) -> &'static str {
        self.deck.voices.state(self.number).name()
    }

    /// Whether it is still to be heard, or waits for its time.
    #[getter]
    fn active(&self) -> bool {
        matches!(self.deck.voices.state(self.number), State::Waiting | State::Playing)
    }

    /// Lets it die away in the time of the sampler's release, 10 ms unless set otherwise.
    #[pyo3(signature = (*, at=None, beats=None))]
    fn stop(&self, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("stop", &[], at, beats)
    }

    /// Ends it within 5 ms.
    #[pyo3(signature = (*, at=None, beats=None))]
    fn choke(&self, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("choke", &[], at, beats)
    }

    /// Its gain in dB, -120 to 24, reached within 5 ms.
    #[pyo3(signature = (gain, *, at=None, beats=None))]
    fn set_gain(&self, gain: f64, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        let gain = number("gain", gain, (-120.0, 24.0))?;
        self.say("gain", &[("gain", 10f64.powf(gain / 20.0))], at, beats)
    }

    /// Its place from -1, left, to 1, right, reached within 5 ms.
    #[pyo3(signature = (pan, *, at=None, beats=None))]
    fn set_pan(&self, pan: f64, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("pan", &[("pan", number("pan", pan, (-1.0, 1.0))?)], at, beats)
    }

    /// How fast it plays, 1 being as recorded; below 0 it plays backwards.
    #[pyo3(signature = (rate, *, at=None, beats=None))]
    fn set_rate(&self, rate: f64, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("speed", &[("speed", number("rate", rate, (-64.0, 64.0))?)], at, beats)
    }

    /// Lets it play over and over between two frames of its sample; an end of 0 is the end of the sample.
    #[pyo3(signature = (start=0, end=0, *, at=None, beats=None))]
    fn set_loop(&self, start: i64, end: i64, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("loop_points", &[("start", start as f64), ("end", end as f64)], at, beats)
    }

    /// Lets it go on to its end.
    #[pyo3(signature = (*, at=None, beats=None))]
    fn end_loop(&self, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        self.say("loop_off", &[], at, beats)
    }

    fn __repr__(&self) -> String {
        format!("Voice(number={}, id={}, state={:?})", self.number, self.id, self.state())
    }
}
