/// Topic numbers by name: open addressing over the vocabulary, byte for byte.
///
/// Viewers choose the names, so the hash is keyed to prevent crafted collisions. The random key does not affect
/// results: if names are equal, the lowest number is found.
struct TopicNames: Sendable {
    private static let key = SipHash13.random()
    /// All names concatenated, and the end of each.
    private var names: [UInt8] = []
    private var ends: [Int] = [0]
    private(set) var table: [UInt32]

    init(_ vocabulary: Vocabulary) {
        let entries = vocabulary.entries
        for entry in entries {
            names += entry.name ?? []
            ends.append(names.count)
        }
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        table = Array(repeating: 0, count: size)
        for (number, entry) in entries.enumerated() {
            guard let name = entry.name, !entry.isRemoved else { continue }
            var place = Self.key.hash(name.span) & (size - 1)
            while table[place] != 0 { place = (place + 1) & (size - 1) }
            table[place] = UInt32(number + 1)
        }
    }

    /// Returns the number of the topic named `text[range]`, or `nil` if it is not in the vocabulary.
    func number(_ text: [UInt8], _ range: Range<Int>) -> TopicNumber? {
        let text = text.span.extracting(range)
        var place = Self.key.hash(text) & (table.count - 1)
        while table[place] != 0 {
            let number = Int(table[place]) - 1
            let name = names.span.extracting(ends[number]..<ends[number + 1])
            if Self.equal(name, text) { return TopicNumber(number) }
            place = (place + 1) & (table.count - 1)
        }
        return nil
    }

    private static func equal(_ name: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        guard name.count == text.count else { return false }
        var offset = 0
        while offset + 8 < text.count {
            guard word(name, offset) == word(text, offset) else { return false }
            offset += 8
        }
        return last(name) == last(text)
    }

    /// Returns the last eight bytes, or all bytes of a shorter text, some of them twice. Loop-free, because the length
    /// is unpredictable.
    @inline(__always)
    private static func last(_ text: Span<UInt8>) -> UInt64 {
        let count = text.count
        if count >= 8 { return word(text, count - 8) }
        // Safe: at least four bytes are available, and any four bytes are a UInt32.
        if count >= 4 {
            let first = unsafe text.bytes.unsafeLoadUnaligned(as: UInt32.self)
            let second = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(first) << 32 | UInt64(second)
        }
        guard count > 0 else { return 0 }
        return UInt64(text[0]) << 16 | UInt64(text[count / 2]) << 8 | UInt64(text[count - 1])
    }

    @inline(__always)
    private static func word(_ text: Span<UInt8>, _ offset: Int) -> UInt64 {
        // Safe: the callers check that eight bytes are available, and any eight bytes are a UInt64.
        unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
