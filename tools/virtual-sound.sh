#!/bin/bash
# Runs a command with virtual sound devices that keep true time, on a machine that has no sound card.
#
#   tools/virtual-sound.sh COMMAND [ARGUMENT...]
#
# The command finds a JACK server of its own (dummy driver, 48 kHz, two channels each way) and a PulseAudio server of its own
# with two null sinks, `sink_44100` and `sink_48000`, and SOSTENUTO_VIRTUAL_SOUND=1. Servers that already run on the machine
# are neither used nor touched. Everything is gone when the command has ended, and its exit status is passed on.
#
#   JACK_RATE    frames per second of the JACK server   (48000)
#   JACK_PERIOD  frames per period of the JACK server   (512: smaller ones see late wake-ups on shared machines)
set -euo pipefail

say() { printf 'virtual-sound.sh: %s\n' "$*" >&2; }
[ $# -gt 0 ] || { say "which command? tools/virtual-sound.sh COMMAND [ARGUMENT...]"; exit 2; }
for program in jackd jack_wait pulseaudio pactl; do
    command -v "$program" >/dev/null || { say "$program is not installed: run tools/need.sh sound"; exit 1; }
done

room=$(mktemp -d)
servers=()
command_id=

# shellcheck disable=SC2317 # called by the trap
end_everything() {
    local server
    if [ -n "$command_id" ]; then kill -- "-$command_id" 2>/dev/null || kill "$command_id" 2>/dev/null || true; fi
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    for server in "${servers[@]}"; do
        # Two seconds to go by itself.
        for _ in {1..40}; do
            kill -0 "$server" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    # jackd leaves these behind when it is ended; the name is ours alone.
    rm -rf "$room" /dev/shm/jack_*"_$JACK_DEFAULT_SERVER"_*
}

did_not_start() { # name log
    say "$1 did not start within ten seconds; its log:"
    cat "$2" >&2
    exit 1
}

pulse_answers() {
    local _
    for _ in {1..200}; do
        if pactl info >/dev/null 2>&1; then return 0; fi
        sleep 0.05
    done
    return 1
}

export JACK_DEFAULT_SERVER="sostenuto$$" JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
export XDG_RUNTIME_DIR=$room PULSE_RUNTIME_PATH=$room/pulse PULSE_STATE_PATH=$room/pulse
export PULSE_SERVER="unix:$room/pulse.socket" PULSE_COOKIE="$room/pulse/cookie"
export SOSTENUTO_VIRTUAL_SOUND=1
mkdir -m 700 "$room/pulse"
trap end_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Real-time scheduling where this user may have it, else not.
scheduling=--no-realtime
if chrt --fifo 70 true 2>/dev/null; then scheduling=--realtime; fi
jackd --name "$JACK_DEFAULT_SERVER" "$scheduling" -d dummy --rate "${JACK_RATE:-48000}" \
    --period "${JACK_PERIOD:-512}" --capture 2 --playback 2 >"$room/jackd.log" 2>&1 &
servers+=($!)

# Its own home, so that no user's configuration or cookie is read or written.
# norewinds: with rewinding, a stream on a null sink stalls for two seconds now and then.
HOME=$room pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --realtime=no --log-target=stderr \
    --load="module-native-protocol-unix socket=$room/pulse.socket auth-anonymous=1" \
    --load="module-null-sink sink_name=sink_44100 rate=44100 channels=2 norewinds=1" \
    --load="module-null-sink sink_name=sink_48000 rate=48000 channels=2 norewinds=1" >"$room/pulse.log" 2>&1 &
servers+=($!)

jack_wait --wait --timeout 10 >/dev/null 2>&1 || did_not_start jackd "$room/jackd.log"
pulse_answers || did_not_start PulseAudio "$room/pulse.log"

# In the background and waited for, so that a signal to this script ends everything at once; without a terminal as a process
# group of its own, so that everything includes what the command has started. (With one, that would cut it off from it.)
if [ ! -t 0 ]; then set -m; fi
"$@" <&0 &
command_id=$!
set +m
status=0
wait "$command_id" || status=$?
command_id=
exit "$status"
