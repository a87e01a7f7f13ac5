//! A picture of a sound: its waveform above, its spectrogram below, on one axis of time.

mod canvas;
mod colour;
mod font;
mod scale;
mod spectrogram;
mod waveform;

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use canvas::{Area, Canvas};
use colour::Rgb;

const BACKGROUND: Rgb = Rgb(16, 17, 22);
const PLOT: Rgb = Rgb(9, 9, 13);
const TEXT: Rgb = Rgb(222, 224, 230);
const FAINT: Rgb = Rgb(150, 154, 166);
const GRID: Rgb = Rgb(44, 47, 57);
const ALARM: Rgb = Rgb(255, 99, 88);

/// What a picture looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Width in pixels, 400 to 16,384.
    pub width: u32,
    /// Height in pixels, 300 to 16,384.
    pub height: u32,
    /// Written at the top; as much of it as fits.
    pub title: String,
    /// The level in dB that is drawn as black, -200 to -20. 0 dB is a sine of full scale.
    pub floor_decibels: f32,
    /// The lowest frequency shown, in hertz, 1 or more; it has to lie below a quarter of the rate.
    pub lowest_hertz: f64,
}

impl Default for Options {
    /// 1200 by 700 pixels, without a title, down to -100 dB and 20 Hz.
    fn default() -> Self {
        Options { width: 1200, height: 700, title: String::new(), floor_decibels: -100.0, lowest_hertz: 20.0 }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// No channel, or no sample in the shortest one.
    #[error("there is no sound to draw; pass one or more frames")]
    Empty,
    /// More channels than can be told apart.
    #[error("{channels} channels are too many for one picture; pass 1 to 16 of them")]
    Channels {
        /// What was passed.
        channels: usize,
    },
    /// One of the options, or the rate, is out of its range.
    #[error("{what} is {value}; it has to be {range}")]
    OutOfRange {
        /// Which one.
        what: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
    /// The file could not be written.
    #[error("cannot write '{}': {source}. Check that its directory exists and may be written to", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A finished picture in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    canvas: Canvas,
}

/// What a room of the picture needs to know about the sound.
struct View<'a> {
    channels: Vec<&'a [f32]>,
    frames: usize,
    rate: f64,
}

impl Picture {
    /// Draws channels of samples at `rate` frames per second; of channels of different lengths, as much as all have.
    ///
    /// The spectrogram shows the mean power of the channels. What is not a finite number is drawn as 0, and its count is
    /// written in the corner.
    ///
    /// # Errors
    /// [`PictureError`], except `Write`.
    pub fn render<C: AsRef<[f32]>>(
        channels: &[C],
        rate: f64,
        options: &Options,
    ) -> Result<Self, PictureError> {
        let frames = channels.iter().map(|channel| channel.as_ref().len()).min().unwrap_or(0);
        let view = View {
            channels: channels.iter().map(|channel| &channel.as_ref()[..frames]).collect(),
            frames,
            rate,
        };
        check(&view, options)?;

        let mut canvas = Canvas::new(options.width, options.height, BACKGROUND);
        let (left, right, top, bottom) = (88, 92, 40, 40);
        let inner_width = options.width - left - right;
        let inner_height = options.height - top - bottom;
        let gap = 16;
        let wave_height = (inner_height - gap) * 3 / 10;
        let wave = Area { x: left, y: top, width: inner_width, height: wave_height };
        let spectrum = Area {
            x: left,
            y: top + wave_height + gap,
            width: inner_width,
            height: inner_height - gap - wave_height,
        };

        heading(&mut canvas, &view, options, wave);
        waveform::draw(&mut canvas, wave, &view);
        spectrogram::draw(&mut canvas, spectrum, &view, options);
        time_axis(&mut canvas, &view, wave, spectrum);
        Ok(Picture { canvas })
    }

    /// As [`Picture::render`], for samples in the order of a file.
    ///
    /// # Errors
    /// As [`Picture::render`].
    pub fn render_interleaved(
        samples: &[f32],
        channels: u16,
        rate: f64,
        options: &Options,
    ) -> Result<Self, PictureError> {
        Self::render(&crate::Sound::from_interleaved(samples, channels, 0).channels, rate, options)
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.canvas.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.canvas.height
    }

