#!/bin/bash
# Runs a command with a Rust compiler that can build for the browser (wasm32-unknown-unknown).
#
#   tools/wasm-std.sh [COMMAND [ARGUMENT...]]       without a command: only makes sure that there is such a compiler
#
# 1. If the toolchain in use has the target (`rustup target add wasm32-unknown-unknown`), the command runs as it is.
# 2. Else, on Debian and Ubuntu, Debian's own compiler and library source are fetched into .tools/wasm (about 140 MB, nothing
#    is installed), the standard library is built for the target once (under a minute), and the command runs with RUSTC set.
# 3. Else it says what to do. The toolchain itself is never changed.
#
# SOSTENUTO_WASM_STD=debian skips step 1.
set -euo pipefail

target=wasm32-unknown-unknown
project=$(cd "$(dirname "$0")/.." && pwd)
home=$project/.tools/wasm
sysroot=$home/root/usr

say() { printf 'wasm-std.sh: %s\n' "$*" >&2; }
give_up() {
    say "$*"
    say "the usual way to get this target:  rustup target add $target"
    exit 1
}

has_core() { compgen -G "$1/libcore-*.rlib" >/dev/null; }

toolchain_has_target() {
    local libraries
    [ "${SOSTENUTO_WASM_STD:-}" != debian ] || return 1
    libraries=$(rustc --print target-libdir --target "$target" 2>/dev/null) && has_core "$libraries"
}

# Whether a version of the compiler is one that this project can be built with.
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$project/Cargo.toml" | head -1)
is_new_enough() { [ "$(printf "%s\n%s\n" "$oldest" "$1" | sort -V | head -1)" = "$oldest" ]; }

# Debian's version of the compiler, newest first in what apt would take.
candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -v none; }

fetch() {
    local version release llvm archive
    version=$(candidate rustc-web) || version=0
    # The lists of a new machine may know an old one only: newer ones come with Debian's security updates.
    if ! is_new_enough "${version%%+*}"; then
        say "asking apt for its lists"
        if [ "$(id -u)" = 0 ]; then apt-get -q update >&2 || true
        elif sudo -n true 2>/dev/null; then sudo -n apt-get -q update >&2 || true
        fi
        version=$(candidate rustc-web) || give_up "no package rustc-web here"
    fi
    is_new_enough "${version%%+*}" || give_up "Debian's Rust is ${version%%+*} here, and this needs $oldest"
    release=${version%%+*}
    release=${release%.*}
    llvm=$(apt-cache show "libstd-rust-web-$release=$version" | grep -o 'libllvm[0-9]*' | sort -u) || give_up "no LLVM for $version"
    say "fetching Debian's Rust $version"
    mkdir -p "$home/archives" "$home/root"
    # Unpacked below by this user; apt's own sandbox user could not write here.
    (cd "$home/archives" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "rustc-web=$version" \
        "libstd-rust-web-$release=$version" "libstd-rust-web-dev=$version" "rust-web-src=$version" "$llvm" >&2)
    for archive in "$home"/archives/*.deb; do
        dpkg-deb --extract "$archive" "$home/root"
    done
    rm -r "$home/archives"
}

# The unpacked compiler finds its LLVM only when it is told where.
wrap() {
    local libraries=$sysroot/lib/x86_64-linux-gnu
    [ -e "$sysroot/bin/rustc" ] || give_up "Debian's packages are laid out differently from what this script knows"
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$libraries" "$sysroot/bin/rustc" >"$home/rustc"
    chmod +x "$home/rustc"
    "$home/rustc" --version >/dev/null || give_up "Debian's compiler does not run here"
}

# Builds the standard library by building an empty crate with it, and files the results where the compiler looks for them.
build_library() {
    local seed=$home/seed place=$sysroot/lib/rustlib/$target/lib built
    mkdir -p "$seed/src" "$place"
    printf '[package]\nname = "seed"\nedition = "2024"\n[workspace]\n' >"$seed/Cargo.toml"
    : >"$seed/src/lib.rs"
    say "building the standard library for $target"
    # -Z build-std is an unstable flag, which a stable compiler takes with RUSTC_BOOTSTRAP. Bitcode: for link-time optimisation.
    (cd "$seed" && env -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET RUSTC="$home/rustc" RUSTC_BOOTSTRAP=1 \
        RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$seed/target" \
        cargo build --quiet --release --target "$target" -Z build-std=std,panic_abort)
    for built in "$seed/target/$target/release/deps"/*.rlib; do
        case ${built##*/} in libseed-*) ;; *) cp "$built" "$place/" ;; esac
    done
    # The sources have served; without them the whole is a third of the size.
    rm -rf "$seed" "$sysroot/src" "$sysroot/share"
    has_core "$place" || give_up "the build left no library"
}

make_compiler() {
    local needed
    [ "$(uname -sm)" = "Linux x86_64" ] || give_up "no compiler for $target here"
    for needed in apt-get apt-cache dpkg-deb; do
        command -v "$needed" >/dev/null || give_up "no compiler for $target here, and no $needed to get one with"
    done
    # What an interrupted run left is not trusted.
    rm -rf "$home/ready" "$home/root" "$home/archives" "$home/seed"
    fetch
    wrap
    build_library
    touch "$home/ready"
    say "ready: $("$home/rustc" --version)"
}

# Only the final link of a module for the browser needs it; libraries do without.
linker() {
    local own
    own=$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
    if [ -x "$own" ]; then echo "$own"; else command -v wasm-ld || command -v wasm-ld-19 || echo rust-lld; fi
}

if toolchain_has_target; then
    [ $# -eq 0 ] || exec "$@"
    exit 0
fi
mkdir -p "$home"
(
    # One at a time; the second finds the work done.
    if command -v flock >/dev/null; then flock 9; fi
    { [ -e "$home/ready" ] && is_new_enough "$("$home/rustc" --version | cut -d' ' -f2)"; } || make_compiler
) 9>"$home/lock"
[ $# -gt 0 ] || exit 0
export RUSTC=$home/rustc
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(linker)
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
exec "$@"
