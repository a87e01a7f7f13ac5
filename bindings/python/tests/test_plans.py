"""Programs written for a looper's engine of the name `flitzis_looper_rs` run unchanged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sounds import sine, write_wav

PREAMBLE = "import sys, sostenuto\nsys.modules['flitzis_looper_rs'] = sostenuto\n"

MINIMAL = """
from flitzis_looper_rs import AudioEngine

# Instantiate the audio engine from Python
engine = AudioEngine()

# Control playback
engine.play()
engine.stop()
"""

SAMPLES = """
import time
from flitzis_looper_rs import AudioEngine

engine = AudioEngine()
engine.run()
engine.load_sample(0, "LOOP")
engine.play_sample(0, 1.0)
engine.play_sample(0, 0.5)
engine.ping()
deadline = time.monotonic() + 5
pong = None
while pong is None and time.monotonic() < deadline:
    message = engine.receive_msg()
    if message is not None and type(message).__name__ == "Pong":
        pong = message
assert pong is not None
for refused in (lambda: engine.load_sample(32, "LOOP"), lambda: engine.play_sample(0, 1.5), lambda: engine.play_sample(32, 1.0)):
    try:
        refused()
    except ValueError:
        pass
    else:
        raise SystemExit("it was not refused")
engine.shut_down()
"""

ERRORS = """
from flitzis_looper_rs import AudioEngine, AudioError, AudioMessage, DeviceNotFound, StreamCreationFailed
assert issubclass(DeviceNotFound, AudioError) and issubclass(StreamCreationFailed, AudioError)
assert issubclass(AudioMessage.Pong, AudioMessage)
"""


def run(program: str, device: bool) -> None:
    # Where there is no device the programs would be told so: then the engine makes do without.
    make_do = "" if device else (
        "_Real = sostenuto.AudioEngine\nsostenuto.AudioEngine = lambda *a, **k: _Real(*a, fallback=True, **k)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + make_do + program], timeout=120, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def has_device() -> bool:
    import sostenuto

    return any(device["outputs"] for device in sostenuto.devices())


def test_the_minimal_engine() -> None:
    run(MINIMAL, has_device())


def test_samples_and_messages(tmp_path: Path) -> None:
    loop = write_wav(tmp_path / "loop.wav", sine(220, 0.3, 44_100), 44_100)
    run(SAMPLES.replace("LOOP", str(loop)), has_device())


def test_names() -> None:
    run(ERRORS, True)
