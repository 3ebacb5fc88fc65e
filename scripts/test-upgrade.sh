#!/usr/bin/env bash
# Rolls a group under load from the program of another revision to this one, and back. The other program is built in a work tree
# below build/, which takes some minutes.
#
#     BASE=REVISION    the revision that the group starts with (HEAD~1)
source "$(dirname "$0")/common.sh"

base=${BASE:-HEAD~1}
tree=build/upgrade/tree
git rev-parse --quiet --verify "$base^{commit}" > /dev/null || { echo "BASE=$base: no such revision" >&2; exit 64; }
mkdir -p build/upgrade
[ -e $tree/.git ] || git worktree add --quiet --force --detach $tree "$base"
git -C $tree checkout --quiet --detach "$(git rev-parse "$base^{commit}")"
swift build -c release --package-path $tree --scratch-path build/upgrade/scratch --product shoal
swift build "${test_build[@]}" --build-tests
SHOAL_TEST_BASE_PROGRAM=$PWD/build/upgrade/scratch/release/shoal \
    swift test "${test_build[@]}" --skip-build --filter '^ClusterTests\.MainJob/UpgradeTests/'
