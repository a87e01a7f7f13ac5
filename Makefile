# Sostenuto. `make help` lists what there is; every target may be run again at any time.
#
# CARGO_TARGET_DIR is respected. Where a step needs other compiler flags or another compiler, it builds in a directory of its
# own below the target directory, so that no two steps throw away each other's work.

SHELL := /bin/sh
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
STEP := tools/step.sh
NIGHTLY ?= nightly

# Crates whose libraries run on the audio thread, and crates that are built for the browser as well.
REALTIME := rt dsp reel voice transport graph nodes
BROWSER := units rt dsp reel voice transport graph nodes patch engine

# What `make play` plays.
PATCH ?= examples/slow-filter.toml
# Random edits in `make soak`, seconds per target in `make fuzz`.
EDITS ?= 10000000
FUZZ_SECONDS ?= 60

# Tests that need sound devices are files called virtual_sound.rs; the long tests of random edits are random_*.rs.
SOUND_TESTS := $(wildcard crates/*/tests/virtual_sound.rs apps/*/tests/virtual_sound.rs)
EDIT_TESTS := $(wildcard crates/*/tests/random_*.rs)
BENCHES := $(wildcard bench/Cargo.toml bench/*/Cargo.toml)
# crates/rt/tests/x.rs -> the name of the package that the crate's Cargo.toml gives.
package = $(shell sed -n 's/^name = "\(.*\)"/\1/p' $(1)/Cargo.toml | head -n 1)
# Sound systems that are not built in unless asked for: `make sound-jack` has JACK besides.
SYSTEMS ?=
# What lends sound devices to a command.
WITH_SOUND := $(if $(filter Linux,$(shell uname -s)),tools/virtual-sound.sh)
packages_of = $(foreach test,$(1),-p $(call package,$(patsubst %/tests/,%,$(dir $(test)))))

.PHONY: help play test sound-jack bench bench-count drift soak fuzz tsan doc install clean need-build need-sound need-check need-media need-python \
	scripts format lint unit doc-check loom wasm sound python
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

play: need-build ## build the program and play an example; PATCH=file plays another
	$(CARGO) build --release --package sostenuto
	"$(TARGET)/release/sostenuto" play "$(PATCH)" --or-render "$(notdir $(basename $(PATCH))).wav"

test: scripts format lint unit doc-check loom wasm sound python ## every check that a change has to pass
	@echo
	@echo "all checks passed"

scripts: need-check ## check the scripts
	@$(STEP) "scripts" shellcheck tools/*.sh .ci/run

format: ## check the formatting
	@$(STEP) "format" $(CARGO) fmt --all --check

lint: need-build ## compiler and clippy warnings, and what real-time crates may not use
	@$(STEP) "lint" $(CARGO) clippy --quiet --workspace --all-targets $(SYSTEMS) -- -D warnings
	@$(STEP) "lint of the real-time crates" env CLIPPY_CONF_DIR="$(CURDIR)/tools/realtime" \
		$(CARGO) clippy --quiet --no-deps --lib $(addprefix -p sostenuto-,$(REALTIME)) -- -D warnings \
		-D clippy::disallowed_types -D clippy::disallowed_methods -D clippy::disallowed_macros

unit: need-build need-media ## the tests of every crate, with the examples in the documentation
	@$(STEP) "tests" $(CARGO) test --quiet --workspace --tests $(SYSTEMS)
	@$(STEP) "tests of examples in the documentation" $(CARGO) test --quiet --workspace --doc $(SYSTEMS)

doc-check: need-build ## the documentation builds without a warning
	@RUSTDOCFLAGS="-D warnings" $(STEP) "documentation" $(CARGO) doc --quiet --workspace --no-deps

loom: ## model-check what crosses threads
	@RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR="$(TARGET)/loom" $(STEP) "loom" \
		$(CARGO) test --quiet --package sostenuto-rt --release --test loom

# Only to see that it builds: without optimisation, which would take minutes for the kernels alone.
wasm: ## build what goes into the browser
	@CARGO_PROFILE_DEV_OPT_LEVEL=0 CARGO_TARGET_DIR="$(TARGET)/wasm" $(STEP) "wasm32" tools/wasm-std.sh $(CARGO) build --quiet \
		--target wasm32-unknown-unknown --no-default-features $(addprefix -p sostenuto-,$(BROWSER))

# All of the workspace is named, here and below, though little of it is built: with other packages dependencies would have other features, and be built once more.
sound: need-build need-sound ## the tests that need sound devices, with virtual ones (Linux)
ifneq ($(shell uname -s),Linux)
	@echo "no virtual sound devices on this system: skipped"
else ifneq ($(SOUND_TESTS),)
	@$(STEP) "virtual sound devices" tools/virtual-sound.sh $(CARGO) test --quiet --workspace $(SYSTEMS) \
		--test virtual_sound -- --test-threads=1
else
	@$(STEP) "virtual sound devices" tools/virtual-sound.sh pactl info
endif

python: need-build need-sound need-media need-python ## the Python package: built, tested, its types checked; over virtual sound devices on Linux
	@PYO3_BUILD_EXTENSION_MODULE=1 $(STEP) "the program and the module" $(CARGO) build --quiet --workspace --lib --bins --tests $(SYSTEMS)
	@SOSTENUTO="$(TARGET)/debug/sostenuto" TARGET="$(TARGET)" $(STEP) "Python" $(WITH_SOUND) tools/python-check.sh "$(TARGET)/python"

sound-jack: need-build need-sound ## JACK and PulseAudio in one process, with servers that end and come back; the round trip on JACK (Linux)
	@$(STEP) "JACK and PulseAudio" tools/virtual-sound.sh $(CARGO) test --quiet --package sostenuto --features jack \
		--test virtual_sound -- --test-threads=1

bench: need-build ## measure, side by side with other engines and programs that are installed
	@$(STEP) "sostenuto" $(CARGO) build --release --quiet --package sostenuto
	@export SOSTENUTO="$(TARGET)/release/sostenuto"; for bench in $(BENCHES); do \
		CARGO_TARGET_DIR="$(TARGET)/bench" $(STEP) "$$bench" $(CARGO) run --release --quiet --manifest-path "$$bench" || exit 1; \
	done
	@CARGO_TARGET_DIR="$(TARGET)/bench" $(STEP) "what edits cost" \
		$(CARGO) run --release --quiet --manifest-path bench/engines/Cargo.toml -- growth

bench-count: need-build ## count the instructions of each workload into bench/instructions.txt (needs valgrind)
	@CARGO_TARGET_DIR="$(TARGET)/bench" $(STEP) "instructions" \
		$(CARGO) run --release --quiet --manifest-path bench/speed/Cargo.toml -- count

drift: need-build ## two devices on clocks of their own, 216 simulated hours, into bench/drift.md (about half an hour)
	@$(STEP) "drift" $(CARGO) run --release --quiet --package sostenuto-device --no-default-features --example drift

soak: need-build ## millions of random edits while rendering, EDITS=n; a thousand schedules of mishaps to devices
ifeq ($(EDIT_TESTS),)
	$(error there is no crates/*/tests/random_*.rs to run)
