"""Patches beside the slots: applied as diffs, changed, tapped, fed, rendered."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sounds import RATE, frequency_of, ramp, sine, write_wav

from sostenuto import AudioMessage, OfflineEngine, Patch, render
from sostenuto.buffers import Buffer
from sostenuto.nodes import Gain, Lowpass, Player, Saw, Sine

TONE = """
[nodes.tone]
kind = "sine"
frequency = 1000
[nodes.filter]
kind = "lowpass"
cutoff = 4000
inputs = ["tone"]
[nodes.view]
kind = "scope"
inputs = ["filter"]
[nodes.level]
kind = "meter"
inputs = ["view"]
[nodes.out]
kind = "audio_out"
channels = 2
inputs = ["level"]
"""


def program() -> "str | None":
    """The program `sostenuto`, if it was built."""
    there = os.environ.get("SOSTENUTO")
    return there if there and Path(there).exists() else None


def test_ways_to_a_patch(tmp_path: Path) -> None:
    patch = Patch.from_toml(TONE)
    (tmp_path / "tone.toml").write_text(TONE)
    assert Patch.load(tmp_path / "tone.toml") == patch
    assert Patch.from_dict(patch.to_dict()) == patch
    assert Patch.from_toml(patch.to_toml()) == patch
    assert patch.nodes["filter"] == "lowpass"
    chain = Patch.from_chain("sine frequency=1000 ! lowpass cutoff=4000")
    assert chain.nodes["lowpass"] == "lowpass"


def test_nodes_put_together_sound() -> None:
    patch = Patch.of(Gain(Lowpass(Saw(frequency=110), cutoff=800), gain=-6))
    out = render(patch, 0.5)
    assert abs(frequency_of(out[4000:20_384, 0]) - 110) < 0.1


def test_arrays_in_a_patch() -> None:
    tone = sine(800, 0.5, 44_100)
    out = render(Patch.of(Player(Buffer(tone, 44_100), loop="off")), 0.5)
    assert abs(frequency_of(out[:16_384, 0]) - 800) < 0.1
    document = {"buffers": {"x": {}}, "nodes": {"p": {"kind": "player", "buffer": "x"}}}
    assert Patch.from_dict(document, sounds={"x": (tone, 44_100)}).nodes == {"p": "player"}
    for sounds, says in [({"y": (tone, 44_100)}, "no buffer `y`"), ({"x": (tone, 0)}, "1 to")]:
        with pytest.raises(ValueError, match=says):
            Patch.from_dict(document, sounds=sounds)


def test_commands_and_differences() -> None:
    patch = Patch.from_toml(TONE)
    darker = patch.edit("set filter.cutoff 400")
    assert patch.diff(darker) == ["set filter.cutoff 400 Hz (was 4 kHz)"]
    assert patch.diff(patch) == [] and patch != darker


@pytest.mark.skipif(program() is None, reason="SOSTENUTO does not name the program")
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_rendered_as_by_the_program(tmp_path: Path, rate: int) -> None:
    import wave

    root = Path(__file__).parents[3] / "examples"
    for example in ["ballad.toml", "slow-filter.toml", "sampler.toml"]:
        wav = tmp_path / "by-the-program.wav"
        subprocess.run(
            [program(), "render", root / example, "--seconds", "3", "--rate", str(rate), "--bits", "32f", "-o", wav],
            check=True,
            capture_output=True,
        )
        data = wav.read_bytes()
        samples = np.frombuffer(data[data.index(b"data") + 8 :], "<f4")
        mine = render(Patch.load(root / example), 3, rate)
        wanted = samples[: mine.size].reshape(mine.shape)
        assert mine.shape[0] == 3 * rate and np.array_equal(mine.view(np.uint32), wanted.view(np.uint32)), example


def test_a_patch_beside_the_slots(offline: OfflineEngine) -> None:
    offline.load_sample(0, ramp(48_000))
    voice = offline.play_sample(0)
    offline.render(0.01)
    edits = offline.apply(TONE)
    assert any("tone" in edit for edit in edits)
    out = offline.render(0.5)
    assert voice.state == "playing"
    assert abs(frequency_of(out[4000:20_384, 0]) - 1000) < 0.1
    # The smallest change: one parameter.
    assert offline.apply(TONE.replace("4000", "500")) == ["set filter.cutoff 500 Hz (was 4 kHz)"]
    assert voice.state == "playing"


def test_slots_go_through_a_patch_that_has_them(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.full((48_000, 2), 0.5, np.float32))
    offline.apply("""
        nodes.samples = { kind = "sampler", interpolation = "linear" }
        nodes.half = { kind = "gain", gain = -6.0206, inputs = ["samples"] }
        nodes.out = { kind = "audio_out", channels = 2, inputs = ["half"] }
    """)
    # The sampler is another one, and has what was loaded.
    offline.play_sample(0)
    offline.render(0.1)
    assert np.allclose(offline.render(0.01), 0.25, atol=1e-4)


def test_set_with_a_ramp(offline: OfflineEngine) -> None:
    offline.apply(Patch.of(Sine(frequency=1000, name="tone")))
    offline.render(0.1)
    offline.set("tone.frequency", 3000, over=0.1)
    offline.set_volume(0.5, over=0.1)
    offline.render(0.2)
    assert abs(np.abs(offline.render(0.1)).max() - 0.5) < 0.01
    offline.set("tone.frequency", "2 kHz")
    offline.render(0.1)
    assert abs(frequency_of(offline.render(0.5)[:16_384, 0]) - 2000) < 0.1


def test_automation(offline: OfflineEngine) -> None:
    offline.apply(Patch.of(Sine(frequency=500, name="tone")))
    offline.automate("tone.frequency", [(0, 500.0, "step"), (1.0, 1500.0)])
    first = offline.render(0.9)
    second = offline.render(1.0)
    assert abs(frequency_of(first[8000:24_384, 0]) - 500) < 0.1
    assert abs(frequency_of(second[20_000:36_384, 0]) - 1500) < 0.1
    offline.automate("tone.frequency", None)


def test_taps_and_levels(offline: OfflineEngine) -> None:
    offline.apply(TONE)
    out = offline.render(3.0)
    seen = offline.tap("view")
    assert seen.dtype == np.float32 and seen.shape[0] == 2048
    level = offline.levels("level")
    assert abs(level[0, 0] - np.abs(out[:, 0]).max()) < 0.05 and abs(level[0, 1] - 0.707) < 0.05


def test_notes(offline: OfflineEngine) -> None:
    offline.apply(Patch.load(Path(__file__).parents[3] / "examples" / "ballad.toml"))
    offline.command("pause")
    offline.render(0.5)
    before = np.abs(offline.render(0.5)).max()
    offline.note("A4", 0.9, node="keys", length=0.3)
    assert np.abs(offline.render(0.5)).max() > before + 0.01


def test_sound_made_in_python(offline: OfflineEngine) -> None:
    offline.apply("""
        nodes.mine = { kind = "feed", channels = 2 }
        nodes.out = { kind = "audio_out", channels = 2, inputs = ["mine"] }
    """)
    feed = offline.feed("mine")
    tone = sine(700, 1.0)
    stereo = np.stack([tone, tone], axis=1)
    pieces, done = [], 0
    while done < len(stereo):
        done += feed.write(stereo[done:], timeout=0)
        pieces.append(offline.render(0.1))
    feed.end()
    pieces.append(offline.render(1.0))
    heard = np.concatenate(pieces)[:, 0]
    assert abs(frequency_of(heard[12_000:28_384]) - 700) < 0.05
    assert feed.underruns == 0 and feed.played == len(stereo)
    # Without an end it is an under-run, which fades and is counted.
    feed.write(stereo[:9600], timeout=0)
    out = offline.render(0.5)[:, 0]
    assert feed.underruns == 1 and np.abs(np.diff(out)).max() < 0.06


def test_streams_and_sounds_by_relative_paths(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", sine(600, 1.0))
    document = """
        buffers.tone = { file = "tone.wav" }
        nodes.player = { kind = "player", buffer = "tone" }
        nodes.out = { kind = "audio_out", channels = 2, inputs = ["player"] }
    """
    (tmp_path / "patch.toml").write_text(document)
    for patch in [Patch.load(tmp_path / "patch.toml"), Patch.from_toml(document, folder=tmp_path)]:
        assert abs(frequency_of(render(patch, 0.5)[:16_384, 0]) - 600) < 0.1


def test_a_script(tmp_path: Path) -> None:
    patch = Patch.of(Sine(frequency=500, name="tone"))
    out = render(patch, 1.0, script="0.5s set tone.frequency 1000")
    assert abs(frequency_of(out[:16_384, 0]) - 500) < 0.1 and abs(frequency_of(out[30_000:46_384, 0]) - 1000) < 0.1


def test_messages_of_nodes(offline: OfflineEngine) -> None:
    offline.apply("""
        buffers.x = {}
        nodes.bad = { kind = "sine", frequency = 100 }
        nodes.out = { kind = "audio_out", channels = 2, inputs = ["bad"] }
    """)
    offline.render(0.1)
    assert not [m for m in iter(offline.receive_msg, None) if isinstance(m, AudioMessage.NodeMuted)]
