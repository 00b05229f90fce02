#!/usr/bin/env bash
# What the service and its tools are built from: licences, sources and doubled crates (deny.toml), and what is known
# against any of it. Where a list of known faults cannot be had, that is said loudly, and everything else still holds.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

[ -x "$cargo_deny" ] || scripts/setup.sh supply

manifests=(Cargo.toml tests/fuzz/Cargo.toml)
deny() { "$cargo_deny" --locked --log-level error --manifest-path "$1" --config deny.toml "${@:2}"; }

for manifest in "${manifests[@]}"; do
    deny "$manifest" check licenses bans sources
done

# A list that cannot be fetched is no verdict; a fault that stands in it is one.
if deny Cargo.toml fetch db; then
    for manifest in "${manifests[@]}"; do
        deny "$manifest" check advisories
    done
else
    say "WARNING: the RustSec advisory database could not be fetched."
    say "WARNING: NOT CHECKED: whether anything is known against the crates of Cargo.lock."
fi

# The page has no dependencies; this keeps it so. The second look is at the tools that build and test it.
npm audit --omit=dev
report="$(npm audit --json 2>/dev/null)" && status=0 || status=$?
if [ "$status" -eq 0 ]; then
    say "nothing is known against the npm packages"
elif grep -q '"auditReportVersion"' <<<"$report"; then
    npm audit
    exit 1
else
    say "WARNING: the npm registry does not tell what is known about packages."
    say "WARNING: NOT CHECKED: whether anything is known against the packages of package-lock.json."
fi
