"""Slots and voices, to the sample: an engine that renders has exact frames."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from sounds import RATE, frequency_of, ramp, sine, write_wav

from sostenuto import AudioMessage, OfflineEngine


def test_a_sample_sounds_as_it_is_at_its_frame(offline: OfflineEngine) -> None:
    sound = ramp(1000)
    offline.load_sample(3, sound)
    voice = offline.play_sample(3, 1.0, at=100)
    assert voice.state == "waiting" and voice.active
    out = offline.render(2000 / RATE)
    assert out.shape == (2000, 2) and out.dtype == np.float32
    assert np.array_equal(out[100:1100], sound)
    assert not out[:100].any() and not out[1100:].any()
    assert voice.state == "finished" and not voice.active
    messages = [m for m in iter(offline.receive_msg, None)]
    assert AudioMessage.SampleLoaded(id=3) in messages
    assert AudioMessage.VoiceStarted(voice.number, 3, 100) in messages
    assert AudioMessage.VoiceFinished(voice.number, 3, 1100) in messages


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
@pytest.mark.parametrize("layout", ["mono", "column", "stereo", "fortran", "strided", "reversed"])
def test_arrays_of_any_kind(offline: OfflineEngine, dtype: type, layout: str) -> None:
    whole = ramp(400)
    if dtype is np.int16:
        whole = np.round(whole * 32_768).astype(np.int16)
    whole = whole.astype(dtype)
    given = {
        "mono": whole[:, 0],
        "column": whole[:, :1],
        "stereo": whole,
        "fortran": np.asfortranarray(whole),
        "strided": np.repeat(whole, 2, axis=0)[::2],
        "reversed": whole[::-1],
    }[layout]
    as_float = given.astype(np.float64) / (32_768 if dtype is np.int16 else 1)
    wanted = as_float if as_float.ndim == 2 else as_float[:, None]
    if wanted.shape[1] == 1:
        # A sound of one channel is in the middle, at -3 dB on each side.
        wanted = np.repeat(wanted, 2, axis=1) * np.sqrt(0.5)
    offline.load_sample(0, given)
    offline.play_sample(0, 1.0)
    out = offline.render(400 / RATE)
    assert np.allclose(out, wanted, atol=1e-6)


def test_what_is_loaded_is_a_copy(offline: OfflineEngine) -> None:
    sound = ramp(300)
    offline.load_sample(0, sound)
    sound[:] = 1.0
    del sound
    gc.collect()
    offline.play_sample(0)
    assert np.array_equal(offline.render(300 / RATE), ramp(300))


def test_velocity_gain_and_pan(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.full((2000, 2), 0.5, np.float32))
    offline.play_sample(0, 0.5)
    assert np.allclose(offline.render(100 / RATE)[:, 0], 0.25)
    offline.stop_sample()
    offline.render(0.1)
    offline.play_sample(0, 1.0, gain=-6.0206, pan=1.0)
    out = offline.render(100 / RATE)
    assert np.allclose(out[:, 1], 0.25, atol=1e-4) and np.allclose(out[:, 0], 0.0, atol=1e-6)


def test_rate_and_pitch(offline: OfflineEngine) -> None:
    offline.load_sample(0, sine(440, 1.0))
    for how, wanted in [({"rate": 2.0}, 880), ({"pitch": -12}, 220), ({"rate": 2.0, "pitch": 7}, 880 * 2 ** (7 / 12))]:
        offline.play_sample(0, 1.0, **how)
        out = offline.render(0.3)
        offline.stop_sample()
        offline.render(0.1)
        assert abs(frequency_of(out[:8192, 0]) - wanted) < 0.5


def test_files_of_other_rates_sound_at_their_pitch(offline: OfflineEngine, tmp_path: Path) -> None:
    for rate in [22_050, 44_100, 96_000]:
        offline.load_sample(0, write_wav(tmp_path / f"{rate}.wav", sine(1000, 0.5, rate), rate))
        offline.play_sample(0)
        assert abs(frequency_of(offline.render(0.5)[2000:18_384, 0]) - 1000) < 0.05
    offline.load_sample(1, sine(500, 0.5, 32_000), sample_rate=32_000)
    offline.play_sample(1)
    assert abs(frequency_of(offline.render(0.5)[2000:18_384, 0]) - 500) < 0.05


def test_loops_are_exact_and_told(offline: OfflineEngine) -> None:
    sound = ramp(1000)
    offline.load_sample(0, sound, mode="loop", loop_start=200, loop_end=800)
    voice = offline.play_sample(0)
    out = offline.render(3000 / RATE)
    wanted = np.concatenate([sound[:800]] + [sound[200:800]] * 4)[:3000]
    assert np.array_equal(out, wanted)
    told = [m.frame for m in iter(offline.receive_msg, None) if isinstance(m, AudioMessage.VoiceLooped)]
    assert told == [800, 1400, 2000, 2600]
    voice.end_loop()
    rest = offline.render(1000 / RATE)
    at = 200 + (3000 - 800) % 600
    assert np.array_equal(rest[: 1000 - at], sound[at:])
    assert voice.state == "finished"


def test_a_loop_by_the_trigger(offline: OfflineEngine) -> None:
    offline.load_sample(0, ramp(500))
    looped = offline.play_sample(0, loop=True)
    assert np.array_equal(offline.render(1500 / RATE), np.concatenate([ramp(500)] * 3))
    looped.choke()
    offline.render(0.01)
    assert looped.state == "choked"


def test_voices_change_while_they_play(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.full((48_000, 2), 0.5, np.float32))
    voice = offline.play_sample(0)
    offline.render(0.01)
    voice.set_gain(-6.0206)
    offline.render(0.005)
    assert np.allclose(offline.render(0.01), 0.25, atol=1e-4)
    voice.set_pan(-1.0)
    offline.render(0.005)
    out = offline.render(0.01)
    assert np.allclose(out[:, 0], 0.25, atol=1e-4) and np.allclose(out[:, 1], 0.0, atol=1e-6)
    voice.stop()
    offline.render(0.02)
    assert voice.state == "finished"


def test_volumes_and_their_ramps(offline: OfflineEngine) -> None:
    one = np.ones((48_000, 2), np.float32) * 0.5
    offline.load_sample(0, one)
    offline.load_sample(1, one * 0.5)
    offline.play_sample(0)
    offline.play_sample(1)
    offline.set_volume(0.0, id=0, over=0.1)
    out = offline.render(0.2)[:, 0]
    wanted = 0.5 * np.clip(1 - np.arange(len(out)) / 4800, 0, 1) + 0.25
    assert np.allclose(out, wanted, atol=1e-3)
    # Slot 0 stays silent for what begins later.
    offline.play_sample(0)
    assert np.allclose(offline.render(0.01)[:, 0], 0.25, atol=1e-4)
    offline.set_volume(0.5)
    offline.render(0.01)
    assert np.allclose(offline.render(0.01)[:, 0], 0.125, atol=1e-4)
    offline.set_volume(0.0)
    offline.render(0.01)
    assert not offline.render(0.01).any()


def test_volumes_follow_points(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.ones((48_000, 2), np.float32) * 0.5)
    offline.play_sample(0)
    offline.automate("slots.0.volume", [(0, 1.0), (0.1, 0.5), (0.3, 1.0)])
    out = offline.render(0.5)[:, 0] * 2
    begin = RATE // 20
    at = lambda seconds: out[begin + round(seconds * RATE)]  # noqa: E731
    assert abs(at(0.05) - 0.75) < 1e-3 and abs(at(0.1) - 0.5) < 1e-3
    assert abs(at(0.2) - 0.75) < 1e-3 and abs(at(0.35) - 1.0) < 1e-3


def test_too_many_triggers_are_dropped_and_told() -> None:
    with OfflineEngine(RATE, voices=4) as engine:
        engine.load_sample(0, ramp(10_000))
        voices = [engine.play_sample(0) for _ in range(6)]
        engine.render(0.01)
        assert [v.state for v in voices] == ["playing"] * 4 + ["dropped"] * 2
        dropped = [m for m in iter(engine.receive_msg, None) if isinstance(m, AudioMessage.TriggerDropped)]
        assert [(m.voice, m.id) for m in dropped] == [(v.number, 0) for v in voices[4:]]


def test_unloading_ends_what_plays(offline: OfflineEngine) -> None:
    offline.load_sample(0, ramp(48_000))
    voice = offline.play_sample(0)
    offline.render(0.01)
    offline.unload_sample(0)
    assert not offline.is_loaded(0)
    offline.render(0.02)
    assert voice.state == "choked" and not offline.render(0.01).any()


def test_a_slot_loaded_anew_while_it_plays_goes_over(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.full((48_000, 2), 0.5, np.float32))
    offline.play_sample(0)
    offline.render(0.01)
    offline.load_sample(0, np.full((48_000, 2), -0.5, np.float32))
    out = offline.render(0.02)[:, 0]
    assert np.allclose(out[300:], -0.5) and np.abs(np.diff(out)).max() < 0.01


def test_choke_groups(offline: OfflineEngine) -> None:
    offline.load_sample(0, ramp(48_000), choke=1)
    offline.load_sample(1, ramp(48_000), choke=1)
    open_hat = offline.play_sample(0)
    offline.render(0.01)
    closed_hat = offline.play_sample(1)
    offline.render(0.01)
    assert (open_hat.state, closed_hat.state) == ("choked", "playing")


def test_triggers_on_beats(offline: OfflineEngine) -> None:
    offline.load_sample(0, ramp(100))
    offline.play()
    offline.command("tempo 120")
    offline.render(0.01)
    offline.play_sample(0, beats=1.0)
    out = offline.render(1.0)
    begins = int(np.flatnonzero(out[:, 0])[0]) + round(0.01 * RATE)
    assert begins == RATE // 2


def test_the_same_calls_give_the_same_bits() -> None:
    def perform() -> np.ndarray:
        with OfflineEngine(RATE) as engine:
            engine.load_sample(0, sine(440, 0.5))
            pieces = []
            for step in range(40):
                engine.play_sample(0, 0.1 + 0.02 * step, pitch=step % 12, pan=step / 20 - 1)
                engine.set_volume(0.5 + 0.01 * step, id=0, over=0.01)
                pieces.append(engine.render(0.0213))
            return np.concatenate(pieces)

    assert np.array_equal(perform(), perform())


def test_volumes_go_by_steps(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.ones((48_000, 2), np.float32) * 0.5)
    offline.play_sample(0)
    offline.automate("volume", [(0, 1.0, "step"), (0.1, 0.5, "step"), (0.2, 0.25)])
    out = offline.render(0.5)[:, 0] * 2
    begin = RATE // 20
    levels = [out[begin + round(seconds * RATE)] for seconds in (0.05, 0.15, 0.25)]
    assert np.allclose(levels, [1.0, 0.5, 0.25], atol=1e-3)


def test_a_volume_of_all_fades_on_a_straight_line(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.ones((96_000, 2), np.float32) * 0.5)
    offline.play_sample(0)
    offline.set_volume(0.0, over=1.0)
    out = offline.render(1.5)[:, 0] * 2
    assert abs(out[RATE // 2] - 0.5) < 1e-2 and out[-1] == 0.0


def test_what_waits_far_ahead_leaves_room_for_an_end(offline: OfflineEngine) -> None:
    offline.load_sample(0, np.ones((48_000, 2), np.float32) * 0.5)
    voice = offline.play_sample(0)
    for number in range(4100):
        voice.set_pan(0.0, at=10**9)
        if number % 200 == 0:
            offline.render(0.01)
    assert voice.state == "playing"
    voice.stop()
    offline.render(0.05)
    assert voice.state == "finished" and not offline.render(0.01).any()


def test_voices_are_over_when_their_sampler_is(offline: OfflineEngine) -> None:
    other = """
        nodes.samples = { kind = "sampler", interpolation = "INTERPOLATION" }
        nodes.out = { kind = "audio_out", channels = 2, inputs = ["samples"] }
    """
    offline.load_sample(0, ramp(48_000))
    offline.set_volume(0.5, id=0)
    offline.set_volume(0.5)
    # Far more than voices are kept in mind.
    for round_ in range(140):
        for _ in range(1000):
            voice = offline.play_sample(0)
        offline.render(0.005)
        offline.render(0.005)
        offline.apply(other.replace("INTERPOLATION", ["linear", "sinc"][round_ % 2]))
        assert not voice.active
        while offline.receive_msg() is not None:
            pass
    # What waited for samplers that are gone is refused by and by.
    for _ in range(40):
        offline.render(0.005)
    # And the volumes are as they were set.
    offline.load_sample(0, np.ones((48_000, 2), np.float32) * 0.5)
    offline.play_sample(0)
    offline.render(0.02)
    assert np.allclose(offline.render(0.01), 0.125, atol=1e-3)


def test_voices_are_over_when_the_engine_is() -> None:
    engine = OfflineEngine(RATE)
    engine.load_sample(0, ramp(48_000))
    voice = engine.play_sample(0)
    engine.render(0.01)
    engine.shut_down()
    assert not voice.active
