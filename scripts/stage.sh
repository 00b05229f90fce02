#!/usr/bin/env bash
# Runs one stage of `make check` or `make test`: stage.sh <name> <command…>
set -uo pipefail
name="$1"
shift
printf '== %s\n' "$name"
SECONDS=0
"$@" </dev/null
status=$?
if [ "$status" -eq 0 ]; then
    printf '== %s: ok, %d s\n\n' "$name" "$SECONDS"
else
    printf '== %s: FAILED (%d), %d s\n\n' "$name" "$status" "$SECONDS"
fi
exit "$status"
