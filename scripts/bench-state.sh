#!/usr/bin/env bash
# Measures how fast the state of a partition is written and read: snapshots and checkpoints. It uses internal types, as tests do.
#
#     MEMBERS=10000000    how many members the partition has
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --product bench-state
.build/tests/release/bench-state ${MEMBERS:+"$MEMBERS"}
