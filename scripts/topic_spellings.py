#!/usr/bin/env python3
"""Spellings of topic names: what a privacy policy takes for the same letter.

    scripts/topic_spellings.py write CONFUSABLES     writes Sources/ShoalClustering/SpellingTable.swift anew
    scripts/topic_spellings.py compute CONFUSABLES   reads words as hexadecimal UTF-8, a line each, and prints their spellings likewise

CONFUSABLES is confusables.json of the package confusable-homoglyphs from PyPI, which is confusables.txt of Unicode's
technical standard 39. The spelling of a word is its skeleton (topic_skeletons.py), in which

1. marks are left out that form no letter with what they stand on, and the points of Arabic and Hebrew
2. each letter becomes the prototype of those that look alike, in small letters
   (a small capital also looks like its letter, and a letter in a black circle or square is that letter)
3. digits of all scripts become those of ASCII, 0 and 1 become o and l, i becomes l, and letters of Persian, Urdu and Arabic
   become one that are written for each other
4. punctuation is left out

The table has these mappings, the kinds of characters (1: between words; 2: a word by itself; 3: ignored), and the capitals whose
prototype is not that of their small letter, such as the Cyrillic letter that looks like H. Needs only Python 3.
"""

import json
import pathlib
import re
import sys
import unicodedata

import topic_skeletons
from topic_skeletons import HANGUL, PLANES, REMOVED, WHITE_SPACE, skeleton

FILE = pathlib.Path(__file__).resolve().parent.parent / "Sources/ShoalClustering/SpellingTable.swift"

SEPARATOR, SINGLE, IGNORED = 1, 2, 3
# Chinese characters: names are not divided into words.
IDEOGRAPHS = [(0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]
EMOJI = [(0x2600, 0x27BF), (0x1F000, 0x1FAFF)]
SKIN = (0x1F3FB, 0x1F3FF)
# The line that lengthens Arabic words.
TATWEEL = 0x640
SPACES = {point for first, last in WHITE_SPACE for point in range(first, last + 1)}
# Letters that are written for each other in Arabic, Persian and Urdu: yeh, kaf and heh.
SAME = {"\u06cc": "\u064a", "\u0649": "\u064a", "\u06d2": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647",
        "\u06be": "\u0647", "\u06d5": "\u0647", "\u0629": "\u0647"}


LETTER_NAME = re.compile("(?:LATIN LETTER SMALL CAPITAL|(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])")


def plain_letter(letter):
    """The letter of a small capital or of a letter in a black circle or square; None: it is neither."""
    found = LETTER_NAME.fullmatch(unicodedata.name(letter, ""))
    return found and found.group(1).lower()


def lies_in(point, ranges):
    return any(first <= point <= last for first, last in ranges)


def kind(point):
    category = unicodedata.category(chr(point))
    if point in SPACES:
        return SEPARATOR
    if point in REMOVED or SKIN[0] <= point <= SKIN[1] or point == TATWEEL:
        return IGNORED
    if plain_letter(chr(point)) or unicodedata.decomposition(chr(point)).startswith("<circle>"):
        return 0
    if lies_in(point, IDEOGRAPHS) or lies_in(point, EMOJI):
        return SINGLE
    return SEPARATOR if category[0] in "PSZ" or category in ("Cc", "Cf") else 0


def is_loose(mark):
    """Whether a mark tells no letter apart if nothing is composed with it: accents, and points of Arabic and Hebrew."""
    return 10 <= unicodedata.combining(mark) <= 35 or unicodedata.combining(mark) >= 200


class Spellings:
    def __init__(self, file):
        pairs = json.loads(pathlib.Path(file).read_text())
        self.parent = {}
        for text, others in pairs.items():
            for other in others:
                self.join(self.clean(text), self.clean(other["c"]))
        for point in PLANES:
            if plain_letter(chr(point)):
                self.join(chr(point), plain_letter(chr(point)))
        groups = {}
        for text in self.parent:
            groups.setdefault(self.root(text), []).append(text)
        self.prototypes = {}
        for texts in groups.values():
            for text in texts:
                self.prototypes[text] = min(texts, key=self.rank)

    @staticmethod
    def clean(text):
        return text.replace("\u200e", "")

    @staticmethod
    def rank(text):
        """Only prototypes have several characters. Of others, letters of ASCII come first."""
        return (len(text) == 1, not ("a" <= text <= "z"), not (text.isascii() and text.isalpha()), not text.isascii(), text)

    def root(self, text):
        while self.parent.setdefault(text, text) != text:
            text = self.parent[text]
        return text

    def join(self, one, other):
        self.parent[self.root(one)] = self.root(other)

    def prototype(self, letter):
        return letter if letter.isascii() and letter.isalpha() and letter != "m" else self.prototypes.get(letter, letter)

    def letter(self, letter):
        """The spelling of a character of a skeleton."""
        if ord(letter) in HANGUL:
            return letter
        text = letter
        for _ in range(5):
            text = unicodedata.normalize("NFD", text)
            text = "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else SAME.get(c, c) for c in text)
            later = skeleton("".join(self.prototype(c) for c in text))
            if later == text:
                break
            text = later
        text = "".join(c for c in skeleton(text) if kind(ord(c)) in (0, SINGLE) and not is_loose(c))
        return text.replace("i", "l")

    def of(self, word):
        text = "".join(c for c in skeleton(word) if not is_loose(c))
        return "".join(self.letter(c) for c in text)

    def capital(self, letter):
        """A capital that looks like another letter than its small one does; nil: none."""
        other = self.prototype(letter)
        if letter.isascii() or letter.casefold() == letter or other == letter:
            return None
        return other if self.of(other) != self.of(letter) else None


def encoded(table, kinds):
    out = bytearray()
    topic_skeletons.mappings(table, out)
    topic_skeletons.classes(out, kinds)
    topic_skeletons.varint(0, out)
    return topic_skeletons.swift_lines(out)


def text(file):
    spellings = Spellings(file)
    letters, capitals = {}, {}
    for point in PLANES:
        letter = chr(point)
        # Only characters that stand in skeletons.
        if point not in HANGUL and skeleton(letter) == letter and spellings.letter(letter) != letter:
            letters[point] = [ord(c) for c in spellings.letter(letter)]
        if spellings.capital(letter):
            capitals[point] = [ord(c) for c in spellings.capital(letter)]
    return f'''// Written by scripts/topic_spellings.py from the confusables of Unicode's technical standard 39 in the Python package
// confusable-homoglyphs 3.3.1, and Python's unicodedata {unicodedata.unidata_version}. Do not edit.

enum SpellingTable {{
    /// FNV-1a over the spellings of all code points, which names this table.
    static let digest: UInt64 = 0x{topic_skeletons.digest(spellings.of)}

    /// Mappings of characters of skeletons, and kinds of characters, encoded as in `SkeletonTable`.
    static let letters: StaticString = """
{encoded(letters, kind)}
        """

    /// Capitals that look like another letter than their small ones, and that letter.
    static let capitals: StaticString = """
{encoded(capitals, lambda _: 0)}
        """
}}
'''


def main(words):
    if len(words) == 2 and words[0] == "write":
        FILE.write_text(text(words[1]))
    elif len(words) == 2 and words[0] == "compute":
        spellings = Spellings(words[1])
        for line in sys.stdin:
            print(spellings.of(bytes.fromhex(line.strip()).decode()).encode().hex())
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
