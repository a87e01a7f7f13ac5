"""Sounds that are easy to recognise, and files of them."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np

RATE = 48_000


def ramp(frames: int, channels: int = 2) -> Any:
    """Frames that tell where they are: i / 65536, the second channel negative."""
    column = np.arange(1, frames + 1, dtype=np.float32) / 65_536
    return np.stack([column, -column], axis=1)[:, :channels]


def sine(frequency: float, seconds: float, rate: int = RATE, level: float = 0.5) -> Any:
    return (level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_wav(path: Path, samples: Any, rate: int = RATE) -> Path:
    data = np.asarray(samples)
    data = data[:, None] if data.ndim == 1 else data
    with wave.open(str(path), "wb") as file:
        file.setnchannels(data.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(data, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> Any:
    """A file of 16 bits, as float32 of shape (frames, channels)."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels()).astype(np.float32) / 32_768


def frequency_of(samples: Any, rate: int = RATE) -> float:
    """The strongest frequency of one channel, in Hz, to about a hundredth of a bin."""
    windowed = samples * np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(windowed))
    top = int(np.argmax(spectrum[1:-1])) + 1
    a, b, c = np.log(spectrum[top - 1 : top + 2] + 1e-20)
    return float((top + 0.5 * (a - c) / (a - 2 * b + c)) * rate / len(samples))
