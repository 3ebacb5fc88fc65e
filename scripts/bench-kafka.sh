#!/usr/bin/env bash
# Measures throughput, the cost of commits, restores and memory on Apache Kafka, and stores the results in Benchmarks/Kafka.
#
#     PARTS=backlog,idle,restore,churn   runs some of the parts
#     BASE_PROGRAM=PATH   measures the idle cost of an older program beside this one
#     EVENTS=1000000 MEMBERS=1000000 MINUTES=720 REPEATS=3 RELEASE=4
source "$(dirname "$0")/common.sh"

require_kafka
target program
scripts/packages.sh kcat
KAFKA_JVM_OPTS=-XX:TieredStopAtLevel=4 python3 Benchmarks/Kafka/bench.py --kafka "$kafka" \
    --shoal .build/release/shoal --out Benchmarks/Kafka/results.md ${PARTS:+--parts "$PARTS"} \
    ${BASE_PROGRAM:+--base "$BASE_PROGRAM"} \
    ${EVENTS:+--events "$EVENTS"} ${MEMBERS:+--members "$MEMBERS"} ${MINUTES:+--minutes "$MINUTES"} \
    ${REPEATS:+--repeats "$REPEATS"} ${RELEASE:+--release "$RELEASE"}
