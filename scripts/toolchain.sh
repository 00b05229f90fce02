# Sourced by the other scripts: where the tools are, and which versions. Bash 3.2 is enough (macOS).
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

say() { printf '%s\n' "edgewise: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# `worker-build` is released with `worker`, and wasm-bindgen refuses any other version of its own command line
# tool: both versions are read from the lock file, so that they cannot drift apart.
locked() {
    [ -f Cargo.lock ] || cargo generate-lockfile
    awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock
}

# One folder per tool and version, shared by all checkouts: compiling them takes minutes.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/edgewise/tools"
worker_build_version="$(locked worker)"
bindgen_version="$(locked wasm-bindgen)"
cargo_deny_version="0.20.2"
cargo_fuzz_version="0.13.2"
worker_build="$cache/worker-build-$worker_build_version/bin/worker-build"
bindgen="$cache/wasm-bindgen-cli-$bindgen_version/bin/wasm-bindgen"
cargo_deny="$cache/cargo-deny-$cargo_deny_version/bin/cargo-deny"
cargo_fuzz="$cache/cargo-fuzz-$cargo_fuzz_version/bin/cargo-fuzz"

# The node of npm's `node` package comes first: wrangler needs 22.12 or newer, whatever the machine has.
PATH="$root/node_modules/.bin:$PATH"
export PATH

# Answered from files, because asking rustup costs a tenth of a second each time.
sysroot_of() { rustup run "$1" rustc --print sysroot 2>/dev/null; }
nightly_ready() {
    local sysroot
    command -v rustup >/dev/null || return 1
    rustup toolchain list 2>/dev/null | grep -q '^nightly' || return 1
    sysroot="$(sysroot_of nightly)" || return 1
    [ -d "$sysroot/lib/rustlib/src/rust/library" ] && [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib" ]
}
