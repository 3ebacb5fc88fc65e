import ShoalOperations

/// The names of all commands, for suggestions.
package struct CommandNames {
    private let names: [String]

    package init(_ names: [String]) {
        self.names = names
    }

    /// Returns a suggestion for a mistyped command, or an empty text.
    /// - Parameters:
    ///   - two: The first two words as typed.
    ///   - first: The first word.
    package func hint(_ two: String, _ first: String) -> String {
        let family = names.filter { $0.hasPrefix(first + " ") }
        // In `config chekc` only the second word is wrong.
        let known = two == first || family.isEmpty ? names : family
        if !family.isEmpty, two == first || Names.nearest(two, known) == nil {
            return "; there are \(family.map { "`shoal \($0)`" }.joined(separator: ", "))"
        }
        let nearest = Names.nearest(two, known) ?? Names.nearest(first, known)
        return nearest.map { "; did you mean `shoal \($0)`?" } ?? ""
    }
}
