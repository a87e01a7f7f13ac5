//! What hands type is read as what they mean, and refused with the remedy.

use sostenuto_units::{
    Amplitude, Beats, Decibels, Frames, Hertz, Note, ParseError, Pitch, Seconds, Span, Tempo, Unit,
};

#[test]
fn spans_of_time_in_every_unit() {
    let seconds = |s| Span::Seconds(Seconds(s));
    for (text, expected) in [
        ("2s", seconds(2.0)),
        ("2", seconds(2.0)),
        (" 1.5 s ", seconds(1.5)),
        ("500ms", seconds(0.5)),
        ("20 µs", seconds(20e-6)),
        ("2 min", seconds(120.0)),
        ("3 beats", Span::Beats(Beats(3.0))),
        ("3b", Span::Beats(Beats(3.0))),
        ("0.5 B", Span::Beats(Beats(0.5))),
        ("48000f", Span::Frames(Frames(48_000))),
        ("1 frame", Span::Frames(Frames(1))),
    ] {
        assert_eq!(text.parse::<Span>(), Ok(expected), "{text}");
    }
}

#[test]
fn spans_become_frames() {
    let (rate, tempo) = (Hertz(48_000.0), Tempo(90.0));
    assert_eq!(Span::Seconds(Seconds(0.5)).to_frames(rate, tempo), Frames(24_000));
    assert_eq!(Span::Beats(Beats(3.0)).to_frames(rate, tempo), Frames(96_000));
    assert_eq!(Span::Frames(Frames(7)).to_frames(rate, tempo), Frames(7));
}

#[test]
fn rounding_to_frames_is_to_the_nearest_with_halves_upwards() {
    let rate = Hertz(1000.0);
    for (seconds, frames) in
        [(0.0014, 1), (0.0015, 2), (0.0016, 2), (0.0, 0), (-3.0, 0), (f64::NAN, 0), (f64::INFINITY, u64::MAX)]
    {
        assert_eq!(Seconds(seconds).to_frames(rate), Frames(frames), "{seconds}");
    }
}

#[test]
fn counting_frames_stops_at_the_ends() {
    assert_eq!(Frames(3) - Frames(5), Frames(0));
    assert_eq!(Frames(u64::MAX) + Frames(1), Frames(u64::MAX));
}

#[test]
fn levels() {
    for (text, expected) in [("-12dB", -12.0), ("-12", -12.0), ("+3 dB", 3.0), ("-inf dB", f32::NEG_INFINITY)]
    {
        assert_eq!(text.parse(), Ok(Decibels(expected)), "{text}");
    }
    for (text, expected) in
        [("0.5", 0.5), ("50%", 0.5), ("2x", 2.0), ("0 dB", 1.0), ("-inf", 0.0), ("-120 dB", 0.0)]
    {
        assert_eq!(text.parse(), Ok(Amplitude(expected)), "{text}");
    }
}

#[test]
fn silence_begins_at_minus_120_decibels() {
    assert_eq!(Decibels(-120.0).to_amplitude(), Amplitude(0.0));
    assert_eq!(Decibels(f32::NEG_INFINITY).to_amplitude(), Amplitude(0.0));
    assert_eq!(Decibels(f32::NAN).to_amplitude(), Amplitude(0.0));
    assert!(Decibels(-119.9).to_amplitude().0 > 0.9e-6);
    assert_eq!(Amplitude(0.0).to_decibels(), Decibels(f32::NEG_INFINITY));
    assert_eq!(Amplitude(-0.5).to_decibels(), Amplitude(0.5).to_decibels());
    // 20 dB is a factor of ten by definition.
    assert_eq!(Decibels(20.0).to_amplitude(), Amplitude(10.0));
    assert_eq!(Amplitude(0.1).to_decibels(), Decibels(-20.0));
}

#[test]
fn frequencies() {
    for (text, expected) in
        [("440", 440.0), ("440Hz", 440.0), ("2.2kHz", 2200.0), ("1e3 hz", 1000.0), ("A4", 440.0)]
    {
        assert_eq!(text.parse(), Ok(Hertz(expected)), "{text}");
    }
}

