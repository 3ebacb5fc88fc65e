#!/usr/bin/env bash
# Erases random members, measures after how many epochs the models are those of a run in which they had never been, and stores
# the results in Benchmarks/Unlearning.
#
#     ERASURES=200    how many members are erased, one at a time (200)
#     SEED=1          the seed of the stream and of the choice of members (1)
source "$(dirname "$0")/common.sh"

swift build -c release --product bench-unlearning
.build/release/bench-unlearning Benchmarks/Unlearning "${ERASURES:-200}" "${SEED:-1}"
