#!/usr/bin/env bash
# Compiles the worker to wasm; wrangler runs this before `dev` and `deploy`.
#
#   EDGEWISE_FEATURES   extra cargo features, for the tests ("probe")
#   EDGEWISE_OUT        the output folder, "build" unless told; each folder has a cargo target folder of its own
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

out="${EDGEWISE_OUT:-build}"
features="${EDGEWISE_FEATURES:-}"

[ -x "$bindgen" ] && { [ -x "$worker_build" ] || command -v worker-build >/dev/null; } || scripts/setup.sh rust
[ -x node_modules/.bin/wasm-opt ] && [ -x node_modules/.bin/esbuild ] || scripts/setup.sh npm
[ -x "$worker_build" ] || worker_build="worker-build"

# Told where these are, worker-build fetches nothing.
export WASM_BINDGEN_BIN="$bindgen"
export WASM_OPT_BIN="$root/node_modules/.bin/wasm-opt"
export ESBUILD_BIN="$root/node_modules/.bin/esbuild"

# A folder per variant: cargo would let the variants overwrite each other's edgewise.wasm before it is read,
# and no other cargo command has to wait for this one.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/worker/${out//\//-}"
# It would silently outrank the flags that worker-build sets.
unset CARGO_ENCODED_RUSTFLAGS

arguments=(--release --out-dir "$out")
if nightly_ready; then
    arguments+=(--panic-unwind)
else
    say "WARNING: no nightly Rust with rust-src and the wasm target (scripts/setup.sh brings it)."
    say "WARNING: building without panic unwinding: one panic will restart every object of its isolate."
fi
[ -z "$features" ] || arguments+=(--features "$features")

mkdir -p "$CARGO_TARGET_DIR"
if command -v flock >/dev/null; then
    exec 9>"$CARGO_TARGET_DIR/.edgewise-build.lock"
    flock 9
fi
"$worker_build" "${arguments[@]}"
