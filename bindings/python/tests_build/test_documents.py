"""Whole documents: buffers, samplers, parts, instruments, sequences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sostenuto.build import Buffer, Instance, build, part_dict, patch_dict
from sostenuto.nodes import Adsr, Inlet, Lowpass, Note, Outlet, Player, Sampler, Saw, Stream


def test_what_plays_names_its_buffers() -> None:
    sea = Buffer("sounds/the sea.flac", keep_rate=True)
    players = [Player(sea), Player("bell.wav", speed=2), Player(Path("bell.wav")), Player("take"), Stream("long.flac")]
    document = patch_dict(*players, buffers={"take": {}, "bell": "other/bell.wav"})
    assert document["buffers"] == {
        "take": {},
        "bell": {"file": "other/bell.wav"},
        "the-sea": {"file": "sounds/the sea.flac", "keep_rate": True},
        "bell2": {"file": "bell.wav"},
        "long": {"file": "long.flac", "stream": True},
    }
    played = [node["buffer"] for node in document["nodes"].values() if "buffer" in node]
    assert played == ["the-sea", "bell2", "bell2", "take", "long"]


def test_arrays_are_handed_over_by_name() -> None:
    tone = np.zeros((100, 2), np.float32)
    one, two = Buffer(tone, 44_100), Buffer(np.zeros(10), 48_000, name="two")
    built = build(Player(one, name="a"), Player(Buffer(tone, 44_100)), Player(two, channels=1))
    assert built.document["buffers"] == {"buffer": {}, "two": {}}
    assert built.arrays == {"buffer": one, "two": two}
    assert built.arrays["buffer"].array is tone and built.arrays["buffer"].rate == 44_100
    with pytest.raises(TypeError, match="an array needs its rate"):
        Player(tone)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="float32, float64 or int16"):
        Buffer(np.zeros(3, np.int32), 48_000)
    with pytest.raises(ValueError, match="shape"):
        Buffer(np.zeros((1, 2, 3)), 48_000)
    with pytest.raises(ValueError, match="rate = 0"):
        Buffer(tone, 0)
    with pytest.raises(ValueError, match="two buffers are called 'two'"):
        patch_dict(Player(two), Player(Buffer(tone, 8000, name="two")))


def test_samplers_have_slots() -> None:
    kit = Sampler(["kick.wav", {"buffer": Buffer("hat.wav"), "choke": 1, "gain": "-3 dB"}, "pad"], voices=16)
    document = patch_dict(kit, buffers={"pad": {"file": "pad.wav"}})
    assert document["nodes"]["sampler"] == {
        "kind": "sampler",
        "slots": ["kick", {"buffer": "hat", "choke": 1, "gain": "-3 dB"}, "pad"],
        "voices": 16,
    }
    assert set(document["buffers"]) == {"pad", "kick", "hat"}
    with pytest.raises(ValueError, match="a slot needs its buffer"):
        Sampler([{"gain": 1}])
    with pytest.raises(TypeError, match="slots takes a list of buffers, not str"):
        Sampler("kick.wav")


def test_instruments_are_written_like_patches() -> None:
    note = Note(name="note")
    low = Lowpass(Saw(note), cutoff=2000 + 1000 * note.velocity, name="low")
    lead = part_dict(low * Adsr(note.gate), voices=8, mode="legato", params={"tone": (low, "cutoff")})
    assert lead == {
        "voices": 8,
        "mode": "legato",
        "params": {"tone": "low.cutoff"},
        "nodes": {
            "note": {"kind": "note"},
            "saw": {"kind": "saw", "frequency": {"from": "note"}},
            "low": {
                "kind": "lowpass",
                "inputs": ["saw"],
                "cutoff": {"value": 2000.0, "from": "note.velocity", "depth": 1000.0},
            },
            "adsr": {"kind": "adsr", "inputs": ["note.gate"]},
            "multiply": {"kind": "multiply", "inputs": {"a": ["low"], "b": ["adsr"]}},
            "out": {"kind": "outlet", "inputs": ["multiply"]},
        },
    }
    player = Instance("lead", name="melody", tone=500)
    steps = [{"pitch": "C3"}, {}]
    points = [{"at": 0, "value": 200}]
    document = patch_dict(
        0.5 * player,
        title="Two bars",
        parts={"lead": lead},
        transport={"tempo": 96},
        sequence=[{"to": player, "steps": steps}, {"to": (player, "tone"), "points": points}, {"to": "x.y"}],
    )
    assert list(document) == ["title", "transport", "parts", "nodes", "sequence"]
    assert document["nodes"]["melody"] == {"kind": "lead", "tone": 500}
    assert [sequence["to"] for sequence in document["sequence"]] == ["melody", "melody.tone", "x.y"]
    json.dumps(document)
    with pytest.raises(ValueError, match="a sequence leads to <Saw>, which nothing that is heard hears"):
        patch_dict(player, sequence=[{"to": Saw(), "steps": []}])


def test_parts_have_inputs_outputs_and_parameters() -> None:
    one, two = Lowpass(Inlet(channels=2)), Lowpass(Inlet(name="side"))
    strip = part_dict(
        Outlet(one, name="left"),
        Outlet(two, name="right"),
        params={
            "both": [(one, "cutoff"), (two, "cutoff")],
            "some": {"to": (one, "q"), "min": 0.5, "max": 2},
            "by_name": "lowpass.q",
        },
    )
    assert strip["params"] == {
        "both": {"to": ["lowpass.cutoff", "lowpass2.cutoff"]},
        "some": {"to": "lowpass.q", "min": 0.5, "max": 2},
        "by_name": "lowpass.q",
    }
    assert list(strip["nodes"]) == ["in", "lowpass", "left", "side", "lowpass2", "right"]
    assert strip["nodes"]["in"] == {"kind": "inlet", "channels": 2}
    used = Instance("strip", inputs={"in": Saw(), "side": 0.5 * Saw()}, some=1, name="s")
    document = patch_dict(used.out("right"), Instance("strip", used), parts={"strip": strip})
    assert document["nodes"]["s"]["inputs"] == {"in": ["saw"], "side": [{"from": "saw2", "gain": -6.0206}]}
    assert document["nodes"]["strip"]["inputs"] == ["s"]
    assert document["nodes"]["out"]["inputs"] == ["s.right", "strip"]
    with pytest.raises(ValueError, match="parameter 'tone' leads to <Saw>"):
        part_dict(one, params={"tone": (Saw(), "frequency")})
    with pytest.raises(ValueError, match="a part plays buffers by name"):
        part_dict(Player("kick.wav"))
    with pytest.raises(TypeError, match="either input or inputs"):
        Instance("strip", Saw(), inputs={"side": Saw()})
