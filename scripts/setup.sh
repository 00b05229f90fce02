#!/usr/bin/env bash
# Brings what building and testing takes, and changes nothing when it is there. Parts may be named:
# rust npm secrets, and what only `make check` and `make fuzz` need: supply fuzz.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

need() { command -v "$1" >/dev/null || fail "'$1' is missing: $2"; }

setup_rust() {
    need cargo "install Rust 1.91 or newer with rustup, its official installer"
    need rustc "install Rust 1.91 or newer with rustup, its official installer"
    if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)" ]; then
        need rustup "without it, the target wasm32-unknown-unknown has to be added by hand"
        say "adding the wasm target"
        rustup target add wasm32-unknown-unknown
    fi
    nightly_ready || setup_nightly
    install_tool worker-build "$worker_build_version" "$worker_build"
    install_tool wasm-bindgen-cli "$bindgen_version" "$bindgen"
}

# Only nightly can rebuild the standard library so that a panic ends one call instead of the whole isolate.
setup_nightly() {
    if command -v rustup >/dev/null; then
        say "adding nightly Rust with its sources"
        if ! rustup toolchain list | grep -q '^nightly'; then
            rustup toolchain install nightly --profile minimal || true
        fi
        rustup component add rust-src --toolchain nightly &&
            rustup target add wasm32-unknown-unknown --toolchain nightly || true
    fi
    nightly_ready && return
    say "WARNING: nightly Rust with rust-src could not be installed."
    say "WARNING: builds go without panic unwinding: one panic will restart every object of its isolate."
}

setup_supply() {
    # Unoptimised, it is compiled in a third of the time, and looks at a lock file in seconds all the same.
    CARGO_PROFILE_DEV_DEBUG=0 install_tool cargo-deny "$cargo_deny_version" "$cargo_deny" --profile dev
}

setup_fuzz() {
    nightly_ready || fail "fuzzing takes nightly Rust, which could not be installed"
    install_tool cargo-fuzz "$cargo_fuzz_version" "$cargo_fuzz" --profile dev
}

# Installed beside its place and then moved, so that a broken or concurrent install never leaves half a tool.
install_tool() {
    local name="$1" version="$2" binary="$3" place staging
    shift 3
    [ -x "$binary" ] && return
    [ -n "$version" ] || fail "Cargo.lock does not say which $name to install"
    place="$(dirname "$(dirname "$binary")")"
    staging="$place.installing.$$"
    mkdir -p "$cache"
    say "compiling $name $version, once per user (several minutes)"
    # From the cache folder: the checkout's own cargo settings are not meant for tools.
    if ! (cd "$cache" && cargo install "$name" --version "$version" --locked --root "$staging" "$@"); then
        rm -rf "$staging"
        fail "$name $version could not be installed"
    fi
    [ -x "$binary" ] || { rm -rf "$place" && mv "$staging" "$place"; }
    rm -rf "$staging"
}

setup_npm() {
    local stamp="node_modules/.installed"
    need node "install Node.js, any version that npm supports"
    need npm "it comes with Node.js"
    if ! cmp -s package-lock.json "$stamp"; then
        say "installing the npm packages of package-lock.json"
        npm ci --no-fund --no-audit --loglevel=error
    fi
    node -e 'process.exit(+process.versions.node.split(".")[0] >= 22 ? 0 : 1)' ||
        fail "node_modules has no Node.js 22: its install script did not run (npm's ignore-scripts must be off)"
    esbuild --version >/dev/null && workerd --version >/dev/null ||
        fail "esbuild or workerd does not run: their install scripts did not run (npm's ignore-scripts must be off)"
    cp package-lock.json "$stamp"
}

# Fresh secrets per checkout: nothing sealed here opens anywhere else.
setup_secrets() {
    [ -f .dev.vars ] && return
    say "drawing local secrets into .dev.vars"
    (umask 077 && printf 'SEAL_KEY=%s\n' "$(head -c 32 /dev/urandom | base64 | tr -d '=\n' | tr '+/' '-_')" >.dev.vars)
}

if [ $# -eq 0 ]; then
    need make "install it with the system's package manager"
    set -- rust npm secrets
fi
for part in "$@"; do
    "setup_$part"
done
