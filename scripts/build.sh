#!/usr/bin/env bash
# Compiles the worker to wasm; wrangler runs this before `dev` and `deploy`. Does nothing when nothing changed.
#
#   EDGEWISE_FEATURES   extra cargo features, for the tests ("probe")
#   EDGEWISE_OUT        the output folder, "build" unless told
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

# Apart from other cargo commands, which would wait for this one or replace its edgewise.wasm before it is read.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/worker"
# It would silently outrank the flags that worker-build sets.
unset CARGO_ENCODED_RUSTFLAGS
# SHA-256 in a loop instead of written out 64 times: a message is tagged in five rounds of it.
export RUSTFLAGS="${RUSTFLAGS:-} --cfg=sha2_backend_soft=\"compact\""

# The upload is bounded, and what takes time here is the runtime's part of it: as small as it gets.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=z

arguments=(--release --out-dir "$out")
if nightly_ready; then
    arguments+=(--panic-unwind)
    # For cargo's questions to the compiler too, which does not know the next flag in its stable version.
    export RUSTUP_TOOLCHAIN=nightly
    # No text for `{:?}`, which nobody ever sees: what is told to people and operators is written out.
    export RUSTFLAGS="$RUSTFLAGS -Zfmt-debug=none"
    compiler="$(rustup run nightly rustc --version)"
else
    say "WARNING: no nightly Rust with rust-src and the wasm target (scripts/setup.sh brings it)."
    say "WARNING: building without panic unwinding: one panic will restart every object of its isolate."
    compiler="$(rustc --version)"
fi
# What is not uploaded need not be small.
[ -z "$features" ] || arguments+=(--no-opt --features "$features")

# One build at a time: the variants share their compiled dependencies, and so the place of edgewise.wasm.
mkdir -p "$out" "$CARGO_TARGET_DIR"
exec 9>"$CARGO_TARGET_DIR/.building"
if command -v flock >/dev/null; then
    flock 9
elif command -v perl >/dev/null; then
    perl -e 'open my $lock, ">&=", 9 or die; flock $lock, 2 or die'
fi

# worker-build spends seconds on wasm-opt even where cargo finds nothing to do, so what the output was made of is
# remembered: the settings, and a checksum of each file, the sources by cargo's own list.
inputs="$out/.inputs"
settings="# ${arguments[*]}; $compiler; $worker_build; $bindgen; ${RUSTFLAGS:-}"
checksums() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
if [ -f "$out/index.js" ] && [ -f "$out/index_bg.wasm" ] && [ -f "$inputs" ] &&
    [ "$(head -n 1 "$inputs")" = "$settings" ] && sed 1d "$inputs" | checksums --status -c - 2>/dev/null; then
    say "$out/ is up to date"
    exit 0
fi

# The standard library is compiled along with the panics; its sorting and formatting need not be fast here, but small.
export CARGO_UNSTABLE_BUILD_STD_FEATURES="panic-unwind,optimize_for_size"

started="$CARGO_TARGET_DIR/.started"
rm -f "$inputs"
: >"$started"
"$worker_build" "${arguments[@]}"
# All of it stays where faults are provoked on purpose.
[ -n "$features" ] || node scripts/strip.mjs "$out/index_bg.wasm"

# cargo escapes spaces with a backslash, which is what `read` without -r undoes.
IFS=' ' read -a sources <"$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/edgewise.d"
sources=("${sources[@]:1}" Cargo.toml Cargo.lock package-lock.json scripts/build.sh scripts/strip.mjs scripts/toolchain.sh)
for source in "${sources[@]}"; do
    # Edited while the compiler ran: which version it read is unknown.
    [ ! "$source" -nt "$started" ] || exit 0
done
{ printf '%s\n' "$settings" && checksums "${sources[@]}"; } >"$inputs.new"
mv "$inputs.new" "$inputs"
