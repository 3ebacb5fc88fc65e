#!/usr/bin/env bash
# Measures `shoal run` beside a bare librdkafka consumer on Apache Kafka: CPU time of an event, throughput, memory after a
# backlog, idle CPU time, context switches, and at half load the delay from an event, or the end of an epoch, until changes can be
# read. Prints a table, and stores it with all runs in Benchmarks/Kafka/live.md and live.json.
#
#     BASE_PROGRAM=PATH   runs an older program in turn
#     WORKLOAD=A          or B (a million viewers), H (one viewer with a tenth of all events), P (Protobuf), R (a real log, repeated)
#     LOG=FILE            the log of workload R
#     DELAY_SECONDS=40    for each kind of delay; 0: none is measured
#     FORMAT=json EVENTS=2000000 ROUNDS=5 RELEASE=4 OUT=Benchmarks/Kafka/live.md
source "$(dirname "$0")/common.sh"

require_kafka
target program
KAFKA_JVM_OPTS=-XX:TieredStopAtLevel=4 python3 Benchmarks/Kafka/live.py --kafka "$kafka" \
    --shoal .build/release/shoal --out "${OUT:-Benchmarks/Kafka/live.md}" \
    --log "${LOG:-../shared/data/kuairand-watch-events.ndjson.gz}" ${DELAY_SECONDS:+--delay-seconds "$DELAY_SECONDS"} \
    ${BASE_PROGRAM:+--base "$BASE_PROGRAM"} ${WORKLOAD:+--workload "$WORKLOAD"} ${FORMAT:+--format "$FORMAT"} \
    ${EVENTS:+--events "$EVENTS"} ${ROUNDS:+--rounds "$ROUNDS"} ${RELEASE:+--release "$RELEASE"}
