#!/usr/bin/env bash
# Runs two targets of the Makefile side by side, and shows what the first has printed when both have ended:
# beside.sh <one that mostly waits> <one that mostly computes, and lets the other go first>
set -uo pipefail
waits="$1"
computes="$2"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
status=0
"${MAKE:-make}" --old-file=bundles "$waits" >"$log" 2>&1 </dev/null &
nice "${MAKE:-make}" "$computes" || status=$?
wait $! || status=$?
cat "$log"
exit "$status"
