#!/usr/bin/env bash
# Counts the instructions of `shoal replay` for an event with valgrind, and compares them with Benchmarks/Replay/instructions.json. Ends
# with 1 if they are 5 % more. `make test` does the same.
#
#     UPDATE=1        stores the figures instead
source "$(dirname "$0")/common.sh"

scripts/packages.sh valgrind
swift build "${test_build[@]}" --product shoal
mode=--check
[ -z "${UPDATE:-}" ] || mode=--update
python3 Benchmarks/Replay/instructions.py --shoal .build/tests/release/shoal $mode
