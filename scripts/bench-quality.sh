#!/usr/bin/env bash
# Measures how good the clusters are, and stores the results in Benchmarks/Quality.
#
#     SEEDS=3                runs so many seeds, or the seeds of a list (10)
#     STREAMS=base,drift     runs some of the streams
#     LOG=FILE               a real log, one JSON object a line
#     LOGS=DIRECTORY         real logs with their settings (build/quality-logs, made from LOG)
#     RULES=CHANGES          changes rules for an ablation (bench-quality --help lists them); nothing is stored
#     SKLEARN=1              includes scikit-learn's k-means in the ceiling
#     VERBOSE=1              prints what each run found
source "$(dirname "$0")/common.sh"

[ -z "${SKLEARN:-}" ] || target build/bench-venv/.installed
swift build -c release --product bench-quality
log=${LOG:-../shared/data/kuairand-watch-events.ndjson.gz}
logs=${LOGS:-build/quality-logs}
if [ -z "${LOGS:-}" ] && [ -e "$log" ]; then
    mkdir -p "$logs"
    python3 Benchmarks/Quality/make_logs.py "$log" "$logs"
fi
out=(--out Benchmarks/Quality)
[ -z "${RULES:-}" ] || out=(--rules "$RULES")
[ ! -d "$logs" ] || out+=(--logs "$logs")
.build/release/bench-quality --log "$log" "${out[@]}" \
    ${SEEDS:+--seeds "$SEEDS"} ${STREAMS:+--streams "$STREAMS"} ${SKLEARN:+--sklearn build/bench-venv/bin/python} \
    ${VERBOSE:+--verbose}
