//! Nodes that come, go and are replaced.

use super::scenes::{By, PLAIN, Scene, scene};

/// Sources, and with them the way to the output.
pub const SOURCES: &[Scene] = &[
    scene(
        "source into the sum at the output",
        By::Fade,
        PLAIN,
        "more = { kind = 'sine', frequency = 330.0, phase = 90.0 }
        out = { kind = 'audio_out', inputs = ['src', 'more'] }",
    ),
    scene(
        "source into a filter that sounds",
        By::Inside,
        "low = { kind = 'lowpass', inputs = ['src'], cutoff = 900.0 }
        out = { kind = 'audio_out', inputs = ['low'] }",
        "more = { kind = 'sine', frequency = 330.0, phase = 90.0 }
        low = { kind = 'lowpass', inputs = ['src', 'more'], cutoff = 900.0 }
        out = { kind = 'audio_out', inputs = ['low'] }",
    ),
    scene(
        "source into a mixer: one more input, another layout",
        By::Fade,
        "mix = { kind = 'mixer', inputs = ['src', 'alt'] }
        out = { kind = 'audio_out', inputs = ['mix'] }",
        "more = { kind = 'sine', frequency = 330.0, phase = 90.0 }
        mix = { kind = 'mixer', inputs = ['src', 'alt', 'more'] }
        out = { kind = 'audio_out', inputs = ['mix'] }",
    ),
    scene(
        "whole patch for another",
        By::Fade,
        PLAIN,
        "# alone
        voice = { kind = 'sine', frequency = 200.0, phase = 130.0 }
        quiet = { kind = 'gain', inputs = ['voice'], gain = -6.0 }
        speaker = { kind = 'audio_out', inputs = ['quiet'] }",
    ),
    scene("whole patch for silence", By::Fade, PLAIN, "# alone\n"),
    scene("output left out", By::Fade, PLAIN, ""),
    scene(
        "second output on top",
        By::Fade,
        PLAIN,
        "out = { kind = 'audio_out', inputs = ['src'] }
        out2 = { kind = 'audio_out', inputs = ['alt'], gain = -3.0 }",
    ),
];

/// Effects.
pub const EFFECTS: &[Scene] = &[
    scene(
        "gain into the chain",
        By::Fade,
        PLAIN,
        "fx = { kind = 'gain', inputs = ['src'], gain = -9.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "filter into the chain",
        By::Inside,
        PLAIN,
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 150.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "delay of 31 ms into the chain",
        By::Inside,
        PLAIN,
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "reverb into the chain: wider, too",
        By::Inside,
        PLAIN,
        "fx = { kind = 'reverb', inputs = ['src'], predelay = 11.0, mix = 0.5 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "panner into the chain: the output gets two channels",
        By::Fade,
        PLAIN,
        "fx = { kind = 'pan', inputs = ['src'], position = 0.4 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "lowpass replaced by highpass",
        By::Inside,
        "fx = { kind = 'lowpass', inputs = ['src'], cutoff = 200.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'highpass', inputs = ['src'], cutoff = 200.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "delay replaced by one with more memory",
        By::Inside,
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
        "fx = { kind = 'delay', inputs = ['src'], time = 31.0, longest = 500.0 }
        out = { kind = 'audio_out', inputs = ['fx'] }",
    ),
    scene(
        "two effects in the other order",
        By::Inside,
        "a = { kind = 'lowpass', inputs = ['src'], cutoff = 300.0 }
        b = { kind = 'allpass', inputs = ['a'], frequency = 150.0 }
        out = { kind = 'audio_out', inputs = ['b'] }",
        "b = { kind = 'allpass', inputs = ['src'], frequency = 150.0 }
        a = { kind = 'lowpass', inputs = ['b'], cutoff = 300.0 }
        out = { kind = 'audio_out', inputs = ['a'] }",
    ),
    scene(
        "filter and saturator in the other order",
        By::Inside,
        "a = { kind = 'lowpass', inputs = ['src'], cutoff = 300.0 }
        b = { kind = 'saturate', inputs = ['a'], drive = 9.0 }
        out = { kind = 'audio_out', inputs = ['b'] }",
        "b = { kind = 'saturate', inputs = ['src'], drive = 9.0 }
        a = { kind = 'lowpass', inputs = ['b'], cutoff = 300.0 }
        out = { kind = 'audio_out', inputs = ['a'] }",
    ),
];
