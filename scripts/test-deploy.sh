#!/usr/bin/env bash
# Runs the tests of deploy/, the scripts and the documents, and prints the time of each part. A test that needs Docker or a
# Kubernetes cluster is skipped with its reason.
#
#     FILTER='helm or compose'    runs some of the tests
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --product shoal
deploy_tests