    /// Red, green and blue of each pixel, row by row from the top.
    pub fn pixels(&self) -> &[u8] {
        &self.canvas.bytes
    }

    /// Writes the picture as PNG, in the place of a file that may be there.
    ///
    /// # Errors
    /// [`PictureError::Write`].
    pub fn save_png(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let written = File::create(path).and_then(|file| {
            let mut encoder = png::Encoder::new(BufWriter::new(file), self.width(), self.height());
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
            let mut writer = encoder.write_header().map_err(io::Error::from)?;
            writer.write_image_data(self.pixels()).map_err(io::Error::from)?;
            writer.finish().map_err(io::Error::from)
        });
        written.map_err(|source| PictureError::Write { path: path.to_owned(), source })
    }
}

fn check(view: &View<'_>, options: &Options) -> Result<(), PictureError> {
    if view.frames == 0 {
        return Err(PictureError::Empty);
    }
    if view.channels.len() > 16 {
        return Err(PictureError::Channels { channels: view.channels.len() });
    }
    let rows: [(&'static str, f64, bool, &'static str); 5] = [
        (
            "the width",
            f64::from(options.width),
            (400..=16_384).contains(&options.width),
            "400 to 16384 pixels",
        ),
        (
            "the height",
            f64::from(options.height),
            (300..=16_384).contains(&options.height),
            "300 to 16384 pixels",
        ),
        (
            "the floor",
            f64::from(options.floor_decibels),
            (-200.0..=-20.0).contains(&options.floor_decibels),
            "-200 to -20 dB",
        ),
        ("the rate", view.rate, (8.0..=1e9).contains(&view.rate), "8 Hz to 1 GHz"),
        (
            "the lowest frequency",
            options.lowest_hertz,
            options.lowest_hertz >= 1.0 && options.lowest_hertz < view.rate / 4.0,
            "1 Hz or more, and below a quarter of the rate",
        ),
    ];
    match rows.into_iter().find(|(_, _, fits, _)| !fits) {
        Some((what, value, _, range)) => Err(PictureError::OutOfRange { what, value, range }),
        None => Ok(()),
    }
}

/// The title, and at the right what the sound is: channels, rate, length, peak.
fn heading(canvas: &mut Canvas, view: &View<'_>, options: &Options, wave: Area) {
    let samples = || view.channels.iter().flat_map(|channel| channel.iter());
    let peak = samples().filter(|x| x.is_finite()).fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let broken = samples().filter(|x| !x.is_finite()).count();
    let level = if peak > 0.0 { format!("{:.1} dBFS", 20.0 * peak.log10()) } else { "silent".to_owned() };
    let channels = match view.channels.len() {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        many => format!("{many} channels"),
    };
    let mut summary = format!(
        "{channels}  {} kHz  {}  peak {level}",
        scale::decimal(view.rate / 1e3),
        scale::duration(view.frames as f64 / view.rate)
    );
    if broken > 0 {
        summary = format!("{broken} not finite!  {summary}");
    }
    let colour = if broken > 0 || peak > 1.0 { ALARM } else { FAINT };
    let end = wave.x + wave.width;
    let begin = end.saturating_sub(font::width(&summary));
    canvas.text(begin, 13, &summary, colour);
    let room = begin.saturating_sub(wave.x + 2 * font::ADVANCE) / font::ADVANCE;
    let title: String = options.title.chars().take(room as usize).collect();
    canvas.text(wave.x, 13, &title, TEXT);
}

/// Labels below the spectrogram and faint lines through both rooms at the same times.
fn time_axis(canvas: &mut Canvas, view: &View<'_>, wave: Area, spectrum: Area) {
    let length = view.frames as f64 / view.rate;
    for (time, label) in scale::times(length, f64::from(spectrum.width) / 110.0) {
        let x = spectrum.x + ((time / length) * f64::from(spectrum.width - 1)).round() as u32;
        for area in [wave, spectrum] {
            canvas.blend_column(x, area, GRID, 90);
        }
        canvas.fill(Area { x, y: spectrum.y + spectrum.height, width: 1, height: 5 }, FAINT);
        let label_x = (x + 1).saturating_sub(font::width(&label) / 2);
        let rightmost = canvas.width - font::width(&label);
        canvas.text(label_x.min(rightmost), spectrum.y + spectrum.height + 10, &label, FAINT);
    }
}
