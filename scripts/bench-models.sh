#!/usr/bin/env bash
# Measures memory and start-up time after a year of hourly models at 5,000 topics, on Apache Kafka.
#
#     HOURS=8760          how many hourly models there are
#     EVENTS=100          events an hour
#     REPEATS=3           how often the instance is started
#     RELEASE=4           the release of Apache Kafka, 3 or 4
source "$(dirname "$0")/common.sh"

require_kafka
target program
scripts/packages.sh kcat
python3 Benchmarks/Models/bench.py --kafka "$kafka" --shoal .build/release/shoal ${HOURS:+--hours "$HOURS"} \
    ${EVENTS:+--events "$EVENTS"} ${REPEATS:+--repeats "$REPEATS"} ${RELEASE:+--release "$RELEASE"}
