"""What the program says of what is written here: the classes are those of its catalogue, and it takes the documents.

Needs the program: `$SOSTENUTO`, the one in the target directory, or the one on the PATH.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

import generate
from sostenuto import nodes
from sostenuto.build import Instance, Node, part_dict, patch_dict
from sostenuto.kinds import Kind
from sostenuto.nodes import (
    Adsr,
    Compressor,
    Delay,
    Feed,
    Inlet,
    Lfo,
    Lowpass,
    Mixer,
    Note,
    Outlet,
    Reverb,
    Saw,
    Scope,
    Svf,
)

PROGRAM = generate.program()
needed = pytest.mark.skipif(PROGRAM is None, reason="the program `sostenuto` is not built")


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    assert PROGRAM is not None
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)


def check(document: Dict[str, Any], directory: Path) -> str:
    """What the program says is wrong with a document."""
    path = directory / "patch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    checked = run("check", str(path))
    return "" if checked.returncode == 0 else checked.stdout + checked.stderr


def all_classes() -> List[Any]:
    return [getattr(nodes, name) for name in nodes.__all__]


@needed
def test_the_classes_are_those_that_would_be_written_now() -> None:
    assert PROGRAM is not None
    assert generate.TARGET.read_text(encoding="utf-8") == generate.written(generate.catalogue_of(PROGRAM))


def kept_apart(kind: Kind) -> bool:
    """What has to be in a part, or plays something."""
    return kind.name in ("inlet", "outlet", "audio_out", "player", "stretch", "stream", "sampler", "note")


def variants() -> Iterator[Node]:
    """A node of each class with every parameter and setting at one end of its range, and at the other."""
    for number, cls in enumerate(all_classes()):
        kind: Kind = cls.kind
        if kept_apart(kind):
            continue
        for end in ("low", "high"):
            quantities = [*kind.params, *kind.settings]
            values = {q.name: q.choices[-1] if q.choices else getattr(q, end) for q in quantities}
            # As many inputs as it has are used.
            values.pop("count", None)
            node = cls(**values, name=f"n{number}-{end}")
            for port in node.inputs():
                node.connect(0.25 * Saw(), port)
            yield node


@needed
def test_every_class_is_a_kind_and_its_ranges_are_those_of_documents(tmp_path: Path) -> None:
    found = list(variants())
    assert len(found) > 80
    assert check(patch_dict(*(node * 0.01 for node in found)), tmp_path) == ""


@needed
def test_what_is_out_of_range_here_is_out_of_range_there(tmp_path: Path) -> None:
    tried = 0
    for cls in all_classes():
        for quantity in [] if kept_apart(cls.kind) else cls.kind.params:
            if quantity.choices:
                continue
            beyond = quantity.high + max(1e-3, abs(quantity.high) * 1e-3)
            with pytest.raises(ValueError, match="out of range"):
                cls(**{quantity.name: beyond})
            node = cls()
            node.values[quantity.name] = beyond
            tried += 1
            # One document for each would take long.
            if tried % 15 == 0:
                assert "out of range" in check(patch_dict(node), tmp_path), (cls, quantity.name)
    assert tried > 60


def documents() -> Dict[str, Dict[str, Any]]:
    voice = Lowpass(Saw(frequency=110), cutoff=800 + 400 * Lfo(rate=0.5))
    dub = Delay(voice, time=300, name="dub")
    dub.connect(0.5 * Svf(dub).band)
    note = Note()
    lead = part_dict(0.3 * Saw(note) * Adsr(note.gate), voices=4)
    tone = Lowpass(Inlet(channels=1))
    strip = part_dict(Outlet(tone, name="dry"), Outlet(0.5 * tone, name="wet"), params={"tone": (tone, "cutoff")})
    melody, through = Instance("lead", name="melody"), Instance("strip", Saw(55), tone=300)
    return {
        "five minutes": patch_dict(0.5 * voice + 0.3 * Reverb(voice)),
        "chain": patch_dict(Saw(110) >> Lowpass(cutoff="1.2 kHz") >> Reverb()),
        "loop": patch_dict(0.2 * dub),
        "arithmetic": patch_dict(0.25 * (Saw(220) - 0.5 * Saw(221)) * (1 - Lfo(3, unipolar=True))),
        "mixer": patch_dict(Mixer(0.2 * Saw(), Saw("A3"), gain2=-20, mute1=True)),
        "side chain": patch_dict(Compressor(0.3 * Saw(), Lfo(2), listen="sidechain")),
        "feed": patch_dict(Scope(Feed(channels=2, prime=2000))),
        "parts": patch_dict(
            0.5 * melody,
            through.out("wet"),
            parts={"lead": lead, "strip": strip},
            transport={"tempo": 100},
            sequence=[
                {"to": melody, "steps": [{"pitch": "C3"}, {"pitch": "E3"}]},
                {"to": (through, "tone"), "points": [{"at": 0, "value": 300}, {"at": 2, "value": 900}]},
            ],
        ),
    }


@needed
@pytest.mark.parametrize("name", list(documents()))
def test_the_program_takes_the_documents(name: str, tmp_path: Path) -> None:
    assert check(documents()[name], tmp_path) == ""


@needed
def test_a_loop_without_a_delay_is_told_with_its_nodes(tmp_path: Path) -> None:
    low = Lowpass(Saw(), name="low")
    low.connect(0.5 * Reverb(low, name="hall"))
    said = check(patch_dict(low), tmp_path)
    assert "low" in said and "hall" in said and "delay" in said


@needed
def test_it_sounds_as_the_same_document_by_hand(tmp_path: Path) -> None:
    by_hand = """
        [nodes]
        saw = { kind = "saw", frequency = 110.0 }
        lfo = { kind = "lfo", rate = 0.5 }
        lowpass = { kind = "lowpass", inputs = ["saw"], cutoff = { value = 800.0, from = "lfo", depth = 400.0 } }
        out = { kind = "audio_out", inputs = [{ from = "lowpass", gain = -6.0206 }] }
    """
    (tmp_path / "hand.toml").write_text(by_hand, encoding="utf-8")
    built = patch_dict(0.5 * Lowpass(Saw(110), cutoff=800 + 400 * Lfo(0.5)))
    (tmp_path / "built.json").write_text(json.dumps(built), encoding="utf-8")
    for source, target in (("hand.toml", "hand.wav"), ("built.json", "built.wav")):
        rendered = run("render", str(tmp_path / source), "--output", str(tmp_path / target), "--seconds", "1")
        assert rendered.returncode == 0, rendered.stderr
    assert (tmp_path / "hand.wav").read_bytes() == (tmp_path / "built.wav").read_bytes()
