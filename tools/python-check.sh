#!/bin/sh
# Puts the Python package into a virtual environment of its own and tests it: its tests, its types, its stubs, its sources.
#
#   tools/python-check.sh DIRECTORY     the environment is made there, or used again
#
# TARGET     where cargo has built the module
# PYTHON     the interpreter           (python3)
# SOSTENUTO  the program, if it is built: what the package renders is compared with what it renders
set -eu

: "${TARGET:?where cargo has built the module}"
[ $# -eq 1 ] || { echo "where? tools/python-check.sh DIRECTORY" >&2; exit 2; }
mkdir -p "$1"
venv=$(cd "$1" && pwd)/venv
package=$(cd "$(dirname "$0")/../bindings/python" && pwd)
wanted=$package/requirements-dev.txt

if ! cmp -s "$wanted" "$venv/installed.txt" 2>/dev/null; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$venv/installed.txt"
fi
cd "$package"
# The module as `cargo build --workspace` has made it, with all that it shares with the rest: maturin would build that once more. The package is found where it is written.
for module in "$TARGET/debug/lib_sostenuto.so" "$TARGET/debug/lib_sostenuto.dylib"; do
    [ ! -f "$module" ] || cp "$module" python/sostenuto/_sostenuto.abi3.so
done
for site in "$venv"/lib/python3*/site-packages; do
    printf '%s\n' "$package/python" >"$site/sostenuto.pth"
done
"$venv/bin/python" -m pytest --quiet
# One binary for Python 3.9 and later: it asks for nothing that came after, nor for what is no part of the stable interface.
"$venv/bin/abi3audit" --strict --assume-minimum-abi3 3.9 python/sostenuto/_sostenuto.abi3.so
"$venv/bin/mypy" --no-error-summary --cache-dir "$venv/mypy" python examples
"$venv/bin/python" -m mypy.stubtest --ignore-missing-stub sostenuto._sostenuto
# What is published has all that it is built from.
"$venv/bin/maturin" sdist --out "$venv/sdist" 2>"$venv/sdist.log" || { cat "$venv/sdist.log" >&2; exit 1; }
tar -tzf "$venv"/sdist/sostenuto-*.tar.gz | grep -q "python/sostenuto/_sostenuto.pyi"
"$venv/bin/pyright" --level error --pythonpath "$venv/bin/python" python examples
