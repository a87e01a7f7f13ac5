//! How is a stream built in the format that was chosen? The system calls it with blocks of that format, and with its errors.

use super::config::Choice;
use super::faults::Faults;
use crate::callback::Fill;
use crate::errand::Errand;
use crate::sample::DeviceSample;
use crate::time::monotonic_nanos;
use cpal::traits::DeviceTrait;
use cpal::{BufferSize, SampleFormat, SizedSample, StreamConfig};
use std::sync::Arc;
use std::time::Duration;

/// How long the system may take to open a stream.
const OPENING: Duration = Duration::from_secs(5);

/// Calls a function for the sample type of a format.
macro_rules! in_format {
    ($format:expr, $build:ident($($argument:expr),*)) => {
        match $format {
            SampleFormat::F32 => $build::<f32, _>($($argument),*),
            SampleFormat::F64 => $build::<f64, _>($($argument),*),
            SampleFormat::I8 => $build::<i8, _>($($argument),*),
            SampleFormat::I16 => $build::<i16, _>($($argument),*),
            SampleFormat::I24 => $build::<cpal::I24, _>($($argument),*),
            SampleFormat::I32 => $build::<i32, _>($($argument),*),
            SampleFormat::I64 => $build::<i64, _>($($argument),*),
            SampleFormat::U8 => $build::<u8, _>($($argument),*),
            SampleFormat::U16 => $build::<u16, _>($($argument),*),
            SampleFormat::U24 => $build::<cpal::U24, _>($($argument),*),
            SampleFormat::U32 => $build::<u32, _>($($argument),*),
            SampleFormat::U64 => $build::<u64, _>($($argument),*),
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    };
}

/// Builds a stream that plays. It has to be started.
pub(super) fn build_output<F: Fill>(
    device: &cpal::Device,
    choice: Choice,
    fill: F,
    faults: Arc<Faults>,
) -> Result<cpal::Stream, cpal::Error> {
    in_format!(choice.format, output_in(device, choice, fill, faults))
}

/// Builds a stream that records. It has to be started.
pub(super) fn build_input(
    device: &cpal::Device,
    choice: Choice,
    errand: Errand,
    faults: Arc<Faults>,
) -> Result<cpal::Stream, cpal::Error> {
    in_format!(choice.format, input_in(device, choice, errand, faults))
}

fn output_in<S: DeviceSample + SizedSample, F: Fill>(
    device: &cpal::Device,
    choice: Choice,
    mut fill: F,
    faults: Arc<Faults>,
) -> Result<cpal::Stream, cpal::Error> {
    device.build_output_stream(
        config_of(choice),
        move |block: &mut [S], _| fill.fill_block(block, monotonic_nanos()),
        move |error| faults.note(&error),
        Some(OPENING),
    )
}

/// `E` is always [`Errand`]: the same macro calls this and what plays.
fn input_in<S: DeviceSample + SizedSample, E: Into<Errand>>(
    device: &cpal::Device,
    choice: Choice,
    errand: E,
    faults: Arc<Faults>,
) -> Result<cpal::Stream, cpal::Error> {
    let mut errand = errand.into();
    device.build_input_stream(
        config_of(choice),
        move |block: &[S], _| errand.take(block, monotonic_nanos()),
        move |error| faults.note(&error),
        Some(OPENING),
    )
}

/// What the system is asked for.
fn config_of(choice: Choice) -> StreamConfig {
    StreamConfig {
        channels: choice.channels,
        sample_rate: choice.rate,
        // Never the default: some servers then ask for two seconds at a time.
        buffer_size: BufferSize::Fixed(choice.block),
    }
}
