"""Engines for the tests."""

from __future__ import annotations

from typing import Iterator

import pytest
from sounds import RATE

from sostenuto import AudioEngine, OfflineEngine


@pytest.fixture
def offline() -> Iterator[OfflineEngine]:
    with OfflineEngine(RATE) as engine:
        yield engine


@pytest.fixture
def live() -> Iterator[AudioEngine]:
    """One that runs by its own clock where there is no device."""
    with AudioEngine(fallback=True, sample_rate=RATE, channels=2) as engine:
        yield engine
