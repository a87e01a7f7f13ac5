"""How are parts and instruments used, which a document defines? As nodes of a kind of their own."""

from __future__ import annotations

from typing import Mapping, Optional, Union

from .buffers import NAME, bad_name
from .signals import Mix, Node, Output, Signal, Value, as_mix, heard


class Instance(Node):
    """A node of a kind that the document defines: an instance of a part, or an instrument.

    Args:
        part: the name of the part.
        input: what comes in at its first input.
        inputs: what comes in at each input by name, in place of ``input``.
        values: parameters of the part. They are looked at when the document is read.
    """

    def __init__(
        self,
        part: str,
        input: Optional[Signal] = None,
        *,
        inputs: Optional[Mapping[str, Signal]] = None,
        name: Optional[str] = None,
        id: Optional[str] = None,
        bypass: bool = False,
        **values: Value,
    ) -> None:
        if not NAME.fullmatch(part):
            raise ValueError(bad_name(part))
        if input is not None and inputs:
            raise TypeError(f"{part}: give either input or inputs")
        self.part = part
        super().__init__({}, name=name, id=id, bypass=bypass)
        for port, signal in (inputs or {}).items():
            self.connect(signal, port)
        if input is not None:
            self.connect(input)
        for key, value in values.items():
            self.values[key] = value.mix() if isinstance(value, Signal) else value

    def owner(self) -> str:
        return self.part if self.name is None else f"{self.part} {self.name!r}"

    def out(self, port: str) -> Output:
        """One of its outputs by name."""
        return Output(self, port)

    def connect(self, signal: Union[Signal, float], port: Optional[str] = None) -> Instance:
        """Leads a signal into an input: into the first one if none is named."""
        port = "" if port is None else port
        self.cables[port] = heard(self.cables.get(port, Mix()).plus(as_mix(signal)))
        return self
