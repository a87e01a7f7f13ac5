"""What kinds of node are there? A class for each, with its inputs, parameters and settings as keywords.

Numbers are in the unit that is said; text may name another, as ``"2.2 kHz"`` or ``"A4"``; a signal in place of a number
drives the parameter. What is left out has its default, which stands in brackets. Settings are fixed for a node's life.

Made by ``generate.py`` from the catalogue of the engine; not to be edited.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NoReturn, Optional, Sequence, Union

from .buffers import Playable
from .kinds import Bank, Kind, Quantity
from .signals import Node, Output, Signal, Slot, Value

__all__ = [
    "Sine",
    "Saw",
    "Square",
    "Triangle",
    "WhiteNoise",
    "PinkNoise",
    "Impulse",
    "Player",
    "Stretch",
    "PitchShift",
    "Metronome",
    "Stream",
    "Feed",
    "Sampler",
    "Constant",
    "Lfo",
    "Adsr",
    "Note",
    "SampleHold",
    "Slew",
    "Gain",
    "Pan",
    "Balance",
    "Width",
    "Mixer",
    "Crossfade",
    "Lowpass",
    "Highpass",
    "Bandpass",
    "BandpassSkirt",
    "Notch",
    "Allpass",
    "Peak",
    "Lowshelf",
    "Highshelf",
    "Svf",
    "OnepoleLow",
    "OnepoleHigh",
    "DcBlocker",
    "Delay",
    "Echo",
    "Chorus",
    "Flanger",
    "Reverb",
    "Looper",
    "Compressor",
    "Limiter",
    "Saturate",
    "Multiply",
    "Add",
    "Meter",
    "Scope",
    "AudioOut",
    "AudioIn",
    "Inlet",
    "Outlet",
]


class Sine(Node):
    """A pure tone.

    Args:
        frequency: 0 to 96000 Hz (440): how many periods a second; up to half the sample rate.
        phase: -3600 to 3600 ° (0): added to the phase; drive it for phase modulation.
    """

    kind: ClassVar[Kind] = Kind(
        "sine",
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 0, 96000, 440),
            Quantity("phase", "°", -3600, 3600, 0),
        ),
    )

    def __init__(
        self,
        frequency: Optional[Value] = None,
        *,
        phase: Optional[Value] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"frequency": frequency, "phase": phase}, name=name, id=id, unknown=unknown)


class Saw(Node):
    """A band-limited sawtooth: bright, all harmonics.

    Args:
        frequency: 0 to 96000 Hz (440): how many periods a second; up to half the sample rate.
    """

    kind: ClassVar[Kind] = Kind(
        "saw",
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 0, 96000, 440),
        ),
    )

    def __init__(
        self,
        frequency: Optional[Value] = None,
        *,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"frequency": frequency}, name=name, id=id, unknown=unknown)


class Square(Node):
    """A band-limited square or pulse, with the width of the pulse.

    Args:
        frequency: 0 to 96000 Hz (440): how many periods a second; up to half the sample rate.
        width: 0.01 to 0.99 (0.5): how much of the period is high; drive it for pulse-width modulation.
    """

    kind: ClassVar[Kind] = Kind(
        "square",
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 0, 96000, 440),
            Quantity("width", "x", 0.01, 0.99, 0.5),
        ),
    )

    def __init__(
        self,
        frequency: Optional[Value] = None,
        *,
        width: Optional[Value] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"frequency": frequency, "width": width}, name=name, id=id, unknown=unknown)


class Triangle(Node):
    """A band-limited triangle: soft, odd harmonics.

    Args:
        frequency: 0 to 96000 Hz (440): how many periods a second; up to half the sample rate.
    """

    kind: ClassVar[Kind] = Kind(
        "triangle",
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 0, 96000, 440),
        ),
    )

    def __init__(
        self,
        frequency: Optional[Value] = None,
        *,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"frequency": frequency}, name=name, id=id, unknown=unknown)


class WhiteNoise(Node):
    """Noise with equal power at every frequency: bright, as rain.

    Args:
        channels: how many channels it has, 1 to 64; 1 if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "white_noise",
        outputs=("out",),
    )

    def __init__(
        self,
        *,
        channels: Optional[int] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({}, name=name, id=id, channels=channels, unknown=unknown)


class PinkNoise(Node):
    """Noise with equal power in every octave: balanced, as surf.

    Args:
        channels: how many channels it has, 1 to 64; 1 if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "pink_noise",
        outputs=("out",),
    )

    def __init__(
        self,
        *,
        channels: Optional[int] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({}, name=name, id=id, channels=channels, unknown=unknown)


class Impulse(Node):
    """A click of one frame: at the start, when triggered, and at a steady rate if you like.

    Args:
        rate: 0 to 96000 Hz (0): clicks per second; 0 for none.
        level: -1 to 1 (1): height of a click.
        trigger: off, on (off): a click each time it is switched on, in that very frame; a signal: a click each time it
            goes above 0.5.
    """

    kind: ClassVar[Kind] = Kind(
        "impulse",
        inputs=("trigger",),
        outputs=("out",),
        params=(
            Quantity("rate", "Hz", 0, 96000, 0),
            Quantity("level", "x", -1, 1, 1),
            Quantity("trigger", choices=("off", "on")),
        ),
    )

    def __init__(
        self,
        rate: Optional[Value] = None,
        *,
        level: Optional[Value] = None,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "rate": rate,
                "level": level,
                "trigger": trigger,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Player(Node):
    """Plays a buffer: over and over or once, at any speed, from the start on.

    Args:
        buffer: what it plays: a Buffer, the way to a file, or the name of a buffer of the patch.
        speed: -16 to 16 (1): how fast; 1 is as recorded, whatever the rate of the buffer, 2 an octave higher, below 0
            backwards.
        trigger: off, on (off): begins anew each time it is switched on, in that very frame: at the start, or backwards
            at the end; a signal: begins anew each time it goes above 0.5.
        loop: off, on (on): over and over, or once.
        interpolation: cubic, linear (cubic): what is heard between two frames: a cubic through four, or a straight
            line, which is cheaper and duller.
        loop_start: 0 to 268435456 (0): the first frame of what is played over and over; frames before it are heard
            once.
        loop_end: 0 to 268435456 (0): the frame behind the last of it; 0 is the end of the buffer.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "player",
        inputs=("trigger",),
        outputs=("out",),
        params=(
            Quantity("speed", "x", -16, 16, 1),
            Quantity("trigger", choices=("off", "on")),
            Quantity("loop", choices=("off", "on")),
        ),
        settings=(
            Quantity("interpolation", choices=("cubic", "linear")),
            Quantity("loop_start", "", 0, 268435456, 0, whole=True),
            Quantity("loop_end", "", 0, 268435456, 0, whole=True),
        ),
    )

    def __init__(
        self,
        buffer: Optional[Playable] = None,
        *,
        speed: Optional[Value] = None,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        loop: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        interpolation: Optional[Literal["cubic", "linear"]] = None,
        loop_start: Optional[int] = None,
        loop_end: Optional[int] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "buffer": buffer,
                "speed": speed,
                "trigger": trigger,
                "loop": loop,
                "interpolation": interpolation,
                "loop_start": loop_start,
                "loop_end": loop_end,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Stretch(Node):
    """Plays a buffer at a speed and a pitch that do not hang on each other.

    Args:
        buffer: what it plays: a Buffer, the way to a file, or the name of a buffer of the patch.
        speed: -4 to 4 (1): how fast; 0.5 is twice as long, 0 stands still, below 0 goes backwards, where beginnings are
            smoothed.
        pitch: -24 to 24 st (0): how much higher.
        trigger: off, on (off): begins anew each time it is switched on, in that very frame: at the start, or backwards
            at the end; a signal: begins anew each time it goes above 0.5.
        loop: off, on (on): over and over, or once.
        window: long, short (long): how much is looked at together: 43 ms, which tells low notes apart, or 21 ms, which
            is sooner.
        beginnings: keep, smooth (keep): beginnings of sounds at least 46 ms apart (of short windows 23) are copied as
            they are, or are smoothed over a window like all else.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "stretch",
        inputs=("trigger",),
        outputs=("out",),
        params=(
            Quantity("speed", "x", -4, 4, 1),
            Quantity("pitch", "st", -24, 24, 0),
            Quantity("trigger", choices=("off", "on")),
            Quantity("loop", choices=("off", "on")),
        ),
        settings=(
            Quantity("window", choices=("long", "short")),
            Quantity("beginnings", choices=("keep", "smooth")),
        ),
    )

    def __init__(
        self,
        buffer: Optional[Playable] = None,
        *,
        speed: Optional[Value] = None,
        pitch: Optional[Value] = None,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        loop: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        window: Optional[Literal["long", "short"]] = None,
        beginnings: Optional[Literal["keep", "smooth"]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "buffer": buffer,
                "speed": speed,
                "pitch": pitch,
                "trigger": trigger,
                "loop": loop,
                "window": window,
                "beginnings": beginnings,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class PitchShift(Node):
    """Moves the pitch of what it hears, and not its pace; late by 88 ms, with a short window 45.

    Args:
        input: what to move.
        pitch: -12 to 12 st (0): how much higher.
        window: long, short (long): how much is looked at together: 43 ms, which tells low notes apart, or 21 ms, which
            is sooner.
        beginnings: keep, smooth (keep): beginnings of sounds at least 46 ms apart (of short windows 23) are copied as
            they are, or are smoothed over a window like all else.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "pitch_shift",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("pitch", "st", -12, 12, 0),
        ),
        settings=(
            Quantity("window", choices=("long", "short")),
            Quantity("beginnings", choices=("keep", "smooth")),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        pitch: Optional[Value] = None,
        window: Optional[Literal["long", "short"]] = None,
        beginnings: Optional[Literal["keep", "smooth"]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "pitch": pitch,
                "window": window,
                "beginnings": beginnings,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Metronome(Node):
    """Clicks on each beat of the meter, higher at the beginning of a bar, while musical time goes on.

    Args:
        level: 0 to 1 (0.5): height of a click, as it begins.
        beat: 20 to 10000 Hz (1000): pitch of a beat, as it begins.
        bar: 20 to 10000 Hz (1500): pitch of the first beat of a bar.
        on: off, on (on): whether clicks begin.
    """

    kind: ClassVar[Kind] = Kind(
        "metronome",
        outputs=("out",),
        params=(
            Quantity("level", "x", 0, 1, 0.5),
            Quantity("beat", "Hz", 20, 10000, 1000),
            Quantity("bar", "Hz", 20, 10000, 1500),
            Quantity("on", choices=("off", "on")),
        ),
    )

    def __init__(
        self,
        level: Optional[Value] = None,
        *,
        beat: Optional[Value] = None,
        bar: Optional[Value] = None,
        on: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"level": level, "beat": beat, "bar": bar, "on": on}, name=name, id=id, unknown=unknown)


class Stream(Node):
    """Plays a sound file from the disk: once or over and over, as fast as it was recorded.

    Args:
        buffer: what it plays: a Buffer, the way to a file, or the name of a buffer of the patch.
        trigger: off, on (off): begins anew each time it is switched on, in that very frame; a signal: begins anew each
            time it goes above 0.5.
        loop: off, on (off): over and over, or once.
        seek: 0 to 86400 s (0): goes on there, in the very frame in which it is set; exact to the frame up to 4 min, to
            2 ms in 12 hours.
        begin: 0 to 4294967295 (0): the frame of the file at which it begins, and begins anew; what follows on it is
            kept in memory.
        loop_start: 0 to 4294967295 (0): the first frame of what is played over and over.
        loop_end: 0 to 4294967295 (0): the frame behind the last of it; 0 is the end of the file.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "stream",
        inputs=("trigger",),
        outputs=("out",),
        params=(
            Quantity("trigger", choices=("off", "on")),
            Quantity("loop", choices=("off", "on")),
            Quantity("seek", "s", 0, 86400, 0),
        ),
        settings=(
            Quantity("begin", "", 0, 4294967295, 0, whole=True),
            Quantity("loop_start", "", 0, 4294967295, 0, whole=True),
            Quantity("loop_end", "", 0, 4294967295, 0, whole=True),
        ),
    )

    def __init__(
        self,
        buffer: Optional[Playable] = None,
        *,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        loop: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        seek: Optional[Value] = None,
        begin: Optional[int] = None,
        loop_start: Optional[int] = None,
        loop_end: Optional[int] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "buffer": buffer,
                "trigger": trigger,
                "loop": loop,
                "seek": seek,
                "begin": begin,
                "loop_start": loop_start,
                "loop_end": loop_end,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Feed(Node):
    """Plays what a program writes while it is heard, as it is; fades where nothing comes.

    Args:
        frames: 1024 to 1048576 (24000): how many frames can wait to be heard; 24000 are half a second at 48 kHz.
        prime: 0 to 1048576 (960): how many frames have to wait before it begins, and begins again after an under-run;
            10 ms at least, all that can wait at most.
        channels: how many channels it has, 1 to 64; 1 if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "feed",
        outputs=("out",),
        settings=(
            Quantity("frames", "", 1024, 1048576, 24000, whole=True),
            Quantity("prime", "", 0, 1048576, 960, whole=True),
        ),
    )

    def __init__(
        self,
        *,
        frames: Optional[int] = None,
        prime: Optional[int] = None,
        channels: Optional[int] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"frames": frames, "prime": prime}, name=name, id=id, channels=channels, unknown=unknown)


