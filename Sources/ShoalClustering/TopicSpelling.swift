/// The words of a topic's name as a privacy policy compares them: spellings that look alike are one.
///
/// A word is a run of letters, marks and digits. A Chinese character and an emoji is a word by itself, and three or more
/// single letters in a row are one word, as in `H.I.V`. Digits at the end of a word are left out. A word is the skeleton
/// of its letters (`TopicSkeleton`), in which letters that look alike are one (Unicode's technical standard 39), and so
/// are `i`, `l` and `1`. The tables are part of the program (`scripts/topic_spellings.py`).
struct TopicSpelling: Equatable {
    /// The words, as UTF-8.
    var words: [[UInt8]]

    /// The words without anything between them.
    var whole: [UInt8] { words.flatMap { $0 } }

    /// Returns the ways to read a name, at most three, without repetitions: as it is; with capitals that look like those
    /// of another script; with digits and signs for letters, as in `h1v`.
    static func readings(of name: ArraySlice<UInt8>) -> [TopicSpelling] {
        let scalars = String(decoding: name, as: UTF8.self).unicodeScalars.map(\.value)
        var readings = [TopicSpelling(scalars)]
        if scalars.contains(where: { $0 >= 0x80 }) {
            var read: [UInt32] = []
            for scalar in scalars { SkeletonData.capitals.append(scalar, to: &read) }
            if read != scalars { readings.append(TopicSpelling(read)) }
        }
        let letters = withLetters(scalars)
        if letters != scalars { readings.append(TopicSpelling(letters)) }
        return readings
    }

    /// Returns a name with letters for the digits and signs of runs that have a letter, too.
    private static func withLetters(_ scalars: [UInt32]) -> [UInt32] {
        guard scalars.contains(where: { letter(for: $0) != nil }) else { return scalars }
        var result = scalars
        var start = 0
        while start < scalars.count {
            var (end, hasLetter) = (start, false)
            while end < scalars.count {
                let isWritten = letter(for: scalars[end]) != nil || isDigit(scalars[end])
                if !isWritten, kind(scalars[end]) == separator { break }
                hasLetter = hasLetter || !isWritten
                end += 1
            }
            if hasLetter { for place in start..<end { result[place] = letter(for: scalars[place]) ?? scalars[place] } }
            start = end + 1
        }
        return result
    }

    /// Returns a word without accents and other marks of their kind, as people write it who leave them out.
    static func withoutMarks(_ name: [UInt8]) -> TopicSpelling {
        TopicSpelling(String(decoding: name, as: UTF8.self).unicodeScalars.map(\.value), keepsMarks: false)
    }

    init(_ scalars: [UInt32], keepsMarks: Bool = true) {
        words = []
        var open: [UInt32] = []
        // Single letters in a row, which may be one word.
        var letters: [[UInt8]] = []
        func endLetters(_ words: inout [[UInt8]]) {
            if letters.count >= 3 { words.append(letters.flatMap { $0 }) } else { words += letters }
            letters.removeAll(keepingCapacity: true)
        }
        func end(_ words: inout [[UInt8]]) {
            guard !open.isEmpty else { return }
            // Digits at the end of a word tell of a year or a number, as in hashtags.
            if open.contains(where: { !Self.isDigit($0) }) {
                while let last = open.last, Self.isDigit(last) { open.removeLast() }
            }
            let folded = TopicSkeleton.folded(open, keepsMarks: keepsMarks)
            open.removeAll(keepingCapacity: true)
            let word = Self.word(folded)
            if word.isEmpty { return }
            if folded.count == 1 {
                letters.append(word)
            } else {
                endLetters(&words)
                words.append(word)
            }
        }
        for scalar in scalars {
            switch Self.kind(scalar) {
            case Self.separator: end(&words)
            case Self.single:
                end(&words)
                endLetters(&words)
                let word = Self.word(TopicSkeleton.folded([scalar]))
                if !word.isEmpty { words.append(word) }
            case Self.ignored: continue
            default: open.append(scalar)
            }
        }
        end(&words)
        endLetters(&words)
    }

    private static func isDigit(_ scalar: UInt32) -> Bool { (0x30...0x39).contains(scalar) }

    // The kinds of characters.
    private static let separator: UInt8 = 1
    private static let single: UInt8 = 2
    private static let ignored: UInt8 = 3

    private static func kind(_ scalar: UInt32) -> UInt8 {
        guard scalar < 0x80 else { return SkeletonData.letters.kind(scalar) }
        let isLetter = (0x61...0x7A).contains(scalar | 0x20)
        return isLetter || isDigit(scalar) ? 0 : separator
    }

    /// The spellings of the characters of ASCII.
    private static let ascii: [[UInt32]] = (0..<0x80 as Range<UInt32>).map { scalar in
        var letters: [UInt32] = []
        SkeletonData.letters.append(scalar, to: &letters)
        return letters
    }

    /// Returns the spelling of a word's skeleton.
    static func word(_ folded: [UInt32]) -> [UInt8] {
        let letters = SkeletonData.letters
        var word: [UInt32] = []
        word.reserveCapacity(folded.count)
        for scalar in folded where scalar < 0x300 || !TopicSkeleton.isLoose(SkeletonData.shared.kind(scalar)) {
            if scalar < 0x80 { word += ascii[Int(scalar)] } else { letters.append(scalar, to: &word) }
        }
        return TopicSkeleton.utf8(word)
    }

    /// Returns the letter that a digit or a sign is written for; nil: none.
    private static func letter(for scalar: UInt32) -> UInt32? {
        guard scalar < 0x80 else { return nil }
        switch Unicode.Scalar(UInt8(scalar)) {
        case "0": return UInt32(UInt8(ascii: "o"))
        case "1", "!", "|": return UInt32(UInt8(ascii: "i"))
        case "3": return UInt32(UInt8(ascii: "e"))
        case "4", "@": return UInt32(UInt8(ascii: "a"))
        case "5", "$": return UInt32(UInt8(ascii: "s"))
        case "7": return UInt32(UInt8(ascii: "t"))
        default: return nil
        }
    }
}
