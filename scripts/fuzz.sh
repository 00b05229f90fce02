#!/usr/bin/env bash
# The fuzz targets of tests/fuzz: fuzz.sh build | run <executions of each> [target…]
# `build` compiles them and lets each take its kept corpus once; `run` goes on from there, in a corpus of its own.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

if ! nightly_ready; then
    say "WARNING: no nightly Rust (scripts/setup.sh brings it), which fuzzing takes."
    [ "$1" = build ] || exit 1
    say "WARNING: NOT CHECKED: whether the fuzz targets compile, and take their kept corpus."
    exit 0
fi
[ -x "$cargo_fuzz" ] || scripts/setup.sh fuzz

export RUSTUP_TOOLCHAIN=nightly
target_dir="${CARGO_TARGET_DIR:-$root/target}/fuzz"
# There is no unsafe code to be watched, and without a sanitizer three times as much is tried.
options=(--fuzz-dir tests/fuzz --sanitizer none --target-dir "$target_dir")

build() {
    local target
    "$cargo_fuzz" fuzz build "${options[@]}"
    for target in "$@"; do
        say "$target: the kept corpus"
        "$target_dir"/*/release/"$target" "tests/fuzz/corpus/$target" -runs=0 -max_len=8300
    done
}

# What is found goes into a corpus of the machine's own, and a failure into tests/fuzz/artifacts.
run() {
    local runs="$1" target corpus
    shift
    for target in "$@"; do
        corpus="$target_dir/corpus/$target"
        mkdir -p "$corpus"
        say "$target: $runs executions"
        "$cargo_fuzz" fuzz run "${options[@]}" "$target" "$corpus" "tests/fuzz/corpus/$target" -- \
            -runs="$runs" -max_len="$(longest "$target")" -timeout=10 -print_final_stats=1
    done
}

# No more than shows anything: a frame is bounded, and a lobby's acts are few bytes each.
longest() { case "$1" in frame) echo 8300 ;; lobby | sse) echo 96 ;; *) echo 1024 ;; esac; }

all=(frame ticket sse lobby)
case "${1:-}" in
build) build "${all[@]}" ;;
run)
    runs="${2:?how many executions}"
    shift 2
    [ $# -gt 0 ] || set -- "${all[@]}"
    run "$runs" "$@"
    ;;
*) fail "fuzz.sh build | run <executions> [target…]" ;;
esac
