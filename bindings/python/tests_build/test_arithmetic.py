"""Any arithmetic with signals comes out in the document as what it is with numbers."""

from __future__ import annotations

import math
import random
from typing import Any, Dict, List, Tuple

import pytest

from sostenuto.build import patch_dict
from sostenuto.nodes import Saw

#: What each source stands for.
VALUES = {"a": 0.5, "b": -1.25, "c": 3.0}


def expression(dice: random.Random, depth: int, sources: Dict[str, Saw]) -> Tuple[Any, float]:
    """An expression of signals, and the same of numbers."""
    if depth == 0:
        name = dice.choice(list(sources))
        return sources[name], VALUES[name]
    (left, x), (right, y) = (expression(dice, depth - 1 - dice.randrange(2) * (depth > 1), sources) for _ in range(2))
    number = dice.choice([-2.0, -0.5, 0.0, 0.3, 1.0, 1.5])
    choices: List[Tuple[Any, float]] = [
        (left + right, x + y),
        (left - right, x - y),
        (left * right, x * y),
        (number * left, number * x),
        (left / (number or 4.0), x / (number or 4.0)),
        (left + number, x + number),
        (number - left, number - x),
        (-left, -x),
    ]
    return dice.choice(choices)


def heard(document: Dict[str, Any], name: str, known: Dict[str, float]) -> float:
    """What a node of a document puts out, if every source stands for its number."""
    if name not in known:
        node = document["nodes"][name]
        inputs = node.get("inputs", [])

        def total(cables: List[Any]) -> float:
            plain: List[Dict[str, Any]] = []
            for cable in cables:
                plain.append({"from": cable, "gain": 0.0} if isinstance(cable, str) else cable)
            gains = [0.0 if cable["gain"] == -120.0 else math.pow(10.0, cable["gain"] / 20.0) for cable in plain]
            return math.fsum(gain * heard(document, cable["from"], known) for gain, cable in zip(gains, plain))

        if node["kind"] == "constant":
            known[name] = node["value"]
        elif node["kind"] == "multiply":
            # An input into which nothing leads is silent.
            known[name] = total(inputs.get("a", [])) * total(inputs.get("b", []))
        else:
            known[name] = node.get("offset", 0.0) + node.get("scale", 1.0) * total(inputs)
    return known[name]


@pytest.mark.parametrize("seed", range(300))
def test_a_document_is_what_the_expression_says(seed: int) -> None:
    dice = random.Random(seed)
    sound, wanted = expression(dice, 5, {name: Saw(name=name) for name in VALUES})
    document = patch_dict(sound + 0.0)
    assert heard(document, "out", dict(VALUES)) == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    for node in document["nodes"].values():
        for cable in node["inputs"] if isinstance(node.get("inputs"), list) else []:
            assert isinstance(cable, str) or -120.0 <= cable["gain"] <= 60.0