class Sampler(Node):
    """Plays recordings from slots, many at once: triggered, changed and stopped at exact frames, and by notes.

    Args:
        slots: what its slots play, from the first on: buffers, or tables of a buffer and how it is played.
        gain: -120 to 48 dB (0): of all voices; -120 dB and below is silence.
        attack: 0 to 60000 ms (0): time from nothing to full level, of voices that begin from then on.
        decay: 0 to 60000 ms (0): time from full level to the sustain level.
        sustain: 0 to 1 (1): level while a voice is held.
        release: 0 to 60000 ms (10): time in which a voice dies away that is let go or stopped from then on.
        cutoff: 10 to 96000 Hz (8000): where the response bends; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        slot_count: 1 to 256 (32): how many slots.
        voices: 1 to 2048 (64): how many play at once; a trigger that finds none free is dropped, and counted, unless
            `steal` says otherwise.
        steal: none, oldest, quietest, same_slot (none): which voice a trigger takes that finds none free; it fades over
            5 ms.
        interpolation: cubic, linear, sinc (cubic): what is heard between two frames: a cubic, a straight line, or a
            windowed sinc that takes away what would fold.
        filter: off, low, high, band (off): the filter of each voice.
        notes: slots, pitch (slots): what a note's pitch chooses: the slot, or how fast the first slot is played.
        first_note: 0 to 127 st (36): the pitch of the first slot, one slot a semitone; or that at which the first slot
            is as recorded.
        tell_loops: off, on (off): whether it tells each time that a voice begins its loop anew, of loops that take 10
            ms or more.
    """

    kind: ClassVar[Kind] = Kind(
        "sampler",
        outputs=("out",),
        params=(
            Quantity("gain", "dB", -120, 48, 0),
            Quantity("attack", "ms", 0, 60000, 0),
            Quantity("decay", "ms", 0, 60000, 0),
            Quantity("sustain", "x", 0, 1, 1),
            Quantity("release", "ms", 0, 60000, 10),
            Quantity("cutoff", "Hz", 10, 96000, 8000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
        settings=(
            Quantity("slot_count", "", 1, 256, 32, whole=True),
            Quantity("voices", "", 1, 2048, 64, whole=True),
            Quantity("steal", choices=("none", "oldest", "quietest", "same_slot")),
            Quantity("interpolation", choices=("cubic", "linear", "sinc")),
            Quantity("filter", choices=("off", "low", "high", "band")),
            Quantity("notes", choices=("slots", "pitch")),
            Quantity("first_note", "st", 0, 127, 36),
            Quantity("tell_loops", choices=("off", "on")),
        ),
    )

    def __init__(
        self,
        slots: Optional[Sequence[Slot]] = None,
        *,
        gain: Optional[Value] = None,
        attack: Optional[Value] = None,
        decay: Optional[Value] = None,
        sustain: Optional[Value] = None,
        release: Optional[Value] = None,
        cutoff: Optional[Value] = None,
        q: Optional[Value] = None,
        slot_count: Optional[int] = None,
        voices: Optional[int] = None,
        steal: Optional[Literal["none", "oldest", "quietest", "same_slot"]] = None,
        interpolation: Optional[Literal["cubic", "linear", "sinc"]] = None,
        filter: Optional[Literal["off", "low", "high", "band"]] = None,
        notes: Optional[Literal["slots", "pitch"]] = None,
        first_note: Optional[Union[float, str]] = None,
        tell_loops: Optional[Union[Literal["off", "on"], bool]] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "slots": slots,
                "gain": gain,
                "attack": attack,
                "decay": decay,
                "sustain": sustain,
                "release": release,
                "cutoff": cutoff,
                "q": q,
                "slot_count": slot_count,
                "voices": voices,
                "steal": steal,
                "interpolation": interpolation,
                "filter": filter,
                "notes": notes,
                "first_note": first_note,
                "tell_loops": tell_loops,
            },
            name=name,
            id=id,
            unknown=unknown,
        )


class Constant(Node):
    """A steady level, to drive several parameters from one place.

    Args:
        value: -100000 to 100000 (1): the level.
    """

    kind: ClassVar[Kind] = Kind(
        "constant",
        outputs=("out",),
        params=(
            Quantity("value", "", -100000, 100000, 1),
        ),
    )

    def __init__(
        self,
        value: Optional[Value] = None,
        *,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"value": value}, name=name, id=id, unknown=unknown)