#[test]
fn names_of_notes() {
    for (text, number) in [
        ("C4", 60),
        ("c4", 60),
        ("F#3", 54),
        ("F♯3", 54),
        ("Bb2", 46),
        ("bb2", 46),
        ("B♭2", 46),
        ("Cb4", 59),
        ("B#3", 60),
        ("Dbb4", 60),
        ("A##4", 71),
        ("C-1", 0),
        ("G9", 127),
    ] {
        assert_eq!(text.parse::<Note>().map(Note::number), Ok(number), "{text}");
    }
    assert_eq!(Note::new(128), None);
    assert_eq!("F#3".parse::<Note>().map(|note| note.to_string()), Ok("F#3".to_owned()));
    // Middle C at A4 = 440 Hz: 440 * 2^(-9/12).
    let middle_c = Note::new(60).expect("below 128").to_hertz().0;
    assert!((middle_c - 261.625_565_300_598_6).abs() < 1e-9, "{middle_c}");
}

#[test]
fn pitches_lie_between_notes_as_well() {
    for (text, semitones, shown) in [
        ("C4", 60.0, "C4"),
        ("60", 60.0, "C4"),
        ("f#3", 54.0, "F#3"),
        ("60.5", 60.5, "60.5"),
        ("A4+25c", 69.25, "69.25"),
        ("Bb-1-50c", 9.5, "9.5"),
        ("60-10C", 59.9, "59.9"),
        ("C-1", 0.0, "C-1"),
        ("-0", 0.0, "C-1"),
        ("127.99", 127.99, "127.99"),
    ] {
        assert_eq!(text.parse(), Ok(Pitch(semitones)), "{text}");
        assert_eq!(Pitch(semitones).to_string(), shown);
    }
    for wrong in ["", "H4", "c", "C4c", "C4+c", "+25c", "A4+25", "60 Hz", "C", "1e999"] {
        assert!(matches!(wrong.parse::<Pitch>(), Err(ParseError::NotAPitch { .. })), "{wrong}");
    }
    for wrong in ["128", "-1", "A9", "C-1-1c", "G9+1000c", "60+1e999c"] {
        assert!(matches!(wrong.parse::<Pitch>(), Err(ParseError::PitchOutOfRange { .. })), "{wrong}");
    }
    assert_eq!(Pitch::from(Note::new(69).expect("below 128")), Pitch(69.0));
}

#[test]
fn frequencies_find_their_note() {
    let (note, cents) = Hertz(441.0).to_note().expect("a positive frequency");
    assert_eq!(note.to_string(), "A4");
    assert!((cents - 3.930_157_9).abs() < 1e-6, "{cents}");
    for refused in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Hertz(refused).to_note(), None, "{refused}");
    }
}

#[test]
fn values_are_shown_as_people_write_them() {
    let shown = [
        (Hertz(440.0).to_string(), "440 Hz"),
        (Hertz(2500.0).to_string(), "2.5 kHz"),
        (Hertz(999.999_9).to_string(), "1 kHz"),
        (Hertz(0.2).to_string(), "0.2 Hz"),
        (Hertz(261.625_565_3).to_string(), "261.626 Hz"),
        (Decibels(-12.0).to_string(), "-12 dB"),
        (Decibels(-0.1).to_string(), "-0.1 dB"),
        (Decibels(-140.0).to_string(), "-inf dB"),
        (Seconds(0.25).to_string(), "250 ms"),
        (Seconds(1.5).to_string(), "1.5 s"),
        (Seconds(0.0).to_string(), "0 s"),
        (Seconds(-0.000_05).to_string(), "-50 µs"),
        (Beats(1.0).to_string(), "1 beat"),
        (Beats(0.5).to_string(), "0.5 beats"),
        (Frames(48_000).to_string(), "48000 frames"),
        (Tempo(120.0).to_string(), "120 bpm"),
        (Amplitude(0.1 + 0.2).to_string(), "0.3"),
        (format!("[{:>9.2}]", Hertz(440.0)), "[440.00 Hz]"),
        (format!("[{:>8}]", Decibels(-6.0)), "[   -6 dB]"),
        (format!("[{:8}]", Decibels(-200.0)), "[-inf dB ]"),
    ];
    for (text, expected) in shown {
        assert_eq!(text, expected);
    }
}

