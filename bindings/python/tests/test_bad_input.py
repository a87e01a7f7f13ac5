"""Each refusal names what is allowed, and changes nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
from sounds import ramp

from sostenuto import AudioEngine, AudioError, InvalidValue, OfflineEngine, Patch, PatchError, SampleNotFound, render


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: OfflineEngine(sample_rate=0), "8000 to 384000"),
        (lambda: OfflineEngine(sample_rate=-1), "8000 to 384000"),
        (lambda: OfflineEngine(sample_rate=10**12), "8000 to 384000"),
        (lambda: OfflineEngine(channels=0), "1 to 64"),
        (lambda: OfflineEngine(channels=65), "1 to 64"),
        (lambda: OfflineEngine(slots=0), "1 to 256"),
        (lambda: OfflineEngine(voices=0), "1 to 2048"),
        (lambda: AudioEngine(block_size=1), "16 to 8192"),
        (lambda: AudioEngine(sample_rate=100), "8000 to 384000"),
    ],
)
def test_engines(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        call()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda e: e.play_sample(-1, 1.0), "0 to 31"),
        (lambda e: e.play_sample(32, 1.0), "0 to 31"),
        (lambda e: e.play_sample(10**15, 1.0), "0 to 31"),
        (lambda e: e.play_sample(0, 1.0), "empty"),
        (lambda e: e.play_sample(1, 1.1), "velocity is 1.1: give 0 to 1"),
        (lambda e: e.play_sample(1, -0.1), "0 to 1"),
        (lambda e: e.play_sample(1, math.nan), "0 to 1"),
        (lambda e: e.play_sample(1, math.inf), "0 to 1"),
        (lambda e: e.play_sample(1, gain=25), "-120 to 24"),
        (lambda e: e.play_sample(1, pan=2), "-1 to 1"),
        (lambda e: e.play_sample(1, rate=65), "64"),
        (lambda e: e.play_sample(1, rate=math.nan), "64"),
        (lambda e: e.play_sample(1, pitch=73), "-72 to 72"),
        (lambda e: e.play_sample(1, at=-1), "from 0"),
        (lambda e: e.play_sample(1, at=1, beats=1), "not both"),
        (lambda e: e.play_sample(1, beats=-1.0), "0 to"),
        (lambda e: e.load_sample(32, ramp(10)), "0 to 31"),
        (lambda e: e.load_sample(0, ramp(10), mode="twice"), "once"),
        (lambda e: e.load_sample(0, ramp(10), start=-1), "start is -1"),
        (lambda e: e.load_sample(0, ramp(10), sample_rate=5), "1000 to 768000"),
        (lambda e: e.load_sample(0, ramp(10), rate=0), "0.001 to 64"),
        (lambda e: e.load_sample(0, np.zeros((0, 2), np.float32)), "no frames"),
        (lambda e: e.load_sample(0, np.zeros((10, 65), np.float32)), "65 channels"),
        (lambda e: e.load_sample(0, np.zeros((2, 1000), np.float32)), "array.T"),
        (lambda e: e.load_sample(0, np.zeros((2, 2, 2), np.float32)), r"shape \(2, 2, 2\)"),
        (lambda e: e.load_sample(0, np.float32(1.0)), "path, or a numpy array"),
        (lambda e: e.load_sample(0, np.zeros(10, np.int32)), "float32, float64 or int16"),
        (lambda e: e.load_sample(0, np.zeros(10, ">f4")), "byte order"),
        (lambda e: e.load_sample(0, np.zeros(10, np.complex64)), "float32, float64 or int16"),
        (lambda e: e.load_sample(0, np.array([0.0, math.nan, math.inf])), "2 samples"),
        (lambda e: e.load_sample(0, [0.0, 1.0]), "path, or a numpy array"),
        (lambda e: e.load_sample(0, None), "path, or a numpy array"),
        (lambda e: e.load_sample(0, 5), "path, or a numpy array"),
        (lambda e: e.unload_sample(99), "0 to 31"),
        (lambda e: e.stop_sample(99), "0 to 31"),
        (lambda e: e.set_volume(-1), "0 to 16"),
        (lambda e: e.set_volume(math.nan), "0 to 16"),
        (lambda e: e.set_volume(1, id=99), "0 to 31"),
        (lambda e: e.set_volume(1, over=-1), "0 to 3600"),
        (lambda e: e.automate("slots.99.volume", [(0, 1)]), "0 to 31"),
        (lambda e: e.automate("slots.x.volume", [(0, 1)]), "slots.NUMBER.volume"),
        (lambda e: e.automate("volume", [(0, 99)]), "0 to 16"),
        (lambda e: e.automate("volume", [(1, 1), (0, 1)]), "order"),
        (lambda e: e.automate("volume", [(0, 1)], unit="years"), "seconds"),
        (lambda e: e.automate("nothing.gain", [(0, 1)]), "nothing"),
        (lambda e: e.receive_msg(-1.0), "from 0"),
        (lambda e: e.receive_msg(math.nan), "from 0"),
        (lambda e: e.watch(levels=0.0), "0.01"),
        (lambda e: e.set("nothing.gain", 0), "nothing"),
        (lambda e: e.set("master.colour", 0), "colour"),
        (lambda e: e.set("master.scale", 1e9), "100000"),
        (lambda e: e.automate("volume", [(0, 1, "exponential"), (1, 0)]), "linear"),
        (lambda e: e.load_sample(0, np.broadcast_to(np.float32(0), (1 << 40,))), "frames"),
        (lambda e: e.record("x.wav", node="nothing"), "nothing"),
        (lambda e: e.set("master", 0), "NODE.PARAMETER"),
        (lambda e: e.command("frobnicate"), "frobnicate"),
        (lambda e: e.command("save x.toml"), "prompt"),
        (lambda e: e.note("H9"), "H9"),
        (lambda e: e.tap("master"), "scope"),
        (lambda e: e.tap("nothing"), "nothing"),
        (lambda e: e.record("x.wav", bits="8"), "16"),
        (lambda e: e.render(-1), "seconds"),
    ],
)
def test_calls(offline: OfflineEngine, call: Callable[[OfflineEngine], Any], says: str) -> None:
    offline.load_sample(1, ramp(100))
    with pytest.raises(InvalidValue, match=says):
        call(offline)
    # All is as it was.
    offline.play_sample(1)
    assert np.array_equal(offline.render(100 / 48_000), ramp(100))


def test_wrong_types_are_type_errors(offline: OfflineEngine) -> None:
    for call in (
        lambda: offline.play_sample("one", 1.0),
        lambda: offline.play_sample(0, "loud"),
        lambda: offline.set_volume("loud"),
        lambda: offline.play_sample(),
        lambda: offline.load_sample(0, ramp(10), colour="red"),
    ):
        with pytest.raises(TypeError):
            call()


def test_files(offline: OfflineEngine, tmp_path: Path) -> None:
    with pytest.raises(SampleNotFound, match="nowhere.wav"):
        offline.load_sample(0, tmp_path / "nowhere.wav")
    with pytest.raises(FileNotFoundError):
        offline.load_sample(0, str(tmp_path / "nowhere.wav"))
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "noise.mp3").write_bytes(bytes(range(256)) * 40)
    for name in ["empty.wav", "noise.mp3", ""]:
        with pytest.raises(AudioError):
            offline.load_sample(0, tmp_path / name)
    assert not offline.is_loaded(0)


def test_errors_are_of_both_kinds() -> None:
    assert issubclass(InvalidValue, ValueError) and issubclass(InvalidValue, AudioError)
    assert issubclass(PatchError, ValueError) and issubclass(PatchError, AudioError)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nodes.tone = { kind = 'sinus' }", "sine"),
        ("nodes.tone = { kind = 'sine', frequenzy = 3 }", "frequency"),
        ("nodes.tone = { kind = 'sine', frequency = -3 }", "frequency"),
        ("[nodes.tone", "line 1|1:"),
        ("nodes.samples = { kind = 'sine' }", "samples"),
        ("nodes.master = { kind = 'gain' }", "master"),
        ("nodes.speakers = { kind = 'gain' }", "speakers"),
        ("nodes.samples = { kind = 'sampler', slot_count = 8 }", "slot_count = 8, and the engine 32"),
    ],
)
def test_patches(offline: OfflineEngine, text: str, says: str) -> None:
    with pytest.raises(PatchError, match=says):
        offline.apply(text)
    assert not offline.render(0.01).any()


def test_rendering() -> None:
    patch = Patch.from_toml("nodes.tone = { kind = 'sine' }\nnodes.out = { kind = 'audio_out', inputs = ['tone'] }")
    for arguments, says in [
        ((patch, 0), "seconds"),
        ((patch, -1), "seconds"),
        ((patch, math.nan), "seconds"),
        ((patch, 1e9), "86400"),
        ((patch, 1, 1), "8000"),
    ]:
        with pytest.raises(InvalidValue, match=says):
            render(*arguments)
    with pytest.raises(InvalidValue, match="line 2"):
        render(patch, 1, script="set tone.frequency 200\nfrobnicate")
