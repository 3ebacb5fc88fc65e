#!/usr/bin/env bash
# Measures the resources of an instance on Apache Kafka: CPU time an event, memory a member, bytes in each topic.
#
#     VIEWERS=20000,100000    one run for each; the cost of a member is the slope between them
#     HOURS=8 PARTITIONS=4
source "$(dirname "$0")/common.sh"

require_kafka
target test-deps program
rm -rf build/sizing
facts=$("$kafka" start --dir "$PWD/build/sizing" --release 4 < /dev/null)
trap '"$kafka" stop "$PWD/build/sizing" --kill --remove < /dev/null > /dev/null' EXIT
python3 Benchmarks/Sizing/sizing.py --shoal .build/release/shoal --bootstrap "$(sed -n 's/^BOOTSTRAP=//p' <<< "$facts")" \
    --viewers "${VIEWERS:-20000,100000}" --hours "${HOURS:-8}" --partitions "${PARTITIONS:-4}"
