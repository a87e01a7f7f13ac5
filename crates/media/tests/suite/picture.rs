//! A picture shows what sounds: tones at their frequency, time and level, and nothing where there is silence.

use sostenuto_media::plot::{Options, Picture, PictureError};

const RATE: f64 = 48_000.0;

fn tone(hertz: f64, amplitude: f64, frames: usize) -> Vec<f32> {
    (0..frames)
        .map(|n| (amplitude * (std::f64::consts::TAU * hertz * n as f64 / RATE).sin()) as f32)
        .collect()
}

/// Brightness of the pixel at `x`, `y`, from 0 to 765.
fn light(picture: &Picture, x: u32, y: u32) -> u32 {
    let at = ((y * picture.width() + x) * 3) as usize;
    picture.pixels()[at..at + 3].iter().map(|&part| u32::from(part)).sum()
}

/// Where the spectrogram of the default size lies: the layout that `render` makes.
const LEFT: u32 = 88;
const RIGHT: u32 = 1200 - 92;
const TOP: u32 = 40 + (620 - 16) * 3 / 10 + 16;
const BOTTOM: u32 = 700 - 40;

/// The row at which a frequency lies, between 20 Hz at the bottom and 24 kHz at the top.
fn row_of(hertz: f64) -> u32 {
    TOP + ((24_000.0 / hertz).ln() / (24_000.0_f64 / 20.0).ln() * f64::from(BOTTOM - TOP)).round() as u32
}

/// The brightest row of a column, away from lines of the grid.
fn brightest(picture: &Picture, x: u32) -> u32 {
    (TOP..BOTTOM).max_by_key(|&y| light(picture, x, y)).expect("rows")
}

#[test]
fn a_tone_is_drawn_at_its_frequency() {
    for hertz in [35.0, 150.0, 440.0, 3_300.0, 15_000.0] {
        let picture =
            Picture::render(&[tone(hertz, 0.5, 48_000)], RATE, &Options::default()).expect("a picture");
        let found = brightest(&picture, (LEFT + RIGHT) / 2 + 7);
        assert!(found.abs_diff(row_of(hertz)) <= 2, "{hertz} Hz in row {found}, not {}", row_of(hertz));
    }
}

#[test]
fn a_tone_is_drawn_when_it_sounds() {
    let mut sound = vec![0.0; 48_000];
    sound.extend(tone(1_500.0, 0.5, 48_000));
    let picture = Picture::render(&[sound], RATE, &Options::default()).expect("a picture");
    let (before, after) = (LEFT + (RIGHT - LEFT) / 4 + 7, LEFT + (RIGHT - LEFT) * 3 / 4 + 7);
    assert!(light(&picture, before, row_of(1_500.0)) < 120);
    assert!(light(&picture, after, row_of(1_500.0)) > 350);
}

#[test]
fn a_louder_tone_is_brighter() {
    let lights = [-90.0, -60.0, -30.0, 0.0].map(|decibels: f64| {
        let sound = tone(1_500.0, 10f64.powf(decibels / 20.0), 48_000);
        let picture = Picture::render(&[sound], RATE, &Options::default()).expect("a picture");
        light(&picture, (LEFT + RIGHT) / 2 + 7, row_of(1_500.0))
    });
    assert!(lights.is_sorted() && lights[3] > lights[0] + 200, "{lights:?}");
}

/// Channels that would cancel if they were mixed are both heard, so both are seen.
#[test]
fn opposite_channels_do_not_vanish() {
    let one = tone(1_500.0, 0.5, 48_000);
    let other: Vec<f32> = one.iter().map(|x| -x).collect();
    let picture = Picture::render(&[one, other], RATE, &Options::default()).expect("a picture");
    assert!(light(&picture, (LEFT + RIGHT) / 2 + 7, row_of(1_500.0)) > 350);
}

#[test]
fn any_sound_can_be_drawn() {
    let tiny = Options {
        width: 400,
        height: 300,
        title: "a title that is too long for it: ".repeat(9),
        ..Options::default()
    };
    for frames in [1, 2, 63, 64, 1025, 100_000] {
        for channels in [1, 2, 16] {
            let sound = vec![tone(440.0, 3.0, frames); channels];
            assert!(Picture::render(&sound, RATE, &tiny).is_ok(), "{channels} channels of {frames}");
        }
    }
    let broken = vec![f32::NAN, f32::INFINITY, -f32::INFINITY, 1e30, -1e30, 1e-40];
    for rate in [8_000.0, 192_000.0] {
        assert!(Picture::render(std::slice::from_ref(&broken), rate, &Options::default()).is_ok());
    }
    assert!(Picture::render_interleaved(&[0.5; 7], 2, RATE, &tiny).is_ok());
}

#[test]
fn the_file_holds_the_picture() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let path = directory.path().join("tone.png");
    let picture = Picture::render(&[tone(440.0, 0.5, 4800)], RATE, &Options::default()).expect("a picture");
    picture.save_png(&path).expect("written");
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).expect("opened")));
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("of known size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    assert_eq!((info.width, info.height), (1200, 700));
    assert!(pixels == picture.pixels());
}

#[test]
fn refusals_say_the_remedy() {
    let sound = [tone(440.0, 0.5, 480)];
    let refused =
        |options: Options, rate| Picture::render(&sound, rate, &options).expect_err("refused").to_string();
    let plain = Options::default;
    for (message, expected) in [
        (refused(Options { width: 3, ..plain() }, RATE), "the width is 3; it has to be 400 to 16384 pixels"),
        (
            refused(Options { height: 1 << 20, ..plain() }, RATE),
            "the height is 1048576; it has to be 300 to 16384 pixels",
        ),
        (
            refused(Options { floor_decibels: 0.0, ..plain() }, RATE),
            "the floor is 0; it has to be -200 to -20 dB",
        ),
        (refused(plain(), f64::NAN), "the rate is NaN; it has to be 8 Hz to 1 GHz"),
        (
            refused(Options { lowest_hertz: 12_000.0, ..plain() }, RATE),
            "the lowest frequency is 12000; it has to be 1 Hz or more, and below a quarter of the rate",
        ),
    ] {
        assert_eq!(message, expected);
    }
    let none: [Vec<f32>; 0] = [];
    assert!(matches!(Picture::render(&none, RATE, &plain()), Err(PictureError::Empty)));
    assert!(matches!(Picture::render(&[[0.0; 0]], RATE, &plain()), Err(PictureError::Empty)));
    assert!(matches!(
        Picture::render(&[[0.0]; 17], RATE, &plain()),
        Err(PictureError::Channels { channels: 17 })
    ));
    let picture = Picture::render(&sound, RATE, &plain()).expect("a picture");
    let directory = tempfile::tempdir().expect("a directory for the test");
    let message = picture.save_png(directory.path().join("no/such.png")).expect_err("refused").to_string();
    assert!(message.contains("Check that its directory exists"), "{message}");
}
