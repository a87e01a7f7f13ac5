"""What an engine tells: each message is a class of its own, and all are kinds of `AudioMessage`.

Frames are counted from the first one that the engine rendered. `voice` is the `number` of the `Voice` that
`play_sample` returned, `id` the slot that it plays.

    match engine.receive_msg(timeout=1.0):
        case AudioMessage.VoiceFinished(voice=number):
            ...
        case None:
            ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Tuple


class AudioMessage:
    """What an engine tells. The kinds of messages are attributes of this class too: `AudioMessage.Pong`."""

    __slots__ = ()

    if TYPE_CHECKING:
        Pong: ClassVar[type[Pong]]
        SampleLoaded: ClassVar[type[SampleLoaded]]
        VoiceStarted: ClassVar[type[VoiceStarted]]
        VoiceFinished: ClassVar[type[VoiceFinished]]
        VoiceLooped: ClassVar[type[VoiceLooped]]
        VoiceStolen: ClassVar[type[VoiceStolen]]
        VoiceChoked: ClassVar[type[VoiceChoked]]
        TriggerDropped: ClassVar[type[TriggerDropped]]
        DeviceLost: ClassVar[type[DeviceLost]]
        DeviceReturned: ClassVar[type[DeviceReturned]]
        DeviceMissing: ClassVar[type[DeviceMissing]]
        ClockMoved: ClassVar[type[ClockMoved]]
        Underrun: ClassVar[type[Underrun]]
        Overrun: ClassVar[type[Overrun]]
        Position: ClassVar[type[Position]]
        Levels: ClassVar[type[Levels]]
        Refused: ClassVar[type[Refused]]
        NodeMuted: ClassVar[type[NodeMuted]]
        NodeTold: ClassVar[type[NodeTold]]
        StreamStarved: ClassVar[type[StreamStarved]]
        ReportsLost: ClassVar[type[ReportsLost]]
        MessagesLost: ClassVar[type[MessagesLost]]


@dataclass(frozen=True)
class Pong(AudioMessage):
    """The answer to `ping()`: the frame that is rendered next."""

    frame: int


@dataclass(frozen=True)
class SampleLoaded(AudioMessage):
    """A slot plays what was loaded from now on."""

    id: int


@dataclass(frozen=True)
class VoiceStarted(AudioMessage):
    """A voice began at a frame."""

    voice: int
    id: int
    frame: int


@dataclass(frozen=True)
class VoiceFinished(AudioMessage):
    """A voice came to its end, or died away, at a frame."""

    voice: int
    id: int
    frame: int


@dataclass(frozen=True)
class VoiceLooped(AudioMessage):
    """A voice begins its loop anew at a frame. Of loops that take 10 ms or more."""

    voice: int
    id: int
    frame: int


@dataclass(frozen=True)
class VoiceStolen(AudioMessage):
    """A voice was taken away for another one, if a patch lets its sampler steal."""

    voice: int
    id: int
    frame: int


@dataclass(frozen=True)
class VoiceChoked(AudioMessage):
    """A voice was ended by another of its choke group, by `choke()`, or because its slot was emptied."""

    voice: int
    id: int
    frame: int


@dataclass(frozen=True)
class TriggerDropped(AudioMessage):
    """A trigger that began no voice, and why. `frame` is None if it never came to the audio thread."""

    voice: int
    id: int
    frame: Optional[int]
    why: str


@dataclass(frozen=True)
class DeviceLost(AudioMessage):
    """A device has gone, or its stream has ended. It is tried again now and then; the sound goes on elsewhere."""

    device: str
    why: str


@dataclass(frozen=True)
class DeviceReturned(AudioMessage):
    """A device that was lost, or not there, plays again."""

    device: str


@dataclass(frozen=True)
class DeviceMissing(AudioMessage):
    """A device that a port asks for cannot be opened. `instead` plays in its place, if one does."""

    device: str
    why: str
    instead: Optional[str]


@dataclass(frozen=True)
class ClockMoved(AudioMessage):
    """The engine runs on the clock of another device from now on; of none if `device` is None."""

    device: Optional[str]
    why: str


@dataclass(frozen=True)
class Underrun(AudioMessage):
    """A port had nothing to play, or to hear, `count` times since it was last told, `total` times in all."""

    port: str
    count: int
    total: int


@dataclass(frozen=True)
class Overrun(AudioMessage):
    """A port had too much, so that something was left out, `count` times since it was last told, `total` in all."""

    port: str
    count: int
    total: int


@dataclass(frozen=True)
class Position(AudioMessage):
    """Where the transport is: beats are quarter notes from 0, bars and beats in the bar count from 1, the tempo is in quarter notes per minute."""

    frame: int
    beats: float
    bar: int
    beat: float
    tempo: float
    playing: bool


@dataclass(frozen=True)
class Levels(AudioMessage):
    """How loud the main output is, channel by channel: the peak since it was last told, and RMS over 300 ms. Full scale is 1."""

    frame: int
    peak: Tuple[float, ...]
    rms: Tuple[float, ...]


@dataclass(frozen=True)
class Refused(AudioMessage):
    """Something that was asked for did not take effect, and why."""

    ticket: int
    why: str


@dataclass(frozen=True)
class NodeMuted(AudioMessage):
    """A node of a patch put out something that is not a number, and is silent from that frame on."""

    node: str
    frame: int


@dataclass(frozen=True)
class NodeTold(AudioMessage):
    """A node of a patch tells something that is a matter of its kind."""

    node: str
    what: str
    place: int
    voice: int
    frame: int
    value: float


@dataclass(frozen=True)
class StreamStarved(AudioMessage):
    """What a stream was to play did not come in time, so that it faded out, `underruns` times since it was last told."""

    node: str
    underruns: int
    why: Optional[str]


@dataclass(frozen=True)
class ReportsLost(AudioMessage):
    """A node had more to tell at once than could be kept: so many reports of it are missing."""

    node: str
    count: int


@dataclass(frozen=True)
class MessagesLost(AudioMessage):
    """More than 65,536 messages waited: so many of the oldest are missing."""

    count: int


KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Pong,
        SampleLoaded,
        VoiceStarted,
        VoiceFinished,
        VoiceLooped,
        VoiceStolen,
        VoiceChoked,
        TriggerDropped,
        DeviceLost,
        DeviceReturned,
        DeviceMissing,
        ClockMoved,
        Underrun,
        Overrun,
        Position,
        Levels,
        Refused,
        NodeMuted,
        NodeTold,
        StreamStarved,
        ReportsLost,
        MessagesLost,
    )
}

for _name, _kind in KINDS.items():
    setattr(AudioMessage, _name, _kind)

__all__ = ["AudioMessage", *KINDS]