class Lfo(Node):
    """A slow oscillator that moves parameters: vibrato, tremolo, sweeps.

    Args:
        rate: 0 to 1000 Hz (1): cycles per second.
        shape: sine, triangle, saw_up, saw_down, square, random_step, random_smooth (sine): what it draws in each cycle.
        phase: -3600 to 3600 ° (0): by how much it is ahead.
        width: 0 to 1 (0.5): how much of the cycle a square is high.
        unipolar: off, on (off): from 0 to 1 instead of from -1 to 1.
        mode: free, one_shot (free): cycle after cycle, or one cycle from the start and from each trigger; changes at
            once, which moves no level.
        trigger: off, on (off): starts the cycle anew each time it is switched on, at once: the level jumps, to be in
            time; a signal: starts the cycle anew each time it goes above 0.5.
    """

    kind: ClassVar[Kind] = Kind(
        "lfo",
        inputs=("trigger",),
        outputs=("out",),
        params=(
            Quantity("rate", "Hz", 0, 1000, 1),
            Quantity("shape", choices=("sine", "triangle", "saw_up", "saw_down", "square", "random_step", "random_smooth")),
            Quantity("phase", "°", -3600, 3600, 0),
            Quantity("width", "x", 0, 1, 0.5),
            Quantity("unipolar", choices=("off", "on")),
            Quantity("mode", choices=("free", "one_shot")),
            Quantity("trigger", choices=("off", "on")),
        ),
    )

    def __init__(
        self,
        rate: Optional[Value] = None,
        *,
        shape: Optional[Union[Literal["sine", "triangle", "saw_up", "saw_down", "square", "random_step", "random_smooth"], Signal]] = None,
        phase: Optional[Value] = None,
        width: Optional[Value] = None,
        unipolar: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        mode: Optional[Union[Literal["free", "one_shot"], Signal]] = None,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "rate": rate,
                "shape": shape,
                "phase": phase,
                "width": width,
                "unipolar": unipolar,
                "mode": mode,
                "trigger": trigger,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Adsr(Node):
    """An envelope: rises with the gate, falls to a level while it is held, fades when it is let go.

    Args:
        gate: off, on (off): open or closed; the gate input opens it as well; attack and release are its fades; a
            signal: open while above 0.5.
        attack: 0 to 60000 ms (5): time from nothing to full level.
        decay: 0 to 60000 ms (120): time from full level to the sustain level.
        sustain: 0 to 1 (0.6): level while the gate stays open.
        release: 0 to 60000 ms (300): time from wherever the level is to nothing.
        attack_curve: -20 to 20 (0): bend of the attack: 0 straight, 5 fast at first, -5 slow at first; from the next
            attack on.
        decay_curve: -20 to 20 (5): bend of the decay; from the next decay on.
        release_curve: -20 to 20 (5): bend of the release; from the next release on.
    """

    kind: ClassVar[Kind] = Kind(
        "adsr",
        inputs=("gate",),
        outputs=("out",),
        params=(
            Quantity("attack", "ms", 0, 60000, 5),
            Quantity("decay", "ms", 0, 60000, 120),
            Quantity("sustain", "x", 0, 1, 0.6),
            Quantity("release", "ms", 0, 60000, 300),
            Quantity("gate", choices=("off", "on")),
            Quantity("attack_curve", "", -20, 20, 0),
            Quantity("decay_curve", "", -20, 20, 5),
            Quantity("release_curve", "", -20, 20, 5),
        ),
    )

    def __init__(
        self,
        gate: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        *,
        attack: Optional[Value] = None,
        decay: Optional[Value] = None,
        sustain: Optional[Value] = None,
        release: Optional[Value] = None,
        attack_curve: Optional[Value] = None,
        decay_curve: Optional[Value] = None,
        release_curve: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "gate": gate,
                "attack": attack,
                "decay": decay,
                "sustain": sustain,
                "release": release,
                "attack_curve": attack_curve,
                "decay_curve": decay_curve,
                "release_curve": release_curve,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Note(Node):
    """The note that a voice plays, as signals to drive its parameters with.

    Args:
        pitch: 0 to 127.99 (60): which note; between the notes as well; at once, as notes begin.
        bend: -96 to 96 st (0): added to the pitch.
        gate: off, on (off): whether the note is held; at once, as notes begin and end.
        velocity: 0 to 1 (0.8): how hard the note was struck; at once, as notes begin.
        pressure: 0 to 1 (0): how hard the note is pressed.

    Outputs:
        frequency: in hertz, with the bend.
        gate: 1 while the note is held, else 0.
        velocity: how hard it was struck, from 0 to 1.
        pressure: how hard it is pressed, from 0 to 1.
        pitch: in semitones, with the bend; 69 is the A of 440 Hz.
        trigger: 1 in the first frame in which the note is held, else 0.
    """

    kind: ClassVar[Kind] = Kind(
        "note",
        outputs=("frequency", "gate", "velocity", "pressure", "pitch", "trigger"),
        params=(
            Quantity("pitch", "", 0, 127.99, 60),
            Quantity("bend", "st", -96, 96, 0),
            Quantity("gate", choices=("off", "on")),
            Quantity("velocity", "x", 0, 1, 0.8),
            Quantity("pressure", "x", 0, 1, 0),
        ),
    )

    def __init__(
        self,
        pitch: Optional[Value] = None,
        *,
        bend: Optional[Value] = None,
        gate: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        velocity: Optional[Value] = None,
        pressure: Optional[Value] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "pitch": pitch,
                "bend": bend,
                "gate": gate,
                "velocity": velocity,
                "pressure": pressure,
            },
            name=name,
            id=id,
            unknown=unknown,
        )

    @property
    def frequency(self) -> Output:
        """In hertz, with the bend."""
        return self.out("frequency")

    @property
    def gate(self) -> Output:
        """1 while the note is held, else 0."""
        return self.out("gate")

    @property
    def velocity(self) -> Output:
        """How hard it was struck, from 0 to 1."""
        return self.out("velocity")

    @property
    def pressure(self) -> Output:
        """How hard it is pressed, from 0 to 1."""
        return self.out("pressure")

    @property
    def pitch(self) -> Output:
        """In semitones, with the bend; 69 is the A of 440 Hz."""
        return self.out("pitch")

    @property
    def trigger(self) -> Output:
        """1 in the first frame in which the note is held, else 0."""
        return self.out("trigger")


class SampleHold(Node):
    """Takes the level of a signal when triggered and holds it: stairs from noise.

    Args:
        input: what is sampled.
        trigger: off, on (off): takes a sample each time it is switched on, in that very frame: stairs jump; a signal:
            takes a sample each time it goes above 0.5.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "sample_hold",
        inputs=("in", "trigger"),
        outputs=("out",),
        params=(
            Quantity("trigger", choices=("off", "on")),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        trigger: Optional[Union[Literal["off", "on"], bool, Signal]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "trigger": trigger,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Slew(Node):
    """Limits how fast a level rises and falls: glides between notes.

    Args:
        input: what is followed.
        rise: 0 to 1000000 (10): by how much it may rise in a second.
        fall: 0 to 1000000 (10): by how much it may fall in a second.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "slew",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("rise", "", 0, 1000000, 10),
            Quantity("fall", "", 0, 1000000, 10),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        rise: Optional[Value] = None,
        fall: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "rise": rise,
                "fall": fall,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Gain(Node):
    """Makes a signal louder or softer.

    Args:
        input: what to scale.
        gain: -120 to 48 dB (0): by how much; -120 dB and below is silence.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "gain",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("gain", "dB", -120, 48, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        gain: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "gain": gain,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Pan(Node):
    """Places a mono signal between left and right.

    Args:
        input: what to place.
        position: -1 to 1 (0): from -1, left, to 1, right.
    """

    kind: ClassVar[Kind] = Kind(
        "pan",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("position", "", -1, 1, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        position: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input, "position": position}, name=name, id=id, bypass=bypass, unknown=unknown)


class Balance(Node):
    """Turns a stereo signal towards one side, moving nothing across.

    Args:
        input: left and right.
        position: -1 to 1 (0): from -1, left only, to 1, right only.
    """

    kind: ClassVar[Kind] = Kind(
        "balance",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("position", "", -1, 1, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        position: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input, "position": position}, name=name, id=id, bypass=bypass, unknown=unknown)


class Width(Node):
    """Makes a stereo signal narrower or wider.

    Args:
        input: left and right.
        width: 0 to 2 (1): 0 is mono, 1 as it was, 2 twice as wide.
    """

    kind: ClassVar[Kind] = Kind(
        "width",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("width", "x", 0, 2, 1),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        width: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input, "width": width}, name=name, id=id, bypass=bypass, unknown=unknown)


class Mixer(Node):
    """Mixes signals, each with its own gain, mute and solo.

    Args:
        inputs: what to mix, one after the other.
        gain: -120 to 48 dB (0): level of the mix; -120 dB is silence.
        count: 1 to 16 (2): how many inputs.
        gain1, gain2, …: -120 to 48 dB (0): level of the input; -120 dB is silence.
        mute1, mute2, …: off, on (off): leaves the input out.
        solo1, solo2, …: off, on (off): leaves out the inputs that are not soloed.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "mixer",
        outputs=("out",),
        params=(
            Quantity("gain", "dB", -120, 48, 0),
        ),
        settings=(
            Quantity("count", "", 1, 16, 2, whole=True),
        ),
        bank=Bank(
            "in",
            (
                Quantity("gain", "dB", -120, 48, 0),
                Quantity("mute", choices=("off", "on")),
                Quantity("solo", choices=("off", "on")),
            ),
            16,
        ),
    )

    def __init__(
        self,
        *inputs: Signal,
        gain: Optional[Value] = None,
        count: Optional[int] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **numbered: Optional[Value],
    ) -> None:
        super().__init__({"gain": gain, "count": count, **numbered}, name=name, id=id, channels=channels, bypass=bypass)
        for signal in inputs:
            self.connect(signal)


