"""What does it cost Python to begin a sound? Side by side with pygame's mixer, if it is there.

    python bench/triggers.py [ROUNDS]

Each figure is of single calls, timed one by one, less what timing nothing takes. The order is shuffled; the median of all rounds is told.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import Any, Callable, Dict, List

import numpy as np

from sostenuto import AudioEngine, Patch

CALLS = 2000


def median_ns(call: Callable[[], Any], pause: Callable[[], None]) -> float:
    clock, times, nothing = time.perf_counter_ns, [], []
    for number in range(CALLS):
        a = clock()
        b = clock()
        call()
        c = clock()
        nothing.append(b - a)
        times.append(c - b)
        if number % 50 == 49:
            pause()
    return statistics.median(times) - statistics.median(nothing)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    short = np.zeros(48, np.float32)
    candidates: Dict[str, Callable[[], float]] = {}

    engine = AudioEngine(fallback=True)
    engine.run()
    engine.load_sample(0, short)
    candidates["sostenuto"] = lambda: median_ns(lambda: engine.play_sample(0, 0.8), lambda: time.sleep(0.02))

    loaded = AudioEngine(fallback=True)
    loaded.run()
    loaded.load_sample(0, short)
    # Most of a core is taken by sines.
    nodes = {f"s{n}": {"kind": "sine", "frequency": 100 + n} for n in range(4000)}
    mix = {"kind": "gain", "gain": -80, "channels": 1, "inputs": list(nodes)}
    out = {"kind": "audio_out", "channels": 2, "inputs": ["mix"]}
    loaded.apply(Patch.from_dict({"nodes": {**nodes, "mix": mix, "out": out}}))
    time.sleep(1.0)
    candidates["sostenuto, engine busy"] = lambda: median_ns(
        lambda: loaded.play_sample(0, 0.8), lambda: time.sleep(0.02)
    )

    try:
        import os

        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
        import pygame

        pygame.mixer.init(48_000, -16, 2, 512)
        pygame.mixer.set_num_channels(64)
        sound = pygame.mixer.Sound(buffer=bytes(48 * 4))
        candidates["pygame.mixer"] = lambda: median_ns(lambda: sound.play(), lambda: time.sleep(0.02))
    except ImportError:
        print("pygame is not installed")

    results: Dict[str, List[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name in random.sample(list(candidates), len(candidates)):
            results[name].append(candidates[name]())
    print(f"load of the busy engine: {loaded.load[0]:.2f}")
    ours = statistics.median(results["sostenuto"])
    for name, figures in results.items():
        median = statistics.median(figures)
        print(f"{name:24} {median:7.0f} ns ({min(figures):.0f} to {max(figures):.0f}), {median / ours:5.2f} times")
    engine.shut_down()
    loaded.shut_down()


if __name__ == "__main__":
    main()
