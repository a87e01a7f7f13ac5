#!/bin/sh
# Runs one step of a longer job, with its name before and its duration after.
#
#   tools/step.sh "NAME" COMMAND [ARGUMENT...]
set -u
name=$1
shift
begun=$(date +%s)
printf '\n== %s\n' "$name"
"$@"
status=$?
took=$(($(date +%s) - begun))
if [ "$status" = 0 ]; then
    printf '== %s: done in %d s\n' "$name" "$took"
else
    printf '== %s: failed with status %d after %d s: %s\n' "$name" "$status" "$took" "$*" >&2
fi
exit "$status"