class Crossfade(Node):
    """Fades from one signal to another.

    Args:
        a: heard at position 0.
        b: heard at position 1.
        position: 0 to 1 (0.5): from 0, all of a, to 1, all of b.
        law: equal_power, linear (equal_power): equal power for signals that have nothing to do with each other, linear
            for those that are alike.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "crossfade",
        inputs=("a", "b"),
        outputs=("out",),
        params=(
            Quantity("position", "x", 0, 1, 0.5),
            Quantity("law", choices=("equal_power", "linear")),
        ),
    )

    def __init__(
        self,
        a: Optional[Signal] = None,
        b: Optional[Signal] = None,
        *,
        position: Optional[Value] = None,
        law: Optional[Union[Literal["equal_power", "linear"], Signal]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "a": a,
                "b": b,
                "position": position,
                "law": law,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Lowpass(Node):
    """Lets low frequencies through; 12 dB an octave.

    Args:
        input: what to filter.
        cutoff: 10 to 96000 Hz (1000): where the response bends; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "lowpass",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("cutoff", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        cutoff: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "cutoff": cutoff,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Highpass(Node):
    """Lets high frequencies through; 12 dB an octave.

    Args:
        input: what to filter.
        cutoff: 10 to 96000 Hz (1000): where the response bends; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "highpass",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("cutoff", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        cutoff: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "cutoff": cutoff,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Bandpass(Node):
    """Lets a band through, 0 dB at its centre.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "bandpass",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class BandpassSkirt(Node):
    """Lets a band through; the skirts stay, the peak is as high as q.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "bandpass_skirt",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Notch(Node):
    """Takes one frequency out.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "notch",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Allpass(Node):
    """Turns the phase round, and leaves the level.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "allpass",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Peak(Node):
    """Boosts or cuts a band.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        gain: -48 to 48 dB (0): boost or cut.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "peak",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
            Quantity("gain", "dB", -48, 48, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        gain: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
                "gain": gain,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Lowshelf(Node):
    """Boosts or cuts what is below.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        gain: -48 to 48 dB (0): boost or cut.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "lowshelf",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
            Quantity("gain", "dB", -48, 48, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        gain: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
                "gain": gain,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Highshelf(Node):
    """Boosts or cuts what is above.

    Args:
        input: what to filter.
        frequency: 10 to 96000 Hz (1000): the centre; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        gain: -48 to 48 dB (0): boost or cut.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "highshelf",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("frequency", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
            Quantity("gain", "dB", -48, 48, 0),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frequency: Optional[Value] = None,
        q: Optional[Value] = None,
        gain: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frequency": frequency,
                "q": q,
                "gain": gain,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Svf(Node):
    """A filter with all its outputs at once, made to be swept fast.

    Args:
        input: what to filter.
        cutoff: 10 to 96000 Hz (1000): where the response bends; up to half the sample rate.
        q: 0.1 to 100 (0.70710677): how sharp; 0.707 has no peak.
        accuracy: sample, control (sample): how closely it follows what moves: every frame, or every 16th with straight
            lines between, cheaper and 16 frames late.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.

    Outputs:
        low: what lies below; 12 dB an octave.
        band: the band, 0 dB at its centre.
        high: what lies above; 12 dB an octave.
        notch: all but the band.
    """

    kind: ClassVar[Kind] = Kind(
        "svf",
        inputs=("in",),
        outputs=("low", "band", "high", "notch"),
        params=(
            Quantity("cutoff", "Hz", 10, 96000, 1000),
            Quantity("q", "", 0.1, 100, 0.70710677),
        ),
        settings=(
            Quantity("accuracy", choices=("sample", "control")),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        cutoff: Optional[Value] = None,
        q: Optional[Value] = None,
        accuracy: Optional[Literal["sample", "control"]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "cutoff": cutoff,
                "q": q,
                "accuracy": accuracy,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )

    @property
    def low(self) -> Output:
        """What lies below; 12 dB an octave."""
        return self.out("low")

    @property
    def band(self) -> Output:
        """The band, 0 dB at its centre."""
        return self.out("band")

    @property
    def high(self) -> Output:
        """What lies above; 12 dB an octave."""
        return self.out("high")

    @property
    def notch(self) -> Output:
        """All but the band."""
        return self.out("notch")


class OnepoleLow(Node):
    """Lets low frequencies through, gently; 6 dB an octave.

    Args:
        input: what to filter.
        cutoff: 10 to 96000 Hz (1000): where the response bends; up to half the sample rate.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "onepole_low",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("cutoff", "Hz", 10, 96000, 1000),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        cutoff: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "cutoff": cutoff,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class OnepoleHigh(Node):
    """Lets high frequencies through, gently; 6 dB an octave.

    Args:
        input: what to filter.
        cutoff: 10 to 96000 Hz (1000): where the response bends; up to half the sample rate.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "onepole_high",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("cutoff", "Hz", 10, 96000, 1000),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        cutoff: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "cutoff": cutoff,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class DcBlocker(Node):
    """Takes out what does not move: a high-pass at 5 Hz.

    Args:
        input: what to filter.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "dc_blocker",
        inputs=("in",),
        outputs=("out",),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input}, name=name, id=id, channels=channels, bypass=bypass, unknown=unknown)


class Delay(Node):
    """Delays a signal, to the fraction of a frame; may close a feedback loop.

    May close a feedback loop: see :meth:`connect`.

    Args:
        input: what to delay.
        time: 0 to 10000 ms (250): the delay; at least one frame, at most `longest`.
        feedback: -0.999 to 0.999 (0): how much of the output is delayed again.
        tone: 20 to 96000 Hz (96000): what is fed back loses what lies above.
        longest: 1 to 10000 ms (2000): how long the delay can become: memory for so much sound is set aside.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "delay",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("time", "ms", 0, 10000, 250),
            Quantity("feedback", "x", -0.999, 0.999, 0),
            Quantity("tone", "Hz", 20, 96000, 96000),
        ),
        settings=(
            Quantity("longest", "ms", 1, 10000, 2000),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        time: Optional[Value] = None,
        feedback: Optional[Value] = None,
        tone: Optional[Value] = None,
        longest: Optional[Union[float, str]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "time": time,
                "feedback": feedback,
                "tone": tone,
                "longest": longest,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Echo(Node):
    """Repeats a sound, softer and darker each time.

    Args:
        input: what to repeat.
        time: 0 to 10000 ms (375): the delay; at least one frame, at most `longest`.
        feedback: -0.999 to 0.999 (0.4): how much of the output is delayed again.
        tone: 20 to 96000 Hz (4000): what is fed back loses what lies above.
        mix: 0 to 1 (0.3): from 0, the input alone, to 1, the effect alone.
        longest: 1 to 10000 ms (2000): how long the delay can become: memory for so much sound is set aside.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "echo",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("time", "ms", 0, 10000, 375),
            Quantity("feedback", "x", -0.999, 0.999, 0.4),
            Quantity("tone", "Hz", 20, 96000, 4000),
            Quantity("mix", "x", 0, 1, 0.3),
        ),
        settings=(
            Quantity("longest", "ms", 1, 10000, 2000),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        time: Optional[Value] = None,
        feedback: Optional[Value] = None,
        tone: Optional[Value] = None,
        mix: Optional[Value] = None,
        longest: Optional[Union[float, str]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "time": time,
                "feedback": feedback,
                "tone": tone,
                "mix": mix,
                "longest": longest,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Chorus(Node):
    """Makes one voice sound like several.

    Args:
        input: what to move.
        delay: 0.1 to 50 ms (12): the middle of the delay.
        depth: 0 to 50 ms (3): how far the delay sways to either side.
        rate: 0.01 to 100 Hz (0.6): how fast it sways.
        feedback: -0.99 to 0.99 (0): how much of the effect goes in again; negative turns it round.
        mix: 0 to 1 (0.5): from 0, the input alone, to 1, the effect alone.
        spread: 0 to 1 (1): how far left and right sway apart: 0 together, 1 a quarter of a cycle.
        voices: 1 to 8 (3): how many voices.
    """

    kind: ClassVar[Kind] = Kind(
        "chorus",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("delay", "ms", 0.1, 50, 12),
            Quantity("depth", "ms", 0, 50, 3),
            Quantity("rate", "Hz", 0.01, 100, 0.6),
            Quantity("feedback", "x", -0.99, 0.99, 0),
            Quantity("mix", "x", 0, 1, 0.5),
            Quantity("spread", "x", 0, 1, 1),
        ),
        settings=(
            Quantity("voices", "", 1, 8, 3, whole=True),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        delay: Optional[Value] = None,
        depth: Optional[Value] = None,
        rate: Optional[Value] = None,
        feedback: Optional[Value] = None,
        mix: Optional[Value] = None,
        spread: Optional[Value] = None,
        voices: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "delay": delay,
                "depth": depth,
                "rate": rate,
                "feedback": feedback,
                "mix": mix,
                "spread": spread,
                "voices": voices,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Flanger(Node):
    """A comb of notches that sweeps up and down.

    Args:
        input: what to move.
        delay: 0.05 to 50 ms (2.5): the middle of the delay.
        depth: 0 to 50 ms (2): how far the delay sways to either side.
        rate: 0.01 to 100 Hz (0.25): how fast it sways.
        feedback: -0.99 to 0.99 (0.6): how much of the effect goes in again; negative turns it round.
        mix: 0 to 1 (0.5): from 0, the input alone, to 1, the effect alone.
        spread: 0 to 1 (0.5): how far left and right sway apart: 0 together, 1 a quarter of a cycle.
    """

    kind: ClassVar[Kind] = Kind(
        "flanger",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("delay", "ms", 0.05, 50, 2.5),
            Quantity("depth", "ms", 0, 50, 2),
            Quantity("rate", "Hz", 0.01, 100, 0.25),
            Quantity("feedback", "x", -0.99, 0.99, 0.6),
            Quantity("mix", "x", 0, 1, 0.5),
            Quantity("spread", "x", 0, 1, 0.5),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        delay: Optional[Value] = None,
        depth: Optional[Value] = None,
        rate: Optional[Value] = None,
        feedback: Optional[Value] = None,
        mix: Optional[Value] = None,
        spread: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "delay": delay,
                "depth": depth,
                "rate": rate,
                "feedback": feedback,
                "mix": mix,
                "spread": spread,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Reverb(Node):
    """Puts a sound into a room, from a closet to a cathedral.

    Args:
        input: what sounds in the room.
        decay: 50 to 100000 ms (1800): time in which the room falls by 60 dB.
        size: 0.25 to 2 (1): how large the room is.
        damping: 0 to 0.98 (0.5): by how much shorter treble decays, at 6 kHz.
        modulation: 0 to 1 (0.3): how far the echoes sway: 0 rings, 1 shimmers.
        predelay: 0 to 500 ms (15): time before the room answers.
        width: 0 to 1 (1): from 0, mono, to 1, all around.
        mix: 0 to 1 (0.3): from 0, the input alone, to 1, the effect alone.
    """

    kind: ClassVar[Kind] = Kind(
        "reverb",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("decay", "ms", 50, 100000, 1800),
            Quantity("size", "x", 0.25, 2, 1),
            Quantity("damping", "x", 0, 0.98, 0.5),
            Quantity("modulation", "x", 0, 1, 0.3),
            Quantity("predelay", "ms", 0, 500, 15),
            Quantity("width", "x", 0, 1, 1),
            Quantity("mix", "x", 0, 1, 0.3),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        decay: Optional[Value] = None,
        size: Optional[Value] = None,
        damping: Optional[Value] = None,
        modulation: Optional[Value] = None,
        predelay: Optional[Value] = None,
        width: Optional[Value] = None,
        mix: Optional[Value] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "decay": decay,
                "size": size,
                "damping": damping,
                "modulation": modulation,
                "predelay": predelay,
                "width": width,
                "mix": mix,
            },
            name=name,
            id=id,
            bypass=bypass,
            unknown=unknown,
        )


class Looper(Node):
    """Records what it hears into a loop, plays it, and adds to it, at exact frames or in time with the music: `loop
    NODE record`.

    Args:
        input: what is recorded.
        level: 0 to 2 (1): how loud the loop is.
        dry: 0 to 2 (1): how loud what comes in is.
        length: 0.1 to 60 s (30): the longest loop; one that gets as long is closed and played. The memory for it is
            taken at once.
        layers: 1 to 8 (4): how many recordings can lie on each other, the first included; each takes as much memory as
            the longest loop, and so does one more.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "looper",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("level", "x", 0, 2, 1),
            Quantity("dry", "x", 0, 2, 1),
        ),
        settings=(
            Quantity("length", "s", 0.1, 60, 30),
            Quantity("layers", "", 1, 8, 4, whole=True),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        level: Optional[Value] = None,
        dry: Optional[Value] = None,
        length: Optional[Union[float, str]] = None,
        layers: Optional[int] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "level": level,
                "dry": dry,
                "length": length,
                "layers": layers,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Compressor(Node):
    """Lowers what is loud: evens out a sound, or ducks it under another one.

    Args:
        input: what to compress.
        sidechain: what it listens to, if `listen` says so.
        threshold: -100 to 24 dB (-18): level from which on it acts.
        ratio: 1 to 1000 (4): dB that go in for one dB that comes out.
        knee: 0 to 48 dB (6): width of the bend around the threshold.
        attack: 0 to 1000 ms (10): time constant of the onset.
        release: 0 to 10000 ms (120): time constant of the recovery.
        makeup: -60 to 60 dB (0): gain after it.
        listen: input, sidechain (input): which signal's level it acts on.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "compressor",
        inputs=("in", "sidechain"),
        outputs=("out",),
        params=(
            Quantity("threshold", "dB", -100, 24, -18),
            Quantity("ratio", "x", 1, 1000, 4),
            Quantity("knee", "dB", 0, 48, 6),
            Quantity("attack", "ms", 0, 1000, 10),
            Quantity("release", "ms", 0, 10000, 120),
            Quantity("makeup", "dB", -60, 60, 0),
            Quantity("listen", choices=("input", "sidechain")),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        sidechain: Optional[Signal] = None,
        *,
        threshold: Optional[Value] = None,
        ratio: Optional[Value] = None,
        knee: Optional[Value] = None,
        attack: Optional[Value] = None,
        release: Optional[Value] = None,
        makeup: Optional[Value] = None,
        listen: Optional[Union[Literal["input", "sidechain"], Signal]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "sidechain": sidechain,
                "threshold": threshold,
                "ratio": ratio,
                "knee": knee,
                "attack": attack,
                "release": release,
                "makeup": makeup,
                "listen": listen,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Limiter(Node):
    """Keeps every sample under a ceiling; put it before the output.

    Args:
        input: what to limit.
        ceiling: -60 to 24 dB (-1): the highest level.
        release: 0 to 10000 ms (80): time constant of the recovery.
        lookahead: 0.1 to 20 ms (5): how far it sees ahead: by so much the output is late.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "limiter",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("ceiling", "dB", -60, 24, -1),
            Quantity("release", "ms", 0, 10000, 80),
        ),
        settings=(
            Quantity("lookahead", "ms", 0.1, 20, 5),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        ceiling: Optional[Value] = None,
        release: Optional[Value] = None,
        lookahead: Optional[Union[float, str]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "ceiling": ceiling,
                "release": release,
                "lookahead": lookahead,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Saturate(Node):
    """Warmth and distortion: a soft clipper.

    Args:
        input: what to saturate.
        drive: -60 to 60 dB (12): gain before the curve; the output stays below 1.
        mix: 0 to 1 (1): from 0, the input alone, to 1, the effect alone.
        oversampling: four, two, eight, none (four): how much higher the rate within is: more is cleaner, dearer and
            later (0 to 58 frames).
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "saturate",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("drive", "dB", -60, 60, 12),
            Quantity("mix", "x", 0, 1, 1),
        ),
        settings=(
            Quantity("oversampling", choices=("four", "two", "eight", "none")),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        drive: Optional[Value] = None,
        mix: Optional[Value] = None,
        oversampling: Optional[Literal["four", "two", "eight", "none"]] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "drive": drive,
                "mix": mix,
                "oversampling": oversampling,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Multiply(Node):
    """Multiplies two signals: ring modulation, or a level that follows an envelope.

    Args:
        a: one signal.
        b: the other.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "multiply",
        inputs=("a", "b"),
        outputs=("out",),
    )

    def __init__(
        self,
        a: Optional[Signal] = None,
        b: Optional[Signal] = None,
        *,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"a": a, "b": b}, name=name, id=id, channels=channels, bypass=bypass, unknown=unknown)


class Add(Node):
    """Scales a signal and adds a number.

    Args:
        input: the signal.
        offset: -100000 to 100000 (0): what is added.
        scale: -100000 to 100000 (1): what the signal is multiplied by.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "add",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("offset", "", -100000, 100000, 0),
            Quantity("scale", "x", -100000, 100000, 1),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        offset: Optional[Value] = None,
        scale: Optional[Value] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "offset": offset,
                "scale": scale,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class Meter(Node):
    """Shows how loud a signal is, and passes it on.

    Args:
        input: what is measured.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "meter",
        inputs=("in",),
        outputs=("out",),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input}, name=name, id=id, channels=channels, bypass=bypass, unknown=unknown)


class Scope(Node):
    """Shows the latest frames of a signal, and passes it on.

    Args:
        input: what is shown.
        frames: 64 to 65536 (2048): how many frames it shows.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "scope",
        inputs=("in",),
        outputs=("out",),
        settings=(
            Quantity("frames", "", 64, 65536, 2048, whole=True),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        frames: Optional[int] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "frames": frames,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class AudioOut(Node):
    """Sends a signal to a device, and shows its level.

    Args:
        input: what is to be heard.
        gain: -120 to 48 dB (0): level; -120 dB and below is silence.
        first: 1 to 256 (1): the first channel of the device that it leads to or from; the others follow.
        quality: balanced, fast, best (balanced): how well it converts between the clocks of the device and the engine,
            if they differ; better is later.
        clock: off, on (off): the engine runs on the clock of this device while it lives; the first that asks gets it.
        latency: 0 to 1000 ms (0): how much is held back for a device with a clock of its own; 0 is as little as its
            blocks and their jitter need.
        cap: 1 to 10000 ms (250): more than this is never held back: what is beyond is left out, in a crossfade.
        device: the device by its id, its name, or a part of the name that fits only one; the default one if left out.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "audio_out",
        inputs=("in",),
        outputs=("out",),
        params=(
            Quantity("gain", "dB", -120, 48, 0),
        ),
        settings=(
            Quantity("first", "", 1, 256, 1, whole=True),
            Quantity("quality", choices=("balanced", "fast", "best")),
            Quantity("clock", choices=("off", "on")),
            Quantity("latency", "ms", 0, 1000, 0),
            Quantity("cap", "ms", 1, 10000, 250),
        ),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        gain: Optional[Value] = None,
        first: Optional[int] = None,
        quality: Optional[Literal["balanced", "fast", "best"]] = None,
        clock: Optional[Union[Literal["off", "on"], bool]] = None,
        latency: Optional[Union[float, str]] = None,
        cap: Optional[Union[float, str]] = None,
        device: Optional[str] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "in": input,
                "gain": gain,
                "first": first,
                "quality": quality,
                "clock": clock,
                "latency": latency,
                "cap": cap,
                "device": device,
            },
            name=name,
            id=id,
            channels=channels,
            bypass=bypass,
            unknown=unknown,
        )


class AudioIn(Node):
    """Brings in what a device records, and shows its level.

    Args:
        gain: -120 to 48 dB (0): level; -120 dB and below is silence.
        first: 1 to 256 (1): the first channel of the device that it leads to or from; the others follow.
        quality: balanced, fast, best (balanced): how well it converts between the clocks of the device and the engine,
            if they differ; better is later.
        clock: off, on (off): the engine runs on the clock of this device while it lives; the first that asks gets it.
        latency: 0 to 1000 ms (0): how much is held back for a device with a clock of its own; 0 is as little as its
            blocks and their jitter need.
        cap: 1 to 10000 ms (250): more than this is never held back: what is beyond is left out, in a crossfade.
        device: the device by its id, its name, or a part of the name that fits only one; the default one if left out.
        channels: how many channels it has, 1 to 64; 1 if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "audio_in",
        outputs=("out",),
        params=(
            Quantity("gain", "dB", -120, 48, 0),
        ),
        settings=(
            Quantity("first", "", 1, 256, 1, whole=True),
            Quantity("quality", choices=("balanced", "fast", "best")),
            Quantity("clock", choices=("off", "on")),
            Quantity("latency", "ms", 0, 1000, 0),
            Quantity("cap", "ms", 1, 10000, 250),
        ),
    )

    def __init__(
        self,
        *,
        gain: Optional[Value] = None,
        first: Optional[int] = None,
        quality: Optional[Literal["balanced", "fast", "best"]] = None,
        clock: Optional[Union[Literal["off", "on"], bool]] = None,
        latency: Optional[Union[float, str]] = None,
        cap: Optional[Union[float, str]] = None,
        device: Optional[str] = None,
        channels: Optional[int] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__(
            {
                "gain": gain,
                "first": first,
                "quality": quality,
                "clock": clock,
                "latency": latency,
                "cap": cap,
                "device": device,
            },
            name=name,
            id=id,
            channels=channels,
            unknown=unknown,
        )


class Inlet(Node):
    """Where a signal comes into a part; its label is the name of the part's input.

    Args:
        channels: how many channels it has, 1 to 64; 1 if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "inlet",
        outputs=("out",),
    )

    def __init__(
        self,
        *,
        channels: Optional[int] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({}, name=name, id=id, channels=channels, unknown=unknown)


class Outlet(Node):
    """Where a signal leaves a part; its label is the name of the part's output.

    Args:
        input: what leaves the part.
        channels: how many channels it has, 1 to 64; as many as the widest that comes in, or 1, if left out.
    """

    kind: ClassVar[Kind] = Kind(
        "outlet",
        inputs=("in",),
        outputs=("out",),
    )

    def __init__(
        self,
        input: Optional[Signal] = None,
        *,
        channels: Optional[int] = None,
        bypass: bool = False,
        name: Optional[str] = None,
        id: Optional[str] = None,
        **unknown: NoReturn,
    ) -> None:
        super().__init__({"in": input}, name=name, id=id, channels=channels, bypass=bypass, unknown=unknown)
