//! Patches for Python: read, written, compared, changed and rendered.

use crate::errors::Fault;
use crate::offline::Offline;
use crate::samples;
use numpy::{PyArray1, PyArrayMethods, PyUntypedArray};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sostenuto_engine::Conductor;
use sostenuto_graph::When;
use sostenuto_nodes::Buffer;
use sostenuto_patch::{
    BufferSource, Checked, Notation, Problem, command, diff, read_with, resolve, to_json, to_toml,
};
use sostenuto_sounds::Folder;
use std::path::{Path, PathBuf};

/// A described sound: nodes, cables, parts, sequences, sounds. Plain data: nothing runs, and it never changes.
#[pyclass(module = "sostenuto", frozen, subclass)]
pub struct Patch {
    pub inner: sostenuto_patch::Patch,
    warnings: Vec<String>,
}

/// Seconds that are rendered at once at most: 24 hours.
const MOST_SECONDS: f64 = 86_400.0;

impl Patch {
    pub fn holding(inner: sostenuto_patch::Patch) -> Patch {
        Patch { inner, warnings: Vec::new() }
    }

    fn read(text: &str, notation: Notation, folder: &Path) -> Result<Patch, Fault> {
        // What a document names is looked for beside it: any name in the directory will do.
        let mut load = Folder::of(&folder.join("patch"));
        let checked = read_with(text, notation, Conductor::catalogue(), &mut load);
        let Checked { patch, warnings } = checked.map_err(|problems| described(&problems, text))?;
        Ok(Patch { inner: patch, warnings: warnings.iter().map(ToString::to_string).collect() })
    }
}

/// Problems with the lines that they are about.
fn described(problems: &[Problem], text: &str) -> Fault {
    let lines = problems.iter().map(|problem| {
        let excerpt = problem.excerpt(text);
        if excerpt.is_empty() { problem.to_string() } else { format!("{problem}\n{}", excerpt.trim_end()) }
    });
    Fault::Patch(lines.collect::<Vec<_>>().join("\n"))
}

#[pymethods]
impl Patch {
    /// A patch that plays nodes put together in Python: `Patch.of(Lowpass(Saw(110), cutoff=800) * 0.5)`. Takes what `sostenuto.build.build` takes.
    #[staticmethod]
    #[pyo3(signature = (*sounds, **extras))]
    fn of<'py>(
        py: Python<'py>,
        sounds: &Bound<'py, PyTuple>,
        extras: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        py.import("sostenuto.patch")?.getattr("_of")?.call(sounds.clone(), extras)
    }

    /// A patch from a document in TOML (or JSON). Files that it names are looked for in `folder`.
    #[staticmethod]
    #[pyo3(signature = (text, *, folder=None))]
    fn from_toml(py: Python<'_>, text: String, folder: Option<PathBuf>) -> PyResult<Patch> {
        let notation = if text.trim_start().starts_with('{') { Notation::Json } else { Notation::Toml };
        Ok(py.detach(|| Patch::read(&text, notation, &folder.unwrap_or_default()))?)
    }

    /// A patch from a file in TOML or JSON. Files that it names are looked for beside it.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Patch> {
        let load = || {
            let text = std::fs::read_to_string(&path).map_err(|why| match why.kind() {
                std::io::ErrorKind::NotFound => {
                    Fault::Missing(format!("there is no file {}", path.display()))
                }
                _ => Fault::audio(format!("cannot read {}: {why}", path.display())),
            })?;
            let is_json = text.trim_start().starts_with('{');
            let notation = if is_json { Notation::Json } else { Notation::Toml };
            Patch::read(&text, notation, path.parent().unwrap_or(Path::new("")))
        };
        Ok(py.detach(load)?)
    }

    /// The same from the structure of a document in JSON: `{"nodes": {"tone": {"kind": "sine"}, ...}}`.
    #[staticmethod]
    /// `sounds` has what its buffers without a file play, as arrays with their rates: `{"kick": (array, 44100)}`.
    #[pyo3(signature = (structure, *, folder=None, sounds=None))]
    fn from_dict(
        py: Python<'_>,
        structure: &Bound<'_, PyDict>,
        folder: Option<PathBuf>,
        sounds: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Patch> {
        let json = py.import("json")?;
        let keywords = PyDict::new(py);
        keywords.set_item("allow_nan", false)?;
        let text: String = json.call_method("dumps", (structure,), Some(&keywords))?.extract()?;
        let mut patch = py.detach(|| Patch::read(&text, Notation::Json, &folder.unwrap_or_default()))?;
        for (name, sound) in sounds.into_iter().flatten() {
            let name: String = name.extract()?;
            let (array, rate): (Bound<'_, PyUntypedArray>, f64) = sound.extract()?;
            let (samples, channels) = samples::frames(&array)?;
            let buffer = Buffer::from_interleaved(samples, channels, rate).map_err(Fault::value)?;
            let source = patch.inner.buffers.get(&name).cloned();
            let source =
                source.filter(|source| source.file.is_none() && !source.stream).ok_or_else(|| {
                    Fault::value(format!(
                        "the patch has no buffer `{name}` without a file: write buffers.{name} = {{}}"
                    ))
                })?;
            patch.inner.buffers.insert(name, BufferSource { sound: Some(buffer.into()), ..source });
        }
        // With its sounds it may have other problems: a player of other channels.
        resolve(&patch.inner, Conductor::catalogue()).map_err(|problems| Fault::problems(&problems))?;
        Ok(patch)
    }

    /// A patch from a chain in one line: `"saw frequency=A2 ! lowpass cutoff=800 ! reverb"`.
    #[staticmethod]
    fn from_chain(text: &str) -> PyResult<Patch> {
        let Checked { patch, warnings } = sostenuto_patch::chain(text, Conductor::catalogue())
            .map_err(|problems| described(&problems, text))?;
        Ok(Patch { inner: patch, warnings: warnings.iter().map(ToString::to_string).collect() })
    }

    /// The document in TOML.
    fn to_toml(&self) -> String {
        to_toml(&self.inner, Conductor::catalogue())
    }

    /// The document's structure, as `from_dict` takes it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = to_json(&self.inner, Conductor::catalogue());
        py.import("json")?.call_method1("loads", (text,))
    }

    /// The patch with a command of the prompt carried out: `patch.edit("set filter.cutoff 400")`.
    fn edit(&self, line: &str) -> PyResult<Patch> {
        let timed = command::parse(line).map_err(Fault::value)?;
        let Some(timed) = timed else { return Ok(Patch::holding(self.inner.clone())) };
        let edited = command::edit(&self.inner, Conductor::catalogue(), &timed.command);
        Ok(Patch::holding(edited.map_err(Fault::value)?))
    }

    /// What makes the other patch of this one, in words; nothing if they are equal.
    fn diff(&self, other: PyRef<'_, Patch>) -> PyResult<Vec<String>> {
        let settled = |patch| resolve(patch, Conductor::catalogue()).map_err(|p| Fault::problems(&p));
        let edits = diff(&settled(&self.inner)?, &settled(&other.inner)?);
        Ok(edits.iter().map(ToString::to_string).collect())
    }

    /// What is odd about it, though it can sound.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// What it is called.
    #[getter]
    fn title(&self) -> Option<String> {
        self.inner.title.clone()
    }

    /// The kinds of its nodes by their names.
    #[getter]
    fn nodes(&self) -> std::collections::HashMap<String, String> {
        self.inner.nodes.iter().map(|(name, node)| (name.clone(), node.kind.clone())).collect()
    }

    fn __eq__(&self, other: PyRef<'_, Patch>) -> bool {
        self.inner == other.inner
    }

    fn __repr__(&self) -> String {
        let title = self.inner.title.as_ref().map(|title| format!("{title:?}, ")).unwrap_or_default();
        format!("Patch({title}{} nodes)", self.inner.nodes.len())
    }
}

