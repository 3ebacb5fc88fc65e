#!/usr/bin/env bash
# Attacks what Shoal publishes and keeps, prints a table of the attacks with their bounds, and fails if a bound is missed.
#
#     SEED=1      the seed of the planted stream and of its key (1)
#     UPDATE=1    also writes the table into docs/privacy.md
source "$(dirname "$0")/common.sh"

swift build "${test_build[@]}" --build-tests
table=$(mktemp)
trap 'rm -f "$table"' EXIT
export SHOAL_PRIVACY_SEED=${SEED:-1} SHOAL_PRIVACY_TABLE=$table
swift test "${test_build[@]}" --skip-build --filter '^PrivacyTests\.'
[ -n "${UPDATE:-}" ] || exit 0
sed -i -e '/<!-- test-privacy -->/,/<!-- end -->/{//!d}' -e "/<!-- test-privacy -->/r $table" docs/privacy.md
echo "docs/privacy.md has the table"
