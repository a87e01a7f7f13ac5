"""Over a real, virtual, sound device: run by `make python` inside tools/virtual-sound.sh."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds import read_wav, sine, write_wav

from sostenuto import AudioEngine, AudioMessage, devices

pytestmark = pytest.mark.skipif("SOSTENUTO_VIRTUAL_SOUND" not in os.environ, reason="no virtual sound devices here")

SINK = "sink_48000"


def device() -> str:
    found = [d["id"] for d in devices() if d["outputs"] and SINK in (d["id"] + d["name"])]
    assert found, [d["id"] for d in devices()]
    return found[0]


class Heard:
    """What another program records from the sink."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> "Heard":
        command = ["parec", "-d", f"{SINK}.monitor", "--rate=48000", "--channels=2", "--format=s16le", "--raw"]
        self.file = self.path.open("wb")
        self.process = subprocess.Popen(command, stdout=self.file)
        time.sleep(0.5)
        return self

    def __exit__(self, *_why: object) -> None:
        time.sleep(0.5)
        self.process.terminate()
        self.process.wait(10)
        self.file.close()

    def samples(self) -> Any:
        data = self.path.read_bytes()
        return np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2).astype(np.float32) / 32_768


def level_at(samples: Any, frequency: float, rate: int = 48_000) -> float:
    """The amplitude of one frequency."""
    window = np.hanning(len(samples))
    turns = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / rate)
    return float(2 * abs(np.sum(samples * window * turns)) / window.sum())


def loops(folder: Path) -> "list[float]":
    """32 loops of one second, each a tone of its own, of several kinds, rates and layouts."""
    folder.mkdir()
    kinds = [("wav", 44_100, 1), ("flac", 48_000, 2), ("ogg", 32_000, 2), ("mp3", 48_000, 1), ("aiff", 96_000, 2), ("wav", 22_050, 2)]
    tones = []
    for number in range(32):
        ending, rate, channels = kinds[number % len(kinds)]
        tone = 300.0 + 100 * number
        tones.append(tone)
        whole = write_wav(folder / "whole.tmp", np.repeat(sine(tone, 1.0, rate)[:, None], channels, axis=1), rate)
        to = folder / f"{number:02}.{ending}"
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "wav", "-i", whole, to], check=True)
    (folder / "whole.tmp").unlink()
    return tones


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg makes the files")
def test_the_looper(tmp_path: Path) -> None:
    tones = loops(tmp_path / "loops")
    looper = runpy.run_path(str(Path(__file__).parents[1] / "examples" / "looper.py"))
    with Heard(tmp_path / "heard.raw") as heard:
        looper["main"](str(tmp_path / "loops"), str(tmp_path / "take.wav"), 4.0, device())
    take = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", tmp_path / "take.wav", "-f", "wav", "-c:a", "pcm_s16le", tmp_path / "take16.wav"],
        check=True,
    )
    assert take.returncode == 0
    recorded = read_wav(tmp_path / "take16.wav").sum(axis=1)
    begin = int(np.flatnonzero(np.abs(recorded) > 1e-3)[0])
    # All have entered after a quarter of the time; the first and the last have gone after five eighths.
    full = recorded[begin + 60_000 : begin + 60_000 + 32_768]
    faint = recorded[begin + 126_000 : begin + 126_000 + 16_384]
    for number, tone in enumerate(tones):
        level, later = level_at(full, tone), level_at(faint, tone)
        assert 0.01 < level < 0.07, f"{tone} Hz at {level}"
        assert later < 0.002 if number in (0, 31) else later > 0.01, f"{tone} Hz is at {later} later"
    # What another program hears may have gaps on a busy machine; all tones are in it.
    sounding = heard.samples().sum(axis=1)
    begin = int(np.flatnonzero(np.abs(sounding) > 1e-3)[0])
    middle = sounding[begin + 60_000 : begin + 60_000 + 32_768]
    missing = [tone for tone in tones if not 0.005 < level_at(middle, tone) < 0.1]
    assert not missing


def test_python_cannot_stall_a_device(tmp_path: Path) -> None:
    from test_stall import hold_the_lock

    with AudioEngine(device=device(), channels=2) as engine:
        engine.load_sample(0, np.repeat(sine(1000, 1.0)[:, None], 2, axis=1), mode="loop")
        with Heard(tmp_path / "heard.raw") as heard:
            voice = engine.play_sample(0)
            while voice.state != "playing":
                time.sleep(0.01)
            begun = engine.frame
            hold_the_lock()
            assert engine.frame - begun > 1.5 * engine.sample_rate
            # A machine that is busy with something else may drop out; whatever does is counted.
            counted = sum(port[what] for port in engine.ports() for what in ("underruns", "overruns", "xruns", "late"))
            engine.stop()
    samples = heard.samples()[:, 0]
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[loud[0] + 4800 : loud[-1] - 4800]
    assert len(samples) > 1.5 * 48_000
    # Each frame of a sine follows from the two before it: a gap or a jump would break that.
    assert engine.sample_rate == 48_000
    turn = 2 * np.cos(2 * np.pi * 1000 / 48_000)
    broken = np.flatnonzero(np.abs(samples[2:] - turn * samples[1:-1] + samples[:-2]) > 0.01)
    gaps = 0 if len(broken) == 0 else 1 + int((np.diff(broken) > 100).sum())
    assert gaps <= 2 * counted, f"broken at {broken[:5]}, and {counted} times counted"


def test_a_device_by_name_and_two_engines() -> None:
    with AudioEngine(device=device()) as one, AudioEngine(device=device()) as two:
        assert one.device is not None and one.missing is None
        for engine in (one, two):
            engine.load_sample(0, sine(300, 0.1))
            voice = engine.play_sample(0)
            until = time.monotonic() + 10
            while voice.active and time.monotonic() < until:
                time.sleep(0.01)
            assert voice.state == "finished"
            assert not [m for m in iter(engine.receive_msg, None) if isinstance(m, AudioMessage.DeviceLost)]
