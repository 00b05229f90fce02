#!/usr/bin/env bash
# Runs two targets of the Makefile side by side: beside.sh <the one that goes first> <the other>
# The second lets the first go first where there is too little for both. What the first prints is shown when both have
# ended. Bundles, which more than one stage needs, are taken as they are.
set -uo pipefail
log="$(mktemp)" || exit
jobs=()
# Each in a process group of its own, so that an interruption ends all of it.
start() {
    set -m
    "$@" </dev/null &
    jobs+=("$!")
    set +m
}
finish() {
    for job in "${jobs[@]}"; do kill -- -"$job" 2>/dev/null; done
    wait
    cat "$log"
    rm -f "$log"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start "${MAKE:-make}" --old-file=bundles "$1" >"$log" 2>&1
start nice "${MAKE:-make}" --old-file=bundles "$2"
status=0
for job in "${jobs[@]}"; do wait "$job" || status=$?; done
jobs=()
exit "$status"
