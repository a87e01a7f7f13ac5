//! The class of engines as Python sees it. Whatever may wait lets go of the interpreter's lock; a trigger takes a fraction of a microsecond and keeps it.

use crate::deck::{self, Deck, Phase, Plan, Trigger};
use crate::errors::Fault;
use crate::feed::Feed;
use crate::patch::{Patch, shaped};
use crate::ranges::{self, number, when, within};
use crate::recording::{Recording, Take};
use crate::samples;
use crate::tuples::tuple;
use crate::voice::Voice;
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sostenuto_engine::Recorded;
use sostenuto_media::record::{Options, to_file};
use sostenuto_media::wav::{Encoding, Format};
use sostenuto_nodes::{LoopPoints, Mode, SlotSettings, Tap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long one waits at most before it is looked whether somebody pressed Ctrl-C.
const SLICE: Duration = Duration::from_millis(50);

/// What the classes AudioEngine and OfflineEngine of the package are made of.
#[pyclass(module = "sostenuto", subclass, frozen, name = "_Engine")]
pub struct Engine {
    pub deck: Arc<Deck>,
    missing: Option<String>,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (device, sample_rate, channels, block_size, slots, voices, fallback, offline))]
    #[expect(clippy::too_many_arguments, reason = "as Python calls it")]
    fn new(
        py: Python<'_>,
        device: Option<String>,
        sample_rate: Option<i64>,
        channels: Option<i64>,
        block_size: i64,
        slots: i64,
        voices: i64,
        fallback: bool,
        offline: bool,
    ) -> PyResult<Engine> {
        let plan = Plan {
            device,
            rate: sample_rate.map(ranges::rate).transpose()?,
            channels: channels.map(ranges::channels).transpose()?,
            block: within("block_size", block_size, (16, 8192))? as u32,
            slots: within("slots", slots, (1, 256))?,
            voices: within("voices", voices, (1, 2048))?,
            fallback,
        };
        let (deck, missing) = py.detach(move || match offline {
            true => Deck::offline(&plan).map(|deck| (deck, None)),
            false => Deck::live(plan),
        })?;
        Ok(Engine { deck, missing })
    }

    /// Why the device that was asked for does not play, if another one, or none, plays in its place.
    #[getter]
    fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// Frames per second.
    #[getter]
    fn sample_rate(&self) -> u32 {
        self.deck.rate()
    }

    /// Channels of the main output.
    #[getter]
    fn channels(&self) -> u16 {
        self.deck.channels()
    }

    /// The device that it was made on.
    #[getter]
    fn device(&self) -> Option<&str> {
        self.deck.device()
    }

    /// How many slots there are.
    #[getter]
    fn slots(&self) -> usize {
        self.deck.slots()
    }

    /// How many voices play at once at most.
    #[getter]
    fn voices(&self) -> usize {
        self.deck.polyphony()
    }

    /// "made", "running", "paused" or "shut down".
    #[getter]
    fn state(&self) -> &'static str {
        match self.deck.phase() {
            Phase::Made => "made",
            Phase::Running => "running",
            Phase::Paused => "paused",
            Phase::ShutDown => "shut down",
        }
    }

    /// The frame that will be rendered next.
    #[getter]
    fn frame(&self) -> u64 {
        self.deck.frame()
    }

    /// The part of the time that rendering takes, 0 to 1, averaged; and the largest of one callback.
    #[getter]
    fn load(&self) -> (f32, f32) {
        self.deck.engine_load().map_or((0.0, 0.0), |load| (load.load(), load.peak()))
    }

    /// Opens the stream and lets the engine run. Once it runs nothing more happens.
    fn run(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.deck.run())?)
    }

    /// Lets the transport run; opens the stream if that was not done.
    fn play(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.deck.play())?)
    }

    /// Ends all voices, and takes the transport to its beginning, where it stands. The stream stays open.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.deck.stop())?)
    }

    /// Lets everything stand still as it is, within 5 ms. The stream stays open.
    fn pause(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.deck.pause())?)
    }

    /// Goes on after pause().
    fn resume(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.deck.resume())?)
    }

    /// Closes the stream for good. May be called again.
    fn shut_down(&self, py: Python<'_>) {
        py.detach(|| self.deck.shut_down());
    }

    #[pyo3(signature = (id, sample, *, sample_rate=None, mode="once", start=0, end=0, loop_start=0, loop_end=0, crossfade=0, reverse=false, gain=0.0, pan=0.0, rate=1.0, choke=0))]
    #[expect(clippy::too_many_arguments, reason = "as Python calls it")]
    fn load_sample(
        &self,
        py: Python<'_>,
        id: i64,
        sample: &Bound<'_, PyAny>,
        sample_rate: Option<i64>,
        mode: &str,
        start: i64,
        end: i64,
        loop_start: i64,
        loop_end: i64,
        crossfade: i64,
        reverse: bool,
        gain: f64,
        pan: f64,
        rate: f64,
        choke: i64,
    ) -> PyResult<()> {
        self.deck.check()?;
        let id = self.deck.slot(id)?;
        let frame = |name: &str, at: i64| within(name, at, (0, 1 << 30));
        let settings = SlotSettings {
            mode: match mode {
                "once" => Mode::Once,
                "gate" => Mode::Gate,
                "loop" => Mode::Loop,
                other => {
                    return Err(Fault::value(format!(
                        "mode is {other:?}: give \"once\", \"gate\" or \"loop\""
                    ))
                    .into());
                }
            },
            start: frame("start", start)?,
            end: frame("end", end)?,
            looped: LoopPoints {
                start: frame("loop_start", loop_start)?,
                end: frame("loop_end", loop_end)?,
                crossfade: frame("crossfade", crossfade)?,
            },
            reverse,
            gain: 10f64.powf(number("gain", gain, (-120.0, 48.0))? / 20.0) as f32,
            pan: number("pan", pan, (-1.0, 1.0))? as f32,
            speed: number("rate", rate, (0.001, 64.0))? as f32,
            choke: within("choke", choke, (0, 999))? as u16,
        };
        let own_rate = sample_rate.map(|rate| {
            u32::try_from(rate)
                .ok()
                .filter(|rate| (1_000..=768_000).contains(rate))
                .ok_or_else(|| Fault::value(format!("sample_rate is {rate}: give 1000 to 768000 Hz")))
        });
        let (given, own_rate) = (samples::given(sample)?, own_rate.transpose()?);
        let load = || self.deck.load(id, Some((given.at(self.deck.rate(), own_rate)?, settings)));
        Ok(py.detach(load)?)
    }

    /// Empties a slot; what plays it ends within 5 ms.
    fn unload_sample(&self, py: Python<'_>, id: i64) -> PyResult<()> {
        self.deck.check()?;
        let id = self.deck.slot(id)?;
        Ok(py.detach(|| self.deck.load(id, None))?)
    }

    /// Whether a slot has something to play.
    fn is_loaded(&self, id: i64) -> PyResult<bool> {
        Ok(self.deck.is_filled(self.deck.slot(id)?))
    }

    #[pyo3(signature = (id, velocity=1.0, *, at=None, beats=None, r#loop=None, rate=1.0, pitch=0.0, gain=0.0, pan=0.0))]
    #[expect(clippy::too_many_arguments, reason = "as Python calls it")]
    fn play_sample(
        &self,
        id: i64,
        velocity: f64,
        at: Option<i64>,
        beats: Option<f64>,
        r#loop: Option<bool>,
        rate: f64,
        pitch: f64,
        gain: f64,
        pan: f64,
    ) -> PyResult<Voice> {
        let slot = self.deck.slot(id)?;
        let bend = match number("pitch", pitch, (-72.0, 72.0))? {
            0.0 => 1.0,
            pitch => (pitch / 12.0).exp2(),
        };
        let speed = rate * bend;
        if !(-64.0..=64.0).contains(&speed) {
            return Err(Fault::value(format!(
                "rate {rate} with pitch {pitch} is {speed:.3} times as fast: give -64 to 64 times"
            ))
            .into());
        }
        let trigger = Trigger {
            slot,
            velocity: number("velocity", velocity, (0.0, 1.0))?,
            gain_db: number("gain", gain, (-120.0, 24.0))?,
            pan: number("pan", pan, (-1.0, 1.0))?,
            speed,
            looped: r#loop,
            at: when(at, beats)?,
        };
        let number = self.deck.trigger(&trigger)?;
        Ok(Voice { deck: Arc::clone(&self.deck), number, id: slot })
    }

    /// Lets all voices of a slot, or of all slots, die away.
    #[pyo3(signature = (id=None, *, at=None, beats=None))]
    fn stop_sample(&self, id: Option<i64>, at: Option<i64>, beats: Option<f64>) -> PyResult<()> {
        let at = when(at, beats)?;
        let (slots, id) = (self.deck.slots(), id.map(|id| self.deck.slot(id)).transpose()?);
        Ok(match id {
            None => self.deck.say("stop_all", (0, 0), 0, &[], at),
            Some(id) => self.deck.say("stop", (u64::from(id) + 1, slots), 0, &[], at),
        }?)
    }

    #[pyo3(signature = (volume, *, id=None, over=0.005, at=None, beats=None))]
    fn set_volume(
        &self,
        py: Python<'_>,
        volume: f64,
        id: Option<i64>,
        over: f64,
        at: Option<i64>,
        beats: Option<f64>,
    ) -> PyResult<()> {
        let (volume, over) = (number("volume", volume, (0.0, 16.0))?, number("over", over, (0.0, 3600.0))?);
        let at = when(at, beats)?;
        self.deck.check()?;
        if let Some(id) = id {
            let place = (u64::from(self.deck.slot(id)?) + 1, self.deck.slots());
            self.deck.say("volume", place, 0, &[("gain", volume), ("over", over)], at)?;
            self.deck.keep_volume(place.0 as usize - 1, volume);
            return Ok(());
        }
        Ok(py.detach(|| self.deck.set_master(volume as f32, over, at))?)
    }

    /// Asks the audio thread for an answer, which comes as a Pong.
    fn ping(&self, py: Python<'_>) -> PyResult<()> {
        let ping = || self.deck.with(|desk| desk.conductor_mut().ping())?.map_err(Fault::from);
        py.detach(ping)?;
        Ok(())
    }

    /// The next message as a tuple of its name and its fields.
    fn _receive<'py>(&self, py: Python<'py>, timeout: f64) -> PyResult<Option<Bound<'py, PyTuple>>> {
        if timeout.is_nan() || timeout < 0.0 {
            return Err(Fault::value(format!("timeout is {timeout}: give seconds from 0")).into());
        }
        self.deck.check_process()?;
        let mut left = Duration::try_from_secs_f64(timeout).unwrap_or(Duration::MAX);
        let mut letter = self.deck.mail.take(Duration::ZERO);
        while letter.is_none() && !left.is_zero() && !self.deck.mail.is_over() {
            let slice = left.min(SLICE);
            letter = py.detach(|| self.deck.mail.take(slice));
            if let Err(raised) = py.check_signals() {
                letter.into_iter().for_each(|letter| self.deck.mail.put_back(letter));
                return Err(raised);
            }
            left = left.saturating_sub(slice);
        }
        letter.map(|letter| tuple(py, letter)).transpose()
    }

    /// Whether nothing waits and nothing will come, for the engine was shut down.
    fn _is_over(&self) -> bool {
        self.deck.mail.is_over()
    }

    /// How often Position and Levels are sent, in seconds; None is never.
    fn _watch(&self, position: Option<f64>, levels: Option<f64>) -> PyResult<()> {
        let every = |name: &str, seconds: Option<f64>| {
            seconds.map(|s| number(name, s, (0.01, 3600.0)).map(Duration::from_secs_f64)).transpose()
        };
        self.deck.tell(every("position", position)?, every("levels", levels)?);
        Ok(())
    }

    /// Where the transport is, as a tuple of the fields of Position.
    fn _position<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        self.deck.engine_load().map(|load| tuple(py, deck::position(&load))).transpose()
    }

    /// Makes a patch sound beside the slots.
    #[pyo3(signature = (patch, *, at=None, beats=None))]
    fn _apply(
        &self,
        py: Python<'_>,
        patch: PyRef<'_, Patch>,
        at: Option<i64>,
        beats: Option<f64>,
    ) -> PyResult<Vec<String>> {
        let (patch, at) = (patch.inner.clone(), when(at, beats)?);
        Ok(py.detach(|| self.deck.apply(&patch, at))?)
    }

    /// The patch that sounds, with the engine's own nodes: `samples`, `master`, and `speakers` if the patch has no port of its own.
    #[getter]
    fn patch(&self, py: Python<'_>) -> PyResult<Patch> {
        Ok(Patch::holding(py.detach(|| self.deck.patch())?))
    }

    #[pyo3(signature = (line, *, at=None, beats=None))]
    fn command(
        &self,
        py: Python<'_>,
        line: &str,
        at: Option<i64>,
        beats: Option<f64>,
    ) -> PyResult<Vec<String>> {
        let at = if at.is_none() && beats.is_none() { None } else { Some(when(at, beats)?) };
        Ok(py.detach(|| self.deck.command(line, at))?)
    }

    /// The latest frames that a node of kind `scope` has seen: an array of shape (frames, channels), float32.
    fn tap<'py>(&self, py: Python<'py>, node: &str) -> PyResult<Bound<'py, PyAny>> {
        let scope = match self.tap_of(py, node)? {
            Some(Tap::Scope(scope)) => scope,
            _ => {
                return Err(Fault::value(format!(
                    "`{node}` shows no signal: put a node of kind scope there"
                ))
                .into());
            }
        };
        let (frames, channels) = (scope.frames(), scope.channels());
        let mut samples = vec![0.0; frames * channels];
        let mut one = vec![0.0; frames];
        for channel in 0..channels {
            scope.read(channel, &mut one);
            samples.iter_mut().skip(channel).step_by(channels).zip(&one).for_each(|(to, from)| *to = *from);
        }
        shaped(py, samples, channels.max(1))
    }

    /// The way to a node of kind `feed` of the patch: what is written there is played.
    fn feed(&self, py: Python<'_>, node: &str) -> PyResult<Feed> {
        match self.tap_of(py, node)? {
            Some(Tap::Feed(feed)) => Ok(Feed { feed, rate: self.deck.rate(), deck: Arc::clone(&self.deck) }),
            _ => Err(Fault::value(format!(
                "`{node}` plays nothing that is written: put a node of kind feed there"
            ))
            .into()),
        }
    }

    /// The levels of a node of kind `meter` or of a port: an array of shape (channels, 2), peak since it was last asked and RMS over 300 ms, full scale being 1.
    fn levels<'py>(&self, py: Python<'py>, node: &str) -> PyResult<Bound<'py, PyAny>> {
        let meter = match self.tap_of(py, node)? {
            Some(Tap::Meter(meter)) => meter,
            _ => {
                return Err(Fault::value(format!(
                    "`{node}` shows no levels: put a node of kind meter there"
                ))
                .into());
            }
        };
        let levels = (0..meter.channels()).flat_map(|c| [meter.take_peak(c), meter.rms(c)]).collect();
        Ok(PyArray1::from_vec(py, levels).reshape([meter.channels(), 2])?.into_any())
    }

    /// How each port to and from a device fares: a list of dictionaries.
    fn ports<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let ports = py.detach(|| self.deck.ports())?;
        let one = |port: sostenuto_engine::PortReport| {
            let dict = PyDict::new(py);
            dict.set_item("node", port.label)?;
            dict.set_item("input", port.way == sostenuto_nodes::Way::In)?;
            dict.set_item("device", port.device)?;
            dict.set_item("why", port.why)?;
            dict.set_item("sample_rate", port.rate)?;
            dict.set_item("block_size", port.block)?;
            dict.set_item("channels", port.channels)?;
            dict.set_item("clock", port.clock)?;
            dict.set_item("latency_ms", port.latency_ms)?;
            dict.set_item("fill_ms", port.fill_ms)?;
            dict.set_item("ppm", port.ppm)?;
            dict.set_item("underruns", port.underruns)?;
            dict.set_item("overruns", port.overruns)?;
            dict.set_item("xruns", port.xruns)?;
            dict.set_item("late", port.late)?;
            Ok(dict)
        };
        ports.into_iter().map(one).collect()
    }

    #[pyo3(signature = (path, *, node=None, bits="24", at=None, beats=None))]
    fn record(
        &self,
        py: Python<'_>,
        path: PathBuf,
        node: Option<String>,
        bits: &str,
        at: Option<i64>,
        beats: Option<f64>,
    ) -> PyResult<Recording> {
        let encoding = match bits {
            "16" => Encoding::Int16Dithered,
            "24" => Encoding::Int24,
            "32f" => Encoding::Float32,
            other => {
                return Err(Fault::value(format!("bits is {other:?}: give \"16\", \"24\" or \"32f\"")).into());
            }
        };
        let format = Format { channels: self.deck.channels(), rate: self.deck.rate(), encoding };
        let at = when(at, beats)?;
        let what = node.map_or(Recorded::Heard, Recorded::Node);
        let begin = || {
            if let Recorded::Node(node) = &what {
                // Before the file is made anew.
                let node = node.clone();
                self.deck.with(move |desk| desk.conductor().line(&node).map(drop))??;
            }
            self.deck.check()?;
            let (tape, recorder) = to_file(&path, format, Options::default()).map_err(Fault::audio)?;
            let key = self.deck.with(move |desk| desk.conductor_mut().record(&what, tape, at))??;
            Ok::<_, Fault>(self.deck.keep(Take { key, recorder }))
        };
        let take = py.detach(begin)?;
        Ok(Recording { path, deck: Arc::clone(&self.deck), take })
    }

    /// The next frames of an engine without a device: an array of shape (frames, channels), float32.
    fn _render<'py>(&self, py: Python<'py>, seconds: f64) -> PyResult<Bound<'py, PyAny>> {
        let seconds = number("seconds", seconds, (0.0, 86_400.0))?;
        let frames = (seconds * f64::from(self.deck.rate())).round() as usize;
        let samples = py.detach(|| self.deck.render(frames))?;
        shaped(py, samples, usize::from(self.deck.channels()))
    }
}

impl Engine {
    fn tap_of(&self, py: Python<'_>, node: &str) -> PyResult<Option<Tap>> {
        let name = node.to_owned();
        let find = || {
            self.deck.with(move |desk| {
                desk.conductor().line(&name).is_ok().then(|| desk.conductor().tap(&name).cloned())
            })
        };
        match py.detach(find)? {
            Some(tap) => Ok(tap),
            None => Err(Fault::value(format!("there is no node `{node}`")).into()),
        }
    }
}
