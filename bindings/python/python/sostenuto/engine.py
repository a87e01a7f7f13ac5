"""Engines: one that plays through a sound device, and one that renders into arrays."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import threading
import weakref
from typing import Any, AsyncIterator, Callable, Iterable, Iterator, List, Optional, Tuple, Type, TypeVar, Union

import numpy as np
import numpy.typing as npt

from ._sostenuto import _Engine, _forked
from .errors import InvalidValue
from .messages import KINDS, AudioMessage, Position

#: A place in time and the value there; a third item is the way to the next one: "step", "linear", "exponential".
Point = Union[Tuple[float, Union[float, str]], Tuple[float, Union[float, str], str]]

_E = TypeVar("_E", bound="_Base")
_engines: "weakref.WeakSet[_Base]" = weakref.WeakSet()


class _Base(_Engine):
    """What both engines have."""

    def __enter__(self: _E) -> _E:
        self.run()
        return self

    def __exit__(self, *_why: object) -> None:
        self.shut_down()

    def receive_msg(self, timeout: Optional[float] = 0.0) -> Optional[AudioMessage]:
        """The next message, or None if none comes within `timeout` seconds.

        Without an argument it never waits. With None it waits until one comes or the engine is shut down. At most
        65,536 messages wait; of more, the oldest are lost, and a `MessagesLost` says how many.
        """
        raw = self._receive(float("inf") if timeout is None else timeout)
        if raw is None:
            return None
        message: AudioMessage = KINDS[raw[0]](*raw[1:])
        return message

    def __iter__(self) -> Iterator[AudioMessage]:
        """All messages, as they come, until the engine is shut down."""
        while True:
            message = self.receive_msg(None)
            if message is not None:
                yield message
            elif self._is_over():
                return

    async def messages(self) -> AsyncIterator[AudioMessage]:
        """All messages, as they come, for asyncio: `async for message in engine.messages()`. Ends with `shut_down()`."""
        loop = asyncio.get_running_loop()
        while True:
            message = self.receive_msg()
            if message is None:
                if self._is_over():
                    return
                # Short waits, so that a task that is cancelled does not leave a thread behind that takes what is not its own.
                await asyncio.sleep(0.005)
                continue
            yield message
            del message
            if loop.is_closed():
                return

    def subscribe(self, callback: Callable[[AudioMessage], object]) -> "Subscription":
        """Calls `callback` with each message, on a thread of its own, until the subscription is cancelled or the engine shut down.

        What the callback raises goes to `sys.unraisablehook`, and the next message comes all the same. Each message goes
        to one taker only: several subscriptions, and `receive_msg`, share them out between them.
        """
        return Subscription(self, callback)

    def watch(self, *, position: Optional[float] = None, levels: Optional[float] = None) -> None:
        """Sends `Position` and `Levels` every so many seconds, from 0.01 on; None, as at the beginning, is never."""
        self._watch(position, levels)

    @property
    def position(self) -> Position:
        """Where the transport is."""
        raw = self._position()
        return Position(*raw[1:]) if raw is not None else Position(0, 0.0, 1, 1.0, 120.0, False)

    def apply(
        self, patch: Any, *, at: Optional[int] = None, beats: Optional[float] = None
    ) -> List[str]:
        """Makes a patch sound beside the slots, by the smallest change of what sounds: a `Patch`, a document in TOML, a dict, or nodes.

        What goes and comes fades within 5 ms; what stays is not touched. It takes effect as soon as may be, at a frame of
        the engine, or at a beat of the transport. Gives the edits in words.

        A patch that leads the slots somewhere declares them: `nodes.samples = { kind = "sampler" }`, which has as many slots
        and voices as the engine, and what they have; else they are heard beside it. The volume of all is a node `master`
        in front of the patch's port to the default device.

        Patches take effect in their order: one that waits for its time holds up those after it, recordings too.

        Raises PatchError with all problems of the patch, DeviceNotFound for a device of its own that is not there.
        Nothing has changed then.
        """
        from .patch import as_patch

        return self._apply(as_patch(patch), at=at, beats=beats)

    def set(
        self,
        target: str,
        value: Union[float, str],
        *,
        over: Optional[float] = None,
        at: Optional[int] = None,
        beats: Optional[float] = None,
    ) -> List[str]:
        """Moves a parameter of a patch: `engine.set("filter.cutoff", 400, over=2.0)`, or `"2 kHz"`; a setting makes a new node.

        Without `over`, in seconds, it glides within 5 ms.
        """
        node, _, param = target.rpartition(".")
        if not node or not param or any(c.isspace() for c in target):
            raise InvalidValue(f"the target is {target!r}: give NODE.PARAMETER")
        text = value if isinstance(value, str) else repr(float(value))
        line = f"set {node}.{param} {_quoted(text)}"
        if over is not None:
            if not 0.0 <= over <= 3600.0:
                raise InvalidValue(f"over is {over}: give 0 to 3600 seconds")
            line += f" over {float(over)!r}s"
        return self.command(line, at=at, beats=beats)

    def note(
        self,
        pitch: Union[float, str],
        velocity: float = 0.8,
        *,
        node: Optional[str] = None,
        length: Optional[Union[float, str]] = None,
        at: Optional[int] = None,
        beats: Optional[float] = None,
    ) -> None:
        """Begins a note on an instrument of the patch, the first one unless `node` names another.

        pitch: a note number, 69 being A4, or a name as "C#4". velocity: 0 to 1. length: seconds, or as "2 beats"; without
        it the note lasts until `note_off`.
        """
        line = "note " + (f"{node} " if node else "") + f"{pitch} {float(velocity)!r}"
        if length is not None:
            line += f" for {length}" if isinstance(length, str) else f" for {float(length)!r}s"
        self.command(line, at=at, beats=beats)

    def note_off(
        self,
        pitch: Optional[Union[float, str]] = None,
        *,
        node: Optional[str] = None,
        at: Optional[int] = None,
        beats: Optional[float] = None,
    ) -> None:
        """Lets a note go, or all of an instrument."""
        words = ["off", *([node] if node else []), *([str(pitch)] if pitch is not None else [])]
        self.command(" ".join(words), at=at, beats=beats)

    def automate(self, target: str, points: Optional[Iterable[Point]], *, unit: str = "seconds") -> None:
        """Lets a parameter, or a volume, follow points in time.

        target: `"filter.cutoff"`, a parameter of the patch, which follows the time of the transport from its beginning
        and goes on to do so until `points` is None; `"volume"` or `"slots.3.volume"`, which are moved from now on, once,
        as factors from 0 to 16.
        points: pairs of a place and a value, with the way to the next as a third item if it is not "linear": "step" or
        "exponential". Places are in `unit`: "seconds", "beats" or "frames"; those of volumes in seconds or frames.
        """
        given = None if points is None else [tuple(point) for point in points]
        if target == "volume" or (target.startswith("slots.") and target.endswith(".volume")):
            self._automate_volume(target, given or [], unit)
            return
        if given is None:
            self.command(f"automate {target} off")
            return
        if not given:
            raise InvalidValue("there are no points: give at least one, or None to end it")
        if unit not in ("seconds", "beats", "frames"):
            raise InvalidValue(f'unit is {unit!r}: give "seconds", "beats" or "frames"')
        words = []
        for point in given:
            place, value, *way = point
            text = value if isinstance(value, str) else repr(float(value))
            words.append(f"{float(place)!r}={_quoted(text)}" + (f":{way[0]}" if way else ""))
        self.command(f"automate {target} {' '.join(words)} unit={unit}")

    def _automate_volume(self, target: str, points: "List[Tuple[Any, ...]]", unit: str) -> None:
        scale = {"seconds": float(self.sample_rate), "frames": 1.0}.get(unit)
        if scale is None:
            raise InvalidValue(f'unit is {unit!r}: a volume is moved in "seconds" or "frames"')
        number = None if target == "volume" else target.split(".")[1]
        if number is not None and not number.isdigit():
            raise InvalidValue(f"the target is {target!r}: give slots.NUMBER.volume")
        id_ = None if number is None else int(number)
        if len(points) > 1000:
            raise InvalidValue(f"there are {len(points)} points: a volume takes up to 1000 at once")
        for point in points:
            if not (float(point[0]) >= 0.0 and 0.0 <= float(point[1]) <= 16.0):
                raise InvalidValue(f"the point {point}: give a place from 0 and a volume from 0 to 16")
        places = [float(point[0]) for point in points]
        if places != sorted(places):
            raise InvalidValue("the points are not in the order of their places")
        ways = [point[2] if len(point) > 2 else "linear" for point in points]
        if any(way not in ("linear", "step") for way in ways):
            raise InvalidValue('a volume goes "linear" or by a "step" from point to point')
        # A moment ahead, so that all of it is there in time.
        begin = self.frame + self.sample_rate // 20
        before, way = 0.0, "linear"
        for point, next_way in zip(points, ways):
            place, volume = float(point[0]), float(point[1])
            if way == "step":
                self.set_volume(volume, id=id_, over=0.0, at=begin + round(place * scale))
            else:
                over = (place - before) * scale / self.sample_rate
                self.set_volume(volume, id=id_, over=over, at=begin + round(before * scale))
            before, way = place, next_way


def _quoted(text: str) -> str:
    return f'"{text}"' if any(c.isspace() for c in text) else text


class AudioEngine(_Base):
    """A sampler with fixed slots, and any patch beside it, playing through a sound device.

    The sound is made by a thread that knows nothing of Python: whatever a program does, it goes on.

        with AudioEngine() as engine:
            engine.load_sample(0, "kick.wav")
            engine.play_sample(0, 0.8)

    Making one checks the device; `run()` opens the stream; `play`, `stop`, `pause` and `resume` move the transport with
    the stream open; `shut_down()` closes it. Each may be called again. Any thread may call anything at any time.
    """

    def __new__(
        cls,
        device: Optional[str] = None,
        sample_rate: Optional[int] = None,
        channels: Optional[int] = None,
        block_size: int = 512,
        slots: int = 32,
        voices: int = 64,
        *,
        fallback: bool = False,
    ) -> "AudioEngine":
        """An engine on a device.

        device: the id or name of one of `devices()`, or a part of it; without it, the system's default.
        sample_rate: in Hz; without it, what the device prefers. channels: 1 to 64; without it, as many as it prefers.
        block_size: frames in a callback, 16 to 8192. slots: 1 to 256. voices: how many play at once, 1 to 2048.
        fallback: if the device is not there the default one plays, or if there is none the engine runs silently until one
        comes; `missing` says why.

        Raises DeviceNotFound, StreamCreationFailed, InvalidValue.
        """
        self = super().__new__(
            cls, device, sample_rate, channels, block_size, slots, voices, fallback, False
        )
        _engines.add(self)
        return self


class OfflineEngine(_Base):
    """The same without a device: `render(seconds)` gives the next of its sound as an array, as fast as the machine goes.

    Its time stands still in between, so that what is asked for takes effect at exact frames.
    """

    def __new__(
        cls, sample_rate: int = 48_000, channels: int = 2, slots: int = 32, voices: int = 64
    ) -> "OfflineEngine":
        """An engine of so many frames a second and channels."""
        self = super().__new__(cls, None, sample_rate, channels, 512, slots, voices, False, True)
        _engines.add(self)
        return self

    def render(self, seconds: float) -> "npt.NDArray[np.float32]":
        """The next so many seconds: an array of shape (frames, channels), float32, full scale -1 to 1."""
        return self._render(seconds)


class Subscription:
    """A callback that gets messages; `cancel()` ends it."""

    def __init__(self, engine: _Base, callback: Callable[[AudioMessage], object]) -> None:
        if not callable(callback):
            raise TypeError("the callback cannot be called")
        self._ended = threading.Event()
        # The thread must not keep the engine: who drops it wants it to end.
        self._thread = threading.Thread(
            target=_pass_on, args=(weakref.ref(engine), callback, self._ended), name="sostenuto-callback", daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """No more messages come after this."""
        self._ended.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_why: object) -> None:
        self.cancel()


class _Raised:
    """What `sys.unraisablehook` is told."""

    def __init__(self, error: BaseException, callback: object) -> None:
        self.exc_type: Type[BaseException] = type(error)
        self.exc_value = error
        self.exc_traceback = error.__traceback__
        self.err_msg = "Exception ignored in a callback of a sostenuto engine"
        self.object = callback


def _pass_on(
    engine: "weakref.ref[_Base]", callback: Callable[[AudioMessage], object], ended: threading.Event
) -> None:
    while not ended.is_set():
        there = engine()
        if there is None:
            return
        message = there.receive_msg(0.05)
        if message is None:
            if there._is_over():
                return
            del there
            continue
        del there
        try:
            callback(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the messages go on
            sys.unraisablehook(_Raised(error, callback))  # type: ignore[arg-type]


def _shut_down_all() -> None:
    """Streams end before the interpreter does."""
    for engine in list(_engines):
        engine.shut_down()


atexit.register(_shut_down_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

__all__ = ["AudioEngine", "OfflineEngine", "Point", "Subscription"]
