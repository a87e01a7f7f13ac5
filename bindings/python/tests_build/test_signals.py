"""What is written about signals: sums, gains, products, chains, loops; and what drives parameters."""

from __future__ import annotations

from typing import Any, Dict

import numpy as np
import pytest

from sostenuto.build import Instance, patch_dict
from sostenuto.nodes import (
    Adsr,
    AudioIn,
    AudioOut,
    Compressor,
    Delay,
    Gain,
    Lfo,
    Lowpass,
    Mixer,
    Multiply,
    Note,
    Reverb,
    Saw,
    Sine,
    Svf,
    WhiteNoise,
)


def nodes(*sounds: Any) -> Dict[str, Any]:
    document: Dict[str, Any] = patch_dict(*sounds)["nodes"]
    return document


def test_a_musicians_five_minutes() -> None:
    voice = Lowpass(Saw(frequency=110), cutoff=800 + 400 * Lfo(rate=0.5))
    assert patch_dict(0.5 * voice + 0.3 * Reverb(voice)) == {
        "nodes": {
            "saw": {"kind": "saw", "frequency": 110.0},
            "lfo": {"kind": "lfo", "rate": 0.5},
            "lowpass": {
                "kind": "lowpass",
                "inputs": ["saw"],
                "cutoff": {"value": 800.0, "from": "lfo", "depth": 400.0},
            },
            "reverb": {"kind": "reverb", "inputs": ["lowpass"]},
            "out": {
                "kind": "audio_out",
                "inputs": [{"from": "lowpass", "gain": -6.0206}, {"from": "reverb", "gain": -10.457575}],
            },
        }
    }
    assert nodes(Saw(110) >> Lowpass(cutoff=800) >> Reverb()) == {
        "saw": {"kind": "saw", "frequency": 110.0},
        "lowpass": {"kind": "lowpass", "inputs": ["saw"], "cutoff": 800.0},
        "reverb": {"kind": "reverb", "inputs": ["lowpass"]},
        "out": {"kind": "audio_out", "inputs": ["reverb"]},
    }


def test_sums_add_and_gains_multiply() -> None:
    a, b = Saw(name="a"), Saw(name="b")
    assert nodes(2 * (a + b) / 2 + b)["out"]["inputs"] == ["a", {"from": "b", "gain": 6.0206}]
    assert nodes(a + a)["out"]["inputs"] == [{"from": "a", "gain": 6.0206}]
    assert nodes(a, b)["out"]["inputs"] == nodes(sum([a, b]))["out"]["inputs"] == ["a", "b"]
    assert nodes(0 * a)["out"]["inputs"] == [{"from": "a", "gain": -120.0}]
    assert nodes(1000 * a)["out"]["inputs"] == [{"from": "a", "gain": 60.0}]
    scaled = np.float32(0.25) * a * np.int64(2)  # type: ignore[operator]
    assert nodes(scaled)["out"]["inputs"] == [{"from": "a", "gain": -6.0206}]
    with pytest.raises(TypeError, match="cannot be divided"):
        a / b  # type: ignore[operator]
    with pytest.raises(TypeError, match="a gain is a number or a signal, not str"):
        a * "6 dB"  # type: ignore[operator]
    with pytest.raises(ValueError, match="not a finite number"):
        a * float("nan")
    with pytest.raises(TypeError, match="not bool"):
        a + True


def test_what_cables_cannot_say_goes_through_nodes() -> None:
    a, b = Saw(name="a"), Saw(name="b")
    assert nodes(a - 0.5 * b + 0.25) == {
        "a": {"kind": "saw"},
        "b": {"kind": "saw"},
        "add": {"kind": "add", "inputs": ["b"], "scale": -0.5},
        "constant": {"kind": "constant", "value": 0.25},
        "out": {"kind": "audio_out", "inputs": ["a", "add", "constant"]},
    }
    assert nodes(1 - a)["add"] == {"kind": "add", "inputs": ["a"], "scale": -1.0}
    assert nodes(-a)["out"]["inputs"] == ["add"]
    # What adds up to a plain gain is one.
    assert list(nodes(a - 0.25 * a)) == ["a", "out"]


