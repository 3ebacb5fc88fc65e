/// Maps the spellings of a topic's name to one form: NFKC with full case folding, without white space and default
/// ignorable characters, as UTF-8.
///
/// The Unicode tables are part of the program, so the result is the same on every host.
public enum TopicSkeleton {
    /// The Unicode version of the tables, as 10000 · major + 100 · minor + update.
    public static let unicodeVersion = SkeletonTable.unicodeVersion

    /// Returns the skeleton of a name. Bytes that are not UTF-8 are replaced.
    public static func of(_ name: ArraySlice<UInt8>) -> [UInt8] {
        if name.allSatisfy({ $0 < 0x80 }) { return ascii(name) }
        let values = String(decoding: name, as: UTF8.self).unicodeScalars.map(\.value)
        return utf8(folded(values))
    }

    /// Returns the skeleton of code points as code points.
    /// - Parameter keepsMarks: Whether accents and other marks of their kind are left as they are.
    static func folded(_ values: [UInt32], keepsMarks: Bool = true) -> [UInt32] {
        if values.allSatisfy({ $0 < 0x80 }) {
            return ascii(values.map { UInt8(truncatingIfNeeded: $0) }[...]).map { UInt32($0) }
        }
        let data = SkeletonData.shared
        var scalars: [UInt32] = []
        scalars.reserveCapacity(values.count)
        for value in values { data.append(value, to: &scalars) }
        order(&scalars, data)
        // The combining iota subscript folds to a letter, so it is folded only after the marks are ordered.
        if scalars.contains(iotaMark) {
            scalars = scalars.map { $0 == iotaMark ? iota : $0 }
            order(&scalars, data)
        }
        if !keepsMarks { scalars.removeAll { isLoose(data.kind($0)) } }
        compose(&scalars, data)
        return scalars
    }

    /// Whether a mark of a combining class tells no letter apart if nothing is composed with it: accents, and the
    /// points of Arabic and Hebrew.
    static func isLoose(_ kind: UInt8) -> Bool { (10...35).contains(kind) || kind >= 200 }

    static func utf8(_ scalars: [UInt32]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(scalars.count)
        for value in scalars {
            guard let scalar = Unicode.Scalar(value), let bytes = UTF8.encode(scalar) else { continue }
            text += bytes
        }
        return text
    }

    private static let iotaMark: UInt32 = 0x345
    private static let iota: UInt32 = 0x3B9

    /// Returns the skeleton of an ASCII name: lower case, without white space.
    private static func ascii(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var skeleton: [UInt8] = []
        skeleton.reserveCapacity(name.count)
        for byte in name where byte != 0x20 && !(0x09...0x0D).contains(byte) {
            skeleton.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        }
        return skeleton
    }

    /// Sorts consecutive marks by combining class. The sort is stable.
    private static func order(_ scalars: inout [UInt32], _ data: SkeletonData) {
        var start = 0
        while start < scalars.count {
            var end = start
            var marks: [(kind: UInt8, place: Int, scalar: UInt32)] = []
            while end < scalars.count {
                let kind = data.kind(scalars[end])
                if kind == 0 { break }
                marks.append((kind, end, scalars[end]))
                end += 1
            }
            if marks.count > 1 {
                marks.sort { ($0.kind, $0.place) < ($1.kind, $1.place) }
                for (index, mark) in marks.enumerated() { scalars[start + index] = mark.scalar }
            }
            start = end + 1
        }
    }

    /// Composes letters and marks, as NFC does.
    private static func compose(_ scalars: inout [UInt32], _ data: SkeletonData) {
        var composed: [UInt32] = []
        composed.reserveCapacity(scalars.count)
        var starter: Int?
        var last: UInt8 = 0
        for scalar in scalars {
            let kind = data.kind(scalar)
            if let place = starter {
                // A mark composes with the starter unless a character between them blocks it: another starter, or a
                // mark of the same or a higher class.
                let isNext = place == composed.count - 1
                if isNext || (last < kind && last != 0),
                    let whole = hangul(composed[place], scalar) ?? data.composed(composed[place], scalar)
                {
                    composed[place] = whole
                    continue
                }
            }
            if kind == 0 { starter = composed.count }
            last = kind
            composed.append(scalar)
        }
        scalars = composed
    }

    /// Returns the Hangul syllable that two code points compose to, by arithmetic; nil if they are not Hangul parts.
    private static func hangul(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
        }
        if (0xAC00..<0xD7A4).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
            return first + second - 0x11A7
        }
        return nil
    }
}
