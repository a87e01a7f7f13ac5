"""The native half of the package: what it is made of is documented where it is used."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Dict, List, Optional, Tuple, Type, Union, final

import numpy as np
import numpy.typing as npt
from typing_extensions import Self, disjoint_base

__all__ = [
    "MAX_SAMPLE_SLOTS",
    "MAX_VOICES",
    "Feed",
    "Patch",
    "Recording",
    "Voice",
    "_Engine",
    "__version__",
    "_forked",
    "devices",
    "render",
]

__version__: str
MAX_SAMPLE_SLOTS: int
MAX_VOICES: int

_Path = Union[str, "os.PathLike[str]"]
_Sound = Union[_Path, npt.NDArray[np.float32], npt.NDArray[np.float64], npt.NDArray[np.int16]]

def devices() -> List[Dict[str, Any]]: ...
def render(
    patch: Patch,
    seconds: float,
    sample_rate: int = 48000,
    *,
    channels: int = 2,
    script: Optional[str] = None,
) -> npt.NDArray[np.float32]: ...
def _forked() -> None: ...

@disjoint_base
class Patch:
    """A described sound: nodes, cables, parts, sequences, sounds. Plain data: nothing runs, and it never changes."""

    @staticmethod
    def of(*sounds: Any, **extras: Any) -> Patch:
        """A patch that plays nodes put together in Python: `Patch.of(Lowpass(Saw(110), cutoff=800) * 0.5)`. Takes what `sostenuto.build.build` takes."""
    @staticmethod
    def from_toml(text: str, *, folder: Optional[_Path] = None) -> Patch:
        """A patch from a document in TOML (or JSON). Files that it names are looked for in `folder`."""
    @staticmethod
    def load(path: _Path) -> Patch:
        """A patch from a file in TOML or JSON. Files that it names are looked for beside it."""
    @staticmethod
    def from_dict(
        structure: Dict[str, Any],
        *,
        folder: Optional[_Path] = None,
        sounds: Optional[Dict[str, Tuple[Any, float]]] = None,
    ) -> Patch:
        """The same from the structure of a document in JSON.

        sounds: what its buffers without a file play, as arrays with their rates in Hz: `{"kick": (array, 44100)}`.
        """
    @staticmethod
    def from_chain(text: str) -> Patch:
        """A patch from a chain in one line: `"saw frequency=A2 ! lowpass cutoff=800 ! reverb"`."""
    def to_toml(self) -> str:
        """The document in TOML."""
    def to_dict(self) -> Dict[str, Any]:
        """The document's structure, as `from_dict` takes it."""
    def edit(self, line: str) -> Patch:
        """The patch with a command of the prompt carried out: `patch.edit("set filter.cutoff 400")`."""
    def diff(self, other: Patch) -> List[str]:
        """What makes the other patch of this one, in words; nothing if they are equal."""
    @property
    def warnings(self) -> List[str]:
        """What is odd about it, though it can sound."""
    @property
    def title(self) -> Optional[str]:
        """What it is called."""
    @property
    def nodes(self) -> Dict[str, str]:
        """The kinds of its nodes by their names."""
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Voice:
    """A voice that was triggered. It may be changed and stopped while it plays; afterwards nothing happens."""

    @property
    def number(self) -> int:
        """Its number, which messages have."""
    @property
    def id(self) -> int:
        """The slot that it plays."""
    @property
    def state(self) -> str:
        """What has become of it: "waiting", "playing", "finished", "dropped", "stolen" or "choked"."""
    @property
    def active(self) -> bool:
        """Whether it is still to be heard, or waits for its time."""
    def stop(self, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """Lets it die away in the time of the sampler's release, 10 ms unless set otherwise."""
    def choke(self, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """Ends it within 5 ms."""
    def set_gain(self, gain: float, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """Its gain in dB, -120 to 24, reached within 5 ms."""
    def set_pan(self, pan: float, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """Its place from -1, left, to 1, right, reached within 5 ms."""
    def set_rate(self, rate: float, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """How fast it plays, 1 being as recorded; below 0 it plays backwards."""
    def set_loop(
        self, start: int = 0, end: int = 0, *, at: Optional[int] = None, beats: Optional[float] = None
    ) -> None:
        """Lets it play over and over between two frames of its sample; an end of 0 is the end of the sample."""
    def end_loop(self, *, at: Optional[int] = None, beats: Optional[float] = None) -> None:
        """Lets it go on to its end."""

@final
class Recording:
    """A recording into a WAV file: `with engine.record("take.wav"): ...`, or `stop()`. It goes on if nobody keeps it, until the engine is shut down."""

    @property
    def path(self) -> Any:
        """The file, as a pathlib.Path."""
    @property
    def frames(self) -> int:
        """Frames in the file so far."""
    def stop(self) -> Optional[Dict[str, int]]:
        """Ends it, and waits until the file is written. Gives {"frames", "lost", "clipped"}, or None if it had ended before."""
    def __enter__(self) -> Recording: ...
    def __exit__(
        self,
        *_why: Union[Type[BaseException], BaseException, TracebackType, None],
    ) -> bool: ...

@final
class Feed:
    """The way to a node of kind `feed`, which plays what is written here."""

    def write(
        self,
        block: Union[npt.NDArray[np.float32], npt.NDArray[np.float64], npt.NDArray[np.int16]],
        timeout: Optional[float] = None,
    ) -> int:
        """Writes frames, of shape (frames,) or (frames, channels). Gives how many were taken within `timeout` seconds."""
    def end(self) -> None:
        """Says that what was written is whole: it plays to its end, and the silence behind it is no under-run."""
    @property
    def channels(self) -> int: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def frames(self) -> int: ...
    @property
    def room(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def played(self) -> int: ...
    @property
    def underruns(self) -> int: ...
    @property
    def over(self) -> bool: ...

@disjoint_base
class _Engine:
    """What the classes AudioEngine and OfflineEngine of the package are made of."""

    def __new__(
        cls,
        device: Optional[str],
        sample_rate: Optional[int],
        channels: Optional[int],
        block_size: int,
        slots: int,
        voices: int,
        fallback: bool,
        offline: bool,
    ) -> Self: ...
    @property
    def missing(self) -> Optional[str]:
        """Why the device that was asked for does not play, if another one, or none, plays in its place."""
    @property
    def sample_rate(self) -> int:
        """Frames per second."""
    @property
    def channels(self) -> int:
        """Channels of the main output."""
    @property
    def device(self) -> Optional[str]:
        """The device that it was made on."""
    @property
    def slots(self) -> int:
        """How many slots there are."""
    @property
    def voices(self) -> int:
        """How many voices play at once at most."""
    @property
    def state(self) -> str:
        """ "made", "running", "paused" or "shut down"."""
    @property
    def frame(self) -> int:
        """The frame that will be rendered next."""
    @property
    def load(self) -> Tuple[float, float]:
        """The part of the time that rendering takes, 0 to 1, averaged; and the largest of one callback."""
    @property
    def patch(self) -> Patch:
        """The patch that sounds, with the engine's own nodes: `samples`, `master`, and `speakers` if the patch has no port of its own."""
    def run(self) -> None:
        """Opens the stream and lets the engine run. Once it runs nothing more happens."""
    def play(self) -> None:
        """Lets the transport run; opens the stream if that was not done."""
    def stop(self) -> None:
        """Ends all voices, and takes the transport to its beginning, where it stands. The stream stays open."""
    def pause(self) -> None:
        """Lets everything stand still as it is, within 5 ms. The stream stays open."""
    def resume(self) -> None:
        """Goes on after pause()."""
    def shut_down(self) -> None:
        """Closes the stream for good. May be called again."""
    def load_sample(
        self,
        id: int,
        sample: _Sound,
        *,
        sample_rate: Optional[int] = None,
        mode: str = "once",
        start: int = 0,
        end: int = 0,
        loop_start: int = 0,
        loop_end: int = 0,
        crossfade: int = 0,
        reverse: bool = False,
        gain: float = 0.0,
        pan: float = 0.0,
        rate: float = 1.0,
        choke: int = 0,
    ) -> None:
        """Loads a slot, and returns when it can be played. Sounds of other rates are resampled.

        id: 0 to `slots` - 1. sample: a path (WAV, AIFF, FLAC, MP3, Ogg Vorbis, AAC, ALAC), or an array of shape (frames,)
        or (frames, channels), float32, float64 or int16; one channel is heard in the middle, of more than two the first two.
        sample_rate: that of an array, in Hz; the engine's if left out. mode: "once", to its end; "gate", until it is
        stopped; "loop". start, end, loop_start, loop_end, crossfade: in frames of the sample; an end of 0 is its end.
        gain: in dB. pan: -1 to 1. rate: 1 is as recorded. choke: what it begins ends all of the same number, but 0.

        What plays the slot goes over to the new sample within 5 ms. Raises SampleNotFound, AudioError for a file that
        cannot be decoded, InvalidValue. Nothing has changed then.
        """
    def unload_sample(self, id: int) -> None:
        """Empties a slot; what plays it ends within 5 ms."""
    def is_loaded(self, id: int) -> bool:
        """Whether a slot has something to play."""
    def play_sample(
        self,
        id: int,
        velocity: float = 1.0,
        *,
        at: Optional[int] = None,
        beats: Optional[float] = None,
        loop: Optional[bool] = None,
        rate: float = 1.0,
        pitch: float = 0.0,
        gain: float = 0.0,
        pan: float = 0.0,
    ) -> Voice:
        """Begins a voice, without waiting for anything: a fraction of a microsecond.

        velocity: 0 to 1, a factor. at: a frame of the engine; beats: a place of the transport, in quarter notes; else with
        the next callback. loop: over and over, or once, whatever the slot's mode is. rate: how fast, times the slot's;
        below 0 backwards. pitch: semitones, by playing faster or slower. gain: in dB, -120 to 24. pan: -1 to 1.

        If all voices play the trigger is dropped: the voice says so, and a TriggerDropped comes.
        """
    def stop_sample(
        self, id: Optional[int] = None, *, at: Optional[int] = None, beats: Optional[float] = None
    ) -> None:
        """Lets all voices of a slot, or of all slots, die away."""
    def set_volume(
        self,
        volume: float,
        *,
        id: Optional[int] = None,
        over: float = 0.005,
        at: Optional[int] = None,
        beats: Optional[float] = None,
    ) -> None:
        """The volume of all that is heard, or of one slot, as a factor from 0 to 16, reached over so many seconds."""
    def ping(self) -> None:
        """Asks the audio thread for an answer, which comes as a Pong."""
    def command(self, line: str, *, at: Optional[int] = None, beats: Optional[float] = None) -> List[str]:
        """Carries out a command of the prompt of `sostenuto play`: "tempo 90 over 4 beats". Gives the edits in words."""
    def tap(self, node: str) -> npt.NDArray[np.float32]:
        """The latest frames that a node of kind `scope` has seen: an array of shape (frames, channels), float32."""
    def feed(self, node: str) -> Feed:
        """The way to a node of kind `feed` of the patch: what is written there is played."""
    def levels(self, node: str) -> npt.NDArray[np.float32]:
        """The levels of a node of kind `meter` or of a port: shape (channels, 2), peak since last asked and RMS over 300 ms."""
    def ports(self) -> List[Dict[str, Any]]:
        """How each port to and from a device fares."""
    def record(
        self,
        path: _Path,
        *,
        node: Optional[str] = None,
        bits: str = "24",
        at: Optional[int] = None,
        beats: Optional[float] = None,
    ) -> Recording:
        """Records what is heard, or what a node puts out, into a WAV file of "16", "24" or "32f" bits, until it is stopped.

        at: the frame of the engine at which it begins; beats: the place of the transport; else as soon as may be.
        """
    def _receive(self, timeout: float) -> Optional[Tuple[Any, ...]]: ...
    def _is_over(self) -> bool: ...
    def _watch(self, position: Optional[float], levels: Optional[float]) -> None: ...
    def _position(self) -> Optional[Tuple[Any, ...]]: ...
    def _apply(self, patch: Patch, *, at: Optional[int] = None, beats: Optional[float] = None) -> List[str]: ...
    def _render(self, seconds: float) -> npt.NDArray[np.float32]: ...
