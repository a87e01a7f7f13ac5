"""How do nodes written in Python become a document? They are gathered from what is heard to its sources, and named.

>>> from sostenuto.build import patch_dict
>>> from sostenuto.nodes import Lfo, Lowpass, Saw
>>> patch_dict(0.5 * Lowpass(Saw(110), cutoff=800 + 400 * Lfo(0.5)))["nodes"]["lowpass"]
{'kind': 'lowpass', 'inputs': ['saw'], 'cutoff': {'value': 800.0, 'from': 'lfo', 'depth': 400.0}}
"""

from __future__ import annotations

import math
from typing import Any, Container, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, Union

from .buffers import NAME, Buffer, Playable, bad_name, playable
from .parts import Instance
from .signals import Mix, Node, Output, Signal, Value

__all__ = ["Buffer", "Built", "Instance", "Node", "Signal", "Value", "build", "part_dict", "patch_dict"]

#: A parameter of a node.
Parameter = Tuple[Node, str]


class Built(NamedTuple):
    """A patch as a document, and what was found on the way."""

    #: The document, of what JSON has.
    document: Dict[str, Any]
    #: What each node is called in it.
    names: Dict[Node, str]
    #: The arrays among its buffers, by the names under which they are to be handed over.
    arrays: Dict[str, Buffer]


def patch_dict(*sounds: Signal, **extras: Any) -> Dict[str, Any]:
    """The document of a patch in which these sounds are heard together. Takes what :func:`build` takes; buffers that
    are arrays stand in it by their names only, and are to be handed over.
    """
    return build(*sounds, **extras).document


def build(
    *sounds: Signal,
    title: Optional[str] = None,
    buffers: Optional[Mapping[str, Union[Playable, Mapping[str, Any]]]] = None,
    parts: Optional[Mapping[str, Mapping[str, Any]]] = None,
    transport: Optional[Mapping[str, Any]] = None,
    sequence: Optional[Sequence[Mapping[str, Any]]] = None,
) -> Built:
    """A patch in which these sounds are heard together.

    Nodes of class ``AudioOut`` are outputs by themselves; for all else an ``audio_out`` called ``out`` is added. Nodes
    without a name are called after their kind: ``saw``, ``saw2`` …, in the order in which they are come upon.

    Args:
        sounds: what is heard.
        title: what the patch is called.
        buffers: recordings by name: the ways to files, arrays, or tables as documents have them.
        parts: parts and instruments by name, as documents have them or as :func:`part_dict` makes them.
        transport: tempo, meter and clock, as documents have them.
        sequence: sequences as documents have them; ``to`` may be a node, or a node and the name of a parameter,
            ``(node, "cutoff")``.

    Raises:
        ValueError: nothing is heard, two nodes or buffers have one name, or a sequence leads to a node that is not in
            the patch.
        TypeError: what is to be heard is no signal.
    """
    nodes, names = _gather(_outputs(sounds, "audio_out"))
    shelf = _Shelf(buffers or {})
    document: Dict[str, Any] = {} if title is None else {"title": title}
    described = {names[node]: _node(node, names, shelf) for node in nodes}
    if shelf.entries:
        document["buffers"] = shelf.entries
    if transport:
        document["transport"] = dict(transport)
    if parts:
        document["parts"] = {name: _part(name, part) for name, part in parts.items()}
    document["nodes"] = described
    if sequence:
        document["sequence"] = [_sequence(one, names) for one in sequence]
    return Built(document, names, shelf.arrays)


def part_dict(
    *outlets: Signal,
    params: Optional[Mapping[str, Union[str, Parameter, Sequence[Parameter], Mapping[str, Any]]]] = None,
    **voicing: Union[int, str, float],
) -> Dict[str, Any]:
    """A part, or with ``voices`` an instrument, of which these are the outputs; for ``parts=`` of a patch.

    Its inputs are its nodes of class ``Inlet``. Nodes of class ``Outlet`` are outputs by themselves; for all else an
    ``outlet`` called ``out`` is added. What it plays from a buffer it names: buffers belong to the patch.

    Args:
        outlets: what comes out.
        params: its parameters: what each stands for inside, ``(node, "cutoff")``, a list of such, or a table with
            ``to`` and ``min``, ``max`` or ``default``.
        voicing: ``voices``, ``spares``, ``mode``, ``steal``, ``priority``, ``glide``, ``fade``: what makes it an
            instrument.

    Raises:
        ValueError: as of :func:`build`, or a parameter stands for a node that is not in the part.
    """
    nodes, names = _gather(_outputs(outlets, "outlet"))
    shelf = _Shelf({})
    part: Dict[str, Any] = dict(voicing)
    if params:
        part["params"] = {name: _target(name, target, names) for name, target in params.items()}
    part["nodes"] = {names[node]: _node(node, names, shelf) for node in nodes}
    if shelf.entries:
        raise ValueError("a part plays buffers by name: give them to the patch, under buffers")
    return part


