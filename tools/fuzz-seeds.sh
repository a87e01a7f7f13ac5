#!/bin/sh
# Makes small sound files of every format, for the fuzzer to begin with.
#
#   tools/fuzz-seeds.sh DIRECTORY
#
# Needs ffmpeg (tools/need.sh media). What is there already is made again.
set -eu

[ $# -eq 1 ] || { printf '%s\n' "fuzz-seeds.sh: which directory?" >&2; exit 2; }
mkdir -p "$1"

# NAME CODEC [ARGUMENT...]: a twentieth of a second of two tones.
seed() {
    name=$1 codec=$2
    shift 2
    ffmpeg -v error -nostdin -y -bitexact -f lavfi -i 'aevalsrc=0.4*sin(1000*t)|0.3*sin(3000*t):s=22050:d=0.05' \
        -c:a "$codec" "$@" "$directory/$name"
}

directory=$1
seed 16.wav pcm_s16le
seed 24.wav pcm_s24le
seed float.wav pcm_f32le
seed double.wav pcm_f64le
seed law.wav pcm_mulaw
seed adpcm.wav adpcm_ms
seed rf64.wav pcm_s16le -rf64 always
seed plain.aiff pcm_s16be
seed float.aiff pcm_f32be
seed plain.flac flac
seed plain.mp3 libmp3lame
seed plain.ogg libvorbis
seed flac.ogg flac
seed aac.m4a aac
seed fast.m4a aac -movflags +faststart
seed alac.m4a alac
seed plain.aac aac
