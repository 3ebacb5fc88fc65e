#!/usr/bin/env bash
# Installs the packages of Debian that are missing, with sudo unless the user is root.
#
#     scripts/packages.sh PACKAGE...
set -euo pipefail

missing=()
for package in "$@"; do
    # The format is for dpkg-query, not for the shell.
    # shellcheck disable=SC2016
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
sudo=(sudo)
[ "$(id -u)" != 0 ] || sudo=()
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
