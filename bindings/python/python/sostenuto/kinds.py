"""What does a kind of node take, and does a value fit?

The classes of :mod:`sostenuto.nodes` say so in these words. They are made from the catalogue of the engine.
"""

from __future__ import annotations

import difflib
import math
import numbers
import struct
from dataclasses import dataclass
from typing import Iterable, Optional, Tuple, Union

#: What stands in a document for a plain value.
Plain = Union[float, int, str, bool]


@dataclass(frozen=True)
class Quantity:
    """A parameter or a setting: its name, unit, range and default; the names of its values if it is a choice."""

    name: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    default: float = 0.0
    choices: Tuple[str, ...] = ()
    whole: bool = False

    def plain(self, owner: str, value: object) -> Plain:
        """The value as a document has it.

        Text is taken for a number with a unit, as ``"2.2 kHz"`` or ``"A4"``, and looked at when the document is read.

        Raises:
            ValueError: it is out of range, no choice, not finite, or not whole.
            TypeError: it is neither a number nor text.
        """
        if self.choices:
            return self._choice(owner, value)
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            takes = f"a number{f' in {self.unit}' if self.unit not in ('', 'x') else ''} or text"
            raise TypeError(f"{owner}: {self.name} takes {takes}, not {type(value).__name__}")
        number = finite(f"{owner}: {self.name}", value)
        if not (self._holds(number) or self._holds(single(number))):
            low, high = self.show(self.low), self.show(self.high)
            raise ValueError(
                f"{owner}: {self.name} = {self.show(number)} is out of range; it goes from {low} to {high}"
            )
        if self.whole:
            if number != int(number):
                raise ValueError(f"{owner}: {self.name} = {number:g} is not a whole number")
            return int(number)
        return number

    def _choice(self, owner: str, value: object) -> Plain:
        if isinstance(value, bool) and self.choices == ("off", "on"):
            return self.choices[int(value)]
        if isinstance(value, str) and value in self.choices:
            return value
        meant = nearest(value, self.choices)
        raise ValueError(
            f"{owner}: {self.name} = {value!r} is not a choice{meant}; the choices are {listed(self.choices)}"
        )

    def _holds(self, number: float) -> bool:
        return self.low <= number <= self.high

    def show(self, number: float) -> str:
        """A number with its unit."""
        return f"{number:.7g} {self.unit}" if self.unit not in ("", "x") else f"{number:.7g}"


@dataclass(frozen=True)
class Bank:
    """Inputs and parameters that come numbered, from 1 to at most ``most``: ``in1``, ``gain1``, ``in2`` …"""

    port: str
    params: Tuple[Quantity, ...]
    most: int


@dataclass(frozen=True)
class Kind:
    """A kind of node. Cables that name no port lead from the first output to the first input."""

    name: str
    inputs: Tuple[str, ...] = ()
    outputs: Tuple[str, ...] = ()
    params: Tuple[Quantity, ...] = ()
    settings: Tuple[Quantity, ...] = ()
    bank: Optional[Bank] = None

    def param(self, name: str) -> Optional[Quantity]:
        """The parameter of that name, also one of the bank."""
        found = next((param for param in self.params if param.name == name), None)
        if found is not None or self.bank is None:
            return found
        bank = self.bank
        stems = {f"{param.name}{number}": param for param in bank.params for number in range(1, bank.most + 1)}
        stem = stems.get(name)
        if stem is None:
            return None
        return Quantity(name, stem.unit, stem.low, stem.high, stem.default, stem.choices, stem.whole)

    def setting(self, name: str) -> Optional[Quantity]:
        """The setting of that name."""
        return next((setting for setting in self.settings if setting.name == name), None)

    def has_input(self, port: str) -> bool:
        """Whether there is an input of that name, also in the bank."""
        if port in self.inputs:
            return True
        bank = self.bank
        return bank is not None and port in (f"{bank.port}{number}" for number in range(1, bank.most + 1))


def finite(what: str, value: object) -> float:
    """A real number as a float.

    Raises:
        ValueError: it is infinite or not a number.
    """
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError(f"{what} = {number} is not a finite number")
    return number


def single(number: float) -> float:
    """The nearest number of single precision, in which the engine keeps ranges; infinite if there is none."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.inf


def nearest(word: object, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` if a known word is like it, else nothing."""
    found = difflib.get_close_matches(str(word), list(known), 1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def listed(names: Iterable[str]) -> str:
    """The names one after the other, or ``none``."""
    return ", ".join(names) or "none"
