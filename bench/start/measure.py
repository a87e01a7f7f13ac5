#!/usr/bin/env python3
"""How long from `sostenuto play` to the first sample, and how much memory a node and a voice take.

    tools/virtual-sound.sh bench/start/measure.py PROGRAM [ROUNDS]

PROGRAM is the release build. Needs PulseAudio's `parec`; only the standard library. Prints tables in Markdown:

- *heard*: from starting the program until the first sample that is not zero comes out of the monitor of a PulseAudio null sink. The buffers of
  the sound server are in it.
- *rendered*: `sostenuto render` of a single block, from its start until it has ended: reading, settling, compiling, 64 frames, and a file.
- *memory*: what is private to the process (Linux: `Private_*` of smaps_rollup) with many nodes or voices, less that with few, by how many more there are.
"""

import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SINK = "sink_48000"
BENCH = Path(__file__).resolve().parent.parent

SINE = 'nodes.tone = { kind = "sine", frequency = 440.0 }\n'
TAIL = 'nodes.out = { kind = "audio_out", inputs = ["%s"] }\n'


def row(kind: str, count: int) -> str:
    """So many nodes of a kind behind a sine."""
    nodes = [SINE, f'nodes.n0 = {{ kind = "{kind}", inputs = ["tone"] }}\n']
    nodes += [f'nodes.n{i} = {{ kind = "{kind}", inputs = ["n{i - 1}"] }}\n' for i in range(1, count)]
    return "format = 1\n" + "".join(nodes) + TAIL % f"n{count - 1}"


def instances(count: int) -> str:
    """So many parts of six nodes: a saw, an LFO, a filter, an envelope, a product, a pan."""
    part = (BENCH / "workloads" / "w1-instances.toml").read_text().split("[nodes]")[0]
    nodes = "".join(f"v{i} = {{ kind = \"voice\", frequency = {55 + i} }}\n" for i in range(count))
    names = ", ".join(f'"v{i}"' for i in range(count))
    return f'{part}\n[nodes]\n{nodes}sum = {{ kind = "gain", gain = -40.0, inputs = [{names}] }}\nout = {{ kind = "audio_out", inputs = ["sum"] }}\n'


def instrument(voices: int) -> str:
    """An instrument with so many voices of the same nodes."""
    text = (BENCH / "workloads" / "w1-voices.toml").read_text()
    head = text.split("[nodes]")[0].replace("voices = 250", f"voices = {voices}")
    return head + '[nodes]\nlow = { kind = "voice" }\nout = { kind = "audio_out", inputs = ["low"] }\n'


def heard(program: str, patch: Path) -> float:
    """Seconds until something is heard."""
    listen = ["parec", f"--device={SINK}.monitor", "--format=float32le", "--rate=48000", "--channels=2", "--latency-msec=5", "--raw"]
    with subprocess.Popen(listen, stdout=subprocess.PIPE) as ear:
        assert ear.stdout is not None
        ear.stdout.read(4096)
        start = time.monotonic()
        play = [program, "play", str(patch), "--device", SINK, "--seconds", "5", "--no-watch"]
        with subprocess.Popen(play, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as player:
            try:
                while time.monotonic() - start < 5.0:
                    if select.select([ear.stdout], [], [], 0.1)[0] and any(os.read(ear.stdout.fileno(), 1 << 16)):
                        return time.monotonic() - start
            finally:
                player.terminate()
                ear.terminate()
    raise SystemExit(f"{patch}: nothing was heard")


def rendered(program: str, patch: Path) -> float:
    start = time.monotonic()
    out = patch.with_suffix(".wav")
    render = [program, "render", str(patch), "--seconds", "0.00134", "--output", str(out)]
    subprocess.run(render, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def memory(program: str, patch: Path) -> int:
    """Bytes that are the process's own while it plays."""
    play = [program, "play", str(patch), "--device", SINK, "--no-watch"]
    with subprocess.Popen(play, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as player:
        time.sleep(2.0)
        shown = Path(f"/proc/{player.pid}/smaps_rollup").read_text()
        player.terminate()
    return sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+) kB", shown, re.M)) * 1024


def main() -> None:
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:

        def written(name: str, text: str) -> Path:
            path = Path(folder) / f"{name}.toml"
            path.write_text(text)
            return path

        print("| patch | heard, ms | rendered, ms |\n|---|---|---|")
        starts = {
            "one sine": "format = 1\n" + SINE + TAIL % "tone",
            "100 gains in a row": row("gain", 100),
            "500 instances of a part of six nodes (W1)": instances(500),
            "10,000 gains in a row": row("gain", 10_000),
        }
        for title, text in starts.items():
            patch = written("start", text)
            times = [(heard(program, patch), rendered(program, patch)) for _ in range(rounds)]
            cells = [f"{statistics.median(column) * 1000:.0f}" for column in zip(*times)]
            print(f"| {title} | {' | '.join(cells)} |", flush=True)

        print("\n| what | from, to | bytes each |\n|---|---|---|")
        sizes = [
            ("a gain in a row", 100, 10_100, lambda n: row("gain", n)),
            ("a biquad in a row", 100, 4_100, lambda n: row("lowpass", n)),
            ("an instance of W1's part, side by side in lanes", 100, 1_100, instances),
            ("a voice of W1's instrument", 16, 250, instrument),
        ]
        for title, few, many, make in sizes:
            less, more = (memory(program, written("size", make(n))) for n in (few, many))
            print(f"| {title} | {few:,} to {many:,} | {(more - less) / (many - few):,.0f} |", flush=True)


main()
