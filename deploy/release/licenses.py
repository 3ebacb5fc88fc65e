"""Prints the licences of all that a program is linked with, statically and dynamically, with their texts.

    deploy/release/licenses.py build/release/shoal > LICENSES
"""

import sys

import linked

RULE = "=" * 78


def sections(program):
    release = linked.swift_version()
    apache = (linked.swift_home() / "share/swift/LICENSE.txt").read_text(encoding="utf-8")
    components = linked.static_components()
    swift = [name for name, _, licence, _ in components if licence.startswith("Apache-2.0")]
    yield f"shoal {linked.version()}: Apache-2.0", (linked.ROOT / "LICENSE").read_text(encoding="utf-8")
    yield (f"compiled in, of Swift {release}: {', '.join(swift)}: Apache-2.0 WITH Swift-exception", apache)
    yield (f"compiled in, of Swift {release}: swift-foundation-icu: Unicode-3.0",
           (linked.ROOT / "deploy/release/Unicode-3.0.txt").read_text(encoding="utf-8"))
    seen = {}
    for name, fields in linked.packages(program).items():
        file = linked.copyright_file(name)
        if not file.exists():
            raise SystemExit(f"{file}: is missing: was the package installed without documentation?")
        text = file.read_text(encoding="utf-8")
        title = f"loaded from Debian: {name} {fields['Version']} ({file})"
        same = seen.setdefault(text, name)
        yield title, text if same == name else f"The same as that of {same}.\n"


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print("What Shoal is linked with. Apache-2.0, GPL and LGPL texts that Debian's files refer to are in")
    print("/usr/share/common-licenses of every Debian system.")
    for title, text in sections(sys.argv[1]):
        print(f"\n{RULE}\n{title}\n{RULE}\n\n{text.strip()}")


if __name__ == "__main__":
    main()
