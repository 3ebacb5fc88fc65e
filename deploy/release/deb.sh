#!/usr/bin/env bash
# Makes Debian's package of the program: shoal_VERSION_ARCHITECTURE.deb. The same input gives the same bytes.
#
#     SOURCE_DATE_EPOCH=SECONDS deploy/release/deb.sh build/release/shoal build/release
#
# MAINTAINER='Name <address>' is whom it names. Needs dpkg-dev, and the program's libraries (`make deps`): what it depends on
# is computed from their packages.
set -euo pipefail
umask 022

[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 64; }
: "${SOURCE_DATE_EPOCH:?seconds since 1970, as git log -1 --format=%ct tells}"
program=$(realpath "$1") output=$(realpath "$2")
cd "$(dirname "$0")/../.."
own=deploy/release/debian
version=$(sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/ShoalOperator/Console/Program.swift)
architecture=$(dpkg --print-architecture)
maintainer=${MAINTAINER:-The Shoal developers <shoal@localhost>}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/shoal doc=$work/shoal/usr/share/doc/shoal

install -D --mode 755 "$program" "$tree/usr/bin/shoal"
install -D --mode 644 deploy/shoal@.service -t "$tree/lib/systemd/system"
install -D --mode 644 deploy/shoal.properties -t "$tree/etc/shoal"
install -D --mode 644 deploy/policy/policy.properties -t "$tree/usr/share/shoal"
install -D --mode 644 "$own/copyright" "$own/README.Debian" -t "$doc"
install -D --mode 644 README.md SECURITY.md schemas/shoal/v1/*.proto -t "$doc"
install -D --mode 644 docs/*.md -t "$doc/docs"
install -D --mode 644 docs/images/*.png -t "$doc/docs/images"
install -D --mode 755 deploy/acls.sh -t "$doc/examples"
install -D --mode 644 "$own/lintian-overrides" "$tree/usr/share/lintian/overrides/shoal"
mkdir -p "$tree/usr/share/man/man1" "$tree/DEBIAN"
"$program" manual | gzip -9n > "$tree/usr/share/man/man1/shoal.1.gz"
python3 deploy/release/licenses.py "$program" | gzip -9n > "$doc/LICENSES.gz"
python3 deploy/release/sbom.py "$program" --epoch "$SOURCE_DATE_EPOCH" | gzip -9n > "$doc/shoal.spdx.json.gz"
cat > "$work/changelog" << END
shoal ($version) unstable; urgency=medium

  * Shoal $version.

 -- $maintainer  $(date --utc --date "@$SOURCE_DATE_EPOCH" --rfc-email)
END
gzip -9n < "$work/changelog" > "$doc/changelog.gz"

# What the libraries' packages say of their versions.
mkdir "$work/debian"
printf 'Source: shoal\n\nPackage: shoal\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --warnings=0 "$tree/usr/bin/shoal" | sed -n 's/^shlibs:Depends=//p')
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
    -e "s/@DEPENDS@/$depends/" -e "s/@MAINTAINER@/$maintainer/" \
    -e "s/@SIZE@/$(du --summarize --apparent-size --block-size 1K "$tree" | cut -f 1)/" "$own/control" > "$tree/DEBIAN/control"
install --mode 755 "$own/postinst" "$own/prerm" "$own/postrm" -t "$tree/DEBIAN"
(cd "$tree" && find etc -type f -printf '/%p\n') | LC_ALL=C sort > "$tree/DEBIAN/conffiles"
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -not -path './etc/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum) \
    > "$tree/DEBIAN/md5sums"
find "$tree" -print0 | xargs -0 touch --no-dereference --date "@$SOURCE_DATE_EPOCH"
dpkg-deb --root-owner-group -Zxz -z2 --threads-max=1 --build "$tree" "$output/shoal_${version}_${architecture}.deb" > /dev/null
echo "$output/shoal_${version}_${architecture}.deb"
