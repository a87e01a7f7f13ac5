//! Parameters that jump.

use super::scenes::{Scene, jump};

/// Numbers.
pub const JUMPS: &[Scene] = &[
    jump(
        "gain down",
        "fx = { kind = 'gain', inputs = ['src'], gain = 0.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "gain",
        -30.0,
    ),
    jump(
        "gain up",
        "fx = { kind = 'gain', inputs = ['src'], gain = -30.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "gain",
        0.0,
    ),
    jump(
        "gain of a driven gain",
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'gain', inputs = ['src'], gain = { value = -9.0, from = 'sway', depth = 6.0 } }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "gain",
        -20.0,
    ),
    jump(
        "cutoff",
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 100.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "cutoff",
        2_000.0,
    ),
    jump(
        "q",
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 200.0, q = 0.7 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "q",
        5.0,
    ),
    jump(
        "frequency",
        "fx = { kind = 'sine', frequency = 200.0 }
        out = { kind = 'audio_out', inputs = ['src', 'fx'] }",
        "frequency",
        500.0,
    ),
    jump(
        "phase",
        "fx = { kind = 'sine', frequency = 200.0, phase = 0.0 }
        out = { kind = 'audio_out', inputs = ['src', 'fx'] }",
        "phase",
        90.0,
    ),
    jump(
        "position of a panner",
        "fx = { kind = 'pan', inputs = ['src'], position = -0.8 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "position",
        0.7,
    ),
    jump(
        "time of a delay",
        "fx = { kind = 'delay', inputs = ['src'], time = 10.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "time",
        13.0,
    ),
    jump(
        "mix of a reverb",
        "fx = { kind = 'reverb', inputs = ['src'], predelay = 11.0, mix = 0.2 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "mix",
        0.9,
    ),
    jump(
        "mute in a mixer",
        "fx = { kind = 'mixer', inputs = ['src', 'alt'], mute2 = 'off' }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "mute2",
        1.0,
    ),
    jump(
        "solo in a mixer",
        "fx = { kind = 'mixer', inputs = ['src', 'alt'], solo2 = 'off' }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "solo2",
        1.0,
    ),
    jump("level of the output", "fx = { kind = 'audio_out', inputs = ['src'], gain = 0.0 }", "gain", -24.0),
];

/// Choices: steps between whole numbers.
pub const CHOICES: &[Scene] = &[
    jump(
        "law of a crossfade",
        "fx = { kind = 'crossfade', inputs = { a = 'src', b = 'alt' }, law = 'equal_power' }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "law",
        1.0,
    ),
    jump(
        "shape of an oscillator that drives a gain",
        "fx = { kind = 'lfo', rate = 7.0, phase = 30.0, shape = 'sine' }
        level = { kind = 'gain', inputs = ['src'], gain = { value = -9.0, from = 'fx', depth = 6.0 } }
        out = { kind = 'audio_out', inputs = ['level'] }",
        "shape",
        1.0,
    ),
    jump(
        "range of an oscillator that drives a gain",
        "fx = { kind = 'lfo', rate = 7.0, phase = 30.0, unipolar = 'off' }
        level = { kind = 'gain', inputs = ['src'], gain = { value = -9.0, from = 'fx', depth = 6.0 } }
        out = { kind = 'audio_out', inputs = ['level'] }",
        "unipolar",
        1.0,
    ),
    jump(
        "what a compressor listens to",
        "low = { kind = 'gain', inputs = ['src'], gain = -30.0 }
        fx = { kind = 'compressor', inputs = { in = 'src', sidechain = 'low' }, listen = 'input' }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "listen",
        1.0,
    ),
];
