"""A looper: `python looper.py FOLDER` lets the sounds of a folder enter one after the other, fades them, and records it all."""

import sys
import time
from pathlib import Path

from sostenuto import AudioEngine

ENDINGS = {".wav", ".aiff", ".flac", ".mp3", ".ogg", ".m4a"}


def main(folder: str, take: str = "take.wav", seconds: float = 4.0, device: "str | None" = None) -> None:
    sounds = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in ENDINGS)[:32]
    with AudioEngine(device=device) as engine:
        for slot, sound in enumerate(sounds):
            engine.load_sample(slot, sound, mode="loop")
        with engine.record(take) as recording:
            step, begin = seconds / 4 / len(sounds), engine.frame + engine.sample_rate // 10
            voices = []
            for slot in range(len(sounds)):
                at = begin + round(slot * step * engine.sample_rate)
                voices.append(engine.play_sample(slot, 0.9, at=at, gain=-24, pan=2 * slot / len(sounds) - 1))
            time.sleep(seconds / 2)
            engine.set_volume(0.0, id=0, over=seconds / 8)  # the first fades out,
            voices[-1].stop()  # the last stops,
            time.sleep(seconds / 4)
            engine.set_volume(0.0, over=seconds / 8)  # and then all of it fades.
            time.sleep(seconds / 4)
        print(f"{len(sounds)} sounds, {recording.path}", *(message for message in iter(engine.receive_msg, None)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
