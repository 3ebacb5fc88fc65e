#!/usr/bin/env bash
# Has `shoal tune` recommend settings on the first half of a real log, for the defaults and for bad settings, judges them by the
# second half, and stores the results in Benchmarks/Tune. Ends with 1 if a recommendation misses its bound.
#
#     LOG=FILE    the log, one JSON object a line, in the order of time; plain or gzip
source "$(dirname "$0")/common.sh"

log=${LOG:-../shared/data/kuairand-watch-events.ndjson.gz}
if [ ! -e "$log" ]; then
    echo "skipped: there is no log $log (LOG=FILE names another one)"
    exit 0
fi
swift build -c release --product bench-tune
mkdir -p build/tune
lines=$(gzip -dcf "$log" | wc -l)
gzip -dcf "$log" | sed -n "1,$((lines / 2))p" > build/tune/first-half.ndjson
.build/release/bench-tune build/tune/first-half.ndjson "$log" Benchmarks/Tune
