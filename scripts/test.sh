#!/usr/bin/env bash
# Builds and runs all tests in Swift. `make test` runs the style check before and the tests of deploy/ after it.
source "$(dirname "$0")/common.sh"

# Suites that keep all cores busy run first, on their own: brokers and their clients would miss their deadlines beside them.
computing='^(Clustering|Generator|Pipeline|Privacy|Replay|Schemas|Scoring|ShoalTesting|Simulation)Tests\.'

swift build "${test_build[@]}" --build-tests
swift test "${test_build[@]}" --skip-build --filter "$computing"

limited swift test "${test_build[@]}" --skip-build --skip "$computing"
