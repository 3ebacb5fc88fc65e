#!/usr/bin/env bash
# Installs Shoal from its archive: the program, its manual page, the policy, the schemas and the licences.
#
#     ./install.sh [--prefix DIR]        installs into DIR (/usr/local)
#     ./install.sh --uninstall [--prefix DIR]
#
# DESTDIR is put before the prefix, for packages. It starts nothing and makes no user: Debian's package has the unit of systemd.
set -euo pipefail
umask 022

usage() { sed -n '4,5s/^# \{0,5\}//p' "$0" >&2; exit 64; }
cd "$(dirname "${BASH_SOURCE[0]}")"
prefix=/usr/local remove=
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) [ $# -ge 2 ] || usage; prefix=$2; shift 2 ;;
    --prefix=*) prefix=${1#*=}; shift ;;
    --uninstall) remove=1; shift ;;
    *) usage ;;
    esac
done
case $prefix in /*) ;; *) echo "--prefix $prefix: must be an absolute path" >&2; exit 64 ;; esac
root=${DESTDIR:-}$prefix

if [ -n "$remove" ]; then
    rm -f "$root/bin/shoal" "$root/share/man/man1/shoal.1"
    rm -rf "$root/share/shoal" "$root/share/doc/shoal"
    echo "removed from $root; settings, keys and checkpoints are left alone"
    exit
fi

# The program of another architecture or without its libraries would be installed in vain.
if ! missing=$(ldd bin/shoal 2>&1); then
    echo "bin/shoal does not run on this machine ($(uname -m)): $missing" >&2
    exit 1
fi
missing=$(sed -n 's/^[[:space:]]*\([^ ]*\) => not found$/\1/p' <<< "$missing")
if [ -n "$missing" ]; then
    printf 'libraries are missing:\n%s\nOn Debian 12 and 13: apt install librdkafka1 libssl3 libmicrohttpd12 libgnutls30 libcjose0 libcurl4 libzstd1 zlib1g\n' \
        "$missing" >&2
    exit 1
fi
if ! version=$(bin/shoal version 2>&1); then
    printf 'bin/shoal does not run on this machine, but needs Debian 12 or later, or a system with its glibc:\n%s\n' "$version" >&2
    exit 1
fi

install -D --mode 755 bin/shoal -t "$root/bin"
install -D --mode 644 share/man/man1/shoal.1 -t "$root/share/man/man1"
install -D --mode 644 deploy/policy/policy.properties deploy/shoal.properties -t "$root/share/shoal"
install -D --mode 644 schemas/shoal/v1/*.proto -t "$root/share/shoal/schemas/shoal/v1"
install -D --mode 644 LICENSE LICENSES ./*.md ./*.spdx.json -t "$root/share/doc/shoal"
install -D --mode 644 docs/*.md -t "$root/share/doc/shoal/docs"
install -D --mode 644 docs/images/*.png -t "$root/share/doc/shoal/docs/images"
echo "${version%%$'\n'*} is installed in $root/bin; $root/share/shoal/shoal.properties is an example of the settings"
