"""What do players, samplers and streams play? Sound files, and arrays of samples."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, Optional, Union

import numpy as np

#: What can be a name in a document: of a node, a part, a buffer.
NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Buffer:
    """A recording that nodes play: a sound file, or an array.

    Args:
        sound: the way to a WAV, AIFF, FLAC, MP3, Ogg Vorbis or M4A file; or an array of float32, float64 or int16 of
            shape ``(frames,)`` or ``(frames, channels)``, which is handed to the engine with the patch.
        rate: frames per second of an array; a file says its own.
        stream: leaves a file on the disk, for nodes of class ``Stream``.
        keep_rate: plays a file from its own frames, which are not resampled when it is read.
        name: what it is called in the document; made from the name of the file if left out.

    Raises:
        TypeError: an array of another type, or without a rate.
        ValueError: an array of another shape, a rate that is not above 0, or a name with other characters than
            letters (A to Z), digits, ``_`` and ``-``.
    """

    def __init__(
        self,
        sound: Union[str, os.PathLike[str], np.ndarray[Any, Any]],
        rate: Optional[float] = None,
        *,
        stream: bool = False,
        keep_rate: bool = False,
        name: Optional[str] = None,
    ) -> None:
        if name is not None and not NAME.fullmatch(name):
            raise ValueError(bad_name(name))
        self.path: Optional[str] = None
        self.array: Optional[np.ndarray[Any, Any]] = None
        if isinstance(sound, np.ndarray):
            if stream or keep_rate:
                raise TypeError("an array lies in memory at its own rate: it takes neither stream nor keep_rate")
            self.array = _checked(sound)
            if rate is None:
                raise TypeError("an array needs its rate: Buffer(array, rate=48000)")
            if not rate > 0:
                raise ValueError(f"rate = {rate} is out of range; it has to be above 0")
        else:
            self.path = os.fspath(sound)
            if rate is not None:
                raise TypeError("a file says its own rate: leave rate out")
        self.rate = rate
        self.stream = stream
        self.keep_rate = keep_rate
        self.name = name

    def __repr__(self) -> str:
        what = repr(self.path) if self.array is None else f"array of {self.array.shape}"
        return f"Buffer({what})"

    @property
    def key(self) -> object:
        """What two of the same sound have in common."""
        if self.array is not None:
            return id(self.array), self.rate, self.name
        return self.path, self.stream, self.keep_rate, self.name

    def stem(self) -> str:
        """A name for it: its own, or one made from that of its file."""
        if self.name is not None:
            return self.name
        stem = os.path.splitext(os.path.basename(self.path or ""))[0]
        return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:100] or "buffer"

    def document(self) -> Dict[str, Any]:
        """What stands under its name in a document; nothing for an array, which is handed over."""
        if self.path is None:
            return {}
        flags = {"stream": self.stream, "keep_rate": self.keep_rate}
        return {"file": self.path, **{name: True for name, flag in flags.items() if flag}}


#: What can stand where a buffer belongs: a buffer, the way to a file, or the name of a buffer of the document.
Playable = Union[Buffer, str, os.PathLike[str]]


def playable(value: object, stream: bool = False) -> Union[Buffer, str]:
    """A buffer, or the name of one. Text that can be a name is one; anything else is the way to a file."""
    if isinstance(value, Buffer):
        return value
    if isinstance(value, str) and NAME.fullmatch(value):
        return value
    if isinstance(value, (str, os.PathLike)):
        return Buffer(value, stream=stream)
    if isinstance(value, np.ndarray):
        raise TypeError("an array needs its rate: Buffer(array, rate=48000)")
    raise TypeError(f"a buffer is a Buffer, the way to a file, or a name, not {type(value).__name__}")


def bad_name(name: str) -> str:
    """What is wrong with a name."""
    return f"{name!r} cannot be a name; write 1 to 128 letters (A to Z), digits, _ and -"


def _checked(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.dtype not in (np.float32, np.float64, np.int16):
        raise TypeError(f"an array of {array.dtype} cannot be played: make it float32, float64 or int16")
    if array.ndim not in (1, 2):
        raise ValueError(f"an array of shape {array.shape} cannot be played: make it (frames,) or (frames, channels)")
    return array
