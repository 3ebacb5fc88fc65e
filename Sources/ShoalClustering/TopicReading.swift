/// The name of a topic as rules compare it, computed once for all rules.
struct TopicReading {
    /// The ways to read the name, each with its words separated by spaces, and the places at which words begin.
    let readings: [(whole: [UInt8], words: [UInt8], starts: [Int])]
    private let name: ArraySlice<UInt8>
    /// The spellings of the levels of the name.
    var levels: [[UInt8]] { Self.levels(of: name) }

    init(_ name: ArraySlice<UInt8>) {
        readings = TopicSpelling.readings(of: name).map { spelling in
            var words: [UInt8] = []
            var starts: [Int] = []
            for word in spelling.words {
                if !words.isEmpty { words.append(UInt8(ascii: " ")) }
                starts.append(words.count)
                words += word
            }
            return (spelling.whole, words, starts)
        }
        self.name = name
    }

    /// Returns the spellings of the levels of a name, which `/`, `.` and `:` separate.
    static func levels(of name: ArraySlice<UInt8>) -> [[UInt8]] {
        name.split { "/.:".utf8.contains($0) }.compactMap { level in
            let whole = TopicSpelling.readings(of: level)[0].whole
            return whole.isEmpty ? nil : whole
        }
    }
}
