#!/usr/bin/env bash
# Builds the program as it is released: with the static Swift standard library, optimised, without symbols, and of the same
# bytes wherever the sources lie.
#
#     deploy/release/build.sh build/release/shoal [DIRECTORY]
#
# DIRECTORY keeps what is compiled (.build/static). Needs Swift, and what `make deps` installs.
set -euo pipefail

[[ $# = [12] ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; }
output=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
scratch=$(realpath -m "${2:-.build/static}")
mkdir -p "$(dirname "$output")"
# Only `#file` and debug information know where the sources are, and the latter is left out. The map holds scratch paths, too.
swift build --configuration release --product shoal --scratch-path "$scratch" --static-swift-stdlib --disable-local-rpath \
    -debug-info-format none -Xswiftc -file-prefix-map -Xswiftc "$PWD=/shoal" -Xlinker --build-id=none >&2
strip --strip-all --remove-section=.comment -o "$output" "$scratch/release/shoal"
