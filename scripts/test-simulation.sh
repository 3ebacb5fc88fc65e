#!/usr/bin/env bash
# Runs simulated instances over a Kafka in memory, with every kind of fault.
#
#     DURATION=600       runs for so many seconds; `make test-simulation` calls it SECONDS (60)
#     SEED=1             the seed of the first run (1)
#     THREADS=2          how many runs go on at a time (the number of cores)
#     TRACE=SEED         shrinks the failing run of that seed, and prints it
#     MUTATIONS=5000     switches off each rule of the protocol in turn, with so many runs each
#     OFF=RULE           with MUTATIONS: switches off that rule only
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --build-tests
export SHOAL_SIMULATION_SECONDS=${DURATION:-60} SHOAL_SIMULATION_SEED=${SEED:-1}
export SHOAL_SIMULATION_THREADS=${THREADS:-$(nproc)}
[ -z "${TRACE:-}" ] || export SHOAL_SIMULATION_TRACE=$TRACE
[ -z "${MUTATIONS:-}" ] || export SHOAL_SIMULATION_MUTATIONS=$MUTATIONS
[ -z "${OFF:-}" ] || export SHOAL_SIMULATION_OFF=$OFF
swift test "${test_build[@]}" --skip-build --filter '^SimulationTests\.'
