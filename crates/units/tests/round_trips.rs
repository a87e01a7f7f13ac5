//! Properties: what is converted or written comes back, and no text makes a parser panic.

use proptest::prelude::*;
use sostenuto_units::{Beats, Decibels, Frames, Hertz, Note, Pitch, Seconds, Span, Unit};

/// Six significant digits differ from the value by half a unit in the sixth digit at most, 5e-6 of it; a little more is left
/// for the factor between units.
fn near(read: f64, written: f64) -> bool {
    (read - written).abs() <= 5.001e-6 * written.abs()
}

/// Values over the whole range that an audio parameter could have.
fn values() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -1e6..1e6, -1.0..1.0, (-9.0..9.0f64).prop_map(|e| 10f64.powf(e))]
}

proptest! {
    #[test]
    fn frames_survive_seconds(frames in 0..1u64 << 50, rate in prop_oneof![Just(44_100.0), Just(48_000.0), 1.0..768_000.0]) {
        let rate = Hertz(rate);
        prop_assert_eq!(Frames(frames).to_seconds(rate).to_frames(rate), Frames(frames));
    }

    #[test]
    fn decibels_survive_amplitude(level in -119.9..60.0f32) {
        let back = Decibels(level).to_amplitude().to_decibels().0;
        // One rounding of the amplitude (2^-24 of it, 5.2e-7 dB) and one of the result (2^-24 of 120 dB, 7.2e-6 dB).
        prop_assert!((back - level).abs() <= 8e-6, "{level} came back as {back}");
    }

    #[test]
    fn a_louder_level_is_a_larger_amplitude(low in -130.0..60.0f32, step in 0.001..10.0f32) {
        prop_assert!(Decibels(low).to_amplitude() <= Decibels(low + step).to_amplitude());
    }

    #[test]
    fn pitches_survive_text(semitones in 0.0..127.99f64) {
        prop_assert_eq!(Pitch(semitones).to_string().parse(), Ok(Pitch(semitones)));
    }

    #[test]
    fn notes_survive_hertz_and_text(number in 0..128u8, cents in -49.9..49.9f64) {
        let note = Note::new(number).expect("below 128");
        prop_assert_eq!(note.to_string().parse(), Ok(note));
        let (nearest, off) = Hertz(note.to_hertz().0 * (cents / 1200.0).exp2()).to_note().expect("positive");
        prop_assert_eq!(nearest, note);
        prop_assert!((off - cents).abs() < 1e-6);
    }

    #[test]
    fn what_is_shown_is_read_back(value in values()) {
        prop_assert!(near(Seconds(value).to_string().parse::<Seconds>().expect("shown").0, value));
        prop_assert!(near(Hertz(value).to_string().parse::<Hertz>().expect("shown").0, value));
        prop_assert!(near(Beats(value).to_string().parse::<Beats>().expect("shown").0, value));
    }

    #[test]
    fn spans_are_read_back(frames in 0..1u64 << 53, seconds in 0.0..1e5f64) {
        prop_assert_eq!(Frames(frames).to_string().parse(), Ok(Span::Frames(Frames(frames))));
        match Seconds(seconds).to_string().parse() {
            Ok(Span::Seconds(Seconds(read))) => prop_assert!(near(read, seconds)),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn every_unit_reads_what_it_shows(value in values(), index in 0..Unit::ALL.len()) {
        let unit = Unit::ALL[index];
        // Frames are whole and not negative; levels end at -120 dB.
        let value = match unit {
            Unit::Frames => value.abs().round(),
            Unit::Decibels => value.max(-120.0),
            _ => value,
        };
        let shown = unit.format(value);
        let read = unit.parse(&shown).map_err(|error| TestCaseError::fail(format!("{unit} {shown}: {error}")))?;
        prop_assert!(near(read, value), "{unit}: {value} shown as {shown}, read as {read}");
    }

    #[test]
    fn bare_numbers_are_exact(value in values(), index in 0..Unit::ALL.len()) {
        let unit = Unit::ALL[index];
        prop_assume!(unit != Unit::Frames);
        prop_assert_eq!(unit.parse(&value.to_string()), Ok(value));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,12}", index in 0..Unit::ALL.len()) {
        if let Ok(value) = Unit::ALL[index].parse(&text) {
            prop_assert!(value.is_finite());
        }
        let _ = (text.parse::<Span>(), text.parse::<Note>(), text.parse::<Pitch>(), text.parse::<Decibels>());
    }

    #[test]
    fn nor_does_text_that_looks_like_a_value(text in "[-+]?[0-9]{0,3}[.,eE]?[-+]?[0-9]{0,4} ?[a-zA-Z%#b°:µ]{0,5}[0-9-]{0,3}") {
        for unit in Unit::ALL {
            if let Ok(value) = unit.parse(&text) {
                prop_assert!(value.is_finite());
            }
        }
    }
}

#[test]
fn every_unit_reads_its_own_examples() {
    for unit in Unit::ALL {
        for example in unit.examples().split([',']).flat_map(|part| part.split(" or ")) {
            let example = example.trim();
            assert!(unit.parse(example).is_ok(), "{unit}: {example}");
        }
        assert!(!unit.name().is_empty());
        assert!(unit.parse(&format!("1 {}", unit.symbol())).is_ok(), "{unit}: its own symbol");
    }
}
