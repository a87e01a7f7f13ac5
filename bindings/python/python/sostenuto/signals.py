"""What can be written about signals in Python? Sums, gains, products, chains; and the nodes that they lead to."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Dict, Iterable, List, Mapping, NoReturn, Optional, Sequence, Tuple, TypeVar, Union

from .buffers import NAME, Buffer, Playable, bad_name, playable
from .kinds import Kind, Plain, finite, listed, nearest

#: What a parameter takes: a number in its unit, text with another, or a signal that drives it.
Value = Union[float, str, "Signal"]


class Signal:
    """Something that can be heard or drive a parameter: a node, one of its outputs, or a sum.

    ``a + b`` adds, ``0.5 * a`` is ``a`` at half its level, ``a * b`` is a node of kind ``multiply``, and ``a >> node``
    leads ``a`` into the first input of a node, which it is. As the value of a parameter, ``800 + 400 * lfo`` is 800 and
    what drives it by 400 times the signal.
    """

    # So that numpy leaves `array_scalar * signal` to the signal.
    __array_ufunc__: ClassVar[None] = None

    def mix(self) -> Mix:
        """The signal as a sum of outputs, each at its gain, and a number."""
        raise NotImplementedError

    def __add__(self, other: Union[Signal, float]) -> Mix:
        return self.mix().plus(as_mix(other))

    __radd__ = __add__

    def __sub__(self, other: Union[Signal, float]) -> Mix:
        return self.mix().plus(as_mix(other).times(-1.0))

    def __rsub__(self, other: Union[Signal, float]) -> Mix:
        return self.mix().times(-1.0).plus(as_mix(other))

    def __neg__(self) -> Mix:
        return self.mix().times(-1.0)

    def __mul__(self, other: Union[Signal, float]) -> Signal:
        if isinstance(other, Signal):
            from .nodes import Multiply

            return Multiply(self, other)
        return self.mix().times(number("a gain", other))

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Mix:
        if isinstance(other, Signal):
            raise TypeError("a signal cannot be divided by a signal")
        return self.mix().times(1.0 / number("a divisor", other))

    def __rshift__(self, node: NodeType) -> NodeType:
        if not isinstance(node, Node):
            hint = f": write {node.__name__}()" if isinstance(node, type) else ""
            raise TypeError(f"a signal goes into a node, not {node!r}{hint}")
        node.connect(self)
        return node


class Mix(Signal):
    """A sum of outputs, each at its gain, and a number."""

    def __init__(self, terms: Iterable[Tuple[Output, float]] = (), offset: float = 0.0) -> None:
        self.terms: Dict[Output, float] = {}
        for output, gain in terms:
            self.terms[output] = self.terms.get(output, 0.0) + gain
        self.offset = offset

    def mix(self) -> Mix:
        return self

    def plus(self, other: Mix) -> Mix:
        """The sum of both."""
        return Mix([*self.terms.items(), *other.terms.items()], self.offset + other.offset)

    def times(self, gain: float) -> Mix:
        """The same at a gain."""
        return Mix(((output, gain * own) for output, own in self.terms.items()), gain * self.offset)

    def __repr__(self) -> str:
        terms = [f"{gain:g} * {output!r}" for output, gain in self.terms.items()]
        return " + ".join([*terms, *([f"{self.offset:g}"] if self.offset or not terms else [])])


class Output(Signal):
    """An output of a node; of the first if ``port`` is empty."""

    def __init__(self, node: Node, port: str = "") -> None:
        self.node = node
        self.port = port

    def mix(self) -> Mix:
        return Mix([(self, 1.0)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Output) and self.node is other.node and self.port == other.port

    def __hash__(self) -> int:
        return hash((id(self.node), self.port))

    def __repr__(self) -> str:
        return f"{self.node!r}.out({self.port!r})" if self.port else repr(self.node)


class Node(Signal):
    """A node: the base of the classes in :mod:`sostenuto.nodes`. As a signal it is its first output.

    Every node can be given a ``name``, by which the engine knows it; without one it is called after its kind. Nodes
    that keep their name go on sounding when a patch is applied over another; with an ``id``, they may also change it.
    """

    kind: ClassVar[Kind]

    def __init__(
        self,
        values: Mapping[str, object],
        *,
        name: Optional[str] = None,
        id: Optional[str] = None,
        channels: Optional[int] = None,
        bypass: bool = False,
        unknown: Optional[Mapping[str, NoReturn]] = None,
    ) -> None:
        for label in (name, id):
            if label is not None and not NAME.fullmatch(label):
                raise ValueError(bad_name(label))
        self.name = name
        self.id = id
        self.channels = channels if channels is None else _channels(self.owner(), channels)
        self.bypass = bool(bypass)
        #: What comes in at each input.
        self.cables: Dict[str, Mix] = {}
        #: Parameters and settings as they stand in a document, and sums that drive parameters.
        self.values: Dict[str, Union[Plain, Mix]] = {}
        #: What it plays, and from which device or to which it leads.
        self.buffer: Optional[Union[Buffer, str]] = None
        self.slots: List[Dict[str, Any]] = []
        self.device: Optional[str] = None
        for word in unknown or {}:
            raise TypeError(self._unknown(word, values))
        for key, value in values.items():
            if value is not None:
                self._take(key, value, values)

    def owner(self) -> str:
        """What it is called in messages."""
        return type(self).__name__ if self.name is None else f"{type(self).__name__} {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self.owner()}>"

    def mix(self) -> Mix:
        return Output(self).mix()

    def out(self, port: str) -> Output:
        """One of its outputs by name.

        Raises:
            ValueError: there is none of that name.
        """
        outputs = self.kind.outputs
        if port not in outputs:
            raise ValueError(f"{self.owner()} has no output {port!r}{nearest(port, outputs)}; it has {listed(outputs)}")
        return Output(self, "" if port == outputs[0] else port)

    def connect(self: NodeType, signal: Union[Signal, float], port: Optional[str] = None) -> NodeType:
        """Leads a signal into an input, beside what comes in there already: into the first one, or of a mixer the next
        free one, if none is named. Also for loops, which need a delay on their way.

        Returns:
            The node itself.

        Raises:
            ValueError: there is no such input.
        """
        port = self._free() if port is None else port
        if not self.kind.has_input(port):
            raise ValueError(
                f"{self.owner()} has no input {port!r}{nearest(port, self.inputs())}; it has {listed(self.inputs())}"
            )
        self.cables[port] = heard(self.cables.get(port, Mix()).plus(as_mix(signal)))
        return self

    def inputs(self) -> List[str]:
        """The names of its inputs."""
        bank = self.kind.bank
        numbered = [] if bank is None else [f"{bank.port}{n}" for n in range(1, bank.most + 1)]
        return [*self.kind.inputs, *numbered]

    def _free(self) -> str:
        names = self.inputs()
        if self.kind.bank is None:
            if not names:
                raise ValueError(f"{self.owner()} has no inputs")
            return names[0]
        free = next((name for name in names if name not in self.cables), None)
        if free is None:
            raise ValueError(f"{self.owner()} has {len(names)} inputs, which are all in use")
        return free

    def _take(self, key: str, value: object, values: Mapping[str, object]) -> None:
        kind, owner = self.kind, self.owner()
        param, setting = kind.param(key), kind.setting(key)
        if kind.has_input(key) and (param is None or isinstance(value, Signal)):
            if not isinstance(value, Signal):
                shown = "input" if key == "in" else key
                raise TypeError(f"{owner}: {shown} takes a signal, not {type(value).__name__}")
            self.connect(value, key)
        elif param is not None:
            self.values[key] = self._driven(key, value) if isinstance(value, Signal) else param.plain(owner, value)
        elif setting is not None:
            if isinstance(value, Signal):
                raise TypeError(
                    f"{owner}: {key} is fixed for the node's life and cannot be driven; write a plain value"
                )
            self.values[key] = setting.plain(owner, value)
        elif key == "buffer":
            self.buffer = playable(value, stream=kind.name == "stream")
        elif key == "slots":
            self.slots = [_slot(owner, slot) for slot in _sequence(owner, value)]
        elif key == "device":
            if not isinstance(value, str):
                raise TypeError(f"{owner}: device takes the name of a device, not {type(value).__name__}")
            self.device = value
        else:
            raise TypeError(self._unknown(key, values))

    def _driven(self, key: str, value: Signal) -> Mix:
        """A sum that drives a parameter. Its number may be 0 whatever the range, which only the whole is kept in."""
        mix = value.mix()
        param = self.kind.param(key)
        if mix.offset != 0.0 and param is not None and not param.choices:
            param.plain(self.owner(), mix.offset)
        return mix

    def _unknown(self, word: str, values: Mapping[str, object]) -> str:
        keywords = ["input" if key == "in" else key for key in values if key != word]
        bank = self.kind.bank
        numbered = [] if bank is None else [f"{param.name}1" for param in bank.params]
        known = list(dict.fromkeys([*keywords, *numbered, "name", "id"]))
        return f"{type(self).__name__} has no keyword {word!r}{nearest(word, known)}; it takes {listed(known)}"


NodeType = TypeVar("NodeType", bound=Node)


def as_mix(value: Union[Signal, float]) -> Mix:
    """A signal or a number as a sum."""
    return value.mix() if isinstance(value, Signal) else Mix(offset=number("a signal", value))


def heard(mix: Mix) -> Mix:
    """The same sum as cables can have it: gains from 0 to 1000 (60 dB), and no number. All else goes through nodes."""
    from .nodes import Add, Constant

    terms: List[Tuple[Output, float]] = []
    for output, gain in mix.terms.items():
        if 0.0 <= gain <= 1000.0:
            terms.append((output, gain))
        else:
            terms.append((Output(Add(output, scale=gain)), 1.0))
    if mix.offset != 0.0:
        terms.append((Output(Constant(mix.offset)), 1.0))
    return Mix(terms)


def number(what: str, value: object) -> float:
    """A finite number.

    Raises:
        TypeError: it is none.
        ValueError: it is infinite or not a number.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{what} is a number or a signal, not {type(value).__name__}")
    return finite(what, value)


def _channels(owner: str, channels: object) -> int:
    count = int(channels) if isinstance(channels, numbers.Integral) and not isinstance(channels, bool) else 0
    if not 1 <= count <= 64:
        raise ValueError(f"{owner}: channels = {channels} is out of range; it is a whole number from 1 to 64")
    return count


def _sequence(owner: str, value: object) -> Sequence[object]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(f"{owner}: slots takes a list of buffers, not {type(value).__name__}")
    return value


def _slot(owner: str, slot: object) -> Dict[str, Any]:
    """A slot of a sampler: a buffer, or a mapping of one with what else there is."""
    if not isinstance(slot, Mapping):
        return {"buffer": playable(slot)}
    if "buffer" not in slot:
        raise ValueError(f"{owner}: a slot needs its buffer")
    return {**slot, "buffer": playable(slot["buffer"])}


#: What a slot of a sampler takes.
Slot = Union[Playable, Mapping[str, Any]]
