#!/usr/bin/env bash
# Runs Shoal on Apache Kafka under random faults, and compares the result with that of the undisturbed run. A round has ten faults
# and a seed. Each fault is added to build/faults.csv.
#
#     FAULTS=200               ends after so many faults (10)
#     SEED=1                   the seed of the first round; the next rounds count up (1)
#     DURATION=3600            ends after so many seconds; `make test-faults` calls it SECONDS (3600)
#     BROKERS=kafka4x3         one of kafka3, kafka4, kafka3x3, kafka4x3 (kafka4)
#     ONLY=storm,killLeader    uses these faults only; an unknown name lists all of them
#
# SEED=N FAULTS=1 repeats the round of seed N.
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --build-tests
export SHOAL_TEST_BROKER=${BROKERS:-kafka4} SHOAL_TEST_FAULTS=${FAULTS:-10} SHOAL_TEST_SEED=${SEED:-1}
export SHOAL_TEST_SECONDS=${DURATION:-3600} SHOAL_TEST_FAULTS_LOG=$PWD/build/faults.csv
[ -z "${ONLY:-}" ] || export SHOAL_TEST_FAULTS_ONLY=$ONLY
swift test "${test_build[@]}" --skip-build --filter '^ClusterTests\.MainJob/FaultTests/'
