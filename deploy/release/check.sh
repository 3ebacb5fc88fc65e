#!/usr/bin/env bash
# Makes a release twice, of copies of the committed sources in two directories, each from scratch, and compares every byte. The
# second program is built of nothing but what the image's build sees.
#
#     deploy/release/check.sh DIRECTORY
#
# DIRECTORY is emptied before. Ends with 0 where all is the same, with 1 where it is not.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; }
cd "$(dirname "$0")/../.."
rm -rf "$1"
mkdir -p "$1"
work=$(realpath "$1")
revision=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct "$revision")
export SOURCE_DATE_EPOCH
mapfile -t seen < <(sed -n 's/^!//p' deploy/Dockerfile.dockerignore)
for place in first a/second/and/deeper/place; do
    sources=$work/$place
    mkdir -p "$sources"
    paths=()
    [ "$place" = first ] || paths=("${seen[@]}")
    git archive "$revision" "${paths[@]}" | tar --extract --directory "$sources"
    start=$SECONDS
    "$sources/deploy/release/build.sh" "$sources/out/shoal"
    git archive "$revision" | tar --extract --directory "$sources"
    (cd "$sources" && deploy/release/release.sh "$sources/out/shoal" "$sources/out")
    echo "built in $((SECONDS - start)) s in $sources"
done
if diff --recursive --brief "$work/first/out" "$work/a/second/and/deeper/place/out"; then
    echo "the same, byte for byte: $(find "$work/first/out" -type f -printf '%f ' | sort)"
else
    echo "the two releases differ" >&2
    exit 1
fi
