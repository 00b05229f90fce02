#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests, and installs Debian's where there is none.
set -euo pipefail

find_browser() {
    local name
    if [ -n "${CHROMIUM:-}" ]; then
        command -v "$CHROMIUM" || { echo "edgewise: CHROMIUM names no program: $CHROMIUM" >&2 && exit 1; }
        return
    fi
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}

find_browser && exit 0

if command -v apt-get >/dev/null; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
    if "${as_root[@]+"${as_root[@]}"}" true 2>/dev/null; then
        echo "edgewise: installing the Debian package chromium" >&2
        "${as_root[@]+"${as_root[@]}"}" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium' >&2 || true
        find_browser && exit 0
    fi
fi

echo "edgewise: no Chromium found for the browser tests: install one, or name it in CHROMIUM" >&2
exit 1
