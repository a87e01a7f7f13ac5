#!/bin/sh
# Makes sure that this machine has what a step needs.
#
#   tools/need.sh GROUP...      build: to compile the program    sound: virtual sound devices    check: to check the scripts
#                               python: to build and test the Python package
#                               media: programs that encode and decode sound files, which tests compare with
#
# Looks for the things themselves, not for packages. What is missing on Debian or Ubuntu is installed with apt-get: as root,
# or through sudo where it works without a question or there is a terminal to ask on. Otherwise it prints the one line that
# would install it and fails. Does nothing on a second run, and nothing on systems other than Linux, where the system brings
# its own sound interface.
set -eu

say() { printf '%s\n' "need.sh: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# One line per thing: its Debian package, then the test that shows that it is there.
missing_in() {
    case $1 in
    build)
        have cc || have gcc || have clang || echo gcc libc6-dev
        have pkg-config || echo pkg-config
        library alsa || echo libasound2-dev
        ;;
    sound)
        have jackd || echo jackd2
        library jack || echo libjack-jackd2-dev
        have pulseaudio || echo pulseaudio
        have pactl || echo pulseaudio-utils
        ;;
    check)
        have shellcheck || echo shellcheck
        ;;
    media)
        have ffmpeg || echo ffmpeg
        have sox || echo sox
        have flac || echo flac
        have lame || echo lame
        have oggenc || echo vorbis-tools
        ;;
    python)
        have python3 || echo python3
        # Debian keeps a part of it in a package of its own.
        { have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; } || echo python3-venv
        ;;
    *)
        say "there is no group '$1'; the groups are: build sound check media python"
        exit 2
        ;;
    esac
}

# Without pkg-config nothing can be said about a library, and it is asked for along with pkg-config.
library() { have pkg-config && pkg-config --exists "$1"; }

# How commands that need root are run here: prints nothing for root itself, 'sudo', 'sudo -n', or fails.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        return 0
    fi
    have sudo || return 1
    if sudo -n true 2>/dev/null; then
        echo sudo -n
    elif [ -t 0 ] && [ -t 2 ]; then
        echo sudo
    else
        return 1
    fi
}

advise() {
    if have apt-get; then
        say "missing: $*. Install with:  sudo apt-get install --no-install-recommends $*"
    elif have dnf; then
        say "missing: $* (Debian's names). On Fedora:  sudo dnf install gcc pkgconf alsa-lib-devel jack-audio-connection-kit-devel"
    elif have pacman; then
        say "missing: $* (Debian's names). On Arch:  sudo pacman -S --needed gcc pkgconf alsa-lib jack2"
    else
        say "missing, by Debian's names: $*. Install them with this system's package manager."
    fi
    exit 1
}

install() {
    have apt-get || advise "$@"
    prefix=$(as_root) || advise "$@"
    say "installing $*"
    # The lock may be held by an unattended upgrade: wait for it rather than fail.
    apt="$prefix env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
    # shellcheck disable=SC2086 # $apt is a command with its arguments
    $apt -y install --no-install-recommends "$@" >&2 || {
        say "the package lists may be old: updating them and trying once more"
        $apt update >&2 && $apt -y install --no-install-recommends "$@" >&2
    } || advise "$@"
}

[ $# -gt 0 ] || { say "which groups? build sound check media python"; exit 2; }
[ "$(uname -s)" = Linux ] || exit 0

packages=
for group in "$@"; do
    packages="$packages $(missing_in "$group")" || exit 2
done
# shellcheck disable=SC2086 # a list of words
set -- $packages
[ $# -eq 0 ] || install "$@"
