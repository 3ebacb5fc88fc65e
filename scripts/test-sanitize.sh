#!/usr/bin/env bash
# Runs the tests under the thread sanitizer and the address sanitizer. Reports go to build/sanitize, including those of the
# instances that tests start. A report is a failure, even if all tests pass.
#
#     SANITIZERS=thread        uses one of the two (thread address)
#     FILTER='^KafkaTests'     runs some of the tests
#
# Not included: ReplayTests, which run the engine on one thread over millions of events (FILTER='^ReplayTests' runs them), and
# examples that build packages of their own. Eight tests run at a time, because with all at once the broker answers too late.
source "$(dirname "$0")/common.sh"

suites='^(KafkaTests|SchemasTests|ClusteringTests|GeneratorTests|OperationsTests|ScoringTests|PipelineTests|SimulationTests'
suites+='|ShoalTests|ClusterTests)\.'

mkdir -p build/sanitize
summary='' status=0
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
for sanitizer in ${SANITIZERS:-thread address}; do
    build=(-c release -Xswiftc -enable-testing "--sanitize=$sanitizer" --scratch-path ".build/${sanitizer:0:1}san")
    reports=$PWD/build/sanitize/$sanitizer
    rm -f "$reports".*
    export SHOAL_TEST_SANITIZER=$sanitizer
    export TSAN_OPTIONS="log_path=$reports second_deadlock_stack=1" ASAN_OPTIONS="log_path=$reports detect_leaks=0"
    swift build "${build[@]}" --build-tests
    echo "== $sanitizer: build/sanitize/$sanitizer.log"
    start=$(date +%s)
    if swift test "${build[@]}" --skip-build --filter "${FILTER:-$suites}" --skip 'ReadmeTests/example' > "$reports.log" 2>&1; then
        result=passed
    else
        result=FAILED status=1
        grep -aE '^✘|error:' "$reports.log" | cut -c 1-300 || true
    fi
    found=$(find build/sanitize -name "$sanitizer.*" ! -name '*.log' | wc -l)
    if [ "$found" != 0 ]; then
        result=FAILED status=1
        grep -ahE '^SUMMARY' "$reports".[0-9]* | sort | uniq -c || true
    fi
    tests=$(grep -aoE 'with [0-9]+ tests' "$reports.log" | tail -n 1) || true
    summary+="$sanitizer: $result, ${tests#with } in $(($(date +%s) - start)) s, $found reports"$'\n'
done
echo "$summary"
exit $status
