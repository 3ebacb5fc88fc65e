#!/usr/bin/env bash
# Runs all tests in Swift on releases 3 and 4 of Apache Kafka, with one broker and with three. Logs go to build/test-BROKER.log.
#
#     BROKERS='kafka4 kafka3x3'    runs on some of the brokers
#     FILTER=ClusterTests          runs some of the tests
#
# Apache Kafka is found in SHOAL_SHARED, ../shared/kafka or KAFKA_HOME, by its bin/kafka.
source "$(dirname "$0")/common.sh"

require_kafka
target test-deps
swift build "${test_build[@]}" --build-tests
mkdir -p build
summary='' status=0
for broker in ${BROKERS:-kafka3 kafka4 kafka3x3 kafka4x3}; do
    log=build/test-$broker.log
    echo "== $broker: $log"
    start=$(date +%s)
    if SHOAL_TEST_BROKER=$broker limited swift test "${test_build[@]}" --skip-build ${FILTER:+--filter "$FILTER"} > "$log" 2>&1; then
        result=passed
    else
        result=FAILED status=1
        grep -E '^✘|error:' "$log" || true
    fi
    tests=$(grep -oE 'with [0-9]+ tests' "$log" | tail -n 1) || true
    summary+="$broker: $result, ${tests#with } in $(($(date +%s) - start)) s"$'\n'
done
echo "$summary"
exit $status
