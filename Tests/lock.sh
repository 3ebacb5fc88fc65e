#!/usr/bin/env bash
# Writes requirements with hashes for pip's --require-hashes: lock.sh FILE PACKAGE==VERSION...
# The packages and all that they need are downloaded for the Python of Debian 12, on x86-64 and on 64-bit ARM.
set -euo pipefail
file=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip=(python3 -m pip --disable-pip-version-check)
if ! python3 -m pip --version > /dev/null 2>&1; then
    python3 -m venv "$work/venv"
    pip=("$work/venv/bin/pip" --disable-pip-version-check)
fi
"${pip[@]}" download --quiet --only-binary=:all: --python-version 3.11 --platform manylinux2014_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux_2_34_x86_64 \
    --dest "$work/x86" "$@"
# The same versions: the list may not depend on the machine.
mapfile -t found < <("${pip[@]}" --version > /dev/null; cd "$work/x86" && for wheel in *.whl; do
    name=${wheel%%-*}
    rest=${wheel#*-}
    echo "${name//_/-}==${rest%%-*}"
done)
"${pip[@]}" download --quiet --no-deps --only-binary=:all: --python-version 3.11 --platform manylinux2014_aarch64 \
    --platform manylinux_2_17_aarch64 --platform manylinux_2_28_aarch64 --platform manylinux_2_34_aarch64 \
    --dest "$work/arm" "${found[@]}"
{
    echo "# Made by Tests/lock.sh: all packages with their hashes, for pip's --require-hashes."
    for package in "${found[@]}"; do
        name=${package%%==*}
        echo "$package \\"
        sha256sum "$work"/{x86,arm}/"${name//-/_}-${package##*==}"-*.whl | cut -d ' ' -f 1 | sort -u \
            | sed 's/^/    --hash=sha256:/; $!s/$/ \\/'
    done
} > "$file.part"
mv "$file.part" "$file"