#[test]
fn a_parameter_takes_related_units_and_keeps_its_own() {
    for (unit, text, expected) in [
        (Unit::None, "-0.5", -0.5),
        (Unit::Hertz, "2kHz", 2000.0),
        (Unit::Hertz, "a4", 440.0),
        (Unit::Decibels, "-inf", -120.0),
        (Unit::Decibels, "-12 dB", -12.0),
        (Unit::Milliseconds, "500ms", 500.0),
        (Unit::Milliseconds, "2s", 2000.0),
        (Unit::Milliseconds, "250", 250.0),
        (Unit::Seconds, "500ms", 0.5),
        (Unit::Semitones, "1 oct", 12.0),
        (Unit::Semitones, "-50 cents", -0.5),
        (Unit::Cents, "1 st", 100.0),
        (Unit::Octaves, "2 oct", 2.0),
        (Unit::Ratio, "4:1", 4.0),
        (Unit::Ratio, "50%", 0.5),
        (Unit::Percent, "50%", 50.0),
        (Unit::Degrees, "0.25 turns", 90.0),
        (Unit::Degrees, "90°", 90.0),
        (Unit::Frames, "64f", 64.0),
        (Unit::Beats, "3b", 3.0),
        (Unit::BeatsPerMinute, "128 bpm", 128.0),
        (Unit::Pan, "30L", -0.3),
        (Unit::Pan, "100r", 1.0),
        (Unit::Pan, "c", 0.0),
        (Unit::Pan, "left", -1.0),
        (Unit::Pan, "0.25", 0.25),
        (Unit::Note, "C4", 60.0),
        (Unit::Note, "60.5", 60.5),
    ] {
        assert_eq!(unit.parse(text), Ok(expected), "{unit} {text}");
    }
}

#[test]
fn a_parameter_is_shown_in_its_unit() {
    for (unit, value, expected) in [
        (Unit::None, 0.5, "0.5"),
        (Unit::Hertz, 2500.0, "2.5 kHz"),
        (Unit::Decibels, -120.0, "-inf dB"),
        (Unit::Milliseconds, 250.0, "250 ms"),
        (Unit::Milliseconds, 2000.0, "2 s"),
        (Unit::Semitones, 7.0, "7 st"),
        (Unit::Ratio, 4.0, "4x"),
        (Unit::Percent, 12.5, "12.5%"),
        (Unit::Degrees, 90.0, "90°"),
        (Unit::Pan, -0.3, "30L"),
        (Unit::Pan, 0.0, "C"),
        (Unit::Note, 54.0, "F#3"),
        (Unit::None, f64::NAN, "not a number"),
    ] {
        assert_eq!(unit.format(value), expected);
    }
}

/// Every refusal, with its message kept.
#[test]
fn refusals_say_the_remedy() {
    let refused = |unit: Unit, text: &str| unit.parse(text).expect_err(text).to_string();
    for (message, expected) in [
        (refused(Unit::Hertz, ""), "a value is missing; write for example 440, 440 Hz, 2.2 kHz or A4"),
        (
            refused(Unit::Milliseconds, "fast"),
            "'fast' is not a number; write for example 250, 250 ms or 1.5 s",
        ),
        (refused(Unit::Milliseconds, "1,5 s"), "'1,5 s' has a decimal comma; write 1.5 s"),
        (
            refused(Unit::Milliseconds, "3 kHz"),
            "'kHz' is not a unit that fits here; write for example 250, 250 ms or 1.5 s",
        ),
        (refused(Unit::Hertz, "1e999"), "'1e999' is too large to be a value; write a smaller number"),
        (refused(Unit::Frames, "-1"), "'-1' is negative; write 0 or more"),
        (refused(Unit::Frames, "2.5f"), "'2.5f' is not a whole number of frames; write 2f or 3f"),
        (
            refused(Unit::Hertz, "H4"),
            "'H4' is not a note; write a letter from A to G, # or b if it is raised or lowered, and the octave: \
             C4, F#3, Bb2",
        ),
        (refused(Unit::Note, "A9"), "the note 'A9' is out of range; write one from C-1 to G9"),
        (refused(Unit::Pan, "middle"), "'middle' is not a number; write for example -0.3, 30L, C or 30R"),
    ] {
        assert_eq!(message, expected);
    }
    assert_eq!("-2s".parse::<Span>(), Err(ParseError::Negative { text: "-2s".to_owned() }));
    for text in ["inf", "nan", "--1", ".", "e5", "0x10", "1 2", "dB"] {
        assert!(Unit::Decibels.parse(text).is_err(), "{text}");
    }
    for text in ["C", "C##b4", "C44444", "C--1", "4C", "♯4", "C+4"] {
        assert!(text.parse::<Note>().is_err(), "{text}");
    }
}
