"""A sampler, a looper and whole patches, played by a real-time engine that never waits for Python.

    from sostenuto import AudioEngine

    with AudioEngine() as engine:
        engine.load_sample(0, "kick.wav")
        engine.play_sample(0, 0.8)

The sound is made by a thread that knows nothing of Python: a program that hangs, or collects garbage, does not touch it.
"""

from __future__ import annotations

from typing import Any, List, TypedDict

from . import _sostenuto
from ._sostenuto import MAX_SAMPLE_SLOTS, MAX_VOICES, Feed, Recording, Voice, __version__
from .engine import AudioEngine, OfflineEngine, Subscription
from .errors import (
    AudioError,
    DeviceNotFound,
    InvalidValue,
    PatchError,
    SampleNotFound,
    StreamCreationFailed,
)
from .messages import AudioMessage
from .patch import Patch, render


class Device(TypedDict):
    """A sound device: channels at most, frames per second and frames in a block unless asked otherwise."""

    id: str
    name: str
    default: bool
    default_input: bool
    inputs: int
    outputs: int
    sample_rate: int
    block_size: int


def devices() -> List[Device]:
    """The sound devices that there are. Takes as long as the system needs to list them."""
    found: Any = _sostenuto.devices()
    return list(found)


__all__ = [
    "MAX_SAMPLE_SLOTS",
    "MAX_VOICES",
    "AudioEngine",
    "AudioError",
    "AudioMessage",
    "Device",
    "DeviceNotFound",
    "Feed",
    "InvalidValue",
    "OfflineEngine",
    "Patch",
    "PatchError",
    "Recording",
    "SampleNotFound",
    "StreamCreationFailed",
    "Subscription",
    "Voice",
    "__version__",
    "devices",
    "render",
]