/// Renders a patch as fast as the machine goes: an array of shape (frames, channels), float32, full scale -1 to 1. The same samples as `sostenuto render` writes.
///
/// seconds: how long, at most 24 hours. sample_rate: in Hz. channels: 1 to 64. script: lines of commands with their times, as `sostenuto render --script` takes them.
#[pyfunction]
#[pyo3(signature = (patch, seconds, sample_rate=48_000, *, channels=2, script=None))]
pub fn render<'py>(
    py: Python<'py>,
    patch: PyRef<'py, Patch>,
    seconds: f64,
    sample_rate: i64,
    channels: i64,
    script: Option<String>,
) -> PyResult<Bound<'py, PyAny>> {
    let rate = crate::ranges::rate(sample_rate)?;
    let channels = crate::ranges::channels(channels)?;
    if !(seconds > 0.0 && seconds <= MOST_SECONDS) {
        return Err(Fault::value(format!(
            "seconds is {seconds}: give more than 0, and up to {MOST_SECONDS}"
        ))
        .into());
    }
    let inner = patch.inner.clone();
    let frames = (seconds * f64::from(rate)).round() as usize;
    let samples = py.detach(move || {
        let mut offline = Offline::new(rate, channels);
        offline.desk.play(sostenuto_sounds::at_rate(&inner, rate), When::Now)?;
        let mut said = script.map_or(Ok(Vec::new()), |text| lines(&offline, &text))?.into_iter().peekable();
        let mut samples = Vec::new();
        while samples.len() < frames * usize::from(channels) {
            let done = samples.len() / usize::from(channels);
            while let Some((_, command)) = said.next_if(|(frame, _)| *frame as usize <= done) {
                offline.desk.carry_out(&command, When::Frame(done as u64))?;
            }
            let next = said.peek().map_or(frames, |(frame, _)| (*frame as usize).min(frames));
            let told = |desk: &mut sostenuto_engine::Desk| {
                desk.conductor_mut().notices();
                Ok(())
            };
            samples.extend(offline.render(next - done, told)?);
        }
        Ok::<_, Fault>(samples)
    })?;
    shaped(py, samples, usize::from(channels))
}

/// The commands of a script by their frames.
fn lines(offline: &Offline, text: &str) -> Result<Vec<(u64, command::Command)>, Fault> {
    let parsed = command::parse_script(text).map_err(|errors| {
        let lines = errors.iter().map(|(number, error)| format!("line {number}: {error}"));
        Fault::value(lines.collect::<Vec<_>>().join("\n"))
    })?;
    let (mut last, mut all) = (0, Vec::new());
    for line in parsed {
        let at = line.timed.at.map(|said| offline.desk.when(&said));
        last = match at {
            None => last,
            Some(When::Frame(frame)) => frame,
            Some(_) => {
                return Err(Fault::value(format!(
                    "line {}: give times of a script in seconds or frames here; `sostenuto render --script` takes bars and beats too",
                    line.line
                )));
            }
        };
        all.push((last, line.timed.command));
    }
    all.sort_by_key(|(frame, _)| *frame);
    Ok(all)
}

/// Interleaved samples as an array of shape (frames, channels).
pub fn shaped(py: Python<'_>, samples: Vec<f32>, channels: usize) -> PyResult<Bound<'_, PyAny>> {
    let frames = samples.len() / channels;
    Ok(PyArray1::from_vec(py, samples).reshape([frames, channels])?.into_any())
}