def _outputs(sounds: Sequence[Signal], kind: str) -> List[Node]:
    """The outputs among what is heard, and one more for all else."""
    from . import nodes

    ends: List[Node] = []
    others: List[Mix] = []
    for sound in sounds:
        if isinstance(sound, type) or not isinstance(sound, Signal):
            raise TypeError(f"what is heard is a signal, not {sound!r}")
        if isinstance(sound, Node) and not isinstance(sound, Instance) and sound.kind.name == kind:
            ends.append(sound)
        else:
            others.append(sound.mix())
    rest = Mix([term for mix in others for term in mix.terms.items()], sum(mix.offset for mix in others))
    if rest.terms or rest.offset:
        # The name is given to it when all others are known.
        ends.append((nodes.AudioOut if kind == "audio_out" else nodes.Outlet)(rest))
    if not ends:
        raise ValueError("there is nothing to hear: give at least one signal")
    return ends


def _gather(ends: Sequence[Node]) -> Tuple[List[Node], Dict[Node, str]]:
    """All nodes that lead to the ends, each behind what it hears but for loops; and their names."""
    found: List[Node] = []
    seen: Set[Node] = set()
    for end in ends:
        if end in seen:
            continue
        seen.add(end)
        way: List[Tuple[Node, Iterator[Node]]] = [(end, _heard_by(end))]
        while way:
            node, sources = way[-1]
            source = next((source for source in sources if source not in seen), None)
            if source is None:
                found.append(way.pop()[0])
            else:
                seen.add(source)
                way.append((source, _heard_by(source)))
    return found, _named(found)


def _heard_by(node: Node) -> Iterator[Node]:
    drives = (value for value in node.values.values() if isinstance(value, Mix))
    for mix in [*node.cables.values(), *drives]:
        for output in mix.terms:
            yield output.node


def _named(nodes: Sequence[Node]) -> Dict[Node, str]:
    names: Dict[Node, str] = {}
    taken: Set[str] = set()
    #: The number that the next of a kind may have.
    numbers: Dict[str, int] = {}
    for node in nodes:
        if node.name is not None:
            if node.name in taken:
                raise ValueError(f"two nodes are called {node.name!r}; give one of them another name")
            taken.add(node.name)
            names[node] = node.name
    for node in nodes:
        if node.name is None:
            stem = node.part if isinstance(node, Instance) else node.kind.name
            stem = {"audio_out": "out", "outlet": "out", "inlet": "in"}.get(stem, stem)
            names[node], numbers[stem] = _free(stem, taken, numbers.get(stem, 1))
            taken.add(names[node])
    return {node: names[node] for node in nodes}


def _free(stem: str, taken: Container[str], number: int = 1) -> Tuple[str, int]:
    """The stem, or the stem with the first number from one on that makes a name that is free; and the next number."""
    while True:
        name = stem if number == 1 else f"{stem}{number}"
        number += 1
        if name not in taken:
            return name, number


def _node(node: Node, names: Mapping[Node, str], shelf: _Shelf) -> Dict[str, Any]:
    document: Dict[str, Any] = {"kind": node.part if isinstance(node, Instance) else node.kind.name}
    if node.id is not None:
        document["id"] = node.id
    inputs = {port: _cables(mix, names) for port, mix in node.cables.items() if mix.terms}
    first = "" if isinstance(node, Instance) else next(iter(node.kind.inputs), None)
    if list(inputs) == [first]:
        document["inputs"] = inputs[first] if first is not None else []
    elif inputs:
        if "" in inputs:
            raise ValueError(
                f"{node.owner()} hears one signal at its first input and others by name; name all of its inputs"
            )
        document["inputs"] = inputs
    if node.channels is not None:
        document["channels"] = node.channels
    if node.bypass:
        document["bypass"] = True
    if node.buffer is not None:
        document["buffer"] = shelf.name(node.buffer)
    if node.slots:
        document["slots"] = [_slot(slot, shelf) for slot in node.slots]
    if node.device is not None:
        document["device"] = node.device
    for key, value in node.values.items():
        document[key] = _driven(value, names) if isinstance(value, Mix) else value
    return document


