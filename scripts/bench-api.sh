#!/usr/bin/env bash
# Measures the API on Apache Kafka while an instance works off a backlog and while it is idle: how long answers take, the CPU time of
# a request, and what the backlog loses. Prints a table, and stores it in Benchmarks/Kafka/api.md.
#
#     RATE=500            requests a second
#     CONNECTIONS=kept    kept: 16 that are kept; new: one for each request
#     EVENTS=2000000 ROUNDS=5 RELEASE=4 OUT=Benchmarks/Kafka/api.md
source "$(dirname "$0")/common.sh"

require_kafka
target program
KAFKA_JVM_OPTS=-XX:TieredStopAtLevel=4 python3 Benchmarks/Kafka/api.py --kafka "$kafka" --shoal .build/release/shoal \
    --out "${OUT:-Benchmarks/Kafka/api.md}" ${RATE:+--rate "$RATE"} ${CONNECTIONS:+--connections "$CONNECTIONS"} ${EVENTS:+--events "$EVENTS"} ${ROUNDS:+--rounds "$ROUNDS"} \
    ${RELEASE:+--release "$RELEASE"}
