"""Patches: described sounds, from documents, dicts, or nodes put together in Python."""

from __future__ import annotations

from typing import Any, Mapping

from ._sostenuto import Patch
from ._sostenuto import render as _render
from .build import build


def _of(*sounds: Any, **extras: Any) -> Patch:
    """A patch that plays nodes put together in Python."""
    built = build(*sounds, **extras)
    arrays = {name: (buffer.array, buffer.rate or 0.0) for name, buffer in built.arrays.items()}
    return Patch.from_dict(built.document, sounds=arrays)


def as_patch(what: Any) -> Patch:
    """A patch of what is one, or can be made into one: a document in TOML, a dict, or nodes."""
    if isinstance(what, Patch):
        return what
    if isinstance(what, str):
        return Patch.from_toml(what)
    if isinstance(what, Mapping):
        return Patch.from_dict(dict(what))
    return Patch.of(*what) if isinstance(what, (list, tuple)) else Patch.of(what)


def render(
    patch: Any,
    seconds: float,
    sample_rate: int = 48_000,
    *,
    channels: int = 2,
    script: "str | None" = None,
) -> Any:
    """Renders a patch as fast as the machine goes: an array of shape (frames, channels), float32, full scale -1 to 1.

    The same samples as `sostenuto render` writes. patch: a Patch, a document in TOML, a dict, or nodes. seconds: at most
    24 hours. sample_rate: 8000 to 384000 Hz. channels: 1 to 64. script: commands with their times, a line each, as
    `sostenuto render --script` takes them.
    """
    return _render(as_patch(patch), seconds, sample_rate, channels=channels, script=script)


__all__ = ["Patch", "as_patch", "render"]
