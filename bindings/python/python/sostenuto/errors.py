"""What can go wrong. Each text says where, and what to do."""

from __future__ import annotations


class AudioError(Exception):
    """Anything that the engine refuses or cannot do. Nothing has changed then."""


class DeviceNotFound(AudioError):
    """There is no such sound device, or none at all. The text names those that there are."""


class StreamCreationFailed(AudioError):
    """The device is there, but no stream could be opened on it with what was asked for."""


class InvalidValue(AudioError, ValueError):
    """A value that is refused: the text has the range that is allowed."""


class PatchError(AudioError, ValueError):
    """A patch that cannot sound: the text has all its problems, a line each, with their places."""


class SampleNotFound(AudioError, FileNotFoundError):
    """A file that is not there."""


__all__ = [
    "AudioError",
    "DeviceNotFound",
    "InvalidValue",
    "PatchError",
    "SampleNotFound",
    "StreamCreationFailed",
]