def test_a_product_of_signals_is_a_node() -> None:
    voice = Saw() * Adsr(gate="on", attack="2 s")
    assert isinstance(voice, Multiply)
    assert nodes(voice) == {
        "saw": {"kind": "saw"},
        "adsr": {"kind": "adsr", "gate": "on", "attack": "2 s"},
        "multiply": {"kind": "multiply", "inputs": {"a": ["saw"], "b": ["adsr"]}},
        "out": {"kind": "audio_out", "inputs": ["multiply"]},
    }


def test_parameters_are_driven() -> None:
    slow, fast, note = Lfo(name="slow"), Lfo(name="fast"), Note(name="note")

    def frequency(value: Any) -> Any:
        return nodes(Sine(value))["sine"]["frequency"]

    assert frequency(slow * 5 + 440) == {"value": 440.0, "from": "slow", "depth": 5.0}
    assert frequency(440 - 5 * slow) == {"value": 440.0, "from": "slow", "depth": -5.0}
    assert frequency(440 + 5 * slow + 2 * fast) == {
        "value": 440.0,
        "drive": [{"from": "slow", "depth": 5.0}, {"from": "fast", "depth": 2.0}],
    }
    # A signal alone is followed; of a note, its frequency.
    assert frequency(note) == {"from": "note"}
    assert frequency(note.pressure) == {"from": "note.pressure"}
    assert frequency(2 * note.frequency) == {"value": 0.0, "from": "note", "depth": 2.0}
    # What the number alone must not be is said with its range; 0 stands for none.
    assert nodes(Lowpass(Saw(), cutoff=500 * slow))["lowpass"]["cutoff"]["value"] == 0.0
    with pytest.raises(ValueError, match=r"Lowpass: cutoff = 5 Hz is out of range; it goes from 10 Hz to 96000 Hz"):
        Lowpass(Saw(), cutoff=5 + 500 * slow)
    assert nodes(Lfo(1, shape=slow))["lfo"]["shape"] == {"from": "slow"}


def test_inputs_and_outputs_have_names() -> None:
    kick, pad = Saw(name="kick"), Saw(name="pad")
    assert nodes(Compressor(pad, sidechain=0.5 * kick, listen="sidechain"))["compressor"] == {
        "kind": "compressor",
        "inputs": {"in": ["pad"], "sidechain": [{"from": "kick", "gain": -6.0206}]},
        "listen": "sidechain",
    }
    filtered = Svf(pad, name="f")
    assert nodes(filtered + filtered.band + filtered.out("high") + filtered.low)["out"]["inputs"] == [
        {"from": "f", "gain": 6.0206},
        "f.band",
        "f.high",
    ]
    with pytest.raises(ValueError, match="has no output 'bnad' .did you mean 'band'.*low, band, high, notch"):
        filtered.out("bnad")
    with pytest.raises(ValueError, match="Compressor has no input 'side'.*it has in, sidechain"):
        Compressor(pad).connect(kick, "side")
    with pytest.raises(ValueError, match="Saw has no inputs"):
        pad >> Saw()
    # Where a trigger is an input and a parameter, a signal goes into the input.
    assert nodes(Lfo(2, trigger=kick))["lfo"] == {"kind": "lfo", "inputs": ["kick"], "rate": 2.0}
    assert nodes(Lfo(2, trigger=True))["lfo"] == {"kind": "lfo", "rate": 2.0, "trigger": "on"}


def test_mixers_number_their_inputs() -> None:
    a, b, c = (Saw(name=name) for name in "abc")
    mixer = Mixer(a, 0.5 * b, gain=-3, gain2=-6, mute1=True)
    assert nodes(c >> mixer)["mixer"] == {
        "kind": "mixer",
        "inputs": {"in1": ["a"], "in2": [{"from": "b", "gain": -6.0206}], "in3": ["c"]},
        "gain": -3.0,
        "gain2": -6.0,
        "mute1": "on",
    }
    with pytest.raises(TypeError, match="Mixer has no keyword 'gian1' \\(did you mean 'gain1'"):
        Mixer(a, gian1=3)
    with pytest.raises(ValueError, match="gain2 = 60 dB is out of range; it goes from -120 dB to 48 dB"):
        Mixer(a, gain2=60)
    with pytest.raises(ValueError, match="16 inputs, which are all in use"):
        Mixer(*[a] * 17)


