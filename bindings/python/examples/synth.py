"""A patch made in Python: `python synth.py` renders four seconds of it, or plays it with `python synth.py play`."""

import sys
import time
import wave

import numpy as np

from sostenuto import AudioEngine, Patch, render
from sostenuto.nodes import Lfo, Lowpass, Reverb, Saw

sweep = Lfo(rate=0.5)
voice = Lowpass(0.4 * Saw(frequency=110) + 0.4 * Saw(frequency=110.7), cutoff=900 + 600 * sweep, q=3)
patch = Patch.of(0.6 * voice + 0.3 * Reverb(voice))

if "play" in sys.argv:
    with AudioEngine() as engine:
        engine.apply(patch)
        for note in (110, 146.8, 164.8, 110):
            engine.set("saw.frequency", note, over=0.1)
            time.sleep(1)
else:
    samples = render(patch, seconds=4)
    with wave.open("synth.wav", "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    print("synth.wav")