def _slot(slot: Mapping[str, Any], shelf: _Shelf) -> Union[str, Dict[str, Any]]:
    name = shelf.name(slot["buffer"])
    return name if len(slot) == 1 else {**slot, "buffer": name}


def _source(output: Output, names: Mapping[Node, str]) -> str:
    name = names[output.node]
    return f"{name}.{output.port}" if output.port else name


def _cables(mix: Mix, names: Mapping[Node, str]) -> List[Any]:
    cables: List[Any] = []
    for output, gain in mix.terms.items():
        source = _source(output, names)
        cables.append(source if gain == 1.0 else {"from": source, "gain": _decibels(gain)})
    return cables


def _decibels(gain: float) -> float:
    """A gain of a cable as documents have it; -120 is silence."""
    return max(-120.0, round(20.0 * math.log10(gain), 6)) if gain > 0.0 else -120.0


def _driven(mix: Mix, names: Mapping[Node, str]) -> Any:
    """What stands for a parameter that is driven."""
    drives = [{"from": _source(output, names), "depth": depth} for output, depth in mix.terms.items()]
    if not drives:
        return mix.offset
    if len(drives) > 1:
        return {"value": mix.offset, "drive": drives}
    if mix.offset == 0.0 and drives[0]["depth"] == 1.0:
        return {"from": drives[0]["from"]}
    return {"value": mix.offset, **drives[0]}


def _sequence(sequence: Mapping[str, Any], names: Mapping[Node, str]) -> Dict[str, Any]:
    document = dict(sequence)
    to = document.get("to")
    if isinstance(to, (Node, tuple)):
        document["to"] = _reference("a sequence", to, names)
    return document


def _part(name: str, part: Mapping[str, Any]) -> Dict[str, Any]:
    if not NAME.fullmatch(name):
        raise ValueError(bad_name(name))
    return dict(part)


def _target(name: str, target: object, names: Mapping[Node, str]) -> Any:
    """What a parameter of a part stands for, as documents have it."""
    owner = f"parameter {name!r}"
    if not isinstance(target, Mapping):
        to = _targets(owner, target, names)
        return {"to": to} if isinstance(to, list) else to
    return {**target, "to": _targets(owner, target["to"], names)} if "to" in target else dict(target)


def _targets(owner: str, target: object, names: Mapping[Node, str]) -> Union[str, List[str]]:
    """One parameter inside of a part, or a list of them, by name."""
    if isinstance(target, list):
        return [_reference(owner, one, names) for one in target]
    return _reference(owner, target, names)


def _reference(owner: str, target: object, names: Mapping[Node, str]) -> str:
    """A node, or a node and the name of a parameter, by name."""
    node, param = target if isinstance(target, tuple) else (target, None)
    if isinstance(node, str):
        return node if param is None else f"{node}.{param}"
    if not isinstance(node, Node) or node not in names:
        raise ValueError(f"{owner} leads to {node!r}, which nothing that is heard hears")
    return names[node] if param is None else f"{names[node]}.{param}"


class _Shelf:
    """The buffers of a document: those that are given, and those that its nodes play."""

    def __init__(self, given: Mapping[str, Union[Playable, Mapping[str, Any]]]) -> None:
        self.entries: Dict[str, Dict[str, Any]] = {}
        self.arrays: Dict[str, Buffer] = {}
        self._names: Dict[object, str] = {}
        for name, buffer in given.items():
            if not NAME.fullmatch(name):
                raise ValueError(bad_name(name))
            if isinstance(buffer, Mapping):
                self.entries[name] = dict(buffer)
            else:
                found = Buffer(buffer) if isinstance(buffer, str) else playable(buffer)
                assert isinstance(found, Buffer)
                self._put(name, found)

    def _put(self, name: str, buffer: Buffer) -> str:
        self.entries[name] = buffer.document()
        self._names.setdefault(buffer.key, name)
        if buffer.array is not None:
            self.arrays[name] = buffer
        return name

    def name(self, buffer: Union[Buffer, str]) -> str:
        """The name of a buffer, which is put on the shelf if it is new."""
        if isinstance(buffer, str):
            return buffer
        known = self._names.get(buffer.key)
        if known is not None:
            return known
        if buffer.name is not None and buffer.name in self.entries:
            raise ValueError(f"two buffers are called {buffer.name!r}; give one of them another name")
        return self._put(_free(buffer.stem(), self.entries)[0], buffer)
