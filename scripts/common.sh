#!/usr/bin/env bash
# Functions and constants that the other scripts share. Source this file, do not run it: it changes to the repository's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tests run optimised code, because the engine's tests handle millions of events. They have their own build directory, so that
# they do not replace the program that `make program` builds.
# shellcheck disable=SC2034
test_build=(-c release -Xswiftc -enable-testing --scratch-path .build/tests)

# Tests start servers and check schemas with the Python packages that `make test-deps` installs. Without them they are skipped.
[ ! -x build/venv/bin/python ] || export SHOAL_TEST_PYTHON="$PWD/build/venv/bin/python"

# Runs tests that wait for brokers and processes, a few at a time. These share the cores with the tests: more at a time do not end
# sooner, and miss the deadlines of sessions and transactions. The variable is swift-testing's.
limited() {
    SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=3 "$@"
}

# Runs the tests of deploy/, or those that FILTER names, with the program that was built with the tests in Swift.
deploy_tests() {
    build/deploy-venv/bin/python -m pytest Tests/DeployTests -q -rs --durations=0 --durations-min=0.5 -p no:cacheprovider \
        ${FILTER:+-k "$FILTER"}
}

# Runs a target of the Makefile.
target() {
    make --no-print-directory "$@"
}

# Sets `kafka` to the path of the script that starts Apache Kafka. If there is none, prints that and ends the calling script with
# status 0.
require_kafka() {
    local candidate
    for candidate in ${KAFKA:+"$KAFKA"} ${SHOAL_SHARED:+"$SHOAL_SHARED/kafka/bin/kafka"} ../shared/kafka/bin/kafka \
        ${KAFKA_HOME:+"$KAFKA_HOME/bin/kafka"}; do
        if [ -e "$candidate" ]; then
            # shellcheck disable=SC2034
            kafka=$candidate
            return
        fi
    done
    echo "skipped: there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME (bin/kafka starts it)"
    exit 0
}
