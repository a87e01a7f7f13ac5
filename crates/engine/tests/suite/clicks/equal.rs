//! Whether cables fade as nodes would that fade linearly between a source and silence: on noise, before filters, delays and loops,
//! where a fade between the sounds of the two patches is not what should be heard.

use super::detector::{CLICK, residue};
use super::scenes::Signal;
use super::stage::{Asked, Deed, FIRST, perform};

/// What two sources go into; `@` stands for their cables.
const PLACES: [(&str, &str); 4] = [
    (
        "a filter",
        "fx = { kind = 'lowpass', inputs = [@], cutoff = 900.0, q = 3.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    (
        "a delay",
        "fx = { kind = 'delay', inputs = [@], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    (
        "a loop",
        "back = { kind = 'gain', inputs = ['fx'], gain = -6.0 }
        fx = { kind = 'delay', inputs = [@ 'back'], time = 7.3 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    (
        "a saturator",
        "fx = { kind = 'saturate', inputs = [@], drive = 12.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
];

/// Which of the two sources are heard, before and after.
const CHANGES: [([bool; 2], [bool; 2]); 4] = [
    ([true, false], [false, true]),
    ([true, false], [true, true]),
    ([true, true], [false, true]),
    ([true, false], [false, false]),
];

const SOURCES: [&str; 2] = ["src", "alt"];
const FADERS: [&str; 2] = ["fade_src", "fade_alt"];

/// The node that fades between silence, at position 0, and a source, at 1.
fn fader(number: usize, heard: bool) -> String {
    let (source, name, at) = (SOURCES[number], FADERS[number], f32::from(u8::from(heard)));
    format!(
        "none{number} = {{ kind = 'constant', value = 0.0 }}
        {name} = {{ kind = 'crossfade', law = 'linear', position = {at:.1}, inputs = {{ a = 'none{number}', b = '{source}' }} }}\n"
    )
}

/// Compares an edit of cables, given how they are written, with the faders; tells where it is not the same.
fn expect_equal(cables: impl Fn([bool; 2]) -> String) {
    let mut wrong = Vec::new();
    for (place, nodes) in PLACES {
        for (from, to) in CHANGES {
            let patch = |heard| Signal::Noise.with(&nodes.replace('@', &cables(heard)));
            let heard = perform(&patch(from), &[(FIRST, Deed::Play(patch(to)))], 480, Asked::InTime);
            let faders: String = (0..2).map(|number| fader(number, from[number])).collect();
            let both: String = FADERS.iter().map(|fader| format!("'{fader}',")).collect();
            let set = |number: usize| {
                (FIRST, Deed::Set(FADERS[number], "position", f32::from(u8::from(to[number]))))
            };
            let faded = Signal::Noise.with(&format!("{faders}{}", nodes.replace('@', &both)));
            let ideal = perform(&faded, &[set(0), set(1)], 480, Asked::InTime);
            let db = residue(&heard[0], &ideal[0], &[&ideal[0]]);
            let line = format!("{place}, from {from:?} to {to:?}: {db:.1} dB");
            println!("{line}");
            if db > CLICK {
                wrong.push(line);
            }
        }
    }
    assert!(wrong.is_empty(), "not as faders do:\n{}", wrong.join("\n"));
}

#[test]
fn the_gain_of_a_cable_fades_as_a_fader_does() {
    expect_equal(|heard| {
        let level = |heard: bool| if heard { 0.0 } else { -120.0 };
        let cable = |number: usize| {
            format!("{{ from = '{}', gain = {:.1} }},", SOURCES[number], level(heard[number]))
        };
        cable(0) + &cable(1)
    });
}

#[test]
fn a_cable_that_comes_or_goes_fades_as_a_fader_does() {
    expect_equal(|heard| {
        let laid = SOURCES.iter().zip(heard).filter(|(_, heard)| *heard);
        laid.map(|(source, _)| format!("'{source}',")).collect()
    });
}
