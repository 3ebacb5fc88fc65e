/// Finds topics by the beginning of a word in their names, in any spelling that looks alike.
public struct TopicSearch: Sendable {
    /// The words that are looked for, with spaces between them; the last one may go on.
    private let term: [UInt8]
    /// The digits at the ends of words, which spellings leave out.
    private let numbers: [String]

    public init(_ text: String) {
        term = TopicReading(Array(text.utf8)[...]).readings[0].words
        numbers = text.split { !$0.isLetter && !$0.isNumber }.compactMap { word in
            let digits = word.reversed().prefix { $0.isASCII && $0.isNumber }.count
            return digits > 0 && digits < word.count ? String(word.suffix(digits)) : nil
        }
    }

    /// Returns whether a name has the words, one after another. Takes some µs. Text without a letter or a digit finds nothing.
    public func finds(_ name: String) -> Bool {
        guard !term.isEmpty, numbers.allSatisfy({ name.contains($0) }) else { return false }
        return TopicReading(Array(name.utf8)[...]).readings.contains { reading in
            reading.starts.contains { reading.words[$0...].starts(with: term) }
        }
    }
}
