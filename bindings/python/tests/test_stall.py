"""Whatever a Python program does, the sound goes on."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
from sounds import RATE

from sostenuto import AudioEngine, AudioMessage


def hold_the_lock() -> None:
    """Two seconds in C, with the interpreter's lock: no other Python code runs."""
    until = time.monotonic() + 2.0
    if hasattr(ctypes, "PyDLL") and sys.platform != "win32":
        # PyDLL keeps the lock, which CDLL would let go of.
        ctypes.PyDLL(None).usleep(1_000_000)
    while time.monotonic() < until:
        sum(range(3_000_000))


def make_garbage() -> None:
    """Two seconds of circles for the collector."""
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        rings: Any = []
        for _ in range(20_000):
            ring: Any = []
            ring.append(ring)
            rings.append(ring)
        del rings
        gc.collect()


def read_floats(path: Path) -> Any:
    data = path.read_bytes()
    at = data.index(b"data")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return np.frombuffer(data[at + 8 : at + 8 + size], "<f4").reshape(-1, 2)


@pytest.mark.parametrize("work", [hold_the_lock, make_garbage])
def test_a_busy_interpreter_does_not_touch_the_sound(
    live: AudioEngine, tmp_path: Path, work: Callable[[], None]
) -> None:
    # 1 kHz fits 48 frames, so each frame of the output is known.
    period = (0.5 * np.sin(2 * np.pi * np.arange(48) / 48)).astype(np.float32)
    live.load_sample(0, np.tile(period, 100), mode="loop")
    with live.record(tmp_path / "take.wav", bits="32f"):
        voice = live.play_sample(0)
        while voice.state != "playing":
            time.sleep(0.01)
        begun = live.frame
        work()
        went_on = live.frame - begun
    heard = read_floats(tmp_path / "take.wav")[:, 0]
    # The engine ran all the while, at its pace.
    assert went_on > 1.5 * RATE
    sounding = np.flatnonzero(heard)
    heard = heard[sounding[0] - 1 : sounding[-1]]
    assert len(heard) > 1.5 * RATE
    wanted = np.resize(period * np.float32(np.sqrt(0.5)), len(heard))
    assert np.abs(heard - wanted).max() < 1e-6, "the sound is broken"


def test_a_flood_of_triggers_is_counted_to_the_last(live: AudioEngine) -> None:
    live.load_sample(0, np.zeros(4800, np.float32))
    count = Counter[str]()
    numbers = set()

    def take_in(message: AudioMessage) -> None:
        kind = type(message).__name__
        count[kind] += message.count if kind in ("ReportsLost", "MessagesLost") else 1  # type: ignore[attr-defined]

    voices = []
    for number in range(100_000):
        voice = live.play_sample(0, 0.5)
        numbers.add(voice.number)
        if number % 10 == 0:
            voices.append(voice)
        if number % 500 == 0:
            for message in iter(live.receive_msg, None):
                take_in(message)
    quiet, until = 0, time.monotonic() + 20
    while quiet < 10 and time.monotonic() < until:
        message = live.receive_msg(timeout=0.05)
        if message is None:
            quiet += 1
        else:
            quiet = 0
            take_in(message)
    assert len(numbers) == 100_000
    assert count["MessagesLost"] == 0
    # Each of them began, or was dropped and told of.
    told = count["VoiceStarted"] + count["TriggerDropped"]
    assert told <= 100_000 <= told + count["ReportsLost"], count
    assert count["TriggerDropped"] > 10_000 and count["VoiceStarted"] >= 64
    if not count["ReportsLost"]:
        assert count["VoiceFinished"] == count["VoiceStarted"]
        assert {voice.state for voice in voices} <= {"finished", "dropped"}
    # And the engine plays on.
    voice = live.play_sample(0)
    until = time.monotonic() + 5
    while voice.state != "finished" and time.monotonic() < until:
        time.sleep(0.01)
    assert voice.state == "finished"
