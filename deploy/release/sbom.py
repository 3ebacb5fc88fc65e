"""Prints a bill of materials (SPDX 2.3, JSON) of the program and what it is linked with, or of an image that holds it.

    deploy/release/sbom.py build/release/shoal --epoch SECONDS > shoal.spdx.json
    deploy/release/sbom.py build/release/shoal --epoch SECONDS --root DIRECTORY > image.spdx.json

Debian's packages come from dpkg's status: of this system those whose libraries the program loads and those that
Package.swift names for the build; of the image whose root is DIRECTORY, all, and the program loads its libraries there. The same input gives the same bytes.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import urllib.parse

import linked

NOT_SAID = "NOASSERTION"


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def package(name, version, licence, purpose, **more):
    return {
        "SPDXID": identifier(name), "name": name, "versionInfo": version, "downloadLocation": NOT_SAID,
        "filesAnalyzed": False, "licenseConcluded": NOT_SAID, "licenseDeclared": licence, "copyrightText": NOT_SAID,
        "primaryPackagePurpose": purpose, **more,
    }


def reference(purl):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]


def debian(fields, distribution):
    """A package of Debian's by its fields in dpkg's status. Its licences are in its own copyright file."""
    name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
    # `Source: openssl` or `Source: openssl (3.0.1-1)`; absent where it is named alike.
    source = re.match(r"(\S+)(?: \((.+)\))?", fields.get("Source", name))
    purl = f"pkg:deb/debian/{urllib.parse.quote(name)}@{urllib.parse.quote(version)}?arch={architecture}&distro={distribution}"
    kind = "LIBRARY" if name.startswith("lib") else "APPLICATION"
    return package(name, version, NOT_SAID, kind, supplier="Organization: Debian", externalRefs=reference(purl),
                   sourceInfo=f"built from Debian's source package {source[1]} {source[2] or version}")


def distribution(root):
    file = root / "etc/os-release"
    text = file.read_text() if file.exists() else pathlib.Path("/etc/os-release").read_text()
    fields = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return f"{fields['ID']}-{fields.get('VERSION_ID', 'unstable')}"


def build_packages():
    """The -dev packages that Package.swift names. Swift packages would have to be listed, too: there are none."""
    text = (linked.ROOT / "Package.swift").read_text()
    if re.search(r"\.package\(\s*(url|path|id|name):", text):
        raise SystemExit("Package.swift depends on Swift packages: sbom.py does not list these yet")
    return sorted(set(re.findall(r'"([^"]+)"', " ".join(re.findall(r"\.apt\(\[([^\]]*)\]\)", text)))))


def document(program, epoch, root):
    version = linked.version()
    here = distribution(pathlib.Path("/"))
    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    shoal = package(
        "shoal", version, "Apache-2.0", "APPLICATION", externalRefs=reference(f"pkg:generic/shoal@{version}"),
        checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
    packages, relations = [shoal], []

    def relate(one, kind, other):
        relations.append({"spdxElementId": identifier(one), "relationshipType": kind, "relatedSpdxElement": identifier(other)})

    for name, release, licence, source in linked.static_components():
        purl = f"pkg:github/{source.removeprefix('https://github.com/')}@swift-{release}-RELEASE"
        packages.append(package(name, release, licence, "LIBRARY", homepage=source, externalRefs=reference(purl)))
        relate("shoal", "STATIC_LINK", name)
    loaded = linked.packages(program, root or pathlib.Path("/"))
    if root is None:
        known = linked.status(pathlib.Path("/var/lib/dpkg/status"))
        build = {name: known[name] for name in build_packages() if name in known}
        packages += [debian(fields, here) for _, fields in sorted({**build, **loaded}.items())]
        for name in build:
            relate(name, "BUILD_DEPENDENCY_OF", "shoal")
        relate("DOCUMENT", "DESCRIBES", "shoal")
    else:
        installed = linked.status(root / "var/lib/dpkg/status")
        packages.append(package("shoal-image", version, NOT_SAID, "CONTAINER"))
        packages += [debian(fields, distribution(root)) for _, fields in sorted(installed.items())]
        for name in ["shoal", *sorted(installed)]:
            relate("shoal-image", "CONTAINS", name)
        relate("DOCUMENT", "DESCRIBES", "shoal-image")
    for name in loaded:
        relate("shoal", "DYNAMIC_LINK", name)
    name = f"shoal-{'image-' if root else ''}{version}"
    content = json.dumps([packages, relations], sort_keys=True).encode()
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{hashlib.sha256(content).hexdigest()}",
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: shoal-sbom-{version}"],
        },
        "packages": packages, "relationships": relations,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--epoch", type=int, default=0, metavar="SECONDS", help="when it was made, since 1970 (0)")
    parser.add_argument("--root", type=pathlib.Path, metavar="DIRECTORY", help="the image's root")
    words = parser.parse_args()
    print(json.dumps(document(words.program, words.epoch, words.root), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
