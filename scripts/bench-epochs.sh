#!/usr/bin/env bash
# Measures what the end of an epoch costs, for several numbers of partitions, clusters and topics: sizes of epoch deltas and models, and
# the CPU time of shards, coordinator and readers. Writes Benchmarks/Epochs/results.csv, from which scripts/scale.py computes.
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --product bench-epochs
swift build "${test_build[@]}" --product shoal
.build/tests/release/bench-epochs | tee build/epochs.csv
mv build/epochs.csv Benchmarks/Epochs/results.csv
scripts/scale.py --write
