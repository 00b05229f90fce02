#!/usr/bin/env bash
# Bundles a variant of the worker as wrangler would upload it, for the tests: bundle.sh release|probe
# Each ends in bundle/ of its folder, beside a configuration of its own, where no .dev.vars is read by accident.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

export WRANGLER_SEND_METRICS=false WRANGLER_HIDE_BANNER=true

# The project's own configuration, moved: no build command, another entry, another path to the page.
moved_config() {
    sed -e '/^\[build\]/,/^$/d' -e "s|^main = .*|main = \"$1\"|" -e "s|^directory = .*|directory = \"$2\"|" wrangler.toml
}

variant="${1:-release}"
case "$variant" in
release)
    folder="build"
    config="wrangler.toml"
    ;;
probe)
    # The guard imports ../../build/: a copy of it, two folders deep, finds this variant's build instead.
    folder="build-probe"
    config="$folder/wrangler.toml"
    mkdir -p "$folder/src/edge"
    cp src/edge/*.js "$folder/src/edge/"
    moved_config src/edge/guard.js ../static >"$config"
    EDGEWISE_FEATURES=probe EDGEWISE_OUT="$folder/build" scripts/build.sh
    ;;
*) fail "no variant '$variant': release or probe" ;;
esac

# Made beside its place, because old modules in the folder would be served too.
fresh="$folder/bundle.$$"
trap 'rm -rf "$fresh"' EXIT
wrangler deploy --dry-run --config "$config" --outdir "$root/$fresh" </dev/null
moved_config guard.js ../../static >"$fresh/wrangler.toml"
rm -rf "$folder/bundle"
mv "$fresh" "$folder/bundle"
