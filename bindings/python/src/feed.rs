//! Sound made in Python, through a ring: nothing of Python is in the callback.

use crate::deck::Deck;
use crate::errors::Fault;
use crate::samples;
use numpy::PyUntypedArray;
use pyo3::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The way to a node of kind `feed`, which plays what is written here.
#[pyclass(module = "sostenuto", frozen)]
pub struct Feed {
    pub feed: sostenuto_nodes::Feed,
    pub rate: u32,
    /// That of the engine.
    pub deck: Arc<Deck>,
}

/// How long one waits at most before it is looked whether somebody pressed Ctrl-C.
const SLICE: Duration = Duration::from_millis(50);

#[pymethods]
impl Feed {
    /// Writes frames: an array of shape (frames,) or (frames, channels), float32, float64 or int16. Gives how many were
    /// taken: those for which room came within `timeout` seconds, all of them if it is None, unless the node goes away.
    #[pyo3(signature = (block, timeout=None))]
    fn write(
        &self,
        py: Python<'_>,
        block: &Bound<'_, PyUntypedArray>,
        timeout: Option<f64>,
    ) -> PyResult<usize> {
        self.deck.check()?;
        let (samples, channels) = samples::frames(block)?;
        if channels != self.feed.channels() {
            let wanted = self.feed.channels();
            return Err(Fault::value(format!(
                "the block has {channels} channels and the feed {wanted}: give an array of shape (frames, {wanted})"
            ))
            .into());
        }
        let patience = match timeout {
            None => None,
            Some(seconds) if seconds >= 0.0 => {
                Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
            }
            Some(seconds) => {
                return Err(
                    Fault::value(format!("timeout is {seconds}: give seconds from 0, or None")).into()
                );
            }
        };
        let (frames, begun) = (samples.len() / channels, Instant::now());
        let mut done = self.feed.write(&samples);
        while done < frames
            && self.deck.check().is_ok()
            && !self.feed.is_over()
            && patience.is_none_or(|most| begun.elapsed() < most)
        {
            done += py.detach(|| self.write_for(&samples[done * channels..], begun, patience));
            py.check_signals()?;
        }
        Ok(done)
    }

    /// Says that what was written is whole: it plays to its end, and the silence behind it is no under-run.
    fn end(&self) {
        self.feed.end();
    }

    /// Channels of a frame.
    #[getter]
    fn channels(&self) -> usize {
        self.feed.channels()
    }

    /// Frames per second of the engine.
    #[getter]
    fn sample_rate(&self) -> u32 {
        self.rate
    }

    /// How many frames can wait.
    #[getter]
    fn frames(&self) -> usize {
        self.feed.frames()
    }

    /// For how many frames there is room now.
    #[getter]
    fn room(&self) -> usize {
        self.feed.room()
    }

    /// How many frames wait now.
    #[getter]
    fn waiting(&self) -> usize {
        self.feed.waiting()
    }

    /// How many frames were played.
    #[getter]
    fn played(&self) -> u64 {
        self.feed.played()
    }

    /// How often it faded out because nothing was there.
    #[getter]
    fn underruns(&self) -> u64 {
        self.feed.underruns()
    }

    /// Whether the node is gone, so that nothing more will be played.
    #[getter]
    fn over(&self) -> bool {
        self.feed.is_over()
    }

    fn __repr__(&self) -> String {
        format!("Feed(waiting={}, underruns={})", self.feed.waiting(), self.feed.underruns())
    }
}

impl Feed {
    /// Writes what there is room for within a slice of the time that is left.
    fn write_for(&self, samples: &[f32], begun: Instant, patience: Option<Duration>) -> usize {
        let (channels, slice) = (self.feed.channels(), Instant::now());
        let mut done = 0;
        loop {
            done += self.feed.write(samples.get(done * channels..).unwrap_or_default());
            let over = patience.is_some_and(|most| begun.elapsed() >= most) || slice.elapsed() >= SLICE;
            if done * channels >= samples.len() || over || self.feed.is_over() {
                return done;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
