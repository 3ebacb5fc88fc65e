/// The tables of `TopicSkeleton` and `TopicSpelling`, each decoded once.
struct SkeletonData: Sendable {
    static let shared = SkeletonData(decoding: SkeletonTable.encoded)
    /// The letters that look like others, and the kinds of characters.
    static let letters = SkeletonData(decoding: SpellingTable.letters)
    static let capitals = SkeletonData(decoding: SpellingTable.capitals)

    /// Code points that change, ascending, and the ends of their replacements in `values`.
    private var points: [UInt32] = []
    private var ends: [UInt32] = []
    private var values: [UInt32] = []
    /// Ranges of code points of one combining class, ascending.
    private var classes: [(first: UInt32, last: UInt32, kind: UInt8)] = []
    /// Pairs of code points, each in one number, ascending. `wholes` has their compositions.
    private var pairs: [UInt64] = []
    private var wholes: [UInt32] = []

    private init(decoding text: StaticString) {
        var bytes = Bytes(text)
        readMappings(&bytes)
        var last: UInt32 = 0
        for _ in 0..<bytes.number() {
            let first = last &+ bytes.number()
            last = first &+ bytes.number()
            classes.append((first, last, UInt8(truncatingIfNeeded: bytes.number())))
        }
        var first: UInt32 = 0
        for _ in 0..<bytes.number() {
            first &+= bytes.number()
            pairs.append(UInt64(first) << 32 | UInt64(bytes.number()))
            wholes.append(bytes.signed(from: first))
        }
    }

    private mutating func readMappings(_ bytes: inout Bytes) {
        var start: UInt32 = 0
        for _ in 0..<bytes.number() {
            start &+= bytes.number()
            let kind = bytes.number()
            switch kind {
            case 1...3:
                let count = kind == 1 ? 1 : bytes.number()
                let target = bytes.signed(from: start)
                for index in 0..<count {
                    let distance = kind == 3 ? index &* 2 : index
                    points.append(start &+ distance)
                    values.append(target &+ distance)
                    ends.append(UInt32(truncatingIfNeeded: values.count))
                }
            default:
                var before = start
                for _ in 0..<(kind == 0 ? 0 : kind &- 2) {
                    before = bytes.signed(from: before)
                    values.append(before)
                }
                points.append(start)
                ends.append(UInt32(truncatingIfNeeded: values.count))
            }
        }
    }

    /// Appends the replacement of a code point: itself, other code points or nothing.
    func append(_ point: UInt32, to scalars: inout [UInt32]) {
        guard let index = Self.place(point, in: points) else {
            scalars.append(point)
            return
        }
        scalars += values[Int(index == 0 ? 0 : ends[index - 1])..<Int(ends[index])]
    }

    /// Returns the canonical combining class; 0 for a starter.
    func kind(_ point: UInt32) -> UInt8 {
        let place = classes.partitioningIndex { $0.last >= point }
        return place < classes.count && classes[place].first <= point ? classes[place].kind : 0
    }

    /// Returns the composition of two code points, or nil if they do not compose.
    func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Self.place(UInt64(first) << 32 | UInt64(second), in: pairs).map { wholes[$0] }
    }

    private static func place<Value: Comparable>(_ value: Value, in list: [Value]) -> Int? {
        let place = list.partitioningIndex { $0 >= value }
        return place < list.count && list[place] == value ? place : nil
    }

    /// Reads variable-length numbers with 7 bits per byte, encoded in base64.
    private struct Bytes {
        private var bytes: [UInt8] = []
        private var next = 0

        init(_ text: StaticString) {
            var (bits, count) = (0 as UInt32, 0 as UInt32)
            for index in 0..<text.utf8CodeUnitCount {
                // Safe: a static string has that many bytes.
                guard let digit = Self.digit(unsafe text.utf8Start[index]) else { continue }
                bits = bits << 6 | digit
                count += 6
                guard count >= 8 else { continue }
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }

        private static func digit(_ letter: UInt8) -> UInt32? {
            switch letter {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
            case UInt8(ascii: "+"): 62
            case UInt8(ascii: "/"): 63
            default: nil
            }
        }

        mutating func number() -> UInt32 {
            var (value, shift) = (0 as UInt32, 0 as UInt32)
            while next < bytes.count {
                let byte = bytes[next]
                next += 1
                value |= UInt32(byte & 0x7F) << shift
                if byte < 0x80 { break }
                shift += 7
            }
            return value
        }

        /// Reads a signed difference and returns `other` plus this difference.
        mutating func signed(from other: UInt32) -> UInt32 {
            let value = number()
            return value & 1 == 0 ? other &+ value >> 1 : other &- (value &+ 1) >> 1
        }
    }
}
