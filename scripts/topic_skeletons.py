#!/usr/bin/env python3
"""Skeletons of topic names: what is left of a name when the differences between spellings are removed.

    scripts/topic_skeletons.py write     writes Sources/ShoalClustering/SkeletonTable.swift anew
    scripts/topic_skeletons.py check     ends with 1 if that file is not what this Python would write
    scripts/topic_skeletons.py version   prints the Unicode version of this Python
    scripts/topic_skeletons.py compute   reads names as hexadecimal UTF-8, a line each, and prints their skeletons likewise

A skeleton is a name in NFKC with full case folding, without white space and without default ignorable characters. The
table is generated, because programs on different hosts must agree and the libraries of hosts do not. Its Unicode version is that of
the Python that wrote it, and is recorded with an application. Needs only Python 3.
"""

import base64
import pathlib
import sys
import unicodedata

FILE = pathlib.Path(__file__).resolve().parent.parent / "Sources/ShoalClustering/SkeletonTable.swift"

# The properties White_Space and Default_Ignorable_Code_Point, which Python does not have (PropList.txt, DerivedCoreProperties.txt).
WHITE_SPACE = [(0x9, 0xD), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
               (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)]
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
             (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
             (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]
REMOVED = {point for first, last in WHITE_SPACE + IGNORABLE for point in range(first, last + 1)}

# The one mark whose folding is a letter: it is folded after marks have been put in order.
IOTA_MARK, IOTA = 0x345, 0x3B9
# Code points outside of these are unassigned or for private use, and are left as they are.
PLANES = [*range(0, 0xD800), *range(0xE000, 0x40000), *range(0xE0000, 0xE1000)]
# Syllables of Hangul are put together by arithmetic.
HANGUL = range(0xAC00, 0xD7A4)


def without_removed(text):
    return "".join(c for c in text if ord(c) not in REMOVED)


def skeleton(text):
    """The definition; everything else here follows from it."""
    text = without_removed(unicodedata.normalize("NFKD", text))
    text = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", without_removed(unicodedata.normalize("NFKD", text)))


def mapping(point):
    """A code point by itself, folded and decomposed; the iota mark stays."""
    if point == IOTA_MARK:
        return [point]
    text = "".join(c if ord(c) == IOTA_MARK else c.casefold() for c in unicodedata.normalize("NFKD", chr(point)))
    return [ord(c) for c in without_removed(unicodedata.normalize("NFKD", text))]


def check_assumptions(table):
    """What the program's way of computing a skeleton takes for granted."""
    for point in PLANES:
        parts = unicodedata.normalize("NFKD", chr(point))
        for part in parts:
            if unicodedata.combining(part) and ord(part) != IOTA_MARK:
                assert part.casefold() == part, f"U+{point:04X} holds a mark that folds"
        for part in table.get(point, [point]):
            assert part in (IOTA_MARK, point) or table.get(part, [part]) == [part] or part in HANGUL, f"U+{point:04X} folds twice"
        once = skeleton(chr(point))
        assert skeleton(once) == once, f"U+{point:04X} has a skeleton that has another"


def varint(value, out):
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def signed(value, out):
    varint(value << 1 if value >= 0 else (-value << 1) - 1, out)


def mappings(table, out):
    """Runs of single code points with one distance and one step, and sequences."""
    points = sorted(table)
    rows, place = [], 0
    while place < len(points):
        point, target = points[place], table[points[place]]
        best = (1, 1)
        if len(target) == 1:
            for step in (1, 2):
                count = 1
                while (place + count < len(points) and points[place + count] == point + count * step
                       and table[points[place + count]] == [target[0] + count * step]):
                    count += 1
                best = max(best, (count, step))
        count, step = best
        rows.append((point, count, step, target))
        # A run with the step 2 must not step over others.
        place += count
    varint(len(rows), out)
    last = 0
    for point, count, step, target in rows:
        varint(point - last, out)
        last = point
        if len(target) == 1:
            varint(1 if count == 1 else (2 if step == 1 else 3), out)
            if count > 1:
                varint(count, out)
            signed(target[0] - point, out)
        else:
            varint(0 if not target else len(target) + 2, out)
            before = point
            for part in target:
                signed(part - before, out)
                before = part


def classes(out, kind_of=lambda point: unicodedata.combining(chr(point))):
    """Combining classes, or other kinds but 0: ranges of code points of the same class."""
    ranges = []
    for point in PLANES:
        kind = kind_of(point)
        if not kind:
            continue
        if ranges and ranges[-1][1] == point - 1 and ranges[-1][2] == kind:
            ranges[-1][1] = point
        else:
            ranges.append([point, point, kind])
    varint(len(ranges), out)
    last = 0
    for first, end, kind in ranges:
        varint(first - last, out)
        varint(end - first, out)
        varint(kind, out)
        last = end


def compositions(out):
    """Pairs that are put together to one code point."""
    pairs = []
    for point in PLANES:
        parts = unicodedata.decomposition(chr(point))
        if point in HANGUL or not parts or parts.startswith("<") or " " not in parts:
            continue
        if unicodedata.normalize("NFC", unicodedata.normalize("NFD", chr(point))) == chr(point):
            pairs.append((*(int(part, 16) for part in parts.split()), point))
    varint(len(pairs), out)
    last = 0
    for first, second, whole in sorted(pairs):
        varint(first - last, out)
        varint(second, out)
        signed(whole - first, out)
        last = first


def digest(skeleton_of=skeleton):
    """FNV-1a over the skeletons of all code points, each with a byte 0xFF behind it."""
    value = 0xCBF29CE484222325
    for point in PLANES:
        for byte in skeleton_of(chr(point)).encode() + b"\xff":
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    number = f"{value:016X}"
    return "_".join(number[start:start + 4] for start in range(0, 16, 4))


def swift_lines(out):
    """Bytes in base64, as the lines of a Swift text."""
    encoded = base64.b64encode(bytes(out)).decode()
    return "\\\n".join("        " + encoded[start:start + 108] for start in range(0, len(encoded), 108))


def version():
    parts = [int(part) for part in unicodedata.unidata_version.split(".")]
    return parts[0] * 10_000 + parts[1] * 100 + parts[2]


def text():
    table = {point: mapping(point) for point in PLANES if point not in HANGUL}
    table = {point: target for point, target in table.items() if target != [point]}
    check_assumptions(table)
    out = bytearray()
    mappings(table, out)
    classes(out)
    compositions(out)
    return f'''// Written by scripts/topic_skeletons.py from Python's unicodedata {unicodedata.unidata_version}. Do not edit.

enum SkeletonTable {{
    /// The Unicode version {unicodedata.unidata_version}, as 10000 · major + 100 · minor + update.
    static let unicodeVersion: Int64 = {version():_}

    /// FNV-1a over the skeletons of all code points, for a test.
    static let digest: UInt64 = 0x{digest()}

    /// Mappings, combining classes and compositions in base64; the script says how they are encoded.
    static let encoded: StaticString = """
{swift_lines(out)}
        """
}}
'''


def main(words):
    if words == ["write"]:
        FILE.write_text(text())
    elif words == ["check"]:
        if FILE.read_text() != text():
            print(f"{FILE.name} is not what scripts/topic_skeletons.py writes with Unicode {unicodedata.unidata_version}")
            return 1
    elif words == ["version"]:
        print(version())
    elif words == ["compute"]:
        for line in sys.stdin:
            print(skeleton(bytes.fromhex(line.strip()).decode()).encode().hex())
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