def test_loops_are_closed_behind_a_delay() -> None:
    dub = Delay(Saw(110), time=300, name="dub")
    dub.connect(0.5 * Lowpass(dub, cutoff=900))
    assert nodes(dub) == {
        "saw": {"kind": "saw", "frequency": 110.0},
        "lowpass": {"kind": "lowpass", "inputs": ["dub"], "cutoff": 900.0},
        "dub": {"kind": "delay", "inputs": ["saw", {"from": "lowpass", "gain": -6.0206}], "time": 300.0},
        "out": {"kind": "audio_out", "inputs": ["dub"]},
    }


def test_nodes_are_named() -> None:
    named = nodes(Saw() + Saw(name="saw2") + Saw() + Gain(WhiteNoise(), id="level-1", bypass=True, channels=2))
    assert list(named) == ["saw", "saw2", "saw3", "white_noise", "gain", "out"]
    assert named["gain"] == {
        "kind": "gain",
        "id": "level-1",
        "inputs": ["white_noise"],
        "channels": 2,
        "bypass": True,
    }
    with pytest.raises(ValueError, match="two nodes are called 'a'"):
        nodes(Saw(name="a") + Saw(name="a"))
    with pytest.raises(ValueError, match="'a b' cannot be a name"):
        Saw(name="a b")
    monitor = AudioOut(Saw(), name="monitor", device="USB", first=3, clock=True)
    assert nodes(monitor, AudioIn(device="USB"))["monitor"] == {
        "kind": "audio_out",
        "inputs": ["saw"],
        "device": "USB",
        "first": 3,
        "clock": "on",
    }


def test_the_same_sounds_are_the_same_document_each_time() -> None:
    sound = 0.3 * Reverb(Saw() - Saw()) + Instance("lead", Saw(), tone=3) * 0.5
    assert patch_dict(sound) == patch_dict(sound)


def test_chains_may_be_long() -> None:
    node: Any = Saw()
    for _ in range(20_000):
        node = Gain(node)
    named = nodes(node)
    assert len(named) == 20_002 and named["gain20000"]["inputs"] == ["gain19999"]


def test_what_does_not_fit_is_told_with_what_would() -> None:
    with pytest.raises(
        TypeError, match="Lowpass has no keyword 'cutof' \\(did you mean 'cutoff'\\?\\); it takes input, cutoff, q"
    ):
        Lowpass(Saw(), cutof=3)  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match="shape = 'sinus' is not a choice .did you mean 'sine'.*sine, triangle, saw_up"
    ):
        Lfo(shape="sinus")  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match="Saw 'bass': frequency = -1 Hz is out of range; it goes from 0 Hz to 96000 Hz"
    ):
        Saw(-1, name="bass")
    with pytest.raises(ValueError, match="frequency = inf is not a finite number"):
        Saw(float("inf"))
    with pytest.raises(ValueError, match="frequency = 1e\\+300 Hz is out of range"):
        Saw(1e300)
    with pytest.raises(TypeError, match="frequency takes a number in Hz or text, not list"):
        Saw([110])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="frequency takes a number"):
        Saw(True)
    with pytest.raises(ValueError, match="count = 2.5 is not a whole number"):
        Mixer(Saw(), count=2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="channels = 65 is out of range; it is a whole number from 1 to 64"):
        Gain(Saw(), channels=65)
    with pytest.raises(TypeError, match="longest is fixed for the node's life and cannot be driven"):
        Delay(Saw(), longest=Lfo())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Lowpass: input takes a signal, not int"):
        Lowpass(800)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="write Reverb\\(\\)"):
        Saw() >> Reverb  # type: ignore[type-var]
    with pytest.raises(ValueError, match="there is nothing to hear"):
        patch_dict()
    with pytest.raises(TypeError, match="what is heard is a signal, not 'saw'"):
        patch_dict("saw")  # type: ignore[arg-type]
    # The bounds themselves are in range, also as they look in double precision.
    assert nodes(Lowpass(Saw(), q=0.1))["lowpass"]["q"] == 0.1
    assert nodes(Lowpass(Saw(), q=float(np.float32(0.1))))["lowpass"]["q"] == float(np.float32(0.1))
