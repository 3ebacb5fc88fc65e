"""Prints the licences of all that a program is linked with, statically and dynamically, with their texts.

    deploy/release/licenses.py build/release/shoal > LICENSES
    deploy/release/licenses.py build/release/shoal --root DIRECTORY > LICENSES

The libraries are those of this system, or of the image whose root is DIRECTORY.
"""

import argparse
import pathlib

import linked

RULE = "=" * 78


def sections(program, root):
    release = linked.swift_version()
    apache = (linked.swift_home() / "share/swift/LICENSE.txt").read_text(encoding="utf-8")
    components = linked.static_components()
    swift = [name for name, _, licence, _ in components if licence.startswith("Apache-2.0")]
    yield f"shoal {linked.version()}: Apache-2.0", (linked.ROOT / "LICENSE").read_text(encoding="utf-8")
    yield (f"compiled in, of Swift {release}: {', '.join(swift)}: Apache-2.0 WITH Swift-exception", apache)
    yield (f"compiled in, of Swift {release}: swift-foundation-icu: Unicode-3.0",
           (linked.ROOT / "deploy/release/Unicode-3.0.txt").read_text(encoding="utf-8"))
    seen = {}
    for name, fields in linked.packages(program, root).items():
        file = linked.copyright_file(name, root)
        if not file.exists():
            raise SystemExit(f"{file}: is missing: was the package installed without documentation?")
        text = file.read_text(encoding="utf-8")
        title = f"loaded from Debian: {name} {fields['Version']} ({linked.copyright_file(name)})"
        same = seen.setdefault(text, name)
        yield title, text if same == name else f"The same as that of {same}.\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("/"), metavar="DIRECTORY", help="the image's root")
    words = parser.parse_args()
    print("What Shoal is linked with. Apache-2.0, GPL and LGPL texts that Debian's files refer to are in")
    print("/usr/share/common-licenses of every Debian system.")
    for title, text in sections(words.program, words.root):
        print(f"\n{RULE}\n{title}\n{RULE}\n\n{text.strip()}")


if __name__ == "__main__":
    main()
