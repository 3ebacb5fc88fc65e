/// Finds the rule of a policy that makes a topic sensitive.
struct TopicRules: Sendable {
    /// Numbers of rules, by the spelling that they compare.
    private var exact: [[UInt8]: Int] = [:]
    private var prefixes: [[UInt8]: Int] = [:]
    private var trees: [[UInt8]: Int] = [:]
    private var words: [[UInt8]: Int] = [:]
    /// Words whose last one may go on.
    private var stems: [[UInt8]: Int] = [:]
    /// The lengths of prefixes, words and stems, ascending.
    private var prefixLengths: [Int] = []
    private var wordLengths: Set<Int> = []
    private var stemLengths: [Int] = []
    /// The first four bytes of stems. Stems have at least four letters.
    private var stemHeads: Set<UInt32> = []

    init(_ rules: [TopicPolicy.Rule]) {
        for (number, rule) in rules.enumerated() where rule.category != nil {
            let isStem = rule.form == .words && rule.term.utf8.last == UInt8(ascii: "*")
            let term = Array(rule.term.utf8.dropLast(isStem ? 1 : 0))
            if rule.form == .tree {
                Self.put(TopicReading.levels(of: term[...]), separator: "/", number, &trees)
                continue
            }
            for spelling in TopicSpelling.readings(of: term[...]).prefix(1) + [TopicSpelling.withoutMarks(term)] {
                switch rule.form {
                case .prefix: Self.put([spelling.whole], number, &prefixes)
                case .words where isStem: Self.put(spelling.words, separator: " ", number, &stems)
                case .words: Self.put(spelling.words, separator: " ", number, &words)
                case .exact, .tree: break
                }
                // Words are also found if they are the whole name, whatever stands between its letters.
                if rule.form != .prefix { Self.put([spelling.whole], number, &exact) }
            }
        }
        prefixLengths = Set(prefixes.keys.map(\.count)).sorted()
        stemLengths = Set(stems.keys.map(\.count)).sorted()
        stemHeads = Set(stems.keys.map { Self.head($0[...]) })
        wordLengths = Set(words.keys.map(\.count))
    }

    private static func put(
        _ parts: [[UInt8]], separator: Character = " ", _ number: Int, _ rules: inout [[UInt8]: Int]
    ) {
        let key = Array(parts.joined(separator: Array(separator.utf8)))
        if !key.isEmpty, rules[key] == nil { rules[key] = number }
    }

    /// Returns the number of the first rule found: of equal spellings the first one of the policy.
    func rule(for name: TopicReading) -> Int? {
        if !trees.isEmpty, let number = ruleForTree(name.levels) { return number }
        for reading in name.readings {
            if let number = exact[reading.whole] { return number }
            for length in prefixLengths where length <= reading.whole.count {
                if let number = prefixes[Array(reading.whole[..<length])] { return number }
            }
            if let number = rule(in: reading.words, reading.starts) { return number }
        }
        return nil
    }

    private func rule(in text: [UInt8], _ starts: [Int]) -> Int? {
        for (place, start) in starts.enumerated() {
            for next in starts[(place + 1)...] + [text.count + 1] where wordLengths.contains(next - 1 - start) {
                if let number = words[Array(text[start..<(next - 1)])] { return number }
            }
            guard stemHeads.contains(Self.head(text[start...])) else { continue }
            for length in stemLengths {
                if length > text.count - start { break }
                if let number = stems[Array(text[start..<(start + length)])] { return number }
            }
        }
        return nil
    }

    private static func head(_ text: ArraySlice<UInt8>) -> UInt32 { text.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    private func ruleForTree(_ levels: [[UInt8]]) -> Int? {
        var key: [UInt8] = []
        for level in levels {
            if !key.isEmpty { key.append(UInt8(ascii: "/")) }
            key += level
            if let number = trees[key] { return number }
        }
        return nil
    }
}