endif
	@SOSTENUTO_EDITS=$(EDITS) $(STEP) "$(EDITS) random edits" $(CARGO) test --release $(call packages_of,$(EDIT_TESTS)) \
		--test 'random_*' -- --nocapture
	@SOSTENUTO_MISHAPS=1000 $(STEP) "1000 schedules of what befalls devices" $(CARGO) test --release -p sostenuto-engine --test mishaps

fuzz: need-media ## feed the parsers and decoders with nonsense; FUZZ_SECONDS=n for each (needs a nightly toolchain)
ifeq ($(wildcard fuzz/Cargo.toml),)
	$(error there is no fuzz/Cargo.toml to run)
endif
	@$(CARGO) +$(NIGHTLY) --version >/dev/null 2>&1 || \
		{ echo "make fuzz needs a nightly toolchain:  rustup toolchain install $(NIGHTLY)" >&2; exit 1; }
	@command -v cargo-fuzz >/dev/null || [ -x .tools/bin/cargo-fuzz ] || \
		$(STEP) "cargo-fuzz" $(CARGO) install --quiet --locked --root .tools cargo-fuzz
	@tools/fuzz-seeds.sh fuzz/corpus/media
	@PATH="$(CURDIR)/.tools/bin:$$PATH"; parsers=$$($(CARGO) +$(NIGHTLY) fuzz list) || exit 1; for parser in $$parsers; do \
		$(STEP) "fuzz $$parser" $(CARGO) +$(NIGHTLY) fuzz run "$$parser" -- -max_total_time=$(FUZZ_SECONDS) || exit 1; \
	done

tsan: ## ThreadSanitizer over what crosses threads (needs a nightly toolchain, x86-64 Linux)
	@$(CARGO) +$(NIGHTLY) --version >/dev/null 2>&1 || \
		{ echo "make tsan needs a nightly toolchain:  rustup toolchain install $(NIGHTLY)" >&2; exit 1; }
	@RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer" CARGO_TARGET_DIR="$(TARGET)/tsan" \
		TSAN_OPTIONS="halt_on_error=1" $(STEP) "ThreadSanitizer" \
		$(CARGO) +$(NIGHTLY) test --quiet --package sostenuto-rt --test stress --target x86_64-unknown-linux-gnu

doc: need-build ## the documentation of every crate, in the target directory's doc/
	$(CARGO) doc --workspace --no-deps
	@echo "open $(TARGET)/doc/sostenuto_engine/index.html"

install: need-build ## install the program `sostenuto` for this user
	$(CARGO) install --locked --path apps/sostenuto

clean: ## remove what was built, and what the tools fetched
	$(CARGO) clean
	rm -rf .tools

need-build:
	@tools/need.sh build

need-sound:
	@tools/need.sh sound

need-check:
	@tools/need.sh check

need-media:
	@tools/need.sh media

need-python:
	@tools/need.sh python
