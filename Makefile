# What people and CI call. `make` lists the targets; each installs what it misses (scripts/setup) before it begins.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Where scripts/setup puts Node if the machine's own is too old.
export PATH := $(CURDIR)/target/node/bin:$(PATH)

# `quick` is optimised but not linked as one whole (Cargo.toml): minutes less to build than `release`, fast enough to
# interpret with. `release` is for what is shipped.

# CI takes exactly the versions that Cargo.lock names; at home cargo may add a new dependency to it.
ifdef CI
LOCKED := --locked
endif

# What shellcheck reads: in scripts/, everything but lists.
SCRIPTS := $(filter-out %.txt,$(wildcard scripts/*)) .ci/run

# How many texts `make bench` throws at the translators.
TEXTS ?= 84000

.PHONY: help
help: ## List what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

.PHONY: run
run: ## Install what is missing, build, and serve on http://127.0.0.1:3000 (PORT=… for another port)
	@scripts/setup run
	@$(MAKE) --no-print-directory page
	@echo '==> building the server (a few minutes the first time), then serving; stop with Ctrl-C'
	@cargo build --profile quick $(LOCKED)
	@exec target/quick/interpres serve

.PHONY: demo
demo: ## Play recorded English speech into a room and show the live Spanish interpretation
	@scripts/setup demo
	@$(MAKE) --no-print-directory page
	@echo '==> building the server (a few minutes the first time)'
	@cargo build --profile quick $(LOCKED)
	@exec target/quick/interpres demo

.PHONY: demo-azure
demo-azure: ## The same, interpreted by the engine azure-translate, whose service is emulated: no key is needed
	@scripts/setup demo
	@$(MAKE) --no-print-directory page
	@echo '==> building the server (a few minutes the first time)'
	@cargo build --profile quick $(LOCKED)
	@exec target/quick/interpres demo --engine azure-translate

.PHONY: demo-call
demo-call: ## Play a telephone call between two people, one English and one Spanish, at an emulated telephone service
	@scripts/setup demo
	@$(MAKE) --no-print-directory page
	@echo '==> building the server (a few minutes the first time)'
	@cargo build --profile quick $(LOCKED)
	@exec target/quick/interpres demo-call

.PHONY: test
test: ## Run every test: the page's, the server's, and both together in a real browser
	@scripts/setup test
	@$(MAKE) --no-print-directory page
	@echo '==> tests of the page'
	@npm test --silent
	@echo '==> tests of the server'
	@cargo test $(LOCKED)
	@echo '==> tests in the browser'
	@npm run --silent test:browser

.PHONY: lint
lint: ## Check formatting, lints, types, documentation, scripts and containers
	@scripts/setup test
	@$(MAKE) --no-print-directory page
	@echo '==> rustfmt'
	@cargo fmt --check
	@echo '==> clippy'
	@cargo clippy --all-targets $(LOCKED) -- -D warnings
	@echo '==> rustdoc'
	@RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --quiet $(LOCKED)
	@echo '==> eslint, prettier, tsc'
	@npm run --silent lint
	@npm run --silent typecheck
	@echo '==> shellcheck'
	@shellcheck $(SCRIPTS)
	@echo '==> hadolint, dclint'
	@scripts/lint-containers

.PHONY: fmt
fmt: ## Format all sources in place
	@scripts/setup test
	@cargo fmt
	@npm run --silent format

.PHONY: contract
contract: ## Write what the page is made against: the server's documents in static/contract, and TypeScript types of them
	@scripts/setup test
	@echo '==> documents'
	@INTERPRES_WRITE_CONTRACT=1 cargo test --quiet $(LOCKED) --test it contract::files
	@echo '==> types'
	@npm run --silent contract

.PHONY: bench
bench: ## Take all the numbers of docs/performance.md, one after the other (half an hour; shorter: tests/load/load.rs)
	@scripts/setup test
	@$(MAKE) --no-print-directory page
	@echo '==> building what is measured (a few minutes)'
	@cargo bench --no-run $(LOCKED)
	@echo '==> 1 of 6: supervision'
	@cargo bench --quiet $(LOCKED) --bench supervision
	@echo '==> 2 of 6: rooms'
	@cargo bench --quiet $(LOCKED) --bench rooms
	@echo '==> 3 of 6: signal processing'
	@cargo bench --quiet $(LOCKED) --bench audio
	@echo '==> 4 of 6: $(TEXTS) hostile texts'
	@cargo bench --quiet $(LOCKED) --bench hostile_text -- --texts $(TEXTS)
	@echo '==> 5 of 6: the databases'
	@cargo bench --quiet $(LOCKED) --bench store
	@echo '==> 6 of 6: the server under load'
	@cargo bench --quiet $(LOCKED) --bench load

.PHONY: audit
audit: ## Check licences, duplicates and origins of all crates (builds cargo-deny once: some minutes)
	@scripts/setup run
	@cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked
	@cargo deny check licenses bans sources

.PHONY: page
page: ## Build the page into static/dist, which the server embeds
	@echo '==> building the page'
	@npm run --silent build
