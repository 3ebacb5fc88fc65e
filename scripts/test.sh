#!/usr/bin/env bash
# Builds and runs all tests. `make test` runs the style check before them.
source "$(dirname "$0")/common.sh"

# Suites that keep all cores busy run first, on their own: brokers and their clients would miss their deadlines beside them.
computing='^(Clustering|Generator|Pipeline|Privacy|Replay|Schemas|Scoring|ShoalTesting|Simulation)Tests\.'

swift build "${test_build[@]}" --build-tests
swift test "${test_build[@]}" --skip-build --filter "$computing"

# The other tests in Swift and those of deploy/ wait for most of their time, so they share the cores. A group of processes of its
# own is stopped as a whole.
log=build/test-deploy.log
echo "the tests of deploy/ run too, and print into $log"
set -m
deploy_tests > "$log" 2>&1 &
set +m
deploy=$!
trap 'kill -- "-$deploy" 2> /dev/null || true' EXIT

status=0
limited swift test "${test_build[@]}" --skip-build --skip "$computing" || status=$?
wait "$deploy" || status=$?
cat "$log"
exit "$status"
