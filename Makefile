# `make help` lists the targets. Users need two of them, `make demo` and `make test`; the others are for developers.
# A target calls a script in scripts/, and the head of the script describes its variables, such as FILTER, BROKERS and SEED.
SHELL := /bin/bash
.DELETE_ON_ERROR:

# Debian's packages that Shoal is built with, and those that its tests use.
BUILD_PACKAGES := pkg-config librdkafka-dev libssl-dev zlib1g-dev libzstd-dev libmicrohttpd-dev libgnutls28-dev libcjose-dev libcurl4-openssl-dev
TEST_PACKAGES := python3-venv protobuf-compiler kcat prometheus libxml2 valgrind
# Packages for a release.
RELEASE_PACKAGES := binutils dpkg-dev git python3
# Packages for the tests of deploy/.
DEPLOY_PACKAGES := chromium shellcheck openssl systemd mmdebstrap debian-archive-keyring lintian man-db util-linux $(RELEASE_PACKAGES)

install = scripts/packages.sh $(1)
# `make python-lock` writes the requirements, with the hashes of all packages; nothing else is installed.
pip-install = pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r

# The same commit, Swift and Debian give a release with the same bytes.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2> /dev/null || echo 0)

.PHONY: help build program demo test test-deploy test-kafka test-simulation test-verify test-privacy test-faults test-sanitize test-upgrade lint release \
	release-check deb bench-quality bench-quality-check bench-replay bench-instructions bench-kafka bench-live bench-api bench-state bench-models bench-sizing bench-epochs bench-unlearning bench-tune docs pictures deps \
	test-deps python-lock clean build/release/shoal

.DEFAULT_GOAL := build

##@ Build
help:                  ## lists the targets
	@scripts/help.sh Makefile

build: deps            ## makes a debug build
	swift build

program: deps          ## makes an optimised build, .build/release/shoal
	swift build -c release --product shoal

demo: program          ## shows viewers clustering live on an embedded broker
	@mkdir -p build
	.build/release/shoal demo --html build/demo.html

clean:                 ## deletes everything that was built
	rm -rf .build build

##@ Test
test: test-deps lint build/deploy-venv/.installed  ## runs all tests on the embedded and the Python broker, and the tests of deploy/
	$(call install,$(DEPLOY_PACKAGES))
	scripts/test.sh

test-deploy: test-deps build/deploy-venv/.installed  ## tests deploy/, scripts/ and the documents (FILTER)
	$(call install,$(DEPLOY_PACKAGES))
	scripts/test-deploy.sh

test-kafka:            ## runs all tests on Apache Kafka 3 and 4, with one broker and three (BROKERS, FILTER)
	scripts/test-kafka.sh

test-simulation: deps  ## runs simulated instances with every fault for a minute (SECONDS, SEED, THREADS, TRACE, MUTATIONS)
	DURATION='$(SECONDS)' scripts/test-simulation.sh

test-verify: deps      ## verifies recorded runs over random histories in memory (RUNS, SEED)
	scripts/test-verify.sh

test-privacy: deps     ## attacks what is published and kept, and prints a table with bounds (SEED, UPDATE)
	scripts/test-privacy.sh

test-faults: test-deps ## runs Shoal on Apache Kafka under random faults (FAULTS, SEED, SECONDS, BROKERS, ONLY)
	DURATION='$(SECONDS)' scripts/test-faults.sh

test-sanitize: test-deps ## runs the tests under the thread and the address sanitizer (SANITIZERS, FILTER)
	scripts/test-sanitize.sh

test-upgrade: test-deps ## rolls a group under load from another revision to this one, and back (BASE)
	scripts/test-upgrade.sh

lint:                  ## checks the style that .swift-format sets
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Examples

##@ Release
release: build/release/shoal  ## makes a reproducible release in build/release
	deploy/release/release.sh build/release/shoal build/release

deb: build/release/shoal      ## makes the Debian package, build/release/shoal_*.deb
	deploy/release/deb.sh build/release/shoal build/release

build/release/shoal: deps
	$(call install,$(RELEASE_PACKAGES))
	deploy/release/build.sh build/release/shoal

release-check: deps    ## builds a release twice from scratch and compares both, in about four minutes
	$(call install,$(RELEASE_PACKAGES))
	deploy/release/check.sh build/release-check

docs: deps             ## makes the documentation of the libraries with DocC in build/docs
	scripts/docs.sh

pictures: program      ## makes the picture of the README with Chromium
	scripts/pictures.sh

##@ Measure
bench-quality: deps    ## measures the quality of the clusters (SEEDS, STREAMS, LOG, LOGS, RULES, SKLEARN, VERBOSE)
	scripts/bench-quality.sh

bench-quality-check:   ## compares k-means and scores of the benchmark with those of the prototype (REFERENCE)
	scripts/bench-quality-check.sh

bench-replay: deps     ## measures how fast a replay is (EVENTS, REPEATS, BASE_PROGRAM, BOOTSTRAP)
	scripts/bench-replay.sh

bench-instructions: deps  ## counts the instructions of a replay for an event, and compares them with the stored ones (UPDATE)
	scripts/bench-instructions.sh

bench-kafka:           ## measures throughput, commits, restores and memory on Apache Kafka (PARTS, EVENTS, MEMBERS, REPEATS)
	scripts/bench-kafka.sh

bench-live:            ## measures CPU, memory, idle cost and delays beside a bare consumer (WORKLOAD, ROUNDS, BASE_PROGRAM)
	scripts/bench-live.sh

bench-api:             ## measures answers of the API beside a full backlog (RATE, EVENTS, ROUNDS)
	scripts/bench-api.sh

bench-state: deps      ## measures how fast snapshots and checkpoints are written and read (MEMBERS)
	scripts/bench-state.sh

bench-epochs: deps     ## measures what the end of an epoch costs, and computes docs/scale.md anew
	scripts/bench-epochs.sh

bench-models:          ## measures memory and start-up after a year of hourly models (HOURS, EVENTS, REPEATS)
	scripts/bench-models.sh

bench-sizing:          ## measures the resources that an instance needs (VIEWERS, HOURS, PARTITIONS)
	scripts/bench-sizing.sh

bench-unlearning: deps ## measures how soon erased viewers have no effect on models (ERASURES, SEED)
	scripts/bench-unlearning.sh

bench-tune: deps       ## judges what `shoal tune` recommends by the half of a log that it did not see (LOG)
	scripts/bench-tune.sh

##@ Dependencies
deps:                  ## installs the packages that Shoal is built with
	$(call install,$(BUILD_PACKAGES))

test-deps: deps build/venv/.installed  ## installs the packages that the tests need
	$(call install,$(TEST_PACKAGES))

python-lock:           ## updates the hashes of the Python packages that the tests use
	scripts/python-lock.sh

build/venv/.installed: Tests/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/venv
	build/venv/bin/$(pip-install) Tests/requirements.txt
	touch $@

build/deploy-venv/.installed: Tests/DeployTests/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/deploy-venv
	build/deploy-venv/bin/$(pip-install) Tests/DeployTests/requirements.txt
	touch $@

build/bench-venv/.installed: Benchmarks/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/bench-venv
	build/bench-venv/bin/$(pip-install) Benchmarks/requirements.txt
	touch $@
