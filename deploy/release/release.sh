#!/usr/bin/env bash
# Makes a release of the program: an archive, Debian's package, the bill of materials (SPDX), licences and checksums. The same
# input gives the same bytes.
#
#     SOURCE_DATE_EPOCH=SECONDS deploy/release/release.sh build/release/shoal build/release
set -euo pipefail
umask 022

[ $# -eq 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 64; }
: "${SOURCE_DATE_EPOCH:?seconds since 1970, as git log -1 --format=%ct tells}"
export SOURCE_DATE_EPOCH
mkdir -p "$2"
program=$(realpath "$1") output=$(realpath "$2")
cd "$(dirname "$0")/../.."
version=$(sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/ShoalOperator/Console/Program.swift)
name=shoal-$version-linux-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 deploy/release/licenses.py "$program" > "$output/LICENSES"
python3 deploy/release/sbom.py "$program" --epoch "$SOURCE_DATE_EPOCH" > "$output/shoal-$version.spdx.json"
deb=$(deploy/release/deb.sh "$program" "$output")

tree=$work/$name
install -D --mode 755 "$program" "$tree/bin/shoal"
install --mode 755 deploy/release/install.sh -t "$tree"
install -D --mode 755 deploy/acls.sh -t "$tree/deploy"
install -D --mode 644 deploy/shoal@.service deploy/shoal.properties -t "$tree/deploy"
install -D --mode 644 deploy/policy/policy.properties -t "$tree/deploy/policy"
install -D --mode 644 schemas/shoal/v1/*.proto -t "$tree/schemas/shoal/v1"
install -D --mode 644 deploy/README.md deploy/runbook.md -t "$tree/deploy"
install -D --mode 644 docs/*.md -t "$tree/docs"
install -D --mode 644 docs/images/*.png -t "$tree/docs/images"
install --mode 644 LICENSE ./*.md "$output/LICENSES" "$output/shoal-$version.spdx.json" -t "$tree"
mkdir -p "$tree/share/man/man1"
"$program" manual > "$tree/share/man/man1/shoal.1"
tar --create --directory "$work" --sort name --mtime "@$SOURCE_DATE_EPOCH" --owner 0 --group 0 --numeric-owner \
    --format gnu "$name" | gzip -6n > "$output/$name.tar.gz"
cd "$output"
sha256sum "$(basename "$deb")" "$name.tar.gz" LICENSES "shoal-$version.spdx.json" > SHA256SUMS
cat SHA256SUMS
