# `make dev` on a fresh machine is all it takes; `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The stages share two cores, one cargo folder and one report: never at once, but for those that say so.
.NOTPARALLEL:

PORT ?= 8787
UPLOAD_KB_MAX := 300
# What `make chaos` does: how many talk, for how long, and what chance decides.
PAIRS ?= 50
MINUTES ?= 10
# How often `make fuzz` tries each of its targets.
RUNS ?= 10000000
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')

# Node 22 of npm's `node` package comes before the machine's own; wrangler asks nothing and reports nothing.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export WRANGLER_SEND_METRICS := false
export WRANGLER_HIDE_BANNER := true

# Runs a stage, and says how long it took and how it ended.
stage = @scripts/stage.sh $@

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

## Running

.PHONY: dev setup build clean
dev: setup ## build and serve on http://127.0.0.1:8787 (PORT=…), rebuilt when src/ changes
	@exec wrangler dev --local --ip 127.0.0.1 --port $(PORT) --show-interactive-dev-session=false

setup: ## bring the tools and draw local secrets; quick when all is there
	@scripts/setup.sh

build: setup ## compile the worker into build/
	@scripts/build.sh

clean: ## remove what builds leave behind; tools, packages and secrets stay
	rm -rf target build build-probe .wrangler

## Checking

.PHONY: check check-source check-format check-lints check-docs check-types check-supply check-upload
# What is uploaded takes one core a minute to make, and the rest as long on the other.
check: setup ## everything that needs no test to run
	@MAKE='$(MAKE)' scripts/beside.sh check-upload check-source

check-source: check-format check-lints check-docs check-types check-supply

check-format:
	$(stage) sh -c 'cargo fmt --all --check && cargo fmt --manifest-path tests/fuzz/Cargo.toml --check'

check-lints:
	$(stage) sh -c 'cargo clippy --locked --all-targets -- -D warnings && cargo clippy --locked --lib --target wasm32-unknown-unknown -- -D warnings && cargo clippy --locked --lib --target wasm32-unknown-unknown --features probe -- -D warnings'

# A link to a private item is fine here: the documentation is for people who read the source.
check-docs: export RUSTDOCFLAGS := -D warnings -A rustdoc::private_intra_doc_links
check-docs:
	$(stage) cargo doc --locked --no-deps --document-private-items

check-types:
	$(stage) tsc -p tsconfig.json

check-supply: ## licences and sources of what the service is built from, and what is known against it
	$(stage) scripts/supply.sh

check-upload:
	$(stage) sh -c 'scripts/bundle.sh release && node scripts/size.mjs build/bundle $(UPLOAD_KB_MAX)'

## Testing

.PHONY: test test-unit test-vectors test-js test-timing test-simulation test-matching test-population test-client test-model
.PHONY: test-runtime test-chaos test-model-chaos test-browser bundles model looks fuzz fuzz-build chaos soak
test: setup test-unit test-vectors test-js test-timing test-simulation test-matching test-population test-client fuzz-build test-model-chaos test-runtime test-browser ## all tests, in the order in which they fail soonest

test-unit: ## the modules' own tests
	$(stage) sh -c 'cargo test --locked --lib && cargo test --locked --doc'

test-vectors: ## the wire, against the files that Rust and JavaScript share
	$(stage) cargo test --locked --test vectors

test-js: ## the page's modules
	$(stage) sh -c 'ls tests/js/*.test.mjs && node --test --test-reporter=spec tests/js/*.test.mjs'

test-timing: ## whether a wrong token says how much of it is right
	$(stage) cargo test --locked --profile sim --test timing -- --nocapture --test-threads=1

test-simulation: ## random worlds against the domain
	$(stage) cargo test --locked --profile sim --test simulation

test-matching: ## random queues against the rule, and whether five defects would be noticed
	$(stage) sh -c 'cargo test --locked --profile sim --test matching -- --nocapture && cargo test --locked --profile sim --features mutants --test matching -- --nocapture'

