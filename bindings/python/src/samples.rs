//! Sounds from Python: paths and arrays.

use crate::errors::Fault;
use numpy::{PyArrayDescrMethods, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use sostenuto_nodes::Buffer;
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be loaded: read from a file later, without the lock, or copied out of an array.
pub enum Given {
    File(PathBuf),
    Frames(Vec<f32>, usize),
}

/// Channels that a sound has at most.
const MOST_CHANNELS: usize = 64;

/// Takes a path, or copies an array of shape `(frames,)` or `(frames, channels)`.
pub fn given(what: &Bound<'_, PyAny>) -> PyResult<Given> {
    if let Ok(array) = what.cast::<PyUntypedArray>() {
        let (samples, channels) = frames(array)?;
        return Ok(Given::Frames(samples, channels));
    }
    if what.hasattr("__fspath__")? || what.is_instance_of::<pyo3::types::PyString>() {
        return Ok(Given::File(what.extract()?));
    }
    let name = what.get_type().name()?;
    Err(Fault::value(format!(
        "a sound is a path, or a numpy array of shape (frames,) or (frames, channels); this is {name}"
    ))
    .into())
}

/// The samples of an array, frame by frame, and its channels. Full scale is -1 to 1; that of int16 is the whole of its range.
pub fn frames(array: &Bound<'_, PyUntypedArray>) -> PyResult<(Vec<f32>, usize)> {
    let shape = array.shape();
    let channels = match *shape {
        [_] => 1,
        [_, channels] => channels,
        _ => {
            let shape = format!("{shape:?}").replace('[', "(").replace(']', ")");
            return Err(Fault::value(format!(
                "the array has the shape {shape}: give (frames,) or (frames, channels)"
            ))
            .into());
        }
    };
    let frames = shape.first().copied().unwrap_or(0);
    if channels == 0 || channels > MOST_CHANNELS {
        let turned = if frames <= MOST_CHANNELS && channels > MOST_CHANNELS {
            ": is it array.T that you mean?"
        } else {
            ""
        };
        return Err(Fault::value(format!(
            "the array has {channels} channels: give 1 to {MOST_CHANNELS}, as (frames, channels){turned}"
        ))
        .into());
    }
    if frames > Buffer::MOST_FRAMES {
        return Err(Fault::value(format!(
            "the array has {frames} frames: a sound has up to {}",
            Buffer::MOST_FRAMES
        ))
        .into());
    }
    let samples = if let Ok(array) = array.cast::<numpy::PyArrayDyn<f32>>() {
        copied(&array.readonly(), |x| x)?
    } else if let Ok(array) = array.cast::<numpy::PyArrayDyn<f64>>() {
        copied(&array.readonly(), |x| x as f32)?
    } else if let Ok(array) = array.cast::<numpy::PyArrayDyn<i16>>() {
        copied(&array.readonly(), |x| f32::from(x) / 32_768.0)?
    } else {
        let kind = array.dtype();
        let swapped = kind.is_native_byteorder() == Some(false);
        let hint = if swapped { ", in this machine's byte order" } else { "" };
        return Err(
            Fault::value(format!("the array is of {kind}: give float32, float64 or int16{hint}")).into()
        );
    };
    let bad = samples.iter().filter(|x| !x.is_finite()).count();
    if bad > 0 {
        return Err(Fault::value(format!(
            "{bad} samples are infinite or not a number: numpy.nan_to_num makes silence of them"
        ))
        .into());
    }
    Ok((samples, channels))
}

/// Whatever its strides are.
fn copied<T: numpy::Element + Copy>(
    array: &PyReadonlyArrayDyn<'_, T>,
    convert: impl Fn(T) -> f32,
) -> Result<Vec<f32>, Fault> {
    let array = array.as_array();
    let mut samples = Vec::new();
    samples
        .try_reserve_exact(array.len())
        .map_err(|_| Fault::value(format!("there is no memory for {} samples", array.len())))?;
    samples.extend(array.iter().map(|x| convert(*x)));
    Ok(samples)
}

impl Given {
    /// As it is played at so many frames a second. Reads the file, if it is one.
    pub fn at(self, rate: u32, own_rate: Option<u32>) -> Result<Arc<Buffer>, Fault> {
        let buffer = match self {
            Given::File(_) if own_rate.is_some() => {
                return Err(Fault::value("sample_rate goes with an array: a file says its own"));
            }
            Given::File(path) => sostenuto_sounds::read(&path).map_err(|why| {
                if path.exists() {
                    Fault::audio(why)
                } else {
                    Fault::Missing(format!("there is no file {}", path.display()))
                }
            })?,
            Given::Frames(samples, channels) => {
                let own_rate = f64::from(own_rate.unwrap_or(rate));
                Arc::new(Buffer::from_interleaved(samples, channels, own_rate).map_err(Fault::value)?)
            }
        };
        Ok(sostenuto_sounds::resampled(&buffer, rate))
    }
}
