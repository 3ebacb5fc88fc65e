import ShoalClustering
import ShoalOperations

/// The terms of a policy, to find those that a topic resembles.
struct PolicyNeighbours {
    private struct Term {
        let rule: TopicPolicy.Rule
        let text: String
        let letters: UInt64
    }

    /// By the number of words and of letters.
    private var terms: [Int: [Int: [Term]]] = [:]
    /// Long single words.
    private var beginnings: [String: TopicPolicy.Rule] = [:]
    private static let leastBeginning = 5

    init(_ policy: TopicPolicy) {
        for rule in policy.rules where rule.category != nil {
            let words = TopicPolicy.words(of: Array(rule.term.utf8)[...])
            let text = words.joined(separator: " ")
            let length = text.unicodeScalars.count
            terms[words.count, default: [:]][length, default: []].append(
                Term(rule: rule, text: text, letters: Self.letters(text)))
            if words.count == 1, length >= Self.leastBeginning, beginnings[text] == nil { beginnings[text] = rule }
        }
    }

    /// Returns the term that words of a topic resemble most: one letter of five differs, or two of nine; or a word begins
    /// with the term, with no distance.
    func nearest(to name: ArraySlice<UInt8>) -> (rule: TopicPolicy.Rule, distance: Int?)? {
        let words = TopicPolicy.words(of: name)
        var best: (rule: TopicPolicy.Rule, distance: Int)?
        for (count, byLength) in terms.sorted(by: { $0.key < $1.key }) where count <= words.count {
            for start in 0...(words.count - count) {
                let text = words[start..<(start + count)].joined(separator: " ")
                let (length, letters) = (text.unicodeScalars.count, Self.letters(text))
                for other in (length - 2)...(length + 2) {
                    let most = min(length, other) >= 9 ? 2 : min(length, other) >= 5 ? 1 : 0
                    guard abs(length - other) <= most else { continue }
                    // An edit changes at most two letters of the sets.
                    for term in byLength[other] ?? [] where (term.letters ^ letters).nonzeroBitCount <= 2 * most {
                        let distance = Names.distance(text, term.text)
                        if distance <= most, distance < best?.distance ?? .max { best = (term.rule, distance) }
                    }
                }
            }
        }
        if let best { return best }
        for word in words {
            var beginning = ""
            for (place, letter) in word.unicodeScalars.enumerated() {
                beginning.unicodeScalars.append(letter)
                if place + 1 >= Self.leastBeginning, let rule = beginnings[beginning] { return (rule, nil) }
            }
        }
        return nil
    }

    /// The set of letters, in 64 classes.
    private static func letters(_ text: String) -> UInt64 {
        text.unicodeScalars.reduce(0) { $0 | 1 << UInt64($1.value % 64) }
    }
}
