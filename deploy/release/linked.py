"""What a program is linked with: Debian's packages whose libraries it loads, and what is compiled into it."""

import functools
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def version():
    """That of Shoal, as its source has it."""
    text = (ROOT / "Sources/ShoalOperator/Console/Program.swift").read_text()
    return re.search(r'static let version = "([^"]+)"', text).group(1)


def swift_home():
    """Where the toolchain is; `swift` may be a link or a script that leads to it."""
    text = subprocess.run(["swift", "-print-target-info"], check=True, capture_output=True, text=True).stdout
    return pathlib.Path(json.loads(text)["paths"]["runtimeResourcePath"]).parents[1]


@functools.cache
def swift_version():
    text = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"Swift version (\S+)", text).group(1)


def static_components():
    """Of the Swift toolchain, what `--static-swift-stdlib` compiles in: (name, version, SPDX licence, source)."""
    release = swift_version()
    return [
        ("swift-standard-library", release, "Apache-2.0 WITH Swift-exception", "https://github.com/swiftlang/swift"),
        ("swift-corelibs-libdispatch", release, "Apache-2.0 WITH Swift-exception",
         "https://github.com/swiftlang/swift-corelibs-libdispatch"),
        ("swift-foundation", release, "Apache-2.0 WITH Swift-exception", "https://github.com/swiftlang/swift-foundation"),
        ("swift-corelibs-foundation", release, "Apache-2.0 WITH Swift-exception",
         "https://github.com/swiftlang/swift-corelibs-foundation"),
        ("swift-collections", release, "Apache-2.0 WITH Swift-exception", "https://github.com/apple/swift-collections"),
        ("swift-foundation-icu", release, "Unicode-3.0", "https://github.com/swiftlang/swift-foundation-icu"),
    ]


def loader(program, root):
    """The command that lists the libraries of a program: that of this system, or the loader of another root with its libraries."""
    if root == pathlib.Path("/"):
        return ["ldd", program]
    loaders = sorted(root.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*"))
    if not loaders:
        raise SystemExit(f"{root}: has no dynamic loader")
    return [loaders[0], "--inhibit-cache", "--library-path", loaders[0].parent, "--list", program]


def libraries(program, root):
    """The paths of all shared libraries that are loaded with a program, those of libraries included."""
    listed = subprocess.run(loader(program, root), capture_output=True, text=True)
    missing = re.findall(r"(\S+) => not found|(\S+): cannot open shared object file", listed.stdout + listed.stderr)
    if missing or listed.returncode != 0:
        names = ", ".join(one or other for one, other in missing) or listed.stderr.strip()
        raise SystemExit(f"{program}: libraries are missing in {root}: {names}")
    return sorted(set(re.findall(r"(?:=> |^\t)(/\S+) \(", listed.stdout, re.MULTILINE)))


def owners(paths, root):
    """The packages that files belong to; dpkg knows a file by its path from before or after the merge of /usr."""
    names = {}
    for path in paths:
        here = str(pathlib.Path("/") / pathlib.Path(path).relative_to(root))
        real = str(pathlib.Path("/") / pathlib.Path(path).resolve().relative_to(root.resolve()))
        names[path] = {here, real, "/usr" + here, real.removeprefix("/usr")}
    # It ends with 1 where one of the paths is nobody's, and tells of the others all the same.
    words = ["dpkg-query", "--admindir", root / "var/lib/dpkg", "--search", *sorted(set().union(*names.values()))]
    found = subprocess.run(words, capture_output=True, text=True)
    owner = {}
    for line in found.stdout.splitlines():
        package, _, path = line.partition(": ")
        owner[path] = package.split(":")[0]
    for path, several in names.items():
        package = next((owner[name] for name in sorted(several) if name in owner), None)
        if package is None:
            raise SystemExit(f"{path}: belongs to no package of Debian's")
        yield package


@functools.cache
def packages(program, root=pathlib.Path("/")):
    """The packages of all libraries that are loaded with a program in a root: name to fields of dpkg's status."""
    known = status(root / "var/lib/dpkg/status")
    return {name: known[name] for name in sorted(set(owners(libraries(program, root), root)))}


def status(file):
    """The installed packages of a dpkg status file: name to fields."""
    found = {}
    for paragraph in file.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): *(.*)$", paragraph, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            found[fields["Package"]] = fields
    return found


def copyright_file(package, root=pathlib.Path("/")):
    return root / "usr/share/doc" / package / "copyright"