test-population: ## small crowds, and what nobody has to wait longer than
	$(stage) cargo test --locked --profile sim --example population

test-client: ## the client that is not a page, alone and over the domain
	$(stage) cargo test --locked --profile sim --test client

test-model: ## all orders of events within small bounds, over the domain and the client
	$(stage) cargo test --locked --profile sim --test model -- --show-output

model: export MODEL := full
model: ## the same within wider bounds: takes minutes, and is no part of `make test`
	$(stage) cargo test --locked --profile sim --test model -- --show-output

fuzz-build: ## the fuzz targets, and the inputs that were kept for them
	$(stage) scripts/fuzz.sh build

fuzz: setup ## any input against the parsers, the seals and the lobby (RUNS=10000000 for each)
	$(stage) scripts/fuzz.sh run $(RUNS)

bundles:
	$(stage) sh -c 'scripts/bundle.sh release && scripts/bundle.sh probe'

# Most of these tests wait for time to pass, so they run side by side on however few cores.
test-runtime: bundles ## the built worker in the real runtime
	$(stage) cargo test --locked --test runtime -- --test-threads=16

# Three storms side by side, every kind of fault in each. How soon people are back is told, and held to nothing: a test
# shares its machine.
test-chaos: bundles ## the real runtime, broken on purpose: a minute of what `make chaos` does
	$(stage) cargo test --locked --profile sim --test chaos -- --seeds 1,2,3 --pairs 8 --seconds 20 --returns 500

# The one computes for a minute, and the other waits for one.
test-model-chaos: bundles ## test-model and test-chaos, side by side
	@MAKE='$(MAKE)' scripts/beside.sh test-chaos test-model

# Much of it is waiting, so files run side by side.
test-browser: bundles ## the page in Chromium
	$(stage) sh -c 'CHROMIUM="$$(scripts/browser.sh)" && export CHROMIUM && ls tests/browser/*.test.mjs && node --test --test-concurrency=3 --test-reporter=spec tests/browser/*.test.mjs'

looks: export LOOKS := all
looks: setup bundles ## every screen on phone and desk, by day and by night; `make test` takes two looks of the four
	$(stage) sh -c 'CHROMIUM="$$(scripts/browser.sh)" && export CHROMIUM && node --test --test-concurrency=3 --test-reporter=spec tests/browser/*screens.test.mjs tests/browser/announcements.test.mjs'

chaos: setup bundles ## break everything on purpose, at random (PAIRS=50 MINUTES=10 SEED=…)
	$(stage) cargo test --locked --profile sim --test chaos -- --seed $(SEED) --pairs $(PAIRS) --minutes $(MINUTES) --returns 500 --strict

soak: setup bundles ## what only minutes can show: a tab that stays hidden for two of them
	$(stage) sh -c 'CHROMIUM="$$(scripts/browser.sh)" && export CHROMIUM && HIDDEN_MS=120000 node --test --test-reporter=spec tests/browser/hidden.test.mjs'

.PHONY: bench bench-events bench-flood
bench: ## how long one look for a partner takes, in the queues that make it longest
	$(stage) cargo bench --locked --bench matching

# Each subscriber is an open file, and where fewer are allowed the bench says so.
bench-events: setup bundles ## one event to 2 000 subscribers, beside nginx: the tables of docs/BENCHMARKS.md
	$(stage) sh -c 'ulimit -S -n 4096 2>/dev/null || true; cargo bench --locked --profile sim --bench events -- --document docs/BENCHMARKS.md'

bench-flood: setup bundles ## what a flood costs a hundred pairs who talk; fails when their p99 more than doubles
	$(stage) cargo bench --locked --profile sim --bench flood

.PHONY: docs
docs: ## waiting times in crowds of all sizes: the table and the chart of docs/MATCHING.md
	$(stage) cargo run --locked --profile sim --example population -- docs
