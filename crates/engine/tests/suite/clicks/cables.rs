//! Cables, drives, bypasses and what is given of them.

use super::scenes::{By, PLAIN, Scene, scene};

/// Cables and drives that come, go and are laid from elsewhere.
pub const CABLES: &[Scene] = &[
    scene(
        "cable at the output from another source",
        By::Blend,
        PLAIN,
        "out = { kind = 'audio_out', inputs = ['alt'] }",
    ),
    scene(
        "cable into a filter from another source",
        By::Inside,
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 900.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'lowpass', inputs = ['alt'], cutoff = 900.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "cable into a delay from another source",
        By::Inside,
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'delay', inputs = ['alt'], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "loop through a delay closed",
        By::Inside,
        "line = { kind = 'delay', inputs = ['src'], time = 7.3 }
        back = { kind = 'gain', inputs = ['line'], gain = -6.0 }
        out = { kind = 'audio_out', inputs = ['back'] }",
        "line = { kind = 'delay', inputs = ['src', 'back'], time = 7.3 }
        back = { kind = 'gain', inputs = ['line'], gain = -6.0 }
        out = { kind = 'audio_out', inputs = ['back'] }",
    ),
    scene(
        "drive laid",
        By::Inside,
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'gain', inputs = ['src'], gain = -9.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'gain', inputs = ['src'], gain = { value = -9.0, from = 'sway', depth = 6.0 } }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "drive laid, with the node that drives",
        By::Inside,
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 500.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'lowpass', inputs = ['src'], cutoff = { value = 500.0, from = 'sway', depth = 300.0 } }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
];

/// Gains and depths of cables, and the bypass of a node without much memory.
pub const GLIDES: &[Scene] = &[
    scene(
        "bypass of a filter",
        By::Glide,
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 150.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 150.0, bypass = true }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "gain of a cable",
        By::Blend,
        "out = { kind = 'audio_out', inputs = [{ from = 'src', gain = -1.0 }] }",
        "out = { kind = 'audio_out', inputs = [{ from = 'src', gain = -20.0 }] }",
    ),
    scene(
        "depth of a drive",
        By::Glide,
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'lowpass', inputs = ['src'], cutoff = { value = 500.0, from = 'sway', depth = 100.0 } }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "sway = { kind = 'lfo', rate = 7.0, phase = 90.0 }
        fx = { kind = 'lowpass', inputs = ['src'], cutoff = { value = 500.0, from = 'sway', depth = 400.0 } }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
];

/// The bypass of a node that holds much of what it has heard.
pub const BYPASSES: &[Scene] = &[
    scene(
        "bypass of a delay",
        By::Glide,
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0, bypass = true }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "bypass of a reverb",
        By::Glide,
        "fx = { kind = 'reverb', inputs = ['src'], predelay = 11.0, mix = 0.5 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'reverb', inputs = ['src'], predelay = 11.0, mix = 0.5, bypass = true }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
];
