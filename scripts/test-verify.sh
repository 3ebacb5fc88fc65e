#!/usr/bin/env bash
# Verifies recorded runs over random histories with idle partitions, kills and growth, in memory.
#
#     RUNS=200           how many runs (200)
#     SEED=1             the seed of the first run (1); SEED=its seed RUNS=1 repeats a run that fails
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --build-tests
export SHOAL_VERIFY_RUNS=${RUNS:-200} SHOAL_VERIFY_SEED=${SEED:-1}
swift test "${test_build[@]}" --skip-build --filter '^SimulationTests\.VerifyTests/'
