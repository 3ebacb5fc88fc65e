#!/usr/bin/env bash
# Builds the program as it is released: with the static Swift standard library, optimised, without symbols, and of the same
# bytes wherever the sources lie.
#
#     deploy/release/build.sh build/release/shoal
#
# The sources are copied to /tmp/shoal-build, and built there from scratch: one build at a time. Needs Swift, and what
# `make deps` installs.
set -euo pipefail

[[ $# = 1 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 64; }
output=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
# What the compiler chooses may follow the addresses of what it holds, and so the length of a path: place, environment and
# addresses are the same each time, and files are compiled one after the other.
place=/tmp/shoal-build
mkdir -m 700 "$place" || { echo "build.sh: another build is at work; where there is none, delete $place" >&2; exit 1; }
trap 'rm -rf "$place"' EXIT
mkdir "$place/sources" "$place/home"
fixed=(setarch --addr-no-randomize)
"${fixed[@]}" true 2> /dev/null || {
    echo "build.sh: addresses can't be fixed here (Docker's seccomp profile refuses it): the bytes may differ" >&2
    fixed=()
}
tar --create --exclude=./build --exclude='./.*' . | tar --extract --directory "$place/sources"
mkdir -p "$(dirname "$output")"
# Debug information would know where the sources are: it is left out. `.swift_modhash` is for builds that go on from others.
(cd "$place/sources" && env -i PATH="$PATH" HOME="$place/home" LC_ALL=C "${fixed[@]}" \
    swift build --configuration release --product shoal --static-swift-stdlib --disable-local-rpath \
    -debug-info-format none -Xswiftc -num-threads -Xswiftc 1 -Xlinker --build-id=none >&2)
strip --strip-all --remove-section=.comment --remove-section=.swift_modhash \
    -o "$output" "$place/sources/.build/release/shoal"
