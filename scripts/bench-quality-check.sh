#!/usr/bin/env bash
# Compares the k-means, rules and scores of the benchmark with those of the prototype, if it is present.
#
#     REFERENCE=DIRECTORY    the prototype (../shared/reference)
source "$(dirname "$0")/common.sh"

reference=${REFERENCE:-../shared/reference}
if [ ! -e "$reference/batch.py" ]; then
    echo "skipped: there is no prototype in $reference (REFERENCE=DIRECTORY)"
    exit 0
fi
target deps build/bench-venv/.installed
swift build -c release --product bench-quality
.build/release/bench-quality --check build/bench-check.json
NUMBA_CACHE_DIR=build/numba build/bench-venv/bin/python Benchmarks/Quality/check.py build/bench-check.json "$reference"
