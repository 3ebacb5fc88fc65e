#!/usr/bin/env bash
# Measures `shoal run` beside a bare librdkafka consumer on Apache Kafka: CPU time of an event, throughput, memory after a
# backlog, idle CPU time and context switches. Prints a table, and stores it with all runs in Benchmarks/Kafka/live.md and live.json.
#
#     BASE_PROGRAM=PATH   runs an older program in turn
#     WORKLOAD=A FORMAT=json EVENTS=2000000 ROUNDS=5 RELEASE=4 OUT=Benchmarks/Kafka/live.md
source "$(dirname "$0")/common.sh"

require_kafka
target program
KAFKA_JVM_OPTS=-XX:TieredStopAtLevel=4 python3 Benchmarks/Kafka/live.py --kafka "$kafka" \
    --shoal .build/release/shoal --out "${OUT:-Benchmarks/Kafka/live.md}" \
    ${BASE_PROGRAM:+--base "$BASE_PROGRAM"} ${WORKLOAD:+--workload "$WORKLOAD"} ${FORMAT:+--format "$FORMAT"} \
    ${EVENTS:+--events "$EVENTS"} ${ROUNDS:+--rounds "$ROUNDS"} ${RELEASE:+--release "$RELEASE"}
