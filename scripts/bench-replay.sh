#!/usr/bin/env bash
# Measures how fast a replay is: events a second, CPU time by phase, memory, the size of the page. CPU time by phase needs Debian's
# linux-perf.
#
#     EVENTS=10000000 REPEATS=3
#     BASE_PROGRAM=FILE       the program of another revision, to compare with
#     BOOTSTRAP=host:port     a broker, to measure the rate over a topic
source "$(dirname "$0")/common.sh"

[ -z "${BOOTSTRAP:-}" ] || scripts/packages.sh kcat
swift build -c release --product shoal --static-swift-stdlib --scratch-path .build/static
python3 Benchmarks/Replay/replay.py --shoal .build/static/release/shoal ${EVENTS:+--events "$EVENTS"} \
    ${REPEATS:+--repeats "$REPEATS"} ${BASE_PROGRAM:+--base "$BASE_PROGRAM"} ${BOOTSTRAP:+--bootstrap "$BOOTSTRAP"}
